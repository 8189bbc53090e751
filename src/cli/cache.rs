//! Where what was learnt from one scan of a history is kept for the next.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{Failure, args, environment};
use crate::source::repository::Repository;

/// Where what was learnt from one scan is kept for the next.
#[derive(Debug)]
pub(super) enum Cache {
    /// In this folder, in a file for each repository.
    In(PathBuf),
    /// In this file.
    At(PathBuf),
    /// Nowhere.
    Off,
}

impl Cache {
    /// Returns where the cache is; with `include_invalid` nowhere, since it does not say where there is something that is no credential.
    pub(super) fn new(args: &args::History, include_invalid: bool) -> Result<Self, Failure> {
        if args.no_cache || include_invalid {
            return Ok(Self::Off);
        }
        let Some(path) = &args.cache else {
            let usual = environment::cache_dir();
            return Ok(usual.map_or(Self::Off, |dir| Self::In(dir.join("keyfence"))));
        };
        let path = environment::current_dir()?.join(path);
        Ok(if path.is_dir() {
            Self::In(path)
        } else {
            Self::At(path)
        })
    }

    /// Returns the file for `repository`; `submodule` is its name where it is one.
    pub(super) fn file(
        &self,
        repository: &Repository,
        submodule: Option<&[u8]>,
    ) -> Option<PathBuf> {
        match (self, submodule) {
            (Self::Off, _) => None,
            (Self::At(file), None) => Some(file.clone()),
            // Beside it, by a name that does not depend on where the repository lies.
            (Self::At(file), Some(name)) => {
                let mut path = file.clone().into_os_string();
                path.push(format!(".{}", digest(name)));
                Some(path.into())
            }
            (Self::In(folder), _) => {
                let objects = &repository.objects_dir;
                let objects = objects.canonicalize().unwrap_or_else(|_| objects.clone());
                Some(folder.join(name_of(&objects)))
            }
        }
    }
}

/// Returns what the file for the object database `objects` is called.
fn name_of(objects: &Path) -> String {
    let name = digest(objects.as_os_str().as_encoded_bytes());
    format!("history-{name}")
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes)[..16])
}
