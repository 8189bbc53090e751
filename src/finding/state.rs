//! Is it still there? What the stays of a secret come to.

use super::{Finding, KeptBy, Occurrence};

/// Where a secret stands today, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// In HEAD's tree.
    Head,
    /// Not in HEAD, but in the newest tree of a branch or tag, or in what is no file: a note, a tag's message, the configuration.
    Elsewhere,
    /// Only in the index of a worktree: the next commit will hold it.
    Staged,
    /// Only in older commits, or in a commit's message; a ref reaches it.
    History,
    /// No ref reaches it.
    Unreachable,
}

impl State {
    /// All states, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::Head,
        Self::Elsewhere,
        Self::Staged,
        Self::History,
        Self::Unreachable,
    ];

    /// Returns the word machine formats use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Elsewhere => "elsewhere",
            Self::Staged => "staged",
            Self::History => "history",
            Self::Unreachable => "unreachable",
        }
    }
}

impl Occurrence {
    /// Returns where the secret stands at this place.
    pub fn state(&self) -> State {
        // A tag's message, a ref's name, a line of the configuration: there as long as a ref is.
        let is_no_file = self.blob.is_none() && self.introduced.is_none();
        if self.in_head {
            State::Head
        } else if !self.tips.is_empty() || (self.reachable && is_no_file) {
            State::Elsewhere
        } else if self.kept_by == KeptBy::Index {
            State::Staged
        } else if self.reachable {
            State::History
        } else {
            State::Unreachable
        }
    }

    /// Returns true when a ref reaches it that is neither branch nor tag (the stash, notes, what a host keeps of merge
    /// requests), or a HEAD alone.
    pub fn in_other_ref(&self) -> bool {
        self.reachable
            && self.kept_by != KeptBy::Unknown
            && self.branches.is_empty()
            && self.tags.is_empty()
    }
}

impl Finding {
    /// Returns the most urgent state of its occurrences; none outside history.
    pub fn state(&self) -> Option<State> {
        self.occurrences.iter().map(Occurrence::state).min()
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::finding::{KeptBy, Names, Occurrence};

    /// Checks the state of an occurrence in a blob; `blob`, `in_head` and a tip are set by their words in `facts`.
    #[track_caller]
    fn check(facts: &str, kept_by: KeptBy, expected: State) {
        let has = |word: &str| facts.split(' ').any(|fact| fact == word);
        let occurrence = Occurrence {
            path: "a".into(),
            line: 1,
            column: 1,
            blob: has("blob").then(|| "0".repeat(40)),
            introduced: None,
            removed: None,
            in_head: has("in_head"),
            reachable: matches!(kept_by, KeptBy::Ref | KeptBy::Unknown),
            kept_by,
            branches: Names::default(),
            tags: Names::default(),
            note: None,
            tips: has("tip").then_some("dev").into_iter().collect(),
        };
        assert_eq!(occurrence.state(), expected, "{facts:?}");
    }

    #[test]
    fn the_most_urgent_state_wins() {
        check("blob in_head tip", KeptBy::Ref, State::Head);
        check("blob tip", KeptBy::Ref, State::Elsewhere);
        check("", KeptBy::Ref, State::Elsewhere);
        check("blob", KeptBy::Index, State::Staged);
        check("blob", KeptBy::Ref, State::History);
        check("blob", KeptBy::Unknown, State::History);
        check("blob", KeptBy::Reflog, State::Unreachable);
        check("", KeptBy::Reflog, State::Unreachable);
        check("blob", KeptBy::Nothing, State::Unreachable);
        assert!(State::ALL.is_sorted());
    }
}
