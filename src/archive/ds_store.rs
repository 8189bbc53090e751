//! `.DS_Store` (<https://metacpan.org/dist/Mac-Finder-DSStore/view/DSStoreFormat.pod>): what macOS notes about the files of a folder, whether they are in
//! the repository or not. Names and comments are UTF-16, big-endian, within binary records.

use super::{Stop, Unpack};

/// The fewest characters of a text.
const LEAST_CHARS: usize = 4;

/// Hands over all texts, one a line.
pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut lines: Vec<String> = Vec::new();
    let mut at = 0;
    while at + 2 <= bytes.len() {
        let text = text(&bytes[at..]);
        let chars = text.chars().count();
        if chars >= LEAST_CHARS {
            at += 2 * text.encode_utf16().count();
            if lines.last() != Some(&text) {
                lines.push(text);
            }
        } else {
            at += 1;
        }
    }
    unpack.member(b"names", &mut (lines.join("\n") + "\n").as_bytes())
}

/// Returns the text that `bytes` begin with.
fn text(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map_while(Result::ok)
        .take_while(|letter| !letter.is_control() && *letter != '\u{fffe}')
        // What is no text looks like rare scripts.
        .take_while(|letter| (*letter as u32) < 0x3000)
        .collect()
}
