//! Files that hold a user's secrets: those of the AWS command line, `.env` files, lists.

use bstr::ByteSlice as _;

/// One setting of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// The section it stands in; empty outside.
    pub section: String,
    /// Its name.
    pub key: String,
    /// Its value, without quotes.
    pub value: Vec<u8>,
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Setting({}, {} bytes)", self.key, self.value.len())
    }
}

/// The settings of a credentials file that are secrets
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html>). An id of a key is none.
const AWS_SECRETS: &[&str] = &[
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
];

/// Returns the secrets of a credentials file of the AWS command line, in their order.
pub fn aws(text: &[u8]) -> Vec<Setting> {
    let mut section = String::new();
    let mut out = Vec::new();
    for line in without_mark(text).lines().map(<[u8]>::trim_ascii) {
        if let Some(name) = line.strip_prefix(b"[").and_then(|l| l.split_once_str("]")) {
            let name = name.0.trim_ascii();
            let name = name.strip_prefix(b"profile ").unwrap_or(name);
            section = String::from_utf8_lossy(unquoted(name.trim_ascii())).into_owned();
            continue;
        }
        if line.starts_with(b"#") || line.starts_with(b";") {
            continue;
        }
        let Some((key, value)) = line.split_once_str("=") else {
            continue;
        };
        let key = String::from_utf8_lossy(key.trim_ascii()).to_ascii_lowercase();
        if AWS_SECRETS.contains(&&*key) {
            out.push(Setting {
                section: section.clone(),
                key,
                value: unquoted(value.trim_ascii()).to_vec(),
            });
        }
    }
    out
}

/// Returns the settings of an `.env` file, in their order: `KEY=value`, `export KEY="value"`, values in quotes over several lines. There is
/// no standard; this is what the readers of Node, Python, Ruby and Docker agree on.
pub fn env(text: &[u8]) -> Vec<Setting> {
    let mut rest = without_mark(text);
    let mut out = Vec::new();
    while !rest.is_empty() {
        let here = rest;
        let (whole, after) = split_line(here);
        rest = after;
        let line = whole.trim_ascii_start();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        if line.starts_with(b"#") {
            continue;
        }
        let Some((key, value)) = line.split_once_str("=") else {
            continue;
        };
        let key = key.trim_ascii();
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
        if key.is_empty() || !key.iter().all(is_name) {
            continue;
        }
        let value = value.trim_ascii_start();
        let quote = value.first().filter(|byte| b"\"'`".contains(byte));
        let value = if let Some(quote) = quote {
            // The value may go over lines.
            let body = &here[whole.len() - value.len() + 1..];
            match quoted(body, *quote) {
                Some((value, end)) => {
                    rest = split_line(&body[end..]).1;
                    value
                }
                None => value.trim_ascii_end().to_vec(),
            }
        } else {
            let comments = [&b" #"[..], b"\t#"];
            let end = comments.iter().filter_map(|mark| value.find(mark)).min();
            value[..end.unwrap_or(value.len())]
                .trim_ascii_end()
                .to_vec()
        };
        out.push(Setting {
            section: String::new(),
            key: String::from_utf8_lossy(key).into_owned(),
            value,
        });
    }
    out
}

/// Returns the lines of a list that are not empty, with their numbers.
pub fn list(text: &[u8]) -> Vec<(usize, &[u8])> {
    let lines = without_mark(text).lines().enumerate();
    lines
        .map(|(at, line)| (at + 1, line.trim_ascii()))
        .filter(|(_, line)| !line.is_empty())
        .collect()
}

/// Returns the password in a URL (RFC 3986 section 3.2.1), decoded, where there is one.
pub fn password_of_url(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = value.split_once_str("://")?;
    let is_scheme = |b: &u8| b.is_ascii_alphanumeric() || b"+.-".contains(b);
    let end = rest.find_byteset(b"/?#").unwrap_or(rest.len());
    let (user, _) = rest[..end].rsplit_once_str("@")?;
    let (_, password) = user.split_once_str(":")?;
    if scheme.is_empty() || !scheme.iter().all(is_scheme) || password.is_empty() {
        return None;
    }
    let mut out = Vec::new();
    let mut at = 0;
    while at < password.len() {
        if let Some(unit) = super::units::Escape::Percent.unit(password, at) {
            out.extend_from_slice(unit.bytes());
            at += unit.width;
        } else {
            out.push(password[at]);
            at += 1;
        }
    }
    Some(out)
}

/// Returns the value up to `quote`, and where that stands; none where it does not.
fn quoted(body: &[u8], quote: u8) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = body.get(at).copied() {
        at += 1;
        if byte == quote {
            return Some((out, at));
        }
        match (byte, body.get(at).copied()) {
            (b'\\', Some(next)) if quote == b'"' => {
                at += 1;
                match next {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'"' | b'\\' | b'$' | b'`' => out.push(next),
                    _ => out.extend([b'\\', next]),
                }
            }
            _ => out.push(byte),
        }
    }
    None
}

fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.find_byte(b'\n').unwrap_or(text.len());
    (&text[..end], text.get(end + 1..).unwrap_or_default())
}

/// Takes off a byte order mark.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Takes off a quote from both ends.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::{aws, env, list, password_of_url};

    fn settings(text: &str) -> Vec<(String, String)> {
        let pair = |one: super::Setting| (one.key, String::from_utf8(one.value).unwrap());
        env(text.as_bytes()).into_iter().map(pair).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let got = settings(text);
        let got: Vec<(&str, &str)> = got.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn env_files() {
        check("A=b\nB = c # d\n#C=d\n", &[("A", "b"), ("B", "c")]);
        check("export A='b c'\r\nB=d\r\n", &[("A", "b c"), ("B", "d")]);
        check(
            "A=\"b\\\"c\\n\" # d\nB=e#f",
            &[("A", "b\"c\n"), ("B", "e#f")],
        );
        check("A=\"b\nc\nd\"\nB=e\n", &[("A", "b\nc\nd"), ("B", "e")]);
        check("A='b\\n'\n", &[("A", "b\\n")]);
        check("A=\"b\nB=c\n", &[("A", "\"b"), ("B", "c")]);
        check("\u{feff}A=b", &[("A", "b")]);
        check("no setting\n=x\na b=c\n", &[]);
        check("A=\n", &[("A", "")]);
    }

    #[test]
    fn credentials_files() {
        let text = "[default]\naws_access_key_id = a\naws_secret_access_key = b\n; c\n[profile two]\nAWS_SESSION_TOKEN=\"d=\"\n";
        let got: Vec<_> = aws(text.as_bytes())
            .into_iter()
            .map(|one| (one.section, one.key, one.value))
            .collect();
        let expected = [
            (
                "default".to_owned(),
                "aws_secret_access_key".to_owned(),
                b"b".to_vec(),
            ),
            (
                "two".to_owned(),
                "aws_session_token".to_owned(),
                b"d=".to_vec(),
            ),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn lists() {
        assert_eq!(list(b" a \n\nb\r\n"), [(1, &b"a"[..]), (3, b"b")]);
    }

    #[test]
    fn passwords_in_urls() {
        #[track_caller]
        fn check(url: &str, expected: Option<&str>) {
            let got = password_of_url(url.as_bytes());
            assert_eq!(got.as_deref(), expected.map(str::as_bytes), "{url}");
        }
        let url = |user: &str| format!("postgres://{user}@host/db");
        check(&url("me:p%40ss"), Some("p@ss"));
        check(&url("me:a:b"), Some("a:b"));
        check(&url("me"), None);
        check("https://host/a:b@c", None);
        check("no url", None);
    }
}
