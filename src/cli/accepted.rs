//! The allow entries that a scan honours.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Failure, config::Root, environment};
use crate::{
    policy::{
        Accepted,
        allow::{self, Entry},
    },
    source::{head, repository::Repository},
};

/// Returns the secrets that the allow entries below `root` accept today; entries that no longer hold are named.
pub(super) fn fingerprints(root: &Root<'_>) -> Result<Accepted, Failure> {
    Ok(holding(read(root)?, &root.name(allow::PATH.as_ref())))
}

/// Returns where `repository` has its policy. One without a work tree has that of HEAD.
pub(super) fn root_of(repository: &Repository) -> Result<Root<'_>, Failure> {
    if let Some(top) = &repository.work_tree {
        return Ok(Root::Within(top.clone()));
    }
    let head = head::id(repository);
    let head = head.map_err(|error| Failure::because("cannot read the policy in HEAD", error))?;
    Ok(head.map_or(Root::Nothing, |id| Root::Commit(repository, id)))
}

/// Returns the secrets of the entries that hold today, and names the others, which stand in the file `path`.
pub(super) fn holding(entries: Vec<Entry>, path: &Path) -> Accepted {
    let today = today();
    let mut out = Accepted::new();
    for entry in entries {
        if entry.holds_on(&today) {
            out.insert(entry.fingerprint, entry.acceptance());
        } else {
            let expires = entry.expires.unwrap_or_default();
            say_ended(&entry.fingerprint.to_string(), &expires, path);
        }
    }
    out
}

/// Says that an entry in the file `path` holds no more.
pub(super) fn say_ended(what: &str, expires: &str, path: &Path) {
    // Nothing can be done when standard error is closed.
    drop(writeln!(
        io::stderr(),
        "keyfence: the allow entry {what} ended on {expires}; give it a later day in {}, or delete it there",
        path.display()
    ));
}

/// Returns the root of the work tree round the current folder, or the current folder where there is none.
pub(super) fn root() -> Result<PathBuf, Failure> {
    let base = environment::current_dir()?;
    let root = base
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_owned);
    Ok(root.unwrap_or(base))
}

/// Returns the allow entries below `root`; none when there is no file.
pub(super) fn read(root: &Root<'_>) -> Result<Vec<Entry>, Failure> {
    let text = root.text(allow::PATH.as_ref())?.unwrap_or_default();
    parse(&text, &root.name(allow::PATH.as_ref()))
}

fn parse(text: &str, path: &Path) -> Result<Vec<Entry>, Failure> {
    allow::parse(text).map_err(|error| Failure::because(format!("cannot read the allow entries in {}; mend the line, or leave the entries out with --no-allow", path.display()), error))
}

/// Returns today as `YYYY-MM-DD`.
pub(super) fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut text = crate::validate::civil::rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX));
    text.truncate(10);
    text
}
