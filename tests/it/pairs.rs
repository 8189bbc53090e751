//! An access key id and its secret are one finding, however they are written down.

use std::{collections::BTreeMap, sync::OnceLock};

use keyfence::{
    detection::{Detection, Judged, judge},
    matcher::{lines::Place, reference},
    pair::{Context, Group, Origin, join},
    rule::{
        Confidence, Rule, RuleSet, Severity,
        template::{Random, fill},
    },
    secret::Secret,
    validate::aws::plain,
};
use proptest::prelude::*;

/// How many instances are drawn of each text.
const SEEDS: u64 = 20;

/// Returns the AWS rules for parts, compiled once.
fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| {
        let parts = crate::patterns::all()
            .into_iter()
            .filter(|rule: &Rule| {
                rule.provider == "aws" && (rule.part.is_some() || rule.id == "aws-presigned-url-v4")
            })
            .collect();
        RuleSet::new(false, parts).expect("the ids are unique")
    })
}

fn place(bytes: &[u8], offset: usize) -> Place {
    let before = &bytes[..offset];
    let start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    Place {
        line: before.split(|b| *b == b'\n').count() as u64,
        column: (offset - start) as u64 + 1,
    }
}

/// Matches, judges and joins `text`, as the scan does.
fn groups(text: &str) -> Vec<Group> {
    let (rules, bytes) = (rules(), text.as_bytes());
    let detections = reference(rules, bytes)
        .iter()
        .filter_map(|candidate| {
            let Judged::Kept {
                secret,
                severity,
                confidence,
                facts,
                reasons,
                ..
            } = judge(rules, candidate, b"config/settings.txt")
            else {
                return None;
            };
            Some(Detection {
                rule: candidate.rule,
                span: candidate.span.start as u64..candidate.span.end as u64,
                secret_span: secret.start as u64..secret.end as u64,
                secret: Secret::new(&bytes[secret.clone()]),
                start: place(bytes, secret.start),
                end: place(bytes, secret.end),
                severity,
                confidence,
                facts,
                reasons,
                decoded: Vec::new(),
                context: Some(Box::new(Context::of(candidate, secret))),
                line_offset: 0,
                line: Secret::new(b""),
            })
        })
        .collect();
    join(rules, detections)
}

/// A drawn key: id, secret, session token.
struct Key {
    id: String,
    secret: String,
    token: String,
}

fn key(seed: u64) -> Key {
    let mut random = Random::new(seed);
    let mut draw = |template| fill(template, &mut random).expect("a template");
    Key {
        id: draw("AKIA{base32:16}"),
        secret: draw("{base64:40}"),
        token: draw("IQoJb3JpZ2luX2Vj{base64:344}"),
    }
}

/// Fills `@I1`, `@S1`, … with the keys of `seed`: the id, the secret (`P` percent-encoded, `J` and `U` JSON-escaped, `E` with character references), the token, and the
/// halves of the secret (`A`, `B`) and of the id (`C`, `D`).
fn instance(template: &str, seed: u64) -> (String, Vec<Key>) {
    let mut text = template.to_owned();
    let mut keys = Vec::new();
    for number in 1..=9_u64 {
        if !text.contains(&format!("@I{number}")) && !text.contains(&format!("@C{number}")) {
            break;
        }
        let key = key(seed * 100 + number);
        let (a, b) = key.secret.split_at(17);
        let (c, d) = key.id.split_at(9);
        let percent = key.secret.replace('/', "%2F").replace('+', "%2B");
        let forms = BTreeMap::from([
            ("I", key.id.clone()),
            ("S", key.secret.clone()),
            ("P", percent),
            ("J", key.secret.replace('/', "\\/")),
            (
                "U",
                key.secret.replace('/', "\\u002f").replace('+', "\\u002B"),
            ),
            ("E", key.secret.replace('/', "&#x2F;").replace('+', "&#43;")),
            ("T", key.token.clone()),
            ("A", a.to_owned()),
            ("B", b.to_owned()),
            ("C", c.to_owned()),
            ("D", d.to_owned()),
        ]);
        for (name, value) in forms {
            text = text.replace(&format!("@{name}{number}"), &value);
        }
        keys.push(key);
    }
    (text, keys)
}

