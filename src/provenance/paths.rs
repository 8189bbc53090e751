//! Paths as numbers.

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice as _};

use super::{LONGEST_PATH_BYTES, Limit};
use crate::source::history::graph::{Child, Graph, NameIndex, TreeIndex};

/// A path's place in [`Paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(u32);

impl PathId {
    /// The top of the tree.
    pub(super) const TOP: Self = Self(0);
}

struct Node {
    parent: PathId,
    name: u32,
    /// The length of the whole path with a slash at its end; 0 for the top.
    len: usize,
}

/// All paths that were looked at: each a name in another one.
pub(super) struct Paths<'g> {
    names: &'g [BString],
    /// Names that no tree of the graph has, after those of the graph.
    more_names: Vec<BString>,
    numbers_of_more: HashMap<BString, u32>,
    nodes: Vec<Node>,
    children: HashMap<(PathId, u32), PathId>,
    max: usize,
}

impl<'g> Paths<'g> {
    pub(super) fn new(graph: &'g Graph, max: usize) -> Self {
        Self {
            names: &graph.names,
            more_names: Vec::new(),
            numbers_of_more: HashMap::new(),
            nodes: vec![Node {
                parent: PathId::TOP,
                name: 0,
                len: 0,
            }],
            children: HashMap::new(),
            max,
        }
    }

    /// Returns the path of the entry `name` of `parent`.
    pub(super) fn child(&mut self, parent: PathId, name: NameIndex) -> Result<PathId, Limit> {
        self.numbered_child(parent, name.0)
    }

    fn numbered_child(&mut self, parent: PathId, name: u32) -> Result<PathId, Limit> {
        if let Some(child) = self.children.get(&(parent, name)) {
            return Ok(*child);
        }
        let len = self.node(parent).len + self.name(name).len() + 1;
        if len > LONGEST_PATH_BYTES + 1 {
            return Err(Limit::PathLength);
        }
        if self.nodes.len() > self.max {
            return Err(Limit::Paths);
        }
        let id = PathId(u32::try_from(self.nodes.len()).map_err(|_| Limit::Paths)?);
        self.nodes.push(Node { parent, name, len });
        self.children.insert((parent, name), id);
        Ok(id)
    }

    /// Returns the name of an entry.
    pub(super) fn entry(&self, name: NameIndex) -> &BStr {
        self.name(name.0)
    }

    /// Returns the path that is written `path`.
    pub(super) fn parse(&mut self, path: &BStr) -> Result<PathId, Limit> {
        let mut at = PathId::TOP;
        for name in path.split_str("/") {
            let number = self.number(name.as_bstr())?;
            at = self.numbered_child(at, number)?;
        }
        Ok(at)
    }

    fn number(&mut self, name: &BStr) -> Result<u32, Limit> {
        let place = match self.names.binary_search_by(|n| n.as_bstr().cmp(name)) {
            Ok(at) => at,
            Err(_) => match self.numbers_of_more.get(name) {
                Some(number) => return Ok(*number),
                None => self.names.len() + self.more_names.len(),
            },
        };
        let number = u32::try_from(place).map_err(|_| Limit::Paths)?;
        if place >= self.names.len() {
            self.more_names.push(name.to_owned());
            self.numbers_of_more.insert(name.to_owned(), number);
        }
        Ok(number)
    }

    fn node(&self, path: PathId) -> &Node {
        &self.nodes[path.0 as usize]
    }

    fn name(&self, number: u32) -> &BStr {
        let number = number as usize;
        match self.names.get(number) {
            Some(name) => name.as_bstr(),
            None => self.more_names[number - self.names.len()].as_bstr(),
        }
    }

    /// Returns the length of a path, in bytes.
    pub(super) fn len(&self, path: PathId) -> usize {
        self.node(path).len.saturating_sub(1)
    }

    /// Returns the path as it is written, with slashes.
    pub(super) fn full(&self, path: PathId) -> BString {
        let mut out = vec![b'/'; self.len(path)];
        let mut at = path;
        while at != PathId::TOP {
            let node = self.node(at);
            let name = self.name(node.name);
            out[node.len - 1 - name.len()..node.len - 1].copy_from_slice(name);
            at = node.parent;
        }
        out.into()
    }

    /// Returns what stands at `path` in `tree`.
    pub(super) fn find(&self, graph: &Graph, tree: TreeIndex, path: PathId) -> Option<Child> {
        let mut names = Vec::new();
        let mut at = path;
        while at != PathId::TOP {
            names.push(NameIndex(self.node(at).name));
            at = self.node(at).parent;
        }
        let mut child = Child::Tree(tree);
        for name in names.into_iter().rev() {
            let Child::Tree(tree) = child else {
                return None;
            };
            let entries = &graph.trees[tree.0 as usize].entries;
            let place = entries
                .binary_search_by_key(&name, |(name, _)| *name)
                .ok()?;
            child = entries[place].1;
        }
        Some(child)
    }
}
