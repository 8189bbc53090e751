//! What is packed in one file: archives, compressed files, mails and documents. Each member is scanned as a file of its own.
//!
//! Nothing is written and no name is followed. What is unpacked is bounded by a [`Budget`]; what was left out is said by name.

mod ar;
mod ds_store;
mod mail;
mod pack;
mod packed;
mod pdf;
mod rpm;
mod seven;
mod tar;
mod zip;

use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// zip, and what is made of it: jar, war, whl, docx, xlsx, pptx, odt, apk, nupkg (APPNOTE.TXT 6.3.10).
    Zip,
    /// tar (POSIX.1-1988 ustar and what GNU and pax make of it).
    Tar,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz (<https://tukaani.org/xz/xz-file-format.txt>).
    Xz,
    /// Zstandard (RFC 8878).
    Zstd,
    /// 7z.
    SevenZip,
    /// ar, of which Debian's packages are made (deb(5)).
    Ar,
    /// A package of the RPM package manager.
    Rpm,
    /// cpio, as in an RPM package or an initial RAM disk (`newc`).
    Cpio,
    /// PDF: its streams (ISO 32000-1, 7.3.8).
    Pdf,
    /// A pack of git (gitformat-pack(5)).
    Pack,
    /// A bundle of git (gitformat-bundle(5)).
    Bundle,
    /// What macOS notes about a folder.
    DsStore,
    /// A mail (RFC 5322), or several in mbox format (RFC 4155).
    Mail,
}

/// How large an archive may be that is held in memory, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// Returns what is said of an archive that is larger.
pub fn too_large() -> String {
    format!(
        "archives larger than {} MiB are not looked into",
        MAX_BYTES >> 20
    )
}

/// How many bytes at the start of a file tell what it is.
pub const HEAD_BYTES: usize = 512;

/// Returns what a file is that starts with `head`.
pub fn kind(head: &[u8]) -> Option<Kind> {
    const MAGIC: [(&[u8], Kind); 17] = [
        (b"PK\x03\x04", Kind::Zip),
        (b"PK\x05\x06", Kind::Zip),
        (b"\x1f\x8b\x08", Kind::Gzip),
        (b"BZh", Kind::Bzip2),
        (b"\xfd7zXZ\0", Kind::Xz),
        (b"\x28\xb5\x2f\xfd", Kind::Zstd),
        (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
        (b"!<arch>\n", Kind::Ar),
        (b"\xed\xab\xee\xdb", Kind::Rpm),
        (b"070701", Kind::Cpio),
        (b"070702", Kind::Cpio),
        (b"%PDF-", Kind::Pdf),
        (b"PACK\0\0\0\x02", Kind::Pack),
        (b"PACK\0\0\0\x03", Kind::Pack),
        (b"# v2 git bundle\n", Kind::Bundle),
        (b"# v3 git bundle\n", Kind::Bundle),
        (b"\0\0\0\x01Bud1", Kind::DsStore),
    ];
    let by_magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    match by_magic {
        Some((_, kind)) => Some(*kind),
        None if head.get(257..262) == Some(b"ustar") => Some(Kind::Tar),
        None => mail::is_mail(head).then_some(Kind::Mail),
    }
}

impl Kind {
    /// Returns true for one packed file, which may itself be an archive: the two count as one.
    pub fn is_one_file(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }

    /// Returns what it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::SevenZip => "7z",
            Self::Ar => "ar",
            Self::Rpm => "rpm",
            Self::Cpio => "cpio",
            Self::Pdf => "PDF",
            Self::Pack => "pack",
            Self::Bundle => "bundle",
            Self::DsStore => ".DS_Store",
            Self::Mail => "mail",
        }
    }
}

/// Returns what the file in the compressed file `name` is called: `x.txt` for `logs/x.txt.gz`.
pub fn name_inside(name: &[u8]) -> Vec<u8> {
    packed::inside(name)
}

/// How much may be unpacked of one file, with all that is nested in it.
#[derive(Debug, Clone)]
pub struct Budget {
    /// How deep archives may be nested; 0 for no archives.
    pub depth: usize,
    /// How many members.
    pub members: u64,
    /// How many bytes one member may have.
    pub member_bytes: u64,
    /// How many bytes all members may have together.
    pub bytes: u64,
    /// How many times the size of the file they may have together, where that is less and more than [`SMALL_BYTES`].
    pub ratio: u64,
}

/// What is unpacked of a file, however small, in bytes.
pub const SMALL_BYTES: u64 = 8 << 20;

impl Default for Budget {
    fn default() -> Self {
        Self {
            depth: 5,
            members: 100_000,
            member_bytes: 64 << 20,
            bytes: 1 << 30,
            ratio: 250,
        }
    }
}

