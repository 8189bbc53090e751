//! Rules for kingfisher (<https://github.com/mongodb/kingfisher/blob/main/docs/RULES.md>).

use super::{
    Draft, ImportError, Imported, LeftOut, Syntax, entropy_of,
    regex::{Secret, convert},
    tree::{self, Fields, Node, texts},
};
use crate::rule::{Confidence, Severity};

/// What each other field of a rule does, and why keyfence does not.
const OTHERS: &[(&str, &str)] = &[
    (
        "validation",
        "keyfence asks no server: what it finds is told whether it is live or not",
    ),
    (
        "revocation",
        "keyfence asks no server: revoke it where it was made",
    ),
    (
        "depends_on_rule",
        "keyfence pairs parts by rules of its own; each rule is told for itself",
    ),
    (
        "pattern_requirements",
        "put what the secret must have into the regex",
    ),
    ("prevalidated", "keyfence asks no server"),
    ("tls_mode", "keyfence asks no server"),
];

/// Reads a file.
///
/// # Errors
///
/// When it is no YAML, or a field has another type than it should.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let root = tree::yaml(text)?;
    let fields = Fields::of(&root, "")?;
    if fields.node("rules").is_none() {
        return Err(ImportError {
            line: 0,
            message: "it has no `rules`".to_owned(),
        });
    }
    let mut out = Imported::default();
    for item in fields.list("rules")? {
        read_rule(item, &mut out)?;
    }
    fields.leave_out_the_rest(&mut out.left_out);
    Ok(out)
}

fn read_rule(item: &Node, out: &mut Imported) -> Result<(), ImportError> {
    let mut fields = Fields::of(item, "a rule")?;
    let name = fields.text("name")?;
    let id = fields.text("id")?;
    let their_id = id.or(name).unwrap_or("rule").to_owned();
    fields.what = format!("rule `{their_id}`");
    let pattern = fields.text("pattern")?;
    let entropy = fields.number("min_entropy")?.unwrap_or(0.0);
    let confidence = fields.text("confidence")?.map(str::to_ascii_lowercase);
    // Examples may be live secrets, and stay where they are.
    for field in ["examples", "negative_examples", "description", "categories"] {
        fields.node(field);
    }
    let references = texts(fields.list("references")?, &fields.called("references"))?;
    for (field, why) in OTHERS {
        fields.leave_out(field, why, &mut out.left_out);
    }
    let is_hidden = fields.flag("visible")? == Some(false);
    fields.leave_out_the_rest(&mut out.left_out);
    let mut leave_out = |why: String| {
        out.left_out.push(LeftOut {
            line: item.line,
            what: fields.what.clone(),
            why,
        });
    };
    if is_hidden {
        leave_out(
            "it is not visible: it only serves other rules, and is nothing to tell".to_owned(),
        );
        return Ok(());
    }
    let Some(pattern) = pattern else {
        leave_out("it has no pattern".to_owned());
        return Ok(());
    };
    match convert(pattern.trim_end(), Secret::Named("TOKEN")) {
        Ok(regex) => out.rules.push(Draft {
            line: item.line,
            name: name.unwrap_or(&their_id).to_owned(),
            their_id,
            regex,
            syntax: Syntax::Regex,
            severity: Severity::High,
            confidence: (confidence.as_deref())
                .and_then(Confidence::from_name)
                .unwrap_or(Confidence::Medium),
            min_entropy: entropy_of(entropy),
            source: references
                .first()
                .map_or_else(String::new, |url| (*url).to_owned()),
        }),
        Err(why) => leave_out(format!("its pattern cannot be carried over: {why}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::rule::Confidence;

    const FILE: &str = r"
rules:
  - name: Acme key
    id: acme.1
    pattern: |
      (?x)
      \b
      acme
      (?:.|[\n\r]){0,16}?
      (?P<TOKEN> [a-z0-9]{32} )
      \b
    min_entropy: 3.3
    confidence: High
    examples: [nothing]
    references: [https://docs.acme.example]
    validation:
      type: Http
  - name: Acme id
    id: acme.2
    pattern: 'acme_[0-9]{8}'
    visible: false
  - name: Nothing
    strange: 1
";

    #[test]
    fn rules_are_read() {
        let read = read(FILE).unwrap();
        let [rule] = &read.rules[..] else {
            panic!("{read:#?}");
        };
        assert_eq!((&*rule.their_id, &*rule.name), ("acme.1", "Acme key"));
        assert_eq!(rule.confidence, Confidence::High);
        assert_eq!(rule.source, "https://docs.acme.example");
        assert_eq!(
            regex_syntax::parse(&rule.regex)
                .unwrap()
                .properties()
                .explicit_captures_len(),
            1
        );
        let told: Vec<String> = read
            .left_out
            .iter()
            .map(|one| format!("{} {}", one.line, one.what))
            .collect();
        assert_eq!(
            told,
            [
                "16 rule `acme.1`: `validation`",
                "18 rule `acme.2`",
                "23 rule `Nothing`: `strange`",
                "22 rule `Nothing`"
            ]
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("rule: 1", "it has no `rules`"),
            ("rules: {}", "`rules`: expected a list, found a table"),
            (
                "rules:\n- name: a\n  pattern: 1\n",
                "line 3: rule `a`: `pattern`: expected text",
            ),
            (
                "rules:\n- a\n",
                "line 2: a rule: expected a table, found text",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
