//! `hash-like`: a digest of something public (a commit, a package, an image), or of a password.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "hash-like",
    says: "is a digest or an id",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Lengths of hexadecimal digests: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
const DIGEST_LENGTHS: &[usize] = &[32, 40, 56, 64, 96, 128];

/// Words near a digest of something public.
#[rustfmt::skip]
const CONTEXT: &[&str] = &[
    "sha1", "sha224", "sha256", "sha384", "sha512", "md5", "checksum", "checksums", "integrity", "commit",
    "digest", "etag", "revision", "rev", "hash", "fingerprint", "blake2", "blake3", "crc", "sri", "oid", "sha",
    "shasum",
];

/// What begins a digest that says so itself.
const STARTS: &[&str] = &[
    "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha256:", "sha512:", "md5:", "h1:",
];

/// What begins the hash of a password (crypt(3), Django, LDAP, Werkzeug).
#[rustfmt::skip]
const PASSWORD_HASHES: &[&str] = &[
    "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$argon2", "$scrypt", "$pbkdf2", "$apr1$", "{ssha",
    "{sha", "{crypt}", "{bcrypt}", "pbkdf2_sha", "pbkdf2:", "scrypt:", "bcrypt$", "argon2$", "md5$", "sha1$",
];

/// Names of files that hold digests.
const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "go.sum",
    "sha256sums",
    "sha512sums",
    "checksums.txt",
    "packages.lock.json",
    "cargo-checksum.json",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    let starts = |list: &[&str]| {
        list.iter().any(|s| {
            value
                .get(..s.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(s.as_bytes()))
        })
    };
    if starts(PASSWORD_HASHES) {
        return Some(Opinion::Lower);
    }
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let digest = (hex && DIGEST_LENGTHS.contains(&value.len())) || randomness::is_uuid(value);
    let public = starts(STARTS)
        || is_address(value)
        || is_lock_file(scene.path())
        || (digest
            && view::words(scene.before())
                .iter()
                .any(|w| view::is_one_of(w, CONTEXT)))
        || (scene.rule.kind == SecretKind::Opaque && randomness::is_uuid(value));
    public.then_some(Opinion::Drop)
}

/// Returns true for the address of an account or a contract of Ethereum: a token is one of those, a private key is longer.
fn is_address(value: &[u8]) -> bool {
    const DIGITS: usize = 40;
    value
        .strip_prefix(b"0x")
        .is_some_and(|rest| rest.len() == DIGITS && rest.iter().all(u8::is_ascii_hexdigit))
}

fn is_lock_file(path: &[u8]) -> bool {
    let file = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    view::is_one_of(file, LOCK_FILES)
        || file.ends_with(b".lock")
        || file.ends_with(b".sum")
        || file.ends_with(b".sha256")
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    const HEX: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c";

    #[track_caller]
    fn check(path: &str, before: &str, value: &str, expected: Option<Opinion>) {
        let text = format!("{before}‹{value}›\n");
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Opaque, path, &text, false),
            expected,
            "{path}: {text}"
        );
    }

    #[test]
    fn digests() {
        check("a.yml", "token_sha1: ", HEX, Some(Opinion::Drop));
        check("a.yml", "commit = token ", HEX, Some(Opinion::Drop));
        check("a.yml", "token: ", HEX, None);
        let address = format!("0x{HEX}");
        check("a.ts", "USDC_TOKEN = ", &address, Some(Opinion::Drop));
        check("yarn.lock", "token: ", HEX, Some(Opinion::Drop));
        check("a/go.sum", "token: ", "h1:abc", Some(Opinion::Drop));
        check(
            "a.yml",
            "secret: ",
            "sha512-abcdefabcdef",
            Some(Opinion::Drop),
        );
        check(
            "a.yml",
            "password: ",
            "$2y$10$abcdefghijk",
            Some(Opinion::Lower),
        );
        check(
            "a.yml",
            "token: ",
            "123e4567-e89b-12d3-a456-426614174000",
            Some(Opinion::Drop),
        );
    }
}
