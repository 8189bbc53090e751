//! Custom detectors of trufflehog (<https://docs.trufflesecurity.com/custom-detectors>).

use super::{
    Draft, ImportError, Imported, LeftOut, Syntax, entropy_of,
    regex::{Secret, convert},
    tree::{self, Fields, Node, texts},
};
use crate::rule::{Confidence, Severity};

/// What each other field of a detector does, and why keyfence does not.
const OTHERS: &[(&str, &str)] = &[
    (
        "verify",
        "keyfence asks no server: what it finds is told whether it is live or not",
    ),
    (
        "exclude_words",
        "keyfence accepts secrets, not words: accept what is left with keyfence allow",
    ),
    (
        "exclude_regexes_capture",
        "keyfence accepts secrets, not shapes: accept what is left with keyfence allow",
    ),
    (
        "exclude_regexes_match",
        "keyfence accepts secrets, not shapes: accept what is left with keyfence allow",
    ),
    (
        "validations",
        "put what the secret must have into the regex",
    ),
];

/// Reads a file.
///
/// # Errors
///
/// When it is no YAML, or a field has another type than it should.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let root = tree::yaml(text)?;
    let fields = Fields::of(&root, "")?;
    if fields.node("detectors").is_none() {
        return Err(ImportError {
            line: 0,
            message: "it has no `detectors`".to_owned(),
        });
    }
    let mut out = Imported::default();
    for item in fields.list("detectors")? {
        read_detector(item, &mut out)?;
    }
    let why = "keyfence scan is told what to scan when it is called";
    fields.leave_out("sources", why, &mut out.left_out);
    fields.leave_out_the_rest(&mut out.left_out);
    Ok(out)
}

fn read_detector(item: &Node, out: &mut Imported) -> Result<(), ImportError> {
    let mut fields = Fields::of(item, "a detector")?;
    let name = fields.text("name")?.unwrap_or("detector");
    fields.what = format!("detector `{name}`");
    // What makes a scan quicker there, and what people read.
    texts(fields.list("keywords")?, &fields.called("keywords"))?;
    fields.text("description")?;
    let entropy = fields.number("entropy")?.unwrap_or(0.0);
    let primary = fields.text("primary_regex_name")?;
    let regexes = fields.table("regex")?.ok_or_else(|| ImportError {
        line: item.line,
        message: format!("detector `{name}`: it has no `regex`"),
    })?;
    for (field, why) in OTHERS {
        fields.leave_out(field, why, &mut out.left_out);
    }
    fields.leave_out_the_rest(&mut out.left_out);
    let count = regexes.entries().count();
    if count > 1 {
        out.left_out.push(LeftOut {
            line: regexes.line,
            what: fields.called("regex"),
            why: format!(
                "its {count} parts have to stand together there; here each is told for itself"
            ),
        });
    }
    for (part, node) in regexes.entries() {
        let pattern = regexes.text(part)?.unwrap_or_default();
        let their_id = if count > 1 {
            format!("{name}/{part}")
        } else {
            name.to_owned()
        };
        match convert(pattern, Secret::First) {
            Ok(regex) => out.rules.push(Draft {
                line: node.line,
                name: their_id.clone(),
                their_id,
                regex,
                syntax: Syntax::Regex,
                severity: Severity::High,
                // A part that is no secret by itself is worth less.
                confidence: match primary {
                    Some(primary) if primary != part => Confidence::Low,
                    _ => Confidence::Medium,
                },
                min_entropy: entropy_of(entropy),
                source: String::new(),
            }),
            Err(why) => out.left_out.push(LeftOut {
                line: node.line,
                what: format!("detector `{their_id}`"),
                why: format!("its regex cannot be carried over: {why}"),
            }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::rule::Confidence;

    const FILE: &str = "
detectors:
  - name: Acme
    keywords: [acme]
    regex:
      id: 'acme_id_([0-9]{8})'
      key: \"\\\\bacme_[a-z0-9]{20}\\\\b\"
      bad: '(?<!x)y'
    primary_regex_name: key
    entropy: 3
    verify:
      - endpoint: http://localhost
    exclude_words: []
    unknown: 1
  - name: Other
    keywords: [other]
    regex: {key: 'other-[0-9]+'}
sources: [a]
";

    #[test]
    fn detectors_are_read() {
        let read = read(FILE).unwrap();
        let rules: Vec<(&str, &str, Confidence)> = read
            .rules
            .iter()
            .map(|rule| (&*rule.their_id, &*rule.regex, rule.confidence))
            .collect();
        assert_eq!(
            rules,
            [
                ("Acme/id", "acme_id_([0-9]{8})", Confidence::Low),
                ("Acme/key", r"\bacme_[a-z0-9]{20}\b", Confidence::Medium),
                ("Other", "other-[0-9]+", Confidence::Medium),
            ]
        );
        let told: Vec<String> = read
            .left_out
            .iter()
            .map(|one| format!("{} {}", one.line, one.what))
            .collect();
        assert_eq!(
            told,
            [
                "11 detector `Acme`: `verify`",
                "14 detector `Acme`: `unknown`",
                "5 detector `Acme`: `regex`",
                "8 detector `Acme/bad`",
                "18 `sources`",
            ]
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("", "the file is empty"),
            ("a: 1", "it has no `detectors`"),
            (
                "detectors: 1",
                "line 1: `detectors`: expected a list, found a number",
            ),
            (
                "detectors:\n- name: a\n",
                "line 2: detector `a`: it has no `regex`",
            ),
            (
                "detectors:\n- name: a\n  regex: b\n",
                "line 3: detector `a`: `regex`: expected a table",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