/// Returns the pairs found, as id, secret and token, and how many other findings there are.
fn summary(groups: &[Group]) -> (Vec<[String; 3]>, Vec<String>) {
    let mut pairs = Vec::new();
    let mut others = Vec::new();
    for group in groups {
        if !matches!(group.origin, Origin::Pair(_)) {
            others.push(group.rule_id.clone());
            continue;
        }
        let part = |name: &str| {
            group
                .parts
                .iter()
                .find(|m| m.name == name)
                .map_or_else(String::new, |m| {
                    String::from_utf8(plain(m.detection.secret.expose()).into_owned())
                        .expect("ASCII")
                })
        };
        pairs.push([
            part("access_key_id"),
            part("secret_access_key"),
            part("session_token"),
        ]);
    }
    (pairs, others)
}

/// Each key of the text is one pair, and there is nothing else.
fn problems(template: &str) -> Option<String> {
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let (text, keys) = instance(template, seed);
        let found = groups(&text);
        let (mut pairs, others) = summary(&found);
        let mut expected: Vec<[String; 3]> = keys
            .into_iter()
            .map(|k| {
                let token = if text.contains(&k.token) {
                    k.token
                } else {
                    String::new()
                };
                [k.id, k.secret, token]
            })
            .collect();
        pairs.sort();
        expected.sort();
        let sure = found
            .iter()
            .all(|g| g.confidence == Confidence::High && g.severity == Severity::Critical);
        if pairs != expected || !others.is_empty() || !sure {
            wrong.push(format!(
                "others {others:?}, sure {sure}, {} pairs\n{text}",
                pairs.len()
            ));
        }
    }
    wrong
        .first()
        .map(|first| format!("{} of {SEEDS} wrong: {first}", wrong.len()))
}

