//! pre-receive and update in a bare repository, under git's quarantine.

use super::super::{Pair, Ran, run};
use crate::git::Repo;

/// A server with a hook, and a clone.
struct Pushed {
    server: Repo,
    clone: Repo,
}

impl Pushed {
    fn new(hooks: &[&str]) -> Self {
        let pushed = Self {
            server: Repo::with(&["--bare"]),
            clone: Repo::new(),
        };
        run(&pushed.server.root, [&["install"], hooks].concat()).ends(0);
        pushed.commit("README", "nothing\n");
        pushed.push(&["main"]).ends(0);
        pushed
    }

    fn commit(&self, path: &str, text: &str) {
        self.clone.write(path, text);
        self.clone.commit_all();
    }

    fn push(&self, what: &[&str]) -> Ran {
        self.push_as(what, &[])
    }

    fn push_as(&self, what: &[&str], variables: &[(&str, &str)]) -> Ran {
        let url = self.server.root.display().to_string();
        let mut command = self.clone.command([&["push", "-q", &url], what].concat());
        Ran::of(&command.envs(variables.iter().copied()).output().unwrap())
    }

    fn config(&self, key: &str, value: &str) {
        self.server.git(["config", key, value]);
    }
}

fn refuses(hooks: &[&str]) {
    let pushed = Pushed::new(hooks);
    let pair = Pair::drawn(1);
    pushed.commit("app.env", &pair.env());
    pushed.commit("app.env", "taken out again\n");
    let ran = pushed.push(&["main"]).ends(1);
    assert!(ran.err.contains("app.env:1:19"), "{ran:#?}");
    assert!(!ran.err.contains(&pair.secret), "{ran:#?}");
    assert!(!ran.err.contains("GL-HOOK-ERR"), "{ran:#?}");
    // Nobody who pushes can leave the check out.
    pushed
        .push_as(&["main"], &[("KEYFENCE_SKIP", "why")])
        .ends(1);
    let ran = pushed.push_as(&["main"], &[("GL_ID", "key-1")]).ends(1);
    assert!(ran.err.contains("GL-HOOK-ERR: app.env:1 in "), "{ran:#?}");
    // What is there already is no news, and neither is a deletion.
    pushed.push(&["main~2:refs/heads/other"]).ends(0);
    pushed.push(&[":other"]).ends(0);
}

#[test]
fn a_push_with_a_secret_is_refused() {
    refuses(&[]);
    refuses(&["--hooks", "update"]);
}

#[test]
fn allow_entries_are_those_of_the_branch_that_is_there() {
    let pushed = Pushed::new(&[]);
    pushed.commit("app.env", &Pair::drawn(1).env());
    let report = run(&pushed.clone.root, ["scan", "--format", "json"])
        .ends(1)
        .json();
    let fingerprint = report["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    let entry = format!("{fingerprint} rule=aws-access-key-pair reason=a test\n");
    pushed.commit(".keyfence/allow", &entry);
    // It cannot excuse itself.
    pushed.push(&["main"]).ends(1);
    pushed
        .clone
        .git(["checkout", "-q", "-b", "entry", "main~2"]);
    pushed.commit(".keyfence/allow", &entry);
    pushed.push(&["entry:main"]).ends(0);
    pushed.push(&["main:refs/heads/leak"]).ends(0);
}

#[test]
fn limits_block_or_let_pass_as_configured() {
    let pushed = Pushed::new(&[]);
    pushed.commit("large", &"nothing at all\n".repeat(100));
    pushed.config("keyfence.maxSize", "1k");
    let ran = pushed.push(&["main"]).ends(1);
    assert!(ran.err.contains("keyfence.maxSize = 1024"), "{ran:#?}");
    pushed.config("keyfence.overLimit", "pass");
    let ran = pushed.push(&["main"]).ends(0);
    assert!(
        ran.err.contains("not all of the push was checked"),
        "{ran:#?}"
    );
    pushed.config("keyfence.overLimit", "sometimes");
    pushed.commit("x", "x\n");
    let ran = pushed.push(&["main"]).ends(1);
    assert!(ran.err.contains("neither `block` nor `pass`"), "{ran:#?}");
    pushed.config("keyfence.overLimit", "block");
    pushed.config("keyfence.maxTime", "soon");
    let ran = pushed.push(&["main"]).ends(1);
    assert!(ran.err.contains("keyfence.maxTime = \"soon\""), "{ran:#?}");
    pushed.config("keyfence.maxTime", "30");
    pushed.push(&["main"]).ends(0);
}

/// What was found until then counts, and what was not read is named.
#[test]
fn the_time_is_over_in_the_middle_of_a_scan() {
    let pushed = Pushed::new(&[]);
    let lines = "password = check(user) # api_key, secret, token\n".repeat(50_000);
    for n in 0..12 {
        pushed
            .clone
            .write(format!("large/{n}"), format!("{n}\n{lines}"));
    }
    pushed.commit("last", "x\n");
    pushed.config("keyfence.maxTime", "0.01");
    let ran = pushed.push(&["main"]).ends(1);
    for part in ["0.01 seconds are over (keyfence.maxTime)", "interrupted"] {
        assert!(ran.err.contains(part), "{part:?} is not in {ran:#?}");
    }
    pushed.config("keyfence.overLimit", "pass");
    let ran = pushed.push(&["main"]).ends(0);
    assert!(
        ran.err
            .contains("not all of the push was checked (keyfence.overLimit = pass)"),
        "{ran:#?}"
    );
    // A message is read before any file.
    pushed.clone.write("large/0", format!("again\n{lines}"));
    pushed.clone.git(["add", "-A"]);
    pushed
        .clone
        .git(["commit", "-q", "-m", &Pair::drawn(1).env()]);
    let ran = pushed.push(&["main"]);
    assert!(ran.err.contains("aws-access-key-pair"), "{ran:#?}");
    ran.ends(1);
}

#[test]
fn a_repository_that_is_only_being_made() {
    let template = Repo::new();
    let folder = template.beside("template");
    let args = [
        "install",
        "--template",
        folder.to_str().unwrap(),
        "--hooks",
        "reference-transaction",
    ];
    run(&template.root, args).ends(0);
    let made = template.beside("made").display().to_string();
    template.git([
        "init",
        "-q",
        "-b",
        "x",
        "--template",
        folder.to_str().unwrap(),
        &made,
    ]);
}

#[test]
fn lines_that_git_does_not_write() {
    let repo = Repo::with(&["--bare"]);
    run(&repo.root, ["hook", "update", "refs/heads/main"]).complains(&["hook update needs"]);
    let ran = super::super::run_with(&repo.root, ["hook", "pre-receive"], b"nonsense\n");
    ran.complains(&["does not understand the line \"nonsense\""]);
}
