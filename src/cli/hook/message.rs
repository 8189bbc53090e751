//! The hooks that look at a commit message, as git will store it.

use std::path::Path;

use super::{
    super::{Failure, scan},
    advice::Way,
    context::Context,
};
use crate::finding::Outcome;

pub(super) fn commit_msg(context: &Context<'_>) -> Result<u8, Failure> {
    let file = file(context)?;
    context.tell(scan(context, file)?, &Way::Message { file })
}

/// As `commit_msg`; git keeps the patch it stopped at.
pub(super) fn applypatch_msg(context: &Context<'_>) -> Result<u8, Failure> {
    let file = file(context)?;
    context.tell(scan(context, file)?, &Way::Patch)
}

/// Scans the message in `file`.
pub(super) fn scan(context: &Context<'_>, file: &Path) -> Result<Outcome, Failure> {
    let message = scan::read_message_in(Some(&context.repository), file)?;
    Ok(scan::scan_text(context.scanner(), &message, file))
}

fn file<'a>(context: &Context<'a>) -> Result<&'a Path, Failure> {
    context.arguments.first().map(Path::new).ok_or_else(|| {
        Failure::new(format!(
            "hook {} needs the message file that git passes to it",
            context.name
        ))
    })
}
