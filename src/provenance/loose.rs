//! What stands in the repository without a commit: trees and blobs that a ref names, the index, and what nothing holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Limit, Options, Stay,
    changes::Changes,
    holders::Kind,
    items::{Item, Version, View},
};
use crate::{
    finding::KeptBy,
    source::history::graph::{BlobIndex, RefIndex, Target},
};

/// An item without a commit. Blobs without a path share one, so that they are told apart by their numbers.
type Key = (Item, Option<BlobIndex>);

struct Loose {
    version: Version,
    kept_by: KeptBy,
    refs: Vec<RefIndex>,
}

#[derive(Default)]
struct Found {
    /// For each item what keeps it best.
    items: BTreeMap<Key, Loose>,
    /// How many refs `items` names.
    refs: usize,
}

/// Adds the stays that no commit holds. An item in HEAD's tree is not told again for the index.
pub(super) fn add(view: &mut View<'_, '_>, options: &Options<'_>, stays: &mut Vec<Stay>) {
    view.refill();
    let mut found = Found::default();
    let mut result = found.named(view, options);
    if !options.reachable {
        result = result
            .and_then(|()| found.staged(view))
            .and_then(|()| found.lone(view, options));
    }
    for ((item, _), loose) in found.items {
        if stays.len() >= options.max_stays {
            result = Err(Limit::Stays);
            break;
        }
        stays.push(stay(view, item, &loose));
    }
    view.note(result);
}

impl Found {
    /// Adds what refs name directly.
    fn named(&mut self, view: &mut View<'_, '_>, options: &Options<'_>) -> Result<(), Limit> {
        let mut changes = Changes::default();
        for (at, r) in (0u32..).zip(&view.graph.refs) {
            match r.target {
                Target::Tree(tree) => {
                    let result = view.changes(None, Some(tree), &mut changes);
                    for (item, version) in &changes.gained {
                        self.add_ref(view, (*item, None), *version, RefIndex(at))?;
                    }
                    result?;
                }
                Target::Blob(blob) => {
                    for (item, version) in pathless(view, options, blob)? {
                        self.add_ref(view, (item, Some(blob)), version, RefIndex(at))?;
                    }
                }
                Target::Commit(_) | Target::Other => {}
            }
        }
        Ok(())
    }

    /// Adds what the indices have.
    fn staged(&mut self, view: &mut View<'_, '_>) -> Result<(), Limit> {
        for (path, blob) in &view.graph.index {
            let path = match view.paths.parse(path.as_ref()) {
                Err(limit @ Limit::PathLength) => {
                    view.limits.insert(limit);
                    continue;
                }
                path => path?,
            };
            for seen in view.sightings(*blob, path)? {
                let item = view.seen(seen);
                if view.at_head(item).is_none() {
                    let version = Version { blob: *blob, seen };
                    self.add((item, None), version, KeptBy::Index);
                }
            }
        }
        Ok(())
    }

    /// Adds what nothing holds. Trees are compared with the one before: tools that write one for each save leave many alike.
    fn lone(&mut self, view: &mut View<'_, '_>, options: &Options<'_>) -> Result<(), Limit> {
        let graph = view.graph;
        let mut changes = Changes::default();
        let mut before = None;
        for tree in &graph.lone_trees {
            let result = view.changes(before, Some(*tree), &mut changes);
            for (item, version) in &changes.gained {
                self.add((*item, None), *version, KeptBy::Nothing);
            }
            result?;
            before = Some(*tree);
        }
        let staged: BTreeSet<BlobIndex> = graph.index.iter().map(|(_, blob)| *blob).collect();
        for blob in graph
            .lone_blobs
            .iter()
            .filter(|blob| !staged.contains(blob))
        {
            for (item, version) in pathless(view, options, *blob)? {
                self.add((item, Some(*blob)), version, KeptBy::Nothing);
            }
        }
        Ok(())
    }

    fn add(&mut self, key: Key, version: Version, kept_by: KeptBy) {
        self.items.entry(key).or_insert(Loose {
            version,
            kept_by,
            refs: Vec::new(),
        });
    }

    fn add_ref(
        &mut self,
        view: &View<'_, '_>,
        key: Key,
        version: Version,
        r: RefIndex,
    ) -> Result<(), Limit> {
        self.refs += 1;
        if self.refs > view.max_stays() {
            return Err(Limit::Stays);
        }
        self.add(key, version, KeptBy::Ref);
        if let Some(loose) = self.items.get_mut(&key) {
            loose.refs.push(r);
        }
        Ok(())
    }
}

/// Returns what a blob shows under the path of blobs without one.
fn pathless(
    view: &mut View<'_, '_>,
    options: &Options<'_>,
    blob: BlobIndex,
) -> Result<Vec<(Item, Version)>, Limit> {
    let path = view.paths.parse(options.lone_blob_path)?;
    let sightings = view.sightings(blob, path)?;
    Ok(sightings
        .map(|seen| (view.seen(seen), Version { blob, seen }))
        .collect())
}

fn stay(view: &View<'_, '_>, item: Item, loose: &Loose) -> Stay {
    let (secret, path) = view.item(item);
    let place = view.place(loose.version);
    let refs = |kind: Kind| -> Arc<[RefIndex]> {
        let all = loose.refs.iter().copied();
        all.filter(|r| Kind::of(&view.graph.refs[r.0 as usize].name) == Some(kind))
            .collect()
    };
    let (branches, tags) = (refs(Kind::Branch), refs(Kind::Tag));
    let mut tips: Vec<RefIndex> = branches.iter().chain(&*tags).copied().collect();
    tips.sort_unstable();
    Stay {
        secret,
        path: view.paths.full(path),
        blob: loose.version.blob,
        line: place.line,
        column: place.column,
        introduced: None,
        removed: None,
        in_head: false,
        reachable: loose.kept_by == KeptBy::Ref,
        kept_by: loose.kept_by,
        branches,
        tags,
        notes: Arc::new([]),
        tips: tips.into(),
    }
}
