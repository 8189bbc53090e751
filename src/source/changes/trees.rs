//! Reads trees: that of a commit is that of a parent in the next comparison.

use std::rc::Rc;

use gix::{ObjectId, objs};

use crate::source::cache::Recent;

/// How many bytes of trees are kept, at most twice as many.
const MAX_BYTES: usize = 2 << 20;

/// Reads trees, and keeps those that were asked for last.
pub(super) struct Trees {
    kept: Recent<ObjectId, Rc<[u8]>>,
    buffer: Vec<u8>,
}

impl Default for Trees {
    fn default() -> Self {
        Self {
            kept: Recent::new(MAX_BYTES),
            buffer: Vec::new(),
        }
    }
}

impl Trees {
    /// Returns the bytes of the tree `id`.
    pub(super) fn read(
        &mut self,
        objects: &dyn objs::Find,
        id: &ObjectId,
    ) -> Result<Rc<[u8]>, String> {
        if let Some(bytes) = self.kept.get(id) {
            return Ok(bytes.clone());
        }
        let found = objects
            .try_find(id, &mut self.buffer)
            .map_err(|error| format!("tree {id}: {error}"))?
            .ok_or_else(|| format!("tree {id} is not there"))?;
        if found.kind != objs::Kind::Tree {
            return Err(format!("tree {id}: it is a {}", found.kind));
        }
        // What the buffer has room for is more than a tree takes: it is unpacked there.
        let bytes: Rc<[u8]> = found.data.into();
        self.kept.put(*id, bytes.clone());
        Ok(bytes)
    }
}
