//! The tree that git would write of an index.

use std::ops::Range;

use bstr::{BString, ByteSlice as _};
use gix::{
    ObjectId,
    hash::Kind,
    index::{File, entry, extension},
    objs,
};

/// Returns the id of that tree, of which nothing is written; none where the index has conflicts.
///
/// Folders that did not change since git last wrote a tree are known by their ids (the cache-tree extension), so that nothing but a
/// look is needed right after git has prepared a commit.
pub(super) fn id(index: &File, hash: Kind) -> Option<ObjectId> {
    folder(index, hash, index.tree(), 0..index.entries().len(), 0)
}

fn folder(
    index: &File,
    hash: Kind,
    cached: Option<&extension::Tree>,
    range: Range<usize>,
    prefix: usize,
) -> Option<ObjectId> {
    if let Some(cached) = cached
        && cached
            .num_entries
            .is_some_and(|n| n as usize == range.len())
    {
        return Some(cached.id);
    }
    // The name as it is sorted, the entry as it is written.
    let mut entries: Vec<(BString, Vec<u8>)> = Vec::new();
    let mut add = |name: &[u8], mode: &str, id: ObjectId| {
        let end: &[u8] = if mode == "40000" { b"/" } else { b"" };
        let text = [mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat();
        entries.push(([name, end].concat().into(), text));
    };
    let mut at = range.start;
    while at < range.end {
        let entry = &index.entries()[at];
        if entry.stage_raw() != 0 {
            return None;
        }
        let path = entry.path(index);
        let name = &path[prefix..];
        let slash = name.find_byte(b'/');
        let Some(slash) = slash.filter(|_| entry.mode != entry::Mode::DIR) else {
            at += 1;
            let mode = match entry.mode {
                entry::Mode::DIR => "40000",
                entry::Mode::FILE => "100644",
                entry::Mode::FILE_EXECUTABLE => "100755",
                entry::Mode::SYMLINK => "120000",
                entry::Mode::COMMIT => "160000",
                _ => return None,
            };
            // An entry that was only announced is in no tree.
            if !entry.flags.contains(entry::Flags::INTENT_TO_ADD) {
                add(name.trim_end_with(|c| c == '/'), mode, entry.id);
            }
            continue;
        };
        let inner = &path[..=prefix + slash];
        let rest = &index.entries()[at..range.end];
        let end = at + rest.partition_point(|e| e.path(index).starts_with(inner));
        let below = &name[..slash];
        let child = cached.and_then(|node| node.children.iter().find(|c| c.name[..] == *below));
        let id = folder(index, hash, child, at..end, inner.len())?;
        if !id.is_empty_tree() {
            add(below, "40000", id);
        }
        at = end;
    }
    entries.sort();
    let bytes: Vec<u8> = entries.into_iter().flat_map(|(_, text)| text).collect();
    objs::compute_hash(hash, objs::Kind::Tree, &bytes).ok()
}
