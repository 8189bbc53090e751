//! Secrets in what surrounds findings: reports print paths, commits and the names of branches, and must not print those.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    sync::Arc,
};

use crate::{
    chunk::decode,
    detection::{Judged, judge_briefly},
    engine::{Engine, Found, Scratch},
    finding::Outcome,
    secret::Secret,
};

/// Returns the secrets in the texts that a report of `outcome` prints besides the findings themselves.
pub(super) fn secrets(engine: &Engine, outcome: &Outcome) -> Vec<Secret> {
    let findings = outcome.findings.iter().chain(&outcome.accepted);
    let skipped = outcome.skipped.iter();
    let mut texts: BTreeSet<&[u8]> = skipped.map(|skipped| skipped.path.as_ref()).collect();
    let range = outcome.receipt.range.iter();
    texts.extend(
        range
            .flat_map(|range| &range.repository)
            .map(String::as_bytes),
    );
    if let Some(policy) = &outcome.receipt.policy {
        // A pattern that is allowed may be the secret itself.
        let changes = policy.changes.iter();
        texts.extend(changes.flat_map(|one| [&*one.path, one.what.as_bytes()]));
        let markers = policy.markers.iter();
        texts.extend(markers.flat_map(|one| [&*one.path, one.marker.as_bytes()]));
    }
    // Many findings share a commit, and its message may be long.
    let mut seen = HashSet::new();
    let mut lists = HashSet::new();
    for finding in findings {
        texts.insert(&finding.path);
        if let Some(accepted) = &finding.accepted {
            let says = [&accepted.reason, &accepted.owner].into_iter().flatten();
            texts.extend(says.map(String::as_bytes));
            texts.extend(finding.marker.iter().map(|marker| &***marker));
        }
        let halves = finding
            .facts
            .iter()
            .filter(|(name, _)| *name == "public_half");
        texts.extend(halves.map(|(_, places)| places.as_bytes()));
        let occurrences = finding.occurrences.iter();
        let notes = occurrences.clone().filter_map(|o| o.note.as_ref());
        let annotated = notes.map(|note| &note.commit);
        let commits = occurrences
            .clone()
            .flat_map(|occurrence| [&occurrence.introduced, &occurrence.removed])
            .chain([&finding.commit])
            .chain(annotated);
        for commit in commits.flatten().filter(|c| seen.insert(Arc::as_ptr(c))) {
            texts.extend([&*commit.author, &*commit.email, &*commit.summary].map(|t| &**t));
        }
        for occurrence in occurrences {
            texts.insert(&occurrence.path);
            // So do many occurrences the names of branches.
            let names = [&occurrence.branches, &occurrence.tags, &occurrence.tips];
            let refs = occurrence.note.as_ref().map(|note| &note.refs);
            for names in names.into_iter().chain(refs) {
                if lists.insert(names.listed().as_ptr()) {
                    texts.extend(names.listed().iter().map(|name| &***name));
                }
            }
        }
    }
    let mut spans = Vec::new();
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for text in texts {
        find(engine, text, decode::MAX_DEPTH, &mut scratch, &mut spans);
        out.extend(spans.drain(..).map(|span| Secret::new(&text[span])));
    }
    out
}

