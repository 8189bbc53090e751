//! The summary of a step of GitHub Actions.

use super::{Pair, Place, Ran, program};

fn scan(place: &Place, args: &[&str]) -> Ran {
    let summary = place.root.join("summary.md");
    let output = program(
        &place.root,
        ["scan", "--no-git", "app.env"].iter().chain(args),
    )
    .env("GITHUB_STEP_SUMMARY", summary)
    .output()
    .unwrap();
    Ran::of(&output)
}

#[test]
fn it_is_added_where_github_asks_for_it() {
    let place = Place::new();
    let pair = Pair::drawn(5);
    place.write("app.env", pair.env());
    let summary = place.write("summary.md", "before\n");
    let read = || std::fs::read_to_string(&summary).unwrap();

    // Other formats leave it alone.
    scan(&place, &["--format", "json"]).ends(1);
    assert_eq!(read(), "before\n");

    let ran = scan(&place, &["--format", "github"]).ends(1);
    assert!(
        ran.out.starts_with("::error file=app.env,line="),
        "{ran:#?}"
    );
    let text = read();
    assert!(
        text.starts_with("before\n## keyfence: 1 finding: 1 critical\n"),
        "{text}"
    );
    assert!(text.contains("aws-access-key-pair"));

    scan(&place, &["--report", "github=report.txt", "--show-secrets"]).ends(1);
    assert_eq!(read().matches("## keyfence: ").count(), 2);
    assert!(!read().contains(&pair.secret));

    let output = program(
        &place.root,
        ["scan", "--no-git", "app.env", "--format", "github"],
    )
    .output()
    .unwrap();
    Ran::of(&output).ends(1);
    assert_eq!(read().matches("## keyfence: ").count(), 2);
}

#[test]
fn a_summary_that_cannot_be_written_is_trouble() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(5).env());
    std::fs::create_dir(place.root.join("summary.md")).unwrap();
    let ran = scan(&place, &["--format", "github"]).ends(2);
    for part in ["GITHUB_STEP_SUMMARY", "summary.md"] {
        assert!(ran.err.contains(part), "{ran:#?}");
    }
    // What was found is told all the same.
    assert!(ran.out.starts_with("::error file=app.env"), "{ran:#?}");
}
