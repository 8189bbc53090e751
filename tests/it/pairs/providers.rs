//! Each built-in pair but AWS's: its parts in either order, in several syntaxes, two accounts in one text.

use keyfence::{
    engine::{Engine, Found, Scratch},
    pair::{Group, Origin},
    rule::{
        Confidence, RuleSet,
        template::{Random, fill},
    },
};

use super::joined;

/// How many instances are drawn of each text.
const SEEDS: u64 = 2;

/// What people call the parts of a pair, and templates of their values: the secret, the required part, the optional ones.
type Parts = &'static [(&'static str, &'static str)];

#[rustfmt::skip]
const PAIRS: &[(&str, Parts)] = &[
    ("adyen-api-credentials", &[("ADYEN_API_KEY", "AQE{lower:1}hmf{base64:80}-{base64:43}=-Kd7{base62:13}"), ("ADYEN_MERCHANT_ACCOUNT", "Acme{base62:4}ECOM"), ("ADYEN_CLIENT_KEY", "live_{BASE36:32}")]),
    ("alibaba-access-key-pair", &[("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "{base62:30}"), ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5t{base62:18}")]),
    ("atlassian-account-credentials", &[("JIRA_API_TOKEN", "{base62:20}{hex:4}"), ("JIRA_EMAIL", "{base36:6}@{base36:8}.net")]),
    ("auth0-client", &[("AUTH0_CLIENT_SECRET", "{base64url:64}"), ("AUTH0_CLIENT_ID", "{base62:32}")]),
    ("azure-service-principal", &[("AZURE_CLIENT_SECRET", "{base62:3}8Q~{base62:34}"), ("AZURE_CLIENT_ID", "{uuid}"), ("AZURE_TENANT_ID", "{uuid}")]),
    ("backblaze-b2-key-pair", &[("B2_APPLICATION_KEY", "K00{digits:1}{base62:27}"), ("B2_APPLICATION_KEY_ID", "00{digits:1}{hex:12}0000000{digits:3}")]),
    ("bitbucket-oauth-consumer", &[("BITBUCKET_CLIENT_SECRET", "{base62:32}"), ("BITBUCKET_CLIENT_ID", "{base62:18}")]),
    ("braintree-api-credentials", &[("BRAINTREE_PRIVATE_KEY", "{hex:32}"), ("BRAINTREE_PUBLIC_KEY", "{base36:16}"), ("BRAINTREE_MERCHANT_ID", "{base36:16}")]),
    ("clickhouse-cloud-key-pair", &[("CLICKHOUSE_KEY_SECRET", "4b1d{base62:38}"), ("CLICKHOUSE_KEY_ID", "{base62:20}")]),
    ("cloudflare-global-credentials", &[("CLOUDFLARE_API_KEY", "{hex:37}"), ("CLOUDFLARE_EMAIL", "{base36:6}@{base36:8}.net"), ("CLOUDFLARE_ACCOUNT_ID", "{hex:32}")]),
    ("confluent-api-key-pair", &[("CONFLUENT_API_SECRET", "{base64:64}"), ("CONFLUENT_API_KEY", "{BASE36:16}")]),
    ("databricks-oauth-client", &[("DATABRICKS_CLIENT_SECRET", "dose{hex:32}"), ("DATABRICKS_CLIENT_ID", "{uuid}")]),
    ("datadog-key-pair", &[("DD_APP_KEY", "{hex:40}"), ("DD_API_KEY", "{hex:32}")]),
    ("digitalocean-spaces-key-pair", &[("SPACES_SECRET_ACCESS_KEY", "{base64:43}"), ("SPACES_ACCESS_KEY_ID", "DO00{BASE36:16}")]),
    ("discord-oauth-client", &[("DISCORD_CLIENT_SECRET", "{base64url:32}"), ("DISCORD_CLIENT_ID", "1{digits:18}")]),
    ("exoscale-api-key-pair", &[("EXOSCALE_API_SECRET", "{base64url:43}"), ("EXOSCALE_API_KEY", "EXO{hex:24}")]),
    ("facebook-app-credentials", &[("FACEBOOK_APP_SECRET", "{hex:32}"), ("FACEBOOK_APP_ID", "1{digits:15}")]),
    ("github-oauth-client", &[("GITHUB_CLIENT_SECRET", "{hex:40}"), ("GITHUB_CLIENT_ID", "{one:Iv1.{hex:16}|Iv23{base62:16}|Ov23{base62:16}|{hex:20}}")]),
    ("google-hmac-key-pair", &[("GCS_SECRET_ACCESS_KEY", "{base64:40}"), ("GCS_ACCESS_KEY_ID", "GOOG1E{BASE36:55}")]),
    ("google-oauth-client", &[("GOOGLE_CLIENT_SECRET", "GOCSPX-{base62:28}"), ("GOOGLE_CLIENT_ID", "{digits:12}-{base36:32}.apps.googleusercontent.com")]),
    ("google-service-account-key", &[("GOOGLE_PRIVATE_KEY", "{make:pem-pkcs8/escaped}"), ("GOOGLE_CLIENT_EMAIL", "ci-{base36:5}@app-{base36:5}.iam.gserviceaccount.com"), ("GOOGLE_PRIVATE_KEY_ID", "{hex:40}"), ("GOOGLE_PROJECT_ID", "app-{base36:5}"), ("GOOGLE_APP_ID", "1:{digits:12}:web:{hex:22}")]),
    ("hashicorp-hcp-client", &[("HCP_CLIENT_SECRET", "{base64url:64}"), ("HCP_CLIENT_ID", "{base62:32}")]),
    ("huaweicloud-access-key-pair", &[("HUAWEICLOUD_SECRET_KEY", "{base62:40}"), ("HUAWEICLOUD_ACCESS_KEY", "{BASE36:20}")]),
    ("langfuse-key-pair", &[("LANGFUSE_SECRET_KEY", "sk-lf-{uuid}"), ("LANGFUSE_PUBLIC_KEY", "pk-lf-{uuid}")]),
    ("mailjet-api-credentials", &[("MAILJET_SECRET_KEY", "{hex:32}"), ("MAILJET_API_KEY", "{hex:32}")]),
    ("mongodb-atlas-api-key-pair", &[("MONGODB_ATLAS_PRIVATE_KEY", "{uuid}"), ("MONGODB_ATLAS_PUBLIC_KEY", "{lower:8}")]),
    ("mongodb-atlas-service-account", &[("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_{base64url:40}"), ("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_{hex:24}")]),
    ("okta-client", &[("OKTA_CLIENT_SECRET", "{one:{base64url:40}|{base64url:64}}"), ("OKTA_CLIENT_ID", "0oa{base62:17}")]),
    ("packagist-api-credentials", &[("PACKAGIST_API_SECRET", "packagist_acs_{hex:68}"), ("PACKAGIST_API_KEY", "packagist_ack_{hex:28}")]),
    ("paypal-client-credentials", &[("PAYPAL_CLIENT_SECRET", "E{base64url:79}"), ("PAYPAL_CLIENT_ID", "A{base64url:79}")]),
    ("plaid-api-credentials", &[("PLAID_SECRET", "{hex:30}"), ("PLAID_CLIENT_ID", "{hex:24}")]),
    ("planetscale-service-token-pair", &[("PLANETSCALE_SERVICE_TOKEN", "pscale_tkn_{base62:43}"), ("PLANETSCALE_SERVICE_TOKEN_ID", "{base36:12}")]),
    ("pusher-app-credentials", &[("PUSHER_APP_SECRET", "{hex:20}"), ("PUSHER_APP_KEY", "{hex:20}"), ("PUSHER_APP_ID", "1{digits:6}")]),
    ("razorpay-key-pair", &[("RAZORPAY_KEY_SECRET", "{base62:24}"), ("RAZORPAY_KEY_ID", "rzp_live_{base62:14}")]),
    ("reddit-client", &[("REDDIT_CLIENT_SECRET", "{base64url:27}"), ("REDDIT_CLIENT_ID", "{base64url:22}")]),
    ("scaleway-api-key-pair", &[("SCW_SECRET_KEY", "{uuid}"), ("SCW_ACCESS_KEY", "SCW{BASE36:17}")]),
    ("snowflake-key-login", &[("SNOWFLAKE_PRIVATE_KEY", "{make:pem-pkcs8/escaped}"), ("SNOWFLAKE_ACCOUNT", "{lower:7}-{lower:2}{digits:5}"), ("SNOWFLAKE_USER", "app{base36:4}")]),
    ("snowflake-login", &[("SNOWFLAKE_PASSWORD", "f{base62:9}{digits:2}"), ("SNOWFLAKE_ACCOUNT", "{lower:7}-{lower:2}{digits:5}"), ("SNOWFLAKE_USER", "app{base36:4}")]),
    ("spotify-client", &[("SPOTIFY_CLIENT_SECRET", "{hex:32}"), ("SPOTIFY_CLIENT_ID", "{hex:32}")]),
    ("stripe-account-keys", &[("STRIPE_SECRET_KEY", "sk_live_51{base62:97}"), ("STRIPE_PUBLISHABLE_KEY", "pk_live_51{base62:97}")]),
    ("stripe-test-account-keys", &[("STRIPE_SECRET_KEY", "sk_test_51{base62:97}"), ("STRIPE_PUBLISHABLE_KEY", "pk_test_51{base62:97}")]),
    ("sumologic-access-key-pair", &[("SUMOLOGIC_ACCESS_KEY", "{base62:64}"), ("SUMOLOGIC_ACCESS_ID", "su{base62:12}")]),
    ("tencent-api-key-pair", &[("TENCENTCLOUD_SECRET_KEY", "{base62:32}"), ("TENCENTCLOUD_SECRET_ID", "AKID{base62:32}")]),
    ("trello-credentials", &[("TRELLO_TOKEN", "{hex:64}"), ("TRELLO_API_KEY", "{hex:32}")]),
    ("twilio-account-credentials", &[("TWILIO_AUTH_TOKEN", "{hex:32}"), ("TWILIO_ACCOUNT_SID", "AC{hex:32}")]),
    ("twilio-api-credentials", &[("TWILIO_API_SECRET", "{base62:32}"), ("TWILIO_API_KEY", "SK{hex:32}"), ("TWILIO_ACCOUNT_SID", "AC{hex:32}")]),
    ("twitch-client", &[("TWITCH_CLIENT_SECRET", "{base36:30}"), ("TWITCH_CLIENT_ID", "{base36:30}")]),
    ("twitter-access-token-pair", &[("TWITTER_ACCESS_TOKEN_SECRET", "{base62:45}"), ("TWITTER_ACCESS_TOKEN", "1{digits:17}-{base62:40}")]),
    ("twitter-api-key-pair", &[("TWITTER_API_SECRET", "{base62:50}"), ("TWITTER_API_KEY", "{base62:25}")]),
    ("vonage-api-credentials", &[("VONAGE_API_SECRET", "{base62:16}"), ("VONAGE_API_KEY", "{hex:8}")]),
    ("wasabi-access-key-pair", &[("WASABI_SECRET_ACCESS_KEY", "{base64:40}"), ("WASABI_ACCESS_KEY_ID", "{BASE36:20}")]),
    ("yandex-static-key-pair", &[("AWS_SECRET_ACCESS_KEY", "YC{one:M|N|O|P}{base64url:37}"), ("AWS_ACCESS_KEY_ID", "YCAJE{base64url:20}")]),
    ("zendesk-account-credentials", &[("ZENDESK_API_TOKEN", "{base62:40}"), ("ZENDESK_EMAIL", "{base36:6}@{base36:8}.net")]),
];

