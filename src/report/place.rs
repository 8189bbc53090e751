//! Paths as people, URIs and formats with limits take them, and names for findings that stay the same from scan to scan.

use std::collections::HashMap;

use data_encoding::{BASE64, HEXLOWER};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest as _, Sha256};

use super::{
    model::{Finding, Path},
    text,
};

/// What stands in the path of a relative reference as it is: the unreserved characters, `/`, and the sub-delimiters that paths of files
/// and archives often have. A `:` does not: in the first segment it would end a scheme (RFC 3986 sections 2.3, 3.3 and 4.2).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b'@');

/// Returns the exact bytes of `path`.
fn bytes(path: &Path) -> Vec<u8> {
    let exact = path.path_bytes.as_ref();
    exact
        .and_then(|bytes| BASE64.decode(bytes.as_bytes()).ok())
        .unwrap_or_else(|| path.path.clone().into_bytes())
}

/// Returns `path` with what a terminal acts on escaped, and with `\xff` for bytes that are not UTF-8.
pub(super) fn shown(path: &Path) -> String {
    text::escape_bytes(&bytes(path))
}

/// Returns `path` as a URI reference (RFC 3986), and true where it is relative. `<stdin>`, `<commit ID>` and members of archives
/// (`a.zip!/x`) are encoded like any other.
pub(super) fn uri(path: &Path) -> (String, bool) {
    let encoded = percent_encode(&bytes(path), ENCODED).to_string();
    if encoded.starts_with('/') {
        return (format!("file://{encoded}"), false);
    }
    (encoded, true)
}

/// Returns at most `most` characters of `text`, with `…` for the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// Returns a UUID made of `parts`: version 8, whose bits are the program's own (RFC 9562 section 5.8), here of their SHA-256.
pub(super) fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    id[6] = (id[6] & 0x0f) | 0x80;
    id[8] = (id[8] & 0x3f) | 0x80;
    let hex = |part: &[u8]| HEXLOWER.encode(part);
    let groups = [&id[..4], &id[4..6], &id[6..8], &id[8..10], &id[10..]];
    groups.map(hex).join("-")
}

/// Returns each of `findings` with how many findings of the same rule, secret and path stand before it. With these it has a name that
/// stays when lines are added above.
pub(super) fn counted<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
) -> Vec<(&'f Finding, usize)> {
    let mut seen: HashMap<(&str, &str, &str, Option<&str>), usize> = HashMap::new();
    findings
        .into_iter()
        .map(|finding| {
            let key = (
                &*finding.rule,
                &*finding.fingerprint,
                &*finding.path.path,
                finding.path.path_bytes.as_deref(),
            );
            let before = seen.entry(key).or_default();
            *before += 1;
            (finding, *before - 1)
        })
        .collect()
}

/// Returns the UUID of a finding of [`counted`].
pub(super) fn stable_id(finding: &Finding, before: usize) -> String {
    uuid(&[
        &finding.rule,
        &finding.fingerprint,
        &shown(&finding.path),
        &before.to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::{Path, cut, shown, uri, uuid};

    fn path(bytes: &[u8]) -> Path {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let path_bytes = std::str::from_utf8(bytes).is_err();
        Path {
            path: text,
            path_bytes: path_bytes.then(|| BASE64.encode(bytes)),
        }
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &str, relative: bool) {
        assert_eq!(uri(&path(bytes)), (expected.to_owned(), relative));
    }

    #[test]
    fn paths_are_valid_uris() {
        check(b"src/main.rs", "src/main.rs", true);
        check(b"<stdin>", "%3Cstdin%3E", true);
        check(b"<commit 3f2a>", "%3Ccommit%203f2a%3E", true);
        check(b"a.zip!/x y", "a.zip!/x%20y", true);
        check(b"c:x", "c%3Ax", true);
        check(b"a?b#c%d", "a%3Fb%23c%25d", true);
        check("日本".as_bytes(), "%E6%97%A5%E6%9C%AC", true);
        check(b"caf\xe9\x1b", "caf%E9%1B", true);
        check(b"/etc/x", "file:///etc/x", false);
        check(b"", "", true);
    }

    #[test]
    fn paths_for_people_are_exact() {
        assert_eq!(shown(&path(b"caf\xe9\n")), "caf\\xe9\\n");
    }

    #[test]
    fn uuids_are_of_their_parts() {
        let id = uuid(&["ab", "c"]);
        assert_eq!(id, uuid(&["ab", "c"]));
        assert_ne!(id, uuid(&["a", "bc"]));
        let lens: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lens, [8, 4, 4, 4, 12]);
        assert_eq!(id.chars().nth(14), Some('8'));
    }

    #[test]
    fn cut_texts_have_no_more_characters() {
        assert_eq!(cut("äbc", 3), "äbc");
        assert_eq!(cut("äbcd", 3), "äb…");
    }
}
