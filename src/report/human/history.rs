//! What a reader asks of a leak: who brought it, when, who took it away, is it still there?
//!
//! Lists are cut to what a person reads; the machine formats have all of it.

use bstr::{BString, ByteSlice as _};

use super::paint::Paint;
use crate::{
    finding::{Commit, Finding, KeptBy, Names, Note, Occurrence, SourceKind, State},
    report::{date, scrub::Scrub, text},
};

/// How many digits of an object id are shown: enough for `git show` in any repository there is.
const ID_DIGITS: usize = 12;

/// The most columns of an author's name, of an address and of a summary.
const NAME_COLUMNS: usize = 40;
const EMAIL_COLUMNS: usize = 60;
const SUMMARY_COLUMNS: usize = 72;

/// How wide a list of branches or tags may grow, on a line of its own and after other words; one name is always shown.
const LIST_COLUMNS: usize = 48;
const TIPS_COLUMNS: usize = 28;

/// How many other places are shown.
const PLACES: usize = 5;

/// Places up to this width stand in a column of their own, others on a line of their own.
const PLACE_COLUMNS: usize = 32;

/// A label with its lines.
type Labelled = (&'static str, Vec<String>);

/// What a finding's notes on history are made of.
#[derive(Clone, Copy)]
pub(super) struct History<'a> {
    pub(super) finding: &'a Finding,
    pub(super) paint: Paint,
    pub(super) scrub: &'a Scrub,
}

