//! `keyfence install` and `keyfence uninstall`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use super::{CLEAN, Failure, TROUBLE, args, environment};
use crate::{
    hook::{self, Action, Change},
    source::repository,
};

pub(super) fn install(args: &args::Install) -> Result<u8, Failure> {
    let hooks_dir = hooks_dir("install")?;
    let names: Vec<&str> = args.hooks.iter().map(String::as_str).collect();
    let changes = hook::install::install(
        &hooks_dir,
        &names,
        &environment::program()?,
        env!("CARGO_PKG_VERSION"),
    )
    .map_err(|error| Failure::because("cannot install", error))?;
    print(&changes)?;
    Ok(CLEAN)
}

pub(super) fn uninstall(args: &args::Uninstall) -> Result<u8, Failure> {
    let hooks_dir = hooks_dir("uninstall")?;
    let names: Vec<&str> = if args.hooks.is_empty() {
        hook::NAMES.to_vec()
    } else {
        args.hooks.iter().map(String::as_str).collect()
    };
    let changes = hook::uninstall::uninstall(&hooks_dir, &names)
        .map_err(|error| Failure::because("cannot uninstall", error))?;
    let told: Vec<Change> = changes
        .into_iter()
        .filter(|change| {
            !args.hooks.is_empty() || matches!(change.action, Action::Removed | Action::Restored)
        })
        .collect();
    print(&told)?;
    let foreign = told.iter().any(|change| change.action == Action::Foreign);
    Ok(if foreign { TROUBLE } else { CLEAN })
}

fn hooks_dir(what: &str) -> Result<std::path::PathBuf, Failure> {
    let base = environment::current_dir()?;
    repository::discover(
        &base,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .map(|repository| repository.hooks_dir)
    .map_err(|error| Failure::because(format!("cannot {what}"), error))
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
    io::stdout()
        .lock()
        .write_all(out.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))
}
