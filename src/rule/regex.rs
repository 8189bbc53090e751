//! A rule's regex, made for one question: does it match from this position on, and where is the secret?
//!
//! `regex::bytes::Regex` answers more questions, and building what it answers them with takes twice the time: a hook that meets
//! twenty keywords in one small file would pay more for building regexes than for everything else. Here a lazy DFA says whether
//! and where a match ends, and only a match with a group is walked again for the group's place.

use std::{fmt, ops::Range};

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::dfa::{self, DFA},
    nfa::thompson::{
        self, NFA, WhichCaptures,
        pikevm::{self, PikeVM},
    },
    util::pool::Pool,
};
use regex_syntax::{ParserBuilder, hir::Hir};

/// The most memory the states of a compiled regex may take, in bytes.
const MAX_NFA_BYTES: usize = 4 << 20;

/// How much memory the lazy DFA of one regex may use on one thread before it starts anew, in bytes.
const DFA_CACHE_BYTES: usize = 256 << 10;

/// A compiled regex.
pub(crate) struct Regex {
    dfa: DFA,
    vm: PikeVM,
    has_group: bool,
    caches: Pool<Caches, Box<dyn Fn() -> Caches + Send + Sync>>,
}

/// What a thread needs for a search.
struct Caches {
    dfa: dfa::Cache,
    vm: Option<pikevm::Cache>,
}

/// Where a regex matches, and where the secret stands in it.
pub(super) type Match = (Range<usize>, Range<usize>);

/// The lazy DFA gave up.
struct CacheError;

/// Why a regex cannot be compiled.
#[derive(Debug, Clone)]
pub(crate) enum RegexError {
    /// It is not a regex.
    Syntax(Box<regex_syntax::Error>),
    /// It is too large.
    TooLarge(String),
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(f),
            Self::TooLarge(why) => {
                write!(f, "it cannot be compiled ({why}); use smaller repetitions")
            }
        }
    }
}

/// Returns the syntax tree of `pattern`: bytes, no Unicode tables.
pub(crate) fn parse(pattern: &str) -> Result<Hir, RegexError> {
    let parsed = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern);
    parsed.map_err(|error| RegexError::Syntax(Box::new(error)))
}

