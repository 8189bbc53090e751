//! Templates: text with holes that a seeded generator fills.
//!
//! A rule shows what it finds without storing a credential: `AKIA{base32:16}`. Tests draw many instances from each
//! sample and near miss; `keyfence doctor` and `keyfence rules try` draw one.
//!
//! | hole | gives |
//! |---|---|
//! | `{base62:36}`, `{hex:8-12}` | that many characters of the alphabet ([`ALPHABETS`]) |
//! | `{uuid}` | a random version 4 UUID |
//! | `{one:a\|b\|c}` | one of the alternatives, each a template |
//! | `{b64:…}`, `{b64url:…}`, `{b64raw:…}` | RFC 4648 base64 of the template inside: padded; URL alphabet unpadded; unpadded |
//! | `{pct:…}` | the template inside with everything but letters, digits and `-._~` percent-encoded (RFC 3986) |
//! | `{@}` | nothing; marks where "all" begins for checksums |
//! | `{sum:NAME}` | the checksum `NAME` of `checksum.rs` |
//! | `{make:NAME}` | a whole structure made by the maker `NAME` of `make.rs` (PEM blocks, JWTs, …) |
//! | `{lit:NAME}` | `{NAME}`, for text that looks like a hole (`${lit:HOME}`) |
//!
//! A brace that no name follows (`{"a": 1}`) is plain text.

mod checksum;
mod make;

use std::fmt::{self, Write as _};

/// A small deterministic generator (`SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>): the same seed gives the same text.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Returns a generator whose whole output is decided by `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `bound`.
    ///
    /// # Panics
    ///
    /// When `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next_u64() % bound as u64).expect("below a usize")
    }

    /// Returns `len` characters of `alphabet`.
    pub fn text(&mut self, alphabet: &str, len: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..len)
            .map(|_| letters[self.below(letters.len())])
            .collect()
    }

    /// Returns `len` random bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next_u64().to_le_bytes()[0]).collect()
    }
}

/// The alphabets a hole can name.
pub const ALPHABETS: &[(&str, &str)] = &[
    ("digits", "0123456789"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    (
        "letters",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    ("base36", "abcdefghijklmnopqrstuvwxyz0123456789"),
    ("BASE36", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    (
        "base62",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    ("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("base32lower", "abcdefghijklmnopqrstuvwxyz234567"),
    (
        "base58",
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    ),
    (
        "base64",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ),
    (
        "base64url",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ),
    ("hex", "0123456789abcdef"),
    ("HEX", "0123456789ABCDEF"),
    ("bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
];

/// Why a template cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

fn error<T>(message: impl Into<String>) -> Result<T, TemplateError> {
    Err(TemplateError(message.into()))
}

/// Returns the text of `template` with its holes filled from `random`.
///
/// # Errors
///
/// When a hole is not closed, or names an alphabet, checksum or maker that does not exist.
///
/// ```
/// use keyfence::rule::template::{fill, Random};
/// let text = fill("id-{digits:4}", &mut Random::new(1)).unwrap();
/// assert_eq!(text.len(), 7);
/// ```
pub fn fill(template: &str, random: &mut Random) -> Result<String, TemplateError> {
    let mut out = Filled::default();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (plain, from) = rest.split_at(at);
        out.text.push_str(plain);
        if opens_hole(from) {
            let inner = hole(from).ok_or_else(|| {
                TemplateError(format!("`{{` is not closed in template {template:?}"))
            })?;
            out.fill_hole(inner, random)?;
            rest = from.get(inner.len() + 2..).unwrap_or_default();
        } else {
            out.text.push('{');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    out.text.push_str(rest);
    Ok(out.text)
}

/// Returns true when the `{` that starts `from` is followed by a name and `:` or `}`; any other brace is plain text.
fn opens_hole(from: &str) -> bool {
    let name = from
        .bytes()
        .skip(1)
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'@')
        .count();
    name > 0 && matches!(from.as_bytes().get(name + 1), Some(b':' | b'}'))
}

/// Returns what stands between the `{` that starts `from` and the `}` that balances it.
fn hole(from: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, byte) in from.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return from.get(1..at);
                }
            }
            _ => {}
        }
    }
    None
}

#[derive(Default)]
struct Filled {
    text: String,
    /// Where the last hole's text begins.
    last: usize,
    /// Where "all" begins.
    all: usize,
}

impl Filled {
    fn fill_hole(&mut self, inner: &str, random: &mut Random) -> Result<(), TemplateError> {
        let (name, argument) = inner.split_once(':').unwrap_or((inner, ""));
        let piece = match name {
            "@" => {
                self.all = self.text.len();
                return Ok(());
            }
            "lit" => format!("{{{argument}}}"),
            "uuid" => uuid(random),
            "one" => {
                let choices: Vec<&str> = argument.split('|').collect();
                fill(choices[random.below(choices.len())], random)?
            }
            "b64" => data_encoding::BASE64.encode(fill(argument, random)?.as_bytes()),
            "b64raw" => data_encoding::BASE64_NOPAD.encode(fill(argument, random)?.as_bytes()),
            "b64url" => data_encoding::BASE64URL_NOPAD.encode(fill(argument, random)?.as_bytes()),
            "pct" => percent(&fill(argument, random)?),
            "sum" => {
                let (last, all) = (self.text.get(self.last..), self.text.get(self.all..));
                checksum::by_name(argument, last.unwrap_or_default(), all.unwrap_or_default())
                    .ok_or_else(|| TemplateError(format!("unknown checksum {argument:?}")))?
            }
            "make" => make::by_name(argument, random)
                .ok_or_else(|| TemplateError(format!("unknown maker {argument:?}")))?,
            _ => match ALPHABETS.iter().find(|(alphabet, _)| *alphabet == name) {
                Some((_, letters)) => {
                    let len = length(argument, random)?;
                    random.text(letters, len)
                }
                None => return error(format!("unknown hole {{{inner}}}")),
            },
        };
        self.last = self.text.len();
        self.text.push_str(&piece);
        Ok(())
    }
}

fn length(argument: &str, random: &mut Random) -> Result<usize, TemplateError> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|_| TemplateError(format!("{argument:?} is not a length")))
    };
    match argument.split_once('-') {
        None => parse(argument),
        Some((low, high)) => {
            let (low, high): (usize, usize) = (parse(low)?, parse(high)?);
            if high < low {
                return error(format!("{argument:?} is not a range of lengths"));
            }
            Ok(low + random.below(high - low + 1))
        }
    }
}

