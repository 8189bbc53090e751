//! Reads blobs by id and hands them over.

use std::io::Read as _;

use bstr::{BStr, BString};
use gix::{
    ObjectId,
    objs::{Find as _, FindHeader as _, Kind},
};

use super::{
    Blob, Content, MakeVisitor, Visitor, error::Error, index::Options, loose::Loose,
    objects::Objects, reason, repository::Repository, share::share, skip, too_large,
};
use crate::finding::SourceKind;

/// From how many blobs on several threads are worth their start.
const PARALLEL_BLOBS: usize = 64;

/// From how many bytes on a loose blob is read as a stream.
const STREAM_BYTES: u64 = 8 << 20;

/// A blob to read, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The path that it is handed over under.
    pub path: BString,
    /// Its id.
    pub id: ObjectId,
}

/// Reads all of `wanted`.
pub(super) fn read(
    repository: &Repository,
    wanted: &[Wanted],
    kind: SourceKind,
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) -> Result<(), Error> {
    if wanted.is_empty() {
        return Ok(());
    }
    let objects = Objects::open(repository)?;
    let threads = if wanted.len() > PARALLEL_BLOBS {
        options.threads
    } else {
        1
    };
    share(
        (wanted, "blob"),
        threads,
        make_visitor,
        || (objects.clone(), Vec::new()),
        |blob, (objects, buffer), visitor| {
            one(objects, blob, kind, options, visitor, buffer);
        },
    );
    Ok(())
}

fn one(
    objects: &Objects,
    wanted: &Wanted,
    kind: SourceKind,
    options: Options,
    visitor: &mut dyn Visitor,
    buffer: &mut Vec<u8>,
) {
    let path = wanted.path.as_ref();
    // One look at a loose object tells all; what is wrong with it is told below.
    if let Ok(Some(loose)) = objects.loose(&wanted.id)
        && loose.kind == Kind::Blob
    {
        return give_loose(loose, path, kind, options, visitor, buffer);
    }
    // The size comes first, so that a blob above the limit is never unpacked.
    let header = match objects.try_header(&wanted.id) {
        Ok(Some(header)) => header,
        Ok(None) => {
            let reason = format!("blob {} is not in the object database", wanted.id);
            return skip(visitor, path, reason, true);
        }
        Err(e) => return skip(visitor, path, format!("blob {}: {e}", wanted.id), true),
    };
    if header.kind != Kind::Blob {
        let reason = format!("object {} is a {}, not a blob", wanted.id, header.kind);
        return skip(visitor, path, reason, true);
    }
    if header.size > options.max_blob_bytes {
        return skip(visitor, path, too_large(options.max_blob_bytes), true);
    }
    match objects.try_find(&wanted.id, buffer) {
        Ok(Some(data)) => give(path, kind, Content::Bytes(data.data), visitor),
        Ok(None) => skip(visitor, path, "vanished", true),
        Err(e) => skip(visitor, path, format!("blob {}: {e}", wanted.id), true),
    }
}

/// Hands over a loose blob: a small one whole, a large one as a stream.
fn give_loose(
    loose: Loose,
    path: &BStr,
    kind: SourceKind,
    options: Options,
    visitor: &mut dyn Visitor,
    buffer: &mut Vec<u8>,
) {
    let size = loose.size;
    if size > options.max_blob_bytes {
        return skip(visitor, path, too_large(options.max_blob_bytes), true);
    }
    let mut loose = loose.take(size);
    if size > STREAM_BYTES {
        let content = Content::Reader {
            reader: &mut loose,
            expected_len: Some(size),
        };
        return give(path, kind, content, visitor);
    }
    buffer.clear();
    match loose.read_to_end(buffer) {
        Ok(read) if read as u64 == size => give(path, kind, Content::Bytes(buffer), visitor),
        Ok(read) => {
            let reason = format!("corrupt object: it has {read} bytes and says {size}");
            skip(visitor, path, reason, true);
        }
        Err(e) => skip(visitor, path, reason(&e), true),
    }
}

fn give<'a>(path: &'a BStr, kind: SourceKind, content: Content<'a>, visitor: &mut dyn Visitor) {
    let blob = Blob {
        path,
        kind,
        content,
    };
    if let Err(e) = visitor.blob(blob) {
        skip(visitor, path, reason(&e), true);
    }
}
