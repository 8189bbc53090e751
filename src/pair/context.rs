//! What stands around a part of a credential, read while the bytes are at hand.

use std::ops::Range;

use bstr::ByteSlice as _;

use super::{
    label::{Label, LabelKind},
    section,
};
use crate::matcher::Candidate;

/// How far back a context is read, in bytes.
pub const BACK_BYTES: usize = 4096;

/// How far back a name is looked for, in bytes.
const LABEL_BYTES: usize = 512;

/// What stands around a part, as far as pairing needs it: a pure function of the [`BACK_BYTES`] bytes before the value.
///
/// Places are kept as distances from the value's start, so that they mean the same wherever the chunk begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// The name left of the value.
    pub label: Label,
    /// How many bytes before the value the nearest INI header or document mark starts.
    pub header_back: Option<u32>,
    /// How many bytes before the value the section starts that it is in.
    pub section_back: Option<u32>,
    /// How many bytes before the value the nearest empty line begins.
    pub paragraph_back: Option<u32>,
    /// How many columns stand left of the value on its line, where the line is delimited.
    pub column: u16,
    /// How far the line is indented, in bytes.
    pub indent: u16,
    /// True when the line is commented out.
    pub commented: bool,
    /// The quote right before the value.
    pub quote: Option<u8>,
}

impl Context {
    /// Returns the context of the secret at `secret` in the chunk of `candidate`.
    pub fn of(candidate: &Candidate<'_>, secret: Range<usize>) -> Self {
        Self::around(candidate.bytes, secret)
    }

    /// Returns the context of the value at `value` in `bytes`; for a value found by decoding, that of the encoded text.
    pub fn around(bytes: &[u8], value: Range<usize>) -> Self {
        let start = value.start.min(bytes.len());
        let before = &bytes[start.saturating_sub(BACK_BYTES)..start];
        let line_start = before.rfind_byte(b'\n').map_or(0, |at| at + 1);
        let line = &before[line_start..];
        let (column, delimiter) = column(line);
        let mut label = name_left(&before[before.len().saturating_sub(LABEL_BYTES)..]);
        if label.kind == LabelKind::None
            && let Some(header) = delimiter.and_then(|d| header(&before[..line_start], d, column))
        {
            label = header;
        }
        let text = line.trim_start();
        Self {
            label,
            header_back: section::header_back(before),
            section_back: section::section_back(before),
            paragraph_back: section::paragraph_back(before),
            column,
            indent: u16::try_from(section::indent(line)).unwrap_or(u16::MAX),
            commented: [&b"#"[..], b"//", b";", b"--", b"*", b"<!--", b"/*", b"REM "]
                .iter()
                .any(|mark| text.starts_with(mark)),
            quote: before.last().copied().filter(|b| b"\"'`".contains(b)),
        }
    }
}

/// Returns which column a value behind `line` stands in, and what delimits the columns.
fn column(line: &[u8]) -> (u16, Option<u8>) {
    for delimiter in *b"\t|;," {
        let count = memchr::memchr_iter(delimiter, line).count();
        if count > 0 {
            return (u16::try_from(count).unwrap_or(u16::MAX), Some(delimiter));
        }
    }
    // The first column has no delimiter on its left; most tables people paste use commas.
    (0, Some(b','))
}

/// Returns the name that heads the column, from the nearest line above whose cell there says what it holds.
fn header(above: &[u8], delimiter: u8, column: u16) -> Option<Label> {
    let mut lines = above.lines().rev();
    lines.find_map(|line| {
        let cell = line.split(|b| *b == delimiter).nth(usize::from(column))?;
        // A cell with digits or an assignment is data; a header is a few words.
        let wordy =
            cell.len() <= 64 && !cell.iter().any(|b| b.is_ascii_digit() || b"=:".contains(b));
        let label = Label::of(&cell.to_str_lossy());
        (wordy && line.contains(&delimiter) && label.kind != LabelKind::None).then_some(label)
    })
}

