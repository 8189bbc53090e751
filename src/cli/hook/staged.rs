//! The hooks that look at what is about to be committed: the index, and for a merge the commits that it brings.

use std::{fs, path::Path};

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{
    super::{CLEAN, Failure, environment},
    advice::Way,
    context::Context,
    message,
    receipt::Receipt,
};
use crate::{
    finding::{Outcome, SourceKind, sort},
    source::{
        head,
        history::refs,
        index::{self, Staged},
        range::Range,
    },
};

pub(super) fn pre_commit(context: &Context<'_>) -> Result<u8, Failure> {
    look(context, &Way::Commit)
}

pub(super) fn pre_merge_commit(context: &Context<'_>) -> Result<u8, Failure> {
    look(context, &Way::Merge)
}

pub(super) fn pre_applypatch(context: &Context<'_>) -> Result<u8, Failure> {
    look(context, &Way::Patch)
}

fn look(context: &Context<'_>, way: &Way<'_>) -> Result<u8, Failure> {
    let work = Work::new(context)?;
    let (outcome, tree) = work.scan(context)?;
    finish(context, work.receipt(context, tree).as_ref(), outcome, way)
}

/// Does nothing where another hook has looked at the same tree. Where none has, it was left out: `git commit --no-verify`, cherry-pick,
/// revert and rebase run this hook alone. Then `commit-msg` may be left out, too, and the message is looked at as it is by now.
pub(super) fn prepare_commit_msg(context: &Context<'_>) -> Result<u8, Failure> {
    let work = Work::new(context)?;
    let tree = index::tree_id(&context.repository)
        .map_err(|error| Failure::because("cannot read what is staged", error))?;
    let receipt = work.receipt(context, tree);
    if receipt
        .as_ref()
        .is_some_and(|r| r.is_there(&context.repository))
    {
        return Ok(CLEAN);
    }
    let (mut outcome, _) = work.scan(context)?;
    let source = context.arguments.get(1).cloned();
    let source = source.or_else(environment::pre_commit_message_source);
    // Without a source, or from a template, there is no message yet.
    if let (Some(file), Some(source)) = (context.arguments.first(), &source)
        && source != "template"
    {
        append(&mut outcome, message::scan(context, Path::new(file))?);
    }
    let way = match source {
        Some(source) if source == "merge" => Way::Merge,
        _ => Way::Commit,
    };
    finish(context, receipt.as_ref(), outcome, &way)
}

/// Tells what was found, and leaves a receipt when there is nothing.
fn finish(
    context: &Context<'_>,
    receipt: Option<&Receipt>,
    outcome: Outcome,
    way: &Way<'_>,
) -> Result<u8, Failure> {
    let code = context.tell(outcome, way)?;
    if code == CLEAN
        && let Some(receipt) = receipt
    {
        receipt.leave(&context.repository);
    }
    Ok(code)
}

/// What the next commit is made of.
struct Work {
    head: Option<ObjectId>,
    /// The other commits that a merge joins.
    merged: Vec<ObjectId>,
}

impl Work {
    fn new(context: &Context<'_>) -> Result<Self, Failure> {
        let head = head::id(&context.repository)
            .map_err(|error| Failure::because("cannot scan what is staged", error))?;
        Ok(Self {
            head,
            merged: merged(context)?,
        })
    }

    /// Returns what was found, and the tree it stands in.
    fn scan(&self, context: &Context<'_>) -> Result<(Outcome, Option<ObjectId>), Failure> {
        let cannot = |error| Failure::because("cannot scan what is staged", error);
        let (scanner, repository) = (context.scanner(), &context.repository);
        context.watched(|watch| {
            let Staged { step, tree } = index::staged(repository, &self.merged).map_err(cannot)?;
            let brought = scanner
                .steps(
                    watch,
                    (repository, SourceKind::Index),
                    &[step],
                    context.options(),
                )
                .map_err(cannot)?;
            let mut outcome = brought.into_outcome(scanner, |_, _| {});
            if !self.merged.is_empty() {
                let cannot = |error| Failure::because("cannot scan what is merged", error);
                let range = self.range(context);
                let new = context.new_in(&range, watch).map_err(cannot)?;
                let merged = scanner.range(watch, repository, &new, context.options());
                append(&mut outcome, merged.map_err(cannot)?);
            }
            Ok((outcome, tree))
        })
    }

    /// Returns the commits that the merge brings. What a remote has got is out already: it is no mistake of today.
    fn range(&self, context: &Context<'_>) -> Range {
        // A broken ref means that more is new.
        let refs = refs::tips(&context.repository, &mut |_| {});
        let remote = refs
            .all
            .iter()
            .filter(|tip| tip.name.starts_with(b"refs/remotes/"));
        Range {
            tips: self.merged.clone(),
            known: self
                .head
                .into_iter()
                .chain(remote.map(|tip| tip.id))
                .collect(),
        }
    }

    /// Returns the receipt for `tree`; none where git could not make a tree yet.
    fn receipt(&self, context: &Context<'_>, tree: Option<ObjectId>) -> Option<Receipt> {
        Some(Receipt {
            tree: tree?,
            parents: self.head.iter().chain(&self.merged).copied().collect(),
            scanner: context.scanner().identity(),
        })
    }
}

/// Returns the commits that are being merged: git names them in variables of its hooks, and in a file once it has stopped for the person.
fn merged(context: &Context<'_>) -> Result<Vec<ObjectId>, Failure> {
    let mut ids: Vec<ObjectId> = environment::merge_heads()
        .iter()
        .filter_map(|hex| ObjectId::from_hex(hex.as_bytes()).ok())
        .collect();
    let file = context.repository.git_dir.join("MERGE_HEAD");
    match fs::read(&file) {
        Ok(text) => ids.extend(
            text.lines()
                .filter_map(|hex| ObjectId::from_hex(hex.trim()).ok()),
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::because(
                format!("cannot tell from {} what is merged", file.display()),
                error,
            ));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Adds what was found elsewhere in the same repository.
fn append(outcome: &mut Outcome, other: Outcome) {
    outcome.findings.extend(other.findings);
    sort(&mut outcome.findings);
    outcome.accepted.extend(other.accepted);
    sort(&mut outcome.accepted);
    outcome.skipped.extend(other.skipped);
    outcome.skipped.sort();
    outcome.in_paths.extend(other.in_paths);
    outcome.counts += other.counts;
}
