//! `--install`.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use super::{CLEAN, REFUSED, Stop, say, tell};
use crate::{
    cli::{args::When, environment},
    hook::drop_in::{self, Done, Existing, Installed, Runner},
    source::{
        error::Error,
        repository::{self, Override},
    },
};

/// Installs the hooks and returns the exit code.
pub(super) fn run(force: bool, keep: bool, folder: Option<&OsStr>) -> Result<u8, Stop> {
    let existing = match (force, keep) {
        (true, true) => {
            return Err(Stop::said(
                "git-secrets: --force overwrites hooks and --keep keeps them: give one of the two",
                REFUSED,
            ));
        }
        (true, false) => Existing::Overwrite,
        (false, true) => Existing::Keep,
        (false, false) => Existing::Refuse,
    };
    let base = environment::current_dir().map_err(|failure| Stop::failed(&failure, REFUSED))?;
    let hooks_dir = match folder.filter(|folder| !folder.is_empty()) {
        Some(folder) => hooks_of(Path::new(folder), &base)?,
        None => own_hooks(&base)?,
    };
    fs::create_dir_all(&hooks_dir).map_err(|error| {
        Stop::said(
            format!(
                "git-secrets: cannot make the folder {}: {error} (name another one, or make it writable)",
                hooks_dir.display()
            ),
            REFUSED,
        )
    })?;
    let mut notes = Vec::new();
    let result = write(&hooks_dir, &base, existing, &mut notes);
    for note in notes {
        say(&format!("git-secrets: {note}"));
    }
    result.map(|()| CLEAN)
}

/// Writes the hooks and says so. What else is to be said goes to `notes`.
fn write(
    hooks_dir: &Path,
    base: &Path,
    existing: Existing,
    notes: &mut Vec<String>,
) -> Result<(), Stop> {
    let program = environment::program().map_err(|failure| Stop::failed(&failure, REFUSED))?;
    let mark = if environment::colour(When::Auto) {
        "\x1b[32m\u{2713}\x1b[m "
    } else {
        ""
    };
    let shown = |path: &Path| {
        path.strip_prefix(base)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    for name in drop_in::NAMES {
        let version = env!("CARGO_PKG_VERSION");
        let done = drop_in::install(hooks_dir, name, existing, &program, version);
        let done = done.map_err(|error| {
            let cause = std::error::Error::source(&error);
            let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
            Stop::said(format!("git-secrets: cannot {error}{cause}"), REFUSED)
        })?;
        let Installed { path, kept, runner } = match done {
            Done::Installed(installed) => installed,
            Done::Exists(path) => {
                return Err(Stop::said(
                    format!(
                        "{} already exists. Use -f to force\ngit-secrets: or --keep to keep it and run it, too",
                        shown(&path)
                    ),
                    REFUSED,
                ));
            }
        };
        tell(format!("{mark}Installed {name} hook to {}\n", shown(&path)).as_bytes())?;
        if let Some(kept) = kept {
            notes.push(format!(
                "the {name} hook that was there is kept as {} and runs after it",
                shown(&kept)
            ));
        }
        match runner {
            Runner::Git | Runner::Foreign(_) => {}
            Runner::Ours(hook) => notes.push(format!("{} runs what is in {name}.d", shown(&hook))),
            Runner::Nobody(hook) => notes.push(format!(
                "{} does not seem to run what is in {name}.d: let it, or nothing is checked",
                shown(&hook)
            )),
        }
    }
    Ok(())
}

/// Returns the folder whose hooks git runs in the current repository.
fn own_hooks(base: &Path) -> Result<PathBuf, Stop> {
    match repository::discover(
        base,
        &environment::git_override(),
        &environment::outer_config(),
    ) {
        Ok(repository) => Ok(repository.hooks_dir),
        Err(Error::NoRepository { .. }) => Err(Stop::said(
            "fatal: not a git repository (or any of the parent directories): .git\nNot in a Git repository",
            REFUSED,
        )),
        Err(error) => Err(cannot(&error)),
    }
}

/// Returns the folder for the hooks of what is named: a repository, a linked worktree, a submodule or a git dir, or a template folder
/// that need not exist yet.
fn hooks_of(folder: &Path, base: &Path) -> Result<PathBuf, Stop> {
    let folder = base.join(folder);
    let mut over = Override::default();
    if folder.join(".git").symlink_metadata().is_err() {
        // A git dir says so by what is in it (gitrepository-layout(5)).
        if !folder.join("HEAD").is_file() || !folder.join("objects").is_dir() {
            return Ok(folder.join("hooks"));
        }
        over.git_dir = Some(folder.clone());
    }
    match repository::discover(&folder, &over, &environment::outer_config()) {
        Ok(repository) => Ok(repository.hooks_dir),
        // What has such a name and is none is a folder like any other.
        Err(Error::NoRepository { .. }) => Ok(folder.join("hooks")),
        Err(error) => Err(cannot(&error)),
    }
}

fn cannot(error: &Error) -> Stop {
    Stop::said(
        format!("git-secrets: cannot install hooks: {error}"),
        REFUSED,
    )
}
