//! Many patterns at once, over texts of many lines.
//!
//! Most patterns have literals without which they do not match (see `shapes`). One pass finds the lines that have any of them, and
//! only these lines are looked at by the automata of the patterns they belong to. The other patterns share an automaton that goes
//! over the whole text. Both passes never leave a line: no class has a line feed.

mod gate;
mod group;
mod locate;
mod search;
mod teddy;

use std::{cmp::Reverse, fmt, ops::Range, sync::OnceLock};

use memchr::memchr_iter;
use regex_automata::{Input, meta};
use regex_syntax::hir::Hir;

use self::{
    gate::Gate,
    group::{Group, grouped},
    locate::Locator,
};
use super::{
    Ere, LineRegex,
    backtrack::{Program, Steps},
    shapes::shapes,
    translate::translate,
};

/// How many parts all patterns of a set may have together, with their repetitions written out.
const MAX_SET_SIZE: u64 = 2_000_000;

/// Whether a match must stand by itself, like a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordMatch {
    /// Only matches count that are not empty and have no letter, digit or underscore beside them. Any match will do, not only the
    /// longest.
    Yes,
    /// Every match counts, the empty one, too.
    No,
}

/// How much work a set does for patterns with back-references before it gives up. The work for other patterns has a bound by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most steps for one pattern and one line.
    pub steps_per_line: u64,
    /// The most steps for one text.
    pub steps_per_text: u64,
}

impl Default for Limits {
    /// About a hundredth of a second a line, and a few seconds a text.
    fn default() -> Self {
        Self {
            steps_per_line: 1 << 20,
            steps_per_text: 1 << 28,
        }
    }
}

/// Why patterns do not make a set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetError {
    /// They have too many parts together.
    TooLarge,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "the patterns have more than {MAX_SET_SIZE} parts together when their repetitions are written out: use smaller counts or fewer patterns"
            ),
        }
    }
}

impl std::error::Error for SetError {}

/// Lines that a pattern with a back-reference was not told of: the search took too many steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaveUp {
    /// The pattern, by its place in the set.
    pub pattern: usize,
    /// The first of the lines, from 1.
    pub line: usize,
    /// How many lines there are.
    pub lines: usize,
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a pattern with a back-reference takes too long on {} line(s), the first of them line {}, which were not searched for it: make \
             it shorter, or write it without \\1",
            self.lines, self.line
        )
    }
}

impl std::error::Error for GaveUp {}

/// A line that has a match.
pub struct LineMatch<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Where it stands in the text, without its line feed.
    pub range: Range<usize>,
    /// The patterns that match, by their places in the set, in order.
    pub patterns: &'a [usize],
    set: &'a PatternSet,
    text: &'a [u8],
}

/// A pattern that can stand in a set.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// In the syntax of POSIX.
    Posix(Ere, WordMatch),
    /// In the syntax of the `regex` crate.
    Regex(LineRegex),
}

/// A match of a pattern, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The whole match.
    pub span: Range<usize>,
    /// The first group of a [`LineRegex`], where it takes part; otherwise the whole match.
    pub secret: Range<usize>,
}

/// Patterns to be looked for together.
pub struct PatternSet {
    members: Vec<Member>,
    groups: Vec<Group>,
    /// Finds the lines that groups with shapes look at.
    gate: Option<Gate>,
    /// The groups that look at every line.
    sweeps: Vec<usize>,
    limits: Limits,
}

/// One pattern of a set.
struct Member {
    hir: Hir,
    size: u64,
    /// There for patterns with back-references.
    program: Option<Program>,
    /// There for patterns in the syntax of the `regex` crate.
    regex: Option<meta::Regex>,
    locator: OnceLock<Locator>,
}

