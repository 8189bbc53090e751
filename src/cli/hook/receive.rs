//! The hooks that see refs change: on a server before a push is taken, and here for each transaction.

use gix::ObjectId;

use super::{
    super::{CLEAN, Failure},
    advice::Way,
    context::Context,
    limits::{Limits, Over},
};
use crate::source::{history::refs, range::Range};

pub(super) fn received(context: &Context<'_>) -> Result<u8, Failure> {
    scan(context, &Way::Receive)
}

pub(super) fn reference_transaction(context: &Context<'_>) -> Result<u8, Failure> {
    scan(context, &Way::Transaction)
}

fn scan(context: &Context<'_>, way: &Way<'_>) -> Result<u8, Failure> {
    let updates = &context.updates;
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
            let new = context.new_in(&range, watch).map_err(cannot)?;
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
