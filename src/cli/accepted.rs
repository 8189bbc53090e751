//! The allow entries that a scan honours.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Failure, environment};
use crate::{
    policy::{
        Accepted,
        allow::{self, Entry},
    },
    source::{head, repository::Repository},
};

/// Returns the secrets that the entries of this repository accept today; entries that no longer hold are named.
pub(super) fn fingerprints() -> Result<Accepted, Failure> {
    let path = root()?.join(allow::PATH);
    Ok(holding(read(&path)?, &path))
}

/// Does the same for `repository`. One without a work tree has the entries of HEAD.
pub(super) fn fingerprints_of(repository: &Repository) -> Result<Accepted, Failure> {
    if let Some(top) = &repository.work_tree {
        let path = top.join(allow::PATH);
        return Ok(holding(read(&path)?, &path));
    }
    let name = format!("HEAD:{}", allow::PATH);
    let bytes = head::file(repository, allow::PATH.into())
        .map_err(|error| Failure::because(format!("cannot read {name}"), error))?;
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let path = Path::new(&name);
    Ok(holding(parse(&text, path)?, path))
}

pub(super) fn holding(entries: Vec<Entry>, path: &Path) -> Accepted {
    let today = today();
    let mut out = Accepted::new();
    for entry in entries {
        if entry.holds_on(&today) {
            out.insert(entry.fingerprint, entry.acceptance());
        } else {
            let expires = entry.expires.unwrap_or_default();
            drop(writeln!(
                io::stderr(),
                "keyfence: the allow entry {} ended on {expires}; renew it with `keyfence allow` or delete its line in {}",
                entry.fingerprint,
                path.display()
            ));
        }
    }
    out
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

/// Returns the entries of a file; none when there is no file.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::because(
                format!("cannot read the allow entries in {}", path.display()),
                error,
            ));
        }
    };
    parse(&text, path)
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Entry>, Failure> {
    allow::parse(text).map_err(|error| Failure::because(format!("cannot read the allow entries in {}; mend the line, or leave the entries out with --no-allow", path.display()), error))
}

fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut text = crate::validate::civil::rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX));
    text.truncate(10);
    text
}
