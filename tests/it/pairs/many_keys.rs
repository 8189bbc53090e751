//! Several keys: each has its own secret.

use proptest::prelude::*;

use super::{Key, check_all, groups, instance, key, summary};

/// Several keys, each with its own secret.
const MANY_KEYS: &[(&str, &str)] = &[
    (
        "profiles",
        "[a]\naws_access_key_id = @I1\naws_secret_access_key = @S1\n\n[b]\naws_access_key_id = @I2\naws_secret_access_key = @S2\n\n[c]\naws_secret_access_key = @S3\naws_access_key_id = @I3\n",
    ),
    (
        "csv rows",
        "User name,Access key ID,Secret access key\na,@I1,@S1\nb,@I2,@S2\nc,@I3,@S3\n",
    ),
    (
        "csv rows, secret first",
        "Secret,Id\n@S1,@I1\n@S2,@I2\n@S3,@I3\n",
    ),
    (
        "json array, compact",
        "[{\"id\":\"@I1\",\"secret\":\"@S1\"},{\"id\":\"@I2\",\"secret\":\"@S2\"},{\"id\":\"@I3\",\"secret\":\"@S3\"}]",
    ),
    (
        "json array, secret first",
        "[{\"secret\":\"@S1\",\"id\":\"@I1\"},{\"secret\":\"@S2\",\"id\":\"@I2\"}]",
    ),
    (
        "json array, pretty",
        "[\n  {\n    \"AccessKeyId\": \"@I1\",\n    \"SecretAccessKey\": \"@S1\"\n  },\n  {\n    \"AccessKeyId\": \"@I2\",\n    \"SecretAccessKey\": \"@S2\"\n  }\n]",
    ),
    (
        "terraform providers",
        "provider \"aws\" {\n  access_key = \"@I1\"\n  secret_key = \"@S1\"\n}\nprovider \"aws\" {\n  alias = \"b\"\n  secret_key = \"@S2\"\n  access_key = \"@I2\"\n}\n",
    ),
    (
        "yaml blocks",
        "prod:\n  secret: @S1\n  key: @I1\ndev:\n  secret: @S2\n  key: @I2\n",
    ),
    (
        "yaml documents",
        "key: @I1\nsecret: @S1\n---\nsecret: @S2\nkey: @I2\n---\nkey: @I3\nsecret: @S3\n",
    ),
    ("lines, no names", "@I1\n@S1\n@I2\n@S2\n@I3\n@S3\n"),
    (
        "paragraphs, secret first",
        "@S1\n@I1\n\n@S2\n@I2\n\n@S3\n@I3\n",
    ),
    (
        "markdown rows",
        "| name | id | secret |\n|---|---|---|\n| a | @I1 | @S1 |\n| b | @I2 | @S2 |\n",
    ),
    (
        "sql rows",
        "INSERT INTO k VALUES (1,'@I1','@S1'),(2,'@I2','@S2'),(3,'@I3','@S3');",
    ),
    (
        "python calls",
        "a = f('@I1', '@S1')\nb = f('@I2', '@S2')\nc = f(secret='@S3', key='@I3')\n",
    ),
    ("interleaved", "@I1\n@I2\n@S1\n@S2\n"),
    (
        "interleaved, named",
        "id1 = @I1\nid2 = @I2\nsecret1 = @S1\nsecret2 = @S2\n",
    ),
    (
        "interleaved, by stem",
        "PROD_ACCESS_KEY_ID=@I1\nDEV_ACCESS_KEY_ID=@I2\nDEV_SECRET_ACCESS_KEY=@S2\nPROD_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "rotated",
        "#aws_access_key_id = @I1\n#aws_secret_access_key = @S1\naws_access_key_id = @I2\naws_secret_access_key = @S2\n",
    ),
    (
        "rotated, interleaved",
        "# aws_access_key_id = @I1\naws_access_key_id = @I2\n# aws_secret_access_key = @S1\naws_secret_access_key = @S2\n",
    ),
    (
        "two with tokens",
        "[a]\naws_access_key_id = @I1\naws_secret_access_key = @S1\naws_session_token = @T1\n[b]\naws_access_key_id = @I2\naws_secret_access_key = @S2\naws_session_token = @T2\n",
    ),
    (
        "sql rows, secret first",
        "INSERT INTO k VALUES (1,'@S1','@I1'),(2,'@S2','@I2'),(3,'@S3','@I3');",
    ),
    (
        "json arrays, secret first",
        "[[\"@S1\",\"@I1\"],[\"@S2\",\"@I2\"]]",
    ),
    (
        "json, ids as keys of objects",
        "{\"@I1\":{\"secret\":\"@S1\"},\"@I2\":{\"secret\":\"@S2\"}}",
    ),
    (
        "xml",
        "<u><id>@I1</id><secret>@S1</secret></u><u><id>@I2</id><secret>@S2</secret></u>",
    ),
];

#[test]
fn each_key_has_its_own_secret() {
    check_all(MANY_KEYS);
}

#[test]
fn profiles_do_not_lend_each_other_parts() {
    let (text, _) = instance(
        "[a]\naws_access_key_id = @I1\n[b]\naws_secret_access_key = @S1\n",
        5,
    );
    let (pairs, others) = summary(&groups(&text));
    assert_eq!((pairs.len(), others.len()), (0, 2), "{text}");
}

#[test]
fn many_keys_close_together() {
    let keys: Vec<Key> = (1000..1060).map(key).collect();
    let rows: Vec<String> = keys
        .iter()
        .map(|k| format!("{},{}", k.id, k.secret))
        .collect();
    let (pairs, others) = summary(&groups(&rows.join("\n")));
    let expected: Vec<_> = keys
        .into_iter()
        .map(|k| [k.id, k.secret, String::new()])
        .collect();
    assert_eq!(pairs, expected);
    assert!(others.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_stands_around_changes_nothing(
        which in 0..MANY_KEYS.len(),
        before in "([a-z ]{0,20}\n){1,12}",
        after in "\n([a-z ]{0,20}\n){0,12}",
        seed in 0_u64..20,
    ) {
        let (text, _) = instance(MANY_KEYS[which].1, seed);
        let alone = summary(&groups(&text));
        let around = summary(&groups(&format!("{before}\n{text}{after}")));
        prop_assert_eq!(alone, around);
    }
}
