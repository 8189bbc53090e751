//! What the name of a column looks like.

use std::collections::BTreeSet;

use super::cursor::Cell;

/// The longest name, in bytes.
const MAX_NAME: usize = 64;

/// The most columns.
pub(super) const MAX_COLUMNS: usize = 256;

/// Returns true for bytes of names and of what stands between them: a head has no others.
pub(super) fn is_head_byte(byte: u8) -> bool {
    is_name_byte(byte)
        || matches!(
            byte,
            b',' | b';' | b'|' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b'[' | b']'
        )
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-. /#*".contains(&byte)
}

/// Returns true when the name that goes on at `at` ends where names of columns end, and where the bytes end that decide.
pub(super) fn ends_at_border(bytes: &[u8], at: usize) -> (bool, usize) {
    let limit = bytes.len().min(at + MAX_NAME);
    let rest = &bytes[at..limit];
    let name = rest.iter().take_while(|byte| is_name_byte(**byte)).count();
    let quote = rest[name..]
        .iter()
        .take_while(|byte| b"\"'`]".contains(byte))
        .count();
    let blanks = rest[name + quote..]
        .iter()
        .take_while(|byte| **byte == b' ')
        .count();
    let end = name + quote + blanks;
    let is_border = |byte: &u8| matches!(byte, b',' | b';' | b'|' | b'\t' | b'\r' | b'\n' | b')');
    let is_name =
        quote <= 1 && words(&rest[..name]) <= MAX_WORDS && rest.get(end).is_some_and(is_border);
    (is_name, at + end + 1)
}

/// The most words of a name: `Secret access key of the user`.
const MAX_WORDS: usize = 6;

fn words(text: &[u8]) -> usize {
    text.split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .count()
}

/// Returns the names in the cells of a head as rules read them, or nothing where one looks like no name; `most_words` is what each has at most.
pub(super) fn read(bytes: &[u8], cells: &[Cell], most_words: usize) -> Option<Vec<Vec<u8>>> {
    let mut seen = BTreeSet::new();
    let names = cells.iter().map(|cell| {
        let name = one(cell.text(bytes), most_words)?;
        seen.insert(name.to_ascii_lowercase()).then_some(name)
    });
    names.collect()
}

fn one(text: &[u8], most_words: usize) -> Option<Vec<u8>> {
    // Emphasis of Markdown.
    let text = text.trim_ascii_start();
    let stars = text.iter().take_while(|byte| **byte == b'*').count();
    let text = text[stars..].trim_ascii();
    let text = text.strip_suffix(&b"**"[..stars.min(2)]).unwrap_or(text);
    let first = text.first()?;
    let is_name = text.len() <= MAX_NAME
        && (first.is_ascii_alphabetic() || *first >= 0x80 || b"_#".contains(first))
        && text.iter().all(|byte| is_name_byte(*byte))
        && words(text) <= most_words;
    let as_read = |byte: &u8| match byte {
        b' ' | b'/' | b'#' | b'*' => b'_',
        other => *other,
    };
    is_name.then(|| text.iter().map(as_read).collect())
}

/// The most words of a name in a table.
pub(super) const TABLE_WORDS: usize = MAX_WORDS;

/// The most words between commas with blanks behind them, which prose has as well.
pub(super) const PROSE_WORDS: usize = 3;
