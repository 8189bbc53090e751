//! gzip (RFC 1952) in base64, as Helm stores its releases and user data of virtual machines comes.

use std::io::Read as _;

use super::{Decoded, Map, base64};

pub(super) const NAME: &str = "base64 of gzip";

/// How the base64 of a gzip header begins: two magic bytes and "deflate".
const START: &[u8] = b"H4sI";

/// How many bytes come out of one run at most.
const MAX_BYTES: u64 = 1 << 20;

/// Returns what `run` decodes to, when it is a gzip member, or the beginning of one, in base64.
pub(super) fn decode(run: &[u8]) -> Option<Decoded> {
    if !run.starts_with(START) {
        return None;
    }
    let packed = base64::decode_any(run)?;
    let mut bytes = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(&packed[..]).take(MAX_BYTES);
    // What came out before an error, or before the limit, is worth a look: the run may be cut.
    drop(unpacked.read_to_end(&mut bytes));
    (!bytes.is_empty()).then_some(Decoded {
        encoding: NAME,
        bytes,
        map: Map::Whole(run.len()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::decode;

    fn packed(text: &[u8]) -> String {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        data_encoding::BASE64_NOPAD.encode(&encoder.finish().unwrap())
    }

    #[test]
    fn what_was_packed() {
        let text = b"a text that was packed, and packed, and packed";
        let run = packed(text);
        let decoded = decode(run.as_bytes()).unwrap();
        assert_eq!(decoded.bytes, text);
        assert_eq!(decoded.source(7, &(3..5)), 7..7 + run.len());
        assert_eq!(decode(&run.as_bytes()[1..]), None);
        assert_eq!(decode(b"H4sInothing"), None);
    }

    #[test]
    fn a_bomb_ends() {
        let run = packed(&vec![b'x'; 100 << 20]);
        assert_eq!(decode(run.as_bytes()).unwrap().bytes.len(), 1 << 20);
    }
}