impl Member {
    fn of(pattern: Pattern) -> Self {
        let member = Self {
            hir: Hir::fail(),
            size: 0,
            program: None,
            regex: None,
            locator: OnceLock::new(),
        };
        match pattern {
            Pattern::Posix(ere, word_match) => Self {
                hir: translate(&ere.node, word_match),
                size: ere.node.size(),
                program: (ere.has_backref()).then(|| Program::new(&ere.node, word_match)),
                ..member
            },
            Pattern::Regex(regex) => Self {
                hir: regex.flat(),
                size: regex.size(),
                regex: Some(regex.regex().clone()),
                ..member
            },
        }
    }
}

impl PatternSet {
    /// Makes a set of `patterns`. Each stands for itself: a `|` in one does not touch the others, and its groups have their own numbers.
    ///
    /// # Errors
    ///
    /// When the patterns are too large together.
    pub fn new(patterns: &[Ere], word_match: WordMatch) -> Result<Self, SetError> {
        Self::with_limits(patterns, word_match, Limits::default())
    }

    /// Makes a set as [`new`](Self::new) does, with other limits.
    ///
    /// # Errors
    ///
    /// When the patterns are too large together.
    pub fn with_limits(
        patterns: &[Ere],
        word_match: WordMatch,
        limits: Limits,
    ) -> Result<Self, SetError> {
        let patterns = patterns.iter().cloned();
        let patterns = patterns.map(|pattern| Pattern::Posix(pattern, word_match));
        Self::build(patterns.collect(), limits)
    }

    /// Makes a set of patterns of any syntax.
    ///
    /// # Errors
    ///
    /// When the patterns are too large together.
    pub fn of(patterns: Vec<Pattern>) -> Result<Self, SetError> {
        Self::build(patterns, Limits::default())
    }

    fn build(patterns: Vec<Pattern>, limits: Limits) -> Result<Self, SetError> {
        let size = |pattern: &Pattern| match pattern {
            Pattern::Posix(ere, _) => ere.node.size(),
            Pattern::Regex(regex) => regex.size(),
        };
        if patterns.iter().map(size).fold(0, u64::saturating_add) > MAX_SET_SIZE {
            return Err(SetError::TooLarge);
        }
        let members: Vec<Member> = patterns.into_iter().map(Member::of).collect();
        let shapes: Vec<_> = members.iter().map(|member| shapes(&member.hir)).collect();
        let groups = grouped(&members, &shapes);
        let sweeps = (0..groups.len())
            .filter(|group| !groups[*group].has_shapes)
            .collect();
        Ok(Self {
            gate: Gate::new(&groups, &shapes),
            members,
            groups,
            sweeps,
            limits,
        })
    }

