//! Patterns that share an automaton.

use std::{fmt, ops::Range, sync::OnceLock};

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::dfa::{self, DFA},
    nfa::thompson::{self, NFA, WhichCaptures},
    util::pool::Pool,
};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir};

use super::Member;
use crate::ere::{shapes::Shape, translate::repeated};

/// How many parts the patterns of a group have together, unless one has more.
const MAX_GROUP_SIZE: u64 = 10_000;

/// How many patterns a group has.
const MAX_GROUP_LEN: usize = 64;

/// How much memory the states of a lazy DFA may use on one thread before it starts anew, in bytes.
const DFA_CACHE_BYTES: usize = 8 << 20;

/// Patterns that share an automaton.
pub(super) struct Group {
    /// Their places in the set.
    pub(super) patterns: Vec<usize>,
    /// Whether each has shapes.
    pub(super) has_shapes: bool,
    /// Built when a line is looked at.
    engine: OnceLock<Engine>,
}

/// A lazy DFA.
pub(super) struct Engine {
    dfa: DFA,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>,
}

/// What a thread needs for a search.
struct Cache {
    dfa: dfa::Cache,
    matched: regex_automata::PatternSet,
}

/// Shares the patterns out among groups. Patterns with shapes are apart from those without, and each with back-references is alone: what
/// is found for it has still to be looked at.
pub(super) fn grouped(members: &[Member], shapes: &[Option<Vec<Shape>>]) -> Vec<Group> {
    let mut groups = Vec::new();
    for has_shapes in [true, false] {
        let mut open: Option<(Group, u64)> = None;
        let chosen = (0..members.len()).filter(|n| shapes[*n].is_some() == has_shapes);
        for pattern in chosen {
            let size = members[pattern].size;
            if members[pattern].program.is_some() {
                groups.push(Group::of(pattern, has_shapes));
                continue;
            }
            match &mut open {
                Some((group, sum))
                    if group.patterns.len() < MAX_GROUP_LEN && *sum + size <= MAX_GROUP_SIZE =>
                {
                    group.patterns.push(pattern);
                    *sum += size;
                }
                _ => {
                    let full = open.replace((Group::of(pattern, has_shapes), size));
                    groups.extend(full.map(|(group, _)| group));
                }
            }
        }
        groups.extend(open.map(|(group, _)| group));
    }
    groups
}

impl Group {
    fn of(pattern: usize, has_shapes: bool) -> Self {
        Self {
            patterns: vec![pattern],
            has_shapes,
            engine: OnceLock::new(),
        }
    }

    fn engine(&self, members: &[Member]) -> &Engine {
        self.engine.get_or_init(|| {
            let hirs = self.patterns.iter().map(|n| &members[*n].hir);
            Engine::new(&hirs.map(anywhere).collect::<Vec<Hir>>())
        })
    }

    /// Returns where in `range` of `text` the match ends that ends first.
    pub(super) fn find(
        &self,
        members: &[Member],
        text: &[u8],
        range: Range<usize>,
    ) -> Option<usize> {
        self.engine(members).first_end(text, range)
    }

    /// Adds to `out` the patterns that match within `line` of `text`.
    pub(super) fn try_line(
        &self,
        members: &[Member],
        text: &[u8],
        line: Range<usize>,
        out: &mut Vec<usize>,
    ) {
        let engine = self.engine(members);
        if engine.first_end(text, line.clone()).is_none() {
            return;
        }
        match self.patterns[..] {
            [pattern] => out.push(pattern),
            _ => engine.each(text, line, |n| out.push(self.patterns[n])),
        }
    }
}

impl Engine {
    /// Builds the automaton of `hirs`.
    pub(super) fn new(hirs: &[Hir]) -> Self {
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None);
        let nfa: NFA = thompson::Compiler::new()
            .configure(config)
            .build_many_from_hir(hirs)
            .expect("the sizes of patterns have a limit far below that of the automaton");
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(DFA_CACHE_BYTES)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder()
            .configure(config)
            .build_from_nfa(nfa)
            .expect("words are ASCII, and the cache grows to what is needed");
        let fresh = dfa.clone();
        let patterns = hirs.len();
        Self {
            dfa,
            caches: Pool::new(Box::new(move || Cache {
                dfa: fresh.create_cache(),
                matched: regex_automata::PatternSet::new(patterns),
            })),
        }
    }

    /// Returns where in `range` of `text` the match ends that ends first.
    fn first_end(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let input = Input::new(text).range(range);
        let input = input.anchored(Anchored::Yes).earliest(true);
        let mut cache = self.caches.get();
        let found = self.dfa.try_search_fwd(&mut cache.dfa, &input);
        found.expect(NEVER_GIVES_UP).map(|found| found.offset())
    }

    /// Returns where the longest match that starts at `range.start` ends.
    pub(super) fn longest_end(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let input = Input::new(text).range(range).anchored(Anchored::Yes);
        let mut cache = self.caches.get();
        let found = self.dfa.try_search_fwd(&mut cache.dfa, &input);
        found.expect(NEVER_GIVES_UP).map(|found| found.offset())
    }

    /// Tells `found` of each pattern that matches within `range` of `text`.
    fn each(&self, text: &[u8], range: Range<usize>, mut found: impl FnMut(usize)) {
        let input = Input::new(text).range(range).anchored(Anchored::Yes);
        let mut cache = self.caches.get();
        let Cache { dfa, matched } = &mut *cache;
        matched.clear();
        self.dfa
            .try_which_overlapping_matches(dfa, &input, matched)
            .expect(NEVER_GIVES_UP);
        for pattern in matched.iter() {
            found(pattern.as_usize());
        }
    }
}

/// Returns `hir` with any text before it, so that it is found wherever it begins.
///
/// An automaton's own search for what begins anywhere prefers what began first, and its states know the order. Here what began last
/// comes first. Then after `x.{0,100}` nothing is new in what is left from an earlier x, and it leaves no trace in the states.
fn anywhere(hir: &Hir) -> Hir {
    let any = ClassBytes::new([ClassBytesRange::new(0, 255)]);
    let before = repeated(Hir::class(Class::Bytes(any)), 0, None);
    Hir::concat(vec![before, hir.clone()])
}

const NEVER_GIVES_UP: &str = "no byte and no number of states makes it give up";

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("patterns", &self.patterns)
            .field("has_shapes", &self.has_shapes)
            .finish_non_exhaustive()
    }
}
