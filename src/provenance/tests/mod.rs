//! Tests over repositories drawn as text: see [`sketch::Sketch`].

mod holders;
mod laws;
mod limits;
mod loose;
mod naive;
mod notes;
mod sketch;
mod stays;

use bstr::BStr;

use self::sketch::{Repo, Sketch};
use super::{Options, Outcome, Stay, trace};

/// Traces the repository `sketch` draws and holds what `show` says of its stays against `expected`.
#[track_caller]
fn check(sketch: &str, show: fn(&Repo, &Stay) -> String, expected: &[&str]) {
    check_with(sketch, |_| Options::default(), show, expected);
}

/// As [`check`], with options.
#[track_caller]
fn check_with(
    sketch: &str,
    options: impl FnOnce(&Repo) -> Options<'static>,
    show: fn(&Repo, &Stay) -> String,
    expected: &[&str],
) {
    let repo = Sketch::parse(sketch).build();
    let outcome = run(&repo, &options(&repo));
    assert!(outcome.limits.is_empty(), "{:?}", outcome.limits);
    let shown: Vec<String> = outcome.stays.iter().map(|stay| show(&repo, stay)).collect();
    assert_eq!(shown, expected, "{sketch}");
}

/// Traces `repo`, and fails when a version is asked for twice.
fn run(repo: &Repo, options: &Options<'_>) -> Outcome {
    let mut asked = std::collections::HashSet::new();
    let mut secrets = |blob, path: &BStr| {
        assert!(asked.insert((blob, path.to_owned())), "asked twice: {path}");
        repo.sightings(blob, path)
    };
    trace(&repo.graph, options, &mut secrets)
}

/// `SECRET PATH INTRODUCED..REMOVED`, with `head` for what is in HEAD.
fn life(repo: &Repo, stay: &Stay) -> String {
    let name = |commit: Option<_>| commit.map_or("", |commit| repo.name(commit));
    let (introduced, removed) = (name(stay.introduced), name(stay.removed));
    let head = if stay.in_head { " head" } else { "" };
    let (secret, path) = (stay.secret, &stay.path);
    format!("{secret} {path} {introduced}..{removed}{head}")
}
