//! HEAD's tree and the object database.

use std::path::PathBuf;

use gix::{
    ObjectId, objs,
    odb::{self, HandleArc},
    refs::{self, file::ReferenceExt as _},
};

use super::{error::Error, repository::Repository};

/// Opens the object database. Nothing is read yet.
pub(super) fn objects(repository: &Repository) -> Result<HandleArc, Error> {
    let path: PathBuf = repository.objects_dir.clone();
    let store = odb::Store::at_opts(
        path.clone(),
        repository.hash,
        &mut std::iter::empty(),
        odb::store::init::Options::default(),
    );
    match store {
        Ok(store) => Ok(odb::Cache::from(std::sync::Arc::new(store).to_handle_arc())),
        Err(source) => Err(Error::Objects {
            path,
            source: source.into(),
        }),
    }
}

/// Returns the tree of the commit that HEAD names, or none when no commit was made yet.
pub(super) fn tree(
    repository: &Repository,
    objects: &dyn objs::Find,
) -> Result<Option<ObjectId>, Error> {
    let fail = |source: super::error::Cause| Error::Head {
        git_dir: repository.git_dir.clone(),
        source,
    };
    let options = refs::store::init::Options {
        write_reflog: refs::store::WriteReflog::Disable,
        ..refs::store::init::Options::default()
    };
    let store = refs::file::Store::for_linked_worktree_opts(
        repository.git_dir.clone(),
        repository.common_dir.clone(),
        repository.hash,
        options,
    );
    let mut head = store.find("HEAD").map_err(|e| fail(e.into()))?;
    if let refs::Target::Symbolic(name) = &head.target {
        match store.try_find(name.as_ref()) {
            Ok(Some(branch)) => head = branch,
            Ok(None) => return Ok(None),
            Err(e) => return Err(fail(e.into())),
        }
    }
    let commit = head
        .peel_to_id(&store, objects)
        .map_err(|e| fail(e.into()))?;
    let mut buffer = Vec::new();
    let found = objects
        .try_find(&commit, &mut buffer)
        .map_err(|e| fail(e.into()))?;
    let Some(data) = found else {
        return Err(fail(format!("commit {commit} is not there").into()));
    };
    objs::CommitRefIter::from_bytes(data.data, repository.hash)
        .tree_id()
        .map(Some)
        .map_err(|e| fail(e.into()))
}