fn uuid(random: &mut Random) -> String {
    let mut hex = |len| random.text("0123456789abcdef", len);
    let (head, middle, version, variant, tail) = (hex(8), hex(4), hex(3), hex(3), hex(12));
    format!("{head}-{middle}-4{version}-a{variant}-{tail}")
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Random, fill};

    #[track_caller]
    fn check(template: &str, expected: &str) {
        assert_eq!(
            fill(template, &mut Random::new(7)).unwrap(),
            expected,
            "{template}"
        );
    }

    #[test]
    fn plain_text_and_braces() {
        check("plain", "plain");
        check("{\"a\": 1}", "{\"a\": 1}");
        check("{b64:{\"a\":1}}", "eyJhIjoxfQ==");
        check("{b64url:{}}.x", "e30.x");
        check("${lit:HOME} }", "${HOME} }");
        check("{pct:a/b=}", "a%2Fb%3D");
        check("{one:only}", "only");
    }

    #[test]
    fn lengths() {
        for seed in 0..50 {
            let text = fill("{hex:3-5}", &mut Random::new(seed)).unwrap();
            assert!((3..=5).contains(&text.len()), "{text}");
        }
        assert_eq!(fill("{uuid}", &mut Random::new(1)).unwrap().len(), 36);
    }

    #[test]
    fn checksums_see_the_last_hole_or_all() {
        check(
            "ghp_{one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}{sum:crc32-base62-last}",
            &format!("ghp_{}0uCPlr", "A".repeat(30)),
        );
        check(
            "x {@}glsa_{one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}_{sum:crc32-hex-le-body}",
            &format!("x glsa_{}_d8dc8af3", "A".repeat(32)),
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (template, message) in [
            ("{hex:x}", "not a length"),
            ("{nope:3}", "unknown hole"),
            ("{sum:nope}", "unknown checksum"),
            ("{hex:3", "not closed"),
        ] {
            let error = fill(template, &mut Random::new(1)).unwrap_err().to_string();
            assert!(error.contains(message), "{template}: {error}");
        }
    }
}