/// Adds to `spans` where `text` holds a secret, plainly or under at most `depth` encodings. What is encoded is hidden as a whole.
fn find(
    engine: &Engine,
    text: &[u8],
    depth: usize,
    scratch: &mut Scratch,
    spans: &mut Vec<Range<usize>>,
) {
    let mut encoded = Vec::new();
    engine.find(text, 0..text.len(), true, scratch, |found| match found {
        Found::Candidate(candidate) => {
            if let Judged::Kept { secret, .. } = judge_briefly(engine.rules(), &candidate, b"") {
                spans.push(secret);
            }
        }
        Found::Known(known) => spans.push(known.span),
        Found::Encoded(one) => encoded.push(one),
    });
    if depth == 0 {
        return;
    }
    for encoded in encoded {
        if let Some(decoded) = decode::decode(text, &encoded) {
            let mut inner = Vec::new();
            find(engine, &decoded.bytes, depth - 1, scratch, &mut inner);
            inner.retain(|span| !decoded.is_plain(span));
            if !inner.is_empty() {
                spans.push(encoded.range);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use data_encoding::BASE64;

    use crate::{
        finding::{Commit, Finding, KeptBy, Note, Occurrence, SourceKind},
        rule::{
            RuleSet,
            template::{Random, fill},
        },
        scan::{Options, Scanner},
        secret::Secret,
    };

    fn token(seed: u64) -> String {
        fill("AKIA{base32:16}", &mut Random::new(seed)).unwrap()
    }

    /// Returns some finding, with `text` in its history at the place called `field`.
    fn finding(field: &str, text: &str) -> Finding {
        let scanner = Scanner::new(RuleSet::builtin(), Options::default());
        let mut finding = scanner
            .scan_bytes("a", SourceKind::History, token(1).as_bytes())
            .remove(0);
        let set = |name: &str| if name == field { text } else { "" }.into();
        let names = |name: &str| (name == field).then_some(text).into_iter().collect();
        let commit = |role: &str| {
            Some(Arc::new(Commit {
                id: "0".repeat(40),
                author: set(&format!("{role} author")),
                email: set(&format!("{role} email")),
                seconds: 0,
                utc_offset_seconds: 0,
                summary: set(&format!("{role} summary")),
            }))
        };
        finding.commit = commit("commit");
        finding.occurrences = vec![Occurrence {
            path: set("path"),
            line: 1,
            column: 1,
            blob: None,
            introduced: commit("introduced"),
            removed: commit("removed"),
            in_head: false,
            reachable: true,
            kept_by: KeptBy::Ref,
            branches: names("branches"),
            tags: names("tags"),
            note: Some(Note {
                annotates: "0".repeat(40),
                commit: commit("annotated"),
                refs: names("notes"),
            }),
            tips: names("tips"),
        }];
        finding
    }

    #[track_caller]
    fn check(field: &str, text: &str, expected: &[&str]) {
        let scanner = Scanner::new(RuleSet::builtin(), Options::default());
        let mut outcome = scanner.run(|_| {});
        outcome.findings.push(finding(field, text));
        scanner.find_in_texts(&mut outcome);
        let found: Vec<&[u8]> = outcome.in_paths.iter().map(Secret::expose).collect();
        let expected: Vec<&[u8]> = expected.iter().map(|text| text.as_bytes()).collect();
        assert_eq!(found, expected, "{field}: {text}");
    }

    #[test]
    fn every_text_of_history_is_searched() {
        let token = token(2);
        let text = format!("x {token} y");
        for field in ["path", "branches", "tags", "notes", "tips"] {
            check(field, &text, &[&token]);
        }
        for role in ["commit", "introduced", "removed", "annotated"] {
            for field in ["author", "email", "summary"] {
                check(&format!("{role} {field}"), &text, &[&token]);
            }
        }
    }

    #[test]
    fn what_is_encoded_is_hidden_as_a_whole() {
        let plain = format!("AWS_ACCESS_KEY_ID={}\n", token(2));
        let once = BASE64.encode(plain.as_bytes());
        let twice = BASE64.encode(once.as_bytes());
        for encoded in [once, twice] {
            // Padding belongs to no run.
            let run = encoded.trim_end_matches('=');
            check("commit summary", &format!("see {encoded} there"), &[run]);
        }
    }

    #[test]
    fn usual_names_and_summaries_are_left_alone() {
        let id = "3f2a91c07d".repeat(4);
        for text in [
            &format!("<commit {id}>"),
            &format!("Merge commit '{id}' into release/1.0"),
            &format!("Revert \"Change-Id: I{id}\" (#1234)"),
            "41898282+github-actions[bot]@users.noreply.github.com",
            "dependabot/npm_and_yarn/packages/web/types/node-20.11.17",
            "renovate/configure-aws-credentials-digest-e3dd6a4",
            "origin/feature/JIRA-12345-rotate-the-deployment-credentials",
            "Add password reset to the login form",
        ] {
            check("commit summary", text, &[]);
        }
    }
}
