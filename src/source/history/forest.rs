//! Which objects are made from which: every object that is stored whole is the root of a tree of deltas.

use gix::objs::Kind;

use super::objects::{Form, Index, NONE, Objects};

/// The trees of deltas.
#[derive(Debug)]
pub(super) struct Forest {
    /// By object: where in `children` those begin that are made from it; one entry more than there are objects.
    starts: Vec<u32>,
    /// Objects made from others, those of one base together: the one with the largest tree first.
    children: Vec<Index>,
    /// By object: its kind; none for one that no root leads to.
    kinds: Vec<Option<Kind>>,
}

impl Forest {
    /// Returns the trees of `objects`.
    pub(super) fn of(objects: &Objects) -> Self {
        let len = objects.bases.len();
        let mut starts = vec![0_u32; len + 1];
        for base in objects.bases.iter().filter(|base| **base != NONE) {
            starts[*base as usize + 1] += 1;
        }
        for at in 0..len {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut children = vec![NONE; starts[len] as usize];
        for (object, base) in (0..).zip(&objects.bases) {
            if *base != NONE {
                let slot = &mut next[*base as usize];
                children[*slot as usize] = object;
                *slot += 1;
            }
        }
        drop(next);
        let mut this = Self {
            starts,
            children,
            kinds: vec![None; len],
        };
        this.fill(objects);
        this
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
            if let Form::Whole(kind) = form {
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
            let base = objects.bases[object as usize];
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