impl History<'_> {
    /// Returns the labelled lines on the finding's history; none outside history.
    pub(super) fn notes(self) -> Vec<Labelled> {
        let commit = self.finding.commit.as_deref();
        let Some((first, others)) = self.finding.occurrences.split_first() else {
            return commit
                .map(|commit| ("introduced", self.commit(commit)))
                .into_iter()
                .collect();
        };
        let introduced = commit.or(first.introduced.as_deref());
        let mut notes = Vec::new();
        match (introduced, &first.blob) {
            (Some(commit), _) => notes.push(("introduced", self.commit(commit))),
            (None, Some(blob)) if first.kept_by == KeptBy::Unknown => {
                let lost = format!("not known, blob {} has it", short(blob));
                notes.push(("introduced", vec![lost]));
            }
            (None, Some(blob)) => {
                let nobody = format!("no commit holds it, only blob {}", short(blob));
                notes.push(("introduced", vec![nobody]));
            }
            (None, None) => {}
        }
        if let Some(note) = &first.note {
            notes.insert(0, ("note on", vec![self.annotated(note)]));
        }
        if let Some(commit) = &first.removed {
            notes.push(("removed", self.commit(commit)));
        }
        notes.push(("still there", vec![self.still_there(first)]));
        for (label, names) in [("branches", &first.branches), ("tags", &first.tags)] {
            notes.extend(self.list(names, LIST_COLUMNS).map(|l| (label, vec![l])));
        }
        if !others.is_empty() {
            notes.push(("also at", self.places(others)));
        }
        notes
    }

    /// Who and when, then what to give `git show`.
    fn commit(self, commit: &Commit) -> Vec<String> {
        let who = format!("{} by {}", date::day(commit), self.author(commit));
        vec![who, self.what(commit)]
    }

    /// What to give `git show`.
    fn what(self, commit: &Commit) -> String {
        let summary = text::escape_bytes(&self.scrub.summary(&commit.summary));
        let summary = text::clip(&summary, SUMMARY_COLUMNS);
        format!("{} \"{summary}\"", short(&commit.id))
    }

    /// What a note annotates.
    fn annotated(self, note: &Note) -> String {
        match &note.commit {
            Some(commit) => self.what(commit),
            None => format!(
                "{}, which is no commit of this repository",
                short(&note.annotates)
            ),
        }
    }

    fn author(self, commit: &Commit) -> String {
        let email = text::escape_bytes(&self.scrub.author(&commit.email));
        let email = text::clip(&email, EMAIL_COLUMNS);
        match self.name(commit).as_str() {
            "" => format!("<{email}>"),
            name => format!("{name} <{email}>"),
        }
    }

    fn name(self, commit: &Commit) -> String {
        let name = text::escape_bytes(&self.scrub.author(&commit.author));
        text::clip(name.trim(), NAME_COLUMNS)
    }

    fn still_there(self, first: &Occurrence) -> String {
        let state = first.state();
        let tell = |text: &str| self.paint.state(state, text);
        match (state, self.list(&first.tips, TIPS_COLUMNS)) {
            (State::Head, Some(tips)) => format!("{}; at the tip of {tips}", tell("yes, in HEAD")),
            // A commit keeps its message as long as it is there.
            (State::Head, None) if first.blob.is_none() => tell("yes, in HEAD's history"),
            (State::Head, None) => tell("yes, in HEAD"),
            (State::Elsewhere, Some(tips)) if first.note.is_some() => {
                format!("{} in {tips}", tell("yes, a note"))
            }
            (State::Elsewhere, Some(tips)) => {
                format!("{} {tips}", tell("yes, not in HEAD but at the tip of"))
            }
            (State::Elsewhere, None) => {
                format!("{} {}", tell("yes, in"), self.clean(&first.path))
            }
            (State::Staged, _) => {
                format!(
                    "{}: the next commit will hold it",
                    tell("yes, in the index")
                )
            }
            (State::History, _) if first.kept_by == KeptBy::Unknown => {
                format!(
                    "{}: it stands deeper, or in more places, than is followed",
                    tell("not known")
                )
            }
            (State::History, _) if first.note.is_some() => {
                let refs = first.note.as_ref().map(|note| &note.refs);
                let refs = refs.and_then(|refs| self.list(refs, TIPS_COLUMNS));
                let refs = refs.unwrap_or_default();
                format!("{} of {refs}", tell("only in the history"))
            }
            (State::History, _) if first.in_other_ref() => format!(
                "{}; HEAD or another ref (stash, notes) holds it",
                tell("in no branch or tag")
            ),
            (State::History, _) if self.finding.source == SourceKind::Message => format!(
                "{}: it stays until history is rewritten",
                tell("in a commit message")
            ),
            (State::History, _) => tell("only in history"),
            (State::Unreachable, _) if first.kept_by == KeptBy::Reflog => {
                format!("{}, only a reflog keeps it", tell("unreachable"))
            }
            (State::Unreachable, _) => format!(
                "{}, nothing keeps it: `git gc` removes it some day",
                tell("unreachable")
            ),
        }
    }

    /// A line a place, those first where it is still there.
    fn places(self, others: &[Occurrence]) -> Vec<String> {
        let mut others: Vec<&Occurrence> = others.iter().collect();
        others.sort_by_key(|occurrence| occurrence.state());
        let rows: Vec<(String, String)> = others
            .iter()
            .take(PLACES)
            .map(|occurrence| {
                let place = format!("{}:{}", self.clean(&occurrence.path), occurrence.line);
                (place, self.stay(occurrence))
            })
            .collect();
        let narrow = |(place, _): &(String, String)| {
            Some(text::width(place)).filter(|width| *width <= PLACE_COLUMNS)
        };
        let column = rows.iter().filter_map(narrow).max().unwrap_or(0);
        let mut lines = Vec::new();
        for row in &rows {
            let (place, stay) = row;
            match narrow(row) {
                Some(width) => {
                    lines.push(format!("{place}{}{stay}", " ".repeat(column - width + 2)));
                }
                None => lines.extend([place.clone(), format!("  {stay}")]),
            }
        }
        if let Some(more @ 1..) = others.len().checked_sub(PLACES) {
            let places = text::count(more as u64, "more place");
            lines.push(format!("and {places}; --format json has all"));
        }
        lines
    }

    /// Where it is or from when to when it was there, and who brought it.
    fn stay(self, occurrence: &Occurrence) -> String {
        let state = occurrence.state();
        let tip = || match occurrence.tips.listed().first() {
            Some(tip) => format!("in {}", self.clipped(tip, TIPS_COLUMNS / 2)),
            None => "there".to_owned(),
        };
        let words = match state {
            State::Head => "in HEAD".to_owned(),
            State::Elsewhere => tip(),
            State::Staged => "staged".to_owned(),
            State::History => "in history".to_owned(),
            State::Unreachable => "unreachable".to_owned(),
        };
        let Some(introduced) = &occurrence.introduced else {
            return format!("{}, no commit", self.paint.state(state, &words));
        };
        let from = date::day(introduced);
        let tell = |words: &str| self.paint.state(state, words);
        let days = match (state, &occurrence.removed) {
            (State::Head | State::Elsewhere, _) => format!("{} since {from}", tell(&words)),
            (State::History, Some(removed)) => tell(&format!("{from} to {}", date::day(removed))),
            _ => format!("{}, added {from}", tell(&words)),
        };
        match self.name(introduced).as_str() {
            "" => days,
            name => format!("{days}, {}", text::clip(name, NAME_COLUMNS / 2)),
        }
    }

    /// `main, release/1.0 and 12 more`: as many as fit, those with the fewest slashes first. Bots and forks nest their names
    /// deep, and remote branches stand behind a remote's name.
    fn list(self, list: &Names, columns: usize) -> Option<String> {
        let mut names: Vec<&BString> = list.listed().iter().collect();
        names.sort_by_key(|name| name.find_iter("/").count());
        let mut text = self.clipped(names.first()?, NAME_COLUMNS);
        let mut shown = 1;
        for name in &names[1..] {
            let name = self.clipped(name, NAME_COLUMNS);
            if text::width(&text) + 2 + text::width(&name) > columns {
                break;
            }
            text.push_str(", ");
            text.push_str(&name);
            shown += 1;
        }
        if let Some(more @ 1..) = (names.len() + list.more()).checked_sub(shown) {
            return Some(format!("{text} and {more} more"));
        }
        Some(text)
    }

    fn clipped(self, bytes: &[u8], columns: usize) -> String {
        text::clip(&self.clean(bytes), columns)
    }

    /// Returns `bytes` as text without secrets, control and bidi characters.
    fn clean(self, bytes: &[u8]) -> String {
        text::escape_bytes(&self.scrub.bytes(bytes))
    }
}

/// Returns the start of an object id.
fn short(id: &str) -> &str {
    id.get(..ID_DIGITS).unwrap_or(id)
}
