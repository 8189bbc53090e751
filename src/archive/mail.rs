//! Mails: their parts, decoded.

use mailparse::ParsedMail;
use memchr::memmem;

use super::{Stop, Unpack};

/// The fields with which a stored mail begins.
const FIRST: [&[u8]; 8] = [
    b"Return-Path:",
    b"Received:",
    b"Delivered-To:",
    b"MIME-Version:",
    b"Message-ID:",
    b"X-Original-To:",
    b"Authentication-Results:",
    b"DKIM-Signature:",
];

/// How many parts of parts there may be.
const MAX_DEPTH: usize = 16;

/// Returns true for the start of a mail, or of several.
pub(super) fn is_mail(head: &[u8]) -> bool {
    let is_field = |field: &&[u8]| {
        head.get(..field.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(field))
    };
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.len() < head.len() && is_from(line) || FIRST.iter().any(is_field)
}

/// Returns true for the line between mails of mbox format: an address, and a date as `asctime` writes it (RFC 4155, appendix A).
fn is_from(line: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let is_time = |word: &[u8]| word.len() >= 5 && word.get(2) == Some(&b':');
    words.next() == Some(b"From")
        && words.next().is_some()
        && words.next().is_some_and(|day| DAYS.contains(&day))
        && words.any(is_time)
}

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut starts = vec![0];
    let is_mailbox = bytes.starts_with(b"From ");
    if is_mailbox {
        let line = |at: usize| bytes[at..].split(|byte| *byte == b'\n').next();
        let mails = memmem::find_iter(bytes, b"\n\nFrom ").map(|at| at + 2);
        starts.extend(mails.filter(|at| line(*at).is_some_and(is_from)));
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    for (number, (start, end)) in starts.iter().zip(ends).enumerate() {
        let mail = &bytes[*start..end];
        // The line of mbox is no field.
        let mail = if mail.starts_with(b"From ") {
            let line = memchr::memchr(b'\n', mail).map_or(mail.len(), |feed| feed + 1);
            &mail[line..]
        } else {
            mail
        };
        let parsed = mailparse::parse_mail(mail).map_err(Stop::broken)?;
        let name = if is_mailbox {
            format!("mail-{}/", number + 1)
        } else {
            String::new()
        };
        parts(&parsed, &name, MAX_DEPTH, unpack)?;
    }
    Ok(())
}

fn parts(
    mail: &ParsedMail<'_>,
    name: &str,
    depth: usize,
    unpack: &mut Unpack<'_>,
) -> Result<(), Stop> {
    if mail.subparts.is_empty() {
        let disposition = mail.get_content_disposition();
        let file = disposition.params.get("filename");
        let name = file.map_or_else(
            || format!("{name}{}", mail.ctype.mimetype),
            |file| format!("{name}{file}"),
        );
        return match mail.get_body_raw() {
            Ok(body) => unpack.member(name.as_bytes(), &mut &body[..]),
            Err(error) => {
                // As it is, it was looked at with the mail.
                unpack.skip(
                    name.as_bytes(),
                    &format!("cannot be decoded: {error}"),
                    false,
                );
                Ok(())
            }
        };
    }
    if depth == 0 {
        unpack.skip(name.as_bytes(), "its parts are nested too deep", true);
        return Ok(());
    }
    for (number, part) in mail.subparts.iter().enumerate() {
        parts(
            part,
            &format!("{name}part-{}/", number + 1),
            depth - 1,
            unpack,
        )?;
    }
    Ok(())
}
