//! The words of a provider's line, as a shell makes them of an unquoted variable: split at blanks, tabs and newlines, then each
//! word replaced by the files whose names it matches. Quotes and `$` mean nothing
//! (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_05>).

use std::{fs, path::Path};

use bstr::{BStr, BString, ByteSlice as _};
use gix::glob::wildmatch::Mode;

/// Returns the words of `line`; file names are looked up in `folder`, which is empty for the current one.
pub(super) fn of(line: &BStr, folder: &Path) -> Vec<BString> {
    line.fields_with(|c| matches!(c, ' ' | '\t' | '\n'))
        .flat_map(|word| {
            let files = expanded(word, folder);
            if files.is_empty() {
                vec![word.into()]
            } else {
                files
            }
        })
        .collect()
}

fn is_glob(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

/// Returns the files that `word` matches, sorted; none when it is no pattern.
fn expanded(word: &[u8], folder: &Path) -> Vec<BString> {
    if !is_glob(word) {
        return Vec::new();
    }
    let mut found = vec![BString::default()];
    for (n, component) in word.split(|byte| *byte == b'/').enumerate() {
        let mut next = Vec::new();
        for mut path in found {
            if n > 0 {
                path.push(b'/');
            }
            if is_glob(component) {
                next.extend(matching(&path, component.as_bstr(), folder));
            } else {
                path.extend_from_slice(component);
                next.push(path);
            }
        }
        found = next;
    }
    found.retain(|path| exists(path, folder));
    found.sort_unstable();
    found
}

/// Returns `path` joined with each name in it that `pattern` matches. A leading dot is matched by a dot alone.
fn matching(path: &BString, pattern: &BStr, folder: &Path) -> Vec<BString> {
    let within = folder.join(path.to_path_lossy());
    let within = if within.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &within
    };
    let Ok(entries) = fs::read_dir(within) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| BString::from(entry.file_name().as_encoded_bytes()))
        .filter(|name| name.starts_with(b".") == pattern.starts_with(b"."))
        .filter(|name| gix::glob::wildmatch(pattern, name.as_bstr(), Mode::NO_MATCH_SLASH_LITERAL))
        .map(|name| [path.as_slice(), &name].concat().into())
        .collect()
}

fn exists(path: &BString, folder: &Path) -> bool {
    let path = folder.join(path.to_path_lossy());
    path.symlink_metadata().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "abc",
            "abd",
            "b c",
            ".hid",
            "{x}",
            "a[b",
            "sub/x.sh",
            "sub/y.sh",
            "other/x.sh",
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(of(line.into(), folder.path()), expected, "{line:?}");
    }

    #[test]
    fn lines_are_split_at_blanks_alone() {
        check("", &[]);
        check(" \t\n", &[]);
        check("  one\ttwo\nthree  ", &["one", "two", "three"]);
        check("a\rb \u{a0}c", &["a\rb", "\u{a0}c"]);
    }

    #[test]
    fn quotes_and_variables_mean_nothing() {
        check(
            "sh -c 'echo x' \"$HOME\" ~ $(ls)",
            &["sh", "-c", "'echo", "x'", "\"$HOME\"", "~", "$(ls)"],
        );
        check("{x,y} a\\b", &["{x,y}", "a\\b"]);
    }

    #[test]
    fn patterns_become_the_files_they_match() {
        check("cat ab*", &["cat", "abc", "abd"]);
        check(
            "ab? *c ab[c] ab[!c] ab[^c]",
            &["abc", "abd", "abc", "b c", "abc", "abd", "abd"],
        );
        check("ab[[:alpha:]]", &["abc", "abd"]);
        check(
            "*/x.sh sub/*.sh ./sub/x*",
            &[
                "other/x.sh",
                "sub/x.sh",
                "sub/x.sh",
                "sub/y.sh",
                "./sub/x.sh",
            ],
        );
        check("*/ */y*", &["other/", "sub/", "sub/y.sh"]);
        check(
            "** {*}",
            &["a[b", "abc", "abd", "b c", "other", "sub", "{x}", "{x}"],
        );
        check("*hid .h*", &["*hid", ".hid"]);
    }

    #[test]
    fn what_matches_nothing_stays() {
        check(
            "nothing* [ abc/* missing/*",
            &["nothing*", "[", "abc/*", "missing/*"],
        );
        check("a[z]c ab\\* sub?x.sh", &["a[z]c", "ab\\*", "sub?x.sh"]);
    }
}