/// Returns what the words right before a value call it.
///
/// Goes left over quotes, assignment and words that only hold a value (`value:`, `String`), at most three of them, to the first
/// word that is a name.
fn name_left(before: &[u8]) -> Label {
    let text = before.to_str_lossy();
    let mut rest: &str = &text;
    for _ in 0..4 {
        let end = rest.trim_end_matches(|c: char| !is_name(c));
        let gap = rest.get(end.len()..).unwrap_or_default();
        if gap.matches('\n').count() > 2 || gap.len() > 80 {
            break;
        }
        let first = end.trim_end_matches(is_name);
        let word = end.get(first.len()..).unwrap_or_default();
        // Names of several words: `Secret access key:`, joined as long as single spaces stand between.
        let start = spaced(first);
        let name = end.get(start..).unwrap_or(word);
        let trimmed = word.trim_matches(|c: char| !c.is_alphanumeric());
        // A closing tag names the element before, not this value.
        if !trimmed.is_empty() && !Label::is_holder(trimmed)
            || Label::of(name).kind != LabelKind::None
        {
            let close = Label::of(word);
            return if close.kind == LabelKind::None {
                Label::of(name)
            } else {
                close.clone_with_words(name)
            };
        }
        rest = first;
    }
    Label::default()
}

/// Returns where the row of at most three more words begins that ends at the end of `text` with one space each.
fn spaced(text: &str) -> usize {
    let mut at = text.len();
    for _ in 0..3 {
        let Some(head) = text.get(..at).and_then(|t| t.strip_suffix(' ')) else {
            break;
        };
        let before = head.trim_end_matches(is_name);
        if before.len() == head.len() {
            break;
        }
        at = before.len();
    }
    at
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '_' | '-' | '.')
        || (c > '\u{7f}' && !c.is_whitespace() && c != '：')
}

impl Label {
    /// Prefers what several words say together (`secret access key`) when it is a secret, a token or an id too.
    fn clone_with_words(self, name: &str) -> Self {
        let whole = Self::of(name);
        if matches!(whole.kind, LabelKind::Secret | LabelKind::Token) {
            whole
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BACK_BYTES, Context, LabelKind};

    #[track_caller]
    fn check(before: &str, kind: LabelKind) {
        let bytes = format!("{before}VALUE");
        let context = Context::around(bytes.as_bytes(), before.len()..bytes.len());
        assert_eq!(context.label.kind, kind, "{before}: {context:?}");
    }

    #[test]
    fn names_left_of_values() {
        use LabelKind::{Id, None, Other, Secret, Token};
        check("aws_access_key_id = ", Id);
        check("aws_secret_access_key: \"", Secret);
        check("os.environ[\"AWS_SECRET_ACCESS_KEY\"] = '", Secret);
        check("define('AWS_SECRET', '", Secret);
        check(
            "{\"Name\": \"AWS_SECRET_ACCESS_KEY\", \"Value\": \"",
            Secret,
        );
        check("- name: AWS_ACCESS_KEY_ID\n  value: ", Id);
        check("<key>SecretAccessKey</key>\n  <string>", Secret);
        check("<SecretAccessKey>", Secret);
        check("Secret access key: ", Secret);
        check("aws_session_token=", Token);
        check("commit ", Other);
        check("\"integrity\": \"", Other);
        check("", None);
        check(
            "User name,Access key ID,Secret access key\nme,AKIAX,",
            Secret,
        );
        check("User name,Access key ID,Secret access key\nme,", Id);
        check("| Key id | Secret key |\n|---|---|\n| x | ", Secret);
        check("ENV AWS_SECRET_KEY ", Secret);
        check("client(\"AKIAX\", \"", None);
        check(
            "\"AccessKeyId\" : \"AKIAX\",\n \"SecretAccessKey\" : \"",
            Secret,
        );
    }

    #[test]
    fn comments() {
        let text = b"# key = VALUE";
        assert!(Context::around(text, 8..13).commented);
    }

    /// Bytes farther back than [`BACK_BYTES`] and bytes behind the value change nothing.
    #[test]
    fn only_near_bytes_count() {
        let near = "[a]\n{\"x\": 1,\n\n  key = \"".repeat(BACK_BYTES / 20);
        let of = |far: &str, behind: &str| {
            let before = format!("{far}{near}");
            let text = format!("{before}VALUE{behind}");
            Context::around(text.as_bytes(), before.len()..before.len() + 5)
        };
        assert_eq!(of("", ""), of("<a>{[b]\n\nsecret,", "\"}\n"));
    }
}
