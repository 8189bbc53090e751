use bstr::BStr;

use super::{Line, Outcome, Search};
use crate::{
    ere::{Ere, PatternSet, WordMatch},
    finding::SourceKind,
    rule::template::{Random, fill},
    source::{Blob, Content},
};

fn search(patterns: &[&str], aws: bool) -> Search {
    let patterns: Vec<Ere> = patterns
        .iter()
        .map(|pattern| Ere::parse(pattern.as_bytes()).unwrap())
        .collect();
    Search::new(PatternSet::new(&patterns, WordMatch::Yes).unwrap(), aws).unwrap()
}

/// Searches a blob called `a`.
fn run(search: &Search, content: Content<'_>) -> Outcome {
    search.run(|make| {
        let blob = Blob {
            path: BStr::new("a"),
            kind: SourceKind::Worktree,
            content,
        };
        make().blob(blob).unwrap();
    })
}

#[track_caller]
fn check(search: &Search, text: &[u8], expected: &[(u64, &str)]) {
    let expected: Vec<Line> = expected
        .iter()
        .map(|(number, text)| Line {
            path: "a".into(),
            number: *number,
            text: (*text).into(),
        })
        .collect();
    let whole = run(search, Content::Bytes(text));
    assert_eq!(whole.lines, expected);
    let streamed = run(
        search,
        Content::Reader {
            reader: &mut &*text,
            expected_len: Some(text.len() as u64),
        },
    );
    assert_eq!(streamed.lines, expected);
    assert_eq!(whole.skipped, streamed.skipped);
    assert_eq!(whole.skipped.is_empty(), !text.contains(&0));
    assert!(whole.skipped.iter().all(|one| !one.incomplete));
}

#[test]
fn lines_are_told_whole() {
    let search = search(&["forbidden|me", "x+"], false);
    check(&search, b"", &[]);
    check(
        &search,
        b"not some\nme too\r\nno\nforbidden me xx",
        &[(2, "me too\r"), (4, "forbidden me xx")],
    );
    check(&search, b"me\0me\n", &[]);
}

#[test]
fn aws_is_found_where_no_pattern_sees_it() {
    let secret = fill("{base64:40}", &mut Random::new(7)).unwrap();
    let text = format!("# nothing\nMY_AWS_SECRET_ACCESS_KEY={secret}\nother\n");
    let line = format!("MY_AWS_SECRET_ACCESS_KEY={secret}");
    check(&search(&["zzz"], false), text.as_bytes(), &[]);
    check(&search(&["zzz"], true), text.as_bytes(), &[(2, &line)]);
    // Told once, also where a pattern sees it.
    check(&search(&["MY_AWS.*"], true), text.as_bytes(), &[(2, &line)]);
}

#[test]
fn what_is_given_up_is_named() {
    let search = search(&[r"(a|aa)+(a|aa)+(a|aa)+b\1x"], false);
    let text = format!("{}bx", "a".repeat(400));
    let outcome = run(&search, Content::Bytes(text.as_bytes()));
    assert_eq!(outcome.skipped.len(), 1, "{outcome:?}");
    assert!(outcome.skipped[0].incomplete);
    assert!(
        outcome.skipped[0]
            .reason
            .contains("takes too long on line 1")
    );
}
