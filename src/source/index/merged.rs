//! What a merge joins: of what is staged, a part stands in the other commits as it is.

use std::collections::HashMap;

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{Find as _, TreeRef},
};

use super::super::{
    changes::{Step, blob, folder},
    error::Cause,
    head,
    objects::Objects,
};

/// Takes out of `step` what one of the commits `merged` has as it is.
pub(super) fn leave_out(
    objects: &Objects,
    merged: &[ObjectId],
    step: &mut Step,
) -> Result<(), Cause> {
    let trees = merged
        .iter()
        .map(|commit| head::tree_of(commit, objects))
        .collect::<Result<Vec<_>, _>>()?;
    let mut lookup = PathLookup {
        objects,
        trees: HashMap::new(),
    };
    let changes = std::mem::take(&mut step.changes);
    for mut change in changes {
        for tree in &trees {
            let there = lookup.blob(*tree, change.path.as_ref())?;
            change.old.extend(there);
        }
        if !change.new.is_some_and(|new| change.old.contains(&new)) {
            change.old.sort_unstable();
            change.old.dedup();
            step.changes.push(change);
        }
    }
    Ok(())
}

/// Finds files in trees by their paths.
struct PathLookup<'a> {
    objects: &'a Objects,
    trees: HashMap<ObjectId, Vec<u8>>,
}

impl PathLookup<'_> {
    fn blob(&mut self, mut tree: ObjectId, path: &BStr) -> Result<Option<ObjectId>, Cause> {
        let mut rest = path;
        while let Some(slash) = rest.find_byte(b'/') {
            let name = &rest[..slash];
            let Some(below) = self.within(tree, |tree| folder(tree, name))? else {
                return Ok(None);
            };
            (tree, rest) = (below, rest[slash + 1..].as_bstr());
        }
        self.within(tree, |tree| blob(tree, rest))
    }

    fn within<T>(
        &mut self,
        id: ObjectId,
        find: impl FnOnce(&TreeRef<'_>) -> T,
    ) -> Result<T, Cause> {
        if !self.trees.contains_key(&id) {
            let mut buffer = Vec::new();
            let found = self.objects.try_find(&id, &mut buffer)?;
            let data = found.ok_or_else(|| format!("tree {id} is not there"))?.data;
            self.trees.insert(id, data.to_vec());
        }
        let bytes = self.trees.get(&id).map(Vec::as_slice).unwrap_or_default();
        Ok(find(&TreeRef::from_bytes(bytes, id.kind())?))
    }
}
