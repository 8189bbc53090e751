//! Values of git's configuration that may be there more than once, with where they come from.

use std::path::Path;

use bstr::{BStr, BString, ByteSlice as _, ByteVec as _};
use gix::config::{File, Source};

use super::{
    error::Error,
    repository::{OuterConfig, Repository, read_outer_config},
};

/// Who has written a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The system's or the user's own files.
    Outer,
    /// The repository's files.
    Repository,
    /// The command line (`git -c`) or variables.
    Command,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// As it stands there; it may be empty, and have more than one line.
    pub value: BString,
    /// Who has written it.
    pub scope: Scope,
    /// For messages: `/home/ann/.gitconfig`.
    pub origin: BString,
}

impl Repository {
    /// Returns all values of the configuration key `key` (`section.name`), in git's order: system, user, repository, work tree, command line.
    pub fn values(&self, key: &str) -> Vec<Value> {
        let (config, outer) = self.configuration();
        values(config, outer, key)
    }
}

impl Repository {
    /// Returns all settings of the sections `names`, each with its key, in git's order but for those of the command line.
    pub fn of_sections(&self, names: &[&str]) -> Vec<(String, Value)> {
        let (config, outer) = self.configuration();
        let mut keys: Vec<String> = Vec::new();
        for section in names
            .iter()
            .filter_map(|name| config.sections_by_name(*name))
            .flatten()
        {
            let header = section.header();
            let within = header
                .subsection_name()
                .map_or_else(String::new, |name| format!(".{name}"));
            for name in section.body().value_names() {
                let key = format!("{}{within}.{name}", header.name());
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let of = |key: String| {
            let all = values(config, outer, &key).into_iter();
            all.map(move |value| (key.clone(), value))
        };
        keys.into_iter().flat_map(of).collect()
    }
}

/// Returns the values of `key` where there is no repository.
///
/// # Errors
///
/// When a file cannot be read, or is malformed.
pub fn outside(outer: &OuterConfig, start: &Path, key: &str) -> Result<Vec<Value>, Error> {
    let config = read_outer_config(outer, start)?;
    Ok(values(&config, outer, key))
}

fn values(config: &File, outer: &OuterConfig, key: &str) -> Vec<Value> {
    let stored = config.raw_values_with_sections(key).unwrap_or_default();
    let stored = stored.into_iter().map(|(value, section)| {
        let meta = section.meta();
        let path = meta.path.as_deref();
        Value {
            value,
            scope: match meta.source {
                Source::Local | Source::Worktree => Scope::Repository,
                _ => Scope::Outer,
            },
            origin: path.map_or_else(|| "git's configuration".into(), shown),
        }
    });
    let typed = outer
        .values
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(key));
    let typed = typed.map(|(_, value)| Value {
        value: value.as_str().into(),
        scope: Scope::Command,
        origin: "the command line".into(),
    });
    stored.chain(typed).collect()
}

fn shown(path: &Path) -> BString {
    Vec::from_path_lossy(path).into_owned().into()
}

/// Returns the settings of `GIT_CONFIG_PARAMETERS`, in which git hands `-c` on to what it runs: `'key=value'` or, since 2.31, `'key'='value'`,
/// with a blank between two (git's `config.c`, `git_config_from_parameters`). What is malformed ends the list.
pub fn from_parameters(text: &BStr) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest: &[u8] = text;
    loop {
        rest = rest.trim_start();
        let Some((first, after)) = unquote(rest) else {
            return out;
        };
        rest = after;
        let (key, value) = if let Some(after) = rest.strip_prefix(b"=") {
            // A key without a value is a flag.
            let (value, after) = unquote(after).unwrap_or((b"true".into(), after));
            rest = after;
            (first, value)
        } else {
            match first.split_once_str("=") {
                Some((key, value)) => (key.into(), value.into()),
                None => (first, b"true".into()),
            }
        };
        if let (Ok(key), Ok(value)) = (key.to_str(), value.to_str()) {
            out.push((key.to_owned(), value.to_owned()));
        }
    }
}

/// Returns the text that stands in single quotes at the start of `text`, and what follows: git's `sq_quote_buf` writes a quote and an
/// exclamation mark outside of quotes, behind a backslash.
fn unquote(text: &[u8]) -> Option<(BString, &[u8])> {
    let mut out = BString::default();
    let mut rest = text.strip_prefix(b"'")?;
    loop {
        let end = rest.find_byte(b'\'')?;
        out.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest {
            [b'\\', escaped @ (b'\'' | b'!'), b'\'', after @ ..] => {
                out.push(*escaped);
                rest = after;
            }
            _ => return Some((out, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::from_parameters;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = from_parameters(text.into());
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn parameters_are_read_as_git_writes_them() {
        check("", &[]);
        check("'a.b'='c d' 'e.f=g=h'", &[("a.b", "c d"), ("e.f", "g=h")]);
        check(r"'a.b'='it'\''s'\!''", &[("a.b", "it's!")]);
        check("'a.b'= 'c.d'=''", &[("a.b", "true"), ("c.d", "")]);
        check("'a.b'", &[("a.b", "true")]);
        check("'a.b'='c' 'd", &[("a.b", "c")]);
    }
}
