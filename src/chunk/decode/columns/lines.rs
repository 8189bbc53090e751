//! Tables with a line a row: values separated by commas (RFC 4180), semicolons, tabs or bars; the tables of Markdown, reStructuredText and
//! Gherkin; what `psql` and `mysql` print.

use super::{
    Each, MAX_HEAD,
    cursor::{Cell, Cursor, Escapes},
    names::{self, MAX_COLUMNS, PROSE_WORDS, TABLE_WORDS},
};

/// The longest cell in quotes, in bytes.
const MAX_CELL: usize = 4 << 10;

/// The head of a table.
struct Head {
    separator: u8,
    names: Vec<Vec<u8>>,
}

/// Hands the rows of the table that begins with a head to `each`; returns where its last row ends, or nothing where there is none.
pub(super) fn walk(cursor: &mut Cursor<'_>, each: Each<'_>) -> Option<usize> {
    let head = head(cursor)?;
    rows(cursor, &head.names, head.separator, Escapes::None, each)
}

/// Hands rows to `each` as long as they have a cell for each of `names`; returns where the last one ends.
pub(super) fn rows(
    cursor: &mut Cursor<'_>,
    names: &[Vec<u8>],
    separator: u8,
    escapes: Escapes,
    each: Each<'_>,
) -> Option<usize> {
    let mut cells = Vec::new();
    let mut end = None;
    loop {
        while separator == b'|' && ruler(cursor) {}
        let is_row = row(cursor, separator, escapes, &mut cells) && cells.len() == names.len();
        if !is_row || escapes == Escapes::Copy && cells[0].text(cursor.bytes) == br"\." {
            return end;
        }
        each(names, &cells);
        end = Some(cursor.at);
    }
}

/// Reads the head of a table.
fn head(cursor: &mut Cursor<'_>) -> Option<Head> {
    let start = cursor.at;
    cursor.find(b'\n', b'\n');
    let line = &cursor.bytes[start..cursor.at];
    if line.len() > 2 * MAX_HEAD || cursor.peek().is_none() {
        return None;
    }
    let separator = *b"\t|;,".iter().find(|byte| line.contains(byte))?;
    cursor.at = start;
    let mut cells = Vec::new();
    if !row(cursor, separator, Escapes::None, &mut cells) || cells.len() < 2 {
        return None;
    }
    let text = line.trim_ascii();
    let is_spaced = text.windows(2).any(|two| two == [separator, b' ']);
    let most_words = match separator {
        b'|' => {
            // Bars stand between alternatives and commands as well.
            let is_framed = text.starts_with(b"|") && text.ends_with(b"|");
            if !is_framed && is_spaced && !ruler(cursor) {
                return None;
            }
            TABLE_WORDS
        }
        // Arguments of a function on lines of their own.
        b',' | b';' if is_spaced && line.first() == Some(&b' ') => return None,
        b',' | b';' if is_spaced => PROSE_WORDS,
        _ => TABLE_WORDS,
    };
    let names = names::read(cursor.bytes, &cells, most_words)?;
    Some(Head { separator, names })
}

/// Returns false when the line at `start` is a row like the one before it, and how many bytes before `start` decide.
pub(super) fn is_first(bytes: &[u8], start: usize, cursor: &mut Cursor<'_>) -> (bool, usize) {
    let Some(end) = start.checked_sub(1) else {
        return (true, 1);
    };
    let low = end.saturating_sub(MAX_HEAD);
    let (before, back) = match memchr::memrchr(b'\n', &bytes[low..end]) {
        Some(feed) => (low + feed + 1, start - low - feed),
        None if low == 0 => (0, start + 1),
        // That the text does not begin at `low` decides, too.
        None => return (true, start - low + 1),
    };
    cursor.at = start;
    let Some(head) = head(cursor) else {
        return (false, 0);
    };
    let mut line = Cursor::new(&bytes[before..end], end - before);
    if ruler(&mut line) {
        return (true, back);
    }
    let mut cells = Vec::new();
    let is_row = row(&mut line, head.separator, Escapes::None, &mut cells);
    (!(is_row && cells.len() == head.names.len()), back)
}