/// One key each; `tests` in the name of the syntax.
const ONE_KEY: &[(&str, &str)] = &[
    ("env", "AWS_ACCESS_KEY_ID=@I1\nAWS_SECRET_ACCESS_KEY=@S1\n"),
    (
        "env export, quoted",
        "export AWS_ACCESS_KEY_ID=\"@I1\"\nexport AWS_SECRET_ACCESS_KEY=\"@S1\"\n",
    ),
    (
        "one line of shell",
        "AWS_ACCESS_KEY_ID=@I1 AWS_SECRET_ACCESS_KEY=@S1 aws s3 ls",
    ),
    ("old names", "AWS_ACCESS_KEY=@I1\nAWS_SECRET_KEY=@S1\n"),
    (
        "secret first",
        "AWS_SECRET_ACCESS_KEY=@S1\nAWS_ACCESS_KEY_ID=@I1\n",
    ),
    (
        "with token",
        "[default]\naws_access_key_id = @I1\naws_secret_access_key = @S1\naws_session_token = @T1\n",
    ),
    (
        "sts json",
        "{\n  \"Credentials\": {\n    \"AccessKeyId\": \"@I1\",\n    \"SecretAccessKey\": \"@S1\",\n    \"SessionToken\": \"@T1\",\n    \"Expiration\": \"2026-01-02T03:04:05Z\"\n  }\n}\n",
    ),
    (
        "compact json",
        "{\"AccessKeyId\":\"@I1\",\"SecretAccessKey\":\"@S1\",\"Token\":\"@T1\"}",
    ),
    (
        "imds json",
        "{\n  \"Code\" : \"Success\",\n  \"Type\" : \"AWS-HMAC\",\n  \"AccessKeyId\" : \"@I1\",\n  \"SecretAccessKey\" : \"@S1\",\n  \"Token\" : \"@T1\"\n}",
    ),
    (
        "json escaped",
        "{\"AccessKeyId\":\"@I1\",\"SecretAccessKey\":\"@J1\"}",
    ),
    (
        "json unicode escapes",
        "{\"AccessKeyId\":\"@I1\",\"SecretAccessKey\":\"@U1\"}",
    ),
    ("csv", "Access key ID,Secret access key\r\n@I1,@S1\r\n"),
    (
        "csv of the console",
        "\u{feff}User name,Password,Access key ID,Secret access key,Console login link\r\nme,,@I1,@S1,https://123456789012.signin.aws.amazon.com/console\r\n",
    ),
    ("csv semicolons", "User;Secret;Id\nme;@S1;@I1\n"),
    ("csv bare", "@I1,@S1\n"),
    ("two columns", "@I1    @S1\n"),
    ("tab", "@I1\t@S1\n"),
    ("two lines", "@I1\n@S1\n"),
    (
        "root key file",
        "AWSAccessKeyId=@I1\r\nAWSSecretKey=@S1\r\n",
    ),
    (
        "nine lines apart",
        "id = '@I1'\n\n\n# a\n# b\n# c\n# d\nregion = 'eu-west-1'\noutput = 'json'\nkey = '@S1'\n",
    ),
    (
        "yaml",
        "aws:\n  access_key_id: @I1\n  secret_access_key: @S1\n  region: us-east-1\n",
    ),
    (
        "yaml folded",
        "aws:\n  access_key_id: >-\n    @I1\n  secret_access_key: |\n    @S1\n",
    ),
    ("yaml short names", "s3:\n  key: @I1\n  secret: '@S1'\n"),
    (
        "toml",
        "[aws]\naccess_key = \"@I1\"\nsecret_key = \"@S1\"\n",
    ),
    (
        "dockerfile",
        "FROM x\nENV AWS_ACCESS_KEY_ID @I1\nENV AWS_SECRET_ACCESS_KEY @S1\nRUN y\n",
    ),
    (
        "dockerfile one line",
        "ENV AWS_ACCESS_KEY_ID=@I1 \\\n    AWS_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "terraform",
        "provider \"aws\" {\n  region     = \"us-east-1\"\n  access_key = \"@I1\"\n  secret_key = \"@S1\"\n}\n",
    ),
    (
        "terraform state",
        "\"attributes\": {\n  \"create_date\": null,\n  \"id\": \"@I1\",\n  \"pgp_key\": null,\n  \"secret\": \"@S1\",\n  \"status\": \"Active\"\n}",
    ),
    (
        "cloudformation",
        "Parameters:\n  KeyId:\n    Type: String\n    Default: @I1\n  SecretKey:\n    Type: String\n    Default: @S1\n",
    ),
    (
        "compose list",
        "services:\n  web:\n    environment:\n      - AWS_ACCESS_KEY_ID=@I1\n      - AWS_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "compose map",
        "services:\n  web:\n    environment:\n      AWS_ACCESS_KEY_ID: \"@I1\"\n      AWS_SECRET_ACCESS_KEY: \"@S1\"\n",
    ),
    (
        "k8s string data",
        "kind: Secret\nstringData:\n  accesskey: @I1\n  secretkey: @S1\n",
    ),
    (
        "k8s env",
        "env:\n- name: AWS_ACCESS_KEY_ID\n  value: @I1\n- name: AWS_SECRET_ACCESS_KEY\n  value: @S1\n",
    ),
    (
        "ecs env",
        "\"environment\": [{\"name\": \"AWS_ACCESS_KEY_ID\", \"value\": \"@I1\"}, {\"name\": \"AWS_SECRET_ACCESS_KEY\", \"value\": \"@S1\"}]",
    ),
    (
        "xml attributes",
        "<add accessKey=\"@I1\" secretKey=\"@S1\" />",
    ),
    (
        "xml elements",
        "<Credentials>\n  <AccessKeyId>@I1</AccessKeyId>\n  <SecretAccessKey>@S1</SecretAccessKey>\n</Credentials>",
    ),
    (
        "app settings",
        "<add key=\"AWSAccessKey\" value=\"@I1\"/>\n<add key=\"AWSSecretKey\" value=\"@S1\"/>",
    ),
    (
        "plist",
        "<dict>\n<key>AccessKeyId</key>\n<string>@I1</string>\n<key>SecretAccessKey</key>\n<string>@S1</string>\n</dict>",
    ),
    (
        "hadoop",
        "<property><name>fs.s3a.access.key</name><value>@I1</value></property>\n<property><name>fs.s3a.secret.key</name><value>@S1</value></property>",
    ),
    (
        "os.environ",
        "os.environ[\"AWS_ACCESS_KEY_ID\"] = \"@I1\"\nos.environ['AWS_SECRET_ACCESS_KEY'] = '@S1'\n",
    ),
    ("positional", "s3 = Client(\"@I1\", \"@S1\")"),
    (
        "positional, wrapped",
        "new BasicAWSCredentials(\n    \"@I1\",\n    \"@S1\");",
    ),
    (
        "keyword arguments",
        "boto3.client('s3', aws_access_key_id='@I1', aws_secret_access_key='@S1')",
    ),
    (
        "aws configure",
        "aws configure set aws_access_key_id @I1\naws configure set aws_secret_access_key @S1\n",
    ),
    ("options", "s3cmd --access_key=@I1 --secret_key=@S1 ls"),
    (
        "java system properties",
        "-Daws.accessKeyId=@I1 -Daws.secretKey=@S1",
    ),
    ("url", "s3://@I1:@S1@bucket/path"),
    ("url percent-encoded", "s3n://@I1:@P1@bucket/path"),
    ("env percent-encoded", "id=@I1&secret_key=@P1&x=1"),
    (
        "notebook",
        "\"source\": [\n  \"key = \\\"@I1\\\"\\n\",\n  \"secret = \\\"@S1\\\"\\n\"\n]",
    ),
    (
        "markdown table",
        "| Access key | Secret key |\n|---|---|\n| @I1 | `@S1` |\n",
    ),
    (
        "markdown prose",
        "Use the key `@I1` with the secret `@S1`.\n",
    ),
    (
        "properties",
        "cloud.aws.credentials.access-key=@I1\ncloud.aws.credentials.secret-key=@S1\n",
    ),
    (
        "php define",
        "define('AWS_KEY', '@I1');\ndefine('AWS_SECRET', '@S1');\n",
    ),
    ("php array", "'key'    => '@I1',\n'secret' => '@S1',\n"),
    (
        "split by plus",
        "AWS_KEY = \"@I1\"\nAWS_SECRET = \"@A1\" + \"@B1\"\n",
    ),
    (
        "split by dot",
        "$id = '@C1' . '@D1';\n$aws_secret = '@A1' . '@B1';\n",
    ),
    (
        "adjacent literals",
        "id = \"@I1\"\naws_secret_key = (\"@A1\"\n    \"@B1\")\n",
    ),
    (
        "split by backslash",
        "aws_access_key_id=@I1\naws_secret_access_key='@A1' \\\n  '@B1'\n",
    ),
    ("split, positional", "Client(\"@C1\" + \"@D1\", \"@S1\")"),
    (
        "commented out",
        "# AWS_ACCESS_KEY_ID=@I1\n# AWS_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "shell history",
        "  101  export AWS_ACCESS_KEY_ID=@I1\n  102  export AWS_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "sql insert",
        "INSERT INTO keys (id, secret) VALUES ('@I1', '@S1');\n",
    ),
    (
        "same id twice",
        "# key @I1\naws_access_key_id = @I1\naws_secret_access_key = @S1\n",
    ),
    (
        "localised",
        "アクセスキー: @I1\nシークレットアクセスキー: @S1\n",
    ),
    ("german", "Schlüssel-ID: @I1\nGeheimschlüssel: @S1\n"),
    (
        "token between",
        "{\"AccessKeyId\": \"@I1\", \"SessionToken\": \"@T1\", \"SecretAccessKey\": \"@S1\"}",
    ),
    (
        "token first",
        "AWS_SESSION_TOKEN=@T1\nAWS_ACCESS_KEY_ID=@I1\nAWS_SECRET_ACCESS_KEY=@S1\n",
    ),
    (
        "nested token",
        "{\"key\":{\"id\":\"@I1\",\"secret\":\"@S1\"},\"session\":{\"token\":\"@T1\"}}",
    ),
    ("string lists", "[\"@I1\"]\n[\"@S1\"]\n"),
    (
        "heredoc",
        "cat > ~/.aws/credentials <<EOF\n[default]\naws_access_key_id=@I1\naws_secret_access_key=@S1\nEOF\n",
    ),
    (
        "s3cfg",
        "[default]\naccess_key = @I1\nbucket_location = US\ncheck_ssl = True\nencrypt = False\nsecret_key = @S1\n",
    ),
    (
        "javascript",
        "AWS.config.update({ accessKeyId: '@I1', secretAccessKey: '@S1', region: 'x' });",
    ),
    (
        "java setters",
        "conf.setAccessKey(\"@I1\");\nconf.setSecretKey(\"@S1\");\n",
    ),
    (
        "ruby",
        ":access_key_id => '@I1',\n:secret_access_key => '@S1'\n",
    ),
    (
        "go",
        "credentials.NewStaticCredentials(\"@I1\", \"@S1\", \"\")",
    ),
    (
        "c macros",
        "#define AWS_KEY_ID \"@I1\"\n#define AWS_SECRET \"@S1\"\n",
    ),
    (
        "kotlin",
        "val accessKey: String = \"@I1\"\nval secretKey: String = \"@S1\"\n",
    ),
    (
        "powershell",
        "$env:AWS_ACCESS_KEY_ID = '@I1'\r\n$env:AWS_SECRET_ACCESS_KEY = '@S1'\r\n",
    ),
    (
        "windows",
        "set AWS_ACCESS_KEY_ID=@I1\r\nset AWS_SECRET_ACCESS_KEY=@S1\r\n",
    ),
    ("a note", "Access key ID: @I1, Secret access key: @S1."),
    (
        "curl",
        "curl --aws-sigv4 aws:amz:x:s3 --user \"@I1:@S1\" https://x",
    ),
    ("slash", "key @I1/@S1 end"),
    ("pipe", "@I1|@S1|us-east-1\n"),
    (
        "json in json",
        "{\"body\": \"{\\\"AccessKeyId\\\":\\\"@I1\\\",\\\"SecretAccessKey\\\":\\\"@S1\\\"}\"}",
    ),
    ("json, id as key", "{\"@I1\": \"@S1\"}"),
    ("lines in a string", "text = \"keys:\\n@I1\\n@S1\\n\"\n"),
    (
        "diff",
        "+aws_access_key_id = @I1\n+aws_secret_access_key = @S1\n",
    ),
    ("diff of bare lines", "+@I1\n+@S1\n"),
    (
        "argument list in yaml",
        "args: [\"--key\", \"@I1\", \"--secret\", \"@S1\"]\n",
    ),
    (
        "ansible",
        "- s3:\n    aws_access_key: \"@I1\"\n    aws_secret_key: \"@S1\"\n    mode: put\n",
    ),
    (
        "rclone",
        "[remote]\ntype = s3\nprovider = AWS\naccess_key_id = @I1\nsecret_access_key = @S1\n",
    ),
    (
        "env with default",
        "id: ${KEY:-@I1}\nsecret: ${SECRET:-@S1}\n",
    ),
    ("html", "<td>@I1</td><td>@S1</td>"),
    (
        "with a comment between",
        "access = \"@I1\"  # do not share\n# the secret half\nsecret = \"@S1\"\n",
    ),
    (
        "near a commit id",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b\nkey @I1\nsecret @S1\n",
    ),
    (
        "yaml, folded over two lines",
        "aws:\n  access_key_id: @I1\n  secret_access_key: >-\n    @A1\n    @B1\n  region: x\n",
    ),
    (
        "yaml, quoted and folded",
        "s3:\n  access_key: '@I1'\n  secret_key: \"@A1\n    @B1\"\n",
    ),
    (
        "split, the bare word secret",
        "KEY = \"@I1\"\nSECRET = \"@A1\" + \"@B1\"\n",
    ),
    (
        "split by php, the bare word secret",
        "$id = '@C1' . '@D1';\r\n$secret = '@A1' . '@B1';\r\n",
    ),
    (
        "adjacent literals, far indented",
        "aws_access_key_id = '@C1' '@D1'\naws_secret_access_key = ('@A1'\n                         '@B1')\n",
    ),
    (
        "both split, positional",
        "client(\"@C1\" \"@D1\", \"@A1\" \"@B1\")\n",
    ),
    (
        "template literals",
        "accessKeyId: `@C1${'@D1'}`, secretAccessKey: `@A1${\"@B1\"}`",
    ),
    (
        "template literals, empty expression",
        "accessKeyId: `@C1${''}@D1`, secretAccessKey: `@A1${''}@B1`",
    ),
    (
        "split in a notebook",
        "\"source\": [\"id = \\\"@I1\\\"\\n\", \"aws_secret = \\\"@A1\\\" + \\\"@B1\\\"\\n\"]",
    ),
    ("form", "key=@I1&secret=@P1&region=x\n"),
    (
        "json escaped, the bare word secret",
        "{\"key\":\"@I1\",\"secret\":\"@J1\"}",
    ),
    (
        "character references",
        "<a accessKey=\"@I1\" secretAccessKey=\"@E1\"/>",
    ),
    (
        "many options between",
        "[default]\naccess_key = @I1\nadd_headers = \nbucket_location = US\ncache_file = \ncheck_ssl_certificate = True\ncheck_ssl_hostname = True\ncloudfront_host = cloudfront.amazonaws.com\nconnection_pooling = True\ncontent_type = \ndefault_mime_type = binary/octet-stream\ndelay_updates = False\ndelete_after = False\ndelete_removed = False\ndry_run = False\nenable_multipart = True\nencrypt = False\nexpiry_days = \nfollow_symlinks = False\nforce = False\nget_continue = False\nguess_mime_type = True\nhost_base = s3.amazonaws.com\ninvalidate_on_cf = False\nlimit = -1\nlimitrate = 0\nlist_md5 = False\nlong_listing = False\nmax_delete = -1\nmime_type = \nmultipart_chunk_size_mb = 15\npreserve_attrs = True\nprogress_meter = True\nproxy_port = 0\nput_continue = False\nrecv_chunk = 65536\nreduced_redundancy = False\nsecret_key = @S1\nsend_chunk = 65536\n",
    ),
];

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

