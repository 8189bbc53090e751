//! Which objects are made from which: every object that is stored whole is the root of a tree of deltas.

use std::collections::{BTreeMap, BTreeSet};

use gix::objs::Kind;

use super::objects::{Form, Index, NONE, Objects};

/// How often bases are looked for elsewhere: each time, one more that a chain lacks is found.
const MAX_ROUNDS: usize = 16;

/// The trees of deltas.
#[derive(Debug, Default)]
pub(super) struct Forest {
    /// By object: where in `children` those begin that are made from it; one entry more than there are objects.
    starts: Vec<u32>,
    /// Objects made from others, those of one base together: the one with the largest tree first.
    children: Vec<Index>,
    /// By object: its kind; none for one that no root leads to.
    kinds: Vec<Option<Kind>>,
    /// By object: the other copy of its base that it is made from, where the one beside it cannot be read.
    elsewhere: BTreeMap<Index, Index>,
    /// Objects that cannot be read.
    bad: BTreeSet<Index>,
}

impl Forest {
    /// Returns the trees of `objects`.
    pub(super) fn of(objects: &Objects) -> Self {
        Self::default().without(objects, BTreeSet::new())
    }

    /// Returns the trees that are left when those `bad` objects cannot be read.
    pub(super) fn without(&self, objects: &Objects, bad: BTreeSet<Index>) -> Self {
        let mut this = Self::grow(objects, self.elsewhere.clone(), bad);
        for _ in 0..MAX_ROUNDS {
            let found = this.look_elsewhere(objects);
            if found.is_empty() {
                break;
            }
            this.elsewhere.extend(found);
            this = Self::grow(objects, this.elsewhere, this.bad);
        }
        this
    }

    fn grow(objects: &Objects, elsewhere: BTreeMap<Index, Index>, bad: BTreeSet<Index>) -> Self {
        let len = objects.bases.len();
        let mut this = Self {
            starts: vec![0_u32; len + 1],
            kinds: vec![None; len],
            elsewhere,
            bad,
            ..Self::default()
        };
        for object in 0..objects.len() {
            let base = this.base(objects, object);
            if base != NONE {
                this.starts[base as usize + 1] += 1;
            }
        }
        for at in 0..len {
            this.starts[at + 1] += this.starts[at];
        }
        let mut next = this.starts.clone();
        this.children = vec![NONE; this.starts[len] as usize];
        for object in 0..objects.len() {
            let base = this.base(objects, object);
            if base != NONE {
                let slot = &mut next[base as usize];
                this.children[*slot as usize] = object;
                *slot += 1;
            }
        }
        drop(next);
        this.fill(objects);
        this
    }

    /// Returns objects whose base cannot be read, with a copy of it that can.
    fn look_elsewhere(&self, objects: &Objects) -> Vec<(Index, Index)> {
        if objects.copy_count() == 0 {
            return Vec::new();
        }
        let lost = (0..objects.len()).filter(|object| self.kind(*object).is_none());
        let copy = |object: Index| {
            let base = self.base(objects, object);
            let mut copies = objects.places((base != NONE).then_some(base)?);
            Some((object, copies.find(|copy| self.kind(*copy).is_some())?))
        };
        lost.filter_map(copy).collect()
    }

    /// Returns what an object is made from, or [`NONE`].
    pub(super) fn base(&self, objects: &Objects, object: Index) -> Index {
        if self.bad.contains(&object) {
            return NONE;
        }
        let elsewhere = self.elsewhere.get(&object).copied();
        elsewhere.unwrap_or(objects.bases[object as usize])
    }

    /// Returns true when an object is made from another copy of its base than the one beside it.
    pub(super) fn is_elsewhere(&self, object: Index) -> bool {
        self.elsewhere.contains_key(&object)
    }

    /// Returns the objects that are made from `object`, the one with the largest tree first.
    pub(super) fn children(&self, object: Index) -> &[Index] {
        let at = object as usize;
        &self.children[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Returns the kind of an object, or none when what it is made from is missing.
    pub(super) fn kind(&self, object: Index) -> Option<Kind> {
        self.kinds[object as usize]
    }

    /// Finds the kinds, and sorts children by the size of their trees.
    fn fill(&mut self, objects: &Objects) {
        let mut order: Vec<Index> = Vec::new();
        for (object, form) in (0..).zip(&objects.forms) {
            if let Form::Whole(kind) = form
                && !self.bad.contains(&object)
            {
                self.kinds[object as usize] = Some(*kind);
                order.push(object);
            }
        }
        let mut at = 0;
        while let Some(&object) = order.get(at) {
            let kind = self.kind(object);
            let start = order.len();
            order.extend(self.children(object));
            for child in &order[start..] {
                self.kinds[*child as usize] = kind;
            }
            at += 1;
        }
        let mut sizes = vec![1_u32; self.kinds.len()];
        for &object in order.iter().rev() {
            let base = self.base(objects, object);
            if base != NONE {
                sizes[base as usize] = sizes[base as usize].saturating_add(sizes[object as usize]);
            }
        }
        for &object in &order {
            let at = object as usize;
            let range = self.starts[at] as usize..self.starts[at + 1] as usize;
            self.children[range].sort_by_key(|child| std::cmp::Reverse(sizes[*child as usize]));
        }
    }
}