/// How one account is written down: what stands before and after it, and how a part is written (`N` the name, `V` the value).
#[rustfmt::skip]
const SYNTAXES: &[(&str, &str, &str)] = &[
    ("", "N=V\n", ""),
    ("{\n", "  \"N\": \"V\",\n", "  \"region\": \"eu\"\n}\n"),
    ("", "N: V\n", "---\n"),
    ("[account]\n", "N = \"V\"\n", "\n"),
    ("<account>\n", "  <N>V</N>\n", "</account>\n"),
];

fn engine() -> Engine {
    let rules = RuleSet::new(false, crate::patterns::all())
        .and_then(|set| set.with_pairs(crate::patterns::pairs()))
        .expect("the ids are unique and the parts known");
    Engine::new(rules)
}

fn groups(engine: &Engine, text: &str) -> Vec<Group> {
    let mut candidates = Vec::new();
    let mut scratch = Scratch::default();
    engine.find(
        text.as_bytes(),
        0..text.len(),
        true,
        &mut scratch,
        |found| {
            if let Found::Candidate(candidate) = found {
                candidates.push(candidate);
            }
        },
    );
    joined(engine.rules(), &candidates)
}

fn draw(parts: Parts, seed: u64) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let value = |(name, template): &(&str, &str)| {
        let value = fill(template, &mut random).expect("a template");
        ((*name).to_owned(), value)
    };
    parts.iter().map(value).collect()
}

