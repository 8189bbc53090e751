use super::*;

#[track_caller]
fn check(arguments: &[&str], expected: &Command) {
    match parse(arguments) {
        Ok(command) => assert_eq!(&command, expected, "{arguments:?}"),
        Err(stop) => panic!("{arguments:?}: {stop:?}"),
    }
}

/// Asserts that a call is refused, with these first lines of standard output and error; empty when nothing is printed there.
#[track_caller]
fn stops(arguments: &[&str], out: &str, err: &str, code: u8) {
    match parse(arguments) {
        Ok(command) => panic!("{arguments:?}: {command:?}"),
        Err(stop) => {
            let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
            assert_eq!(
                (first(&stop.out), first(&stop.err), stop.code),
                (out.to_owned(), err.to_owned(), code),
                "{arguments:?}"
            );
        }
    }
}

fn usage_line() -> String {
    usage::text().lines().next().unwrap().to_owned()
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn commands_take_what_they_are_given() {
    check(&["--scan"], &Command::Scan(Scan::default()));
    check(
        &["a", "--scan", "-r", "--", "-b"],
        &Command::Scan(Scan {
            recursive: true,
            files: words(&["a", "-b"]),
            ..Scan::default()
        }),
    );
    check(
        &["--scan", "--no-index"],
        &Command::Scan(Scan {
            no_index: true,
            ..Scan::default()
        }),
    );
    check(
        &["--scan", "--untracked", "-"],
        &Command::Scan(Scan {
            untracked: true,
            files: words(&["-"]),
            ..Scan::default()
        }),
    );
    check(&["--scan-history", "x"], &Command::ScanHistory);
    check(
        &["--install", "-f", "here", "ignored"],
        &Command::Install {
            force: true,
            keep: false,
            folder: Some("here".into()),
        },
    );
    check(&["--list", "x"], &Command::List { global: false });
    check(
        &["--add", "-al", "--global", "a", "b"],
        &Command::Add(Add {
            allowed: true,
            literal: true,
            global: true,
            patterns: words(&["a", "b"]),
        }),
    );
    check(
        &["--add-provider", "--global", "--", "cmd", "-x"],
        &Command::AddProvider {
            global: true,
            words: words(&["cmd", "-x"]),
        },
    );
    check(
        &["--register-aws", "--global", "x"],
        &Command::RegisterAws { global: true },
    );
    check(
        &["--aws-provider", "file", "--no-key-ids"],
        &Command::AwsProvider {
            file: Some("file".into()),
            key_ids: false,
        },
    );
}

#[test]
fn hooks_take_their_arguments() {
    check(
        &["--commit_msg_hook", "--", "file"],
        &Command::CommitMsgHook {
            args: words(&["file"]),
        },
    );
    check(&["--pre_commit_hook", "--"], &Command::PreCommitHook);
    check(
        &["--prepare_commit_msg_hook", "--", "file", "merge", ""],
        &Command::PrepareCommitMsgHook {
            args: words(&["file", "merge", ""]),
        },
    );
}

#[test]
fn no_forms_and_second_commands_mean_nothing() {
    check(&["--list", "--scan"], &Command::List { global: false });
    check(
        &[
            "--scan",
            "--cached",
            "--no-cached",
            "--no-force",
            "--global",
        ],
        &Command::Scan(Scan {
            cached: true,
            ..Scan::default()
        }),
    );
    check(&["--scan", "--no-cached"], &Command::Scan(Scan::default()));
    check(&["--scan", "--index"], &Command::Scan(Scan::default()));
}

#[test]
fn without_a_command_there_is_the_usage_text() {
    let usage = usage_line();
    stops(&[], &usage, "", 0);
    stops(&["file"], &usage, "", 0);
    stops(&["--", "--scan"], &usage, "", 0);
    stops(&["-h"], &usage, "", 129);
    stops(&["--scan", "-h"], &usage, "", 129);
    stops(&["--help"], &usage, "", 129);
}

#[test]
fn unknown_and_ambiguous_options() {
    stops(&["--version"], "", "error: unknown option `version'", 129);
    stops(&["--scan", "-q"], "", "error: unknown switch `q'", 129);
    stops(
        &["--sca"],
        &usage_line(),
        "error: ambiguous option: sca (could be --scan or --scan-history)",
        129,
    );
    stops(
        &["--scan=x"],
        "",
        "error: option `scan' takes no value",
        129,
    );
    let Err(stop) = parse(["--version"]) else {
        panic!("it is unknown");
    };
    assert!(stop.err.contains(&usage_line()));
    let Err(stop) = parse(["--scan=x"]) else {
        panic!("it takes no value");
    };
    assert!(!stop.err.contains(&usage_line()));
}

#[test]
fn an_option_is_no_command() {
    for (typed, told) in [
        ("--global", "--global"),
        ("--force", "-f"),
        ("-r", "-r"),
        ("--cached", "--cached"),
        ("--no-scan", "--no-scan"),
        ("--keep", "--keep"),
    ] {
        stops(
            &[typed, "--scan"],
            &format!("Unknown option: {told}"),
            "",
            129,
        );
        let Err(stop) = parse([typed]) else {
            panic!("{typed} is no command");
        };
        assert!(stop.out.contains(&format!("\n{}\n", usage_line())));
    }
}

#[test]
fn options_belong_to_their_commands() {
    let check = |arguments: &[&str], option: &str, command: &str| {
        let said = format!("{option} can only be supplied with the {command} subcommand");
        stops(arguments, "", &said, 1);
    };
    check(&["--scan", "-f"], "-f|--force", "--install");
    check(&["--list", "--keep"], "--keep", "--install");
    check(&["--list", "-r"], "-r|--recursive", "--scan");
    check(&["--scan-history", "--cached"], "--cached", "--scan");
    check(&["--pre_commit_hook", "--no-index"], "--no-index", "--scan");
    check(&["--install", "--untracked"], "--untracked", "--scan");
    check(&["--add-provider", "--allowed"], "-a|--allowed", "--add");
    check(&["--register-aws", "-l"], "-l|--literal", "--add");
    check(
        &["--list", "--no-key-ids"],
        "--no-key-ids",
        "--aws-provider",
    );
    for command in ["--scan", "--scan-history", "--install", "--aws-provider"] {
        assert!(parse([command, "--global"]).is_ok(), "{command}");
    }
}

#[test]
fn a_scan_reads_one_kind_of_thing() {
    for flag in ["--cached", "--no-index", "--untracked"] {
        stops(
            &["--scan", "-r", flag],
            "",
            "-r|--recursive cannot be supplied with --cached, --no-index, or --untracked",
            1,
        );
    }
    for flags in [
        &["--cached", "--untracked"][..],
        &["--no-index", "--cached"],
        &["--untracked", "--no-index", "-r"],
    ] {
        let arguments = [&["--scan"], flags].concat();
        stops(
            &arguments,
            "",
            "--cached, --no-index, and --untracked cannot be supplied together",
            1,
        );
    }
}
