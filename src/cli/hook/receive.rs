//! The hooks that see refs change: on a server before a push is taken, and here for each transaction.

use gix::ObjectId;

use super::{
    super::{CLEAN, Failure},
    advice::Way,
    context::Context,
    limits::{Limits, Over},
    updates::{self, Update},
};
use crate::source::{
    history::refs,
    range::{self, Range},
};

pub(super) fn pre_receive(context: &Context<'_>) -> Result<u8, Failure> {
    let updates = updates::received(context.name)?;
    scan(context, &updates, &Way::Receive)
}

pub(super) fn update(context: &Context<'_>) -> Result<u8, Failure> {
    let update = updates::argued(context.arguments)?;
    scan(context, &[update], &Way::Receive)
}

/// Looks at what branches, tags and notes get. What a remote has sent (`refs/remotes/`) is no commit of anybody here, and a stash
/// is not meant for others.
pub(super) fn reference_transaction(context: &Context<'_>) -> Result<u8, Failure> {
    let mut updates = updates::received(context.name)?;
    let kinds: [&[u8]; 3] = [b"refs/heads/", b"refs/tags/", b"refs/notes/"];
    updates.retain(|update| kinds.iter().any(|kind| update.name.starts_with(kind)));
    scan(context, &updates, &Way::Transaction)
}

fn scan(context: &Context<'_>, updates: &[Update], way: &Way<'_>) -> Result<u8, Failure> {
    let tips: Vec<ObjectId> = updates.iter().filter_map(|update| update.new).collect();
    if tips.is_empty() {
        return Ok(CLEAN);
    }
    let limits = Limits::new(&context.repository)?;
    let refs = refs::tips(&context.repository, &mut |_| {});
    let old = updates.iter().filter_map(|update| update.old);
    let known = refs.all.iter().map(|tip| tip.id).chain(refs.head);
    let range = Range {
        tips,
        known: old
            .chain(known)
            .chain(refs.other_heads.iter().copied())
            .collect(),
    };
    let cannot = |error| Failure::because("cannot scan what is pushed", error);
    let (repository, scanner) = (&context.repository, context.scanner());
    let (mut outcome, over) = context.watched(|watch| {
        let scan = || {
            let new = range::new(repository, &range, watch.interrupt).map_err(cannot)?;
            if let Some(skipped) = limits.too_large(repository, &new)? {
                let mut outcome = scanner.run_watched(watch, |_| {});
                outcome.skipped.push(skipped);
                return Ok((outcome, true));
            }
            let outcome = scanner.range(watch, repository, &new, context.options());
            outcome.map(|outcome| (outcome, false)).map_err(cannot)
        };
        let ((outcome, is_too_large), is_late) = limits.guard(watch, scan)?;
        let over = match (is_too_large, is_late) {
            (true, _) => Some(Over::Size),
            (false, true) => Some(Over::Time),
            (false, false) => None,
        };
        Ok((outcome, over))
    })?;
    if let Some(over) = over {
        limits.forgive(&mut outcome, over);
    }
    context.tell(outcome, way)
}
