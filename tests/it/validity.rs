//! Can it still be used? What findings say of that without asking anybody.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use keyfence::rule::template::{Random, fill};
use serde_json::Value;

use crate::{
    cli::{Ran, repository, run},
    git::Repo,
};

fn drawn(template: &str, seed: u64) -> String {
    fill(template, &mut Random::new(seed)).unwrap()
}

fn scan(repo: &Repo, more: &[&str]) -> Ran {
    run(&repo.root, ["scan", "--format", "json"].iter().chain(more))
}

fn findings(ran: &Ran) -> Vec<Value> {
    ran.json()["findings"].as_array().unwrap().clone()
}

/// Scans `text` and returns the one finding.
#[track_caller]
fn one(text: &str, more: &[&str]) -> Value {
    let repo = repository();
    repo.write("settings.txt", text);
    let ran = scan(&repo, more).ends(1);
    let mut found = findings(&ran);
    assert_eq!(found.len(), 1, "{text}\n{ran:#?}");
    found.remove(0)
}

#[track_caller]
fn check(text: &str, validity: &str, expires: Option<&str>) -> Value {
    let found = one(text, &[]);
    assert_eq!(found["validity"], validity, "{text}\n{found}");
    assert_eq!(found["facts"]["expires"].as_str(), expires, "{found}");
    if validity == "expired" {
        assert_eq!(found["severity"], "low", "{found}");
    } else {
        assert_ne!(found["severity"], "low", "{found}");
    }
    found
}

