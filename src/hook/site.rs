//! Where hooks go.

use std::path::{Path, PathBuf};

use super::{
    lefthook::{self, Lefthook},
    place,
};
use crate::source::repository::Repository;

/// A folder of hooks, and what is known of the repository whose they are.
#[derive(Debug, Clone)]
pub struct Site {
    /// The folder whose hooks git runs.
    pub hooks_dir: PathBuf,
    /// The work tree and the folder that all its linked worktrees share.
    pub(super) repository: Option<(PathBuf, PathBuf)>,
}

/// Returns the files with lefthook's configuration, relative to the top of a work tree. There may be none of them.
pub fn lefthook_configurations() -> impl Iterator<Item = String> {
    lefthook::all()
}

/// What lefthook is told to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The hook is not lefthook's.
    NotLefthooks,
    /// Our hook.
    Ours,
    /// Not our hook, in the user's own configuration at this path.
    Nothing(PathBuf),
}

impl Site {
    /// Returns a folder alone, such as a template's.
    pub fn folder(hooks_dir: &Path) -> Self {
        Self {
            hooks_dir: hooks_dir.into(),
            repository: None,
        }
    }

    /// Returns where git looks for the hooks of `repository`.
    pub fn of(repository: &Repository) -> Self {
        let common_dir = repository.common_dir.clone();
        Self {
            hooks_dir: repository.hooks_dir.clone(),
            repository: repository.work_tree.clone().map(|top| (top, common_dir)),
        }
    }

    /// Returns true when the hooks stand among the files of the repository, which others check out elsewhere: the folder that
    /// `core.hooksPath` names in a work tree, and those in which husky keeps a team's.
    pub fn is_shared(&self) -> bool {
        let is_among_files = |(top, common_dir): &(PathBuf, PathBuf)| {
            self.hooks_dir.starts_with(top) && !self.hooks_dir.starts_with(common_dir)
        };
        self.is_husky() || self.repository.as_ref().is_some_and(is_among_files)
    }

    /// Returns true for the folder in which husky writes its hooks: ours stand beside it.
    pub(super) fn is_husky(&self) -> bool {
        place::is_huskys(&self.hooks_dir)
    }

    /// Returns what becomes of ours where git runs the hook `name` that consists of `bytes`.
    pub fn told_by(&self, name: &str, bytes: &[u8]) -> Told {
        match self.lefthook().filter(|_| place::is_lefthooks(bytes)) {
            None => Told::NotLefthooks,
            Some(lefthook) => lefthook.forgets(name).map_or(Told::Ours, Told::Nothing),
        }
    }

    /// Returns lefthook's place for hooks of others.
    pub(super) fn lefthook(&self) -> Option<Lefthook> {
        let (top, common_dir) = self.repository.as_ref()?;
        Some(Lefthook::new(top, common_dir))
    }

    /// Returns the file of the hook `name` that git runs.
    pub(super) fn hook(&self, name: &str) -> PathBuf {
        self.hooks_dir.join(name)
    }
}