impl Regex {
    /// Compiles `pattern`.
    pub(crate) fn new(pattern: &str) -> Result<Self, RegexError> {
        let too_large = |error: &dyn fmt::Display| RegexError::TooLarge(error.to_string());
        let hir = parse(pattern)?;
        let config = thompson::Config::new()
            .utf8(false)
            .shrink(false)
            .nfa_size_limit(Some(MAX_NFA_BYTES))
            .which_captures(WhichCaptures::All);
        let nfa: NFA = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|error| too_large(&error))?;
        let config = DFA::config()
            .match_kind(MatchKind::LeftmostFirst)
            .cache_capacity(DFA_CACHE_BYTES)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder()
            .configure(config)
            .build_from_nfa(nfa.clone())
            .map_err(|error| too_large(&error))?;
        let has_group = nfa.group_info().group_len(regex_automata::PatternID::ZERO) > 1;
        let vm = PikeVM::new_from_nfa(nfa).map_err(|error| too_large(&error))?;
        let fresh = dfa.clone();
        let caches: Box<dyn Fn() -> Caches + Send + Sync> = Box::new(move || Caches {
            dfa: fresh.create_cache(),
            vm: None,
        });
        Ok(Self {
            dfa,
            vm,
            has_group,
            caches: Pool::new(caches),
        })
    }

    /// Returns the match that starts at `start` and ends at `limit` or before, and the secret within it: group 1, or the whole match
    /// where there is no such group or it takes no part.
    pub(crate) fn match_at(
        &self,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> Option<(Range<usize>, Range<usize>)> {
        let input = Input::new(bytes)
            .range(start..limit)
            .anchored(Anchored::Yes);
        let mut caches = self.caches.get();
        // The lazy DFA is configured so that it never gives up; were it to, the slower walk below answers instead.
        let end = match self.dfa.try_search_fwd(&mut caches.dfa, &input) {
            Ok(found) => found?.offset(),
            Err(_) => limit,
        };
        self.groups(&mut caches, bytes, start, end)
    }

    /// Does the same as [`match_at`](Self::match_at), and returns where the bytes end that the answer depends on: one more than there are
    /// where it depends on the text ending there.
    pub(crate) fn match_and_reach_at(
        &self,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> (Option<Match>, usize) {
        let mut caches = self.caches.get();
        let Ok((end, reach)) = self.walk(&mut caches.dfa, bytes, start, limit) else {
            return (self.groups(&mut caches, bytes, start, limit), limit + 1);
        };
        let found = end.and_then(|end| self.groups(&mut caches, bytes, start, end));
        (found, reach)
    }

    /// Steps through the lazy DFA byte by byte, as its own search does, and says where it stopped.
    fn walk(
        &self,
        cache: &mut dfa::Cache,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> Result<(Option<usize>, usize), CacheError> {
        let input = Input::new(bytes)
            .range(start..limit)
            .anchored(Anchored::Yes);
        let Ok(mut state) = self.dfa.start_state_forward(cache, &input) else {
            return Err(CacheError);
        };
        let mut end = None;
        for (at, byte) in bytes[..limit].iter().enumerate().skip(start) {
            state = self
                .dfa
                .next_state(cache, state, *byte)
                .or(Err(CacheError))?;
            if state.is_match() {
                // Matches are told one byte late.
                end = Some(at);
            } else if state.is_dead() {
                return Ok((end, at + 1));
            } else if state.is_quit() {
                return Err(CacheError);
            }
        }
        state = match bytes.get(limit) {
            Some(next) => self.dfa.next_state(cache, state, *next),
            None => self.dfa.next_eoi_state(cache, state),
        }
        .or(Err(CacheError))?;
        if state.is_match() {
            end = Some(limit);
        }
        Ok((end, limit + 1))
    }

    /// Returns the match from `start` to `end`, which is known to be one, and the secret within it.
    fn groups(
        &self,
        caches: &mut Caches,
        bytes: &[u8],
        start: usize,
        end: usize,
    ) -> Option<(Range<usize>, Range<usize>)> {
        if !self.has_group {
            return Some((start..end, start..end));
        }
        let input = Input::new(bytes).range(start..end).anchored(Anchored::Yes);
        let mut slots = [None; 4];
        let cache = caches.vm.get_or_insert_with(|| self.vm.create_cache());
        self.vm.search_slots(cache, &input, &mut slots)?;
        let place = |n: usize| slots[n].map(regex_automata::util::primitives::NonMaxUsize::get);
        let whole = place(0)?..place(1)?;
        let secret = place(2)
            .zip(place(3))
            .map_or_else(|| whole.clone(), |(from, to)| from..to);
        Some((whole, secret))
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Regex")
            .field("has_group", &self.has_group)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::meta;

    use super::Regex;

    #[track_caller]
    fn check(pattern: &str, text: &str, start: usize, expected: Option<(&str, &str)>) {
        let found = Regex::new(pattern)
            .unwrap()
            .match_at(text.as_bytes(), start, text.len());
        let found =
            found.map(|(whole, secret)| (text.get(whole).unwrap(), text.get(secret).unwrap()));
        assert_eq!(found, expected, "{pattern} in {text}");
    }

    #[test]
    fn whole_and_group() {
        check("ab+", "xabbbc", 1, Some(("abbb", "abbb")));
        check("ab+", "xabbbc", 0, None);
        check("key=([a-z]+)", "key=abc;", 0, Some(("key=abc", "abc")));
        check(
            "key=(?:\"([a-z]+)\"|[0-9]+)",
            "key=12",
            0,
            Some(("key=12", "key=12")),
        );
        check("(?:a|ab)(c|bcd)?", "abcd", 0, Some(("abcd", "bcd")));
        check("\\bk(e)y\\b", "a key.", 2, Some(("key", "e")));
        check("k\\b", "key", 0, None);
    }

    #[test]
    fn agrees_with_the_general_regex_on_every_rule() {
        let rules = crate::rule::RuleSet::builtin();
        for (_, rule) in rules.iter() {
            let general = meta::Regex::builder()
                .syntax(
                    regex_automata::util::syntax::Config::new()
                        .unicode(false)
                        .utf8(false),
                )
                .build(&rule.regex)
                .unwrap();
            let own = Regex::new(&rule.regex).unwrap();
            for text in [
                "password: \"hunter2 or not\"; token=abc",
                "AKIA https://user:secret@host/ -----BEGIN X",
                "{\"auth\": \"dXNlcjpwYXNz\"}",
            ] {
                for start in 0..text.len() {
                    let input = regex_automata::Input::new(text)
                        .range(start..)
                        .anchored(regex_automata::Anchored::Yes);
                    let mut captures = general.create_captures();
                    general.search_captures(&input, &mut captures);
                    let expected = captures.get_match().map(|whole| {
                        let secret = captures
                            .get_group(1)
                            .map_or_else(|| whole.range(), |group| group.range());
                        (whole.range(), secret)
                    });
                    assert_eq!(
                        own.match_at(text.as_bytes(), start, text.len()),
                        expected,
                        "{}",
                        rule.id
                    );
                    let (found, reach) = own.match_and_reach_at(text.as_bytes(), start, text.len());
                    assert_eq!(found, expected, "{}", rule.id);
                    // What lies beyond the reach changes nothing.
                    if reach <= text.len() {
                        let other = [text.get(..reach).unwrap(), "\u{1}zZ9\n"].concat();
                        let again = own.match_and_reach_at(other.as_bytes(), start, other.len());
                        assert_eq!(again, (expected, reach), "{}", rule.id);
                    }
                }
            }
        }
    }

    #[test]
    fn limits_are_kept() {
        assert!(Regex::new("(?:[a-z]{1000}){1000}").is_err());
        assert!(Regex::new("a(").is_err());
    }
}
