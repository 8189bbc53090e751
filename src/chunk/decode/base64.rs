//! Base64 (RFC 4648 sections 4 and 5), with or without padding.

use std::{borrow::Cow, ops::Range};

use super::{Decoded, Map, is_ascii_text};

pub(super) const NAME: &str = "base64";

/// Returns true for `A-Za-z0-9+/`.
pub fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// How much of the start of a run is decoded to see whether it is worth decoding, in encoded bytes.
const PROBE: usize = 24;

/// Returns true for a byte of the alphabet for URLs, or of the common one.
pub fn is_for_urls(byte: u8) -> bool {
    is_base64(byte) || byte == b'-' || byte == b'_'
}

/// How many bytes before a run are looked at for the beginning of one in the alphabet for URLs.
pub const URL_BACK: usize = 1 << 10;

/// Returns the run in the alphabet for URLs that `run`, one in the common alphabet, is the first long one of, when its beginning decodes to
/// text; and how many bytes before `run` decide, and where the bytes end that do.
pub fn for_urls(
    bytes: &[u8],
    run: &Range<usize>,
    is_long: impl Fn(usize) -> bool,
) -> (Option<Range<usize>>, usize, usize) {
    let low = run.start.saturating_sub(URL_BACK);
    let before = bytes[low..run.start]
        .iter()
        .rev()
        .take_while(|byte| is_for_urls(**byte))
        .count();
    let start = run.start - before;
    let limit = bytes
        .len()
        .min(start + crate::rule::MAX_MATCH_BYTES as usize)
        .max(run.end);
    let after = bytes[run.end..limit]
        .iter()
        .take_while(|byte| is_for_urls(**byte))
        .count();
    let end = run.end + after;
    let is_first = || {
        let mut parts = bytes[start..run.start].split(|byte| !is_base64(*byte));
        !parts.any(|part| is_long(part.len()))
    };
    let is_wider = start < run.start || end > run.end;
    let range =
        (is_wider && is_first() && is_text_at_first(&bytes[start..end])).then_some(start..end);
    (range, before + 1, end + 1)
}

fn is_text_at_first(run: &[u8]) -> bool {
    let probe = run.get(..PROBE).map(common);
    let decoded = probe.and_then(|probe| data_encoding::BASE64_NOPAD.decode(&probe).ok());
    decoded.is_some_and(|bytes| is_ascii_text(&bytes))
}

/// Returns what `run` decodes to, when that is text.
pub(super) fn decode(run: &[u8]) -> Option<Decoded> {
    if !is_text_at_first(run) {
        return None;
    }
    let bytes = decode_any(run)?;
    is_ascii_text(&bytes).then_some(Decoded {
        encoding: NAME,
        bytes,
        map: Map::Base64,
    })
}

/// Returns what `run` decodes to, whatever that is.
pub(super) fn decode_any(run: &[u8]) -> Option<Vec<u8>> {
    // A length of 4n+1 is no base64: the last byte belongs to something else. Bits left over at the end are ignored.
    let usable = run.len() - usize::from(run.len() % 4 == 1);
    lenient().decode(&common(&run[..usable])).ok()
}

/// Returns `run` in the common alphabet.
fn common(run: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'-', b'_', run).is_none() {
        return Cow::Borrowed(run);
    }
    let in_common = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    run.iter().map(in_common).collect::<Vec<u8>>().into()
}

/// Returns where the decoded bytes `range` stand in a run that begins at `run`.
pub(super) fn source(run: usize, range: &Range<usize>) -> Range<usize> {
    let encoded_start = range.start / 3 * 4 + range.start % 3;
    let encoded_end = range.end / 3 * 4
        + if range.end.is_multiple_of(3) {
            0
        } else {
            range.end % 3 + 1
        };
    run + encoded_start..run + encoded_end
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
    fn the_alphabet_for_urls() {
        let text = "{\"what\": \"~~~ and ??? and >>>\"}~~~";
        let encoded = data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        assert!(encoded.contains('-') || encoded.contains('_'), "{encoded}");
        assert_eq!(decode(encoded.as_bytes()).unwrap().bytes, text.as_bytes());
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
