//! The repositories of submodules: those below `modules` in git's folder, checked out or not, and those in the work tree.
//!
//! Git keeps the repository of a submodule as `.git/modules/NAME`; one of an old layout, or that was added in place, has
//! its own `.git` folder still. Nothing outside of the work tree and git's folder is looked at, wherever a `.git` file leads.

use std::{
    collections::HashSet,
    fs,
    path::{Component, Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry;

use super::{
    super::{
        error::Error,
        index, reason,
        repository::{self, Repository},
    },
    folder::{self, Entry, Links, Skip, name_skip},
    worktrees,
};
use crate::finding::Skipped;

/// The most submodules.
const MAX_SUBMODULES: usize = 10_000;

/// The most folders in which repositories are looked for.
const MAX_FOLDERS: usize = 100_000;

/// The folders of a repository's own in which no repository of a submodule lies. There is no other list: a submodule called
/// `a/b` lies within that of one called `a`.
const OWN_FOLDERS: [&str; 9] = [
    "hooks",
    "info",
    "lfs",
    "logs",
    "objects",
    "rebase-apply",
    "rebase-merge",
    "refs",
    "rr-cache",
];

/// The repository of a submodule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submodule {
    /// Where the work tree has it, or its name where it is not checked out. A submodule of a submodule has both: `outer/inner`.
    pub name: BString,
    /// Its folder, without links in it.
    pub git_dir: PathBuf,
    /// Where it is checked out.
    pub work_tree: Option<PathBuf>,
}

impl Submodule {
    /// Opens the repository, which `parent` has given. What its configuration says about its work tree is not asked.
    ///
    /// # Errors
    ///
    /// As [`repository::discover`].
    pub fn open(&self, parent: &Repository) -> Result<Repository, Error> {
        let work_tree = self.work_tree.as_ref().unwrap_or(&self.git_dir);
        parent.another(&self.git_dir, work_tree)
    }
}

/// Returns the repositories of all submodules of `repository`, submodules of submodules among them, sorted by name.
pub fn find(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Vec<Submodule> {
    let mut search = Search {
        roots: [&repository.common_dir, &repository.git_dir]
            .into_iter()
            .chain(&repository.work_tree)
            .cloned()
            .collect(),
        found: Vec::new(),
        seen: HashSet::from([repository.git_dir.clone(), repository.common_dir.clone()]),
        folders: 0,
    };
    // First those with a work tree, so that they keep it.
    search.checked_out(repository, BStr::new(""), skip);
    let mut next = 0;
    while let Some(submodule) = search.found.get(next).cloned() {
        next += 1;
        // What cannot be opened here cannot be opened by the caller either, who says so.
        if let Ok(inner) = submodule.open(repository) {
            search.checked_out(&inner, submodule.name.as_ref(), skip);
        }
    }
    for dir in worktrees::git_dirs(repository, skip) {
        let shown = [&dir.shown[..], b"modules"].concat();
        search.stored(
            &dir.path.join("modules"),
            shown.as_bstr(),
            BStr::new(""),
            skip,
        );
    }
    for submodule in search.found.clone() {
        // The others lie below the folders above.
        if submodule.git_dir.ends_with(".git") {
            let shown = [&submodule.name[..], b"/.git/modules"].concat();
            let modules = submodule.git_dir.join("modules");
            search.stored(&modules, shown.as_bstr(), submodule.name.as_ref(), skip);
        }
    }
    search
        .found
        .sort_by(|a, b| (&a.name, &a.git_dir).cmp(&(&b.name, &b.git_dir)));
    search.found
}

struct Search {
    /// The folders that nothing leads out of.
    roots: Vec<PathBuf>,
    found: Vec<Submodule>,
    seen: HashSet<PathBuf>,
    /// How many folders were looked at.
    folders: usize,
}

impl Search {
    /// Takes what the index of `repository` has as submodules and the work tree has as repositories.
    fn checked_out(&mut self, repository: &Repository, lead: &BStr, skip: &mut Skip<'_>) {
        let Some(work_tree) = &repository.work_tree else {
            return;
        };
        let index = match index::open(repository) {
            Ok(Some(index)) => index,
            Ok(None) => return,
            Err(_) => {
                let shown = join(lead, b".git/index");
                let reason = "cannot be read; submodules in the work tree are not known";
                return name_skip(skip, &shown, reason, true);
            }
        };
        let links = index
            .entries()
            .iter()
            .filter(|e| e.mode == entry::Mode::COMMIT);
        for path in links.map(|entry| entry.path(&index)) {
            let name = join(lead, path);
            match self.resolve(work_tree, path) {
                Ok(Some((git_dir, folder))) => self.add(name, git_dir, Some(folder), skip),
                Ok(None) => {}
                Err(reason) => name_skip(skip, &name, reason, true),
            }
        }
    }

    /// Returns the repository of the submodule at `path` and the folder it is checked out in, or none when it is not.
    fn resolve(&self, work_tree: &Path, path: &BStr) -> Result<Option<(PathBuf, PathBuf)>, String> {
        let relative =
            gix::path::from_bstr(path).map_err(|_| "no folder can have this name here")?;
        let mut folder = work_tree.to_path_buf();
        for part in relative.components() {
            let Component::Normal(name) = part else {
                return Err("not a path of a work tree".into());
            };
            folder.push(name);
            // Git checks nothing out behind a link.
            if name == ".git" || !folder.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                return Ok(None);
            }
        }
        let mut target = folder.join(".git");
        match target.symlink_metadata() {
            Ok(meta) if meta.is_file() => {
                target = repository::resolve_git_file(target).map_err(|e| e.to_string())?;
            }
            Ok(_) => {}
            Err(e) if folder::is_absent(&e) => return Ok(None),
            Err(e) => return Err(reason(&e)),
        }
        let git_dir = match fs::canonicalize(target) {
            Ok(git_dir) => git_dir,
            Err(e) if folder::is_absent(&e) => {
                return Err("the repository of this submodule is not there".into());
            }
            Err(e) => return Err(reason(&e)),
        };
        if !self.roots.iter().any(|root| git_dir.starts_with(root)) {
            return Err("the repository of this submodule lies outside".into());
        }
        if !repository::is_git_dir(&git_dir) {
            return Err("the repository of this submodule is none".into());
        }
        Ok(Some((git_dir, folder)))
    }

    /// Takes the repositories at any depth below `dir`. `name` is the submodule that has the folder, or nothing.
    fn stored(&mut self, dir: &Path, shown: &BStr, name: &BStr, skip: &mut Skip<'_>) {
        let mut queue = vec![(dir.to_path_buf(), shown.to_owned(), name.to_owned())];
        while let Some((dir, shown, name)) = queue.pop() {
            let is_repository = repository::is_git_dir(&dir);
            for Entry { path, shown, .. } in
                folder::folders(&dir, shown.as_ref(), Links::Matter, skip)
            {
                self.folders += 1;
                if self.folders > MAX_FOLDERS {
                    let reason = format!("more than {MAX_FOLDERS} folders; the rest was not read");
                    return name_skip(skip, &shown, reason, true);
                }
                let last = path.file_name().unwrap_or_default();
                if is_repository && OWN_FOLDERS.iter().any(|own| last == *own) {
                    continue;
                }
                if is_repository && (last == "modules" || last == "worktrees") {
                    queue.push((path, shown, name.clone()));
                    continue;
                }
                let name = join(&name, last.as_encoded_bytes());
                if is_own_repository(&path) {
                    self.add(name.clone(), path.clone(), None, skip);
                }
                queue.push((path, shown, name));
            }
        }
    }

    fn add(
        &mut self,
        name: BString,
        git_dir: PathBuf,
        work_tree: Option<PathBuf>,
        skip: &mut Skip<'_>,
    ) {
        if !self.seen.insert(git_dir.clone()) {
            return;
        }
        if self.found.len() >= MAX_SUBMODULES {
            let reason = format!("more than {MAX_SUBMODULES} submodules; this one was not read");
            return name_skip(skip, &name, reason, true);
        }
        self.found.push(Submodule {
            name,
            git_dir,
            work_tree,
        });
    }
}

/// Returns true for a repository that is not merely a linked worktree's part of one.
fn is_own_repository(dir: &Path) -> bool {
    repository::is_git_dir(dir) && !dir.join("commondir").exists()
}

fn join(lead: &[u8], path: &[u8]) -> BString {
    if lead.is_empty() {
        return path.into();
    }
    [lead, b"/", path].concat().into()
}