    /// Hands each line of `text` that has a match to `sink`, in order. A line ends at a line feed or the end of the text.
    ///
    /// Returns the lines that patterns with back-references could not be tried on within the limits, by pattern. Such a line is handed
    /// over when another pattern matches.
    #[must_use = "lines that were given up may have matches"]
    pub fn matching_lines(&self, text: &[u8], mut sink: impl FnMut(LineMatch<'_>)) -> Vec<GaveUp> {
        let mut numbers = Numbers::default();
        let mut given_up: Vec<GaveUp> = Vec::new();
        if text.is_empty() {
            return given_up;
        }
        let end = text.len() - usize::from(text.ends_with(b"\n"));
        self.search(text, end, |range, found| {
            let number = numbers.of(text, range.start);
            for pattern in found.given_up {
                match given_up.iter_mut().find(|known| known.pattern == *pattern) {
                    Some(known) => known.lines += 1,
                    None => given_up.push(GaveUp {
                        pattern: *pattern,
                        line: number,
                        lines: 1,
                    }),
                }
            }
            if !found.patterns.is_empty() {
                sink(LineMatch {
                    number,
                    range,
                    patterns: found.patterns,
                    set: self,
                    text,
                });
            }
            true
        });
        given_up
    }

    /// Returns true when any pattern matches `line`, which has no end of line. Should it have line feeds, it is several lines, and one
    /// that matches is enough.
    ///
    /// # Errors
    ///
    /// When no pattern matches but one with a back-reference could not be tried within the limits.
    pub fn is_match(&self, line: &[u8]) -> Result<bool, GaveUp> {
        let mut matches = false;
        let mut given_up = None;
        self.search(line, line.len(), |_, found| {
            matches |= !found.patterns.is_empty();
            if let Some(pattern) = found.given_up.first() {
                given_up.get_or_insert(GaveUp {
                    pattern: *pattern,
                    line: 1,
                    lines: 1,
                });
            }
            !matches
        });
        match given_up {
            Some(given_up) if !matches => Err(given_up),
            _ => Ok(matches),
        }
    }

    /// Returns how many patterns there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns true when there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl LineMatch<'_> {
    /// Returns where the pattern with the place `pattern` in the set matches first: the match that starts leftmost, and of these the
    /// longest. Bytes of the text. Nothing when the pattern does not match here.
    ///
    /// For a pattern with back-references it is the first that is found of those that start leftmost, and for a regex the one that `regex`
    /// prefers.
    pub fn span(&self, pattern: usize) -> Option<Range<usize>> {
        let found = self.find(pattern, self.range.start)?;
        Some(found.span)
    }

    /// Hands to `each` the matches on this line of the pattern with the place `pattern` in the set: from left to right, each behind the last.
    pub fn each_match(&self, pattern: usize, mut each: impl FnMut(Found)) {
        let mut from = self.range.start;
        while let Some(found) = self.find(pattern, from) {
            // An empty match must not be found again.
            from = found.span.end.max(found.span.start + 1);
            each(found);
            if from > self.range.end {
                break;
            }
        }
    }

    /// Returns the first match that starts at `from` or behind it.
    fn find(&self, pattern: usize, from: usize) -> Option<Found> {
        if !self.patterns.contains(&pattern) {
            return None;
        }
        let member = &self.set.members[pattern];
        let whole = |span: Range<usize>| Found {
            secret: span.clone(),
            span,
        };
        if let Some(regex) = &member.regex {
            return first_of(regex, self.text, from..self.range.end);
        }
        let Some(program) = &member.program else {
            let locator = member.locator.get_or_init(|| Locator::new(&member.hir));
            return locator.find(self.text, from..self.range.end).map(whole);
        };
        let mut steps = Steps::new(self.set.limits);
        let offset = self.range.start;
        let line = &self.text[self.range.clone()];
        let found = program.find(line, from - offset, &mut steps).ok()?;
        found.map(|span| whole(span.start + offset..span.end + offset))
    }

    /// Returns the leftmost of the matches of all patterns, and of these the longest. Bytes of the text.
    pub fn first(&self) -> Range<usize> {
        let spans = self.patterns.iter().filter_map(|n| self.span(*n));
        let first = spans.min_by_key(|span| (span.start, Reverse(span.end)));
        // A line is handed over for a pattern that matches.
        first.unwrap_or_else(|| self.range.clone())
    }
}

impl fmt::Debug for LineMatch<'_> {
    /// Shows no byte of the line: it may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineMatch")
            .field("number", &self.number)
            .field("range", &self.range)
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternSet")
            .field("patterns", &self.members.len())
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

/// Returns the first match of `regex` in `range` of `text`, and its first group.
fn first_of(regex: &meta::Regex, text: &[u8], range: Range<usize>) -> Option<Found> {
    let mut captures = regex.create_captures();
    regex.search_captures(&Input::new(text).range(range), &mut captures);
    let span = captures.get_match()?.range();
    let secret = captures.get_group(1);
    Some(Found {
        secret: secret.map_or_else(|| span.clone(), |group| group.range()),
        span,
    })
}

/// Counts lines.
#[derive(Default)]
struct Numbers {
    /// How many lines end before `at`.
    before: usize,
    at: usize,
}

impl Numbers {
    /// Returns the number of the line that starts at `start`. Starts are asked for in order.
    fn of(&mut self, text: &[u8], start: usize) -> usize {
        self.before += memchr_iter(b'\n', &text[self.at..start]).count();
        self.at = start;
        self.before + 1
    }
}

#[cfg(test)]
mod tests;
