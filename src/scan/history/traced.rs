//! A repository whose graph is known: what holds what, in the words of reports.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use bstr::{BStr, BString, ByteSlice as _};
use gix::{ObjectId, objs::Kind};

use super::{HistoryOptions, Since, read::InMessage};
use crate::{
    finding::{Commit, Finding, KeptBy, Names, Note, Occurrence},
    provenance::{self, Said, Stay},
    source::history::{
        Database, Messages, TagRefs, Tips,
        graph::{CommitIndex, Graph, RefIndex},
    },
};

/// A list of refs, and their names.
type Named = (Arc<[RefIndex]>, Names);

/// A repository whose graph is known.
pub(super) struct Traced<'a> {
    pub(super) database: &'a Database,
    pub(super) messages: &'a Messages,
    pub(super) graph: &'a Graph,
    tips: &'a Tips,
    options: &'a HistoryOptions<'a>,
    /// By id.
    commits: HashMap<ObjectId, CommitIndex>,
    told: RefCell<HashMap<CommitIndex, Arc<Commit>>>,
    /// By where a list of refs begins: the list and its names.
    named: RefCell<HashMap<*const RefIndex, Named>>,
}

impl<'a> Traced<'a> {
    pub(super) fn new(
        database: &'a Database,
        messages: &'a Messages,
        graph: &'a Graph,
        tips: &'a Tips,
        options: &'a HistoryOptions<'a>,
    ) -> Self {
        let commits = (0..).zip(&graph.commits);
        Self {
            database,
            messages,
            graph,
            tips,
            options,
            commits: commits.map(|(at, c)| (c.id, CommitIndex(at))).collect(),
            told: RefCell::default(),
            named: RefCell::default(),
        }
    }

