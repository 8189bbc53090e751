//! Input that is hostile or broken: each scan ends, says what it did not read, and uses bounded memory.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
        net::UnixListener,
    },
    process::Command,
};

use super::{PAIR, Pair, Place, Ran, program, run, run_with};

#[track_caller]
fn skips(place: &Place, args: &[&str], code: i32, expected: &[(&str, &str)]) -> Ran {
    let args = [&["scan", "--format", "json"], args].concat();
    let ran = place.run(&args).ends(code);
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(path, reason)| ((*path).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(ran.skipped(), expected);
    assert_eq!(ran.json()["summary"]["complete"], code != 2);
    ran
}

#[test]
fn what_is_not_there() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    // The rest is scanned all the same.
    let ran = skips(
        &place,
        &["absent", "app.env", "app.env/x"],
        2,
        &[
            ("absent", "no such file or folder"),
            ("app.env/x", "Not a directory (os error 20)"),
        ],
    );
    assert_eq!(ran.rules(), [PAIR]);
}

#[test]
fn what_is_no_file() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let fifo = Command::new("mkfifo").arg(place.root.join("fifo")).status();
    assert!(fifo.unwrap().success());
    let _socket = UnixListener::bind(place.root.join("socket")).unwrap();
    symlink("loop", place.root.join("loop")).unwrap();
    symlink("..", place.root.join("up")).unwrap();
    symlink("absent", place.root.join("dangling")).unwrap();
    let link = "symbolic link";
    let ran = skips(
        &place,
        &["."],
        1,
        &[
            ("dangling", link),
            ("fifo", "fifo"),
            ("loop", link),
            ("socket", "socket"),
            ("up", link),
        ],
    );
    assert_eq!(ran.rules(), [PAIR]);
    skips(
        &place,
        &["fifo", "loop", "dangling", "/dev/null"],
        0,
        &[
            ("/dev/null", "device"),
            ("dangling", "dangling symbolic link"),
            ("fifo", "fifo"),
            ("loop", "looping symbolic link"),
        ],
    );
}

#[test]
fn a_message_without_end() {
    Place::new()
        .run(["scan", "--message", "/dev/zero"])
        .complains(&["the commit message /dev/zero has more than 32 MiB"]);
}

#[test]
fn what_may_not_be_read() {
    let place = Place::new();
    let file = place.write("closed", "x");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&file).is_ok() {
        // The superuser may read everything: then it is scanned.
        place.run(["scan", "."]).ends(0);
    } else {
        skips(&place, &["."], 2, &[("closed", "permission denied")]);
    }
}

/// `/proc/self/mem` is a file that fails when it is read from its start, for everybody.
#[cfg(target_os = "linux")]
#[test]
fn what_fails_while_it_is_read() {
    let told = Place::new().run(["scan", "/proc/self/mem"]).ends(2).out;
    assert!(told.contains("INCOMPLETE"), "{told}");
    assert!(told.contains("/proc/self/mem"), "{told}");
}

#[test]
fn names_that_are_no_text() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    for name in [
        &b"a\xff.env"[..],
        b"b\nc.env",
        b"d\x1b[31m.env",
        "e\u{202e}.env".as_bytes(),
    ] {
        place.write(OsStr::from_bytes(name), pair.env());
    }
    let json = place.run(["scan", ".", "--format", "json"]).ends(1).json();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 4);
    let bytes = findings[0]["path_bytes"].as_str().unwrap();
    assert_eq!(
        data_encoding::BASE64.decode(bytes.as_bytes()).unwrap(),
        b"a\xff.env"
    );
    assert!(findings[1].get("path_bytes").is_none());
    assert_eq!(findings[1]["path"], "b\nc.env");
    let human = place.run(["scan", ".", "--color", "never"]).ends(1).out;
    assert!(
        !human.contains('\u{1b}') && !human.contains('\u{202e}'),
        "{human}"
    );
    assert!(
        !human.lines().any(|line| line.starts_with("c.env")),
        "{human}"
    );
}

/// Scans standard input of `megabytes` that repeats `unit`, and returns the JSON report.
fn repeated(unit: &str, megabytes: usize) -> Ran {
    let place = Place::new();
    let text = unit.repeat((megabytes << 20) / unit.len());
    let ran = run_with(
        &place.root,
        ["scan", "-", "--format", "json", "--threads", "1"],
        text.as_bytes(),
    );
    assert_eq!(ran.json()["summary"]["bytes"], text.len(), "{unit:?}");
    ran
}

#[test]
fn one_line_full_of_anchors() {
    let begin = ["-----", "BEGIN "].concat();
    for unit in ["password=", "eyJ", "AKIA", &begin, "(((((", "://", "\0"] {
        let ran = repeated(unit, 1);
        assert!((0..=1).contains(&ran.code), "{unit:?}: {ran:#?}");
    }
}

#[test]
fn more_candidates_than_are_kept_are_named() {
    let pairs: String = (0..2000).map(|n| Pair::drawn(n).id + " ").collect();
    let ran = repeated(&pairs, 1).ends(2);
    let [(path, reason)] = &ran.skipped()[..] else {
        panic!("one is skipped");
    };
    assert_eq!(path, "<stdin>");
    assert!(reason.starts_with("more than 10000 candidates"), "{reason}");
}

