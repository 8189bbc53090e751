//! Reads the base64 body of an armored block through whatever the block is embedded in.
//!
//! Understood between the characters of a body: line breaks of any kind, indentation, `\n` escapes (also doubled ones) of JSON, YAML
//! and environment files, HTML breaks, string literals that are joined (`"…\n" +`), and a prefix that every line has
//! (comments, quoted mail, patches). The grammar without all this is RFC 7468; header lines are those of RFC 1421 and RFC 9580.

/// The body of an armored block.
#[derive(Debug, Default)]
pub(super) struct Armor {
    /// The base64 characters, padding and what follows it included.
    pub(super) text: Vec<u8>,
    /// True when an RFC 1421 header says that the body is encrypted.
    pub(super) encrypted: bool,
    /// True when the END line was reached.
    pub(super) complete: bool,
    /// How many bytes the body takes, with its END line where there is one.
    pub(super) len: usize,
}

impl Armor {
    /// Returns the bytes that the body encodes, as far as it can be decoded.
    pub(super) fn decode(&self) -> Vec<u8> {
        let padding = memchr::memchr(b'=', &self.text).unwrap_or(self.text.len());
        decode(&self.text[..padding])
    }
}

/// Returns the bytes that unpadded base64 encodes; an incomplete or impossible last group is left out.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let base64 = &data_encoding::BASE64_NOPAD;
    base64.decode(text).unwrap_or_else(|_| {
        let whole = &text[..text.len() / 4 * 4];
        base64.decode(whole).unwrap_or_default()
    })
}

