//! Packages of the RPM package manager (<https://rpm.org/docs/latest/manual/format.html>), and the cpio archives in them.

use std::io::Read;

use ::cpio::newc;

use super::{Kind, Stop, Unpack, kind, packed};

/// How long the lead is, in bytes.
const LEAD: usize = 96;

/// What a header begins with.
const HEADER: &[u8] = b"\x8e\xad\xe8\x01";

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let broken = || Stop::Broken("its headers are damaged".to_owned());
    // The signature ends at a multiple of eight bytes, the header itself where it ends.
    let signature = header_len(bytes, LEAD).ok_or_else(broken)?;
    let header = LEAD + signature.next_multiple_of(8);
    let payload = header + header_len(bytes, header).ok_or_else(broken)?;
    let payload = bytes.get(payload..).ok_or_else(broken)?;
    match kind(payload) {
        Some(Kind::Cpio) => cpio(payload, unpack),
        Some(kind) if kind.is_one_file() => members(&mut *packed::reader(kind, payload)?, unpack),
        _ => Err(Stop::Broken(
            "its payload is compressed in a way that is not known".to_owned(),
        )),
    }
}

/// Returns how long the header at `at` is.
fn header_len(bytes: &[u8], at: usize) -> Option<usize> {
    let header = bytes.get(at..at + 16)?;
    if !header.starts_with(HEADER) {
        return None;
    }
    let number = |from: usize| {
        let bytes = header.get(from..from + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    number(8)?
        .checked_mul(16)?
        .checked_add(number(12)?)?
        .checked_add(16)
}

/// Reads a cpio archive.
pub(super) fn cpio(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    members(&mut &bytes[..], unpack)
}

fn members(mut archive: &mut dyn Read, unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    loop {
        let mut reader = newc::Reader::new(archive).map_err(Stop::broken)?;
        if reader.entry().is_trailer() {
            return Ok(());
        }
        let name = reader.entry().name().as_bytes().to_vec();
        // POSIX: the upper bits of the mode are the type; this is a regular file.
        if reader.entry().mode() & 0o170_000 == 0o100_000 {
            unpack.member(&name, &mut reader)?;
        }
        archive = reader.finish().map_err(Stop::broken)?;
    }
}
