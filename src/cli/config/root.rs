//! Where files of the policy are read: on disk, or in a commit.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::Failure;
use crate::source::{head, repository::Repository};

/// Where files are read.
#[derive(Debug, Clone)]
pub(in crate::cli) enum Root<'a> {
    /// A folder; no file outside of it is read, as what names the files has come with it.
    Within(PathBuf),
    /// A folder, from which a person may name any file.
    Folder(PathBuf),
    /// The tree of a commit.
    Commit(&'a Repository, ObjectId),
    /// There is no file.
    Nothing,
}

impl Root<'_> {
    /// Returns the one in which paths are what was typed.
    pub(in crate::cli) fn typed() -> Self {
        Self::Folder(PathBuf::new())
    }

    /// Returns what people call the file `path`.
    pub(in crate::cli) fn name(&self, path: &Path) -> PathBuf {
        match self {
            Self::Within(folder) | Self::Folder(folder) => folder.join(path),
            Self::Commit(_, id) => format!("{id}:{}", path.display()).into(),
            Self::Nothing => path.to_owned(),
        }
    }

    /// Returns what the file `path` holds; none when there is no file.
    pub(in crate::cli) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        let cannot = |error: io::Error| {
            Failure::because(format!("cannot read {}", self.name(path).display()), error)
        };
        match self {
            Self::Within(folder) => {
                if !is_within(folder, path).map_err(cannot)? {
                    return Err(self.leads_out(path));
                }
                found(read_regular(&folder.join(path))).map_err(cannot)
            }
            Self::Folder(folder) => found(fs::read(folder.join(path))).map_err(cannot),
            Self::Commit(repository, id) => {
                head::file_of(repository, id, self.in_tree(path)?.as_ref())
                    .map_err(|error| Failure::because("cannot read the policy", error))
            }
            Self::Nothing => Ok(None),
        }
    }

    /// Returns what the file `path` holds as text; none when there is no file.
    pub(in crate::cli) fn text(&self, path: &Path) -> Result<Option<String>, Failure> {
        let Some(bytes) = self.read(path)? else {
            return Ok(None);
        };
        String::from_utf8(bytes).map(Some).map_err(|error| {
            let what = format!("{} is not UTF-8", self.name(path).display());
            Failure::because(what, error.utf8_error())
        })
    }

    /// Returns the file `path`, or each `*.toml` in the folder `path`; nothing where neither is there.
    pub(in crate::cli) fn rule_files(&self, path: &Path) -> Result<Vec<PathBuf>, Failure> {
        let what = format!("cannot read rules from {}", self.name(path).display());
        let mut names = match self {
            Self::Within(folder) | Self::Folder(folder) => {
                let cannot = |error: io::Error| Failure::because(what.clone(), error);
                if matches!(self, Self::Within(_)) && !is_within(folder, path).map_err(cannot)? {
                    return Err(self.leads_out(path));
                }
                let whole = folder.join(path);
                let Some(metadata) = found(fs::metadata(&whole)).map_err(cannot)? else {
                    return Ok(Vec::new());
                };
                if !metadata.is_dir() {
                    return Ok(vec![path.to_owned()]);
                }
                fs::read_dir(&whole)
                    .map_err(cannot)?
                    .map(|entry| Ok(entry?.file_name().into()))
                    .collect::<io::Result<Vec<PathBuf>>>()
                    .map_err(cannot)?
            }
            Self::Commit(repository, id) => {
                match head::files_of(repository, id, self.in_tree(path)?.as_ref()) {
                    Err(error) => return Err(Failure::because(what, error)),
                    Ok(Some(names)) => names
                        .iter()
                        .map(|name| name.to_path_lossy().into())
                        .collect(),
                    Ok(None) => {
                        let is_there = self.read(path)?.is_some();
                        return Ok(is_there.then(|| path.to_owned()).into_iter().collect());
                    }
                }
            }
            Self::Nothing => return Ok(Vec::new()),
        };
        names.retain(|name| {
            name.extension()
                .is_some_and(|extension| extension == "toml")
        });
        names.sort();
        if names.is_empty() {
            return Err(Failure::new(format!(
                "there is no *.toml in the folder {}",
                self.name(path).display()
            )));
        }
        Ok(names.into_iter().map(|name| path.join(name)).collect())
    }

    /// Returns `path` as it stands in trees.
    fn in_tree(&self, path: &Path) -> Result<BString, Failure> {
        if !is_plain(path) {
            return Err(self.leads_out(path));
        }
        let parts = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.as_encoded_bytes()),
            _ => None,
        });
        Ok(bstr::join("/", parts).into())
    }

    fn leads_out(&self, path: &Path) -> Failure {
        Failure::new(format!(
            "{} leads out of the repository; copy the file into it, or name it with an option",
            self.name(path).display()
        ))
    }
}

/// The most bytes of a file that comes with a repository.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file that nobody has named: a pipe is not waited for, and memory has a bound.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if metadata.len() > MAX_BYTES {
        let most = MAX_BYTES >> 20;
        return Err(io::Error::other(format!("it has more than {most} MiB")));
    }
    fs::read(path)
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns true when `path` leads down alone.
fn is_plain(path: &Path) -> bool {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    path.components().all(is_plain)
}

/// Returns true when `path` is a path below `folder` that no link leads out of it.
fn is_within(folder: &Path, path: &Path) -> io::Result<bool> {
    if !is_plain(path) {
        return Ok(false);
    }
    let Some(real) = found(folder.join(path).canonicalize())? else {
        return Ok(true);
    };
    Ok(real.starts_with(folder.canonicalize()?))
}
