//! `keyfence scan`: what is read, and where places are named.

use super::{PAIR, Pair, Place, repository, run, run_with};

#[test]
fn a_named_file() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let ran = place.run(["scan", "--format", "json", "./app.env"]).ends(1);
    assert_eq!((ran.err.as_str(), ran.rules()), ("", vec![PAIR.to_owned()]));
    let json = ran.json();
    assert_eq!(json["findings"][0]["path"], "app.env");
    assert_eq!(json["findings"][0]["line"], 1);
    assert_eq!(json["findings"][0]["end_line"], 2);
    assert_eq!(json["summary"]["complete"], true);
    place.write("app.env", "nothing\n");
    place.run(["scan", "app.env"]).ends(0);
}

#[test]
fn the_work_tree_from_anywhere_in_it() {
    let repo = repository();
    repo.write(".gitignore", "ignored\n");
    repo.write("deep/app.env", Pair::drawn(1).env());
    repo.write("ignored", Pair::drawn(2).env());
    for folder in [repo.root.clone(), repo.root.join("deep")] {
        let ran = run(&folder, ["scan", "--format", "json"]).ends(1);
        assert_eq!(ran.json()["findings"][0]["path"], "deep/app.env");
        assert_eq!(ran.rules().len(), 1);
    }
    let all = run(&repo.root, ["scan", "--format", "json", "--no-ignore"]).ends(1);
    assert_eq!(all.rules().len(), 2);
}

#[test]
fn outside_a_repository() {
    let place = Place::new();
    for args in [&["scan"][..], &["scan", "--staged"]] {
        place
            .run(args)
            .complains(&["find a git repository", place.root.to_str().unwrap()]);
    }
    place.run(["scan"]).complains(&["--no-git"]);
    place.write("app.env", Pair::drawn(1).env());
    place.run(["scan", "--no-git"]).ends(1);
}

#[test]
fn standard_input() {
    let place = Place::new();
    let ran = run_with(
        &place.root,
        ["scan", "-", "--format", "json"],
        Pair::drawn(1).env().as_bytes(),
    )
    .ends(1);
    assert_eq!(ran.json()["findings"][0]["path"], "<stdin>");
    assert_eq!(ran.json()["findings"][0]["source"], "stdin");
    run_with(&place.root, ["scan", "-"], b"").ends(0);
    place
        .run(["scan", "-", "file"])
        .complains(&["standard input", "two calls"]);
}

#[test]
fn what_is_staged() {
    let repo = repository();
    repo.write("app.env", Pair::drawn(1).env());
    run(&repo.root, ["scan", "--staged"]).ends(0);
    repo.git(["add", "app.env"]);
    repo.write("app.env", "nothing\n");
    let ran = run(&repo.root, ["scan", "--staged", "--format", "json"]).ends(1);
    assert_eq!(ran.json()["findings"][0]["source"], "index");
}

#[test]
fn a_message() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    place.write(
        "clean",
        format!("Subject\n\n# {}\n", pair.env().replace('\n', " ")),
    );
    place.run(["scan", "--message", "clean"]).ends(0);
    place.write("bad", format!("Subject\n# comment\n\n{}", pair.env()));
    let ran = place
        .run(["scan", "--message", "bad", "--format", "json"])
        .ends(1);
    assert_eq!(ran.json()["findings"][0]["line"], 4);
    place
        .run(["scan", "--message", "absent"])
        .complains(&["cannot read the commit message absent"]);
    place
        .run(["scan", "--message", "."])
        .complains(&["cannot read the commit message"]);
}

#[test]
fn any_number_of_threads_prints_the_same() {
    let place = Place::new();
    for n in 0..40 {
        let pair = Pair::drawn(n);
        place.write(format!("{}/{n}.env", n % 7), pair.env());
    }
    place.write(
        "lines",
        (0..30).map(|n| Pair::drawn(n).env()).collect::<String>(),
    );
    for format in ["human", "json", "jsonl"] {
        let print = |threads: &str| {
            let ran = place
                .run(["scan", ".", "--format", format, "--threads", threads])
                .ends(1);
            without_time(&ran.out)
        };
        assert_eq!(print("1"), print("4"), "{format}");
    }
}

/// Cuts what a clock wrote.
fn without_time(out: &str) -> String {
    let cut = |line: &str, mark: &str| line.split(mark).next().unwrap().to_owned();
    out.lines()
        .map(|line| cut(&cut(line, "elapsed_ms"), " in "))
        .collect::<Vec<_>>()
        .join("\n")
}
