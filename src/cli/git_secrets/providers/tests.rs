//! What providers print, and how they fail.

use super::*;

fn entry(value: &str) -> Entry {
    Entry {
        value: value.into(),
        origin: ".git/config (local)".into(),
    }
}

#[track_caller]
fn check(output: &str, expected: &[&str]) {
    assert_eq!(cleaned(output.into()), expected, "{output:?}");
}

#[test]
fn output_is_a_pattern_a_line() {
    check("", &[]);
    check("one", &["one"]);
    check("one\ntwo\n\n\n", &["one", "two"]);
    check(" one \n", &[" one "]);
}

#[test]
fn carriage_returns_and_blank_lines_go() {
    check("one\r\n\r\ntwo\r\n", &["one", "two"]);
    check("o\rne\n\n \t\n\ntwo", &["one", "two"]);
    check("o\0ne", &["one"]);
}

#[test]
fn our_own_provider_is_known() {
    let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
    let check = |line: &str, expected: Option<(Option<&str>, bool)>| {
        let expected = expected.map(|(file, key_ids)| (file.map(OsString::from), key_ids));
        assert_eq!(aws(&words(line)), expected, "{line:?}");
    };
    check("git secrets --aws-provider", Some((None, true)));
    check("git-secrets --aws-provider", Some((None, true)));
    check("git secrets --aws-provider a/b", Some((Some("a/b"), true)));
    check(
        "git-secrets --aws --no-key-ids -- -x",
        Some((Some("-x"), false)),
    );
    check("git secrets --list", None);
    check("git secrets", None);
    check("git secrets --aws-provider --nonesuch", None);
    check("git log --aws-provider", None);
    check("cat git-secrets --aws-provider", None);
}

#[test]
fn the_time_limit_is_seconds() {
    let seconds = |value| timeout(&entry(value)).ok();
    assert_eq!(seconds("3"), Some(Some(Duration::from_secs(3))));
    assert_eq!(seconds("0"), Some(None));
    for wrong in ["", "-1", "1.5", "10s", "99999999999"] {
        let told = timeout(&entry(wrong)).unwrap_err().to_string();
        assert!(
            told.contains("secrets.providerTimeout") && told.contains(".git/config"),
            "{told}"
        );
    }
}

#[test]
fn what_is_configured_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    std::fs::write(&file, "aws_access_key_id=one\naws_secret_access_key=two\n").unwrap();
    let line = format!("git secrets --aws-provider {}", file.display());
    let settings = Settings {
        patterns: vec![entry("a"), entry("b\nc")],
        providers: vec![entry(&line), entry(&format!("{line} --no-key-ids"))],
        ..Settings::default()
    };
    let Prohibited { patterns, trouble } = prohibited(&settings);
    assert!(trouble.is_empty(), "{trouble:?}");
    let values: Vec<_> = patterns.iter().map(|entry| entry.value.as_bstr()).collect();
    assert_eq!(values, ["a", "b\nc", "one", "two", "two"]);
    assert!(patterns.last().unwrap().origin.contains_str("--no-key-ids"));
}

#[test]
fn trouble_names_provider_and_place() {
    let missing = "keyfence-nonesuch --now";
    let settings = Settings {
        patterns: vec![entry("a")],
        providers: vec![entry(" "), entry(missing)],
        provider_timeout: Some(entry("soon")),
        ..Settings::default()
    };
    let Prohibited { patterns, trouble } = prohibited(&settings);
    assert_eq!(patterns, [entry("a")]);
    let told: Vec<String> = trouble.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].contains("soon"), "{told:?}");
    assert!(told[1].contains("is empty"), "{told:?}");
    assert!(
        told[2].contains(missing) && told[2].contains(".git/config (local)"),
        "{told:?}"
    );
    assert!(told[2].contains("\"keyfence-nonesuch\": "), "{told:?}");
}

#[cfg(unix)]
mod processes {
    use super::*;

    /// Returns how the provider `sh SCRIPT argument` ends.
    fn by_script(script: &str, limit: Option<Duration>) -> Result<Vec<BString>, Why> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        std::fs::write(&path, script).unwrap();
        lines(&entry(&format!("sh {} argument", path.display())), limit)
    }

    const LONG: Option<Duration> = Some(Duration::from_secs(60));
    const SHORT: Option<Duration> = Some(Duration::from_millis(200));

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        for limit in [LONG, None] {
            assert_eq!(by_script(script, limit).unwrap(), expected, "{script:?}");
        }
    }

    #[test]
    fn a_provider_prints_patterns() {
        check(
            "echo one; printf 'two\\r\\n\\nthree'",
            &["one", "two", "three"],
        );
        check("echo $1; echo '$(x) *'", &["argument", "$(x) *"]);
        check("exit 0", &[]);
        check("echo one; exec >&-; sleep 0.1", &["one"]);
    }

    #[test]
    fn a_provider_has_nothing_to_read() {
        check("cat; echo one", &["one"]);
    }

    #[test]
    fn a_provider_that_fails_gives_nothing() {
        for script in ["echo one; exit 3", "echo one; kill -9 $$"] {
            let why = by_script(script, LONG);
            assert!(matches!(why, Err(Why::Failed(_))), "{why:?}");
        }
        let why = by_script("yes pattern", LONG);
        assert!(matches!(why, Err(Why::TooMuch)), "{why:?}");
    }

    #[test]
    fn a_slow_provider_is_ended() {
        for script in ["echo one; exec sleep 60", "exec >&-; exec sleep 60"] {
            let started = Instant::now();
            let why = by_script(script, SHORT);
            assert!(matches!(why, Err(Why::Slow(_))), "{why:?}");
            assert!(started.elapsed() < Duration::from_secs(30));
        }
    }

    #[test]
    fn what_a_provider_leaves_behind_does_not_hold_it_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        std::fs::write(&path, "sleep 60 & echo $! > \"$0.pid\"; echo one").unwrap();
        let why = lines(&entry(&format!("sh {}", path.display())), SHORT);
        let pid = std::fs::read_to_string(path.with_extension("pid")).unwrap();
        let status = Command::new("kill").arg(pid.trim()).status().unwrap();
        assert!(
            matches!(why, Err(Why::Slow(_))) && status.success(),
            "{why:?}"
        );
    }

    #[test]
    fn a_script_need_not_say_what_runs_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        // Written by another process: this one may be about to start others, which would hold the file open.
        let status = Command::new("sh")
            .args(["-c", "echo 'echo \"<$1>\"' > \"$0\" && chmod +x \"$0\""])
            .arg(&path)
            .status()
            .unwrap();
        assert!(status.success());
        let found = lines(&entry(&format!("{} a", path.display())), LONG).unwrap();
        assert_eq!(found, ["<a>"]);
    }
}
