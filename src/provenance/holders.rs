//! Which branches and tags hold what.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bstr::{BString, ByteSlice as _};

use super::{
    Limit,
    ancestry::Ancestry,
    changes::Changes,
    descent::Descent,
    events::Introduction,
    items::View,
    notes,
    sets::{SetId, Sets},
};
use crate::source::history::graph::{CommitIndex, Graph, RefIndex, Target, TreeIndex};

/// What a ref is to reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Branch,
    Tag,
    Note,
}

impl Kind {
    /// Returns the kind of the ref `name`; none for refs that reports do not list.
    pub(super) fn of(name: &BString) -> Option<Self> {
        if name.starts_with_str("refs/heads/") || name.starts_with_str("refs/remotes/") {
            Some(Self::Branch)
        } else {
            let kinds = [(&b"refs/tags/"[..], Self::Tag), (notes::PREFIX, Self::Note)];
            let found = kinds.iter().find(|(prefix, _)| name.starts_with(prefix));
            found.map(|(_, kind)| *kind)
        }
    }
}

/// The refs of a stay.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) branches: Arc<[RefIndex]>,
    pub(super) tags: Arc<[RefIndex]>,
    pub(super) notes: Arc<[RefIndex]>,
    pub(super) tips: Arc<[RefIndex]>,
}

/// A commit that branches, tags or notes refs name.
pub(super) struct Tip {
    pub(super) commit: CommitIndex,
    refs: Vec<(Kind, RefIndex)>,
}

/// The branches and tags of all introductions.
pub(super) struct Holders {
    /// The tips by commit; sets have their places.
    tips: Vec<Tip>,
    sets: Sets,
    /// For each introduction the place of its commit among those that introduce something.
    places: Vec<usize>,
    /// For each commit that introduces something the tips that descend from it.
    holding: Vec<SetId>,
    /// For each introduction those of its tips that show the item.
    showing: Vec<SetId>,
    lists: HashMap<SetId, Lists>,
    /// How much longer all lists may become.
    room: usize,
    /// What ended the search early.
    limit: Option<Limit>,
}

/// What a set of tips stands for.
#[derive(Clone)]
struct Lists {
    branches: Arc<[RefIndex]>,
    tags: Arc<[RefIndex]>,
    notes: Arc<[RefIndex]>,
    all: Arc<[RefIndex]>,
}

/// How many sets there may be for each of [`super::Options::max_stays`].
const SETS_PER_STAY: usize = 2;

/// How many refs all different lists may name for each of [`super::Options::max_stays`].
const REFS_PER_STAY: usize = 16;

impl Holders {
    pub(super) fn new(
        graph: &Graph,
        history: &Ancestry,
        view: &mut View<'_, '_>,
        introductions: &[Introduction],
    ) -> Self {
        view.refill();
        let max = view.max_stays();
        let mut out = Self {
            tips: tips(graph),
            sets: Sets::new(max.saturating_mul(SETS_PER_STAY)),
            places: Vec::with_capacity(introductions.len()),
            holding: Vec::new(),
            showing: vec![SetId::EMPTY; introductions.len()],
            lists: HashMap::new(),
            room: max.saturating_mul(REFS_PER_STAY),
            limit: None,
        };
        let mut commits: Vec<CommitIndex> = Vec::new();
        for introduction in introductions {
            if commits.last() != Some(&introduction.commit) {
                commits.push(introduction.commit);
            }
            out.places.push(commits.len() - 1);
        }
        out.holding = vec![SetId::EMPTY; commits.len()];
        if !commits.is_empty() {
            out.limit = out.fill(history, view, &commits, introductions).err();
        }
        out
    }

    /// Returns the limit that made lists incomplete.
    pub(super) fn limit(&self) -> Result<(), Limit> {
        match self.limit {
            None if self.sets.is_full() => Err(Limit::Refs),
            None => Ok(()),
            Some(limit) => Err(limit),
        }
    }

    fn fill(
        &mut self,
        history: &Ancestry,
        view: &mut View<'_, '_>,
        commits: &[CommitIndex],
        introductions: &[Introduction],
    ) -> Result<(), Limit> {
        let mut descent = Descent::new(history, commits, &self.tips, view)?;
        let mut shown = Shown::default();
        for (block, tips) in (0u32..).zip(self.tips.chunks(64)) {
            let reached = descent.block(block, tips, view)?;
            for (holding, word) in self.holding.iter_mut().zip(reached) {
                *holding = self.sets.with(*holding, block, *word);
            }
            shown.advance(tips, view)?;
            view.spend(10 * introductions.len() as u64)?;
            let places = self.places.iter().zip(introductions);
            for (showing, (place, introduction)) in self.showing.iter_mut().zip(places) {
                let word = reached[*place] & shown.words[introduction.item.0 as usize];
                *showing = self.sets.with(*showing, block, word);
            }
        }
        Ok(())
    }

