//! The hooks of `git secrets`.

use std::{ffi::OsString, path::Path};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    super::{Stop, TROUBLE},
    Seen, Shown, failed, history, in_blobs, repository, shown,
};
use crate::{
    cli::{environment, scan::read_message, settings::Limits},
    prohibited::Search,
    source::index,
};

/// Scans what the commit adds: each staged file whole, and nothing when files are only removed.
pub(super) fn pre_commit(search: &Search, limits: Limits) -> Result<Seen, Stop> {
    let cannot = "scan what is staged";
    let repository = repository(cannot)?;
    let outcome = in_blobs(search, limits, cannot, |options, make| {
        index::scan(&repository, options, make)
    })?;
    Ok(Seen::of(outcome, true))
}

/// Scans the message as git will store it, without comments and what stands below the scissors; lines are those of the file.
pub(super) fn commit_msg(arguments: &[OsString], search: &Search) -> Result<Seen, Stop> {
    let Some(file) = arguments.first().map(Path::new) else {
        return Err(Stop::said(
            "git-secrets: --commit_msg_hook needs the message file that git passes to a hook",
            TROUBLE,
        ));
    };
    let message = read_message(file).map_err(|failure| Stop::failed(&failure, TROUBLE))?;
    let path = BStr::new(file.as_os_str().as_encoded_bytes());
    let outcome = search.run(|make| message.scan(path, &mut *make()));
    let lines = outcome.lines.iter().map(|line| {
        let number = usize::try_from(line.number).unwrap_or(usize::MAX);
        let number = message.file_line(number) as u64;
        Shown {
            commit: BString::default(),
            rest: shown(path, number, line.text.as_ref(), false),
        }
    });
    Ok(Seen {
        lines: lines.collect(),
        skipped: outcome.skipped,
    })
}

/// Scans what a merge is about to bring: the lines that commits of the other side add. Other commits are the business of other hooks.
pub(super) fn prepare_commit_msg(
    arguments: &[OsString],
    search: &Search,
    limits: Limits,
) -> Result<Seen, Stop> {
    let is_merge = arguments.get(1).is_some_and(|source| source == "merge");
    if !is_merge || arguments.get(2).is_some_and(|commit| !commit.is_empty()) {
        return Ok(Seen::default());
    }
    let heads = heads()?;
    if heads.is_empty() {
        return Ok(Seen::default());
    }
    let mut range = heads;
    range.extend(["--not".to_owned(), "HEAD".to_owned()]);
    history::in_range(&range, search, limits)
}

/// Returns the ids of the commits that are merged: git names them in the environment, and after conflicts in a file.
fn heads() -> Result<Vec<String>, Stop> {
    let mut heads = environment::merge_heads();
    if heads.is_empty() {
        let repository = repository("tell what is merged")?;
        let file = repository.git_dir.join("MERGE_HEAD");
        match std::fs::read(&file) {
            Ok(text) => heads.extend(text.lines().map(|line| line.to_str_lossy().into_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&format!("read {}", file.display()), &error)),
        }
    }
    let is_id = |head: &String| {
        matches!(head.len(), 40 | 64) && head.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    heads.retain(is_id);
    heads.sort();
    heads.dedup();
    Ok(heads)
}
