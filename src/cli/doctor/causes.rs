//! Why a hook does not run, or does not do what it should.

use std::{fs, path::Path};

use bstr::ByteSlice as _;

use super::{super::environment, Problem};
use crate::{
    hook::site::{self, Site, Told},
    source::{config::Scope, repository::Repository},
};

/// Returns the causes that can be seen. `open` are the hooks that should have stopped something and did not.
pub(super) fn all(repository: &Repository, git: &str, open: &[&str]) -> Vec<Problem> {
    let mut out = Vec::new();
    variables(&mut out);
    let in_config = crate::hook::config::is_supported_by(git);
    folder(repository, &mut out);
    if in_config {
        other_gits(repository, &mut out);
    }
    let mut names: Vec<&str> = open.to_vec();
    names.sort_unstable();
    names.dedup();
    program_in_path(repository, &names, &mut out);
    let mut absent = Vec::new();
    let names = by_lefthook(repository, names, &mut out);
    for name in names {
        let before = out.len();
        configured(repository, name, git, in_config, &mut out);
        file(repository, name, &mut out);
        if out.len() == before && !is_installed(repository, name) {
            absent.push(name);
        }
    }
    if !absent.is_empty() {
        out.push(Problem {
            problem: format!("no hook of keyfence is installed for {}", absent.join(", ")),
            mend: format!("keyfence install --hooks {}", absent.join(",")),
        });
    }
    out
}

/// Returns true when the hook `name` is ours, or runs ours.
pub(super) fn is_installed(repository: &Repository, name: &str) -> bool {
    let path = repository.hooks_dir.join(name);
    let by_lefthook = || {
        let bytes = fs::read(&path).unwrap_or_default();
        Site::of(repository).told_by(name, &bytes) == Told::Ours
    };
    is_configured(repository, name) || runs_ours(&path) || by_lefthook()
}

fn is_configured(repository: &Repository, name: &str) -> bool {
    let key = format!("hook.keyfence-{name}.command");
    repository.value(&key).is_some()
}

/// Other gits, which programs may run that do not look where this one does.
fn other_gits(repository: &Repository, out: &mut Vec<Problem>) {
    let names = crate::hook::NAMES.iter().copied();
    let alone = |name: &&str| {
        is_configured(repository, name) && !runs_ours(&repository.hooks_dir.join(name))
    };
    if names.filter(alone).count() == 0 {
        return;
    }
    for path in environment::programs("git") {
        let Ok(version) = super::canary::version_of(&path) else {
            continue;
        };
        if crate::hook::config::is_supported_by(&version) {
            continue;
        }
        let folder = path.parent().unwrap_or(&path).display();
        out.push(Problem {
            problem: format!(
                "{} is {version}, which runs no hooks of git's configuration: nothing stops a program that uses it",
                path.display()
            ),
            mend: format!("PATH={folder}:$PATH keyfence install (both then check)"),
        });
    }
}

/// Variables that turn hooks off.
fn variables(out: &mut Vec<Problem>) {
    for (name, value, who) in environment::hook_switches() {
        out.push(Problem {
            problem: format!("the variable {name}={value} turns off {who}"),
            mend: format!("unset {name}, where your shell sets it for good"),
        });
    }
}

/// Hooks that look for the program, and do not find it.
fn program_in_path(repository: &Repository, names: &[&str], out: &mut Vec<Problem>) {
    let site = Site::of(repository);
    let mut looking: Vec<&str> = names.to_vec();
    looking.retain(|name| site.looks_in_path(name));
    let beside = ["~/.local/bin", "~/.cargo/bin"]
        .map(|folder| environment::expanded(&Path::new(folder).join("keyfence")).is_file());
    if looking.is_empty() || beside.contains(&true) || !environment::programs("keyfence").is_empty()
    {
        return;
    }
    let here = environment::program().ok();
    let folder = here.as_deref().and_then(Path::parent);
    out.push(Problem {
        problem: format!(
            "{} look for keyfence in PATH, where none is",
            looking.join(", ")
        ),
        mend: folder.map_or_else(
            || "install keyfence in a folder of PATH".to_owned(),
            |folder| {
                format!(
                    "export PATH={}:$PATH, where your shell sets it for good",
                    folder.display()
                )
            },
        ),
    });
}

/// Where git looks, and where ours are.
fn folder(repository: &Repository, out: &mut Vec<Problem>) {
    let usual = repository.common_dir.join("hooks");
    let dir = &repository.hooks_dir;
    if !repository.hooks_dir_configured || *dir == usual {
        return;
    }
    let values = repository.values("core.hooksPath");
    let (origin, scope) = match values.last() {
        Some(value) => (value.origin.to_string(), value.scope),
        None => ("git's configuration".to_owned(), Scope::Outer),
    };
    if !dir.is_dir() {
        let is_husky = dir.ends_with(".husky/_");
        out.push(Problem {
            problem: format!(
                "git looks for hooks in {}, which is not there (core.hooksPath in {origin})",
                dir.display()
            ),
            mend: if is_husky {
                "npx husky (or npm install), then keyfence doctor again".to_owned()
            } else {
                unset(scope)
            },
        });
    }
    let ours = crate::hook::NAMES
        .iter()
        .filter(|name| runs_ours(&usual.join(name)));
    let lost: Vec<&str> = ours
        .filter(|name| !runs_ours(&dir.join(name)))
        .copied()
        .collect();
    if !lost.is_empty() {
        out.push(Problem {
            problem: format!(
                "git looks for hooks in {} (core.hooksPath in {origin}), and never runs those in {}: {}",
                dir.display(),
                usual.display(),
                lost.join(", ")
            ),
            mend: format!("keyfence install (it goes where git looks), or {}", unset(scope)),
        });
    }
}

