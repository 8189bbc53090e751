use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use proptest::prelude::{Strategy, prop, proptest};

use super::{KNOWN, Ordered, Refused, order};

/// Returns what git's parser prints for the shell, without `set --` before it.
fn printed(ordered: &Ordered) -> String {
    let mut out = String::new();
    for option in &ordered.options {
        let _ = write!(out, " {}", option.spelling());
    }
    out.push_str(" --");
    for argument in &ordered.arguments {
        let argument = argument.to_str().unwrap();
        let argument = argument.replace('\'', "'\\''").replace('!', "'\\!'");
        let _ = write!(out, " '{argument}'");
    }
    out
}

#[track_caller]
fn check(arguments: &[&str], expected: &str) {
    let ordered = order(arguments).unwrap_or_else(|e| panic!("{arguments:?}: {e:?}"));
    assert_eq!(printed(&ordered).trim_start(), expected, "{arguments:?}");
}

#[track_caller]
fn refused(arguments: &[&str], expected: &Refused) {
    assert_eq!(
        order(arguments).map(|ordered| printed(&ordered)).as_ref(),
        Err(expected),
        "{arguments:?}"
    );
}

fn message(text: &str) -> Refused {
    Refused::Message(format!("error: {text}"))
}

fn unknown(text: &str) -> Refused {
    Refused::Unknown(format!("error: {text}"))
}

fn ambiguous(text: &str) -> Refused {
    Refused::Ambiguous(format!("error: ambiguous option: {text}"))
}

#[test]
fn options_move_to_the_front() {
    check(&[], "--");
    check(&["--scan"], "--scan --");
    check(&["file", "--scan", "-r", "-"], "--scan -r -- 'file' '-'");
    check(
        &["--add", "", "it's", "a!"],
        r"--add -- '' 'it'\''s' 'a'\!''",
    );
}

#[test]
fn after_two_dashes_all_is_plain() {
    check(
        &["--add", "--", "-foo", "--global"],
        "--add -- '-foo' '--global'",
    );
    check(&["--", "--scan"], "-- '--scan'");
    check(&["--scan", "--", "--"], "--scan -- '--'");
    check(&["--end-of-options", "--scan"], "-- '--scan'");
}

#[test]
fn spellings_become_one() {
    check(&["--force", "--recursive"], "-f -r --");
    check(&["--allowed", "--literal"], "-a -l --");
    check(&["-al"], "-a -l --");
    check(&["-fra"], "-f -r -a --");
    check(&["--list", "--global"], "--list --global --");
}

#[test]
fn long_options_may_be_shortened_to_what_is_unique() {
    check(&["--lis", "--recu"], "--list -r --");
    check(&["--add"], "--add --");
    check(&["--add-"], "--add-provider --");
    check(
        &["--commit", "--pre_"],
        "--commit_msg_hook --pre_commit_hook --",
    );
    check(&["--scan-"], "--scan-history --");
    refused(
        &["--sca"],
        &ambiguous("sca (could be --scan or --scan-history)"),
    );
    refused(
        &["--ca=x", "--a"],
        &message("option `cached' takes no value"),
    );
    refused(
        &["--ad"],
        &ambiguous("ad (could be --add or --add-provider)"),
    );
    refused(
        &["--pre"],
        &ambiguous("pre (could be --pre_commit_hook or --prepare_commit_msg_hook)"),
    );
    refused(
        &["--scan", "--re", "--nonesuch"],
        &ambiguous("re (could be --register-aws or --recursive)"),
    );
}

#[test]
fn every_option_has_a_no_form() {
    for known in KNOWN.iter().filter(|known| !known.long.starts_with("no-")) {
        let no = format!("--no-{}", known.long);
        check(&[&no], &format!("{no} --"));
    }
    check(&["--no-index"], "--no-index --");
    check(&["--index"], "--no-no-index --");
    check(&["--ind"], "--no-no-index --");
    check(&["--no-no-index"], "--no-no-index --");
    check(&["--no-f", "--no-ind"], "--no-force --no-index --");
    check(&["--key"], "--no-no-key-ids --");
    refused(
        &["--no-in"],
        &ambiguous("no-in (could be --no-install or --no-index)"),
    );
    for short in ["--n", "--no", "--no-"] {
        assert!(matches!(order([short]), Err(Refused::Ambiguous(_))));
    }
    refused(&["--no-no-scan"], &unknown("unknown option `no-no-scan'"));
}

