//! `key-name`: the name says that the value is about a secret, and is none.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "key-name",
    says: "is about a secret, by its name",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// A name that ends in one of these words.
#[rustfmt::skip]
const LAST: &[&str] = &[
    "encryption", "authentication", "protocol", "cipher", "algo", "rules", "timeout", "attempts", "history",
    "complexity", "generator", "hasher", "encoder", "checker", "protection", "mgr", "realm", "grant", "hash",
    "hashed", "digest", "file", "files", "filename", "path", "paths", "dir", "directory", "folder", "field",
    "fields", "label", "url", "uri", "urls", "endpoint", "host", "name", "names", "id", "ids", "length", "len",
    "size", "min", "max", "regex", "regexp", "pattern", "policy", "type", "types", "hint", "placeholder",
    "message", "messages", "msg", "error", "errors", "prompt", "title", "description", "desc", "help", "format",
    "algorithm", "alg", "expiry", "expires", "expiration", "age", "ttl", "header", "param", "params",
    "parameter", "column", "attribute", "attr", "prefix", "suffix", "mode", "manager", "provider", "count",
    "limit", "status", "state", "class", "selector", "input", "form", "index", "version", "env", "var",
    "variable", "ref", "arn", "location", "method", "command", "cmd", "callback", "source", "store", "storage",
    "strength", "strategy", "template", "view", "link", "page", "icon", "button", "scope", "scopes", "issuer",
    "audience", "encoding", "charset", "serializer", "helper", "validator", "required", "enabled", "option",
    "options", "kind", "action", "event", "role", "usage", "salt", "iv", "date", "time", "at", "by", "count",
];

/// A name that holds one of these words before the secret's.
#[rustfmt::skip]
const FIRST: &[&str] = &[
    "no", "has", "is", "use", "uses", "need", "needs", "show", "hide", "forgot", "forgotten", "reset", "ask",
    "prompt", "require", "requires", "missing", "next", "page", "continuation", "pagination", "continue",
    "starting", "marker", "idempotency", "placeholder", "label", "csrf", "authenticity", "xsrf", "nonce",
    "cancel", "cancellation", "without", "lexer", "parser", "parse", "invalid", "sync", "resume", "partition",
    "sort", "request", "unexpected",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let words = view::words(view::name(scene));
    let last = words.len() > 1 && words.last().is_some_and(|w| view::is_one_of(w, LAST));
    let keyed = scene.rule.kind == SecretKind::Password
        && words.len() > 1
        && words
            .last()
            .is_some_and(|w| view::is_one_of(w, &["key", "keys", "token"]))
        // A pre-shared key is the password itself.
        && !words.iter().any(|w| view::is_one_of(w, &["shared", "preshared"]));
    let first = words
        .iter()
        .rev()
        .skip(1)
        .take(3)
        .any(|w| view::is_one_of(w, FIRST));
    let encrypted = words
        .iter()
        .any(|w| view::is_one_of(w, &["encrypted", "hashed", "digest", "crypted"]));
    let within = words
        .iter()
        .any(|w| view::is_one_of(w, &["bypass", "compass", "encompass"]));
    // `password.encode("latin1")`: an argument of something that is done to it.
    // One that is named on a line of its own is a setting: `connect(` and `password="…"` below.
    let gap = view::separator(scene);
    let named = gap.contains(&b'\n') && gap.contains(&b'=');
    let called = gap.starts_with(b"(")
        && !named
        && scene.bytes[scene.span.start..scene.secret_span.start].contains(&b'.');
    // `hashed_secret` of a baseline of detect-secrets is SHA-1.
    let secret = scene.secret();
    let sha1 = secret.len() == 40 && secret.iter().all(u8::is_ascii_hexdigit);
    let hashed = sha1 && words.iter().any(|w| view::is_one_of(w, &["hashed"]));
    if called || last || keyed || first || within || hashed {
        return Some(Opinion::Drop);
    }
    encrypted.then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: Option<Opinion>) {
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Opaque, "a.yml", text, false),
            expected,
            "{text}"
        );
    }

    #[test]
    fn names() {
        check("¦passwordHash: ‹x7f›", Some(Opinion::Drop));
        check("¦secret_name = \"‹x7f›\"", Some(Opinion::Drop));
        check("next_¦token: ‹x7f›", Some(Opinion::Drop));
        check("has_¦password = ‹x7f›", Some(Opinion::Drop));
        check("¦token.encode(\"‹x7f›\")", Some(Opinion::Drop));
        check("user.set¦Token(\"‹x7f›\")", None);
        check("encrypted_¦password: ‹x7f›", Some(Opinion::Lower));
        check("hashed_¦secret: ‹x7f›", Some(Opinion::Lower));
        let sha1 = format!("\"hashed_¦secret\": \"‹{}›\"", "0a1f".repeat(10));
        check(&sha1, Some(Opinion::Drop));
        check("db_¦password_prod: ‹x7f›", None);
        check("client_¦secret: ‹x7f›", None);
    }
}
