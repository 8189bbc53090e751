//! Finds a repository and what its configuration says, as git does, without running git and without reading the
//! environment: what `GIT_DIR` and its kin say comes as [`Override`].
//!
//! Ownership of the folder is not judged (`safe.directory`): git refuses a stranger's repository because its
//! configuration can name programs, and nothing here runs a program.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use gix::{
    config::{File, Source, file, path::interpolate},
    hash,
};

use super::{error::Error, objects::Stores};

/// Locations that stand in for what is found. Relative ones are relative to the folder where the search starts.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_COMMON_DIR`.
    pub common_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub objects_dir: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, as [`from_variable`](super::history::alternates::from_variable) reads it.
    pub alternate_objects_dirs: Vec<PathBuf>,
}

/// Configuration from outside the repository.
#[derive(Debug, Clone, Default)]
pub struct OuterConfig {
    /// The files of system and user, least important first; those that are missing are left out.
    pub files: Vec<PathBuf>,
    /// The file that `core.excludesFile` names when it is not set: `~/.config/git/ignore`.
    pub excludes_file: Option<PathBuf>,
    /// The user's home, for `~/`.
    pub home: Option<PathBuf>,
    /// Single values that win over all files (`git -c`): `("core.hooksPath", "…")`.
    pub values: Vec<(String, String)>,
}

/// A repository, found. All paths are absolute.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The folder with HEAD and the index: of a linked worktree `…/.git/worktrees/NAME`.
    pub git_dir: PathBuf,
    /// The folder with the objects and the refs, shared by all worktrees.
    pub common_dir: PathBuf,
    /// The folder with the checked out files; none for a bare repository.
    pub work_tree: Option<PathBuf>,
    /// The folder whose hooks git runs.
    pub hooks_dir: PathBuf,
    /// True when `core.hooksPath` moved `hooks_dir`.
    pub hooks_dir_configured: bool,
    /// True when there is no work tree.
    pub bare: bool,
    /// The index file; it need not exist.
    pub index_file: PathBuf,
    /// The folder of the object database.
    pub objects_dir: PathBuf,
    /// More folders with objects that the caller named; those the repository itself borrows from are not among them.
    pub alternate_objects_dirs: Vec<PathBuf>,
    /// The hash that names objects.
    pub hash: hash::Kind,
    config: File,
    outer: OuterConfig,
    /// The object database, opened when it is first asked.
    pub(super) stores: Stores,
}

/// Finds the repository at or above `start`, or the one `over` names.
///
/// # Errors
///
/// When there is none, or when its configuration cannot be read.
pub fn discover(start: &Path, over: &Override, outer: &OuterConfig) -> Result<Repository, Error> {
    let start = fs::canonicalize(start).map_err(|source| Error::Read {
        path: start.into(),
        source,
    })?;
    let (git_dir, inferred) = match &over.git_dir {
        Some(dir) => {
            let dir = resolve_git_file(start.join(dir))?;
            if !is_git_dir(&dir) {
                return Err(Error::NoRepository { start: dir });
            }
            (dir, Some(start.clone()))
        }
        None => search(&start)?,
    };
    let git_dir = canonical(git_dir)?;
    let common_dir = match (&over.common_dir, first_line(&git_dir.join("commondir"))?) {
        (Some(dir), _) => canonical(start.join(dir))?,
        (None, Some(dir)) => canonical(git_dir.join(dir.to_path_lossy()))?,
        (None, None) => git_dir.clone(),
    };
    let config = read_config(&git_dir, &common_dir, outer)?;
    let mut repository = Repository {
        index_file: over
            .index_file
            .as_ref()
            .map_or_else(|| git_dir.join("index"), |file| start.join(file)),
        objects_dir: over
            .objects_dir
            .as_ref()
            .map_or_else(|| common_dir.join("objects"), |dir| start.join(dir)),
        alternate_objects_dirs: over
            .alternate_objects_dirs
            .iter()
            .map(|dir| start.join(dir))
            .collect(),
        hooks_dir: common_dir.join("hooks"),
        hooks_dir_configured: false,
        work_tree: None,
        bare: true,
        hash: hash::Kind::Sha1,
        git_dir,
        common_dir,
        config,
        outer: outer.clone(),
        stores: Stores::default(),
    };
    repository.hash = repository.object_format()?;
    let explicit = over.work_tree.as_ref().map(|dir| start.join(dir));
    repository.work_tree = repository.find_work_tree(explicit, inferred)?;
    repository.bare = repository.work_tree.is_none();
    if let Some(dir) = repository.path("core.hooksPath")? {
        // Git runs a hook in the work tree's root, or in a bare repository itself, and a relative folder starts there.
        let base = repository.work_tree.as_ref().unwrap_or(&repository.git_dir);
        repository.hooks_dir = base.join(dir);
        repository.hooks_dir_configured = true;
    }
    Ok(repository)
}