#[test]
fn unknown_options_are_named() {
    refused(
        &["--scan", "--version"],
        &unknown("unknown option `version'"),
    );
    refused(&["--nonesuch=x"], &unknown("unknown option `nonesuch=x'"));
    refused(
        &["--register-azure"],
        &unknown("unknown option `register-azure'"),
    );
    refused(&["-q"], &unknown("unknown switch `q'"));
    refused(&["-fq"], &unknown("unknown switch `q'"));
    refused(&["-r="], &unknown("unknown switch `='"));
    refused(
        &["-\u{e9}"],
        &unknown("unknown non-ascii option in string: `-\u{e9}'"),
    );
    refused(&["--scan=x"], &message("option `scan' takes no value"));
    refused(&["--index=x"], &message("option `index' takes no value"));
}

#[test]
fn a_missing_dash_is_seen() {
    refused(
        &["-all"],
        &message("did you mean `--all` (with two dashes)?"),
    );
    refused(
        &["-scan"],
        &message("did you mean `--scan` (with two dashes)?"),
    );
    refused(
        &["-for"],
        &message("did you mean `--for` (with two dashes)?"),
    );
    refused(
        &["-no-x"],
        &message("did you mean `--no-x` (with two dashes)?"),
    );
    refused(&["-rno-x"], &unknown("unknown switch `n'"));
}

#[test]
fn help_is_asked_for_in_any_place() {
    for arguments in [
        &["-h"][..],
        &["--help"],
        &["--help-all"],
        &["--scan", "-h"],
        &["-rh"],
        &["-hx"],
        &["file", "--help", "--nonesuch"],
    ] {
        refused(arguments, &Refused::Help);
    }
    check(&["--scan", "--", "-h"], "--scan -- '-h'");
    refused(&["-xh"], &unknown("unknown switch `x'"));
}

#[cfg(unix)]
#[test]
fn arguments_are_bytes() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};
    let odd = OsString::from_vec(vec![b'a', 0xff]);
    let ordered = order([OsString::from("--scan"), odd.clone()]).unwrap();
    assert_eq!(ordered.arguments, [odd]);
    let option = OsString::from_vec(vec![b'-', 0xff]);
    assert!(matches!(order([option]), Err(Refused::Unknown(_))));
}

/// Returns the exit code of git's own parser, and what it prints when that is 0.
fn by_git(arguments: &[String]) -> (i32, String) {
    let mut table = String::from("git secrets\n--\n");
    for known in KNOWN {
        let short = known.short.map(|short| format!("{short},"));
        let _ = writeln!(table, "{}{} help", short.unwrap_or_default(), known.long);
    }
    let mut child = Command::new("git")
        .args(["rev-parse", "--parseopt", "--"])
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(table.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let code = output.status.code().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.strip_prefix("set --").unwrap_or_default();
    (code, printed.trim_end_matches('\n').to_owned())
}

static ODD: [&str; 9] = ["", "-", "--", "x", "a b", "it's", "!", "-scan", "-lit"];

/// Arguments that all versions of git read alike: how a shortened `--no-` form is read has changed, and since 2.54 `-h` ends with 0.
fn argument() -> impl Strategy<Value = String> {
    let long = prop::sample::select(KNOWN).prop_flat_map(|known| {
        (1..=known.long.len()).prop_map(|end| format!("--{}", known.long.get(..end).unwrap()))
    });
    let whole = |long: &str| KNOWN.iter().any(|known| long.get(2..) == Some(known.long));
    let long = long.prop_filter("read alike", move |long| {
        !long.starts_with("--n") || whole(long)
    });
    let no = prop::sample::select(KNOWN)
        .prop_filter("no- negates it", |known| !known.long.starts_with("no-"))
        .prop_map(|known| format!("--no-{}", known.long));
    proptest::prop_oneof![
        4 => long,
        1 => no,
        2 => "-[frlaq]{1,4}",
        1 => "--[a-m]{1,3}=x",
        1 => prop::sample::select(&ODD[..]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn git_orders_arguments_alike(arguments in prop::collection::vec(argument(), 0..5)) {
        let (code, expected) = by_git(&arguments);
        let ours = order(&arguments).map_or((129, String::new()), |ordered| (0, printed(&ordered)));
        proptest::prop_assert_eq!(ours, (code, expected));
    }
}
