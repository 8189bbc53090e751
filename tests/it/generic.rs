//! How sure the generic rules are: the rules with all checks and judges, over whole lines.

use keyfence::{
    detection::{Judged, judge},
    matcher::reference,
    rule::{
        Confidence, RuleSet,
        template::{Random, fill},
    },
};

/// Draws instances of `template` and compares the surest finding in the file `path`; a few in a hundred may be judged otherwise,
/// since a random value sometimes looks like something else.
#[track_caller]
fn check(path: &str, template: &str, expected: Option<Confidence>) {
    const DRAWS: u64 = 40;
    let rules = RuleSet::new(false, crate::patterns::all()).unwrap();
    let surest = |text: &str| {
        reference(&rules, text.as_bytes())
            .iter()
            .filter_map(
                |candidate| match judge(&rules, candidate, path.as_bytes()) {
                    Judged::Kept { confidence, .. } => Some(confidence),
                    Judged::Dropped { .. } | Judged::Refuted { .. } => None,
                },
            )
            .max()
    };
    let other: Vec<String> = (0..DRAWS)
        .map(|seed| fill(template, &mut Random::new(seed)).unwrap())
        .filter(|text| surest(text) != expected)
        .collect();
    assert!(
        other.len() <= 2,
        "{path}: {} of {DRAWS} are not {expected:?}: {other:?}",
        other.len()
    );
}

#[test]
fn passwords_in_settings_block_a_commit() {
    let medium = Some(Confidence::Medium);
    check("config/app.yml", "password: {base62:9}{digits:2}\n", medium);
    check("config/app.yml", "password: Summer{digits:4}!\n", medium);
    check(".env", "DB_PASSWORD=Br{lower:5}{digits:4}\n", medium);
    check(
        "src/db.go",
        "dsn := \"user=app;password=q{base62:9}{digits:2};\"\n",
        medium,
    );
    check(
        "src/Db.java",
        "String password = \"q{base62:9}{digits:2}\";\n",
        medium,
    );
    check(
        "web.config",
        "<add key=\"DbPassword\" value=\"q{base62:9}{digits:2}\"/>\n",
        medium,
    );
    check(
        "main.tf",
        "  master_password = \"q{base62:9}{digits:2}\"\n",
        medium,
    );
}

#[test]
fn keys_in_settings_block_a_commit() {
    let medium = Some(Confidence::Medium);
    check("config/app.yml", "api_key: {base62:32}\n", medium);
    check("config/secrets.yml", "secret_key_base: {hex:128}\n", medium);
    check("src/app.ts", "const token = '{base62:40}';\n", medium);
    check("app.properties", "webhook.secret={hex:32}\n", medium);
}

#[test]
fn tests_and_weak_passwords_are_low() {
    let low = Some(Confidence::Low);
    check(
        "test/login_test.rb",
        "password: 'q{base62:9}{digits:2}'\n",
        low,
    );
    check("docs/setup.md", "api_key: {base62:32}\n", low);
    check(
        "config/app.yml",
        "password: admin{one:123|1234|1|12|111}!\n",
        low,
    );
    check(
        "config/app.yml",
        "password: password{one:123|12|01}!\n",
        low,
    );
    check("config/app.yml", "password: test{digits:4}\n", low);
    check(
        "src/user.rb",
        "  #   user.password = 'q{base62:9}{digits:2}'\n",
        low,
    );
}

#[test]
fn what_is_no_password_is_not_found() {
    check("src/login.py", "password = get_password_of(user)\n", None);
    check("src/login.py", "password = form_password\n", None);
    check(
        "src/login.js",
        "password: \"Please enter your password\",\n",
        None,
    );
    check(
        "config/app.yml",
        "password: <%= ENV['DB_PASSWORD'] %>\n",
        None,
    );
    check("config/app.yml", "password: ${lit:DB_PASSWORD}\n", None);
    check(
        "README.md",
        "Your password: something that only you know\n",
        None,
    );
    check("src/login.rs", "token: TokenKindOfTheParser,\n", None);
    check(
        "src/login.java",
        "private RSAPrivateKeyFactory privateKey = RSAPrivateKeyFactory.create();\n",
        None,
    );
    check("yarn.lock", "token-types@^2.0.0: {hex:40}\n", None);
    check(
        "src/login.py",
        "if password == \"q{base62:9}{digits:2}\":\n",
        None,
    );
    check("locale/de.yml", "password: \"Kenn{one:wort}\"\n", None);
}

/// A value with the prefix of a vendor's token, whose checksum is wrong, is no token of anybody, whatever it is called.
#[test]
fn a_wrong_checksum_is_no_generic_token() {
    check(".env", "TOKEN=ghp_{base62:36}\n", None);
    check("src/a.py", "secret = \"gho_{base62:36}\"\n", None);
    let right = "TOKEN=ghp_{base62:30}{sum:crc32-base62-last}\n";
    check(".env", right, Some(Confidence::High));
    // Of another length it is none of theirs.
    check(".env", "TOKEN=ghp_{base62:30}\n", Some(Confidence::Medium));
}
