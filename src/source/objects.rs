//! The object database of a repository, with the folders that its caller adds.
//!
//! While git receives a push, new objects lie in a folder of their own, the quarantine, and the repository's are borrowed from there
//! (git-receive-pack(1), "QUARANTINE ENVIRONMENT").

use std::{
    fmt, io,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use gix::{
    ObjectId,
    objs::{self, Data, Exists as _, Kind},
    odb::{self, HandleArc, pack::cache::DecodeEntry},
    oid,
};

use super::{
    cache::Recent,
    error::Error,
    loose::{self, Loose},
    repository::Repository,
};

/// How many bytes of unpacked trees are kept by each thread, at most twice as many.
const MAX_TREE_BYTES: usize = 2 << 20;

/// A tree, and how many bytes it takes in its pack.
struct Unpacked {
    bytes: Vec<u8>,
    packed_len: usize,
}

impl AsRef<[u8]> for Unpacked {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The trees that were unpacked last, by pack and offset. Versions of one tree are deltas of each other, and comparing commits asks for one
/// after the other. Blobs are not asked for again.
struct UnpackedTrees(Recent<(u32, u64), Unpacked>);

impl DecodeEntry for UnpackedTrees {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed_len: usize) {
        if kind == Kind::Tree {
            let bytes = data.to_owned();
            self.0.put((pack, offset), Unpacked { bytes, packed_len });
        }
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let found = self.0.get(&(pack, offset))?;
        out.clear();
        out.extend_from_slice(&found.bytes);
        Some((Kind::Tree, found.packed_len))
    }
}

/// Reads objects by id. A clone has caches of its own, for another thread.
#[derive(Clone)]
pub(super) struct Objects {
    /// The repository's own folder first.
    stores: Vec<(PathBuf, HandleArc)>,
}

impl Objects {
    /// Opens the object database, which is done once: listing packs and mapping them takes a hook longer than reading its few objects.
    /// Nothing is read yet.
    pub(super) fn open(repository: &Repository) -> Result<Self, Error> {
        if let Some(stores) = repository.stores.0.get() {
            return Ok(Self::of(stores));
        }
        let own = [&repository.objects_dir];
        let stores = own
            .into_iter()
            .chain(&repository.alternate_objects_dirs)
            .map(|path| store(path.clone(), repository))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(repository.stores.0.get_or_init(|| stores)))
    }

    fn of(stores: &[Opened]) -> Self {
        let handle = |(path, store): &Opened| {
            let handle = odb::Cache::from(store.to_handle_arc());
            let cache = || -> Box<odb::cache::PackCache> {
                Box::new(UnpackedTrees(Recent::new(MAX_TREE_BYTES)))
            };
            (path.clone(), handle.with_pack_cache(cache))
        };
        Self {
            stores: stores.iter().map(handle).collect(),
        }
    }

    /// Opens the object `id` as a stream, or gives none when it is not loose.
    pub(super) fn loose(&self, id: &ObjectId) -> io::Result<Option<Loose>> {
        for (path, _) in &self.stores {
            if let Some(loose) = loose::open(path, id)? {
                return Ok(Some(loose));
            }
        }
        Ok(None)
    }

    /// Returns the store to ask for `id`.
    fn with(&self, id: &oid) -> &HandleArc {
        let mut all = self.stores.iter().map(|(_, store)| store);
        let has = |store: &&HandleArc| self.stores.len() == 1 || store.exists(id);
        all.find(has).unwrap_or(&self.stores[0].1)
    }
}

/// A folder of objects, opened.
type Opened = (PathBuf, Arc<odb::Store>);

/// The stores of a repository's object database, once they are open. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Stores(Arc<OnceLock<Vec<Opened>>>);

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.0.get().into_iter().flatten().map(|(path, _)| path);
        f.debug_list().entries(paths).finish()
    }
}

fn store(path: PathBuf, repository: &Repository) -> Result<Opened, Error> {
    let store = odb::Store::at_opts(
        path.clone(),
        repository.hash,
        &mut std::iter::empty(),
        odb::store::init::Options::default(),
    );
    match store {
        Ok(store) => Ok((path, Arc::new(store))),
        Err(source) => Err(Error::Objects {
            path,
            source: source.into(),
        }),
    }
}

impl objs::Find for Objects {
    fn try_find<'a>(&self, id: &oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        self.with(id).try_find(id, buffer)
    }
}

impl objs::FindHeader for Objects {
    fn try_header(&self, id: &oid) -> gix::Result<Option<objs::Header>> {
        objs::FindHeader::try_header(self.with(id), id)
    }
}
