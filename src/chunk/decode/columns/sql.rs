//! The column list of a statement and the rows behind it: `INSERT INTO t (a, b) VALUES (…), (…)` and `COPY t (a, b) FROM stdin`
//! (`PostgreSQL`, "INSERT", "COPY"; `MySQL` 8.4, section 15.2.7).

use super::{
    Each,
    cursor::{Cell, Cursor, Escapes},
    lines,
    names::{self, MAX_COLUMNS, TABLE_WORDS},
};

/// How many bytes before the list are looked at for the table and the verb.
const MAX_BEFORE: usize = 192;

/// The longest string, in bytes.
const MAX_STRING: usize = 4 << 10;

/// How many bytes of a value stand outside of strings at most: calls of functions.
const MAX_PLAIN: usize = 256;

/// Returns true when the parenthesis at `at` stands behind a table that something is put into, and how many bytes before it decide.
pub(super) fn is_behind_table(bytes: &[u8], at: usize) -> (bool, usize) {
    let low = at.saturating_sub(MAX_BEFORE);
    let before = bytes[low..at].trim_ascii_end();
    let table = before
        .iter()
        .rev()
        .take_while(|byte| is_path_byte(**byte))
        .count();
    let rest = &before[..before.len() - table];
    let verb = rest.trim_ascii_end();
    let is_apart = table > 0 && verb.len() < rest.len();
    let word = verb
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let word = &verb[verb.len() - word..];
    let is_verb = ["into", "insert", "replace", "copy"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    // One more tells that the word begins there, or that the text does.
    let back = (at - low - verb.len() + word.len() + 1).min(at - low + usize::from(low == 0));
    (is_apart && is_verb, back)
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_$.\"`[]-".contains(&byte)
}

/// Hands the rows behind the list that begins here to `each`; returns where the last one ends, or nothing where there is none.
pub(super) fn walk(cursor: &mut Cursor<'_>, each: Each<'_>) -> Option<usize> {
    let names = list(cursor)?;
    blanks(cursor);
    if cursor.take_word("from") {
        return copied(cursor, &names, each);
    }
    // PostgreSQL, "INSERT".
    for words in [
        &["overriding"][..],
        &["system", "user"],
        &["value "],
        &["value\n"],
    ] {
        if words.iter().any(|word| cursor.take_word(word)) {
            blanks(cursor);
        }
    }
    if !cursor.take_word("values") && !cursor.take_word("value") {
        return None;
    }
    let mut cells = Vec::new();
    let mut end = None;
    loop {
        blanks(cursor);
        if !row(cursor, &mut cells) || cells.len() != names.len() {
            return end;
        }
        each(&names, &cells);
        end = Some(cursor.at);
        blanks(cursor);
        if !cursor.take(b',') {
            return end;
        }
    }
}

/// Reads the names in parentheses.
fn list(cursor: &mut Cursor<'_>) -> Option<Vec<Vec<u8>>> {
    let mut cells = Vec::new();
    cursor.take(b'(').then_some(())?;
    while cells.len() < MAX_COLUMNS {
        blanks(cursor);
        let is_quoted = cursor.peek().is_some_and(|byte| b"\"`['".contains(&byte));
        cursor.at += usize::from(is_quoted);
        let start = cursor.at;
        cursor
            .skip(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_-. $#".contains(&byte));
        let len = cursor.bytes[start..cursor.at].trim_ascii_end().len();
        cells.push(Cell::raw(start..start + len));
        if is_quoted {
            cursor.peek().filter(|byte| b"\"`]'".contains(byte))?;
            cursor.at += 1;
        }
        blanks(cursor);
        if cursor.take(b')') {
            return names::read(cursor.bytes, &cells, TABLE_WORDS);
        }
        cursor.take(b',').then_some(())?;
    }
    None
}

/// Reads the rows of COPY, from behind `FROM` on.
fn copied(cursor: &mut Cursor<'_>, names: &[Vec<u8>], each: Each<'_>) -> Option<usize> {
    blanks(cursor);
    cursor.take_word("stdin").then_some(())?;
    let start = cursor.at;
    cursor.find(b'\n', b'\n');
    let options = cursor.bytes[start..cursor.at].to_ascii_lowercase();
    cursor.take(b'\n').then_some(())?;
    let is_csv = options.windows(3).any(|three| three == b"csv");
    let (separator, escapes) = if is_csv {
        (b',', Escapes::None)
    } else {
        (b'\t', Escapes::Copy)
    };
    lines::rows(cursor, names, separator, escapes, each)
}

/// Goes on over blanks, line ends and comments to the end of a line.
fn blanks(cursor: &mut Cursor<'_>) {
    loop {
        cursor.skip(|byte| byte.is_ascii_whitespace());
        if cursor.peek() != Some(b'-') || cursor.peek_at(1) != Some(b'-') {
            return;
        }
        cursor.find(b'\n', b'\n');
    }
}

/// Reads a row in parentheses into `cells`; returns false where it is none.
fn row(cursor: &mut Cursor<'_>, cells: &mut Vec<Cell>) -> bool {
    cells.clear();
    if !cursor.take(b'(') {
        return false;
    }
    while cells.len() < MAX_COLUMNS {
        let Some(cell) = value(cursor) else {
            return false;
        };
        cells.push(cell);
        if cursor.take(b')') {
            return true;
        }
        if !cursor.take(b',') {
            return false;
        }
    }
    false
}

/// Reads a value up to what ends it: what stands in its first string, or nothing for one that has none.
fn value(cursor: &mut Cursor<'_>) -> Option<Cell> {
    let mut first = None;
    let (mut plain, mut depth) = (0, 0);
    while plain <= MAX_PLAIN {
        match cursor.peek()? {
            quote @ (b'\'' | b'"') => {
                let string = string(cursor, quote)?;
                first.get_or_insert(string);
                plain += 2;
                continue;
            }
            b',' | b')' if depth == 0 => {
                return Some(first.unwrap_or(Cell::raw(cursor.at..cursor.at)));
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            b';' => return None,
            _ => {}
        }
        cursor.at += 1;
        plain += 1;
    }
    None
}

/// Reads a string, from its first quote on.
fn string(cursor: &mut Cursor<'_>, quote: u8) -> Option<Cell> {
    let start = cursor.at + 1;
    cursor.at = start;
    while cursor.at - start <= MAX_STRING {
        cursor.find(quote, b'\\');
        if cursor.peek()? == b'\\' || cursor.peek_at(1) == Some(quote) {
            cursor.at += 2;
            continue;
        }
        let range = start..cursor.at;
        cursor.at += 1;
        return Some(Cell {
            range,
            escapes: Escapes::Sql(quote),
        });
    }
    None
}
