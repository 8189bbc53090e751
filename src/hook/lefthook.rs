//! Beside lefthook, which writes its hooks anew now and then and leaves no place in them (<https://lefthook.dev>).
//!
//! Our hooks stand in a folder of their own, with a configuration for lefthook that runs them. The user's own configuration in the work
//! tree (`lefthook-local.yml`, which is not shared with the team) names that under `extends`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;

use super::{Action, Change, Found, NAMES, block, error::Error, look, script, write};

/// Where the team's configuration may be, and the user's own, without what the name ends with. The first of the user's own counts.
const SHARED: [&str; 3] = ["lefthook", ".lefthook", ".config/lefthook"];
const OWN: [&str; 3] = [
    "lefthook-local",
    ".lefthook-local",
    ".config/lefthook-local",
];
const ENDS: [&str; 5] = [".yml", ".yaml", ".json", ".jsonc", ".toml"];

/// lefthook in one work tree.
#[derive(Debug)]
pub(super) struct Lefthook {
    top: PathBuf,
    folder: PathBuf,
}

impl Lefthook {
    pub(super) fn new(top: &Path, common_dir: &Path) -> Self {
        Self {
            top: top.into(),
            folder: common_dir.join("keyfence").join("lefthook"),
        }
    }

    /// Returns true when lefthook is configured here, whether its hooks are installed or not.
    pub(super) fn is_used(&self) -> bool {
        self.first(&SHARED).is_some() || self.first(&OWN).is_some()
    }

    /// Returns the file of our hook `name`.
    pub(super) fn hook(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns the user's own configuration when it does not have lefthook run our hook `name`.
    pub(super) fn forgets(&self, name: &str) -> Option<PathBuf> {
        let path = self.own();
        let is_named = read(&path).is_ok_and(|bytes| is_named(&bytes, &self.configuration()));
        (!is_named || !self.names().contains(&name)).then_some(path)
    }

    /// Says what has to be done by hand, if anything, before hooks are written.
    pub(super) fn check(&self) -> Result<(), Error> {
        let path = self.own();
        self.extended(&path, &read(&path)?, "").map(drop)
    }

    /// Has lefthook run the hooks that are there.
    pub(super) fn announce(&self, version: &str) -> Result<Option<Change>, Error> {
        let (names, path) = (self.names(), self.own());
        let action = self.write(&path, &names, version)?;
        Ok(Some(changed(path, action)))
    }

    /// Has lefthook run the hooks that are left, if any.
    pub(super) fn announce_rest(&self) -> Result<Option<Change>, Error> {
        let names = self.names();
        if names.is_empty() {
            return self.remove();
        }
        self.configure(&names)?;
        Ok(None)
    }

    /// Returns our hooks that lefthook has to run.
    fn names(&self) -> Vec<&'static str> {
        let is_there = |name: &&str| matches!(look(&self.hook(name)), Ok(Found::Ours(_)));
        NAMES.iter().copied().filter(is_there).collect()
    }

    fn configure(&self, names: &[&str]) -> Result<(), Error> {
        let configuration = self.configuration();
        let text: Vec<u8> = names.iter().flat_map(|name| self.entry(name)).collect();
        if read(&configuration)? == text {
            return Ok(());
        }
        write::replace_file(&configuration, &text)
    }

    fn write(&self, path: &Path, names: &[&str], version: &str) -> Result<Action, Error> {
        self.configure(names)?;
        let is_new = path.symlink_metadata().is_err();
        let before = read(path)?;
        let after = self.extended(path, &before, version)?;
        if is_new {
            write::replace_file(path, &after)?;
            return Ok(Action::Announced);
        }
        if before == after {
            return Ok(Action::Unchanged);
        }
        write::change(path, &after)?;
        Ok(if block::find(&before).is_some() {
            Action::Repaired
        } else {
            Action::Announced
        })
    }

