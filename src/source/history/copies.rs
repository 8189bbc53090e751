//! Objects that are damaged where they lie, and whole elsewhere: in another pack, loose, in a folder that objects are borrowed from.
//!
//! Git reads another copy when one cannot be read, of the object itself and of what it is made from (`unpack_entry` in its
//! `packfile.c`), and so does this. A copy is looked at only when it is needed: whether all are whole is the business of `git fsck`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::atomic::Ordering,
};

use gix::objs::Kind;

use super::{
    forest::Forest,
    objects::{Index, Objects},
    pack::Trouble,
    walk::{Cause, Limits, Manner, Plan, Take, Unpacked, walk},
};

/// How often other copies are looked for: each time, one more that cannot be read is found.
const MAX_ROUNDS: usize = 16;

/// What is said of objects that are not what their names say.
const AS_IT_IS: &str = "; it was read as it is";

/// An object that cannot be read where it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Damage {
    pub(super) object: Index,
    pub(super) trouble: Trouble,
    /// It was read from another place.
    pub(super) mended: bool,
}

/// Hands the objects that are `wanted`, by their first place and their kind, each once, to the visitors that `make` makes. Returns the visitors, and what could
/// not be read where it was first looked for.
pub(super) fn walk_all<T: Take + Send>(
    objects: &Objects,
    forest: &Forest,
    wanted: &dyn Fn(Index, Kind) -> bool,
    limits: Limits<'_>,
    make: &(dyn Fn() -> T + Sync),
) -> (Vec<T>, Vec<Damage>) {
    let mut search = Search::new(objects);
    let (said, settled) = (forest, search.settle(forest, limits));
    let forest = settled.as_ref().unwrap_or(said);
    let copies = objects.copies_set();
    let is_wanted = |forest: &Forest, place| {
        let kind = forest.kind(place);
        kind.is_some_and(|kind| wanted(objects.first(place), kind))
    };
    let plan = Plan::new(objects, forest, |object| {
        let kind = forest.kind(object);
        kind.is_some_and(|kind| wanted(object, kind)) && !copies.contains(&object)
    });
    let (mut visitors, failed) = walk(objects, forest, &plan, Manner::Usual, limits, make);
    search.take(&plan, failed);
    for object in objects.repeated() {
        let known = |place: Index| forest.kind(place).is_some();
        let is_other = objects.places(object).any(known);
        let forest = if is_other { forest } else { said };
        if !known(object) && objects.places(object).any(|place| is_wanted(forest, place)) {
            search.miss(object);
        }
    }
    for round in 0..=MAX_ROUNDS {
        if search.missing.is_empty() || limits.stop.load(Ordering::Relaxed) {
            break;
        }
        let mut manner = Manner::Copies;
        let mut places = Vec::new();
        let mut left = forest.without(objects, search.bad(manner));
        if round < MAX_ROUNDS {
            places = search.places(|place| is_wanted(&left, place));
        }
        if places.is_empty() {
            manner = Manner::AsTheyAre;
            left = said.without(objects, search.bad(manner));
            places = search.places(|place| is_wanted(&left, place));
        }
        let plan = Plan::of(objects, &left, places.iter().map(|(_, place)| *place));
        let (more, failed) = walk(objects, &left, &plan, manner, limits, make);
        visitors.extend(more);
        search.found(manner, &places, &failed);
        search.take(&plan, failed);
        if manner == Manner::AsTheyAre {
            break;
        }
    }
    // They hide behind the name of another object.
    let hidden = search.hidden.iter().copied();
    let hidden: Vec<Index> = hidden.filter(|place| is_wanted(said, *place)).collect();
    if !hidden.is_empty() {
        let plan = Plan::of(objects, said, hidden.iter().copied());
        visitors.extend(walk(objects, said, &plan, Manner::Hidden, limits, make).0);
        for object in hidden {
            let cause = search.bad.get(&object);
            let trouble = cause.map(|cause| search.trouble(cause) + AS_IT_IS);
            search.damaged.extend(trouble.map(|trouble| Damage {
                object,
                trouble,
                mended: false,
            }));
        }
    }
    (visitors, search.finish())
}

/// Takes objects that are only looked at.
struct Nobody;

impl Take for Nobody {
    type Kept = ();

