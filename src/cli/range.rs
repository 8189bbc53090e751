//! `keyfence scan --range`, and how ends of ranges are looked up.

use gix::ObjectId;

use super::{Failure, environment, settings::Limits};
use crate::{
    finding::{Outcome, Skipped, receipt},
    scan::{Scanner, Watch},
    source::{
        history::{partial, revision::Revisions},
        index,
        range::{self, New, Range},
        repository::{self, Repository},
    },
};

/// Scans the commits of `text`, which is `A..B` or `A...B`.
pub(super) fn scan(
    text: &str,
    scanner: &Scanner,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Outcome, Failure> {
    let repository = repository()?;
    let revisions = revisions(&repository)?;
    let (base, head, from_merge_base) = parse(&repository, &revisions, text)?;
    let merge_base = revisions.merge_base(base, head);
    let known = if from_merge_base {
        merge_base.ok_or_else(|| {
            Failure::new(format!(
                "--range {text}: the two have no commit in common here; write A..B, or fetch the history that is missing ({UNSHALLOW})"
            ))
        })?
    } else {
        base
    };
    let between = Range {
        tips: vec![head],
        known: vec![known],
    };
    let new = new(&repository, &between, limits.threads, watch, UNSHALLOW)?;
    let mut outcome = scanner
        .range(watch, &repository, &new, limits.of_blobs())
        .map_err(|error| Failure::because(format!("cannot scan {text}"), error))?;
    tell_partial(&repository, &mut outcome);
    outcome.receipt.range = Some(receipt::Range {
        base: Some(known.to_string()),
        head: head.to_string(),
        merge_base: merge_base.map(|id| id.to_string()),
        ci: None,
        repository: None,
    });
    Ok(outcome)
}

/// How a shallow clone gets the rest of its history.
pub(super) const UNSHALLOW: &str = "run `git fetch --unshallow`";

/// Returns the repository round the current folder.
pub(super) fn repository() -> Result<Repository, Failure> {
    repository::discover(
        &environment::current_dir()?,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .map_err(|error| Failure::because("cannot look at commits", error))
}

/// Opens `repository` to look up revisions in it.
pub(super) fn revisions(repository: &Repository) -> Result<Revisions, Failure> {
    Revisions::open(&repository.git_dir)
        .map_err(|error| Failure::because("cannot look up commits", error))
}

/// Returns the ends of a range, and whether it begins where both part.
fn parse(
    repository: &Repository,
    revisions: &Revisions,
    text: &str,
) -> Result<(ObjectId, ObjectId, bool), Failure> {
    let (parts, from_merge_base) = match text.split_once("...") {
        Some(parts) => (Some(parts), true),
        None => (text.split_once(".."), false),
    };
    let Some((base, head)) = parts else {
        return Err(Failure::new(format!(
            "--range {text:?} is no range; write A..B, or A...B from where both part (`--range {text}..HEAD` for what came after {text})"
        )));
    };
    let end = |text: &str| {
        resolve(
            repository,
            revisions,
            "--range",
            if text.is_empty() { "HEAD" } else { text },
        )
    };
    Ok((end(base)?, end(head)?, from_merge_base))
}

/// Returns the commit that `text`, the value of `option`, names.
pub(super) fn resolve(
    repository: &Repository,
    revisions: &Revisions,
    option: &str,
    text: &str,
) -> Result<ObjectId, Failure> {
    revisions.commit(text).ok_or_else(|| {
        let is_shallow = !partial::shallow(repository, &mut |_| {}).is_empty();
        let hint = if is_shallow {
            " (the clone is shallow: `git fetch --unshallow` brings the rest of its history)"
        } else {
            ""
        };
        Failure::new(format!(
            "{option} {text:?} names no commit of this clone{hint}; `git rev-parse --verify {text}` shows how git sees it"
        ))
    })
}

/// Finds out what is new between commits. Where a shallow clone ends among these, not all can be known: `unshallow` says how it is mended.
pub(super) fn new(
    repository: &Repository,
    between: &Range,
    threads: usize,
    watch: Watch<'_>,
    unshallow: &str,
) -> Result<New, Failure> {
    let mut new = range::new(repository, between, threads, watch.interrupt)
        .map_err(|error| Failure::because("cannot find out which commits are new", error))?;
    if let Some(first) = new.cut.first() {
        new.skipped.push(Skipped {
            path: ".".into(),
            reason: format!(
                "this clone is shallow and ends within the range (at commit {first}, and at {} in all): what is new cannot be told; {unshallow}",
                new.cut.len()
            ),
            incomplete: true,
        });
    }
    Ok(new)
}

/// How a partial clone gets all files.
const UNFILTER: &str = "git fetch --refetch --no-filter";

/// Says in `outcome` how a partial clone is mended, where something was not there.
pub(super) fn tell_partial(repository: &Repository, outcome: &mut Outcome) {
    if !outcome.is_complete() && partial::is_partial(repository) {
        outcome.skipped.push(Skipped {
            path: ".".into(),
            reason: format!("this is a partial clone, which may lack files that the range brings; `{UNFILTER}` gets them"),
            incomplete: true,
        });
        outcome.skipped.sort();
    }
}

impl Limits {
    /// Returns them for blobs.
    pub(super) fn of_blobs(self) -> index::Options {
        index::Options {
            max_blob_bytes: self.max_file_bytes,
            threads: self.threads,
        }
    }
}
