//! Paths as git prints them.

use bstr::{BStr, BString};

/// Returns a path in double quotes, with escapes as in C, when it has a quote, a backslash, a control character or a byte that is not ASCII:
/// git-config(1), `core.quotePath`, with its default.
pub(super) fn path(path: &BStr) -> BString {
    let is_plain = |byte: &u8| (0x20..0x7f).contains(byte) && *byte != b'"' && *byte != b'\\';
    if path.iter().all(is_plain) {
        return path.to_owned();
    }
    let mut out = BString::from("\"");
    for byte in path.iter() {
        let letter = match byte {
            0x07 => b'a',
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0b => b'v',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' => b'"',
            b'\\' => b'\\',
            byte if is_plain(byte) => {
                out.push(*byte);
                continue;
            }
            byte => {
                out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests {
    use bstr::BStr;

    use super::path;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(path(BStr::new(text)), expected, "{text:?}");
    }

    #[test]
    fn paths_are_quoted_as_git_does() {
        check("a b/c-d.txt", "a b/c-d.txt");
        check("\u{e9}.txt", "\"\\303\\251.txt\"");
        check("a\"b\\c\td\ne", "\"a\\\"b\\\\c\\td\\ne\"");
        check("\u{1}\u{7f}", "\"\\001\\177\"");
    }
}