fn write(syntax: &(&str, &str, &str), parts: &[(String, String)]) -> String {
    let (before, part, after) = syntax;
    let lines = parts.iter().map(|(name, value)| {
        part.replace('N', "\u{1}")
            .replace('V', value)
            .replace('\u{1}', name)
    });
    format!("{before}{}{after}", lines.collect::<String>())
}

/// Returns the parts of the pairs in `groups` with this id, each the secret first and the others in order.
fn pairs_of(groups: &[Group], id: &str) -> Vec<Vec<String>> {
    let text = |secret: &[u8]| String::from_utf8(secret.to_vec()).expect("text");
    groups
        .iter()
        .filter(|group| matches!(group.origin, Origin::Pair(_)) && group.rule_id == id)
        .map(|group| {
            let mut others: Vec<String> = group
                .parts
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != group.secret_at)
                .map(|(_, part)| text(part.detection.secret.expose()))
                .collect();
            others.sort();
            others.insert(0, text(group.secret().secret.expose()));
            others
        })
        .collect()
}

/// Returns what is told of a value: of a key in PEM all but the dashes at its start.
fn told(value: &str) -> String {
    value.trim_start_matches('-').to_owned()
}

fn expected(parts: &[(String, String)]) -> Vec<String> {
    let mut values: Vec<String> = parts.iter().map(|(_, value)| told(value)).collect();
    values[1..].sort();
    values
}

