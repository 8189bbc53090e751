//! Passwords in URLs (RFC 3986 section 3.2.1) and connection strings.

use super::{Proof, Subject, placeholder};
use crate::{chunk::decode::escaped::percent, rule::Confidence};

/// Checks the password of a URL `scheme://user:password@host`.
pub(super) fn check(subject: Subject<'_>) -> Proof {
    let after_scheme = memchr::memmem::find(subject.matched, b"://").map_or(0, |at| at + 3);
    let authority = &subject.matched[after_scheme..];
    let user = &authority[..memchr::memchr(b':', authority).unwrap_or(0)];
    if user.contains(&b'{') && subject.secret.contains(&b'}') {
        // The colon belongs to a template (`{name:format}`).
        return Proof::refuted();
    }
    // The host stands after the last `@` of the match, which may hold its first bytes only.
    let at = memchr::memrchr(b'@', authority).map_or(authority.len(), |at| at + 1);
    let mut host = authority[at..].to_vec();
    host.extend(subject.after.iter().take(64).take_while(|b| is_host(**b)));
    judge(user, subject.secret, &host)
}

/// Checks the password of `name=value;…`, of `jdbc:…?password=…` and of other texts that name a host somewhere.
pub(super) fn check_connection(subject: Subject<'_>) -> Proof {
    let lower = subject.matched.to_ascii_lowercase();
    let local = LOCAL
        .iter()
        .find(|host| memchr::memmem::find(&lower, host.as_bytes()).is_some());
    judge(
        b"",
        subject.secret,
        local.map_or(&b""[..], |host| host.as_bytes()),
    )
}

/// Shorter passwords are weak, and more often none at all.
const LEAST_CHARS: usize = 4;

/// Hosts that are this machine.
const LOCAL: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "[::1]",
    "0.0.0.0",
    "host.docker.internal",
    "(localdb)",
];

/// Names reserved for documentation and tests (RFC 2606, RFC 6761).
const RESERVED: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "example",
    "test",
    "invalid",
    "localhost",
];

fn judge(user: &[u8], password: &[u8], host: &[u8]) -> Proof {
    let stands_for_user =
        user.eq_ignore_ascii_case(b"user") || user.eq_ignore_ascii_case(b"username");
    let weak = password.len() < LEAST_CHARS
        || placeholder::is_trivial(password)
        || password.eq_ignore_ascii_case(user);
    let plain = decoded(password);
    if placeholder::is_placeholder(&plain) || (stands_for_user && weak) {
        return Proof::refuted();
    }
    let harmless = is_harmless(host);
    match (harmless, weak) {
        (true, true) => Proof::refuted(),
        (false, false) => Proof::plausible(),
        _ => Proof {
            at_most: Some(Confidence::Low),
            ..Proof::plausible()
        },
    }
}

/// Returns `password` with its percent-encoding undone, as far as it is one (RFC 3986 section 2.1).
pub(super) fn decoded(password: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(password.len());
    let mut rest = password;
    while let Some((first, after)) = rest.split_first() {
        let byte = percent::value(rest);
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &rest[3..] } else { after };
    }
    out
}

/// Returns true for this machine and for names that belong to nobody; a single label (`db`) is a container's or a neighbour's.
fn is_harmless(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(b".").unwrap_or(&host);
    let named = |name: &str| {
        host.strip_suffix(name.as_bytes())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
    };
    LOCAL.iter().any(|local| host == local.as_bytes()) || RESERVED.iter().any(|name| named(name))
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use crate::{
        rule::Confidence,
        validate::{Subject, Verdict},
    };

    #[track_caller]
    fn check(user: &str, password: &str, host: &str, expected: (Verdict, Option<Confidence>)) {
        let (first, rest) = host.split_at(1);
        let (matched, after) = (format!("x://{user}:{password}@{first}"), rest);
        let proof = super::check(Subject {
            before: b"",
            secret: password.as_bytes(),
            matched: matched.as_bytes(),
            after: after.as_bytes(),
        });
        assert_eq!((proof.verdict, proof.at_most), expected, "{matched}{after}");
    }

    #[test]
    fn passwords_and_hosts() {
        let (kept, refuted) = ((Verdict::Plausible, None), (Verdict::Refuted, None));
        let low = (Verdict::Plausible, Some(Confidence::Low));
        check("app", "Tr0ub4dor", "db.corp.net/x", kept);
        check("app", "Tr0ub4dor", "localhost:5432/x", low);
        check("app", "Tr0ub4dor", "db.example.com", low);
        check("app", "admin", "db.corp.net", low);
        check("app", "ab1", "db.corp.net", low);
        check("root", "root", "localhost", refuted);
        check("user", "password", "db.corp.net", refuted);
        check("USER", "user", "db.corp.net", refuted);
        check("app", "${PW}", "db.corp.net", refuted);
        check("app", "%3Cpassword%3E", "db.corp.net", refuted);
        check("app", "%2a%2A%2a%2A%2a%2A", "db.corp.net", refuted);
        check("app", "%E4%BD%A0%E7%9A%84", "db.corp.net", refuted);
        check("app", "Tr0ub4dor%263", "db.corp.net", kept);
        check("app", "Tr0ub4dor%", "db.corp.net", kept);
        check("", "Tr0ub4dor", "latest.corp.net", kept);
        check("{name", "8}", "db.corp.net", refuted);
        check("0123456789abcdef", "x-oauth-basic", "db.corp.net", refuted);
    }
}