    /// Returns the filters as provenance knows them. `no_path` stands for the path of a blob that has none.
    pub(super) fn trace_options(&self, no_path: &'a BStr) -> provenance::Options<'a> {
        let wanted = |name: &BString| self.options.branches.contains(name);
        let branches = (0..).zip(&self.graph.refs).filter(|(_, r)| wanted(&r.name));
        provenance::Options {
            since: match self.options.since {
                Some(Since::Seconds(seconds)) => Some(provenance::Since::Seconds(seconds)),
                Some(Since::Commit(id)) => self
                    .commits
                    .get(&id)
                    .map(|commit| provenance::Since::Commit(*commit)),
                None => None,
            },
            branch: (!self.options.branches.is_empty())
                .then(|| branches.map(|(at, _)| RefIndex(at)).collect()),
            reachable: self.options.reachable,
            paths: self.options.paths.map(|paths| paths as _),
            lone_blob_path: no_path,
            ..provenance::Options::default()
        }
    }

    /// Returns true when no filter leaves anything out.
    pub(super) fn wants_all(&self) -> bool {
        let options = self.options;
        options.since.is_none()
            && options.branches.is_empty()
            && options.paths.is_none()
            && !options.reachable
    }

    /// Returns what reports say of a commit.
    pub(super) fn commit(&self, commit: CommitIndex) -> Arc<Commit> {
        let mut told = self.told.borrow_mut();
        let one = told
            .entry(commit)
            .or_insert_with(|| Arc::new(self.database.commit(self.messages, commit)));
        Arc::clone(one)
    }

    /// Returns the short names of refs. Equal lists that are one in memory have the same names there.
    pub(super) fn names(&self, refs: &Arc<[RefIndex]>) -> Names {
        if refs.is_empty() {
            return Names::default();
        }
        let mut named = self.named.borrow_mut();
        // The list is kept, so that no other comes to lie where it was.
        let (_, names) = named.entry(Arc::as_ptr(refs).cast()).or_insert_with(|| {
            let name = |at: &RefIndex| short(&self.graph.refs[at.0 as usize].name);
            (Arc::clone(refs), refs.iter().map(name).collect())
        });
        names.clone()
    }

    /// Returns the note that `stay` is in, if it is in one.
    pub(super) fn note(&self, stay: &Stay) -> Option<Note> {
        if stay.notes.is_empty() {
            return None;
        }
        let digits = self.graph.commits.first()?.id.kind().len_in_hex();
        let id = (stay.path.len() == digits).then_some(&stay.path)?;
        let id = ObjectId::from_hex(id).ok()?;
        let commit = self.commits.get(&id);
        Some(Note {
            annotates: id.to_string(),
            commit: commit.map(|commit| self.commit(*commit)),
            refs: self.names(&stay.notes),
        })
    }

    /// Returns the stays of what was found in the texts of commits and tags, oldest first.
    pub(super) fn in_messages(
        &self,
        mut found: Vec<InMessage>,
        options: &provenance::Options<'_>,
    ) -> Vec<(Occurrence, Finding)> {
        if self.options.paths.is_some() {
            return Vec::new();
        }
        let at = |one: &InMessage| self.commits.get(&one.id).copied();
        let said = provenance::said(self.graph, options, found.iter().filter_map(at));
        found.sort_by_key(|one| (at(one).is_none(), at(one), one.id));
        let tags = found.iter().filter(|one| one.kind == Kind::Tag);
        let tags = tags.map(|one| one.id).collect();
        let tag_refs = self.database.tag_refs(self.messages, self.tips, &tags);
        found
            .into_iter()
            .filter_map(|one| {
                let occurrence = if one.kind == Kind::Tag {
                    self.in_tag(&one, tag_refs.get(&one.id))?
                } else {
                    let commit = at(&one)?;
                    self.in_commit(commit, said.get(&commit)?, &one.finding)
                };
                Some((occurrence, one.finding))
            })
            .collect()
    }

    fn in_commit(&self, commit: CommitIndex, said: &Said, finding: &Finding) -> Occurrence {
        Occurrence {
            introduced: Some(self.commit(commit)),
            in_head: said.in_head,
            reachable: said.reachable,
            kept_by: said.kept_by,
            branches: self.names(&said.branches),
            tags: self.names(&said.tags),
            ..bare(finding)
        }
    }

    /// Returns the stay of what was found in a tag to which `refs` lead.
    fn in_tag(&self, one: &InMessage, refs: Option<&TagRefs<'_>>) -> Option<Occurrence> {
        if !self.options.branches.is_empty() {
            return None;
        }
        let bare = bare(&one.finding);
        let Some(refs) = refs else {
            return (!self.options.reachable).then_some(bare);
        };
        let first = refs.names.first()?;
        // What people know a tag by is its name.
        let id = one.id.to_string();
        let path = bare.path.replace(id, short(first));
        Some(Occurrence {
            path: path.into(),
            reachable: true,
            kept_by: KeptBy::Ref,
            tags: Names::of(refs.names.iter().map(|name| short(name)), refs.more),
            ..bare
        })
    }

    /// Returns the stays of what was found in texts that are no objects: they are there now, and belong to no commit.
    pub(super) fn in_texts(&self, found: Vec<Finding>) -> Vec<(Occurrence, Finding)> {
        if self.options.paths.is_some() || !self.options.branches.is_empty() {
            return Vec::new();
        }
        let stay = |finding: Finding| {
            let is_reflog =
                finding.path.contains_str(b"logs/") && !finding.path.starts_with(b"refs/");
            let occurrence = Occurrence {
                reachable: !is_reflog,
                kept_by: if is_reflog {
                    KeptBy::Reflog
                } else {
                    KeptBy::Ref
                },
                ..bare(&finding)
            };
            let wanted = !is_reflog || !self.options.reachable;
            wanted.then_some((occurrence, finding))
        };
        found.into_iter().filter_map(stay).collect()
    }
}

/// Returns a stay at the place of `finding` of which nothing else is known.
pub(super) fn bare(finding: &Finding) -> Occurrence {
    Occurrence {
        path: finding.path.clone(),
        line: finding.start.line,
        column: finding.start.column,
        blob: None,
        introduced: None,
        removed: None,
        in_head: false,
        reachable: false,
        kept_by: KeptBy::Nothing,
        branches: Names::default(),
        tags: Names::default(),
        note: None,
        tips: Names::default(),
    }
}

/// Returns the name of a ref as git shows it.
fn short(name: &BString) -> &[u8] {
    let prefixes: [&[u8]; 4] = [b"refs/heads/", b"refs/tags/", b"refs/remotes/", b"refs/"];
    let short = prefixes
        .iter()
        .find_map(|prefix| name.strip_prefix(*prefix));
    short.unwrap_or(name)
}
