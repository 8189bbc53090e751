//! Commits and annotated tags, as they come from the walk.
//!
//! Read by hand and without complaint: a commit that says something odd (an author without a date, a header nobody knows) still has a tree,
//! parents and a message.

use std::collections::HashMap;

use bstr::{BStr, ByteSlice as _};
use gix::{ObjectId, actor::SignatureRef, objs::Kind, oid};

use super::objects::{Index, Objects};

/// A commit or tag, cut in parts. All parts are as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// All headers, each with its line break.
    pub headers: &'a [u8],
    /// What follows the empty line after them.
    pub message: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Cuts a commit or tag.
    pub fn of(object: &'a [u8]) -> Self {
        if let Some(message) = object.strip_prefix(b"\n") {
            return Self {
                headers: b"",
                message,
            };
        }
        let (headers, message) = match object.find(b"\n\n") {
            Some(at) => (&object[..=at], &object[at + 2..]),
            None => (object, &object[object.len()..]),
        };
        Self { headers, message }
    }

    /// Returns the values of the header `name`, in order; of a header of several lines the first.
    pub fn header(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.lines().filter_map(move |line| {
            let value = line.strip_prefix(name.as_bytes())?;
            value.strip_prefix(b" ")
        })
    }

    /// Returns the headers from the first one on that people write: author, tagger, what follows. Ids stand before them. Where nobody is
    /// named, anything may stand anywhere.
    pub fn people(&self) -> Option<&'a [u8]> {
        let names: [&[u8]; 3] = [b"author ", b"tagger ", b"committer "];
        let mut at = 0;
        for line in self.headers.lines_with_terminator() {
            if names.iter().any(|name| line.starts_with(name)) {
                return Some(&self.headers[at..]);
            }
            at += line.len();
        }
        (!self.headers.is_empty()).then_some(self.headers)
    }

    /// Returns when a commit was made, in seconds since 1970-01-01T00:00:00Z; 0 where it does not say.
    pub fn committed_seconds(&self) -> i64 {
        let committer = self.header("committer").next().unwrap_or_default();
        signature(committer.as_bstr()).map_or(0, |signature| signature.seconds())
    }

    /// Returns the first paragraph of the message, on one line.
    pub fn summary(&self) -> Vec<u8> {
        let lines = self.message.lines().map(<[u8]>::trim_ascii);
        let lines: Vec<&[u8]> = lines
            .skip_while(|line| line.is_empty())
            .take_while(|line| !line.is_empty())
            .collect();
        lines.join(&b' ')
    }
}

/// A commit, as far as the graph needs it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) object: Index,
    pub(super) tree: Option<ObjectId>,
    pub(super) parents: Vec<ObjectId>,
    pub(super) committed_seconds: i64,
    /// It names a parent by what is no id.
    pub(super) has_bad_parent: bool,
    /// The author's line, a line break and the summary, in [`Commits::text`]; none where they were not read.
    pub(super) text: Option<(usize, usize)>,
}

/// An annotated tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) object: Index,
    pub(super) target: Option<ObjectId>,
}

/// The commits and tags that one thread has met, or all of them.
#[derive(Debug, Default)]
pub(super) struct Commits {
    pub(super) records: Vec<Record>,
    pub(super) tags: Vec<Tag>,
    text: Vec<u8>,
}

impl Commits {
    /// Takes a commit or tag. Returns false when it does not name what it should.
    pub(super) fn add(&mut self, kind: Kind, object: Index, bytes: &[u8]) -> bool {
        let parts = Parts::of(bytes);
        let id = |value: &[u8]| ObjectId::from_hex(value).ok();
        if kind == Kind::Tag {
            let target = parts.header("object").next().and_then(id);
            self.tags.push(Tag { object, target });
            return target.is_some();
        }
        let start = self.text.len();
        let author = parts.header("author").next().unwrap_or_default();
        self.text.extend_from_slice(author);
        self.text.push(b'\n');
        self.text.extend(parts.summary());
        let tree = parts.header("tree").next().and_then(id);
        let parents: Vec<Option<ObjectId>> = parts.header("parent").map(id).collect();
        let has_bad_parent = parents.contains(&None);
        self.records.push(Record {
            object,
            tree,
            parents: parents.into_iter().flatten().collect(),
            committed_seconds: parts.committed_seconds(),
            has_bad_parent,
            text: Some((start, self.text.len())),
        });
        tree.is_some() && !has_bad_parent
    }