#[track_caller]
fn check_all(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(name, template)| Some(format!("{name}: {}", problems(template)?)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} wrong\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn one_key_is_one_finding() {
    check_all(ONE_KEY);
}

#[test]
fn each_key_has_its_own_secret() {
    check_all(MANY_KEYS);
}

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

/// Credentials of two parts that are no access key: rule, parts, a fact.
#[test]
fn other_pairs() {
    for (template, rule, parts, fact) in [
        (
            "SMTP_USER=AKIA{base32:16}\nSMTP_PASSWORD=B{one:A|P}{base64:42}\n",
            "aws-ses-smtp-credential",
            ["access_key_id", "smtp_password"],
            ("key_type", "long-term"),
        ),
        (
            "login AKIA{base32:16} with B{one:A|P}{base64:42}\n",
            "aws-ses-smtp-credential",
            ["access_key_id", "smtp_password"],
            ("version", "4"),
        ),
        (
            "{\"ServicePassword\": \"{base64:42}A=\", \"ServiceUserName\": \"me-at-123456789012\", \"ServiceSpecificCredentialId\": \"ACCA{base32:16}\"}",
            "aws-service-specific-credential",
            ["service_password", "service_credential_id"],
            ("", ""),
        ),
        (
            "AWS_ACCESS_KEY_ID=ASIA{base32:16}\nAWS_SECRET_ACCESS_KEY={base64:40}\n",
            "aws-access-key-pair",
            ["access_key_id", "secret_access_key"],
            ("key_type", "temporary"),
        ),
    ] {
        for seed in 0..SEEDS {
            let text = fill(template, &mut Random::new(seed)).unwrap();
            let found = groups(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].rule_id, rule, "{text}");
            let names: Vec<&str> = found[0].parts.iter().map(|m| m.name).collect();
            assert_eq!(names, parts, "{text}");
            let has = found[0]
                .facts
                .iter()
                .any(|(name, value)| (*name, value.as_str()) == fact);
            assert!(has || fact.0.is_empty(), "{text}: {:?}", found[0].facts);
        }
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

#[test]
fn the_fingerprint_is_that_of_the_plain_secret() {
    for form in ["@S1", "@P1", "@J1", "@U1", "@A1\" + \"@B1"] {
        let (text, keys) = instance(&format!("id: \"@I1\", aws_secret_key: \"{form}\""), 3);
        let found = groups(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(
            found[0].identity(rules()).as_ref(),
            keys[0].secret.as_bytes(),
            "{text}"
        );
    }
}

/// Values that a decoder found carry places of the encoded text, and no names of their own.
#[test]
fn decoded_values_are_joined() {
    let rules = rules();
    let key = key(7);
    let part = |value: &str, rule: &str, span: std::ops::Range<u64>, line: u64| Detection {
        rule: rules.find(rule).expect("a rule"),
        span: span.clone(),
        secret_span: span,
        secret: Secret::new(value.as_bytes()),
        start: Place { line, column: 8 },
        end: Place { line, column: 64 },
        severity: Severity::Medium,
        confidence: Confidence::Low,
        facts: Vec::new(),
        reasons: Vec::new(),
        decoded: vec!["base64"],
        context: None,
        line_offset: 0,
        line: Secret::new(b""),
    };
    for (second, line) in [(60..116, 4), (20..48, 3)] {
        let found = join(
            rules,
            vec![
                part(&key.id, "aws-access-key-id", 20..48, 3),
                part(&key.secret, "aws-secret-access-key-bare", second, line),
            ],
        );
        let (pairs, others) = summary(&found);
        assert_eq!(pairs, [[key.id.clone(), key.secret.clone(), String::new()]]);
        assert!(others.is_empty());
    }
}

#[test]
fn bait_is_said_to_be_bait() {
    let bits = [
        &(52_310_077_262_u64 << 7 | 1 << 47).to_be_bytes()[2..],
        &[0x5a, 0x13, 0xc9, 0x77],
    ]
    .concat();
    let id = format!("AKIA{}", data_encoding::BASE32_NOPAD.encode(&bits));
    let found = groups(&format!("{id},{}", key(1).secret));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Low);
    assert!(
        found[0]
            .facts
            .contains(&("canary", "canarytokens.org".to_owned()))
    );
    assert!(
        found[0]
            .facts
            .contains(&("account_id", "052310077262".to_owned()))
    );
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
