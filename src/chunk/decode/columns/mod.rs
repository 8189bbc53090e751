//! Values whose name is the head of their column: tables in lines (CSV, Markdown, what database clients print) and the lists of SQL
//! (`INSERT INTO users (name, password) VALUES …`, `COPY … FROM stdin`).
//!
//! Each cell is written behind the name of its column, `password="…"`, a line each and an empty line behind each row, so that rules, judges
//! and pairs see what they see in settings. Where a table is, says the first name in its head that may be a credential's (`marks.rs`). How
//! many rows belong to it is a function of the bytes from a little before its head to 16 KiB behind that name.

mod cursor;
mod lines;
mod marks;
mod names;
mod sql;

use self::cursor::{Cell, Cursor};
use super::{Decoded, Encoded, Encoding, Output, Stretch};

pub use self::marks::literals;

/// How reports call it.
const NAME: &str = "table columns";

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A line a row.
    Lines,
    /// A list of names in parentheses, and rows that SQL has behind it.
    Sql,
}

/// What rows are handed to: the names of the columns, and the cells.
type Each<'a> = &'a mut dyn FnMut(&[Vec<u8>], &[Cell]);

/// How many bytes of a table are read, from the mark on: as many as of a match. Rows farther down are not seen.
const MAX_BYTES: usize = crate::rule::MAX_MATCH_BYTES as usize;

/// How many bytes of a head are read, on either side of the mark, and of the line before it.
const MAX_HEAD: usize = 2 << 10;

/// How many bytes are written at most: a head of long names over short cells would be written many times over.
const MAX_WRITTEN: usize = 4 * MAX_BYTES;

/// Where a head may begin.
#[derive(Debug, Default)]
struct Starts {
    /// The line of the mark.
    line: Option<usize>,
    /// A parenthesis before the mark.
    list: Option<usize>,
}

/// Returns the table in whose head the mark at `at` is the first.
pub fn stretch(bytes: &[u8], at: usize) -> Stretch {
    let nothing = |back, reach| Stretch {
        encoded: None,
        back,
        reach,
    };
    let least = at + marks::MAX_BYTES;
    let Some(len) = marks::len_at(bytes, at) else {
        return nothing(0, least);
    };
    // Most marks stand in code and prose, which is told by what follows.
    let (is_name, far) = names::ends_at_border(bytes, at + len);
    let far = far.max(least);
    if !is_name {
        return nothing(0, far);
    }
    let (starts, back) = starts(bytes, at);
    let limit = bytes.len().min(at + MAX_BYTES);
    let mut cursor = Cursor::new(bytes, limit);
    if let Some(start) = starts.line {
        let (is_first, more) = lines::is_first(bytes, start, &mut cursor);
        let back = back.max(at - start + more);
        if is_first {
            cursor.at = start;
            if let Some(end) = lines::walk(&mut cursor, &mut |_, _| {}) {
                return found(start..end, Form::Lines, back, cursor.far.max(far));
            }
        }
        if starts.list.is_none() {
            return nothing(back, cursor.far.max(far));
        }
    }
    let Some(start) = starts.list else {
        return nothing(back, far);
    };
    let (is_named, more) = sql::is_behind_table(bytes, start);
    let back = back.max(at - start + more);
    if !is_named {
        return nothing(back, cursor.far.max(far));
    }
    cursor.at = start;
    match sql::walk(&mut cursor, &mut |_, _| {}) {
        Some(end) => found(start..end, Form::Sql, back, cursor.far.max(far)),
        None => nothing(back, cursor.far.max(far)),
    }
}

fn found(range: std::ops::Range<usize>, form: Form, back: usize, reach: usize) -> Stretch {
    Stretch {
        encoded: Some(Encoded {
            range,
            encoding: Encoding::Columns(form),
        }),
        back,
        reach,
    }
}

/// Returns where a head may begin in which the mark at `at` is the first, and how many bytes before it decide.
fn starts(bytes: &[u8], at: usize) -> (Starts, usize) {
    let low = at.saturating_sub(MAX_HEAD);
    let mut out = Starts::default();
    for place in (low..at).rev() {
        match bytes[place] {
            b'\n' => {
                out.line.get_or_insert(place + 1);
            }
            b'(' => {
                out.list = Some(place);
                return (out, at - place);
            }
            byte if !names::is_head_byte(byte) => return (out, at - place),
            _ if marks::len_at(bytes, place).is_some() => return (out, at - place),
            _ => {}
        }
    }
    if low == 0 {
        out.line.get_or_insert(0);
        return (out, at + 1);
    }
    // That the text does not begin at `low` decides, too.
    (out, at - low + 1)
}

/// Returns the cells of a table, each behind the name of its column.
pub(super) fn decode(form: Form, bytes: &[u8]) -> Option<Decoded> {
    let mut out = Output::default();
    let mut write = |names: &[Vec<u8>], cells: &[Cell]| {
        if out.bytes.len() >= MAX_WRITTEN {
            return;
        }
        for (name, cell) in names.iter().zip(cells) {
            if cell.is_value(bytes) && !is_digest(name, cell.text(bytes)) {
                line(name, cell, bytes, &mut out);
            }
        }
        if let Some(last) = cells.last() {
            out.push(b'\n', last.range.end);
        }
    };
    let mut cursor = Cursor::new(bytes, bytes.len());
    match form {
        Form::Lines => lines::walk(&mut cursor, &mut write)?,
        Form::Sql => sql::walk(&mut cursor, &mut write)?,
    };
    let is_any = out.bytes.iter().any(|byte| *byte != b'\n');
    is_any.then(|| out.finish(NAME, bytes.len()))
}

/// Lengths of hexadecimal digests: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
const DIGEST_LENGTHS: &[usize] = &[32, 40, 56, 64, 96, 128];

/// Returns true for a digest in a column of passwords: a table of users has them in place of passwords, a setting does not.
fn is_digest(name: &[u8], text: &[u8]) -> bool {
    let is_for_passwords = || {
        let name = name.to_ascii_lowercase();
        [&b"pass"[..], b"pwd"]
            .iter()
            .any(|word| memchr::memmem::find(&name, word).is_some())
    };
    DIGEST_LENGTHS.contains(&text.len())
        && text.iter().all(u8::is_ascii_hexdigit)
        && is_for_passwords()
}

/// Writes `name="cell"`.
fn line(name: &[u8], cell: &Cell, bytes: &[u8], out: &mut Output) {
    for byte in name.iter().chain(b"=\"") {
        out.push(*byte, cell.range.start);
    }
    cell.write(bytes, out);
    for byte in b"\"\n" {
        out.push(*byte, cell.range.end);
    }
}

#[cfg(test)]
mod tests;
