//! Where annotated tags lead to, and what leads to them. A tag may name a tag, and that another one, without end.

use std::collections::{HashMap, HashSet};

use bstr::BString;
use gix::ObjectId;

use super::{Database, Messages, build::Tips, commits::Tag, objects::Index};

/// The most names that are kept for one tag.
const MAX_NAMES: usize = 100;

/// What each tag leads to at last.
#[derive(Debug, Default)]
pub(super) struct Ends(HashMap<Index, Option<Index>>);

impl Ends {
    /// Follows `tags`. What leads to what `find` does not find, or in a circle, leads nowhere.
    pub(super) fn of(tags: &[Tag], find: impl Fn(&ObjectId) -> Option<Index>) -> Self {
        let targets: HashMap<Index, Option<Index>> = tags
            .iter()
            .map(|tag| (tag.object, tag.target.as_ref().and_then(&find)))
            .collect();
        let mut ends: HashMap<Index, Option<Index>> = HashMap::with_capacity(tags.len());
        for tag in tags {
            let (mut way, mut at) = (Vec::new(), Some(tag.object));
            let end = loop {
                let Some(one) = at else { break None };
                if let Some(end) = ends.get(&one) {
                    break *end;
                }
                let Some(target) = targets.get(&one) else {
                    break Some(one);
                };
                if way.len() > tags.len() {
                    break None;
                }
                way.push(one);
                at = *target;
            };
            ends.extend(way.into_iter().map(|tag| (tag, end)));
        }
        Self(ends)
    }

    /// Returns what `object` leads to: what is no tag leads to itself.
    pub(super) fn end(&self, object: Index) -> Option<Index> {
        self.0.get(&object).copied().unwrap_or(Some(object))
    }
}

/// The refs that lead to a tag.
#[derive(Debug, Clone, Default)]
pub struct TagRefs<'t> {
    /// The full names, sorted; not all where there are many.
    pub names: Vec<&'t BString>,
    /// How many more there are.
    pub more: usize,
}

impl TagRefs<'_> {
    /// Drops names that are too many, the same in whatever order they came.
    fn cap(&mut self) {
        let slashes = |name: &BString| memchr::memchr_iter(b'/', name).count();
        self.names
            .sort_unstable_by_key(|name| (slashes(name), *name));
        self.more += self.names.len().saturating_sub(MAX_NAMES);
        self.names.truncate(MAX_NAMES);
        self.names.sort_unstable();
    }
}

impl Database {
    /// Returns the refs that lead to each of the annotated tags `wanted`, be it through other tags; what none leads to is left out.
    pub fn tag_refs<'t>(
        &self,
        messages: &Messages,
        tips: &'t Tips,
        wanted: &HashSet<ObjectId>,
    ) -> HashMap<ObjectId, TagRefs<'t>> {
        if wanted.is_empty() {
            return HashMap::new();
        }
        let id = |tag: &Tag| self.objects.id(tag.object).to_owned();
        let tags = || messages.commits.tags.iter();
        let targets: HashMap<ObjectId, Option<ObjectId>> =
            tags().map(|tag| (id(tag), tag.target)).collect();
        let is_tag = |id: &ObjectId| targets.contains_key(id);
        // A tag names one thing: so what leads to two tags that name a third is never the same, and can be counted.
        let mut waits_for: HashMap<ObjectId, usize> = HashMap::new();
        for target in tags().filter_map(|tag| tag.target).filter(is_tag) {
            *waits_for.entry(target).or_default() += 1;
        }
        let mut led: HashMap<ObjectId, TagRefs<'t>> = HashMap::new();
        for (name, id) in tips.refs.iter().filter(|(_, id)| is_tag(id)) {
            led.entry(*id).or_default().names.push(name);
        }
        let mut ready: Vec<ObjectId> = tags().map(id).collect();
        ready.retain(|tag| !waits_for.contains_key(tag));
        let mut out = HashMap::new();
        while let Some(tag) = ready.pop() {
            let mut refs = led.remove(&tag).unwrap_or_default();
            refs.cap();
            if let Some(target) = targets[&tag].filter(|target| is_tag(target)) {
                let below = led.entry(target).or_default();
                below.names.extend(&refs.names);
                below.more += refs.more;
                if let Some(left) = waits_for.get_mut(&target) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(target);
                    }
                }
            }
            if wanted.contains(&tag) && !refs.names.is_empty() {
                out.insert(tag, refs);
            }
        }
        out
    }
}