    /// Returns the refs of the introduction at the place `at`.
    pub(super) fn of(&mut self, at: usize) -> Held {
        let (holding, showing) = (self.holding[self.places[at]], self.showing[at]);
        let held = self.lists(holding);
        Held {
            branches: held.branches,
            tags: held.tags,
            notes: held.notes,
            tips: self.lists(showing).all,
        }
    }

    fn lists(&mut self, set: SetId) -> Lists {
        if let Some(lists) = self.lists.get(&set) {
            return lists.clone();
        }
        let tips = self.sets.numbers(set);
        let len = tips.iter().map(|tip| self.tips[*tip].refs.len()).sum();
        let mut refs = Vec::new();
        if let Some(left) = self.room.checked_sub(len) {
            self.room = left;
            refs.extend(tips.iter().flat_map(|tip| &self.tips[*tip].refs).copied());
            refs.sort_unstable_by_key(|(_, r)| *r);
        } else {
            self.limit = Some(Limit::Refs);
        }
        let of_kind = |kind| {
            refs.iter()
                .filter(move |(k, _)| *k == kind)
                .map(|(_, r)| *r)
        };
        let lists = Lists {
            branches: of_kind(Kind::Branch).collect(),
            tags: of_kind(Kind::Tag).collect(),
            notes: of_kind(Kind::Note).collect(),
            all: refs.iter().map(|(_, r)| *r).collect(),
        };
        self.lists.insert(set, lists.clone());
        lists
    }
}

/// Returns the commits that branches, tags and notes refs name, sorted.
fn tips(graph: &Graph) -> Vec<Tip> {
    let mut refs: BTreeMap<CommitIndex, Vec<(Kind, RefIndex)>> = BTreeMap::new();
    for (at, r) in (0u32..).zip(&graph.refs) {
        if let (Some(kind), Target::Commit(commit)) = (Kind::of(&r.name), r.target) {
            refs.entry(commit).or_default().push((kind, RefIndex(at)));
        }
    }
    refs.into_iter()
        .map(|(commit, refs)| Tip { commit, refs })
        .collect()
}

/// Which tips show which items. Tips are compared with the one before: those of an old repository are many and much alike.
#[derive(Default)]
struct Shown {
    before: Option<(CommitIndex, TreeIndex)>,
    /// For each item the tips of a block that show it; a bit above the last tip is like the last one's.
    words: Vec<u64>,
    changes: Changes,
}

impl Shown {
    /// Goes on to `tips`, the 64 of the next block.
    fn advance(&mut self, tips: &[Tip], view: &mut View<'_, '_>) -> Result<(), Limit> {
        view.spend(self.words.len() as u64)?;
        for word in &mut self.words {
            *word = if *word >> 63 == 1 { u64::MAX } else { 0 };
        }
        for (bit, tip) in tips.iter().enumerate() {
            let tree = view.graph.commits[tip.commit.0 as usize].tree;
            // Of notes and of files the same tree shows different items.
            let alike = |commit| view.notes.has(commit) == view.notes.has(tip.commit);
            if let Some((commit, before)) = self.before.filter(|(c, _)| !alike(*c)) {
                view.changes_in(commit, Some(before), None, &mut self.changes)?;
                self.apply(bit, view);
                self.before = None;
            }
            let before = self.before.map(|(_, tree)| tree);
            view.changes_in(tip.commit, before, tree, &mut self.changes)?;
            self.apply(bit, view);
            self.before = tree.map(|tree| (tip.commit, tree));
        }
        self.words.resize(view.len(), 0);
        Ok(())
    }

    /// Takes note of the changes that the tip with the number `bit` brings.
    fn apply(&mut self, bit: usize, view: &View<'_, '_>) {
        self.words.resize(view.len(), 0);
        let from_here = u64::MAX << bit;
        for (item, _) in &self.changes.gained {
            self.words[item.0 as usize] |= from_here;
        }
        for item in &self.changes.lost {
            self.words[item.0 as usize] &= !from_here;
        }
    }
}
