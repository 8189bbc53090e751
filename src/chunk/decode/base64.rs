//! Base64 (RFC 4648 section 4), with or without padding.

use std::ops::Range;

use super::Decoded;

/// How much of the start of a run is decoded to see whether it is worth decoding, in encoded bytes.
const PROBE: usize = 24;

/// Returns what `run` decodes to, when that is text.
///
/// Only text is worth scanning; 18 random bytes are text with a chance of (98/256)^18, about 3 in 10^8.
pub fn decode(run: &[u8]) -> Option<Decoded> {
    let probe = run.get(..PROBE)?;
    if !is_text(&data_encoding::BASE64_NOPAD.decode(probe).ok()?) {
        return None;
    }
    // A length of 4n+1 is no base64: the last byte belongs to something else. Bits left over at the end are ignored.
    let usable = run.len() - usize::from(run.len() % 4 == 1);
    let bytes = lenient().decode(&run[..usable]).ok()?;
    is_text(&bytes).then_some(Decoded {
        encoding: "base64",
        bytes,
    })
}

/// Returns where the decoded bytes `range` stand in a run that begins at `run`.
pub fn source(run: usize, range: &Range<usize>) -> Range<usize> {
    let encoded_start = range.start / 3 * 4 + range.start % 3;
    let encoded_end = range.end / 3 * 4
        + if range.end.is_multiple_of(3) {
            0
        } else {
            range.end % 3 + 1
        };
    run + encoded_start..run + encoded_end
}

fn is_text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
}

fn lenient() -> &'static data_encoding::Encoding {
    static ENCODING: std::sync::OnceLock<data_encoding::Encoding> = std::sync::OnceLock::new();
    ENCODING.get_or_init(|| {
        let mut spec = data_encoding::BASE64_NOPAD.specification();
        spec.check_trailing_bits = false;
        spec.encoding()
            .expect("the specification of base64 with one change is valid")
    })
}

#[cfg(test)]
mod tests {
    use super::{decode, source};

    #[track_caller]
    fn check(text: &str) {
        let encoded = data_encoding::BASE64_NOPAD.encode(text.as_bytes());
        assert_eq!(
            decode(encoded.as_bytes()).map(|d| d.bytes),
            Some(text.as_bytes().to_vec()),
            "{text:?}"
        );
    }

    #[test]
    fn text_is_decoded() {
        check("a text of eighteen bytes or more");
        check("a text of eighteen bytes or more!");
        check("{\"key\": \"value\", \"other\": 1}\n");
    }

    #[test]
    fn other_bytes_are_not() {
        assert_eq!(decode(b"thisIsALongIdentifierOfSomeSort"), None);
        assert_eq!(decode(b"short"), None);
        assert_eq!(decode(&[b'A'; 64]), None);
    }

    #[test]
    fn places_map_back() {
        let text = "0123456789abcdefghijklmnopqrstuvwxyz";
        let encoded = data_encoding::BASE64_NOPAD.encode(text.as_bytes());
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let range = source(0, &(start..end));
                assert!(range.end <= encoded.len() && range.start < range.end);
                let from = range.start / 4 * 4;
                let part = data_encoding::BASE64_NOPAD
                    .decode(&encoded.as_bytes()[from..encoded.len().min(range.end.div_ceil(4) * 4)])
                    .unwrap();
                let part = String::from_utf8(part).unwrap();
                assert!(
                    part.contains(text.get(start..end).unwrap()),
                    "{start}..{end}: {part}"
                );
            }
        }
    }
}
