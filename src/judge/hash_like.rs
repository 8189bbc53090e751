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

/// What begins the hash of a password (crypt(3), Django, LDAP, Werkzeug, phpass, Drupal).
#[rustfmt::skip]
const PASSWORD_HASHES: &[&str] = &[
    "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$argon2", "$scrypt", "$pbkdf2", "$apr1$", "$p$", "$h$", "$s$", "{ssha",
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
        || (scene.rule.kind == SecretKind::Opaque && randomness::is_uuid(value) && !is_key(scene));
    public.then_some(Opinion::Drop)
}

/// Words in which the name of a secret ends.
const KEYS: &[&str] = &[
    "secret",
    "token",
    "password",
    "passwd",
    "pass",
    "pwd",
    "passphrase",
    "apikey",
    "credential",
    "credentials",
    "key",
    "privatekey",
    "accesskey",
    "authkey",
    "bearer",
];

/// What stands before `key` or `token` in names of what only points at something.
const POINTERS: &[&str] = &[
    "public",
    "primary",
    "foreign",
    "sort",
    "partition",
    "cache",
    "tracking",
    "trace",
    "tracing",
    "correlation",
    "project",
    "idempotent",
    "device",
    "instrumentation",
    "lock",
    "cursor",
    "upload",
    "event",
    "message",
    "span",
    "batch",
    "job",
    "run",
];

/// Where a setting is for, behind the name of a secret.
const PLACES: &[&str] = &[
    "prod",
    "production",
    "stage",
    "staging",
    "dev",
    "live",
    "base",
    "value",
    "default",
    "old",
    "new",
    "primary",
    "secondary",
    "v1",
    "v2",
];

/// Returns true when a UUID has the name of a secret, and nothing beside it: many services hand out keys of this form.
///
/// A UUID is an id almost everywhere else: under `token_id`, in a list, in a sentence.
fn is_key(scene: &Scene<'_>) -> bool {
    let value = scene.secret();
    let bare = value.len() == randomness::UUID_BYTES;
    bare && view::distinct(value) >= LEAST_DISTINCT
        && !scene.after().starts_with(b".")
        && !is_counted_up(value)
        && is_named_a_key(scene)
}

/// Returns true for two sequences in turns: `1a2b3c4d-5e6f-…`, as documentation has them. Of the digits of a drawn UUID one in eight
/// is next to the one but one before it.
fn is_counted_up(uuid: &[u8]) -> bool {
    let digits: Vec<u8> = uuid.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let steps = digits
        .windows(3)
        .filter(|three| three[0].abs_diff(three[2]) == 1);
    steps.count() * 2 > digits.len()
}

fn is_named_a_key(scene: &Scene<'_>) -> bool {
    let is = |word: &[u8], list: &[&str]| view::is_one_of(word, list);
    let before = &scene.bytes[scene.line.start.min(scene.span.start)..scene.span.start];
    if scene.rule.id.starts_with("prose-") {
        // "The id of the API key is …".
        let nearest = view::words(before).into_iter().rev().take(4);
        return !nearest
            .into_iter()
            .any(|word| is(word, &["id", "uuid", "guid", "name"]));
    }
    // Rules with a syntax of their own know what they look at.
    if !scene.rule.id.starts_with("generic-") {
        return true;
    }
    let name = view::words(view::name(scene));
    let name: Vec<&[u8]> = name
        .into_iter()
        .rev()
        .skip_while(|word| is(word, PLACES) || word.iter().all(u8::is_ascii_digit))
        .collect();
    name.first().is_some_and(|last| is(last, KEYS))
        && !name.iter().skip(1).take(2).any(|word| is(word, POINTERS))
}

/// A drawn UUID has fewer different characters, `-` among them, with a chance of 3e-5; those that are typed have fewer.
const LEAST_DISTINCT: usize = 10;

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

    const UUID: &str = "7c1f5a0e-3b9d-4e26-8a74-d02b6c9e18f3";
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
        check("a.yml", "¦token_id: ", UUID, Some(Opinion::Drop));
    }

    #[test]
    fn uuids_that_are_keys() {
        for name in [
            "api_¦key",
            "client¦Secret",
            "refresh-¦token",
            "DB_¦PASSWORD_PROD",
            "¦secret",
        ] {
            check("a.yml", &format!("{name}: "), UUID, None);
        }
        for name in [
            "¦token_id",
            "tracking_¦token",
            "public¦Key",
            "¦secret_uuid",
            "id",
        ] {
            check("a.yml", &format!("{name}: "), UUID, Some(Opinion::Drop));
        }
        check(
            "a.yml",
            "¦secret: ",
            "11111111-2222-3333-4444-555555555555",
            Some(Opinion::Drop),
        );
        check(
            "a.yml",
            "¦secret: ",
            "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
            Some(Opinion::Drop),
        );
        check(
            "a.yml",
            "¦secret: ",
            &format!("{{{UUID}}}"),
            Some(Opinion::Drop),
        );
    }

    #[test]
    fn uuids_in_sentences() {
        let text = format!("no such ¦secret: ‹{UUID}›.");
        let said = testing::opinion(&JUDGE, SecretKind::Opaque, "a.log", &text, false);
        assert_eq!(said, Some(Opinion::Drop));
    }
}
