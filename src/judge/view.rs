//! What several judges look at: the value without its fixed prefix, the name it is given, its words, its kind of file.

use super::{Scene, randomness};
use crate::rule::{Anchor, SecretKind};

/// How far to the left of a match its name is followed, in bytes.
const NAME_BYTES: usize = 48;

/// Returns the part of the secret that is not the fixed prefix of its rule.
pub(super) fn body<'a>(scene: &Scene<'a>) -> &'a [u8] {
    let secret = scene.secret();
    if scene.rule.kind != SecretKind::Token {
        return secret;
    }
    let prefix = scene
        .rule
        .anchors
        .iter()
        .filter_map(|anchor| match anchor {
            Anchor::Prefix(text) if secret.starts_with(text.as_bytes()) => Some(text.len()),
            _ => None,
        })
        .max();
    &secret[prefix.unwrap_or(0)..]
}

/// Returns the name before the value, as far as it is one word: `spring.datasource.password`, `db_password`.
pub(super) fn name<'a>(scene: &Scene<'a>) -> &'a [u8] {
    let (bytes, at) = (scene.bytes, scene.span.start);
    let low = at.saturating_sub(NAME_BYTES);
    let left = bytes[low..at]
        .iter()
        .rev()
        .take_while(|b| is_name_byte(**b))
        .count();
    let right = bytes[at..scene.secret_span.start]
        .iter()
        .take_while(|b| is_name_byte(**b))
        .count();
    &bytes[at - left..at + right]
}

/// Returns what stands between the name and the value: `" => "`.
pub(super) fn separator<'a>(scene: &Scene<'a>) -> &'a [u8] {
    let gap = &scene.bytes[scene.span.start..scene.secret_span.start];
    let name = gap.iter().take_while(|b| is_name_byte(**b)).count();
    &gap[name..]
}

/// Returns true when a comma alone stands between the name and the value, and no field that is called the value.
///
/// A data source name stands behind the name of its driver: `Open("mysql", "user:password@…")`.
pub(super) fn is_listed(scene: &Scene<'_>) -> bool {
    let gap = separator(scene);
    // What a name on a line of its own assigns is no item of the list above it.
    let line = gap.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let assigned = line.len() < gap.len() && line.iter().any(|b| b"=:".contains(b));
    gap.contains(&b',')
        && !assigned
        && !contains(gap, "value")
        && !scene.rule.id.ends_with("-dsn-password")
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Returns true when the value stands in quotes of its own.
pub(super) fn is_quoted(scene: &Scene<'_>) -> bool {
    scene
        .before()
        .last()
        .is_some_and(|b| matches!(b, b'"' | b'\'' | b'`'))
}

/// Returns true when the value stands within a string literal, be it with other text.
pub(super) fn is_in_string(scene: &Scene<'_>) -> bool {
    is_quoted(scene)
        || [b'"', b'\'', b'`'].iter().any(|quote| {
            memchr::memchr_iter(*quote, scene.before()).count() % 2 == 1
                && scene.after().contains(quote)
        })
}

/// Returns true when the line of the value begins as comments do.
pub(super) fn is_in_comment(scene: &Scene<'_>) -> bool {
    const STARTS: &[&[u8]] = &[b"//", b"# ", b"/*", b"* ", b"-- ", b";; ", b"<!--"];
    let line = scene.before().trim_ascii_start();
    STARTS.iter().any(|start| line.starts_with(start))
}

/// Returns the words of `text`, split at everything but letters and digits and where camel case does.
pub(super) fn words(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 0..text.len() {
        let here = text[at];
        if !here.is_ascii_alphanumeric() && here < 0x80 {
            out.push(&text[start..at]);
            start = at + 1;
        } else if at > start && here.is_ascii_uppercase() {
            let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            if text[at - 1].is_ascii_lowercase() || next_is_lower {
                out.push(&text[start..at]);
                start = at;
            }
        }
    }
    out.push(&text[start..]);
    out.retain(|word| !word.is_empty());
    out
}

/// Returns true when `word` is one of `list`, which is in lower case.
pub(super) fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter()
        .any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
}

/// Returns true when `text` holds `part`, which is in lower case, in any case.
pub(super) fn contains(text: &[u8], part: &str) -> bool {
    let Some(first) = part.as_bytes().first() else {
        return true;
    };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text).any(|at| {
        text.get(at..at + part.len())
            .is_some_and(|here| here.eq_ignore_ascii_case(part.as_bytes()))
    })
}

/// More bits per character than words have, short ones too.
const WORD_BITS: f32 = 5.2;

