//! What now, for secrets that git keeps: said once, after all findings.

use std::io::{self, Write as _};

use super::paint::Paint;
use crate::finding::{Finding, KeptBy, Occurrence, State};

/// What comes first, whatever became of the file.
const ROTATE: &str = "\
Revoke or rotate what leaked, whatever became of the file: whoever has a
clone, a fork or a backup has the secret.";

const TAKE_OUT: &str = "\
Still there: take it out of the file in a new commit, on each branch; a
tag that holds it has to be made anew.";

const TAKE_OUT_OF_NOTE: &str = "\
In a note: `git notes --ref REF remove ID`, with the names and the id above,
takes it out; then it is only in the history of that ref.";

const NOTES_HISTORY: &str = "\
Only in the history of notes: make the ref anew from its newest tree, here and
wherever it was pushed to: `git update-ref refs/notes/REF $(git commit-tree
-m notes refs/notes/REF^{tree})`; then it is unreachable.";

const UNSTAGE: &str = "\
In the index: take it out of the file and stage that, then commit.";

const REWRITE: &str = "\
Only in history: once it is rotated, a rewrite is optional. `git
filter-repo` (--replace-text, for messages --replace-message) gives all
later commits new ids: everybody clones anew, and forks and the host may
keep the old commits.";

const OTHER_REF: &str = "\
In no branch or tag: drop the ref (`git stash drop`, `git update-ref
-d REF`); then it is unreachable.";

const EXPIRE: &str = "\
Unreachable: `git reflog expire --expire=now --all && git gc --prune=now`
drops it from this repository, and with it older stashes and all else that
only reflogs keep.";

const PRUNE: &str = "\
Unreachable: `git gc --prune=now` drops it from this repository.";

/// Writes what to do about secrets that git keeps, and an empty line; nothing outside history.
pub(super) fn write(findings: &[Finding], paint: Paint, out: &mut Vec<u8>) -> io::Result<()> {
    let steps = steps(findings);
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint.strong("What now:"))?;
    for (nth, step) in steps.iter().enumerate() {
        writeln!(out, "  {}. {}", nth + 1, step.replace('\n', "\n     "))?;
    }
    writeln!(out)
}

/// Returns what to do, in order. A secret that is in HEAD and in old commits needs the advice on both.
fn steps(findings: &[Finding]) -> Vec<&'static str> {
    let all = || findings.iter().flat_map(|finding| &finding.occurrences);
    let has = |state| all().any(|occurrence| occurrence.state() == state);
    let is_note = |o: &Occurrence| o.note.is_some();
    let in_notes = |state| all().any(|o| o.state() == state && is_note(o));
    let elsewhere = || all().any(|o| o.state() == State::Elsewhere && !is_note(o));
    let in_history = |in_other_ref| {
        let mut kept = all().filter(|o| o.state() == State::History && !is_note(o));
        kept.any(|o| o.in_other_ref() == in_other_ref)
    };
    let prune = if all().any(|o| o.state() == State::Unreachable && o.kept_by == KeptBy::Reflog) {
        EXPIRE
    } else {
        PRUNE
    };
    [
        // What was never committed has not left this machine by git.
        (all().any(|o| o.state() != State::Staged), ROTATE),
        (has(State::Head) || elsewhere(), TAKE_OUT),
        (in_notes(State::Elsewhere), TAKE_OUT_OF_NOTE),
        (has(State::Staged), UNSTAGE),
        (in_history(false), REWRITE),
        (in_history(true), OTHER_REF),
        (in_notes(State::History), NOTES_HISTORY),
        (has(State::Unreachable), prune),
    ]
    .into_iter()
    .filter_map(|(is_needed, step)| is_needed.then_some(step))
    .collect()
}