#[test]
fn every_pair_is_in_the_table() {
    let mut ids: Vec<String> = crate::patterns::pairs()
        .iter()
        .filter(|pair| pair.provider != "aws")
        .map(|pair| pair.id.to_string())
        .collect();
    ids.sort();
    let table: Vec<&str> = PAIRS.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, table);
}

#[test]
fn parts_in_either_order_are_one_finding() {
    let engine = engine();
    let mut wrong = Vec::new();
    for (id, parts) in PAIRS {
        for syntax in SYNTAXES {
            for seed in 0..SEEDS {
                let forth = draw(parts, seed);
                let mut order = forth.clone();
                if seed % 2 == 1 {
                    order.reverse();
                }
                let text = write(syntax, &order);
                let found = groups(&engine, &text);
                let sure = found.iter().all(|g| g.confidence == Confidence::High);
                if pairs_of(&found, id) != [expected(&forth)] || found.len() != 1 || !sure {
                    let ids: Vec<_> = found.iter().map(|g| (&g.rule_id, g.confidence)).collect();
                    wrong.push(format!("{id}: {ids:?} in {text:?}"));
                }
            }
        }
    }
    wrong.dedup_by_key(|line| line.split(" in ").next().unwrap_or_default().to_owned());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn two_accounts_are_two_findings() {
    let engine = engine();
    let mut wrong = Vec::new();
    for (id, parts) in PAIRS {
        for seed in 0..SEEDS {
            let accounts = [draw(parts, seed), draw(parts, seed + 100)];
            let mut all: Vec<Vec<String>> = accounts.iter().map(|a| expected(a)).collect();
            all.sort();
            let named: Vec<_> = accounts
                .iter()
                .zip(["PROD_", "STAGING_"])
                .map(|(account, prefix)| {
                    account
                        .iter()
                        .map(|(name, value)| (format!("{prefix}{name}"), value.clone()))
                        .collect::<Vec<_>>()
                })
                .collect();
            // One account after the other, and the parts of both in turn where the names tell them apart.
            let mut texts: Vec<String> = SYNTAXES[1..]
                .iter()
                .map(|syntax| accounts.iter().map(|a| write(syntax, a)).collect())
                .collect();
            texts.push(named.iter().map(|a| write(&SYNTAXES[0], a)).collect());
            let turns = named[0]
                .iter()
                .zip(&named[1])
                .flat_map(|(a, b)| [a.clone(), b.clone()]);
            texts.push(write(&SYNTAXES[0], &turns.collect::<Vec<_>>()));
            for text in texts {
                let found = groups(&engine, &text);
                let mut pairs = pairs_of(&found, id);
                pairs.sort();
                if pairs != all || found.len() != 2 {
                    let ids: Vec<_> = found.iter().map(|g| &g.rule_id).collect();
                    wrong.push(format!("{id}: {ids:?} in {text:?}"));
                }
            }
        }
    }
    wrong.dedup_by_key(|line| line.split(" in ").next().unwrap_or_default().to_owned());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An id alone is no finding of its own rule, and the secret has the same fingerprint alone as in a pair.
#[test]
fn parts_alone() {
    let engine = engine();
    for (id, parts) in PAIRS {
        let drawn = draw(parts, 5);
        let whole = groups(&engine, &write(&SYNTAXES[0], &drawn));
        let pair = whole.iter().find(|g| g.rule_id == *id).expect("a pair");
        assert_eq!(
            *pair.identity(engine.rules()),
            *told(&drawn[0].1).as_bytes(),
            "{id}"
        );
        for group in groups(&engine, &write(&SYNTAXES[0], &drawn[1..])) {
            let rule = engine.rules().rule(group.secret().rule);
            assert!(!rule.identifier, "{id}: {}", group.rule_id);
        }
    }
}

/// Parts of different vendors are no pair.
#[test]
fn vendors_are_not_mixed() {
    let engine = engine();
    let of = |id: &str, at: usize| {
        let (_, parts) = PAIRS.iter().find(|(other, _)| *other == id).expect("known");
        draw(parts, 9)[at].clone()
    };
    let text = write(
        &SYNTAXES[0],
        &[
            of("spotify-client", 1),
            of("auth0-client", 0),
            of("twilio-account-credentials", 1),
        ],
    );
    let found = groups(&engine, &text);
    assert!(
        found.iter().all(|g| !matches!(g.origin, Origin::Pair(_))),
        "{text}"
    );
}
