//! `.gitleaks.toml` (<https://github.com/gitleaks/gitleaks#configuration>), and `.betterleaks.toml`, which has the same form.

use super::{
    Draft, ImportError, Imported, LeftOut, Syntax, entropy_of,
    regex::{Secret, begins_with_literal, convert},
    tree::{self, Fields, Node, Value, texts},
};
use crate::rule::{Confidence, Severity};

/// What an allow list does that has no counterpart.
const NO_LISTS: &str = "keyfence accepts secrets, not shapes or places: run keyfence scan, look at what is left, and accept it with \
                        keyfence allow, or put a marker on its line";

/// Reads a file.
///
/// # Errors
///
/// When it is no TOML, or a field has another type than it should.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let root = tree::toml(text)?;
    let fields = Fields::of(&root, "")?;
    if fields.entries().next().is_none() {
        return Err(ImportError {
            line: 0,
            message: "nothing is configured in it".to_owned(),
        });
    }
    let mut out = Imported::default();
    for name in ["title", "description", "minVersion"] {
        fields.text(name)?;
    }
    if let Some(extend) = fields.table("extend")? {
        read_extend(&extend, &mut out.left_out)?;
    }
    for item in fields.list("rules")? {
        read_rule(item, &mut out)?;
    }
    for name in ["allowlist", "allowlists"] {
        leave_out_lists(&fields, name, &mut out.left_out)?;
    }
    fields.leave_out_the_rest(&mut out.left_out);
    Ok(out)
}

fn read_extend(extend: &Fields<'_>, out: &mut Vec<LeftOut>) -> Result<(), ImportError> {
    if extend.flag("useDefault")? == Some(true) {
        let why = "the built-in rules of keyfence take that place";
        extend.leave_out("useDefault", why, out);
    }
    extend.leave_out("path", "import that file, too", out);
    extend.leave_out("url", "import that file, too", out);
    let why = "leave the rules of keyfence that you do not want out with --disable ID; keyfence rules list has their ids";
    extend.leave_out("disabledRules", why, out);
    extend.leave_out_the_rest(out);
    Ok(())
}

fn read_rule(item: &Node, out: &mut Imported) -> Result<(), ImportError> {
    let mut fields = Fields::of(item, "a rule")?;
    let id = fields.text("id")?;
    let description = fields.text("description")?;
    let their_id = id.or(description).unwrap_or("rule").to_owned();
    fields.what = format!("rule `{their_id}`");
    let regex = fields.text("regex")?;
    let group = fields.number("secretGroup")?;
    let entropy = fields.number("entropy")?.unwrap_or(0.0);
    // What makes a scan quicker there, and what people read.
    for name in ["keywords", "tags"] {
        texts(fields.list(name)?, &fields.called(name))?;
    }
    fields.text("path")?;
    let why = "keyfence looks at every file: rules have no paths";
    fields.leave_out("path", why, &mut out.left_out);
    for name in ["allowlist", "allowlists"] {
        leave_out_lists(&fields, name, &mut out.left_out)?;
    }
    for (name, why) in [
        (
            "required",
            "keyfence pairs parts by rules of its own; each rule is told for itself",
        ),
        ("skipReport", "keyfence reports what a rule finds"),
        ("validate", "keyfence asks no server"),
        ("filter", "keyfence has no filter expressions"),
    ] {
        fields.leave_out(name, why, &mut out.left_out);
    }
    fields.leave_out_the_rest(&mut out.left_out);
    let mut leave_out = |why: String| {
        out.left_out.push(LeftOut {
            line: item.line.max(1),
            what: fields.what.clone(),
            why,
        });
    };
    let Some(regex) = regex else {
        leave_out(
            "it has no regex: keyfence looks for contents, not for files by their names".to_owned(),
        );
        return Ok(());
    };
    let secret = match group {
        Some(group) if group > 0.0 && group.fract() == 0.0 && group < 1e6 =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small whole number"
            )]
            Secret::Number(group as u32)
        }
        _ => Secret::First,
    };
    match convert(regex, secret) {
        Ok(regex) => {
            let is_sure = begins_with_literal(&regex) || entropy > 0.0;
            out.rules.push(Draft {
                line: item.line,
                name: description.unwrap_or(&their_id).to_owned(),
                their_id,
                regex,
                syntax: Syntax::Regex,
                severity: Severity::High,
                confidence: if is_sure {
                    Confidence::High
                } else {
                    Confidence::Medium
                },
                min_entropy: entropy_of(entropy),
                source: String::new(),
            });
        }
        Err(why) => leave_out(format!("its regex cannot be carried over: {why}")),
    }
    Ok(())
}

