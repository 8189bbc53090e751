//! What git does against how the hooks are installed: the table of `docs/hooks.md`, cell by cell.

mod kinds;

use std::{
    cell::RefCell,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::super::Pair;
use crate::git::{self, Repo};
use kinds::{KINDS, Kind, Needs};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hooks.md");

/// A repository in which hooks are installed.
struct Site {
    repo: Repo,
    git: PathBuf,
    /// Variables that git is run with.
    variables: Vec<(&'static str, OsString)>,
    /// What the last command said.
    said: RefCell<String>,
}

impl Site {
    /// Runs git and returns true when it succeeds.
    fn git(&self, args: &[&str]) -> bool {
        self.git_with(args, &[])
    }

    fn git_with(&self, args: &[&str], variables: &[(&str, &str)]) -> bool {
        let mut command = self.command(args);
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        *self.said.borrow_mut() = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        output.status.success()
    }

    fn command(&self, args: &[&str]) -> Command {
        let like = self.repo.command(args);
        let mut command = Command::new(&self.git);
        command.args(like.get_args()).current_dir(&self.repo.root);
        for (name, value) in like.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .stdin(std::process::Stdio::null())
            .env("GIT_EDITOR", "true")
            .envs(self.variables.iter().cloned());
        command
    }

    fn leak(&self, path: &str) {
        self.repo.write(path, Pair::drawn(7).env());
    }

    fn stage(&self) {
        self.leak("app.env");
        assert!(self.git(&["add", "-A"]));
    }
}

/// What git does, and returns true when it succeeds: a row. The hooks are installed when it runs; branches with secrets were there before.
type Operation = (&'static str, fn(&Site) -> bool);

const OPERATIONS: &[Operation] = &[
    ("git commit", |site| {
        site.stage();
        site.git(&["commit", "-m", "x"])
    }),
    ("git commit -a", |site| {
        site.leak("README");
        site.git(&["commit", "-a", "-m", "x"])
    }),
    ("git commit PATH", |site| {
        site.leak("README");
        site.git(&["commit", "-m", "x", "README"])
    }),
    ("git commit --amend", |site| {
        site.stage();
        site.git(&["commit", "--amend", "--no-edit"])
    }),
    ("git commit --no-verify", |site| {
        site.stage();
        site.git(&["commit", "--no-verify", "-m", "x"])
    }),
    ("git commit, secret in the message", |site| {
        site.git(&["commit", "--allow-empty", "-m", &Pair::drawn(7).env()])
    }),
    ("git merge --no-ff", |site| {
        site.git(&["merge", "--no-ff", "--no-edit", "side"])
    }),
    ("git merge --no-verify", |site| {
        site.git(&["merge", "--no-ff", "--no-edit", "--no-verify", "side"])
    }),
    ("git commit after a conflict", |site| {
        assert!(!site.git(&["merge", "--no-edit", "conflict"]));
        site.repo.write("both", "mended\n");
        assert!(site.git(&["add", "both"]));
        site.git(&["commit", "--no-edit"])
    }),
    ("git cherry-pick", |site| site.git(&["cherry-pick", "side"])),
    ("git revert", |site| {
        assert!(site.git(&["checkout", "-q", "taken-out"]));
        site.git(&["revert", "--no-edit", "HEAD"])
    }),
    ("git rebase", |site| {
        assert!(site.git(&["checkout", "-q", "side"]));
        site.git(&["rebase", "main"])
    }),
    ("git rebase --apply", |site| {
        assert!(site.git(&["checkout", "-q", "side"]));
        site.git(&["rebase", "--apply", "main"])
    }),
    ("git am", |site| {
        site.git(&["am", &site.repo.beside("patch").display().to_string()])
    }),
    ("git am --no-verify", |site| {
        site.git(&[
            "am",
            "--no-verify",
            &site.repo.beside("patch").display().to_string(),
        ])
    }),
    ("git push", |site| {
        site.git(&[
            "push",
            "-q",
            &site.repo.beside("remote").display().to_string(),
            "side",
        ])
    }),
    ("git push --tags, secret in the tag's message", |site| {
        let url = site.repo.beside("remote").display().to_string();
        assert!(site.git(&["push", "-q", "--no-verify", &url, "main"]));
        site.git(&["push", "-q", &url, "leaky-tag"])
    }),
    ("git push --no-verify", |site| {
        let url = site.repo.beside("remote").display().to_string();
        site.git(&["push", "-q", "--no-verify", &url, "side"])
    }),
    ("git merge --ff of a branch that is here", |site| {
        assert!(site.git(&["checkout", "-q", "-b", "behind", "side~1"]));
        site.git(&["merge", "--ff-only", "side"])
    }),
    ("git pull --ff of what is not here", |site| {
        let url = site.repo.beside("other").display().to_string();
        site.git(&["pull", "-q", "--ff-only", &url, "main"])
    }),
    ("git commit-tree, git update-ref", |site| {
        site.stage();
        let output = site.command(&["write-tree"]).output().unwrap();
        let tree = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        let output = site
            .command(&["commit-tree", "-m", "x", &tree])
            .output()
            .unwrap();
        let commit = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        site.git(&["update-ref", "refs/heads/made", &commit])
    }),
    ("git -c core.hooksPath=/dev/null commit", |site| {
        site.stage();
        site.git(&["-c", "core.hooksPath=/dev/null", "commit", "-m", "x"])
    }),
    ("git stash", |site| {
        site.leak("README");
        site.git(&["stash", "-q"])
    }),
    ("KEYFENCE_SKIP=\"why\" git commit", |site| {
        site.stage();
        site.git_with(
            &["commit", "-m", "x"],
            &[("KEYFENCE_SKIP", "the key is revoked")],
        )
    }),
    ("git commit, an old secret in an edited file", |site| {
        assert!(site.git(&["checkout", "-q", "old-secret"]));
        let text = fs::read_to_string(site.repo.root.join("old.env")).unwrap();
        site.repo
            .write("old.env", format!("# edited\n\n{text}REGION=x\n"));
        site.git(&["commit", "-a", "-m", "x"])
    }),
    ("git commit, an old secret in a file that moves", |site| {
        assert!(site.git(&["checkout", "-q", "old-secret"]));
        fs::create_dir_all(site.repo.root.join("new")).unwrap();
        assert!(site.git(&["mv", "old.env", "new/place.env"]));
        site.git(&["commit", "-m", "x"])
    }),
    ("git commit, the removal of a secret", |site| {
        assert!(site.git(&["checkout", "-q", "old-secret"]));
        assert!(site.git(&["rm", "-q", "old.env"]));
        site.git(&["commit", "-m", "x"])
    }),
    ("git commit, nothing secret", |site| {
        site.repo.write("README", "changed\n");
        site.git(&["commit", "-a", "-m", "x"])
    }),
];

/// Makes the branches with secrets.
fn prepared(git: PathBuf) -> Site {
    let repo = Repo::new();
    let site = Site {
        repo,
        git,
        variables: Vec::new(),
        said: RefCell::default(),
    };
    let commit = |message: &str| {
        assert!(site.git(&["add", "-A"]));
        assert!(site.git(&["commit", "-q", "-m", message]));
    };
    site.repo.write("README", "one\n");
    site.repo.write("both", "one\n");
    commit("one");
    assert!(site.git(&["checkout", "-q", "-b", "side"]));
    site.leak("side.env");
    commit("leak");
    let patch = site
        .command(&["format-patch", "-1", "--stdout"])
        .output()
        .unwrap();
    fs::write(site.repo.beside("patch"), patch.stdout).unwrap();
    assert!(site.git(&["checkout", "-q", "-b", "conflict", "main"]));
    site.repo.write("both", "theirs\n");
    site.leak("conflict.env");
    commit("conflict");
    assert!(site.git(&["checkout", "-q", "-b", "taken-out", "main"]));
    site.leak("gone.env");
    commit("leak");
    assert!(site.git(&["rm", "-q", "gone.env"]));
    commit("take out");
    assert!(site.git(&["checkout", "-q", "-b", "old-secret", "main"]));
    site.leak("old.env");
    commit("leak");
    assert!(site.git(&["checkout", "-q", "main"]));
    site.repo.write("both", "ours\n");
    commit("two");
    assert!(site.git(&["tag", "-a", "-m", &Pair::drawn(7).env(), "leaky-tag"]));
    let beside = |name: &str| site.repo.beside(name).display().to_string();
    assert!(site.git(&["init", "-q", "--bare", &beside("remote")]));
    assert!(site.git(&["clone", "-q", ".", &beside("other")]));
    let other = site.repo.beside("other");
    fs::write(other.join("pulled.env"), Pair::drawn(9).env()).unwrap();
    git::run(git::git(&other, ["add", "-A"]));
    git::run(git::git(&other, ["commit", "-q", "-m", "leak"]));
    site
}

/// Makes the same again, in a tenth of the time.
fn copied(master: &Site) -> Site {
    let repo = Repo::new();
    let mut copy = Command::new("cp");
    copy.arg("-R")
        .arg(master.repo.beside("."))
        .arg(repo.beside("."));
    git::run(copy);
    Site {
        repo,
        git: master.git.clone(),
        variables: Vec::new(),
        said: RefCell::default(),
    }
}

/// Runs one operation with one kind, and returns `blocked` or `passed`; nothing where git cannot do it.
fn cell(operation: &Operation, kind: &Kind, master: &Site) -> Option<&'static str> {
    let mut site = copied(master);
    kind.install(&mut site);
    let passed = (operation.1)(&site);
    // Not for another reason.
    let said = site.said.borrow();
    if said.contains("unknown option `no-verify'") {
        // Git has had it for `am` since 2.40.
        return None;
    }
    assert!(
        passed || said.contains("[aws-access-key-pair]"),
        "{}: {said}",
        operation.0
    );
    Some(if passed { "passed" } else { "**blocked**" })
}

/// Returns the rows of the table: what git does, and its cells.
fn table() -> Vec<Vec<String>> {
    let page = fs::read_to_string(PAGE).unwrap();
    let lines = page
        .lines()
        .skip_while(|line| !line.starts_with("| what git does"));
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
    .collect()
}

fn check(kinds: &[(usize, &Kind)], git: &Path) {
    let rows = table();
    let master = prepared(git.to_owned());
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let row = rows
            .iter()
            .find(|row| row[0] == format!("`{}`", operation.0) || row[0] == operation.0);
        for (at, kind) in kinds {
            let Some(is) = cell(operation, kind, &master) else {
                continue;
            };
            let told = row.and_then(|row| row.get(at + 1)).map(String::as_str);
            if told != Some(is) {
                wrong.push(format!(
                    "{} / {}: it is {is}, the page says {told:?}",
                    operation.0, kind.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/hooks.md:\n{}", wrong.join("\n"));
}

/// Returns the columns that need this.
fn kinds(needs: Needs) -> Vec<(usize, &'static Kind)> {
    let all = KINDS.iter().enumerate();
    all.filter(|(_, kind)| kind.needs == needs).collect()
}

fn git_in_path() -> PathBuf {
    let output = Command::new("sh")
        .args(["-c", "command -v git"])
        .output()
        .unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

#[test]
fn the_page_has_each_operation_once() {
    let rows = table();
    assert_eq!(
        rows[0][1..],
        KINDS
            .iter()
            .map(|kind| kind.name.to_owned())
            .collect::<Vec<_>>()[..]
    );
    let told: Vec<&str> = rows[2..]
        .iter()
        .map(|row| row[0].trim_matches('`'))
        .collect();
    let known: Vec<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(told, known);
}

#[test]
fn every_cell_of_the_page_is_true() {
    check(&kinds(Needs::Nothing), &git_in_path());
}

#[test]
#[ignore = "needs pre-commit, husky and lefthook: tests/run prepares them"]
fn every_cell_is_true_beside_frameworks() {
    check(&kinds(Needs::Frameworks), &git_in_path());
}

#[test]
#[ignore = "needs git 2.54 or newer, which KEYFENCE_TEST_GITS names"]
fn every_cell_is_true_with_hooks_in_the_configuration() {
    check(&kinds(Needs::NewGit), &crate::hooks::ways::new_git());
}