    fn object(&mut self, _: Unpacked<'_, ()>) {}

    fn stream(&mut self, _: Index, _: &mut dyn io::Read, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn size((): &()) -> usize {
        0
    }
}

/// Returns why an object's header says too little to read it.
pub(super) fn header_trouble(objects: &Objects, object: Index) -> Trouble {
    let trouble = objects.header_trouble(object).cloned();
    trouble.unwrap_or_else(|| "its base is missing".to_owned())
}

/// Looks for objects in other places.
struct Search<'a> {
    objects: &'a Objects,
    /// Those that are still to be read, by the first of their places, with what was wrong there.
    missing: BTreeMap<Index, Trouble>,
    /// Places that cannot be read.
    bad: BTreeMap<Index, Cause>,
    /// Those of them in whose pack there is another object of the same name.
    hidden: Vec<Index>,
    damaged: Vec<Damage>,
}

impl<'a> Search<'a> {
    fn new(objects: &'a Objects) -> Self {
        Self {
            objects,
            missing: BTreeMap::new(),
            bad: BTreeMap::new(),
            hidden: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Looks at the places of objects that are of one kind here and of another there, or that one pack has twice: those that are not what
    /// the name says are bad. Returns what is left then.
    fn settle(&mut self, forest: &Forest, limits: Limits<'_>) -> Option<Forest> {
        let objects = self.objects;
        let kind = |place: &Index| forest.kind(*place);
        let disputed = objects.repeated().filter(|first| {
            let mut kinds = objects.places(*first).filter_map(|place| kind(&place));
            let one = kinds.next();
            let beside = objects
                .places(*first)
                .any(|place| self.is_beside_another(place));
            beside || kinds.any(|other| Some(other) != one)
        });
        let disputed: Vec<Index> = disputed.flat_map(|first| objects.places(first)).collect();
        if disputed.is_empty() {
            return None;
        }
        let quiet = Limits {
            tick: &|| {},
            ..limits
        };
        let plan = Plan::of(objects, forest, disputed.into_iter());
        let (_, failed) = walk(objects, forest, &plan, Manner::Verified, quiet, &|| Nobody);
        for (place, cause) in failed {
            if matches!(cause, Cause::Other(_)) && self.is_beside_another(place) {
                self.hidden.push(place);
            }
            if !matches!(cause, Cause::Base(_)) {
                self.bad.insert(place, cause);
            }
        }
        Some(forest.without(objects, self.bad(Manner::Usual)))
    }

    /// Returns true when the pack of `place` has its object once more.
    fn is_beside_another(&self, place: Index) -> bool {
        let pack = self.objects.pack_of(place);
        let mut places = self.objects.places(place);
        pack.is_some() && places.any(|other| other != place && self.objects.pack_of(other) == pack)
    }

    /// Takes note of what a walk could not hand over.
    fn take(&mut self, plan: &Plan, failed: Vec<(Index, Cause)>) {
        for (place, cause) in failed {
            // What others are made from may have been read elsewhere already.
            if plan.hands_over(place) {
                let trouble = self.trouble(&cause);
                let object = self.objects.first(place);
                self.missing.entry(object).or_insert(trouble);
            }
            if !matches!(cause, Cause::Base(_)) {
                self.bad.insert(place, cause);
            }
        }
    }

    /// Takes note of an object whose first place is of no use.
    fn miss(&mut self, object: Index) {
        let trouble = match self.bad.get(&object) {
            Some(cause) => self.trouble(cause),
            None => header_trouble(self.objects, object),
        };
        self.missing.entry(object).or_insert(trouble);
    }

    fn trouble(&self, cause: &Cause) -> Trouble {
        match cause {
            Cause::Own(trouble) | Cause::Other(trouble) => trouble.clone(),
            Cause::Base(base) => {
                format!("its base {} could not be read", self.objects.id(*base))
            }
        }
    }

    /// Returns the places that cannot be read in this manner.
    fn bad(&self, manner: Manner) -> BTreeSet<Index> {
        let bad = self.bad.iter();
        let is_bad =
            |cause: &Cause| manner != Manner::AsTheyAre || !matches!(cause, Cause::Other(_));
        let bad = bad.filter(|(_, cause)| is_bad(cause));
        bad.map(|(place, _)| *place).collect()
    }

    /// Returns the missing objects that have a place that `is_good`, with that.
    fn places(&self, is_good: impl Fn(Index) -> bool) -> Vec<(Index, Index)> {
        let place = |object: &Index| {
            let mut places = self.objects.places(*object);
            Some((*object, places.find(|place| is_good(*place))?))
        };
        self.missing.keys().filter_map(place).collect()
    }

    /// Takes note of what was handed over: the objects at `places` but for those that `failed`, which are sorted.
    fn found(&mut self, manner: Manner, places: &[(Index, Index)], failed: &[(Index, Cause)]) {
        for (object, place) in places {
            if failed
                .binary_search_by_key(place, |(failed, _)| *failed)
                .is_ok()
            {
                continue;
            }
            let Some(mut trouble) = self.missing.remove(object) else {
                continue;
            };
            let mended = manner == Manner::Copies;
            if !mended {
                trouble.push_str(AS_IT_IS);
            }
            self.damaged.push(Damage {
                object: *object,
                trouble,
                mended,
            });
        }
    }

    fn finish(mut self) -> Vec<Damage> {
        let lost = self.missing.into_iter().map(|(object, trouble)| Damage {
            object,
            trouble,
            mended: false,
        });
        self.damaged.extend(lost);
        self.damaged.sort();
        self.damaged
    }
}
