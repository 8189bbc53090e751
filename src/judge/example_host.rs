//! `example-host`: the credential opens a host that does not exist, or only the machine itself.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "example-host",
    says: "belongs to an example or local host",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Names that stand for a host, and the domains that RFC 2606 and RFC 6761 keep for examples.
#[rustfmt::skip]
const EXAMPLES: &[&str] = &[
    "example.com", "example.org", "example.net", "host", "hostname", "server", "domain", "domain.com", "proxy", "proxyhost", "my.host",
    "some.host", "somehost", "ip", "address", "url", "foo.com", "foo", "test.com", "dbhost", "db_host",
];

/// The machine itself.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let host = scene.after().strip_prefix(b"@")?;
    let end = host
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !b".-_".contains(b));
    let host = &host[..end.unwrap_or(host.len())];
    let reserved = EXAMPLES[..3].iter().any(|domain| {
        host.len() > domain.len()
            && host.ends_with(domain.as_bytes())
            && host[host.len() - domain.len() - 1] == b'.'
    });
    let top = [&b".example"[..], b".test", b".invalid"]
        .iter()
        .any(|end| host.ends_with(end));
    if reserved || top || view::is_one_of(host, EXAMPLES) {
        return Some(Opinion::Drop);
    }
    view::is_one_of(host, LOCAL).then_some(Opinion::Lower)
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
        let said = testing::opinion(&JUDGE, SecretKind::Password, "a.yml", text, false);
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn hosts() {
        check("http://bob:‹hunter2x›@example.com/", Some(Opinion::Drop));
        check(
            "http://bob:‹hunter2x›@git.example.org:80/",
            Some(Opinion::Drop),
        );
        check("http://bob:‹hunter2x›@host", Some(Opinion::Drop));
        check(
            "http://bob:‹hunter2x›@localhost:5432/",
            Some(Opinion::Lower),
        );
        check("http://bob:‹hunter2x›@db.internal/", None);
        check("http://bob:‹hunter2x›@notexample.com/", None);
        check("password = ‹hunter2x›", None);
    }
}
