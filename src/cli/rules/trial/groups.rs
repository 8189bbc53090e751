//! Hits that have something in common, and which of these groups look like noise.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BStr;

use super::{hits::Hit, look::Look};
use crate::{
    judge::{self, PathView, Scene},
    rule::{Rule, SecretKind},
};

/// So many hits make a group.
const LEAST: usize = 2;

/// So many hits of one kind are noise where their place or their look speaks against them.
const FEW: usize = 3;

/// So many hits in one file, or brought by one commit, are more than somebody leaves there by mistake.
const MANY: usize = 10;

/// At so many paths a value stands for something else than a secret.
const PATHS: usize = 5;

/// What the hits of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The shape of their paths.
    Path,
    /// The name before the value.
    Key,
    /// The value.
    Value,
    /// The commit that introduced them.
    Commit,
    /// What the value looks like.
    Look,
}

impl By {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Key => "key",
            Self::Value => "value",
            Self::Commit => "commit",
            Self::Look => "look",
        }
    }
}

/// Why a group looks like noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Noise {
    Tests,
    Generated,
    OneFile,
    Repeats,
    OneCommit,
    Words,
    Regular,
}

impl Noise {
    /// Returns its name in JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tests => "test-files",
            Self::Generated => "generated-files",
            Self::OneFile => "one-file",
            Self::Repeats => "repeated-value",
            Self::OneCommit => "one-commit",
            Self::Words => "words",
            Self::Regular => "low-randomness",
        }
    }

    /// Says what speaks against the hits.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Tests => "stands in tests, examples, documentation or vendored code",
            Self::Generated => "stands in lock files, snapshots or what a program has written",
            Self::OneFile => "many hits in one file: a list, a dump or generated text",
            Self::Repeats => {
                "one value in many places is a default or an example rather than a secret"
            }
            Self::OneCommit => "one commit brought them all: an import, or generated files",
            Self::Words => "the values are made of words",
            Self::Regular => "the values are too regular to be drawn by a machine",
        }
    }

    /// Says what to do about it in `rule`.
    pub(super) fn advice(self, rule: &Rule) -> &'static str {
        let has_judges = matches!(rule.kind, SecretKind::Opaque | SecretKind::Password);
        match self {
            Self::Tests if has_judges => {
                "the judge `file-kind` lowers them; report medium and up (--min-confidence medium), or ask for more in the regex"
            }
            Self::Tests => {
                "where the form alone proves nothing, write kind = \"opaque\": the judge `file-kind` then lowers them; where they are real, revoke them"
            }
            Self::Generated if has_judges => {
                "let the regex ask for a name before the value, or for a boundary (boundary = \"base64\" or \"hex\") that longer digests have no place in"
            }
            Self::Generated => {
                "write kind = \"opaque\", so that the judge `hash-like` looks at them, or let the boundary refuse parts of longer digests (boundary = \"base64\" or \"hex\")"
            }
            Self::OneFile => {
                "look at one of them with `keyfence why PATH:LINE`; give what they are as a near miss, and a stricter regex until `keyfence rules check` passes"
            }
            Self::Repeats => {
                "give its form as a near miss and a regex that leaves it out; if it is a secret after all, it needs one allow entry (`keyfence allow`) wherever it stands"
            }
            Self::OneCommit => {
                "look at that commit; give what it brought as a near miss, and a stricter regex"
            }
            Self::Words if rule.kind == SecretKind::Opaque => {
                "let the regex ask for a digit or a fixed length; words of that length are near misses to give"
            }
            Self::Words => {
                "write kind = \"opaque\", so that the judge `randomness` drops them, or a fixed length, a boundary or a check; give such words as near misses"
            }
            Self::Regular if rule.kind == SecretKind::Opaque => {
                "raise min_entropy (3.5 bits per byte passes over most of them), or let the regex take fewer characters"
            }
            Self::Regular => {
                "write kind = \"opaque\", so that the judge `randomness` drops them, or min_entropy = 3.5"
            }
        }
    }
}

/// Hits that have something in common.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) by: By,
    /// What they have in common, for people.
    pub(super) what: String,
    /// Which hits, in their order.
    pub(super) hits: Vec<usize>,
    /// In how many places all of them stand.
    pub(super) places: usize,
    pub(super) noise: Option<Noise>,
}

/// Returns the groups of `hits`: those that look like noise first, then the large ones.
pub(super) fn find(rule: &Rule, hits: &[Hit]) -> Vec<Group> {
    let mut by: BTreeMap<(By, String), Vec<usize>> = BTreeMap::new();
    for (at, hit) in hits.iter().enumerate() {
        let mut add = |kind, what: String| by.entry((kind, what)).or_default().push(at);
        add(By::Path, hit.shape.clone());
        if let Some(key) = &hit.key {
            add(By::Key, key.clone());
        }
        if hit.places > 1 {
            add(By::Value, format!("{} ({})", hit.redacted, hit.fingerprint));
        }
        if let Some(commit) = &hit.commit {
            add(By::Commit, commit.clone());
        }
        match hit.look {
            Look::Words => add(By::Look, "words".to_owned()),
            Look::Regular => add(By::Look, "regular values".to_owned()),
            Look::Unknown | Look::Random => {}
        }
    }
    let mut out: Vec<Group> = by
        .into_iter()
        .filter(|((by, _), at)| at.len() >= LEAST || *by == By::Value)
        .map(|((by, what), at)| Group {
            noise: noise(rule, by, &at, hits),
            places: at.iter().map(|at| hits[*at].places).sum(),
            by,
            what,
            hits: at,
        })
        .collect();
    out.sort_by_key(|group| {
        let size = group.hits.len().max(if group.by == By::Value {
            group.places
        } else {
            0
        });
        (group.noise.is_none(), group.by, std::cmp::Reverse(size))
    });
    out
}

