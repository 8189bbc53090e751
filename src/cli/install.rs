//! `keyfence install` and `keyfence uninstall`.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{CLEAN, Failure, TROUBLE, args, environment};
use crate::{
    hook::{
        self, Action, Change,
        config::{self, Scope},
        error::Error,
        everywhere,
        site::Site,
    },
    source::repository::{self, Repository},
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to know of hooks among the files of a repository.
const SHARED: &str = "these hooks stand among the files of the repository: commit them, and everyone who has keyfence in PATH runs them\n";

pub(super) fn install(args: &args::Install) -> Result<u8, Failure> {
    let cannot = cannot_install;
    let program = environment::program()?;
    let asked: Vec<&str> = args.hooks.iter().map(String::as_str).collect();
    let or = |default: &[&'static str]| {
        if asked.is_empty() {
            default.to_vec()
        } else {
            asked.clone()
        }
    };
    if let Some(folder) = &args.template {
        install_template(folder, &or(hook::DEFAULT), &program)?;
        return Ok(CLEAN);
    }
    let in_config = config::is_supported().map_err(cannot)?;
    if args.global {
        let names = or(hook::DEFAULT);
        let changes = if in_config {
            config::install(Scope::User, &names, &program, VERSION)
        } else {
            let folder = global_folder()?;
            let configured = everywhere::configured().map_err(cannot)?;
            let configured = configured.map(|path| environment::expanded(&path));
            everywhere::install_for_user(&folder, configured.as_deref(), &names, &program, VERSION)
        };
        print(&changes.map_err(cannot)?)?;
        return Ok(CLEAN);
    }
    let repository = repository("install")?;
    let site = Site::of(&repository);
    let names = or(if repository.bare {
        hook::DEFAULT_BARE
    } else {
        hook::DEFAULT
    });
    let changes = if in_config {
        let mut changes = config::install(
            Scope::Repository(&repository.git_dir),
            &names,
            &program,
            VERSION,
        )
        .map_err(cannot)?;
        // What an older git needed would now run as well. What a team shares, or all repositories have, is not this one's to take.
        if !site.is_shared() && !is_of_all(&repository) {
            let old = hook::uninstall::uninstall(&site, &names).map_err(cannot)?;
            changes.extend(old.into_iter().filter(is_done));
        }
        changes
    } else {
        not_of_all(&repository, "install")?;
        hook::install::install(&site, &names, &program, VERSION).map_err(cannot)?
    };
    print(&changes)?;
    if !in_config && site.is_shared() {
        write_out(SHARED)?;
    }
    Ok(CLEAN)
}

pub(super) fn uninstall(args: &args::Uninstall) -> Result<u8, Failure> {
    let cannot = |error: Error| Failure::because("cannot uninstall", error);
    let names: Vec<&str> = if args.hooks.is_empty() {
        hook::NAMES.to_vec()
    } else {
        args.hooks.iter().map(String::as_str).collect()
    };
    let changes = if let Some(folder) = &args.template {
        let hooks_dir = environment::current_dir()?.join(folder).join("hooks");
        hook::uninstall::uninstall(&Site::folder(&hooks_dir), &names).map_err(cannot)?
    } else if args.global {
        let mut changes = config::uninstall(Scope::User, &names).map_err(cannot)?;
        let folder = global_folder()?;
        let configured = everywhere::configured().map_err(cannot)?;
        let configured = configured.map(|path| environment::expanded(&path));
        let old = everywhere::uninstall_for_user(&folder, configured.as_deref(), &names);
        changes.extend(old.map_err(cannot)?);
        changes
    } else {
        let repository = repository("uninstall")?;
        let mut changes =
            config::uninstall(Scope::Repository(&repository.git_dir), &names).map_err(cannot)?;
        if changes.is_empty() {
            not_of_all(&repository, "uninstall")?;
        }
        let files = if is_of_all(&repository) {
            Vec::new()
        } else {
            hook::uninstall::uninstall(&Site::of(&repository), &names).map_err(cannot)?
        };
        // A hook of somebody else is no trouble where ours was in the configuration.
        let is_configured = |file: &Change| changes.iter().any(|c: &Change| c.name == file.name);
        let files: Vec<Change> = files
            .into_iter()
            .filter(|file| is_done(file) || !is_configured(file))
            .collect();
        changes.extend(files);
        changes
    };
    let told: Vec<Change> = changes
        .into_iter()
        .filter(|change| !args.hooks.is_empty() || is_done(change))
        .collect();
    print(&told)?;
    let foreign = told.iter().any(|change| change.action == Action::Foreign);
    Ok(if foreign { TROUBLE } else { CLEAN })
}

fn is_done(change: &Change) -> bool {
    matches!(change.action, Action::Removed | Action::Restored)
}

fn repository(what: &str) -> Result<Repository, Failure> {
    let base = environment::current_dir()?;
    repository::discover(
        &base,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .map_err(|error| Failure::because(format!("cannot {what}"), error))
}

/// Returns true when git runs the hooks of all repositories in this one.
fn is_of_all(repository: &Repository) -> bool {
    global_folder().is_ok_and(|folder| folder == repository.hooks_dir)
}

fn not_of_all(repository: &Repository, what: &str) -> Result<(), Failure> {
    if !is_of_all(repository) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "cannot {what}: git runs the hooks of all your repositories here, from {}; change them with `keyfence {what} --global`",
        repository.hooks_dir.display()
    )))
}

