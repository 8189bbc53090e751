//! A value with a form but no mark of its own, assigned to a name that says whose it is: `value` and `called` instead of `regex`.
//!
//! The regex that such a rule gets reaches from a keyword, over what every syntax people use puts between a name and its value, to the
//! value. So a rule says what is peculiar to its vendor, and the syntaxes stand here once.
//!
//! | written | names that count, for the keyword `acme` and the word `key` |
//! |---|---|
//! | the word in the name | `ACME_API_KEY`, `acme.key`, `acmeKeyProd`; a keyword that has a word in it (`acme_key`) needs no other |
//! | the word behind the name, on the line | `config["acme"]["apiKey"]`, `Acme::Client.new(api_key: …)`, `Acme API key: …` |
//! | the word in a block of that name | `acme:` and up to three lines below `  api_key: …`, `[acme]`, `acme {`, `"acme": {` |
//!
//! Behind the keyword, and in a block, the name is made of words for roles alone (`ROLES`): `other_vendor_key` is not Acme's.

use std::ops::Range;

use super::Reader;
use crate::fields::{Fields as _, Table, span_of};

/// Words that name a value's role and no vendor, before the word that was asked for.
const ROLES: &str = "api|app|application|auth|access|client|consumer|oauth2?|private|secret|account|rest|server|service|admin|user|personal|default|license|project|write|http";

/// What stands between a keyword and a name behind it on the line.
const SAME_LINE: &str = r"[^\n]{0,40}?[^\w\n.-](?:--?|\$)?";

/// What stands between a keyword and a name in the block that it opens.
const BLOCK: &str = r#"[^\w\n][^\n]{0,24}\n(?:[^\n]{0,80}\n){0,2}?[\x20\t]{0,24}(?:-\x20)?["'<:]?"#;