    fn remove(&self) -> Result<Option<Change>, Error> {
        let configuration = self.configuration();
        if configuration.symlink_metadata().is_ok() {
            write::remove(&configuration)?;
            // Not when somebody else has put something there.
            drop(fs::remove_dir(&self.folder));
        }
        // Another of these files may have come to stand before ours since.
        for path in candidates(&OWN).map(|name| self.top.join(name)) {
            if let Some(action) = block::take_out(&path)? {
                return Ok(Some(changed(path, action)));
            }
        }
        Ok(None)
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("lefthook.yml")
    }

    fn first(&self, names: &[&str]) -> Option<PathBuf> {
        candidates(names)
            .map(|name| self.top.join(name))
            .find(|path| path.exists())
    }

    /// Returns the user's own configuration; it need not exist.
    fn own(&self) -> PathBuf {
        self.first(&OWN)
            .unwrap_or_else(|| self.top.join("lefthook-local.yml"))
    }

    /// Returns the user's own configuration with our block, which names ours under `extends`.
    fn extended(&self, path: &Path, bytes: &[u8], version: &str) -> Result<Vec<u8>, Error> {
        let by_hand = || Error::Lefthook {
            path: path.into(),
            configuration: self.configuration(),
        };
        let is_yaml = path
            .extension()
            .is_some_and(|end| end == "yml" || end == "yaml");
        let is_new = path.symlink_metadata().is_err() || block::made_the_file(bytes);
        let without = block::remove(bytes);
        let (at, indent) = match is_yaml.then(|| spot(&without)).flatten() {
            Some(Spot::Start(at)) => (at, None),
            Some(Spot::Item(at, indent)) => (at, Some(indent)),
            None if is_named(&without, &self.configuration()) => {
                return Ok(bytes.to_vec());
            }
            None => return Err(by_hand()),
        };
        let item = [
            b"- ",
            &quoted_yaml(&globbed(&self.configuration()))[..],
            b"\n",
        ]
        .concat();
        let lines = match indent {
            None => [b"extends:\n  ", &item[..]].concat(),
            Some(indent) => [&indent[..], &item].concat(),
        };
        let text = block::around("lefthook", version, is_new, &lines);
        Ok([&without[..at], &text, &without[at..]].concat())
    }