impl Repository {
    /// Returns the value of the configuration key `key` (`section.name`) that wins.
    pub fn value(&self, key: &str) -> Option<String> {
        let set = self.outer.values.iter().rev();
        set.into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map(|(_, value)| value.clone())
            .or_else(|| self.config.string(key).map(|value| value.to_string()))
    }

    /// Returns the path that the configuration key `key` names, with `~/` resolved and otherwise as written.
    ///
    /// # Errors
    ///
    /// When the path starts with something that cannot be resolved.
    pub fn path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        let Some(value) = self.value(key).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let value = gix::config::Path::from(BString::from(value));
        value
            .interpolate(self.interpolation())
            .map(Some)
            .map_err(|source| Error::Config {
                git_dir: self.git_dir.clone(),
                source: source.into(),
            })
    }

    /// Returns the boolean of the configuration key `key`; what is no boolean counts as absent.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        if self
            .outer
            .values
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(key))
        {
            let value = self.value(key)?.to_ascii_lowercase();
            return match &*value {
                "true" | "yes" | "on" | "1" => Some(true),
                "false" | "no" | "off" | "0" | "" => Some(false),
                _ => None,
            };
        }
        self.config.boolean(key).ok().flatten()
    }

    /// Returns true when `SECTION.*.NAME` is true for one of the subsections of `section`.
    pub fn any_boolean(&self, section: &str, name: &str) -> bool {
        let sections = self.config.sections_by_name(section).into_iter().flatten();
        let stored = sections.filter_map(|section| section.header().subsection_name());
        let set = self.outer.values.iter().filter_map(|(key, _)| {
            let (first, rest) = key.split_once('.')?;
            let (subsection, last) = rest.rsplit_once('.')?;
            let asked = first.eq_ignore_ascii_case(section) && last.eq_ignore_ascii_case(name);
            asked.then_some(BStr::new(subsection))
        });
        // A section may stand there a thousand times.
        let subsections: BTreeSet<&BStr> = stored.chain(set).collect();
        subsections
            .into_iter()
            .any(|subsection| self.boolean(&format!("{section}.{subsection}.{name}")) == Some(true))
    }

    /// Returns the names of the subsections of `section`: for `remote` the remotes. Sorted, each once.
    pub fn subsections(&self, section: &str) -> Vec<BString> {
        let sections = self.config.sections_by_name(section).into_iter().flatten();
        let names =
            sections.filter_map(|one| one.header().subsection_name().map(ToOwned::to_owned));
        let names: BTreeSet<BString> = names.collect();
        names.into_iter().collect()
    }

    /// Opens another repository with the same configuration from outside.
    pub(super) fn another(&self, git_dir: &Path, work_tree: &Path) -> Result<Self, Error> {
        let over = Override {
            git_dir: Some(git_dir.into()),
            work_tree: Some(work_tree.into()),
            ..Override::default()
        };
        discover(work_tree, &over, &self.outer)
    }

    /// Returns the work tree.
    ///
    /// # Errors
    ///
    /// When the repository is bare.
    pub fn work_tree(&self) -> Result<&Path, Error> {
        self.work_tree.as_deref().ok_or_else(|| Error::NoWorkTree {
            git_dir: self.git_dir.clone(),
        })
    }

    /// Returns the configuration of all files, and what comes from elsewhere.
    pub(super) fn configuration(&self) -> (&File, &OuterConfig) {
        (&self.config, &self.outer)
    }

    fn interpolation(&self) -> interpolate::Context<'_> {
        interpolate::Context {
            git_install_dir: None,
            home_dir: self.outer.home.as_deref(),
            home_for_user: None,
        }
    }

    fn unsupported(&self, what: String) -> Error {
        Error::Unsupported {
            git_dir: self.git_dir.clone(),
            what,
        }
    }

    /// Returns the hash of the repository, having looked at the extensions that change what files mean
    /// (<https://git-scm.com/docs/repository-version>).
    fn object_format(&self) -> Result<hash::Kind, Error> {
        if let Some(storage) = self.config.string("extensions.refStorage")
            && storage != "files"
        {
            return Err(self.unsupported(format!("reference storage \"{storage}\"")));
        }
        match self.config.string("extensions.objectFormat") {
            None => Ok(hash::Kind::Sha1),
            Some(name) if name.eq_ignore_ascii_case(b"sha1") => Ok(hash::Kind::Sha1),
            Some(name) if name.eq_ignore_ascii_case(b"sha256") => Ok(hash::Kind::Sha256),
            Some(name) => Err(self.unsupported(format!("object format \"{name}\""))),
        }
    }

    /// Git's order: `GIT_WORK_TREE`, the worktree's own link, `core.worktree`, `core.bare`, the folder round `.git`.
    fn find_work_tree(
        &self,
        explicit: Option<PathBuf>,
        inferred: Option<PathBuf>,
    ) -> Result<Option<PathBuf>, Error> {
        if let Some(dir) = explicit {
            return canonical(dir).map(Some);
        }
        let linked = self.git_dir != self.common_dir;
        if linked && let Some(link) = first_line(&self.git_dir.join("gitdir"))? {
            // The worktree may have been moved by hand; then the folder the search came from is right.
            let named = self
                .git_dir
                .join(link.to_path_lossy())
                .parent()
                .map(Path::to_path_buf);
            let dir = inferred.or(named.filter(|dir| dir.is_dir()));
            return dir.map(canonical).transpose();
        }
        if let Some(dir) = self.path("core.worktree")? {
            return canonical(self.git_dir.join(dir)).map(Some);
        }
        if self.boolean("core.bare") == Some(true) {
            return Ok(None);
        }
        inferred
            .filter(|dir| *dir != self.git_dir)
            .map(canonical)
            .transpose()
    }
}

