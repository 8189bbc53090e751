//! `keyfence install` where a framework has hooks already: both run, whatever the framework writes later, and nothing is left afterwards.

use std::{collections::BTreeMap, fs, process::Command};

use super::{Guarded, stopped};
use crate::cli::{Pair, Ran};

/// Makes a test of each framework.
macro_rules! beside {
    ($($test:ident $own:expr;)*) => {$(
        #[test]
        #[ignore = "needs pre-commit, husky and lefthook: tests/run prepares them"]
        fn $test() {
            both_run(&$own);
        }
    )*};
}

beside! {
    pre_commit_runs_too Own {
        framework: "pre-commit",
        file: (".pre-commit-config.yaml", PRE_COMMIT),
        install: "pre-commit install",
        writes_over: false,
    };
    prek_runs_too Own {
        framework: "prek",
        file: (".pre-commit-config.yaml", PRE_COMMIT),
        install: "prek install",
        writes_over: true,
    };
    lefthook_runs_too Own {
        framework: "lefthook",
        file: ("lefthook.yml", "pre-commit:\n  jobs:\n    - run: echo own >>.git/own-log\n"),
        install: "lefthook install",
        writes_over: false,
    };
    husky_runs_too Own {
        framework: "husky",
        file: (".husky/pre-commit", "echo own >>.git/own-log\n"),
        install: "husky",
        writes_over: false,
    };
    simple_git_hooks_run_too Own {
        framework: "simple-git-hooks",
        file: (
            "package.json",
            r#"{"simple-git-hooks": {"pre-commit": "echo own >>.git/own-log"}}"#,
        ),
        install: "simple-git-hooks",
        writes_over: true,
    };
}

const PRE_COMMIT: &str = "repos:
  - repo: local
    hooks:
      - id: own
        name: own
        language: system
        entry: sh -c 'echo own >>.git/own-log'
        always_run: true
        pass_filenames: false
";

/// A framework with a hook that writes a line to `.git/own-log`.
struct Own {
    framework: &'static str,
    file: (&'static str, &'static str),
    install: &'static str,
    /// What it writes later leaves out ours, so that keyfence has to be installed again.
    writes_over: bool,
}

fn both_run(own: &Own) {
    let (name, text) = own.file;
    let guarded = Guarded::configured(own.framework, Some((name, text.into())), own.install);
    let before = hooks(&guarded);
    keyfence(&guarded, "install").ends(0);
    let pair = Pair::drawn(1);
    for round in 0..2 {
        guarded.repo.write("k.env", pair.env());
        let leak = guarded.commit("leak");
        stopped(&leak, &pair, "pre-commit stopped the commit");
        let unseen = guarded.git(&["commit", "-q", "-n", "-m", "leak"]);
        stopped(&unseen, &pair, "prepare-commit-msg stopped the commit");
        guarded.git(&["rm", "-q", "-f", "k.env"]).ends(0);
        drop(log(&guarded));
        guarded.repo.write("README", format!("round {round}\n"));
        guarded.commit("nothing secret").ends(0);
        assert_eq!(log(&guarded), "own\n");
        keyfence(&guarded, "doctor").ends(0);
        guarded.install(own.install);
        if own.writes_over {
            keyfence(&guarded, "install").ends(0);
        }
    }
    keyfence(&guarded, "uninstall").ends(0);
    guarded.install(own.install);
    let mut after = hooks(&guarded);
    // lefthook's own for what we had it run stay, and do nothing.
    let is_lefthooks = |text: &[u8]| memchr::memmem::find(text, b"call_lefthook").is_some();
    after.retain(|path, text| before.contains_key(path) || !is_lefthooks(text));
    assert_eq!(after, before);
    guarded.repo.write("k.env", pair.env());
    guarded.commit("leak").ends(0);
    assert_eq!(log(&guarded), "own\n");
}

fn keyfence(guarded: &Guarded, what: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfence"));
    command.arg(what).current_dir(&guarded.repo.root);
    guarded.run(command)
}

/// Returns the files in the folders of hooks, and git's configuration.
fn hooks(guarded: &Guarded) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    for folder in [".git/hooks", ".husky", ".husky/_", "."] {
        let Ok(entries) = fs::read_dir(guarded.repo.root.join(folder)) else {
            continue;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_file() && !path.ends_with("README") {
                out.insert(path.display().to_string(), fs::read(path).unwrap());
            }
        }
    }
    let configuration = guarded.repo.root.join(".git/config");
    out.insert("configuration".to_owned(), fs::read(configuration).unwrap());
    out
}

/// Takes what the framework's own hook wrote.
fn log(guarded: &Guarded) -> String {
    let path = guarded.repo.root.join(".git/own-log");
    let text = fs::read_to_string(&path).unwrap_or_default();
    drop(fs::remove_file(path));
    text
}