/// What stands between a name and its value; blanks in it are not matched.
const SEPARATOR: &str = r#"
(?: (?: \\?["'`] (?:[\x20\t]?\])? | \] )? [\x20\t]{0,20}
    (?: (?: [\x20\t]string | :[\x20\t]?(?:&(?:'static\x20)?)?[\w.<>\[\]?|]{2,30} )? [\x20\t]{0,4} (?:\|\||\?|\+|:)? =>? | :-? | > | <- )
  | ["'] [\x20\t]{1,4} (?:value|content)=
  | ["'] (?: [\x20\t]{1,4} [\w:.-]{1,24} = ["'][^"'<>\r\n]{0,24}["'] ){1,2} [\x20\t]{0,4} >
  | [\x20\t]{1,20}
  | </(?:key|name)> \s{0,40} <(?:string|value)>
  | \\?["'`]? ,? \s{1,40} \\?["'`]? value \\?["'`]? [\x20\t]? [:=]
  | \\?["'`] [\x20\t]? :? [\x20\t]? \{ (?: \s{1,40} (?:type|description|sensitive) [\x20\t]{0,12} = [^\r\n]{0,80} ){0,3} \s{0,40} \\?["'`]? (?:value|default) \\?["'`]? [\x20\t]{0,12} [:=]
  | \\?["'`]? [\])]? [\x20\t]{1,4} (?: \|\| | \?\? | or )
  | \\?["'`] [\x20\t]{0,4} ,
  | \( )
[\x20\t]{0,20} (?: (?:@|b|r|u|u8|L)? \\?["'`] (?: \\["'`] )? )?
(?: (?:bearer|token|api-?key|key|basic|geniekey|splunk) [\x20=:]{1,3} \\?["'`]? )?
"#;

impl<'a> Reader<'a> {
    /// Returns the regex of a rule: what it gives as `regex`, or what its `value` and `called` come to.
    pub(super) fn regex(&mut self, table: &Table<'a>, span: &Range<usize>) -> Option<String> {
        if !table.contains_key("value") {
            if table.contains_key("called") {
                let span = span_of(table, "called", span);
                let message = "goes with `value`, which says what the value looks like";
                self.error(&span, Some("called"), message);
            }
            return self.required(table, "regex", span);
        }
        for field in ["regex", "prefixes", "base64_run", "lines"] {
            if table.contains_key(field) {
                let message = "a rule with `value` has `keywords` and none of this";
                self.error(&span_of(table, field, span), Some(field), message);
                return None;
            }
        }
        let value = self.text_field(table, "value")?;
        let keywords = self.list(table, "keywords");
        if keywords.is_empty() {
            let message = "missing; `value` needs words by which its names are found";
            self.error(span, Some("keywords"), message);
            return None;
        }
        Some(assigned(&keywords, &self.list(table, "called"), &value))
    }
}

/// Returns the regex of a `value` assigned to a name with one of `keywords`, and one of the words `called` where there are any.
fn assigned(keywords: &[String], called: &[String], value: &str) -> String {
    let lower: Vec<String> = keywords.iter().map(|k| k.to_ascii_lowercase()).collect();
    let is_whole = |keyword: &&String| {
        called.is_empty() || called.iter().any(|word| keyword.contains(word.as_str()))
    };
    let (whole, bare): (Vec<&String>, Vec<&String>) = lower.iter().partition(is_whole);
    let mut names = Vec::new();
    if !whole.is_empty() {
        names.push(format!(r"{}[\w.-]{{0,24}}", any(whole.iter().copied())));
    }
    if !bare.is_empty() {
        let (bare, called) = (any(bare.iter().copied()), any(called.iter()));
        names.push(format!(r"{bare}(?:[\w.-]{{0,30}}?{called}[\w.-]{{0,16}}|(?:{SAME_LINE}|{BLOCK})(?:(?:{ROLES})[_.\x20-]?){{0,3}}{called}(?:[_.-]?(?:key|token|secret|value|id))?)"));
    }
    let separator: String = SEPARATOR.split_whitespace().collect();
    format!("(?i:(?:{})(?:{separator}))({value})", names.join("|"))
}

/// Returns a regex for any of `words`.
fn any<'w>(words: impl Iterator<Item = &'w String>) -> String {
    let words: Vec<String> = words.map(|word| regex_syntax::escape(word)).collect();
    format!("(?:{})", words.join("|"))
}

#[cfg(test)]
mod tests {
    use crate::rule::{parse::parse, regex::Regex};

    const RULE: &str = r#"
[[rule]]
id = "acme-key"
kind = "opaque"
keywords = ["acme"]
called = ["key"]
value = '[0-9]{6}'
"#;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let rules = parse("rules.toml".as_ref(), RULE).unwrap();
        let regex = Regex::new(&rules[0].regex).unwrap();
        let found = text.match_indices("acme").chain(text.match_indices("ACME"));
        let found = found
            .chain(text.match_indices("Acme"))
            .find_map(|(at, _)| regex.match_at(text.as_bytes(), at, text.len()))
            .and_then(|(_, secret)| text.get(secret));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_and_syntaxes() {
        for text in [
            "ACME_API_KEY=123456\n",
            "export acme_key_prod='123456'",
            "acme.api.key: 123456",
            "\"acmeApiKey\": \"123456\"",
            "'acme_key' => '123456'",
            ":acme_key => \"123456\"",
            "acmeKey := \"123456\"",
            "const ACME_KEY: &str = \"123456\";",
            "os.environ['ACME_KEY'] = '123456'",
            "process.env.ACME_KEY || '123456'",
            "set -gx ACME_KEY 123456",
            "ENV ACME_KEY 123456",
            "define('ACME_KEY', '123456');",
            "<acmeKey>123456</acmeKey>",
            "<add key=\"AcmeKey\" value=\"123456\"/>",
            "<string name=\"acme_key\">123456</string>",
            "<key>AcmeKey</key>\n\t<string>123456</string>",
            "- name: ACME_KEY\n  value: 123456",
            "{\"name\": \"ACME_KEY\", \"value\": \"123456\"}",
            "variable \"acme_key\" {\n  type = string\n  default = \"123456\"\n}",
            "curl -H 'Acme-Key: 123456' https://x.test",
            "curl 'https://x.test/?acme_key=123456&a=b'",
            "acme-auth: key 123456 ",
            "config['acme']['api_key'] = '123456'",
            "config.acme.api_key = '123456'",
            "Acme::Client.new(api_key: '123456')",
            "acme = Client(secret_key=\"123456\")",
            "The Acme API key: 123456",
            "--acme-api-key 123456",
            "acme login --api-key 123456",
            "setAcmeKey(\"123456\")",
            "acme:\n  api_key: 123456",
            "acme:\n  site: eu\n  api_key: 123456",
            "[acme]\napi_key = 123456",
            "provider \"acme\" {\n  api_key = \"123456\"\n}",
            "\"acme\": {\n  \"apiKey\": \"123456\"",
        ] {
            check(text, Some("123456"));
        }
        for text in [
            "ACME_ID=123456\n",
            "acme 123456",
            "acme: 1\nother_key: 123456",
            "acme, see other.key=123456",
            "acme, see other-key=123456",
            "acme\n\n\n\n\nkey: 123456",
            "ACME_KEY=$OTHER\n123456",
        ] {
            check(text, None);
        }
    }

    #[track_caller]
    fn refused(change: (&str, &str), expected: &str) {
        let text = RULE.replace(change.0, change.1);
        let errors = parse("bad.toml".as_ref(), &text).unwrap_err();
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(all.iter().any(|e| e.contains(expected)), "{all:#?}");
    }

    #[test]
    fn mistakes() {
        refused(
            ("value = '[0-9]{6}'", ""),
            "bad.toml:6: rule `acme-key`: field `called`: goes with `value`",
        );
        refused(
            ("called", "regex = 'x'\ncalled"),
            "bad.toml:6: rule `acme-key`: field `regex`: a rule with `value`",
        );
        refused(("keywords = [\"acme\"]", ""), "field `keywords`: missing");
        refused(
            ("[0-9]{6}", "[0-9"),
            "bad.toml:7: rule `acme-key`: field `value`: ",
        );
    }
}
