//! Hexadecimal text (RFC 4648 section 8).

use super::{Decoded, Map, is_ascii_text};

pub(super) const NAME: &str = "hex";

/// Returns what `run` decodes to, when that is text: a digest is text with a chance of (98/256)^16, about 2 in 10^7.
pub(super) fn decode(run: &[u8]) -> Option<Decoded> {
    if !run.len().is_multiple_of(2) {
        return None;
    }
    // Most runs are no hexadecimal digits after a few bytes.
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(run).ok()?;
    is_ascii_text(&bytes).then_some(Decoded {
        encoding: NAME,
        bytes,
        map: Map::Hex,
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn text_alone() {
        let text = "a text of eighteen bytes or more";
        let encoded = data_encoding::HEXUPPER.encode(text.as_bytes());
        let decoded = decode(encoded.as_bytes()).unwrap();
        assert_eq!(decoded.bytes, text.as_bytes());
        assert_eq!(decoded.source(10, &(2..5)), 14..20);
        assert_eq!(decode(&encoded.as_bytes()[1..]), None);
        assert_eq!(decode(&[b'f'; 64]), None);
        assert_eq!(decode(b"thisIsALongIdentifierOfSomeSort0"), None);
    }
}