/// Reads the body that starts at the start of `bytes`, right after a BEGIN line, up to `most` base64 characters.
pub(super) fn read(bytes: &[u8], most: usize) -> Armor {
    let mut reader = Reader {
        bytes,
        at: 0,
        prefix: None,
        armor: Armor::default(),
    };
    reader.run(most);
    reader.armor
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What every line starts with, once the first line of the body was seen.
    prefix: Option<&'a [u8]>,
    armor: Armor,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn run(&mut self, most: usize) {
        while self.armor.text.len() < most && self.at < self.bytes.len() {
            if let Some(len) = end_line(self.rest()) {
                self.armor.complete = true;
                self.armor.len = self.at + len;
                return;
            }
            if let Some(len) = separator(self.rest()) {
                let broke = self.rest()[0] == b'\n';
                self.at += len;
                if broke {
                    self.line_prefix();
                }
            } else if !self.header() && !self.character() {
                break;
            }
        }
    }

    /// Takes one base64 character; returns false when there is none.
    fn character(&mut self) -> bool {
        let (byte, len) = match *self.rest() {
            [b'\\', b'/', ..] => (b'/', 2),
            [byte, ..] if is_base64(byte) || byte == b'=' => (byte, 1),
            _ => return false,
        };
        self.armor.text.push(byte);
        self.at += len;
        self.armor.len = self.at;
        true
    }

    /// Skips what every line starts with: marks of comments, patches and quoted mail.
    fn line_prefix(&mut self) {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_ascii_start().len();
        let rest = &rest[blank..];
        let prefix = *self.prefix.get_or_insert_with(|| {
            let marks = rest.iter().take_while(|b| b"+-#>*/;|%!".contains(b));
            let marks = marks.count();
            // The first line of a body starts with a letter or digit; five dashes are the END line of an empty one.
            if rest.starts_with(b"-----") {
                &[]
            } else {
                &rest[..marks]
            }
        });
        if !prefix.is_empty() && rest.starts_with(prefix) {
            self.at += blank + prefix.len();
        }
    }

    /// Skips one header (`Proc-Type: 4,ENCRYPTED`); returns false when there is none, or the body has begun.
    fn header(&mut self) -> bool {
        if !self.armor.text.is_empty() {
            return false;
        }
        let rest = self.rest();
        let name = rest
            .iter()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'-');
        let name = name.take(32).count();
        if name == 0 || rest.get(name) != Some(&b':') {
            return false;
        }
        let value = rest[name + 1..].trim_ascii_start();
        let one_word = matches!(&rest[..name], b"Proc-Type" | b"DEK-Info");
        let len = (0..value.len())
            .find(|at| match value[*at] {
                b' ' | b'\t' => one_word,
                _ => separator(&value[*at..]).is_some(),
            })
            .unwrap_or(value.len());
        self.armor.encrypted |=
            &rest[..name] == b"Proc-Type" && value[..len].ends_with(b"ENCRYPTED");
        self.at = self.bytes.len() - value.len() + len;
        true
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Returns the length of the END line that starts `rest`, its leading dashes included.
fn end_line(rest: &[u8]) -> Option<usize> {
    let dashes = rest.iter().take_while(|b| **b == b'-').count();
    let label = rest[dashes..].trim_ascii_start();
    if dashes < 4 || !label.starts_with(b"END ") {
        return None;
    }
    let label_at = rest.len() - label.len();
    let close = memchr::memmem::find(&label[..label.len().min(64)], b"----")?;
    let tail = label[close..].iter().take_while(|b| **b == b'-').count();
    Some(label_at + close + tail.min(5))
}

/// Returns the length of what separates characters of a body at the start of `rest`.
pub(super) fn separator(rest: &[u8]) -> Option<usize> {
    let slashes = rest.iter().take_while(|b| **b == b'\\').take(4).count();
    match *rest.get(slashes)? {
        b'n' | b'r' | b't' if slashes > 0 => Some(slashes + 1),
        b'\n' | b'\r' if slashes > 0 => Some(slashes),
        b'u' if slashes > 0 && is_break(rest.get(slashes + 1..slashes + 5)?) => Some(slashes + 5),
        b'x' if slashes > 0 && is_break(rest.get(slashes + 1..slashes + 3)?) => Some(slashes + 3),
        b'"' | b'\'' | b'`' => joint(&rest[slashes + 1..]).map(|len| slashes + 1 + len),
        b if slashes == 0 && b.is_ascii_whitespace() => Some(1),
        b'<' if rest.get(1..3)?.eq_ignore_ascii_case(b"br") => {
            let close = memchr::memchr(b'>', &rest[..rest.len().min(8)])?;
            Some(close + 1)
        }
        b'&' if rest.get(1) == Some(&b'#') => {
            let close = memchr::memchr(b';', &rest[..rest.len().min(8)])?;
            matches!(
                &rest[2..close],
                b"10" | b"13" | b"xA" | b"xa" | b"xD" | b"xd"
            )
            .then_some(close + 1)
        }
        _ => None,
    }
}

/// Returns true for the hexadecimal digits of a line feed or carriage return.
fn is_break(digits: &[u8]) -> bool {
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    matches!(digits[zeros..], [b'a' | b'A' | b'd' | b'D'])
}

/// Returns the length of what stands between the closing quote of one string literal and the first byte of the next one.
fn joint(rest: &[u8]) -> Option<usize> {
    let len = rest
        .iter()
        .take(200)
        .take_while(|b| b.is_ascii_whitespace() || b"+,.&_()\\;".contains(b))
        .count();
    matches!(rest.get(len)?, b'"' | b'\'' | b'`').then_some(len + 1)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn check(after: &str, text: &str, complete: bool) {
        let armor = read(after.as_bytes(), usize::MAX);
        assert_eq!(String::from_utf8_lossy(&armor.text), text, "{after:?}");
        assert_eq!(armor.complete, complete, "{after:?}");
        if complete {
            assert!(
                after.as_bytes()[..armor.len].ends_with(b"END X-----"),
                "{after:?}"
            );
        }
    }

    #[test]
    fn embeddings() {
        check("\nMIIE\nabcd\n-----END X-----\nrest", "MIIEabcd", true);
        check("\r\nMIIE\r\nabcd==\r\n-----END X-----", "MIIEabcd==", true);
        check("\\nMIIE\\nabcd\\n-----END X-----\\n\"", "MIIEabcd", true);
        check("\\\\nMIIE\\\\nabcd\\\\n-----END X-----", "MIIEabcd", true);
        check(" MIIE abcd -----END X-----", "MIIEabcd", true);
        check(
            "\n    MIIE\n    abcd\n    -----END X-----",
            "MIIEabcd",
            true,
        );
        check(
            "\\n\" +\n  \"MIIE\\n\" +\n  \"a+cd\\n\" +\n \"-----END X-----\"",
            "MIIEa+cd",
            true,
        );
        check(
            "\",\n \"MIIE\",\n \"abcd\",\n \"-----END X-----\"]",
            "MIIEabcd",
            true,
        );
        check("<br>MIIE<br/>abcd<br />-----END X-----", "MIIEabcd", true);
        check("\\u000aMIIE\\x0aabcd&#10;-----END X-----", "MIIEabcd", true);
        check("\n+MIIE\n++bcd\n+-----END X-----", "MIIE+bcd", true);
        check("\n-MIIE\n-abcd\n------END X-----", "MIIEabcd", true);
        check("\n// MIIE\n// //cd\n// -----END X-----", "MIIE//cd", true);
        check("\nMIIE\\/bcd\n-----END X-----", "MIIE/bcd", true);
        check("\\\nMIIE\\\nabcd\\\n-----END X-----", "MIIEabcd", true);
    }

    #[test]
    fn headers() {
        let after = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nMIIE\n-----END X-----";
        check(after, "MIIE", true);
        assert!(read(after.as_bytes(), 9).encrypted);
        check(
            "\\nProc-Type: 4,ENCRYPTED\\nDEK-Info: A,00\\n\\nMIIE\\n-----END X-----",
            "MIIE",
            true,
        );
        check(
            " Proc-Type: 4,ENCRYPTED DEK-Info: A,00 MIIE -----END X-----",
            "MIIE",
            true,
        );
        check(
            "\nVersion: GnuPG v2.0 (x)\nComment: a b\n\nMIIE\n-----END X-----",
            "MIIE",
            true,
        );
    }

    #[test]
    fn other_text_ends_a_body() {
        check("", "", false);
        check("\n...\n-----END X-----", "", false);
        check("\nMIIE[snip]\n-----END X-----", "MIIE", false);
        check("\" not found", "", false);
        check("\n-----END X-----", "", true);
        check("\\", "", false);
        check("\nKey:", "", false);
    }

    #[test]
    fn stops_at_the_limit() {
        let armor = read(b"\nMII\nEab", 4);
        assert_eq!((armor.text.as_slice(), armor.len), (&b"MIIE"[..], 6));
    }
}
