//! One key, in every syntax.

use super::check_all;

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

#[test]
fn one_key_is_one_finding() {
    check_all(ONE_KEY);
}