    /// Takes a commit whose text was not read.
    pub(super) fn add_record(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Takes over what another thread has met.
    pub(super) fn append(&mut self, other: Self) {
        let offset = self.text.len();
        self.text.extend(other.text);
        self.tags.extend(other.tags);
        self.records
            .extend(other.records.into_iter().map(|record| Record {
                text: (record.text).map(|(start, end)| (start + offset, end + offset)),
                ..record
            }));
    }

    /// Brings the commits in an order in which parents come before their children, and else as they were committed. How they are stored has
    /// no part in it: what is told first must not depend on that.
    ///
    /// No commit is its own ancestor; where a damaged database says so, the order is broken somewhere.
    pub(super) fn sort(&mut self, objects: &Objects) {
        self.records.sort_by(|a, b| {
            let key = |record: &Record| (record.committed_seconds, objects.id(record.object));
            key(a).cmp(&key(b))
        });
        self.tags.sort_by_key(|tag| tag.object);
        let place: HashMap<Index, usize> = self.records.iter().map(|r| r.object).zip(0..).collect();
        let parents: Vec<Vec<usize>> = self
            .records
            .iter()
            .map(|record| {
                let parents = record.parents.iter().filter_map(|id| objects.find(id));
                parents
                    .filter_map(|object| place.get(&object).copied())
                    .collect()
            })
            .collect();
        let order = topological(&parents);
        let mut records: Vec<Option<Record>> = self.records.drain(..).map(Some).collect();
        self.records
            .extend(order.into_iter().filter_map(|at| records[at].take()));
    }

    /// Returns what reports say of a commit.
    pub(super) fn info(&self, record: &Record, id: &oid) -> crate::finding::Commit {
        let (start, end) = record.text.unwrap_or_default();
        let text = &self.text[start..end];
        let (author, summary) = text.split_at(text.find_byte(b'\n').unwrap_or(text.len()));
        described(id, author, summary.strip_prefix(b"\n").unwrap_or(summary))
    }
}

/// Returns what reports say of the commit `id`.
pub fn describe(id: &oid, parts: &Parts<'_>) -> crate::finding::Commit {
    let author = parts.header("author").next().unwrap_or_default();
    described(id, author, &parts.summary())
}

fn described(id: &oid, author: &[u8], summary: &[u8]) -> crate::finding::Commit {
    let signature = signature(author.as_bstr());
    let time = signature.and_then(|signature| signature.time().ok());
    crate::finding::Commit {
        id: id.to_string(),
        author: signature.map_or(author.into(), |s| s.name.into()),
        email: signature.map_or_else(Default::default, |s| s.email.into()),
        seconds: time.map_or(0, |time| time.seconds),
        utc_offset_seconds: time.map_or(0, |time| time.offset),
        summary: summary.into(),
    }
}

fn signature(line: &BStr) -> Option<SignatureRef<'_>> {
    SignatureRef::from_bytes(line).ok()
}

/// Returns an order in which parents come first: depth first without recursion. A cycle is cut where it is met.
fn topological(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(parents.len());
    let mut seen = vec![false; parents.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for start in 0..parents.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        stack.push((start, 0));
        while let Some((commit, next)) = stack.last_mut() {
            if let Some(parent) = parents[*commit].get(*next) {
                *next += 1;
                if !std::mem::replace(&mut seen[*parent], true) {
                    stack.push((*parent, 0));
                }
            } else {
                order.push(*commit);
                stack.pop();
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::{Parts, topological};

    #[test]
    fn parts_of_commits() {
        let commit = b"tree 1\nparent 2\nparent 3\nauthor A <a> 1 +0\ngpgsig -----\n x\n\n\nfirst\nline\n\nrest\n";
        let parts = Parts::of(commit);
        let parents: Vec<&[u8]> = parts.header("parent").collect();
        assert_eq!(parents, [b"2", b"3"]);
        assert_eq!(parts.header("author").next(), Some(&b"A <a> 1 +0"[..]));
        assert_eq!(parts.header("nobody").next(), None);
        assert_eq!(parts.summary(), b"first line");
        for (odd, message) in [
            (&b""[..], &b""[..]),
            (b"\n", b""),
            (b"\nx", b"x"),
            (b"tree", b""),
            (b"tree 1\n\n", b""),
        ] {
            assert_eq!(Parts::of(odd).message, message, "{odd:?}");
        }
    }

    #[test]
    fn parents_come_first() {
        for parents in [
            vec![],
            vec![vec![1], vec![2], vec![]],
            vec![vec![], vec![0], vec![0], vec![1, 2], vec![3, 0]],
        ] {
            let order = topological(&parents);
            assert_eq!(order.len(), parents.len());
            for (at, commit) in order.iter().enumerate() {
                let before = &order[..at];
                assert!(
                    parents[*commit].iter().all(|p| before.contains(p)),
                    "{parents:?}"
                );
            }
        }
        // A cycle ends, and nothing is lost.
        assert_eq!(topological(&[vec![1], vec![0]]).len(), 2);
        assert_eq!(topological(&[vec![0]]).len(), 1);
    }
}
