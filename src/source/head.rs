//! HEAD and the trees of commits.

use bstr::{BStr, BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{self, FindExt as _},
    refs::{self, file::ReferenceExt as _},
};

use super::{
    changes,
    error::{Cause, Error},
    objects::Objects,
    repository::Repository,
};

/// Returns the commit that HEAD names, or none when no commit was made yet.
pub(super) fn commit(
    repository: &Repository,
    objects: &dyn objs::Find,
) -> Result<Option<ObjectId>, Error> {
    let fail = |source: Cause| Error::Head {
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
    head.peel_to_id(&store, objects)
        .map(Some)
        .map_err(|e| fail(e.into()))
}

/// Returns the tree of the commit that HEAD names, or none when no commit was made yet.
pub(super) fn tree(
    repository: &Repository,
    objects: &dyn objs::Find,
) -> Result<Option<ObjectId>, Error> {
    let Some(commit) = commit(repository, objects)? else {
        return Ok(None);
    };
    tree_of(&commit, objects)
        .map(Some)
        .map_err(|source| Error::Head {
            git_dir: repository.git_dir.clone(),
            source,
        })
}

/// Returns the tree of `commit`.
pub(super) fn tree_of(commit: &ObjectId, objects: &dyn objs::Find) -> Result<ObjectId, Cause> {
    let mut buffer = Vec::new();
    let found = objects.try_find(commit, &mut buffer)?;
    let Some(data) = found else {
        return Err(format!("commit {commit} is not there").into());
    };
    Ok(objs::CommitRefIter::from_bytes(data.data, commit.kind()).tree_id()?)
}

/// Returns the commit that HEAD of `repository` names, or none when no commit was made yet.
///
/// # Errors
///
/// When it cannot be read.
pub fn id(repository: &Repository) -> Result<Option<ObjectId>, Error> {
    commit(repository, &Objects::open(repository)?)
}

/// Returns what the file at `path` holds in HEAD's tree; none when it is not there.
///
/// # Errors
///
/// When HEAD, a tree or the file cannot be read.
pub fn file(repository: &Repository, path: &BStr) -> Result<Option<Vec<u8>>, Error> {
    let objects = Objects::open(repository)?;
    let Some(tree) = tree(repository, &objects)? else {
        return Ok(None);
    };
    at(&objects, tree, path).map_err(|source| Error::Head {
        git_dir: repository.git_dir.clone(),
        source,
    })
}

/// Returns what the file at `path` holds in the tree of the commit `id`; none when it is not there.
///
/// # Errors
///
/// When the commit, a tree or the file cannot be read.
pub fn file_of(
    repository: &Repository,
    id: &ObjectId,
    path: &BStr,
) -> Result<Option<Vec<u8>>, Error> {
    let objects = Objects::open(repository)?;
    tree_of(id, &objects)
        .and_then(|tree| at(&objects, tree, path))
        .map_err(|source| Error::File {
            path: path.to_owned(),
            commit: *id,
            source,
        })
}

/// Returns the names of the files in the folder `path` of the tree of the commit `id`; none when there is no such folder.
///
/// # Errors
///
/// When the commit or a tree cannot be read.
pub fn files_of(
    repository: &Repository,
    id: &ObjectId,
    path: &BStr,
) -> Result<Option<Vec<BString>>, Error> {
    let objects = Objects::open(repository)?;
    tree_of(id, &objects)
        .and_then(|tree| files_at(&objects, tree, path))
        .map_err(|source| Error::File {
            path: path.to_owned(),
            commit: *id,
            source,
        })
}

fn files_at(
    objects: &Objects,
    mut tree: ObjectId,
    path: &BStr,
) -> Result<Option<Vec<BString>>, Cause> {
    let mut buffer = Vec::new();
    for name in path.split_str("/").filter(|name| !name.is_empty()) {
        let Some(below) = changes::folder(&objects.find_tree(&tree, &mut buffer)?, name) else {
            return Ok(None);
        };
        tree = below;
    }
    let tree = objects.find_tree(&tree, &mut buffer)?;
    let files = tree.entries.iter().filter(|entry| entry.mode.is_blob());
    Ok(Some(files.map(|entry| entry.filename.to_owned()).collect()))
}

fn at(objects: &Objects, mut tree: ObjectId, path: &BStr) -> Result<Option<Vec<u8>>, Cause> {
    let mut buffer = Vec::new();
    let mut rest = path;
    while let Some(slash) = rest.find_byte(b'/') {
        let found = objects.find_tree(&tree, &mut buffer)?;
        let Some(below) = changes::folder(&found, &rest[..slash]) else {
            return Ok(None);
        };
        (tree, rest) = (below, rest[slash + 1..].as_bstr());
    }
    let Some(blob) = changes::blob(&objects.find_tree(&tree, &mut buffer)?, rest) else {
        return Ok(None);
    };
    Ok(Some(objects.find_blob(&blob, &mut buffer)?.data.to_vec()))
}

/// Returns the parents of the commit `id`.
///
/// # Errors
///
/// When it cannot be read.
pub fn parents(repository: &Repository, id: &ObjectId) -> Result<Vec<ObjectId>, Error> {
    let objects = Objects::open(repository)?;
    let mut buffer = Vec::new();
    let commit = objects.find_commit_iter(id, &mut buffer);
    let commit = commit.map_err(|source| Error::Head {
        git_dir: repository.git_dir.clone(),
        source: source.into(),
    })?;
    Ok(commit.parent_ids().collect())
}

/// Returns true when the commit `id` has a parent.
pub fn has_parent(repository: &Repository, id: &ObjectId) -> bool {
    let Ok(objects) = Objects::open(repository) else {
        return false;
    };
    let mut buffer = Vec::new();
    let commit = objects.find_commit_iter(id, &mut buffer);
    commit.is_ok_and(|commit| commit.parent_ids().next().is_some())
}
