//! What reports tell of history: who, when, is it still there, what now.

mod hidden;
mod human;
mod machine;

use std::sync::Arc;

pub(super) use hidden::plant_everywhere;
use keyfence::finding::{
    Commit, Counts, Finding, KeptBy, Names, Note, Occurrence, Outcome, SourceKind,
};

use super::{drawn, finding, key_pair, nothing};

/// 2024-03-01, noon in UTC.
const MARCH: i64 = 1_709_294_400;
const DAY: i64 = 86_400;

/// Returns an object id that begins with `start`.
fn id(start: &str) -> String {
    format!("{start:0<40}")
}

fn commit(start: &str, author: &str, day: i64, summary: &str) -> Arc<Commit> {
    let user = author.split(' ').next().unwrap().to_lowercase();
    Arc::new(Commit {
        id: id(start),
        author: author.into(),
        email: format!("{user}@example.com").into(),
        seconds: MARCH + day * DAY,
        utc_offset_seconds: 3600,
        summary: summary.into(),
    })
}

fn added() -> Arc<Commit> {
    commit("3f2a91c07d1e", "Jane Roe", 0, "add deploy config")
}

fn taken_out() -> Arc<Commit> {
    commit("9be1c4d20a77", "Joe Doe", 1, "oops")
}

fn occurrence(path: &str, line: u64) -> Occurrence {
    Occurrence {
        path: path.into(),
        line,
        column: 19,
        blob: Some(id("b10b")),
        introduced: Some(added()),
        removed: None,
        in_head: false,
        reachable: true,
        kept_by: KeptBy::Ref,
        branches: names(&["main"]),
        tags: Names::default(),
        note: None,
        tips: Names::default(),
    }
}

fn with(occurrences: Vec<Occurrence>, finding: Finding) -> Finding {
    Finding {
        source: SourceKind::History,
        path: occurrences[0].path.clone(),
        commit: occurrences[0].introduced.clone(),
        occurrences,
        ..finding
    }
}

fn one(occurrence: Occurrence) -> Finding {
    with(vec![occurrence], finding(b"", drawn("tok_{base62:30}")))
}

fn names(names: &[&str]) -> Names {
    names.iter().copied().collect()
}

fn outcome(findings: Vec<Finding>) -> Outcome {
    Outcome {
        findings,
        counts: Counts {
            bytes: 1_234_567_890,
            blobs: 12_345,
            files: 0,
            commits: 6789,
        },
        elapsed_ms: 4200,
        ..nothing()
    }
}

fn in_head() -> Finding {
    let first = Occurrence {
        in_head: true,
        branches: names(&["main", "origin/main", "release/1.0"]),
        tags: names(&["v1.0", "v1.1"]),
        tips: names(&["main", "origin/main"]),
        ..occurrence("deploy/app.env", 3)
    };
    with(vec![first], key_pair())
}

fn removed() -> Finding {
    one(Occurrence {
        removed: Some(taken_out()),
        ..occurrence("config/old.yml", 7)
    })
}

fn on_another_branch() -> Finding {
    one(Occurrence {
        branches: names(&["feature/login", "origin/feature/login"]),
        tips: names(&["feature/login", "origin/feature/login"]),
        ..occurrence("src/login.js", 7)
    })
}

fn in_the_reflog_alone() -> Finding {
    one(Occurrence {
        reachable: false,
        kept_by: KeptBy::Reflog,
        branches: Names::default(),
        ..occurrence("src/amended.py", 7)
    })
}

fn kept_by_nothing() -> Finding {
    one(Occurrence {
        introduced: None,
        reachable: false,
        kept_by: KeptBy::Nothing,
        branches: Names::default(),
        ..occurrence("<blob b10b00000000>", 7)
    })
}

fn staged() -> Finding {
    one(Occurrence {
        introduced: None,
        reachable: false,
        kept_by: KeptBy::Index,
        branches: Names::default(),
        ..occurrence("new.env", 7)
    })
}

fn in_a_stash() -> Finding {
    one(Occurrence {
        branches: Names::default(),
        ..occurrence("stashed.env", 7)
    })
}

/// In a note that was taken out again, or in one that is there.
fn in_a_note(is_there: bool) -> Finding {
    let annotated = commit("77ab12cd34ef", "Max", -3, "Copy the config");
    let path = format!("<note {}>", annotated.id);
    let there = names(&["notes/review"]);
    Finding {
        source: SourceKind::Ref,
        ..one(Occurrence {
            removed: (!is_there).then(taken_out),
            branches: Names::default(),
            tips: if is_there {
                there.clone()
            } else {
                Names::default()
            },
            note: Some(Note {
                annotates: annotated.id.clone(),
                commit: Some(annotated),
                refs: there,
            }),
            ..occurrence(&path, 2)
        })
    }
}