/// Goes on over a line that is drawn with dashes.
fn ruler(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.at;
    cursor.skip(|byte| b"-=+|: \t\r".contains(&byte));
    let drawn = &cursor.bytes[start..cursor.at];
    let is_drawn = memchr::memchr2(b'-', b'=', drawn).is_some();
    let is_ruler = is_drawn && (cursor.take(b'\n') || cursor.is_at_end());
    if !is_ruler {
        cursor.at = start;
    }
    is_ruler
}

/// Reads a row into `cells`; returns false where it is none.
fn row(cursor: &mut Cursor<'_>, separator: u8, escapes: Escapes, cells: &mut Vec<Cell>) -> bool {
    cells.clear();
    if cursor.peek().is_none() {
        return false;
    }
    let is_piped = separator == b'|';
    if is_piped {
        cursor.skip(is_blank);
        cursor.take(b'|');
    }
    while cells.len() < MAX_COLUMNS {
        let Some(cell) = cell(cursor, separator, escapes) else {
            return false;
        };
        cells.push(cell);
        if cursor.take(separator) {
            if !is_piped {
                continue;
            }
            let here = cursor.at;
            cursor.skip(|byte| is_blank(byte) || byte == b'\r');
            if !matches!(cursor.peek(), None | Some(b'\n')) {
                cursor.at = here;
                continue;
            }
        }
        return cursor.take(b'\n') || cursor.is_at_end();
    }
    false
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Reads a cell up to what ends it; nothing where the reading ends in it.
fn cell(cursor: &mut Cursor<'_>, separator: u8, escapes: Escapes) -> Option<Cell> {
    if escapes == Escapes::None {
        cursor.skip(|byte| is_blank(byte) && byte != separator);
        if separator != b'|'
            && let Some(cell) = quoted(cursor, separator)
        {
            return Some(cell);
        }
    }
    let start = cursor.at;
    loop {
        cursor.find(separator, b'\n');
        let is_escaped = separator == b'|' && cursor.bytes[start..cursor.at].ends_with(b"\\");
        if !is_escaped || cursor.peek() != Some(separator) {
            break;
        }
        cursor.at += 1;
    }
    if cursor.peek().is_none() && !cursor.is_at_end() {
        return None;
    }
    let text = &cursor.bytes[start..cursor.at];
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if escapes == Escapes::Copy {
        return Some(Cell {
            range: start..start + text.len(),
            escapes,
        });
    }
    let text = text.trim_ascii_end();
    // Code in Markdown.
    let is_code =
        separator == b'|' && text.len() > 2 && text.starts_with(b"`") && text.ends_with(b"`");
    let by = usize::from(is_code);
    Some(Cell::raw(start + by..start + text.len() - by))
}

/// Reads a cell in quotes, behind which it ends; otherwise stays where it is.
fn quoted(cursor: &mut Cursor<'_>, separator: u8) -> Option<Cell> {
    let quote = cursor.peek().filter(|byte| b"\"'".contains(byte))?;
    let start = cursor.at;
    cursor.at += 1;
    let closing = loop {
        cursor.find(quote, quote);
        if cursor.peek().is_none() || cursor.at - start > MAX_CELL {
            break None;
        }
        if cursor.peek_at(1) != Some(quote) {
            break Some(cursor.at);
        }
        cursor.at += 2;
    };
    if let Some(closing) = closing {
        cursor.at = closing + 1;
        cursor.skip(|byte| byte != separator && (is_blank(byte) || byte == b'\r'));
        if cursor.peek().map_or(cursor.is_at_end(), |byte| {
            byte == separator || byte == b'\n'
        }) {
            return Some(Cell {
                range: start + 1..closing,
                escapes: Escapes::Doubled(quote),
            });
        }
    }
    cursor.at = start;
    None
}
