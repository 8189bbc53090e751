//! Where on its line a pattern matches: asked for only when it is told to somebody.

use std::ops::Range;

use regex_automata::{
    Input,
    nfa::thompson::{
        self, NFA, WhichCaptures,
        pikevm::{self, PikeVM},
    },
    util::pool::Pool,
};
use regex_syntax::hir::Hir;

use super::group::Engine;

/// Finds the leftmost match of a pattern, and of these the longest.
pub(super) struct Locator {
    /// Finds where it starts.
    vm: PikeVM,
    caches: Pool<pikevm::Cache, Box<dyn Fn() -> pikevm::Cache + Send + Sync>>,
    /// Finds where it ends.
    engine: Engine,
}

impl Locator {
    pub(super) fn new(hir: &Hir) -> Self {
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::Implicit);
        let nfa: NFA = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(hir)
            .expect("the size of a pattern has a limit far below that of the automaton");
        let vm = PikeVM::new_from_nfa(nfa).expect("words are ASCII");
        let fresh = vm.clone();
        Self {
            vm,
            caches: Pool::new(Box::new(move || fresh.create_cache())),
            engine: Engine::new(std::slice::from_ref(hir)),
        }
    }

    /// Returns where in `range` of `text` the match is.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
        let mut cache = self.caches.get();
        let input = Input::new(text).range(range.clone());
        let mut slots = [None; 2];
        self.vm.search_slots(&mut cache, &input, &mut slots)?;
        let start = slots[0]?.get();
        let end = self.engine.longest_end(text, start..range.end)?;
        Some(start..end)
    }
}
