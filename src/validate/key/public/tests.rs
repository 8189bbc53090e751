use super::{PublicKey, find};
use crate::validate::civil;

/// A certificate made for this test, with the public key below; its private key was thrown away.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBhDCCASugAwIBAgIUKMctlDWD6HBXtP10CXlZuOGJbiYwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNa2V5ZmVuY2UtdGVzdDAeFw0yNjExMjYxODU2MTNaFw0yNjEy
MDYxODU2MTNaMBgxFjAUBgNVBAMMDWtleWZlbmNlLXRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQFbPWZVcRBJM8a3h1UQ3sL6Zr5op98AcFo/Ta2nUozZS49
1NW6+FoohZMYFVXpt7l6J79cjvE4ivpps83bNimFo1MwUTAdBgNVHQ4EFgQU4xG7
7XwH1i5fXjM09Q+Gx5qxot0wHwYDVR0jBBgwFoAU4xG77XwH1i5fXjM09Q+Gx5qx
ot0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBbIsgx8STXoPG+
CZ5E87x9F7M0pqwe5mzuM/FQB5f7wwIgCYLBNgAk6W0Htz5/25lMetYv0zgVZ2rI
oY4v8x3gFfY=
-----END CERTIFICATE-----
";

const PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBWz1mVXEQSTPGt4dVEN7C+ma+aKf
fAHBaP02tp1KM2UuPdTVuvhaKIWTGBVV6be5eie/XI7xOIr6abPN2zYphQ==
-----END PUBLIC KEY-----
";

const LINE: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAVs9ZlVxEEkzxreHVRDewvpmvmin3wBwWj9NradSjNlLj3U1br4WiiFkxgVVem3uXonv1yO8TiK+mmzzds2KYU= me@host\n";

/// What `ssh-keygen -l` says of it.
const FINGERPRINT: &str = "SHA256:X6aNKOQmilIfz4jth33SGh91Df2IyymDaIiMxuqBY+0";

fn found(text: &str) -> Vec<(usize, String, Option<String>)> {
    let mut out = Vec::new();
    find(text.as_bytes(), &mut |at, half| {
        let end = half.expires.map(civil::rfc3339);
        out.push((at, half.key.fingerprint(), end));
    });
    out.sort();
    out
}

#[test]
fn one_key_in_all_forms() {
    let end = Some("2026-12-06T18:56:13Z".to_owned());
    let key = || FINGERPRINT.to_owned();
    let json = |text: &str| format!("{{\"x\": \"{}\"}}", text.replace('\n', "\\n"));
    let encoded = data_encoding::BASE64.encode(CERTIFICATE.as_bytes());
    let kube = format!("client-certificate-data: {encoded}\n");
    assert_eq!(found(CERTIFICATE), [(0, key(), end.clone())]);
    assert_eq!(found(&json(CERTIFICATE)), [(7, key(), end.clone())]);
    assert_eq!(found(&kube), [(25, key(), end)]);
    assert_eq!(found(PEM), [(0, key(), None)]);
    assert_eq!(found(LINE), [(0, key(), None)]);
    let all = format!("# keys\n{LINE}{PEM}{CERTIFICATE}");
    assert_eq!(found(&all).len(), 3);
}

#[test]
fn what_is_none() {
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN PUBLIC KEY-----",
        "ssh-rsa AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
        "LS0tLS1CRUdJTiBD",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    // Another type than the line says.
    assert_eq!(found(&LINE.replace("nistp256 ", "nistp384 ")), []);
    assert_eq!(found(CERTIFICATE.split_at(400).0), []);
}

/// RFC 4253 section 6.6 writes exponent before modulus.
#[test]
fn rsa() {
    let key = PublicKey::rsa(&[0, 0xc1, 2], &[1, 0, 1]);
    let expected = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\0\x03\0\xc1\x02";
    assert_eq!(key, PublicKey::wire(expected));
    assert!(!key.is_known());
}
