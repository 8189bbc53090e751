//! Law 5: no text of history shows a secret.

use std::sync::Arc;

use keyfence::{
    finding::{Commit, Finding, Note, Occurrence},
    report::FORMATS,
    secret::Secret,
};

use super::{added, names, occurrence, outcome, taken_out, with};
use crate::reports::{HIDDEN, SHOWN, contains, drawn, finding, report, visible};

/// The texts of history, each of which may hold a secret.
const TEXTS: &[&str] = &[
    "path",
    "branches",
    "tags",
    "tips",
    "notes",
    "commit author",
    "commit email",
    "commit summary",
    "introduced author",
    "introduced email",
    "introduced summary",
    "removed author",
    "removed email",
    "removed summary",
    "annotated author",
    "annotated email",
    "annotated summary",
];

/// Puts `text` into one of [`TEXTS`].
fn plant(finding: &mut Finding, at: &str, text: &[u8]) {
    let words: Vec<&str> = at.split(' ').collect();
    let set = |commit: &mut Option<Arc<Commit>>| {
        let commit = Arc::make_mut(commit.as_mut().unwrap());
        *(match words[1] {
            "author" => &mut commit.author,
            "email" => &mut commit.email,
            _ => &mut commit.summary,
        }) = text.into();
    };
    if words[0] == "commit" {
        return set(&mut finding.commit);
    }
    for occurrence in &mut finding.occurrences {
        match words[0] {
            "path" => occurrence.path = text.into(),
            "branches" => occurrence.branches = [text].into_iter().collect(),
            "tags" => occurrence.tags = [text].into_iter().collect(),
            "tips" => occurrence.tips = [text].into_iter().collect(),
            "notes" => occurrence.note.as_mut().unwrap().refs = [text].into_iter().collect(),
            "annotated" => set(&mut occurrence.note.as_mut().unwrap().commit),
            "introduced" => set(&mut occurrence.introduced),
            _ => set(&mut occurrence.removed),
        }
    }
}

/// Returns a finding of `secret` at two places, each of which every report tells of.
fn leak(secret: &[u8]) -> Finding {
    let occurrence = Occurrence {
        removed: Some(taken_out()),
        tips: names(&["dev"]),
        note: Some(Note {
            annotates: added().id.clone(),
            commit: Some(added()),
            refs: names(&["notes/commits"]),
        }),
        ..occurrence("a", 1)
    };
    with(
        vec![occurrence.clone(), occurrence],
        finding(b"", Secret::new(secret)),
    )
}

/// Puts `text` into every text of history of `finding`.
pub(in crate::reports) fn plant_everywhere(finding: &mut Finding, text: &[u8]) {
    let history = leak(text);
    finding.commit = history.commit;
    finding.occurrences = history.occurrences;
    for at in TEXTS {
        plant(finding, at, text);
    }
}

#[test]
fn every_text_is_searched_for_secrets() {
    let secret = drawn("tok_{base62:8}");
    for at in TEXTS {
        let mut finding = leak(secret.expose());
        let text = [b"x ", secret.expose(), b" y"].concat();
        plant(&mut finding, at, &text);
        // Secrets show in the fields for them too: the one that is looked for is nobody's.
        finding.secret = Secret::new(b"another one");
        let mut outcome = outcome(vec![finding]);
        outcome.in_paths = vec![secret.clone()];
        // People see each commit once: `commit` is that of the first occurrence, and of the second they see the author.
        // Of a note that is there they see which refs show it, and of what it annotates the summary.
        let untold = [
            "introduced email",
            "introduced summary",
            "notes",
            "annotated author",
            "annotated email",
        ];
        // The formats for other programs tell what those have fields for.
        let of_commit = ["commit author", "commit email", "commit summary"];
        let is_told = |format: &str| match format {
            "human" => !untold.contains(at),
            "gitlab" | "asff" => *at == "path" || of_commit.contains(at),
            "junit" => of_commit.contains(at),
            "csv" => of_commit[..2].contains(at),
            // A comment and an annotation have the findings, and of commits no more than the id.
            "codequality" | "github" | "markdown" => false,
            _ => true,
        };
        for (format, _) in FORMATS {
            let shows = |options| {
                let texts = visible(format, &outcome, options);
                texts.iter().any(|text| contains(text, secret.expose()))
            };
            assert!(!shows(HIDDEN), "{format} shows a secret in {at}");
            assert_eq!(shows(SHOWN), is_told(format), "{format}, {at}");
        }
    }
}

#[test]
fn short_passwords_are_hidden_in_summaries() {
    let password = drawn("{base62:5}");
    let mut finding = leak(password.expose());
    let text = [b"set it to ", password.expose()].concat();
    plant(&mut finding, "commit summary", &text);
    let text = report("human", &outcome(vec![finding]), HIDDEN);
    assert!(text.contains("\"set it to *****\""), "{text}");
}
