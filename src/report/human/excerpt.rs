//! The line of a finding with a mark under its secret, as wide as a terminal shows it.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use crate::report::text::escape_char;

/// How far apart tab stops are, in columns. Tabs are printed as spaces, so that the mark stands right on any terminal.
const TAB_COLUMNS: usize = 4;

/// The most columns of a line that are shown.
const MOST_COLUMNS: usize = 120;

/// How many columns before the mark are kept when a line is cut.
const BEFORE_COLUMNS: usize = 30;

/// A line as it is printed. Widths are in terminal columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The line.
    pub(super) line: String,
    /// How many columns stand before the mark.
    pub(super) indent: usize,
    /// How wide the mark is; at least 1.
    pub(super) width: usize,
}

/// One character as it is printed.
struct Cell {
    text: String,
    columns: Range<usize>,
}

/// Returns `text` as a terminal shows it, with the place of `mark` (in bytes; what lies outside of `text` is cut).
pub(super) fn show(text: &str, mark: &Range<usize>) -> Shown {
    let (mut cells, mut at) = (Vec::new(), 0);
    let (mut mark_start, mut mark_end) = (None, 0);
    for (offset, c) in text.char_indices() {
        let cell = cell(c, at);
        at = cell.columns.end;
        if offset + c.len_utf8() > mark.start && offset < mark.end {
            mark_start.get_or_insert(cell.columns.start);
            mark_end = cell.columns.end;
        }
        cells.push(cell);
    }
    let mark_start = mark_start.unwrap_or(if mark.start == 0 { 0 } else { at });
    cut(&cells, mark_start..mark_end.max(mark_start + 1), at)
}

fn cell(c: char, at: usize) -> Cell {
    let (text, width) = match (c, escape_char(c)) {
        ('\t', _) => {
            let width = TAB_COLUMNS - at % TAB_COLUMNS;
            (" ".repeat(width), width)
        }
        (_, Some(escaped)) => {
            let width = escaped.len();
            (escaped, width)
        }
        (_, None) => (c.to_string(), c.width().unwrap_or(0)),
    };
    Cell {
        text,
        columns: at..at + width,
    }
}

/// Joins the cells, or the part of them round the mark when they are too wide.
fn cut(cells: &[Cell], mark: Range<usize>, total: usize) -> Shown {
    let from = if total <= MOST_COLUMNS || mark.end <= MOST_COLUMNS {
        0
    } else {
        mark.start.saturating_sub(BEFORE_COLUMNS)
    };
    let to = from + MOST_COLUMNS;
    let mut line = String::new();
    let mut first = None;
    for cell in cells {
        if cell.columns.start >= from && cell.columns.end <= to {
            first.get_or_insert(cell.columns.start);
            line.push_str(&cell.text);
        }
    }
    // Where a wide character was cut in two, the line starts a column later.
    let first = first.unwrap_or(from);
    let before = usize::from(from > 0);
    if before > 0 {
        line.insert(0, '…');
    }
    if total > to {
        line.push('…');
    }
    Shown {
        line,
        indent: before + mark.start.saturating_sub(first),
        width: mark.end.min(to).saturating_sub(mark.start).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_COLUMNS, show};

    /// Checks the line and the mark under it; `text` has `[` and `]` round what is marked.
    #[track_caller]
    fn check(text: &str, line: &str, mark: &str) {
        let start = text.find('[').unwrap();
        let end = text.find(']').unwrap() - 1;
        let shown = show(&text.replace(['[', ']'], ""), &(start..end));
        assert_eq!(shown.line, line);
        let drawn = format!("{}{}", " ".repeat(shown.indent), "^".repeat(shown.width));
        assert_eq!(drawn, mark, "{text:?}");
    }

    #[test]
    fn the_mark_stands_under_the_secret() {
        check("key = [****]", "key = ****", "      ^^^^");
        check("\tkey\t[**]x", "    key **x", "        ^^");
        check("日本 = [****]", "日本 = ****", "       ^^^^");
        check("e\u{301} [**]", "e\u{301} **", "  ^^");
        check("\u{1b}[31m****]", "\\u{1b}31m****", "      ^^^^^^^");
        check("a\u{202e} [**]", "a\\u{202e} **", "          ^^");
        check("abc[]", "abc", "   ^");
        check("[]", "", "^");
    }

    #[test]
    fn long_lines_are_cut_round_the_mark() {
        let text = format!("{}[****]{}", "a".repeat(500), "b".repeat(500));
        let (before, after) = ("a".repeat(30), "b".repeat(MOST_COLUMNS - 34));
        check(
            &text,
            &format!("…{before}****{after}…"),
            &format!("{}^^^^", " ".repeat(31)),
        );
        let shown = show(&"*".repeat(5000), &(0..5000));
        assert_eq!(shown.width, MOST_COLUMNS);
    }

    proptest::proptest! {
        #[test]
        fn never_wider_than_allowed_and_never_a_panic(text in "\\PC{0,200}", a in 0_usize..700, b in 0_usize..700) {
            let shown = show(&text, &(a.min(b)..a.max(b)));
            proptest::prop_assert!(shown.width >= 1);
            proptest::prop_assert!(shown.indent + shown.width <= MOST_COLUMNS + 2);
        }
    }
}
