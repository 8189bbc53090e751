//! The definitions of [`crate::provenance`], word for word: every tree spread out, every question asked of every commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bstr::{BStr, BString};

use super::{
    Options, Repo, Stay,
    sketch::{Files, Named, index, sightings},
};
use crate::{
    finding::KeptBy,
    provenance::{Sighting, Since},
    source::history::graph::{BlobIndex, RefIndex},
};

type Item = (u32, String);
type Shown = BTreeMap<Item, (BlobIndex, Sighting)>;

struct Naive<'r> {
    repo: &'r Repo,
    options: &'r Options<'r>,
    /// What each commit shows.
    shown: Vec<Shown>,
    /// What each commit reaches, itself included.
    reached: Vec<BTreeSet<usize>>,
}

pub(super) fn stays(repo: &Repo, options: &Options<'_>) -> Vec<Stay> {
    let mut naive = Naive {
        repo,
        options,
        shown: Vec::new(),
        reached: Vec::new(),
    };
    for (at, commit) in repo.sketch.commits.iter().enumerate() {
        let mut reached = BTreeSet::from([at]);
        for parent in &commit.parents {
            reached.extend(&naive.reached[*parent]);
        }
        naive.reached.push(reached);
        naive.shown.push(naive.show(&commit.files));
    }
    let mut out = naive.of_commits();
    if options.branch.is_none() {
        out.extend(naive.of_no_commit());
    }
    out.sort_by_key(|stay| {
        let none = (stay.introduced.is_none(), stay.introduced);
        (
            stay.secret,
            !stay.in_head,
            none,
            stay.path.clone(),
            stay.blob,
        )
    });
    out
}

