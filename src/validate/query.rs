//! The parameters of a signed URL, which stand in any order, before and after what a rule matches.

use super::{Subject, url};

/// Returns the match with what stands round it without a break.
pub(super) fn around(subject: Subject<'_>, after_bytes: usize) -> Vec<u8> {
    let start = subject.before.iter().rposition(|b| is_break(*b));
    let before = &subject.before[start.map_or(0, |at| at + 1)..];
    let after = &subject.after[..subject.after.len().min(after_bytes)];
    let end = after.iter().position(|b| is_break(*b));
    let after = &after[..end.unwrap_or(after.len())];
    [before, subject.matched, after].concat()
}

fn is_break(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'<>`".contains(&byte)
}

/// Returns the value of the parameter `name`, without percent-encoding; nothing when it has none.
pub(super) fn field(query: &[u8], name: &str) -> Option<String> {
    let name = format!("{name}=");
    // `\u0026` and `%26` are ways to write `&`.
    let begins = |at: &usize| {
        let before = &query[..*at];
        before.last().is_none_or(|b| !b.is_ascii_alphanumeric()) || before.ends_with(b"26")
    };
    let at = memchr::memmem::find_iter(query, name.as_bytes()).find(begins)? + name.len();
    let rest = &query[at..];
    let end = rest.iter().position(|b| b"&\\;#,".contains(b));
    let value = url::decoded(&rest[..end.unwrap_or(rest.len())]);
    let value = str::from_utf8(&value).ok()?;
    let value = value.split('&').next().unwrap_or_default();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{around, field};
    use crate::validate::Subject;

    #[test]
    fn parameters() {
        for (query, expected) in [
            ("https://a/?se=2026-01-02&sig=x", Some("2026-01-02")),
            ("se=2026-01-02T03%3A04%3A05Z", Some("2026-01-02T03:04:05Z")),
            (r"sp=r\u0026se=1\u0026sr=c", Some("1")),
            ("sp%3Dr%26se=1%26sr", Some("1")),
            ("sp=r&amp;se=1&amp;sr=c", Some("1")),
            ("use=1&se=2", Some("2")),
            ("use=1", None),
            ("se=", None),
        ] {
            assert_eq!(
                field(query.as_bytes(), "se").as_deref(),
                expected,
                "{query}"
            );
        }
    }

    #[test]
    fn up_to_the_breaks() {
        let subject = Subject {
            secret: b"x",
            matched: b"sig=x",
            before: b"url = \"https://a/?se=1&",
            after: b"&sr=c\" # no",
        };
        assert_eq!(around(subject, 100), b"https://a/?se=1&sig=x&sr=c");
        assert_eq!(around(subject, 2), b"https://a/?se=1&sig=x&s");
    }
}
