//! Parts without a partner, and what is none.

use keyfence::rule::{
    Confidence,
    template::{Random, fill},
};

use super::{SEEDS, groups, instance, key, summary};

/// A key id beside things that are no secrets: each a template of `rule::template`.
const NO_SECRET: &[&str] = &[
    "AKIA{base32:16}\ncommit {hex:40}\n",
    "key: AKIA{base32:16}\n\"integrity\": \"sha512-{base64:86}==\"\n",
    "key: AKIA{base32:16}\n\"integrity\": \"sha256-{base64:43}=\"\n",
    "AKIA{base32:16} {uuid} {uuid}\n",
    "AKIA{base32:16}\nsrc/main/java/com/example/ServiceFactory\n",
    "AKIA{base32:16}\n{base64:76}\n{base64:76}\n{base64:40}\n",
    "AKIA{base32:16}\netag: {base64:40}\n",
    "AKIA{base32:16}\ngithub_token: {base62:40}\n",
    "AKIA{base32:16}\nsha1: {HEX:40}\n",
    "AKIA{base32:16}\n{base64url:20}-{base64:40}_{base64:10}\n",
    "AKIA{base32:16}\n{base64:40}==\n",
];

#[test]
fn a_key_id_alone_stays_alone() {
    for template in NO_SECRET {
        for seed in 0..SEEDS {
            let text = fill(template, &mut Random::new(seed)).unwrap();
            let (pairs, others) = summary(&groups(&text));
            assert!(pairs.is_empty(), "{text}");
            assert_eq!(others, ["aws-access-key-id"], "{text}");
        }
    }
}

/// What a part is when it stands alone: rule and confidence.
#[test]
fn lone_parts() {
    for (template, rule, confidence) in [
        ("AKIA{base32:16}", "aws-access-key-id", Confidence::Medium),
        (
            "ASIA{base32:16}",
            "aws-temporary-access-key-id",
            Confidence::Medium,
        ),
        (
            "aws_secret_access_key={base64:40}",
            "aws-secret-access-key",
            Confidence::High,
        ),
        (
            "secret_key={base64:40}",
            "aws-secret-key-by-vague-name",
            Confidence::Medium,
        ),
        ("{base64:40}", "aws-secret-access-key-bare", Confidence::Low),
        (
            "aws_key: {base64:40}",
            "aws-secret-access-key-bare",
            Confidence::Medium,
        ),
        (
            "aws apigateway update-api-key --api-key {base62:40} --patch-operations x\n",
            "aws-secret-access-key-bare",
            Confidence::Low,
        ),
        (
            "id,aws secret\nx,{base64:40}\n",
            "aws-secret-access-key-bare",
            Confidence::High,
        ),
    ] {
        let text = fill(template, &mut Random::new(4)).unwrap();
        let found = groups(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(
            (found[0].rule_id.as_str(), found[0].confidence),
            (rule, confidence),
            "{text}"
        );
    }
}

#[test]
fn what_only_a_partner_makes_a_finding_is_none_alone() {
    for template in ["ACCA{base32:16}", "x = B{one:A|P}{base64:42}\n"] {
        let text = fill(template, &mut Random::new(1)).unwrap();
        assert!(groups(&text).is_empty(), "{text}");
    }
}

/// The id and the session token in a pre-signed URL are part of that finding; one that has its secret beside it is a pair all the same.
#[test]
fn the_id_in_a_signed_url_is_no_finding_of_its_own() {
    let url = "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{base32:16}%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={hex:64}";
    let text = fill(url, &mut Random::new(1)).unwrap();
    let (pairs, others) = summary(&groups(&text));
    assert!(pairs.is_empty());
    assert_eq!(others, ["aws-presigned-url-v4"]);
    let with_token = url.replace(
        "&X-Amz-SignedHeaders",
        "&X-Amz-Security-Token=IQoJb3JpZ2luX2Vj{base62:300}%3D&X-Amz-SignedHeaders",
    );
    let text = fill(&with_token, &mut Random::new(1)).unwrap();
    let (pairs, others) = summary(&groups(&text));
    assert!(pairs.is_empty());
    assert_eq!(others, ["aws-presigned-url-v4"]);
}

#[test]
fn parts_far_apart_are_not_joined() {
    for (gap, apart) in [
        ("x\n".repeat(40), true),
        ("x ".repeat(3000), true),
        ("x\n".repeat(5), false),
    ] {
        let text = fill(
            &format!("k = AKIA{{base32:16}}\n{gap}aws_secret_access_key = {{base64:40}}\n"),
            &mut Random::new(1),
        )
        .unwrap();
        let (pairs, others) = summary(&groups(&text));
        assert_eq!(
            (pairs.len(), others.len()),
            if apart { (0, 2) } else { (1, 0) }
        );
    }
}

/// One id and two secrets: the one that is commented out like the id is its own.
#[test]
fn a_secret_left_over_stays_alone() {
    let (text, keys) = instance(
        "aws_access_key_id = @I1\n# aws_secret_access_key = @S1\naws_secret_access_key = ",
        5,
    );
    let new = key(99).secret;
    let (pairs, others) = summary(&groups(&format!("{text}{new}\n")));
    assert_eq!(pairs, [[keys[0].id.clone(), new, String::new()]]);
    assert_eq!(others, ["aws-secret-access-key"]);
}
