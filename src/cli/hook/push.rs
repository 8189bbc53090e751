//! pre-push: what the remote lacks.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    super::{CLEAN, Failure, environment},
    advice::Way,
    context::Context,
    updates::Update,
};
use crate::source::{
    history::{
        refs::{self, Refs},
        revision::Revisions,
    },
    range::{self, Range},
};

pub(super) fn pre_push(context: &Context<'_>) -> Result<u8, Failure> {
    let mut updates = context.updates.clone();
    let mut remote = context.arguments.first().cloned();
    if updates.is_empty()
        && let Some(told) = environment::pre_commit_push()
    {
        // The framework has read the list itself, and tells one of its lines in variables.
        let new = Revisions::open(&context.repository.git_dir)
            .map_err(|error| Failure::because("cannot tell what is pushed", error))?
            .commit(&told.to)
            .ok_or_else(|| {
                Failure::new(format!(
                    "cannot tell what is pushed: {} names no commit",
                    told.to
                ))
            })?;
        updates.push(Update {
            name: told.remote_branch.into(),
            old: None,
            new: Some(new),
        });
        remote = remote.or(Some(told.remote_name));
    }
    let tips: Vec<ObjectId> = updates.iter().filter_map(|update| update.new).collect();
    if tips.is_empty() {
        // Only deletions.
        return Ok(CLEAN);
    }
    let refs = refs::tips(&context.repository, &mut |_| {});
    let remote = remote.unwrap_or_default();
    let known = known(context, remote.as_encoded_bytes(), &refs);
    let range = Range {
        tips,
        known: updates
            .iter()
            .filter_map(|update| update.old)
            .chain(known)
            .collect(),
    };
    let cannot = |error| Failure::because("cannot scan what is pushed", error);
    let outcome = context.watched(|watch| {
        let new = context.new_in(&range, watch).map_err(cannot)?;
        let scanner = context.scanner();
        scanner
            .range(watch, &context.repository, &new, context.options())
            .map_err(cannot)
    })?;
    context.tell(outcome, &Way::Push { refs: &refs })
}

/// Returns what the remote is known to have: where its branches were when it was last asked. Of a bare URL nothing is known, unless
/// a remote has that URL.
fn known(context: &Context<'_>, remote: &[u8], refs: &Refs) -> Vec<ObjectId> {
    let names = context.repository.subsections("remote");
    let is_asked = |name: &BString| {
        let value = |key: &str| {
            let values = context.repository.values(&format!("remote.{name}.{key}"));
            values.into_iter().any(|value| value.value == remote)
        };
        **name == *remote || value("url") || value("pushurl")
    };
    let mut out = Vec::new();
    for name in names.iter().filter(|name| is_asked(name)) {
        let prefix = [b"refs/remotes/", &name[..], b"/"].concat();
        let tips = refs.all.iter().filter(|tip| tip.name.starts_with(&prefix));
        out.extend(tips.map(|tip| tip.id));
    }
    out
}

/// Returns the remote that has the commit `id` by now, as far as is known here.
pub(super) fn is_on_remote(context: &Context<'_>, id: &str, refs: &Refs) -> Option<BString> {
    let id = ObjectId::from_hex(id.as_bytes()).ok()?;
    let remote = |tip: &&refs::RefTip| tip.name.starts_with(b"refs/remotes/");
    let mut tips: Vec<&refs::RefTip> = refs.all.iter().filter(remote).collect();
    let holds = |tips: &[&refs::RefTip]| {
        let range = Range {
            tips: vec![id],
            known: tips.iter().map(|tip| tip.id).collect(),
        };
        range::is_known(&context.repository, &range)
    };
    if tips.is_empty() || !holds(&tips) {
        return None;
    }
    // Halving finds one of them in few walks.
    while tips.len() > 1 {
        let rest = tips.split_off(tips.len() / 2);
        if !holds(&tips) {
            tips = rest;
        }
    }
    let name = tips.first()?.name.strip_prefix(b"refs/remotes/")?;
    Some(name.as_bstr().to_owned())
}
