//! One file, compressed.

use std::io::Read;

use super::{Kind, Stop, Unpack};

/// What the names of compressed files end with, and what the file in it ends with then.
const ENDS: [(&str, &str); 10] = [
    (".tgz", ".tar"),
    (".tbz2", ".tar"),
    (".txz", ".tar"),
    (".tzst", ".tar"),
    (".svgz", ".svg"),
    (".gz", ""),
    (".bz2", ""),
    (".xz", ""),
    (".zst", ""),
    (".z", ""),
];

/// How much memory an xz file may ask for, in KiB.
const XZ_MEMORY_KIB: u32 = 128 << 10;

pub(super) fn read(
    kind: Kind,
    name: &[u8],
    bytes: &[u8],
    unpack: &mut Unpack<'_>,
) -> Result<(), Stop> {
    unpack.member(&inside(name), &mut *reader(kind, bytes)?)
}

/// Returns a reader of what is compressed.
pub(super) fn reader<'a>(kind: Kind, bytes: &'a [u8]) -> Result<Box<dyn Read + 'a>, Stop> {
    Ok(match kind {
        Kind::Gzip => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        Kind::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        Kind::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(
            bytes,
            true,
            XZ_MEMORY_KIB,
        )),
        Kind::Zstd => {
            Box::new(ruzstd::decoding::StreamingDecoder::new(bytes).map_err(Stop::broken)?)
        }
        _ => {
            return Err(Stop::Broken(
                "it is not compressed in a way that is known".to_owned(),
            ));
        }
    })
}

/// Returns what the file in `name` is called.
pub(super) fn inside(name: &[u8]) -> Vec<u8> {
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let lower = last.to_ascii_lowercase();
    let end = ENDS.iter().find(|(end, _)| lower.ends_with(end.as_bytes()));
    match end {
        Some((end, instead)) if last.len() > end.len() => {
            [&last[..last.len() - end.len()], instead.as_bytes()].concat()
        }
        _ => b"content".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn names() {
        for (name, expected) in [
            ("a/b.txt.gz", "b.txt"),
            ("b.TGZ", "b.tar"),
            (".gz", "content"),
            ("b", "content"),
            ("", "content"),
        ] {
            assert_eq!(inside(name.as_bytes()), expected.as_bytes(), "{name}");
        }
    }
}