#[test]
fn encodings_that_are_not_text_do_no_harm() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    let utf16: Vec<u8> = pair
        .env()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    place.write("utf16", [&[0xff, 0xfe][..], &utf16].concat());
    place.write("binary", [0, 159, 146, 150].repeat(5000));
    place.write("empty", "");
    place.write("newlines", "\n".repeat(5000));
    place.write("nul.env", format!("\0\0{}", pair.env()));
    let ran = place.run(["scan", ".", "--format", "json"]);
    assert!(ran.code < 2, "{ran:#?}");
    assert_eq!(ran.json()["summary"]["files"], 5);
}

#[test]
fn a_sparse_file_is_read_in_bounded_memory() {
    let place = Place::new();
    let path = place.root.join("sparse");
    let mut file = fs::File::create(&path).unwrap();
    file.set_len(24 << 20).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(15 << 20)).unwrap();
    file.write_all(format!("\n{}", Pair::drawn(1).env()).as_bytes())
        .unwrap();
    let mut command = program(&place.root, ["scan", "sparse", "--format", "json"]);
    let peak = peak_kib(&mut command);
    if let Some(peak) = peak {
        assert!(peak < 60 << 10, "{peak} KiB");
    }
    let ran = place.run(["scan", "sparse", "--format", "json"]);
    assert_eq!(ran.json()["summary"]["bytes"], 24 << 20);
}

/// Runs `command` and returns its peak memory as the kernel last told it, where it does.
fn peak_kib(command: &mut Command) -> Option<u64> {
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
            peak = now.or(peak);
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    peak
}

#[test]
fn deep_folders_and_many_files() {
    let place = Place::new();
    let mut folder = std::path::PathBuf::from("deep");
    for _ in 0..300 {
        folder.push("d2345678");
    }
    place.write(folder.join("app.env"), Pair::drawn(1).env());
    for n in 0..3000 {
        place.write(format!("many/{}/{n}", n % 50), "x\n");
    }
    let ran = place.run(["scan", ".", "--format", "json"]).ends(1);
    assert_eq!(ran.json()["summary"]["files"], 3001);
    assert_eq!(ran.rules(), [PAIR]);
}

#[test]
#[cfg(target_os = "linux")]
fn names_longer_than_the_system_takes_are_named() {
    let place = Place::new();
    // More than PATH_MAX (4096): made step by step, as `mkdir -p` does it.
    let script = "i=0; while [ $i -lt 30 ]; do n=$(printf '%0200d' 0); mkdir $n && cd -P $n || exit 1; i=$((i+1)); done; \
                  echo x >file";
    let made = Command::new("sh")
        .args(["-c", script])
        .current_dir(&place.root)
        .status();
    assert!(made.unwrap().success());
    let ran = place.run(["scan", ".", "--format", "json"]).ends(2);
    let skipped = ran.skipped();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].1.contains("too long"), "{skipped:?}");
    // The folder is too deep for the library's own removal.
    let gone = Command::new("rm")
        .arg("-rf")
        .arg("--")
        .arg(place.root.join("0".repeat(200)))
        .status();
    assert!(gone.unwrap().success());
}

#[test]
fn a_file_that_changes_while_it_is_read() {
    let place = Place::new();
    let path = place.write("log", vec![b'x'; 8 << 20]);
    let writer = std::thread::spawn(move || {
        for _ in 0..40 {
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(3 << 20).unwrap();
            file.set_len(8 << 20).unwrap();
            drop(file);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        fs::write(&path, "done").unwrap();
    });
    for _ in 0..4 {
        let ran = run(&place.root, ["scan", "log", "--format", "json"]);
        let truncated = ran
            .skipped()
            .iter()
            .any(|(_, reason)| reason.starts_with("truncated"));
        assert_eq!(ran.code, if truncated { 2 } else { 0 }, "{ran:#?}");
    }
    writer.join().unwrap();
}

#[test]
fn a_reader_that_ends_early_makes_a_scan_incomplete() {
    use keyfence::{
        Options, RuleSet, Scanner, SourceKind,
        source::{Blob, Content},
    };
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    let text = Pair::drawn(1).env();
    let scan = |reader: &mut (dyn std::io::Read + Send), expected_len| {
        scanner.run(|make| {
            let content = Content::Reader {
                reader,
                expected_len: Some(expected_len),
            };
            let blob = Blob {
                path: "log".into(),
                kind: SourceKind::Worktree,
                content,
            };
            // The error is the source's to name.
            drop(make().blob(blob));
        })
    };
    let len = text.len() as u64;
    let early = scan(&mut text.as_bytes(), len + 1);
    assert_eq!((early.findings.len(), early.is_complete()), (1, false));
    let reason = format!("truncated while read: {len} of {} bytes", len + 1);
    assert_eq!(early.skipped[0].reason, reason);
    // More than expected is no trouble.
    let whole = scan(&mut text.as_bytes(), len);
    assert_eq!((whole.findings.len(), whole.is_complete()), (1, true));
}