/// Looks for a repository from `start` upwards; the second folder is the one that holds `.git`.
fn search(start: &Path) -> Result<(PathBuf, Option<PathBuf>), Error> {
    for dir in start.ancestors() {
        let dot_git = resolve_git_file(dir.join(".git"))?;
        if is_git_dir(&dot_git) {
            return Ok((dot_git, Some(dir.into())));
        }
        if is_git_dir(dir) {
            return Ok((dir.into(), None));
        }
    }
    Err(Error::NoRepository {
        start: start.into(),
    })
}

/// Returns true when `dir` looks like a repository, by git's own test.
pub(super) fn is_git_dir(dir: &Path) -> bool {
    fs::symlink_metadata(dir.join("HEAD")).is_ok()
        && (dir.join("commondir").is_file()
            || (dir.join("objects").is_dir() && dir.join("refs").is_dir()))
}

/// Returns what a `.git` file points to, and anything else as it is.
pub(super) fn resolve_git_file(path: PathBuf) -> Result<PathBuf, Error> {
    if !path.is_file() {
        return Ok(path);
    }
    let line = first_line(&path)?.unwrap_or_default();
    Ok(match line.strip_prefix(b"gitdir: ") {
        Some(target) => path
            .parent()
            .unwrap_or(Path::new(""))
            .join(target.to_path_lossy()),
        None => path,
    })
}

/// The most bytes of a file of git's that has one line.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Returns the first line of a small file of git's, or none when the file is not there.
fn first_line(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let start = || {
        // A pipe would be waited for. A link is none of our worry: HEAD was one in old repositories.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        fs::File::open(path)?
            .take(MAX_LINE_BYTES)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match start() {
        Ok(bytes) => Ok(Some(bytes.lines().next().unwrap_or_default().to_vec())),
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(source) => Err(Error::Read {
            path: path.into(),
            source,
        }),
    }
}

fn canonical(path: PathBuf) -> Result<PathBuf, Error> {
    fs::canonicalize(&path).map_err(|source| Error::Read { path, source })
}

/// Reads the configuration, least important file first.
fn read_config(git_dir: &Path, common_dir: &Path, outer: &OuterConfig) -> Result<File, Error> {
    let branch = first_line(&git_dir.join("HEAD"))?
        .and_then(|line| line.strip_prefix(b"ref: ").map(<[u8]>::to_vec))
        .and_then(|name| gix::refs::FullName::try_from(BString::from(name)).ok());
    let conditional = file::includes::conditional::Context {
        git_dir: Some(git_dir),
        branch_name: branch.as_ref().map(AsRef::as_ref),
    };
    let read = |files: &[(PathBuf, Source)]| read_files(files, outer, conditional, git_dir);
    let mut files = outer_files(outer);
    files.push((common_dir.join("config"), Source::Local));
    let config = read(&files)?;
    if config.boolean("extensions.worktreeConfig").ok().flatten() != Some(true) {
        return Ok(config);
    }
    files.push((git_dir.join("config.worktree"), Source::Worktree));
    read(&files)
}

/// Reads the configuration of system and user, for where there is no repository. `start` is where it was looked for.
pub(super) fn read_outer_config(outer: &OuterConfig, start: &Path) -> Result<File, Error> {
    let nowhere = file::includes::conditional::Context::default();
    read_files(&outer_files(outer), outer, nowhere, start)
}

fn outer_files(outer: &OuterConfig) -> Vec<(PathBuf, Source)> {
    let files = outer.files.iter();
    files.map(|path| (path.clone(), Source::User)).collect()
}

fn read_files(
    files: &[(PathBuf, Source)],
    outer: &OuterConfig,
    conditional: file::includes::conditional::Context<'_>,
    git_dir: &Path,
) -> Result<File, Error> {
    let context = interpolate::Context {
        git_install_dir: None,
        home_dir: outer.home.as_deref(),
        home_for_user: None,
    };
    let options = file::init::Options {
        includes: file::includes::Options::follow(context, conditional),
        lossy: true,
        ignore_io_errors: false,
    };
    let present = files.iter().filter(|(path, _)| path.is_file());
    let present = present.map(|(path, source)| file::Metadata::from(*source).at(path));
    File::from_paths_metadata(present, options)
        .map(Option::unwrap_or_default)
        .map_err(|source| Error::Config {
            git_dir: git_dir.into(),
            source: source.into(),
        })
}