fn in_a_commit_message() -> Finding {
    let path = format!("<commit {}>", id("3f2a91c07d1e"));
    Finding {
        source: SourceKind::Message,
        ..one(Occurrence {
            blob: None,
            ..occurrence(&path, 7)
        })
    }
}

fn in_a_tag_message() -> Finding {
    Finding {
        source: SourceKind::Ref,
        ..one(Occurrence {
            blob: None,
            introduced: None,
            branches: Names::default(),
            tags: names(&["v1.0"]),
            ..occurrence("<tag v1.0>", 7)
        })
    }
}

/// In eight places, and in more branches than fit.
fn at_several_places() -> Finding {
    let mut branches = vec!["dependabot/npm_and_yarn/web/types/node-20.11.17"; 9];
    branches.extend(["main", "next", "release/1.0", "release/1.1", "release/1.2"]);
    let first = Occurrence {
        in_head: true,
        branches: names(&branches),
        tips: names(&["main"]),
        ..occurrence("deploy/app.env", 7)
    };
    let old = Occurrence {
        removed: Some(taken_out()),
        ..occurrence("deploy/old.env", 3)
    };
    let mut others = vec![
        old.clone(),
        Occurrence {
            tips: names(&["next"]),
            ..occurrence("web/server/config/production/database.json", 12)
        },
        Occurrence {
            introduced: Some(commit("77ab12cd34ef", "Max", 30, "Copy the config")),
            in_head: true,
            tips: names(&["main"]),
            ..occurrence("deploy/copy.env", 7)
        },
        Occurrence {
            introduced: None,
            reachable: false,
            kept_by: KeptBy::Nothing,
            branches: Names::default(),
            ..occurrence("<blob b10b00000000>", 1)
        },
    ];
    others.extend((0..3).map(|n| Occurrence {
        path: format!("deploy/old{n}.env").into(),
        ..old.clone()
    }));
    others.insert(0, first);
    with(others, finding(b"", drawn("tok_{base62:30}")))
}

/// In more branches than any report lists.
fn in_many_branches() -> Finding {
    let nested = |n| format!("renovate/update-{n}");
    let all = |count| (0..count).map(nested).chain(["main".to_owned()]);
    let names = |count| -> Names {
        let all: Vec<String> = all(count).collect();
        all.iter().map(String::as_str).collect()
    };
    one(Occurrence {
        branches: names(20_000),
        tags: names(99),
        tips: names(100),
        ..occurrence("deploy/app.env", 7)
    })
}

/// Texts that move the cursor, reorder what is read, are not UTF-8 or never end; numbers that are no date.
fn hostile() -> Finding {
    let author = Commit {
        author: "Eve\u{202e}\u{1b}[2J\r".into(),
        email: b"eve\xff@example.com\x07"[..].into(),
        seconds: i64::MAX,
        utc_offset_seconds: i32::MIN,
        summary: format!("\u{1b}]0;pwned\u{7} {}", "very ".repeat(10_000)).into(),
        ..(*commit("6666", "Eve", 0, "")).clone()
    };
    let nobody = Commit {
        author: "".into(),
        email: "".into(),
        utc_offset_seconds: 359_940,
        ..author.clone()
    };
    one(Occurrence {
        introduced: Some(Arc::new(author)),
        removed: Some(Arc::new(nobody)),
        branches: ["a\u{2066}b".as_bytes(), b"caf\xe9"].into_iter().collect(),
        tags: names(&["v\u{1b}[1A"]),
        ..occurrence("a\u{202e}b", 7)
    })
}

/// Every kind of finding, by name.
fn kinds() -> Vec<(&'static str, Finding)> {
    vec![
        ("in HEAD", in_head()),
        ("removed", removed()),
        ("on another branch", on_another_branch()),
        ("in the reflog alone", in_the_reflog_alone()),
        ("kept by nothing", kept_by_nothing()),
        ("staged", staged()),
        ("in a stash", in_a_stash()),
        ("in a commit message", in_a_commit_message()),
        ("in a tag message", in_a_tag_message()),
        ("in a note", in_a_note(true)),
        ("in the history of notes", in_a_note(false)),
        ("at several places", at_several_places()),
        ("hostile", hostile()),
        (
            "of a range",
            Finding {
                commit: Some(added()),
                ..finding(b"a", drawn("tok_{base62:30}"))
            },
        ),
    ]
}

/// Returns an outcome with every kind of finding.
pub(super) fn all_kinds() -> Outcome {
    outcome(kinds().into_iter().map(|(_, finding)| finding).collect())
}