fn unset(scope: Scope) -> String {
    match scope {
        Scope::Repository => "git config --unset core.hooksPath".to_owned(),
        Scope::Outer => "git config --global --unset core.hooksPath".to_owned(),
        Scope::Command => {
            "leave out core.hooksPath on the command line and in GIT_CONFIG_…".to_owned()
        }
    }
}

/// What git's configuration says of the hook.
fn configured(
    repository: &Repository,
    name: &str,
    git: &str,
    in_config: bool,
    out: &mut Vec<Problem>,
) {
    let section = format!("hook.keyfence-{name}");
    if !is_configured(repository, name) {
        return;
    }
    if !in_config {
        out.push(Problem {
            problem: format!(
                "{section} is in git's configuration, and {git} does not run hooks from there"
            ),
            mend: "use git 2.54 or newer, or run keyfence install with this one".to_owned(),
        });
    }
    for key in [format!("{section}.enabled"), format!("hook.{name}.enabled")] {
        if repository.boolean(&key) == Some(false) {
            out.push(Problem {
                problem: format!("{key} = false turns the hook off"),
                mend: format!("git config --unset {key} (or --global, where it stands there)"),
            });
        }
    }
}

/// What is wrong with the hook's file.
fn file(repository: &Repository, name: &str, out: &mut Vec<Problem>) {
    let path = repository.hooks_dir.join(name);
    let shown = path.display();
    let Ok(bytes) = fs::read(&path) else {
        if path.symlink_metadata().is_ok() {
            out.push(Problem {
                problem: format!("{shown} is a link that leads nowhere, or cannot be read"),
                mend: format!("mend or remove it, then keyfence install --hooks {name}"),
            });
        }
        return;
    };
    let ours = runs_ours(&path);
    if !is_executable(&path) {
        out.push(Problem {
            problem: format!("{shown} is not executable, so git passes over it"),
            mend: if ours {
                format!("chmod +x {shown}")
            } else {
                format!("keyfence install --hooks {name}")
            },
        });
    }
    if bytes.starts_with(b"#!")
        && bytes
            .lines_with_terminator()
            .next()
            .is_some_and(|l| l.ends_with(b"\r\n"))
    {
        out.push(Problem {
            problem: format!("{shown} has Windows line ends, so its first line names no program"),
            mend: format!("sed -i 's/\\r$//' {shown}"),
        });
    }
    if !ours {
        let saved = repository.hooks_dir.join(format!("{name}.keyfence-saved"));
        let why = match site::runs_legacy(&bytes) {
            Some(who) => format!(
                "is a hook of {who}, and {name}.legacy beside it, which that runs first, is not there or not ours"
            ),
            None if saved.exists() => "was written over by another hook".to_owned(),
            None => "is a hook of somebody else, and does not run keyfence".to_owned(),
        };
        out.push(Problem {
            problem: format!("{shown} {why}"),
            mend: format!("keyfence install --hooks {name}"),
        });
        return;
    }
    if let Some(program) = program(&bytes)
        && !Path::new(&program).is_file()
    {
        out.push(Problem {
            problem: format!("{shown} runs {program}, which is gone"),
            mend: format!("keyfence install --hooks {name}"),
        });
    }
}

/// Says what is wrong with those of `names` that are lefthook's, and returns the others.
fn by_lefthook<'a>(
    repository: &Repository,
    names: Vec<&'a str>,
    out: &mut Vec<Problem>,
) -> Vec<&'a str> {
    let site = Site::of(repository);
    let (mut others, mut told, mut forgotten) = (Vec::new(), Vec::new(), Vec::new());
    let mut own = None;
    for name in names {
        let bytes = fs::read(site.hooks_dir.join(name)).unwrap_or_default();
        match site.told_by(name, &bytes) {
            Told::NotLefthooks => others.push(name),
            Told::Ours => told.push(name),
            Told::Nothing(path) => {
                forgotten.push(name);
                own = Some(path);
            }
        }
    }
    if let Some(own) = own {
        let (own, names) = (own.display(), forgotten.join(", "));
        out.push(Problem {
            problem: format!("{own} does not have lefthook run keyfence for {names}"),
            mend: "keyfence install, in each linked worktree".to_owned(),
        });
    }
    if !told.is_empty() {
        let names = told.join(", ");
        out.push(Problem {
            problem: format!("lefthook is to run keyfence for {names}, and did not"),
            mend: "see what `lefthook dump` has there under skip, only and exclude_tags".to_owned(),
        });
    }
    others
}

/// Returns true when the hook at `path` runs keyfence, itself or by what it runs.
fn runs_ours(path: &Path) -> bool {
    let says = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.contains_str("keyfence"));
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        says(Path::new(&name))
    };
    says(path) || beside(".legacy") || beside(".d/keyfence")
}

/// Returns the program that a hook of ours names.
fn program(bytes: &[u8]) -> Option<String> {
    let line = bytes
        .lines()
        .find_map(|line| line.strip_prefix(b"keyfence='"))?;
    Some(
        line.strip_suffix(b"'")?
            .to_str_lossy()
            .replace(r"'\''", "'"),
    )
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    true
}