impl Budget {
    /// Returns what may be unpacked of a file of so many bytes. What packs text a thousandfold is made to cost time; logs reach a hundredfold.
    #[must_use]
    pub fn of_file(&self, len: usize) -> Self {
        let most = (len as u64).saturating_mul(self.ratio).max(SMALL_BYTES);
        Self {
            bytes: self.bytes.min(most),
            ..self.clone()
        }
    }
}

/// Who is given what is in an archive.
pub trait Visit {
    /// Takes a member; returns false when no more is wanted.
    fn member(&mut self, name: &[u8], bytes: &[u8], budget: &mut Budget) -> bool;
    /// Is told what was left out; `incomplete` when it should have been looked at.
    fn skip(&mut self, name: &[u8], reason: String, incomplete: bool);
}

/// Hands the members of `bytes`, which are of `kind`, to `visit`. `name` is what the file is called.
pub fn read(kind: Kind, name: &[u8], bytes: &[u8], budget: &mut Budget, visit: &mut dyn Visit) {
    let mut unpack = Unpack {
        budget,
        visit,
        buffer: Vec::new(),
    };
    // Formats are read by many hands, and files are written by anybody: one that a reader cannot cope with must not end the scan of others.
    let done = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip => zip::read(bytes, &mut unpack),
        Kind::Tar => tar::read(bytes, &mut unpack),
        Kind::Gzip | Kind::Bzip2 | Kind::Xz | Kind::Zstd => {
            packed::read(kind, name, bytes, &mut unpack)
        }
        Kind::SevenZip => seven::read(bytes, &mut unpack),
        Kind::Ar => ar::read(bytes, &mut unpack),
        Kind::Rpm => rpm::read(bytes, &mut unpack),
        Kind::Cpio => rpm::cpio(bytes, &mut unpack),
        Kind::Pdf => pdf::read(bytes, &mut unpack),
        Kind::Pack => pack::pack(bytes, &mut unpack),
        Kind::Bundle => pack::bundle(bytes, &mut unpack),
        Kind::DsStore => ds_store::read(bytes, &mut unpack),
        Kind::Mail => mail::read(bytes, &mut unpack),
    }));
    let reason = match done {
        Ok(Ok(()) | Err(Stop::Told)) => return,
        Ok(Err(Stop::Broken(reason))) => reason,
        Err(_) => "the reader failed at it, which is a defect: please report it".to_owned(),
    };
    let reason = format!(
        "not all of the {} file could be read: {reason}",
        kind.name()
    );
    // The text of a mail was looked at as it is.
    visit.skip(b"", reason, kind != Kind::Mail);
}

/// Why no more is read.
#[derive(Debug)]
enum Stop {
    /// It was said to whoever visits, or they want no more.
    Told,
    /// The file is damaged, or of a form that is not known.
    Broken(String),
}

impl Stop {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it stands where errors are mapped"
    )]
    fn broken(error: impl ToString) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Unpacks members as far as the budget goes.
struct Unpack<'a> {
    budget: &'a mut Budget,
    visit: &'a mut dyn Visit,
    buffer: Vec<u8>,
}

impl Unpack<'_> {
    /// Hands on the member `name`, which `reader` unpacks.
    fn member(&mut self, name: &[u8], reader: &mut dyn Read) -> Result<(), Stop> {
        if self.budget.members == 0 {
            let reason =
                "there are more members than are looked into; the rest was left out".to_owned();
            self.visit.skip(name, reason, true);
            return Err(Stop::Told);
        }
        self.budget.members -= 1;
        let most = self.budget.member_bytes.min(self.budget.bytes);
        self.buffer.clear();
        let read = reader.take(most + 1).read_to_end(&mut self.buffer);
        let len = self.buffer.len() as u64;
        if len > most {
            let is_spent = most < self.budget.member_bytes;
            let reason = if is_spent {
                format!(
                    "more is packed in it than is looked into ({} times the size of the file, 8 MiB at least, 1 GiB at most); this and the rest was left out",
                    self.budget.ratio
                )
            } else {
                format!("larger than {most} bytes unpacked; the rest was left out")
            };
            self.buffer
                .truncate(usize::try_from(most).unwrap_or(usize::MAX));
            self.visit.skip(name, reason, true);
            let goes_on = self.hand_on(name);
            return if is_spent { Err(Stop::Told) } else { goes_on };
        }
        if let Err(error) = read {
            self.visit
                .skip(name, format!("cannot be unpacked: {error}"), true);
        }
        // What came out before an error is worth a look.
        self.hand_on(name)
    }

    fn hand_on(&mut self, name: &[u8]) -> Result<(), Stop> {
        self.budget.bytes = self.budget.bytes.saturating_sub(self.buffer.len() as u64);
        if self.visit.member(name, &self.buffer, self.budget) {
            Ok(())
        } else {
            Err(Stop::Told)
        }
    }

    fn skip(&mut self, name: &[u8], reason: &str, incomplete: bool) {
        self.visit.skip(name, reason.to_owned(), incomplete);
    }
}

#[cfg(test)]
mod tests;
