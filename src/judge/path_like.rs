//! `path-like`: a path, a file name, a URL.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "path-like",
    says: "is a path or a URL",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What files are called that hold credentials, or that code sits in.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    ".pem", ".key", ".txt", ".json", ".yml", ".yaml", ".crt", ".cer", ".p12", ".pfx", ".jks", ".asc", ".gpg",
    ".html", ".htm", ".erb", ".php", ".py", ".rb", ".js", ".ts", ".go", ".java", ".md", ".xml", ".ini", ".conf",
    ".cfg", ".toml", ".env", ".sh", ".log", ".csv", ".png", ".svg", ".css", ".com", ".org", ".net", ".io",
    ".local",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if value.starts_with(b"//") && names_a_scheme(scene) {
        return Some(Opinion::Drop);
    }
    if randomness::looks_random(value) {
        return is_url(value).then_some(Opinion::Drop);
    }
    let lower = value.to_ascii_lowercase();
    let start = [
        &b"/"[..],
        b"./",
        b"../",
        b"~/",
        b"file:",
        b"http:",
        b"https:",
        b"mailto:",
    ]
    .iter()
    .any(|s| lower.starts_with(s));
    let drive = matches!(lower.as_slice(), [b'a'..=b'z', b':', b'\\' | b'/', ..]);
    let found = start
        || drive
        || EXTENSIONS.iter().any(|e| lower.ends_with(e.as_bytes()))
        || lower.windows(3).any(|w| w == b"://")
        || lower.windows(3).filter(|w| *w == b"%2f").count() >= 3
        || is_relative_path(value);
    found.then_some(Opinion::Drop)
}

/// Returns true for a URL in which nothing behind the host looks random: `https://auth.example.com/oauth/keys`.
fn is_url(value: &[u8]) -> bool {
    const ESCAPED: &[u8] = b"https%3a%2f%2f";
    let lower = value.to_ascii_lowercase();
    let start = [&b"https://"[..], b"http://", ESCAPED, b"http%3a%2f%2f"];
    let Some(scheme) = start.iter().find(|start| lower.starts_with(start)) else {
        return false;
    };
    let rest = &value[scheme.len()..];
    let part = |b: &u8| b"/?&=#%@".contains(b);
    !rest.contains(&b'@') && !rest.split(part).skip(1).any(randomness::looks_random)
}

/// Returns true when the name ends in the scheme of a URL, whose rest is the value: `credential.https://…`.
fn names_a_scheme(scene: &Scene<'_>) -> bool {
    let name = view::name(scene);
    view::words(name)
        .last()
        .is_some_and(|word| view::is_one_of(word, &["http", "https", "ssh", "git", "ftp"]))
        && view::separator(scene) == b":"
}

/// Returns true for words and numbers joined by `/`: `secret/data/app`, `projects/12/secrets/db`.
fn is_relative_path(value: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().filter(|b| b.is_ascii_digit()).count();
    let is_word = |part: &[u8]| {
        part.iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.:*".contains(b))
            && digits(part) * 3 <= part.len()
    };
    let parts: Vec<&[u8]> = value.split(|b| *b == b'/').collect();
    let numbers = parts.iter().filter(|part| !is_word(part)).count();
    parts.len() >= 2
        && (numbers == 0
            || (parts.len() >= 4
                && numbers * 2 <= parts.len()
                && parts
                    .iter()
                    .all(|part| is_word(part) || digits(part) == part.len())))
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(value: &str, expected: bool) {
        let text = format!("password: ‹{value}›");
        let said = testing::opinion(&JUDGE, SecretKind::Password, "a.yml", &text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{value}");
    }

    #[test]
    fn urls_are_what_stands_behind_their_host() {
        check("https://qxkvjz.wpfhgd.com/oauth/token", true);
        check("https%3A%2F%2Fqxkvjz.wpfhgd.com%2Foauth%2Ftoken", true);
        check("https://hooks.shop.com/kQxWvZpT7Rb4Zr9XqLw2mN8s", false);
        let random = ["kQxWvZpT7", "Rb4Zr9X"].concat();
        check(&format!("https://app:{random}@qxkvjz.wpfhgd.com/"), false);
    }

    #[test]
    fn paths() {
        for value in [
            "/run/secrets/db",
            "./pw.txt",
            "C:\\keys\\pw",
            "secret/data/app",
            "https://h/x",
            "server.pem",
            "kv/prod/db",
            "projects/123/secrets/app/versions/1",
        ] {
            check(value, true);
        }
        for value in ["Summer/2024", "hunter2!", "a/9!kQ"] {
            check(value, false);
        }
    }

    #[test]
    fn rests_of_urls() {
        let said = |text| testing::opinion(&JUDGE, SecretKind::Opaque, "a.sh", text, false);
        assert_eq!(
            said("¦credential.https:‹//a%20b%20c7Qx/.helper9›"),
            Some(Opinion::Drop)
        );
        assert_eq!(said("¦credential:‹//a%20b%20c7Qx/.helper9›"), None);
    }
}
