//! Borders that a credential rarely crosses: an INI header, the start of the object, block, element or list item that a value
//! stands in, an empty line.
//!
//! All are read backwards from the value, over a few kilobytes, and kept as distances: whether a border lies between two
//! values is then one comparison, wherever chunks were cut.

use bstr::ByteSlice as _;

/// Returns how many bytes before the end of `before` the nearest section starts that the value right behind `before` is in.
pub(super) fn section_back(before: &[u8]) -> Option<u32> {
    [
        bracket(before),
        header_back(before).map(|back| before.len() - back as usize),
        indented_parent(before),
        element(before),
    ]
    .into_iter()
    .flatten()
    .max()
    .and_then(|start| u32::try_from(before.len() - start).ok())
}

/// Returns how many bytes before the end of `before` the line break stands that the nearest empty line follows.
pub(super) fn paragraph_back(before: &[u8]) -> Option<u32> {
    let mut end = before.rfind_byte(b'\n')?;
    loop {
        let start = before[..end].rfind_byte(b'\n')?;
        if before[start + 1..end].trim().is_empty() {
            return u32::try_from(before.len() - start).ok();
        }
        end = start;
    }
}

/// The nearest `{`, `[` or `(` that is not closed: of a JSON object or array, an HCL block, a row of SQL, a call.
fn bracket(before: &[u8]) -> Option<usize> {
    let mut closed = [0_usize; 3];
    for (at, byte) in before.iter().enumerate().rev() {
        let (kind, opens) = match byte {
            b'{' => (0, true),
            b'[' => (1, true),
            b'(' => (2, true),
            b'}' => (0, false),
            b']' => (1, false),
            b')' => (2, false),
            _ => continue,
        };
        if !opens {
            closed[kind] += 1;
        } else if closed[kind] > 0 {
            closed[kind] -= 1;
        } else if before[..at].last() != Some(&b'$') {
            // `${` opens no section: it stands within a value.
            return Some(at);
        }
    }
    None
}

/// Returns how many bytes before the end of `before` the nearest INI or TOML header or YAML document mark starts.
pub(super) fn header_back(before: &[u8]) -> Option<u32> {
    let start = lines_back(before).find_map(|(start, line)| {
        let text = line.trim();
        let name = text
            .strip_prefix(b"[")
            .and_then(|rest| rest.strip_suffix(b"]"))
            .is_some_and(|name| {
                // Not a list that stands on one line: `["AKIA…"]`, `[1, 2]`.
                name.len() <= 100
                    && name
                        .first()
                        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'[')
                    && !name.contains(&b',')
            });
        (name || text == b"---").then_some(start)
    })?;
    u32::try_from(before.len() - start).ok()
}

/// The nearest line above that is indented less and so holds this one: a YAML key or list item, a Python block.
fn indented_parent(before: &[u8]) -> Option<usize> {
    let own_start = before.rfind_byte(b'\n').map_or(0, |at| at + 1);
    let own = &before[own_start..];
    let indent = indent(own);
    if own.trim_start().starts_with(b"- ") {
        return Some(own_start);
    }
    if indent == 0 {
        return None;
    }
    lines_back(before).skip(1).find_map(|(start, line)| {
        let text = line.trim();
        let opens = text.ends_with(b":") || text.starts_with(b"- ");
        (!text.is_empty() && self::indent(line) < indent).then_some(opens.then_some(start))
    })?
}

/// The parent element of an XML element, or the tag of an attribute.
fn element(before: &[u8]) -> Option<usize> {
    let in_tag = before.rfind_byte(b'<') > before.rfind_byte(b'>');
    // The first open tag is the one that is read, or the one that holds the value; a value in an element has its name there.
    let mut levels = if in_tag { 1 } else { 2 };
    let mut depth = 0_usize;
    let mut end = before.len();
    while let Some(at) = before[..end].rfind_byte(b'<') {
        let tag = &before[at..end];
        end = at;
        match tag.get(1) {
            Some(b'/') => depth += 1,
            Some(b) if b.is_ascii_alphabetic() => {
                if tag.contains_str("/>") {
                } else if depth > 0 {
                    depth -= 1;
                } else {
                    levels -= 1;
                    if levels == 0 {
                        return Some(at);
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// The lines from the last one up, each with where it starts; the last one is cut at the value.
fn lines_back(before: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut end = Some(before.len());
    std::iter::from_fn(move || {
        let to = end?;
        let start = before[..to].rfind_byte(b'\n').map_or(0, |at| at + 1);
        end = start.checked_sub(1);
        Some((start, &before[start..to]))
    })
}

pub(super) fn indent(line: &[u8]) -> usize {
    line.iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::{paragraph_back, section_back};

    /// `|` marks where the section of the value at the end starts.
    #[track_caller]
    fn check(text: &str) {
        let expected = text.find('¦');
        let before = text.replace('¦', "");
        let found = section_back(before.as_bytes()).map(|back| before.len() - back as usize);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sections() {
        check("a = ");
        check("[one]\nx=1\n¦[two]\na = ");
        check("x\n[\"one\"]\na = ");
        check("[{\"a\": 1}, ¦{\"b\": ");
        check("provider \"aws\" {\n a = 1\n}\nprovider \"aws\" ¦{\n  b = \"${x}");
        check("values ('a', 'b'), ¦('c', '");
        check("[[\"a\", \"b\"], ¦[\"c\", \"");
        check("x = f(1)\ny = g¦(2, ");
        check("one:\n  a: 1\n¦two:\n  a: 1\n  b: ");
        check("- a: 1\n  b: 2\n¦- a: 1\n  b: ");
        check("<s><a>1</a></s>¦<s><a>2</a><b>");
        check("<s a='1'/>\n¦<s a='1' b='");
    }

    #[test]
    fn paragraphs() {
        assert_eq!(paragraph_back(b"a\n\nb = "), Some(6));
        assert_eq!(paragraph_back(b"a\nb = "), None);
    }
}