fn jwt(exp: i64) -> String {
    let payload = format!(r#"{{"iss":"https://id.test","sub":"jane","exp":{exp}}}"#);
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    let signature = drawn("{base64url:43}", 1);
    format!(
        "{}.{}.{signature}\n",
        encode(r#"{"alg":"HS256"}"#),
        encode(&payload)
    )
}

#[test]
fn tokens_that_say_when_they_end() {
    check(&jwt(1_700_000_000), "expired", Some("2023-11-14T22:13:20Z"));
    check(
        &jwt(4_102_444_800),
        "live-shaped",
        Some("2100-01-01T00:00:00Z"),
    );
}

#[test]
fn signed_urls() {
    let sas = |end: &str| {
        format!(
            "https://{}.blob.core.windows.net/c?sp=racw&se={end}&sv=2022-11-02&sr=c&sig={}%3D\n",
            drawn("{base36:6}", 1),
            drawn("{base62:43}", 1)
        )
    };
    let found = check(
        &sas("2024-05-06T07%3A08%3A09Z"),
        "expired",
        Some("2024-05-06T07:08:09Z"),
    );
    assert_eq!(found["facts"]["permissions"], "racw");
    check(
        &sas("2099-01-01"),
        "live-shaped",
        Some("2099-01-01T00:00:00Z"),
    );
    let aws = |date: &str| {
        format!(
            "https://b.s3.amazonaws.com/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date={date}T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={}\n",
            drawn("AKIA{base32:16}", 1),
            drawn("{hex:64}", 1)
        )
    };
    for (date, validity) in [("20240102", "expired"), ("20990102", "live-shaped")] {
        let found = one(&aws(date), &[]);
        assert_eq!(found["validity"], validity, "{found}");
    }
    for (template, expires) in [
        (
            "https://storage.googleapis.com/b/k?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=ci%40app.iam.gserviceaccount.com%2F20240102%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20240102T030405Z&X-Goog-Expires=60&X-Goog-SignedHeaders=host&X-Goog-Signature={hex:512}\n",
            "2024-01-02T03:05:05Z",
        ),
        (
            "https://storage.googleapis.com/b/k?GoogleAccessId=ci@app.iam.gserviceaccount.com&Expires=1700000000&Signature={base64:342}%3D%3D\n",
            "2023-11-14T22:13:20Z",
        ),
        (
            "https://d111.cloudfront.net/a.mp4?Expires=1700000000&Signature={base64url:342}__&Key-Pair-Id=K{BASE36:13}\n",
            "2023-11-14T22:13:20Z",
        ),
        (
            "https://b.oss-cn-hangzhou.aliyuncs.com/k?x-oss-date=20240102T030405Z&x-oss-expires=60&x-oss-signature={hex:64}\n",
            "2024-01-02T03:05:05Z",
        ),
    ] {
        check(&drawn(template, 3), "expired", Some(expires));
    }
}

#[test]
fn private_keys() {
    let key = |maker: &str| drawn(&format!("{{make:{maker}}}\n"), 3);
    let validity = |text: &str| one(text, &[])["validity"].as_str().unwrap().to_owned();
    assert_eq!(validity(&key("pem-rsa")), "live-shaped");
    assert_eq!(validity(&key("pem-rsa-encrypted")), "encrypted");
    assert_eq!(validity(&key("openssh-encrypted")), "encrypted");
}

/// A key's public half among the files is told with its place; so is that of an encrypted key.
#[test]
fn public_halves() {
    for maker in ["openssh", "openssh-encrypted"] {
        let text = drawn(&format!("{{make:{maker}}}\n"), 5);
        let body: String = text.lines().filter(|l| !l.starts_with('-')).collect();
        let body = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
        let kind = b"\0\0\0\x0bssh-ed25519\0\0\0 ";
        let at = body.windows(kind.len()).position(|w| w == kind).unwrap();
        let public = data_encoding::BASE64.encode(&body[at..at + kind.len() + 32]);
        let line = format!("ssh-ed25519 {public} me@host\n");
        let repo = repository();
        repo.write("keys/id", &text);
        let facts = |ran: &Ran| findings(ran)[0]["facts"].clone();
        let alone = facts(&scan(&repo, &[]).ends(1));
        assert!(alone["public_key"].as_str().unwrap().starts_with("SHA256:"));
        assert!(alone["public_half"].is_null(), "{alone}");
        repo.write("hosts/authorized_keys", format!("# who\n{line}"));
        let told = facts(&scan(&repo, &[]).ends(1));
        assert_eq!(told["public_half"], "hosts/authorized_keys:2", "{told}");
        assert_eq!(told["public_key"], alone["public_key"]);
        repo.commit_all();
        let told = facts(&scan(&repo, &["--history"]).ends(1));
        assert_eq!(told["public_half"], "hosts/authorized_keys:2", "{told}");
        // Only where it was asked to look.
        let told = facts(&scan(&repo, &["keys"]).ends(1));
        assert!(told["public_half"].is_null(), "{told}");
        for number in 0..5 {
            repo.write(format!("z{number}.pub"), &line);
        }
        let told = facts(&scan(&repo, &[]).ends(1));
        assert_eq!(
            told["public_half"],
            "hosts/authorized_keys:2, z0.pub:1, z1.pub:1, 3 more"
        );
    }
}

/// What cannot work is told when somebody asks for it, at low confidence.
#[test]
fn what_is_no_credential() {
    let mut token = drawn("ghp_{base62:30}{sum:crc32-base62-last}", 1);
    let last = if token.ends_with('0') { '1' } else { '0' };
    token.pop();
    token.push(last);
    let example = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
    // Nor does a name before it make a token of it.
    let named = format!("token = {token}");
    for (text, validity) in [
        (&token, "malformed"),
        (&named, "malformed"),
        (&example, "example"),
    ] {
        let repo = repository();
        repo.write("settings.txt", format!("see {text} there\n"));
        scan(&repo, &[]).ends(0);
        let found = findings(&scan(&repo, &["--include-invalid"]).ends(1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["validity"], validity, "{found:?}");
        assert_eq!(found[0]["confidence"], "low");
        repo.commit_all();
        for _ in 0..2 {
            scan(&repo, &["--history"]).ends(0);
        }
        // The cache knows nothing of these.
        let found = findings(&scan(&repo, &["--history", "--include-invalid"]).ends(1));
        assert_eq!(found[0]["validity"], validity, "{found:?}");
        scan(&repo, &["--include-invalid", "--min-confidence", "medium"]).ends(0);
        let ran = run(&repo.root, ["scan", "--include-invalid"]).ends(1);
        assert!(
            ran.out.contains(&format!("(low confidence, {validity})")),
            "{ran:#?}"
        );
    }
}