    /// Returns what has lefthook run the hook `name`.
    fn entry(&self, name: &str) -> Vec<u8> {
        // Of arguments that there are not, lefthook leaves the name, `{3}`, in place.
        let before: &[u8] = match name {
            // A command without files of its own is left out when nothing is staged, or when a push sends no file that changed. The
            // one that counts is where we are named: it is there, and lefthook takes only what is in the work tree.
            "pre-commit" | "pre-push" => b": {files}; ",
            "prepare-commit-msg" => {
                br#"set -- '{1}' '{2}' '{3}'; case $3 in ?3?) set -- "$1" "$2" ;; esac; case $2 in ?2?) set -- "$1" ;; esac; "#
            }
            _ => b"",
        };
        let arguments = match name {
            "prepare-commit-msg" => r#" "$@""#,
            "commit-msg" | "applypatch-msg" | "reference-transaction" => " '{1}'",
            "pre-push" => " '{1}' '{2}'",
            "update" => " '{1}' '{2}' '{3}'",
            _ => "",
        };
        let mut out = format!("{name}:\n  commands:\n    keyfence:\n").into_bytes();
        if before.ends_with(b"{files}; ") {
            out.extend_from_slice(b"      files: printf '%s\\n'");
            for name in candidates(&OWN) {
                out.push(b' ');
                out.extend_from_slice(name.as_bytes());
            }
            out.push(b'\n');
        }
        if script::WITH_INPUT.contains(&name) {
            out.extend_from_slice(b"      use_stdin: true\n");
        }
        out.extend_from_slice(b"      run: |-\n        ");
        out.extend_from_slice(before);
        out.extend_from_slice(b"exec ");
        out.extend(script::quoted(&self.hook(name)));
        out.extend_from_slice(arguments.as_bytes());
        out.push(b'\n');
        out
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns all that a configuration may be called.
pub(super) fn all() -> impl Iterator<Item = String> {
    candidates(&SHARED).chain(candidates(&OWN))
}

/// Returns what a configuration may be called, in the order in which lefthook looks.
fn candidates(names: &[&str]) -> impl Iterator<Item = String> {
    ENDS.iter()
        .flat_map(move |end| names.iter().map(move |name| format!("{name}{end}")))
}

fn changed(path: PathBuf, action: Action) -> Change {
    Change {
        name: "lefthook".to_owned(),
        path,
        action,
    }
}

/// Where a line goes in somebody's YAML.
#[derive(Debug, PartialEq, Eq)]
enum Spot {
    /// As a key of its own.
    Start(usize),
    /// As the first item of the list that is there, indented like this.
    Item(usize, Vec<u8>),
}

/// Finds the place for `extends`, or in it. None where that is written in a way that lines cannot be added to.
fn spot(bytes: &[u8]) -> Option<Spot> {
    let is_text = |line: &[u8]| !line.trim().is_empty() && !line.trim_start().starts_with(b"#");
    let mut start = 0;
    let mut at = 0;
    let mut lines = bytes.lines_with_terminator();
    while let Some(line) = lines.next() {
        let next = at + line.len();
        if line.starts_with(b"---") || line.starts_with(b"%") {
            // What stands behind the mark on its line begins the document.
            if !line.ends_with(b"\n") || line.trim() != b"---" && line.starts_with(b"---") {
                return None;
            }
            if start < at && bytes[start..at].lines().any(is_text) {
                return None;
            }
            start = next;
        } else if [&b"{"[..], b"[", b"...", BYTE_ORDER_MARK]
            .iter()
            .any(|start| line.starts_with(start))
        {
            return None;
        } else if let Some(rest) = key(line) {
            if is_text(rest) || !line.ends_with(b"\n") {
                return None;
            }
            let item = lines.find(|line| is_text(line))?;
            let indent = item[..item.len() - item.trim_start().len()].to_vec();
            return item[indent.len()..]
                .starts_with(b"- ")
                .then_some(Spot::Item(next, indent));
        }
        at = next;
    }
    Some(Spot::Start(start))
}

/// Returns what stands behind the key `extends`.
fn key(line: &[u8]) -> Option<&[u8]> {
    let names: [&[u8]; 3] = [b"extends", b"\"extends\"", b"'extends'"];
    names
        .iter()
        .find_map(|name| line.strip_prefix(*name)?.trim_start().strip_prefix(b":"))
}

/// Returns true when our configuration is named there, by us or by hand.
fn is_named(bytes: &[u8], configuration: &Path) -> bool {
    bytes.contains_str(configuration.as_os_str().as_encoded_bytes())
        || bytes.contains_str(quoted_yaml(&globbed(configuration)))
}

/// Escapes for Go's `filepath.Glob`, by which lefthook reads `extends`.
fn globbed(path: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        if !cfg!(windows) && b"*?[\\".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

/// Quotes for YAML, in single quotes: nothing is escaped but those (YAML 1.2.2, 7.3.2).
fn quoted_yaml(text: &[u8]) -> Vec<u8> {
    [b"'", &text.replace("'", "''")[..], b"'"].concat()
}

/// Reads a file; one that is not there is empty.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|source| Error::Read {
            path: path.into(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Spot, spot};

    #[test]
    fn a_place_in_yaml() {
        let item = |at, indent: &str| Some(Spot::Item(at, indent.into()));
        for (text, expected) in [
            ("", Some(Spot::Start(0))),
            ("a: 1\n", Some(Spot::Start(0))),
            ("# what\n---\na: 1\n", Some(Spot::Start(11))),
            ("%YAML 1.2\n---\na: 1\n", Some(Spot::Start(14))),
            ("--- {a: 1}\n", None),
            ("{a: 1}\n", None),
            ("a: 1\n---\nb: 1\n", None),
            ("extends: [x.yml]\n", None),
            ("extends:\n", None),
            ("extends:", None),
            (
                "extends: # mine\n  # the first\n  - x.yml\n",
                item(16, "  "),
            ),
            ("a: 1\n\"extends\" :\n- x.yml\n", item(17, "")),
            ("extends:\n  x: y\n", None),
            ("pre-commit:\n  extends:\n", Some(Spot::Start(0))),
        ] {
            assert_eq!(spot(text.as_bytes()), expected, "{text:?}");
        }
    }
}
