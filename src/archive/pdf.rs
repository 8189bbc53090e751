//! The streams of a PDF file (ISO 32000-1, 7.3.8): what is compressed with Flate is unpacked, what is not stands in the file as it is.

use memchr::memmem;

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    // The trailer names how, and then all streams are (7.6.1).
    if memmem::find(bytes, b"/Encrypt ").is_some() {
        unpack.skip(b"", "encrypted", false);
        return Ok(());
    }
    let mut at = 0;
    let mut number = 0;
    while let Some(start) = memmem::find(&bytes[at..], b"stream").map(|on| at + on) {
        at = start + b"stream".len();
        // A line feed, or both line ends, and nothing else, stand before the data.
        let is_end = bytes[..start].ends_with(b"end");
        let Some([b'\r', b'\n', data @ ..] | [b'\n', data @ ..]) =
            bytes.get(at..).filter(|_| !is_end)
        else {
            continue;
        };
        number += 1;
        let end = memmem::find(data, b"endstream").unwrap_or(data.len());
        // RFC 1950: the method is 8, and both bytes are a multiple of 31.
        let is_flate = matches!(data, [first, second, ..]
            if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0);
        if is_flate {
            let name = format!("stream-{number}");
            let mut reader = flate2::read::ZlibDecoder::new(&data[..end]);
            unpack.member(name.as_bytes(), &mut reader)?;
        }
        at = bytes.len() - data.len() + end;
    }
    Ok(())
}