/// Returns the folder for the hooks of all repositories, for a git that has them nowhere else.
fn global_folder() -> Result<PathBuf, Failure> {
    let dir = environment::config_dir().ok_or_else(|| {
        Failure::new("cannot tell where the user's configuration lies; set HOME or XDG_CONFIG_HOME")
    })?;
    Ok(dir.join("keyfence").join("hooks"))
}

/// Puts hooks into a folder that git copies into new repositories, and says how git comes to do so.
fn install_template(folder: &Path, names: &[&str], program: &Path) -> Result<(), Failure> {
    let folder = environment::current_dir()?.join(folder);
    let folder = fs::create_dir_all(&folder)
        .and_then(|()| fs::canonicalize(&folder))
        .map_err(|error| {
            let folder = folder.display();
            Failure::because(
                format!("cannot make the folder {folder}; name another one"),
                error,
            )
        })?;
    let site = Site::folder(&folder.join("hooks"));
    let changes = hook::install::install(&site, names, program, VERSION).map_err(cannot_install)?;
    print(&changes)?;
    let configured = everywhere::template().map_err(cannot_install)?;
    let is_configured = configured.is_some_and(|path| {
        fs::canonicalize(environment::expanded(&path)).is_ok_and(|path| path == folder)
    });
    write_out(&if is_configured {
        "new repositories get them: git's init.templateDir names this folder\n".to_owned()
    } else {
        format!(
            "new repositories get them with: git config --global init.templateDir '{}'\n",
            folder.display()
        )
    })
}

fn cannot_install(error: Error) -> Failure {
    Failure::because("cannot install", error)
}

fn print(changes: &[Change]) -> Result<(), Failure> {
    let mut out = String::new();
    if changes.is_empty() {
        out.push_str("nothing to do: no hook of keyfence is installed here\n");
    }
    for Change { path, action, .. } in changes {
        let path = path.display();
        let _ = match action {
            Action::Written => writeln!(out, "installed {path}"),
            Action::Inserted => {
                writeln!(
                    out,
                    "installed in {path}, before what it does; the rest runs as before"
                )
            }
            Action::Announced => writeln!(
                out,
                "installed in {path}: lefthook runs the hooks from there; keep this file out of git, it is yours alone"
            ),
            Action::Configured => writeln!(out, "installed {path} in git's configuration"),
            Action::Composed { saved } => writeln!(
                out,
                "installed {path}; the hook that was there is kept as {} and runs after it",
                saved.display()
            ),
            Action::Repaired => writeln!(out, "renewed {path}"),
            Action::Unchanged => writeln!(out, "unchanged {path}"),
            Action::Removed => writeln!(out, "removed {path}"),
            Action::Restored => writeln!(out, "restored {path} as it was before"),
            Action::Foreign => writeln!(out, "left alone {path}: it is not a hook of keyfence"),
            Action::Absent => writeln!(out, "nothing at {path}"),
        };
    }
    write_out(&out)
}

fn write_out(text: &str) -> Result<(), Failure> {
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))
}