/// Says why a group looks like noise. What a check has proved is none.
fn noise(rule: &Rule, by: By, group: &[usize], hits: &[Hit]) -> Option<Noise> {
    let unsure: Vec<&Hit> = group
        .iter()
        .map(|at| &hits[*at])
        .filter(|hit| !hit.proved)
        .collect();
    let count = unsure.len();
    match by {
        By::Path => {
            let paths: BTreeSet<&BStr> = unsure.iter().map(|hit| hit.path.as_ref()).collect();
            let all = |test: &dyn Fn(&BStr) -> bool| paths.iter().all(|path| test(path));
            if count < FEW {
                None
            } else if all(&is_generated) {
                Some(Noise::Generated)
            } else if all(&|path| is_test(rule, path)) {
                Some(Noise::Tests)
            } else {
                (count >= MANY && paths.len() == 1).then_some(Noise::OneFile)
            }
        }
        By::Value => (unsure.iter().any(|hit| hit.paths >= PATHS)).then_some(Noise::Repeats),
        By::Commit => (count >= MANY && group.len() < hits.len()).then_some(Noise::OneCommit),
        By::Look if count >= FEW => match unsure.first().map(|hit| hit.look) {
            Some(Look::Words) => Some(Noise::Words),
            _ => Some(Noise::Regular),
        },
        // A name tells what a value is, not that it is none.
        By::Key | By::Look => None,
    }
}

/// Returns true for a path of which the judge `file-kind` says that it holds tests, examples or the like.
fn is_test(rule: &Rule, path: &BStr) -> bool {
    let scene = Scene {
        rule,
        bytes: b"",
        span: 0..0,
        secret_span: 0..0,
        line: 0..0,
        path: PathView::Known(path),
        proved: false,
    };
    let judge = judge::JUDGES.iter().find(|judge| judge.name == "file-kind");
    judge.is_some_and(|judge| (judge.opinion)(&scene).is_some())
}

/// How the names of files end that programs write.
const GENERATED: &[&str] = &[
    ".lock",
    "-lock.json",
    "-lock.yaml",
    "lock.yml",
    "go.sum",
    ".sum",
    ".min.js",
    ".min.css",
    ".map",
    ".snap",
    ".pb.go",
    ".bundle.js",
    ".svg",
    ".lockfile",
    ".ipynb",
    ".csv",
    ".log",
];

fn is_generated(path: &BStr) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    GENERATED.iter().any(|end| name.ends_with(end.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{By, Look, Noise, find};
    use crate::{
        cli::rules::trial::hits::Hit,
        rule::{Confidence, Rule, parse::parse},
    };

    fn rule() -> Rule {
        let text = "[[rule]]\nid = \"own\"\nregex = 'own_[a-z]{9}'\n";
        parse(Path::new("own.toml"), text).unwrap().remove(0)
    }

    fn hit(path: &str, at: usize) -> Hit {
        Hit {
            path: path.into(),
            line: 1,
            column: 1,
            commit: None,
            confidence: Confidence::Medium,
            fingerprint: format!("{at:032}"),
            redacted: "****".into(),
            secret: None,
            decoded: Vec::new(),
            places: 1,
            paths: 1,
            shape: path.into(),
            key: None,
            look: Look::Random,
            proved: false,
        }
    }

    #[track_caller]
    fn check(hits: &[Hit], expected: &[(By, Noise)]) {
        let groups = find(&rule(), hits);
        let found: Vec<_> = groups
            .iter()
            .filter_map(|group| Some((group.by, group.noise?)))
            .collect();
        assert_eq!(found, expected);
    }

    fn many(n: usize, make: impl Fn(usize) -> Hit) -> Vec<Hit> {
        (0..n).map(make).collect()
    }

    #[test]
    fn places_that_speak_against_hits() {
        check(
            &many(3, |at| hit("test/a.json", at)),
            &[(By::Path, Noise::Tests)],
        );
        check(&many(2, |at| hit("test/a.json", at)), &[]);
        check(
            &many(3, |at| hit("yarn.lock", at)),
            &[(By::Path, Noise::Generated)],
        );
        check(
            &many(10, |at| hit("src/list.c", at)),
            &[(By::Path, Noise::OneFile)],
        );
        check(&many(9, |at| hit("src/list.c", at)), &[]);
    }

    #[test]
    fn what_is_proved_is_no_noise() {
        let proved = |at| Hit {
            proved: true,
            ..hit("test/a.json", at)
        };
        check(&many(12, proved), &[]);
    }

    #[test]
    fn values_that_repeat_and_values_that_are_words() {
        let repeated = Hit {
            places: 6,
            paths: 5,
            ..hit("a.env", 1)
        };
        check(&[repeated], &[(By::Value, Noise::Repeats)]);
        let twice = Hit {
            places: 6,
            paths: 2,
            ..hit("a.env", 1)
        };
        check(&[twice], &[]);
        let words = |at| Hit {
            look: Look::Words,
            ..hit("a.env", at)
        };
        check(&many(3, words), &[(By::Look, Noise::Words)]);
        check(&many(2, words), &[]);
    }

    #[test]
    fn a_commit_that_brings_many() {
        let mut hits = many(10, |at| Hit {
            commit: Some("aa".into()),
            shape: at.to_string(),
            ..hit("a.env", at)
        });
        check(&hits, &[]);
        hits.push(hit("b.env", 11));
        check(&hits, &[(By::Commit, Noise::OneCommit)]);
    }
}
