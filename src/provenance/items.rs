//! Which items a version shows: asked once, kept as numbers.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use bstr::ByteSlice as _;

use super::{
    Limit, Options, Secrets, Sighting,
    notes::{self, Notes},
    paths::{PathId, Paths},
};
use crate::source::history::graph::{BlobIndex, Child, Graph};

/// An item's place in [`View::items`]: a secret at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Item(pub(super) u32);

/// A blob that shows an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version {
    pub(super) blob: BlobIndex,
    /// Its place in [`View::seen`].
    pub(super) seen: u32,
}

/// An item in a version.
pub(super) struct Seen {
    pub(super) item: Item,
    pub(super) line: u64,
    pub(super) column: u64,
}

/// What one question costs, in the units of [`Options::max_work`], and what each byte of the path. Judges look at all of it: of a million
/// paths of 4096 bytes, each question took 75 microseconds; of short ones, which are what an honest repository has, a few, and how many there
/// may be is bounded besides.
const WORK_OF_A_QUESTION: u64 = 2000;
const WORK_OF_A_PATH_BYTE: u64 = 16;

/// The graph, with what is known of its blobs.
pub(super) struct View<'g, 's> {
    pub(super) graph: &'g Graph,
    pub(super) paths: Paths<'g>,
    pub(super) limits: BTreeSet<Limit>,
    pub(super) notes: Notes,
    options: &'s Options<'s>,
    secrets: &'s mut Secrets<'s>,
    items: Vec<(u32, PathId)>,
    numbers: HashMap<(u32, PathId), Item>,
    versions: HashMap<(BlobIndex, PathId), (u32, u32)>,
    seen: Vec<Seen>,
    work_left: u64,
}

impl<'g, 's> View<'g, 's> {
    pub(super) fn new(
        graph: &'g Graph,
        notes: Notes,
        options: &'s Options<'s>,
        secrets: &'s mut Secrets<'s>,
    ) -> Self {
        Self {
            graph,
            paths: Paths::new(graph, options.max_paths),
            limits: BTreeSet::new(),
            notes,
            options,
            secrets,
            items: Vec::new(),
            numbers: HashMap::new(),
            versions: HashMap::new(),
            seen: Vec::new(),
            work_left: options.max_work,
        }
    }

    /// Begins a step with [`Options::max_work`] to spend.
    pub(super) fn refill(&mut self) {
        self.work_left = self.options.max_work;
    }

    pub(super) fn spend(&mut self, work: u64) -> Result<(), Limit> {
        self.work_left = self.work_left.checked_sub(work).ok_or(Limit::Work)?;
        Ok(())
    }

    /// Names the limit that a step ended at, if it did.
    pub(super) fn note(&mut self, step: Result<(), Limit>) {
        self.limits.extend(step.err());
    }

    pub(super) fn max_stays(&self) -> usize {
        self.options.max_stays
    }

    /// Returns how many items are known.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns the secret and the path of an item.
    pub(super) fn item(&self, item: Item) -> (u32, PathId) {
        self.items[item.0 as usize]
    }

    /// Returns where an item stands in a version.
    pub(super) fn place(&self, version: Version) -> &Seen {
        &self.seen[version.seen as usize]
    }

    /// Returns the item at a place of [`Self::sightings`].
    pub(super) fn seen(&self, at: u32) -> Item {
        self.seen[at as usize].item
    }

    /// Returns where the items that `blob` shows at `path` are, sorted.
    pub(super) fn sightings(&mut self, blob: BlobIndex, path: PathId) -> Result<Range<u32>, Limit> {
        if let Some((start, end)) = self.versions.get(&(blob, path)) {
            return Ok(*start..*end);
        }
        if self.versions.len() >= self.options.max_paths.saturating_mul(4) {
            return Err(Limit::Paths);
        }
        self.spend(WORK_OF_A_QUESTION + WORK_OF_A_PATH_BYTE * self.paths.len(path) as u64)?;
        let found = self.ask(blob, path);
        if self.seen.len() + found.len() > self.options.max_stays.saturating_mul(4) {
            return Err(Limit::Stays);
        }
        let start = self.seen.len();
        for sighting in found {
            let item = self.number(sighting.secret, path)?;
            self.seen.push(Seen {
                item,
                line: sighting.line,
                column: sighting.column,
            });
        }
        self.seen[start..].sort_unstable_by_key(|seen| seen.item);
        let place = |at: usize| u32::try_from(at).map_err(|_| Limit::Stays);
        let (start, end) = (place(start)?, place(self.seen.len())?);
        self.versions.insert((blob, path), (start, end));
        Ok(start..end)
    }

    /// Returns the first sighting of each secret.
    fn ask(&mut self, blob: BlobIndex, path: PathId) -> Vec<Sighting> {
        let text = self.paths.full(path);
        if self.options.paths.is_some_and(|keep| !keep(text.as_bstr())) {
            return Vec::new();
        }
        let mut found = (self.secrets)(blob, text.as_bstr());
        found.sort_unstable_by_key(|s| (s.secret, s.line, s.column));
        found.dedup_by_key(|s| s.secret);
        found
    }

    fn number(&mut self, secret: u32, path: PathId) -> Result<Item, Limit> {
        if let Some(item) = self.numbers.get(&(secret, path)) {
            return Ok(*item);
        }
        let item = Item(u32::try_from(self.items.len()).map_err(|_| Limit::Stays)?);
        self.items.push((secret, path));
        self.numbers.insert((secret, path), item);
        Ok(item)
    }

    /// Returns the version of an item in HEAD's tree.
    pub(super) fn at_head(&mut self, item: Item) -> Option<Version> {
        let head = self.graph.head?;
        let tree = self.graph.commits[head.0 as usize].tree?;
        let (_, path) = self.item(item);
        let id = self.notes.has(head).then(|| self.paths.full(path));
        let found = match id.filter(|id| self.notes.is_id(id)) {
            Some(id) => notes::find(self.graph, tree, &id),
            None => self.paths.find(self.graph, tree, path),
        };
        let Some(Child::Blob(blob)) = found else {
            return None;
        };
        match self.sightings(blob, path) {
            Ok(mut sightings) => sightings
                .find(|at| self.seen(*at) == item)
                .map(|seen| Version { blob, seen }),
            Err(limit) => {
                self.limits.insert(limit);
                None
            }
        }
    }
}