/// Names what the allow lists called `name` have, one each.
fn leave_out_lists(
    fields: &Fields<'_>,
    name: &str,
    out: &mut Vec<LeftOut>,
) -> Result<(), ImportError> {
    let Some(node) = fields.node(name) else {
        return Ok(());
    };
    let lists = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    for list in lists {
        let list = Fields::of(list, fields.called(name))?;
        for known in ["description", "regexTarget", "condition", "targetRules"] {
            list.node(known);
        }
        for known in ["paths", "regexes", "stopwords", "commits"] {
            list.list(known)?;
            list.leave_out(known, NO_LISTS, out);
        }
        list.leave_out_the_rest(out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::rule::Confidence;

    const FILE: &str = r#"
title = "ours"
[extend]
useDefault = true
disabledRules = ["generic-api-key"]

[[rules]]
id = "Acme Token"
description = "A token of Acme"
regex = '''(?i)acme(_live|_test)_([a-z0-9]{32})'''
secretGroup = 2
entropy = 3.5
keywords = ["acme"]
tags = ["key"]
[[rules.allowlists]]
regexes = ['''example''']
stopwords = []

[[rules]]
id = "by-path"
path = '''\.pem$'''

[[rules]]
id = "look"
regex = '''(?!a)b'''
colour = "red"

[allowlist]
paths = ['''vendor/''']
"#;

    #[test]
    fn rules_are_read_and_the_rest_is_named() {
        let read = read(FILE).unwrap();
        let [rule] = &read.rules[..] else {
            panic!("{read:#?}");
        };
        assert_eq!(
            (&*rule.their_id, &*rule.name),
            ("Acme Token", "A token of Acme")
        );
        assert_eq!(rule.regex, "(?i)acme(?:_live|_test)_([a-z0-9]{32})");
        assert_eq!(rule.confidence, Confidence::High);
        assert!((rule.min_entropy - 3.5).abs() < f32::EPSILON);
        assert_eq!(rule.line, 7);
        let told: Vec<String> = read
            .left_out
            .iter()
            .map(|one| format!("{} {}", one.line, one.what))
            .collect();
        assert_eq!(
            told,
            [
                "4 `extend`: `useDefault`",
                "5 `extend`: `disabledRules`",
                "16 rule `Acme Token`: `allowlists`: `regexes`",
                "21 rule `by-path`: `path`",
                "19 rule `by-path`",
                "26 rule `look`: `colour`",
                "23 rule `look`",
                "29 `allowlist`: `paths`",
            ]
        );
        assert!(read.left_out.iter().all(|one| !one.why.is_empty()));
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("", "nothing is configured"),
            ("x = ", "not TOML"),
            (
                "rules = 1",
                "line 1: `rules`: expected a list, found a number",
            ),
            (
                "[[rules]]\nid = 1",
                "line 2: a rule: `id`: expected text, found a number",
            ),
            (
                "[[rules]]\nid = 'a'\nkeywords = [1]",
                "line 3: rule `a`: `keywords`: expected text",
            ),
            (
                "[allowlist]\npaths = 'x'",
                "`paths`: expected a list, found text",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