impl Naive<'_> {
    fn show(&self, files: &Files) -> Shown {
        let versions = files.iter().map(|(path, content)| (path.as_str(), content));
        self.show_each(versions)
    }

    fn show_each<'a>(&self, versions: impl Iterator<Item = (&'a str, &'a String)>) -> Shown {
        let mut out = Shown::new();
        for (path, content) in versions {
            if self.options.paths.is_some_and(|keep| !keep(path.into())) {
                continue;
            }
            let mut seen = sightings(content, BStr::new(path));
            seen.sort_by_key(|sighting| (sighting.line, sighting.column));
            for sighting in seen {
                out.entry((sighting.secret, path.to_owned()))
                    .or_insert((self.repo.blob_of(content), sighting));
            }
        }
        out
    }

    fn parents(&self, commit: usize) -> &[usize] {
        &self.repo.sketch.commits[commit].parents
    }

    fn shows(&self, commit: usize, item: &Item) -> bool {
        self.shown[commit].contains_key(item)
    }

    /// The commit removes the stay of `item` that began at `introduced`.
    fn removes(&self, commit: usize, introduced: usize, item: &Item) -> bool {
        let heirs = || {
            let parents = self.parents(commit).iter();
            parents.filter(|parent| self.reached[**parent].contains(&introduced))
        };
        !self.shows(commit, item)
            && heirs().any(|parent| self.shows(*parent, item))
            && !heirs().any(|parent| !self.shows(*parent, item))
    }

    /// Commits that show the item lead from `from` to `to`.
    fn lasts(&self, from: usize, to: usize, item: &Item) -> bool {
        let mut lasting = BTreeSet::from([from]);
        for commit in from + 1..=to {
            if self.shows(commit, item) && self.parents(commit).iter().any(|p| lasting.contains(p))
            {
                lasting.insert(commit);
            }
        }
        lasting.contains(&to)
    }

    fn wanted(&self, commit: usize) -> bool {
        let seconds = self.repo.sketch.commits[commit].seconds;
        let recent = match self.options.since {
            Some(Since::Commit(since)) => !self.reached[since.0 as usize].contains(&commit),
            Some(Since::Seconds(since)) => seconds >= since,
            None => true,
        };
        let on_branch = |refs: &Vec<RefIndex>| {
            let refs = refs.iter().map(|r| &self.repo.sketch.refs[r.0 as usize].1);
            self.reaches(refs, commit)
        };
        recent
            && self.options.branch.as_ref().is_none_or(on_branch)
            && (!self.options.reachable || self.reachable(commit))
    }

    fn reaches<'n>(&self, mut refs: impl Iterator<Item = &'n Named>, commit: usize) -> bool {
        refs.any(|named| matches!(named, Named::Commit(c) if self.reached[*c].contains(&commit)))
    }

    fn reachable(&self, commit: usize) -> bool {
        let sketch = &self.repo.sketch;
        self.reaches(sketch.refs.iter().map(|(_, named)| named), commit)
            || sketch
                .head
                .iter()
                .chain(&sketch.other_heads)
                .any(|head| self.reached[*head].contains(&commit))
    }

    fn of_commits(&self) -> Vec<Stay> {
        let mut out = Vec::new();
        for commit in 0..self.shown.len() {
            for (item, version) in &self.shown[commit] {
                let parents = self.parents(commit);
                if !parents.iter().any(|parent| self.shows(*parent, item)) && self.wanted(commit) {
                    out.push(self.stay(commit, item, version));
                }
            }
        }
        out
    }

    fn stay(&self, introduced: usize, item: &Item, version: &(BlobIndex, Sighting)) -> Stay {
        let sketch = &self.repo.sketch;
        let head = sketch
            .head
            .filter(|head| self.lasts(introduced, *head, item));
        let by_head = |commit: &usize| {
            sketch
                .head
                .is_some_and(|h| self.reached[h].contains(commit))
        };
        let mut removals: Vec<usize> = (0..self.shown.len())
            .filter(|commit| self.removes(*commit, introduced, item))
            .collect();
        removals.sort_by_key(|commit| (!by_head(commit), *commit));
        let (blob, place) = head.map_or(version, |head| &self.shown[head][item]);
        let reachable = self.reachable(introduced);
        let by_reflog = |commit: &usize| self.reached[*commit].contains(&introduced);
        let refs = |prefixes: &[&str], tips: bool| -> Arc<[RefIndex]> {
            let refs = (0u32..).zip(&sketch.refs);
            refs.filter(|(_, (name, named))| {
                prefixes.iter().any(|prefix| name.starts_with(prefix))
                    && matches!(named, Named::Commit(c) if self.reached[*c].contains(&introduced)
                        && (!tips || self.shows(*c, item)))
            })
            .map(|(at, _)| RefIndex(at))
            .collect()
        };
        Stay {
            secret: item.0,
            path: item.1.as_str().into(),
            blob: *blob,
            line: place.line,
            column: place.column,
            introduced: Some(index(introduced)),
            removed: match head {
                Some(_) => None,
                None => removals.first().copied().map(index),
            },
            in_head: head.is_some(),
            reachable,
            kept_by: match reachable {
                true => KeptBy::Ref,
                false if sketch.reflog.iter().any(by_reflog) => KeptBy::Reflog,
                false => KeptBy::Nothing,
            },
            branches: refs(&["refs/heads/", "refs/remotes/"], false),
            tags: refs(&["refs/tags/"], false),
            notes: refs(&["refs/notes/"], false),
            tips: refs(
                &["refs/heads/", "refs/remotes/", "refs/tags/", "refs/notes/"],
                true,
            ),
        }
    }

    fn of_no_commit(&self) -> Vec<Stay> {
        let sketch = &self.repo.sketch;
        let mut found = Vec::new();
        let mut add = |shown: Shown, kept_by, r, pathless| {
            found.extend(shown.into_iter().map(|(i, v)| (i, v, kept_by, r, pathless)));
        };
        let lone = |content| self.show_each([("<blob>", content)].into_iter());
        for (at, (_, named)) in (0u32..).zip(&sketch.refs) {
            match named {
                Named::Tree(files) => add(self.show(files), KeptBy::Ref, Some(RefIndex(at)), false),
                Named::Blob(content) => add(lone(content), KeptBy::Ref, Some(RefIndex(at)), true),
                Named::Commit(_) => {}
            }
        }
        if !self.options.reachable {
            let mut staged = self.show(&sketch.index);
            staged.retain(|item, _| !sketch.head.is_some_and(|head| self.shows(head, item)));
            add(staged, KeptBy::Index, None, false);
            for files in &sketch.lone_trees {
                add(self.show(files), KeptBy::Nothing, None, false);
            }
            for content in &sketch.lone_blobs {
                if !sketch.index.values().any(|staged| staged == content) {
                    add(lone(content), KeptBy::Nothing, None, true);
                }
            }
        }
        let mut out: BTreeMap<(Item, Option<BlobIndex>), Stay> = BTreeMap::new();
        for (item, (blob, place), kept_by, r, pathless) in found {
            let key = (item.clone(), pathless.then_some(blob));
            let none: Arc<[RefIndex]> = Arc::new([]);
            let stay = out.entry(key).or_insert_with(|| Stay {
                secret: item.0,
                path: BString::from(item.1),
                blob,
                line: place.line,
                column: place.column,
                introduced: None,
                removed: None,
                in_head: false,
                reachable: kept_by == KeptBy::Ref,
                kept_by,
                branches: none.clone(),
                tags: none.clone(),
                notes: none.clone(),
                tips: none,
            });
            let Some(r) = r else { continue };
            let more = |refs: &Arc<[RefIndex]>| refs.iter().copied().chain([r]).collect();
            let name = &sketch.refs[r.0 as usize].0;
            if name.starts_with("refs/tags/") {
                stay.tags = more(&stay.tags);
            } else if name.starts_with("refs/heads/") || name.starts_with("refs/remotes/") {
                stay.branches = more(&stay.branches);
            } else {
                continue;
            }
            stay.tips = more(&stay.tips);
        }
        out.into_values().collect()
    }
}
