//! The bytes of a credential, kept from being printed by accident, and what may be said of them.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The bytes of a credential. Prints as its length alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Returns a secret that owns a copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes. Nothing that calls this may print them unless `--show-secrets` was typed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns how many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true when it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns its fingerprint under `salt` (empty unless the configuration has one).
    ///
    /// # Panics
    ///
    /// Never: HMAC takes keys of any length.
    pub fn fingerprint(&self, salt: &[u8]) -> Fingerprint {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"keyfence fingerprint v1")
            .expect("HMAC takes keys of any length");
        mac.update(&(salt.len() as u64).to_le_bytes());
        mac.update(salt);
        mac.update(&self.0);
        let mut out = [0; 16];
        out.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Fingerprint(out)
    }

    /// Returns its shape with the content hidden.
    ///
    /// Long tokens keep up to four characters on both ends, and never more than a fifth of them all; anything shorter than 16
    /// characters, and any multi-line key, shows nothing.
    pub fn redacted(&self) -> String {
        redact(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Returns `bytes` with their content hidden, as [`Secret::redacted`] describes.
pub fn redact(bytes: &[u8]) -> String {
    if let Some(label) = pem_label(bytes) {
        return format!("-----BEGIN {label}----- ({} bytes hidden)", bytes.len());
    }
    let shown = if bytes.len() < 16 {
        0
    } else {
        (bytes.len() / 10).min(4)
    };
    let plain = |part: &[u8]| {
        part.iter()
            .map(|b| {
                if b.is_ascii_graphic() {
                    char::from(*b)
                } else {
                    '*'
                }
            })
            .collect::<String>()
    };
    let hidden = (bytes.len() - 2 * shown).clamp(4, 16);
    format!(
        "{}{}{}",
        plain(&bytes[..shown]),
        "*".repeat(hidden),
        plain(&bytes[bytes.len() - shown..])
    )
}

/// Returns the label of the PEM header that `bytes` start with (RFC 7468 section 2): capitals, digits and spaces.
fn pem_label(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"-----BEGIN ")?;
    let label = rest.get(..memchr::memmem::find(&rest[..rest.len().min(64)], b"-----")?)?;
    let is_label = label
        .iter()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ');
    std::str::from_utf8(label).ok().filter(|_| is_label)
}

/// A keyed hash of a secret: 128 bits of HMAC-SHA-256 (RFC 2104), the same wherever the secret stands.
///
/// It hides a random token well and a weak password badly: who has the hash can try words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .map_err(|_| FingerprintError)?;
        Ok(Self(bytes.try_into().map_err(|_| FingerprintError)?))
    }
}

/// A text is not a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FingerprintError;

impl fmt::Display for FingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint is 32 hexadecimal digits, as printed with each finding")
    }
}

impl std::error::Error for FingerprintError {}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Secret};

    #[test]
    fn nothing_prints_the_bytes() {
        let secret = Secret::new(b"hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(7 bytes)");
        assert_eq!(secret.redacted(), "*******");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Secret::new(text.as_bytes()).redacted(), expected);
    }

    #[test]
    fn redaction_shows_a_fifth_at_most() {
        check("abc", "****");
        check("abcdefghijklmno", "***************");
        check("abcdefghijklmnop", "a**************p");
        check("abcdefghijklmnopqrst", "ab****************st");
        check(&"abcdefghij".repeat(10), "abcd****************ghij");
        let header = format!("-----BEGIN {} KEY-----", "PRIVATE");
        check(
            &format!("{header}\nAAAA"),
            &format!("{header} (32 bytes hidden)"),
        );
    }

    #[test]
    fn fingerprints_depend_on_secret_and_salt_alone() {
        let secret = Secret::new(b"value");
        let print = secret.fingerprint(b"");
        assert_eq!(print, Secret::new(b"value").fingerprint(b""));
        assert_ne!(print, secret.fingerprint(b"salt"));
        assert_ne!(print, Secret::new(b"other").fingerprint(b""));
        assert_eq!(print.to_string().parse::<Fingerprint>(), Ok(print));
        assert!("xyz".parse::<Fingerprint>().is_err());
    }
}
