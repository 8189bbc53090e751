//! Archives with given files, made by the crates that read them, or by hand.

use std::io::{Cursor, Write as _};

/// Names and contents.
type Files<'a> = &'a [(&'a str, &'a [u8])];

pub(super) fn zip(files: Files<'_>) -> Vec<u8> {
    zipped(files, ::zip::CompressionMethod::Deflated)
}

/// A zip file whose members are not compressed.
pub(super) fn stored(files: Files<'_>) -> Vec<u8> {
    zipped(files, ::zip::CompressionMethod::Stored)
}

fn zipped(files: Files<'_>, method: ::zip::CompressionMethod) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip file with one member that Zstandard has packed.
pub(super) fn zstd_in_zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = stored(&[(name, &zstd(bytes))]);
    let central = out
        .windows(4)
        .position(|window| window == b"PK\x01\x02")
        .unwrap();
    // The method stands behind the version and the flags (APPNOTE.TXT 4.3.7, 4.3.12).
    for at in [8, central + 10] {
        assert_eq!(out[at..at + 2], [0, 0]);
        out[at] = 93;
    }
    out
}

pub(super) fn ppmd_in_zip(files: Files<'_>) -> Vec<u8> {
    zipped(files, ::zip::CompressionMethod::PPMD)
}

pub(super) fn tar(files: Files<'_>) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

pub(super) fn seven(files: Files<'_>) -> Vec<u8> {
    seven_by(sevenz_rust2::EncoderMethod::LZMA2, files)
}

pub(super) fn seven_by(method: sevenz_rust2::EncoderMethod, files: Files<'_>) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.set_content_methods(vec![method.into()]);
    for (name, bytes) in files {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(*bytes)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn cpio(files: Files<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        let len = u32::try_from(bytes.len()).unwrap();
        let entry = ::cpio::newc::Builder::new(name).mode(0o100_644);
        let mut writer = entry.write(&mut out, len);
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap();
    }
    ::cpio::newc::trailer(out).unwrap()
}

/// A package of Debian: an ar archive with the files in a tar file.
pub(super) fn deb(files: Files<'_>) -> Vec<u8> {
    let mut builder = ::ar::Builder::new(Vec::new());
    let data = xz(&tar(files));
    let members: [(&[u8], &[u8]); 2] = [(b"debian-binary", b"2.0\n"), (b"data.tar.xz", &data)];
    for (name, bytes) in members {
        let header = ::ar::Header::new(name.to_vec(), bytes.len() as u64);
        builder.append(&header, bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A package of RPM: lead, an empty signature and header, and a packed cpio archive.
pub(super) fn rpm(files: Files<'_>) -> Vec<u8> {
    let mut lead = vec![0; 96];
    lead[..4].copy_from_slice(b"\xed\xab\xee\xdb");
    let header = |entries: u32, data: u32| {
        let mut out = b"\x8e\xad\xe8\x01\0\0\0\0".to_vec();
        out.extend(entries.to_be_bytes());
        out.extend(data.to_be_bytes());
        out.resize(out.len() + 16 * entries as usize + data as usize, 0);
        out
    };
    let mut signature = header(1, 5);
    signature.resize(signature.len().next_multiple_of(8), 0);
    [lead, signature, header(2, 7), gzip(&cpio(files))].concat()
}

/// A PDF file with a stream of text as it is and a packed one with `text`.
pub(super) fn pdf(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    let packed = encoder.finish().unwrap();
    [
        b"%PDF-1.7\n1 0 obj\n<< /Length 7 >>\nstream\nnothing\nendstream\nendobj\n2 0 obj\n<< /Filter /FlateDecode >>\nstream\r\n",
        &packed[..],
        b"\nendstream\nendobj\n%%EOF\n",
    ]
    .concat()
}

/// A mail with a file attached, in base64.
pub(super) fn mail(file: &[u8]) -> Vec<u8> {
    let lines: Vec<String> = data_encoding::BASE64
        .encode(file)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"--b\"\n\n----b\nContent-Type: text/plain\n\nnothing\n\
         ----b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"app.env\"\n\
         Content-Transfer-Encoding: base64\n\n{}\n----b--\n",
        lines.join("\n")
    )
    .into_bytes()
}