/// More than words of other languages than English have, which is told only of a word written as words are.
const FOREIGN_BITS: f32 = 6.2;

/// Returns true for letters of one case, the first one aside.
fn is_one_word(text: &[u8]) -> bool {
    text.split_first().is_some_and(|(first, rest)| {
        first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase)
    })
}

/// Returns true when all of `text` is words of letters, joined by what joins words: an identifier, a phrase.
///
/// A word may end in one or two digits (`user2`). Random letters are not words.
pub(super) fn is_words(text: &[u8]) -> bool {
    let plain = text
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || b" _-./:".contains(b));
    plain
        && words(text).iter().all(|word| {
            let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            digits <= 2
                && word[..word.len() - digits]
                    .iter()
                    .all(u8::is_ascii_alphabetic)
        })
        && text.iter().any(u8::is_ascii_alphabetic)
        && randomness::bits_per_char(&letters_and_joints(text))
            < if is_one_word(text) {
                FOREIGN_BITS
            } else {
                WORD_BITS
            }
}

fn letters_and_joints(text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|b| !b.is_ascii_digit())
        .collect()
}

/// Returns how many different bytes stand in `text`.
pub(super) fn distinct(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|s| **s).count()
}

/// What is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// A programming language, where an unquoted value is an expression.
    Source,
    /// Text for people.
    Prose,
    /// Settings, scripts of a shell, data: an unquoted value is a string.
    Data,
}

/// Extensions of programming languages whose strings are quoted.
#[rustfmt::skip]
const SOURCE: &[&str] = &[
    "as", "bas", "bicep", "c", "cc", "cjs", "clj", "coffee", "cpp", "cr", "cs", "cshtml", "cxx", "d", "dart",
    "el", "erb", "erl", "ex", "exs", "f90", "fs", "go", "gradle", "groovy", "h", "haml", "hcl", "hh", "hpp",
    "hs", "html", "htm", "ipynb", "java", "js", "jsp", "jsx", "jl", "kt", "kts", "lua", "m", "mjs", "ml", "mm",
    "mts", "nim", "pas", "php", "phtml", "pl", "pm", "proto", "ps1", "psm1", "py", "pyi", "pyx", "r", "rake",
    "rb", "rs", "ru", "scala", "scm", "slim", "sol", "sql", "svelte", "swift", "t", "tcl", "tf", "ts", "tsx",
    "v", "vb", "vue", "zig",
];

/// Extensions of text for people.
const PROSE: &[&str] = &[
    "adoc", "asciidoc", "markdown", "md", "mdx", "org", "pod", "rdoc", "rst", "tex", "texi",
    "textile",
];

/// Returns what is written in the file at `path`, told by its name.
pub(super) fn language(path: &[u8]) -> Language {
    let file = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let extension = file.rsplit(|b| *b == b'.').next().unwrap_or_default();
    if extension.len() == file.len() {
        Language::Data
    } else if is_one_of(extension, SOURCE) {
        Language::Source
    } else if is_one_of(extension, PROSE) {
        Language::Prose
    } else {
        Language::Data
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, contains, is_words, language, words};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = words(text.as_bytes())
            .into_iter()
            .map(|w| std::str::from_utf8(w).unwrap())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_of_names() {
        check("db_password", &["db", "password"]);
        check("dbPasswordHash", &["db", "Password", "Hash"]);
        check("HTTPServer-2", &["HTTP", "Server", "2"]);
        check("", &[]);
        check("日本 x", &["日本", "x"]);
    }

    #[test]
    fn parts_are_found_in_any_case() {
        for (text, expected) in [
            ("data:", true),
            ("xDdATA:y", true),
            ("dadada", false),
            ("data", false),
            ("", false),
        ] {
            assert_eq!(contains(text.as_bytes(), "data:"), expected, "{text}");
        }
    }

    #[test]
    fn phrases_are_words_and_passwords_are_not() {
        for text in [
            "user_password",
            "my-app.name",
            "UserName2",
            "opensesame",
            "Kennwort",
            "wachtwoord",
        ] {
            assert!(is_words(text.as_bytes()), "{text}");
        }
        for text in ["hunter2024!", "p4ssw0rd", "Qx7f", "1234", "kpNofNWNXM07"] {
            assert!(!is_words(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn languages() {
        assert_eq!(language(b"src/a.rs"), Language::Source);
        assert_eq!(language(b"README.md"), Language::Prose);
        assert_eq!(language(b"config/.env"), Language::Data);
        assert_eq!(language(b"Dockerfile"), Language::Data);
        assert_eq!(language(b"a.b/c.yml"), Language::Data);
    }
}
