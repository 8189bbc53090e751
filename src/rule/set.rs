//! The rules of one run, and their regexes, compiled on first use.

use std::{fmt, sync::OnceLock};

use super::{
    Anchor, LineRules, PairRule, Rule, SecretKind, builtin, guard,
    program::Walked,
    regex::{Match, Regex},
};
use crate::fields::nearest;

/// A rule's place in its [`RuleSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub(crate) u16);

/// A pair rule's place in its [`RuleSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairIndex(usize);

/// Why a set of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleSetError {
    /// Two rules have this id.
    DuplicateId(String),
    /// There is no rule with this id; the nearest one there is, if any is near.
    UnknownId(String, Option<String>),
    /// No rule gives this part, which this pair is made of; the nearest part there is, if any is near.
    UnknownPart {
        /// The id of the pair.
        pair: String,
        /// The part.
        part: String,
        /// The nearest part that a rule gives.
        near: Option<String>,
    },
    /// More rules than can be counted.
    TooMany(usize),
    /// What is wrong with the rules for lines.
    Lines(String),
}

/// The most rules of a set: a few numbers above stand for what is no rule.
const MAX_RULES: usize = 65_000;

impl fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId(id) => write!(
                f,
                "two rules have the id `{id}`; rename one, or turn off the built-in one with --disable {id}"
            ),
            Self::UnknownId(id, Some(near)) => {
                write!(f, "there is no rule `{id}`; did you mean `{near}`?")
            }
            Self::UnknownId(id, None) => write!(
                f,
                "there is no rule `{id}`; `keyfence rules list` shows them all"
            ),
            Self::UnknownPart { pair, part, near } => {
                write!(f, "pair `{pair}`: no rule has `part = \"{part}\"`; ")?;
                match near {
                    Some(near) => write!(f, "did you mean `{near}`?"),
                    None => f.write_str("give it to the rule that finds this part"),
                }
            }
            Self::TooMany(count) => {
                write!(f, "{count} rules are too many; the limit is {MAX_RULES}")
            }
            Self::Lines(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for RuleSetError {}

/// The rules of one run.
#[derive(Debug)]
pub struct RuleSet {
    builtin: &'static [Rule],
    extra: Vec<Rule>,
    builtin_pairs: &'static [PairRule],
    extra_pairs: Vec<PairRule>,
    /// The ids of pairs that are turned off.
    disabled_pairs: Vec<String>,
    enabled: Vec<bool>,
    regexes: Box<[OnceLock<Regex>]>,
    lines: Option<LineRules>,
    checked_tokens: OnceLock<Vec<RuleIndex>>,
    keeps_invalid: bool,
    guard: Option<RuleIndex>,
}

impl RuleSet {
    /// Returns the built-in rules.
    pub fn builtin() -> Self {
        Self::of(builtin::RULES, Vec::new())
    }

    /// Returns the same rules; `keeps_invalid` says that what has the form of a credential and is none is kept, too: published examples, and
    /// tokens whose checksum or structure is wrong.
    #[must_use]
    pub fn with_invalid(mut self, keeps_invalid: bool) -> Self {
        self.keeps_invalid = keeps_invalid;
        self
    }

    /// Returns the enabled rules for tokens that begin with a prefix of theirs at the start of `value`, and that have checks.
    pub(crate) fn checked_by_prefix<'a>(
        &'a self,
        value: &'a [u8],
    ) -> impl Iterator<Item = RuleIndex> + 'a {
        let starts = |anchor: &Anchor| matches!(anchor, Anchor::Prefix(text) if value.starts_with(text.as_bytes()));
        let rules = self.checked_tokens.get_or_init(|| {
            let is_checked = |rule: &Rule| {
                rule.kind == SecretKind::Token && rule.has_form() && !rule.checks.is_empty()
            };
            (self.iter())
                .filter(|(index, rule)| self.is_enabled(*index) && is_checked(rule))
                .map(|(index, _)| index)
                .collect()
        });
        (rules.iter().copied()).filter(move |index| self.rule(*index).anchors.iter().any(starts))
    }

    /// Returns true when what has the form of a credential and is none is kept, too.
    pub fn keeps_invalid(&self) -> bool {
        self.keeps_invalid
    }

    /// Returns the built-in rules (or none of them) and `extra` ones.
    ///
    /// # Errors
    ///
    /// When two rules share an id, or there are more than 65,000, or a regex of a rule for lines is invalid.
    pub fn new(with_builtin: bool, extra: Vec<Rule>) -> Result<Self, RuleSetError> {
        let builtin: &'static [Rule] = if with_builtin { builtin::RULES } else { &[] };
        let count = builtin.len() + extra.len();
        if count > MAX_RULES {
            return Err(RuleSetError::TooMany(count));
        }
        let mut set = Self::of(builtin, extra);
        set.lines = LineRules::new(set.iter()).map_err(RuleSetError::Lines)?;
        let mut ids: Vec<&str> = set.iter().map(|(_, rule)| &*rule.id).collect();
        ids.sort_unstable();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(RuleSetError::DuplicateId(pair[0].to_owned())),
            None => Ok(set),
        }
    }

    fn of(builtin: &'static [Rule], extra: Vec<Rule>) -> Self {
        let count = builtin.len() + extra.len();
        Self {
            builtin,
            extra,
            builtin_pairs: if builtin.is_empty() {
                &[]
            } else {
                builtin::PAIRS
            },
            extra_pairs: Vec::new(),
            disabled_pairs: Vec::new(),
            enabled: vec![true; count],
            regexes: (0..count).map(|_| OnceLock::new()).collect(),
            lines: None,
            checked_tokens: OnceLock::new(),
            keeps_invalid: false,
            guard: None,
        }
    }

    /// Adds the rule under which the guard speaks. It is turned off: no regex finds what the guard knows.
    ///
    /// # Errors
    ///
    /// When another rule has its id, or there are as many rules as can be counted.
    pub fn add_guard(&mut self) -> Result<(), RuleSetError> {
        if self.iter().any(|(_, rule)| rule.id == guard::ID) {
            return Err(RuleSetError::DuplicateId(guard::ID.to_owned()));
        }
        let count = self.enabled.len();
        let index = u16::try_from(count).ok().filter(|_| count < MAX_RULES);
        self.guard = Some(RuleIndex(index.ok_or(RuleSetError::TooMany(count + 1))?));
        self.extra.push(guard::rule());
        self.enabled.push(false);
        let mut regexes = std::mem::take(&mut self.regexes).into_vec();
        regexes.push(OnceLock::new());
        self.regexes = regexes.into_boxed_slice();
        Ok(())
    }

    /// Returns the rule under which the guard speaks, where it does.
    pub fn guard(&self) -> Option<RuleIndex> {
        self.guard
    }

    /// Adds pair rules; those of the built-in rules are there when the rules are. A part goes to the first pair rule that can use it, the
    /// built-in ones last.
    ///
    /// # Errors
    ///
    /// When a pair's id is that of a rule or of another pair, or no rule gives one of its parts.
    pub fn with_pairs(mut self, pairs: Vec<PairRule>) -> Result<Self, RuleSetError> {
        for pair in pairs {
            self.check_pair(&pair)?;
            self.extra_pairs.push(pair);
        }
        Ok(self)
    }

    /// Says whether a pair can be added.
    ///
    /// # Errors
    ///
    /// As [`with_pairs`](Self::with_pairs).
    pub fn check_pair(&self, pair: &PairRule) -> Result<(), RuleSetError> {
        let is_taken = self.iter().any(|(_, rule)| rule.id == pair.id)
            || self.all_pairs().any(|(_, other)| other.id == pair.id);
        if is_taken {
            return Err(RuleSetError::DuplicateId(pair.id.to_string()));
        }
        let parts = || self.iter().filter_map(|(_, rule)| rule.part.as_deref());
        match pair.parts().find(|spec| !parts().any(|p| p == spec.part)) {
            None => Ok(()),
            Some(unknown) => Err(RuleSetError::UnknownPart {
                pair: pair.id.to_string(),
                part: unknown.part.to_string(),
                near: nearest(&unknown.part, parts()),
            }),
        }
    }

    /// Returns each pair rule that is turned on with its index, in the order in which they take parts.
    pub fn pairs(&self) -> impl Iterator<Item = (PairIndex, &PairRule)> {
        self.all_pairs()
            .filter(|(_, pair)| self.disabled_pairs.iter().all(|id| *id != pair.id))
    }

    /// Returns the ids of the pair rules that are turned off.
    pub fn disabled_pairs(&self) -> &[String] {
        &self.disabled_pairs
    }

    fn all_pairs(&self) -> impl Iterator<Item = (PairIndex, &PairRule)> {
        (self.extra_pairs.iter().chain(self.builtin_pairs))
            .enumerate()
            .map(|(at, pair)| (PairIndex(at), pair))
    }

    /// Returns the pair rules that are not built in.
    pub fn extra_pairs(&self) -> &[PairRule] {
        &self.extra_pairs
    }

    /// Returns the pair rule at `index`.
    pub fn pair(&self, index: PairIndex) -> &PairRule {
        let PairIndex(at) = index;
        (self.extra_pairs.get(at))
            .unwrap_or_else(|| &self.builtin_pairs[at - self.extra_pairs.len()])
    }

    /// Turns on only the rules called `ids`; the id of a pair stands for all rules that give its parts.
    ///
    /// # Errors
    ///
    /// When there is no rule and no pair with one of the ids.
    pub fn enable_only(&mut self, ids: &[String]) -> Result<(), RuleSetError> {
        let mut wanted = Vec::new();
        for id in ids {
            match self.all_pairs().find(|(_, pair)| pair.id == *id) {
                None => wanted.push(self.find_beside_pairs(id)?),
                Some((_, pair)) => {
                    let gives = |rule: &Rule| {
                        pair.parts()
                            .any(|spec| rule.part.as_ref() == Some(&spec.part))
                    };
                    wanted.extend(
                        self.iter()
                            .filter(|(_, rule)| gives(rule))
                            .map(|(at, _)| at),
                    );
                }
            }
        }
        self.enabled.fill(false);
        for index in wanted {
            self.enabled[usize::from(index.0)] = true;
        }
        Ok(())
    }

    /// Turns off the rules and pairs called `ids`. The parts of a pair that is turned off are told by themselves.
    ///
    /// # Errors
    ///
    /// When there is no rule and no pair with one of the ids.
    pub fn disable(&mut self, ids: &[String]) -> Result<(), RuleSetError> {
        for id in ids {
            if self.all_pairs().any(|(_, pair)| pair.id == *id) {
                self.disabled_pairs.push(id.clone());
            } else {
                let index = self.find_beside_pairs(id)?;
                self.enabled[usize::from(index.0)] = false;
            }
        }
        Ok(())
    }

    /// Returns the rules that are not built in.
    pub fn extra(&self) -> &[Rule] {
        &self.extra
    }

    /// Returns the rule called `id`.
    ///
    /// # Errors
    ///
    /// When there is none; the error names the nearest id.
    pub fn find(&self, id: &str) -> Result<RuleIndex, RuleSetError> {
        self.index_of(id).ok_or_else(|| {
            let near = nearest(id, self.iter().map(|(_, rule)| &*rule.id));
            RuleSetError::UnknownId(id.to_owned(), near)
        })
    }

    /// Looks for the rule or the pair called `id`, whether it is on or not.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn knows(&self, id: &str) -> Result<(), RuleSetError> {
        if self.all_pairs().any(|(_, pair)| pair.id == id) {
            return Ok(());
        }
        self.find_beside_pairs(id).map(drop)
    }

    /// Does the same where the id of a pair was as good, and may have been meant.
    fn find_beside_pairs(&self, id: &str) -> Result<RuleIndex, RuleSetError> {
        self.index_of(id).ok_or_else(|| {
            let pairs = self.all_pairs().map(|(_, pair)| &*pair.id);
            let ids = self.iter().map(|(_, rule)| &*rule.id).chain(pairs);
            RuleSetError::UnknownId(id.to_owned(), nearest(id, ids))
        })
    }

    fn index_of(&self, id: &str) -> Option<RuleIndex> {
        let mut rules = self.iter();
        rules.find_map(|(index, rule)| (rule.id == id).then_some(index))
    }

    /// Returns each rule with its index, also those turned off.
    ///
    /// # Panics
    ///
    /// Never: the number of rules was checked when the set was made.
    pub fn iter(&self) -> impl Iterator<Item = (RuleIndex, &Rule)> {
        self.builtin
            .iter()
            .chain(&self.extra)
            .enumerate()
            .map(|(at, rule)| (RuleIndex(u16::try_from(at).expect("counted in new")), rule))
    }

    /// Returns the rule at `index`.
    pub fn rule(&self, index: RuleIndex) -> &Rule {
        let at = usize::from(index.0);
        self.builtin
            .get(at)
            .unwrap_or_else(|| &self.extra[at - self.builtin.len()])
    }

    /// Returns true when the rule at `index` is turned on.
    pub fn is_enabled(&self, index: RuleIndex) -> bool {
        self.enabled[usize::from(index.0)]
    }

    /// Returns how many rules are turned on.
    pub fn enabled_count(&self) -> usize {
        self.enabled.iter().filter(|on| **on).count()
    }

    /// Returns true when the anchors are those of the built-in table and no others.
    pub(crate) fn has_builtin_anchors(&self) -> bool {
        self.extra.iter().all(|rule| rule.anchors.is_empty()) && !self.builtin.is_empty()
    }

    /// Returns the rules for lines, also those turned off.
    pub fn lines(&self) -> Option<&LineRules> {
        self.lines.as_ref()
    }

    /// Returns the match of the rule at `index` that starts at `start` and ends at `limit` or before, and the secret within it: group 1 of the
    /// regex, or the whole match where there is no such group or it takes no part.
    pub(crate) fn match_at(
        &self,
        index: RuleIndex,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> Option<Match> {
        match self.walk(index, bytes, start, limit) {
            Some(walked) => walked.found,
            None => self.regex(index).match_at(bytes, start, limit),
        }
    }

    /// Does the same as [`match_at`](Self::match_at), and returns where the bytes end that the answer depends on: one more than there are
    /// where it depends on the text ending there.
    pub(crate) fn match_and_reach_at(
        &self,
        index: RuleIndex,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> (Option<Match>, usize) {
        match self.walk(index, bytes, start, limit) {
            Some(walked) => (walked.found, walked.reach),
            None => self.regex(index).match_and_reach_at(bytes, start, limit),
        }
    }

    /// Walks the rule's program; none where that is too slow or there is none.
    fn walk(&self, index: RuleIndex, bytes: &[u8], start: usize, limit: usize) -> Option<Walked> {
        let is_compiled = self.regexes[usize::from(index.0)].get().is_some();
        let program = self.rule(index).program.as_ref();
        let program = program.filter(|_| !is_compiled)?;
        program.match_at(bytes, start, limit).ok()
    }

    /// Returns the regex of the rule at `index`, compiling it on first use.
    fn regex(&self, index: RuleIndex) -> &Regex {
        self.regexes[usize::from(index.0)].get_or_init(|| {
            Regex::new(&self.rule(index).regex)
                .expect("a rule's regex was compiled when the rule was read")
        })
    }
}
