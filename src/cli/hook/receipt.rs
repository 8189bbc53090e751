//! What a hook leaves behind, so that a later hook of the same commit need not look again.
//!
//! It lies in git's folder of the worktree and says which tree was looked at, against which commits, and by what. When a later hook finds
//! another tree there, the first one was left out (`git commit -n`, cherry-pick, rebase, …), and it looks itself.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use gix::ObjectId;

use crate::{
    cli::{Failure, environment},
    source::repository::Repository,
    validate::civil,
};

/// The first line.
const HEADER: &str = "keyfence receipt 1";

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The tree that is to be committed.
    pub(super) tree: ObjectId,
    /// The commits it was held against.
    pub(super) parents: Vec<ObjectId>,
    /// [`Scanner::identity`](crate::scan::Scanner::identity).
    pub(super) scanner: String,
}

fn folder(repository: &Repository) -> PathBuf {
    repository.git_dir.join("keyfence")
}

impl Receipt {
    fn text(&self) -> String {
        let parents: Vec<String> = self.parents.iter().map(ToString::to_string).collect();
        format!(
            "{HEADER}\ntree {}\nparents {}\nscanner {}\n",
            self.tree,
            parents.join(" "),
            self.scanner
        )
    }

    /// Returns true when this is what the last receipt says.
    pub(super) fn is_there(&self, repository: &Repository) -> bool {
        let found = fs::read_to_string(folder(repository).join("receipt"));
        found.is_ok_and(|found| found.starts_with(&self.text()))
    }

    /// Leaves it behind. Without one later hooks look themselves, so trouble is none.
    pub(super) fn leave(&self, repository: &Repository) {
        drop(write(&folder(repository), &self.text()));
    }
}

fn write(folder: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // Nobody reads half of one: it would be no receipt.
    fs::write(folder.join("receipt"), text)
}

/// Notes that a check was left out, and why: in the receipt, which the next commit overwrites, and in a list that grows.
pub(super) fn skipped(repository: &Repository, hook: &str, reason: &str) -> Result<(), Failure> {
    let folder = folder(repository);
    let time = civil::rfc3339(environment::now_seconds());
    let line = format!("{time} {hook} {reason}\n");
    let note = || -> io::Result<()> {
        write(&folder, &format!("{HEADER}\nskipped {line}"))?;
        let mut options = OpenOptions::new();
        let mut list = options
            .append(true)
            .create(true)
            .open(folder.join("skipped"))?;
        list.write_all(line.as_bytes())
    };
    note().map_err(|error| {
        Failure::because(
            format!(
                "KEYFENCE_SKIP: cannot note in {} that the check is left out (make room or mend its permissions)",
                folder.display()
            ),
            error,
        )
    })
}
