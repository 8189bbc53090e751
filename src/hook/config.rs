//! Hooks in git's configuration (`hook.<name>.command` and `hook.<name>.event`, git 2.54 and newer, git-config(1)).
//!
//! Git runs them beside the hook that is there, wherever `core.hooksPath` leads, and no file is touched.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bstr::ByteSlice as _;

use super::{Action, Change, check_names, error::Error, script};

/// The first version of git that runs such hooks.
const SINCE: (u32, u32) = (2, 54);

/// Whose configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// That of the repository with this folder.
    Repository(&'a Path),
    /// The user's.
    User,
}

impl Scope<'_> {
    fn git(self) -> Command {
        let mut git = Command::new("git");
        match self {
            Self::Repository(git_dir) => git
                .arg("--git-dir")
                .arg(git_dir)
                .args(["config", "--local"]),
            Self::User => git.args(["config", "--global"]),
        };
        git.stdin(Stdio::null());
        git
    }

    /// Returns all values of `key`.
    fn values(self, key: &str) -> Result<Vec<Vec<u8>>, Error> {
        let mut git = self.git();
        git.args(["-z", "--get-all", key]);
        let output = run(&mut git, "read git's configuration")?;
        // It ends with 1 where there is none.
        let values = output
            .stdout
            .split_str("\0")
            .filter(|value| !value.is_empty());
        Ok(values.map(<[u8]>::to_vec).collect())
    }

    /// Sets `key` to one value.
    pub(super) fn set(self, key: &str, value: &[u8]) -> Result<(), Error> {
        let mut git = self.git();
        git.args(["--replace-all", key])
            .arg(&*value.to_os_str_lossy());
        must(&mut git, "write git's configuration")
    }

    fn remove_section(self, section: &str) -> Result<(), Error> {
        must(
            self.git().args(["--remove-section", section]),
            "write git's configuration",
        )
    }

    /// Returns the value of `key`, of which there may be one.
    pub(super) fn value(self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.values(key)?.pop())
    }

    pub(super) fn unset(self, key: &str) -> Result<(), Error> {
        must(
            self.git().args(["--unset-all", key]),
            "write git's configuration",
        )
    }
}

/// Returns true when the git in PATH runs hooks of its configuration.
///
/// # Errors
///
/// When git cannot be run.
pub fn is_supported() -> Result<bool, Error> {
    let output = run(
        Command::new("git").arg("--version"),
        "ask git for its version",
    )?;
    Ok(is_supported_by(&output.stdout.to_str_lossy()))
}

/// Returns true when a git that says this of its version runs hooks of its configuration.
pub fn is_supported_by(said: &str) -> bool {
    version(said.as_bytes()).is_some_and(|version| version >= SINCE)
}

/// Reads `git version 2.47.3`.
fn version(text: &[u8]) -> Option<(u32, u32)> {
    let text = text.to_str().ok()?.strip_prefix("git version ")?;
    let mut numbers = text.trim().split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Puts the hooks `names` into the configuration. They run `program`, an absolute path. Doing it twice changes nothing.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when git cannot be run, or fails.
pub fn install(
    scope: Scope<'_>,
    names: &[&str],
    program: &Path,
    version: &str,
) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for name in check_names(names)? {
        let section = section(name);
        let (command, event) = (format!("{section}.command"), format!("{section}.event"));
        let wanted = script::command(name, program, version);
        let there = (scope.values(&command)?, scope.values(&event)?);
        let action = if there == (vec![wanted.clone()], vec![name.into()]) {
            Action::Unchanged
        } else {
            scope.set(&command, &wanted)?;
            scope.set(&event, name.as_bytes())?;
            if there.0.is_empty() {
                Action::Configured
            } else {
                Action::Repaired
            }
        };
        changes.push(change(name, action));
    }
    Ok(changes)
}

/// Takes the hooks `names` out of the configuration.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when git cannot be run, or fails.
pub fn uninstall(scope: Scope<'_>, names: &[&str]) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for name in check_names(names)? {
        let section = section(name);
        let has = |key: &str| scope.values(&format!("{section}.{key}"));
        if has("command")?.is_empty() && has("event")?.is_empty() {
            continue;
        }
        scope.remove_section(&section)?;
        changes.push(change(name, Action::Removed));
    }
    Ok(changes)
}

/// Returns the section of the hook `name`: git wants a name that is none of a hook.
pub(super) fn section(name: &str) -> String {
    format!("hook.keyfence-{name}")
}

fn change(name: &str, action: Action) -> Change {
    Change {
        name: name.into(),
        path: PathBuf::from(section(name)),
        action,
    }
}

fn run(git: &mut Command, what: &str) -> Result<std::process::Output, Error> {
    git.output().map_err(|error| Error::Git {
        what: what.to_owned(),
        message: format!("{error} (is git in PATH?)"),
    })
}

fn must(git: &mut Command, what: &str) -> Result<(), Error> {
    let output = run(git, what)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Git {
        what: what.to_owned(),
        message: output.stderr.to_str_lossy().trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions() {
        for (text, expected) in [
            ("git version 2.47.3\n", Some((2, 47))),
            ("git version 2.55.0.618.g1a3e64c6c4\n", Some((2, 55))),
            ("git version 2.39.5 (Apple Git-154)\n", Some((2, 39))),
            ("git version 3.0\n", Some((3, 0))),
            ("hub version 2\n", None),
            ("", None),
        ] {
            assert_eq!(version(text.as_bytes()), expected, "{text:?}");
        }
    }
}
