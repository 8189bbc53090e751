//! Commits that say what git would never write: their message and what they hold is scanned, whatever else they lack.

use super::{
    Bed, Graph, line,
    make::{PEOPLE, commit, entry, made_up, tag},
};
use gix::{ObjectId, objs::Kind};

use crate::git::run_with;

/// Makes a tree with a secret and a commit with `headers`, in which `TREE`, `BLOB`, `COMMIT` and `TAG` stand for ids, and another one
/// in the message. Scans the repository whose branch it is.
#[track_caller]
fn check(headers: &str, parts: &[&str], expected: &[&str], reachable: &[u64]) {
    let mut graph = Graph::new();
    let blob = graph.blob(1);
    let tree = graph.tree(entry("100644", "file", blob));
    let plain = graph.pack.blob("nothing");
    let empty = graph.tree("");
    let first = graph.commit(&commit(empty, &[]));
    let tagged = tag(first, "commit", "nothing");
    let tag = graph.pack.whole(Kind::Tag, tagged.as_bytes());
    let fill = |text: &str| {
        let ids = [
            ("TREE", tree),
            ("BLOB", plain),
            ("COMMIT", first),
            ("TAG", tag),
        ];
        ids.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(name, &id.to_string())
        })
    };
    let odd = graph.commit(&format!("{}\n{}", fill(headers), line(2)));
    graph.put_ref("heads/b", odd);
    let told = graph.check(parts, &[1, 2]);
    told.stands(1, expected).reachable(reachable);
    told.stands(2, &[&format!("<commit {odd}> ref [b] []")]);
}

/// The tree is told under the commit.
const GOOD: &[&str] = &["file ref [b] []"];

/// Nothing holds the tree, and a ref does not reach it: that is why it must be said.
const ALONE: &[&str] = &["file nothing [] []"];

#[test]
fn commits_without_a_tree() {
    check(&format!("tree TREE\n{PEOPLE}"), &[], GOOD, &[1, 2]);
    let none = "corrupt commit: it names no tree";
    for headers in [
        PEOPLE.to_owned(),
        String::new(),
        "tree\n".to_owned(),
        "tree \n".to_owned(),
        format!("tree  TREE\n{PEOPLE}"),
        format!("Tree TREE\n{PEOPLE}"),
        format!("tree TREE0\n{PEOPLE}"),
        format!("tree 0123\n{PEOPLE}"),
        format!("tree {}\n{PEOPLE}", "g".repeat(40)),
    ] {
        check(&headers, &[none], ALONE, &[2]);
    }
    for (name, kind) in [("BLOB", "blob"), ("COMMIT", "commit"), ("TAG", "tag")] {
        let named = format!("is a {kind}");
        let headers = format!("tree {name}\n{PEOPLE}");
        check(&headers, &["corrupt commit: its tree", &named], ALONE, &[2]);
    }
    let headers = format!("tree {}\n{PEOPLE}", made_up(1));
    check(&headers, &["1 tree missing"], ALONE, &[2]);
    // Of two trees the first one counts, as it does for git.
    check(
        &format!("tree TREE\ntree BLOB\n{PEOPLE}"),
        &[],
        GOOD,
        &[1, 2],
    );
}

#[test]
fn parents_that_are_none() {
    let with = |parents: &str| format!("tree TREE\n{parents}{PEOPLE}");
    check(&with("parent COMMIT\nparent COMMIT\n"), &[], GOOD, &[1, 2]);
    for (name, kind) in [("BLOB", "blob"), ("TREE", "tree"), ("TAG", "tag")] {
        let parts = ["corrupt commit: its parent", &format!("is a {kind}")];
        check(&with(&format!("parent {name}\n")), &parts, GOOD, &[1, 2]);
    }
    for parent in ["parent \n", "parent 0123\n", "parent COMMITx\n"] {
        check(
            &with(parent),
            &["corrupt commit: a parent it names is no id"],
            GOOD,
            &[1, 2],
        );
    }
    let missing = format!("parent {}\n", made_up(1));
    check(&with(&missing), &["1 commit missing"], GOOD, &[1, 2]);
    // After the people, git reads no parents; here they count, as any header does.
    let behind = format!("tree TREE\n{PEOPLE}parent COMMIT\n");
    check(&behind, &[], GOOD, &[1, 2]);
}

/// Scans one repository with a branch for each of `headers`, in which `TREE` stands for a tree with a secret of its own.
#[track_caller]
fn all(headers: &[String]) {
    let mut graph = Graph::new();
    let seeds = 1..=headers.len() as u64;
    for (seed, headers) in seeds.clone().zip(headers) {
        let blob = graph.blob(seed);
        let tree = graph.tree(entry("100644", format!("{seed}"), blob));
        let odd = graph.commit(&headers.replace("TREE", &tree.to_string()));
        graph.put_ref(&format!("heads/b{seed}"), odd);
    }
    let seeds: Vec<u64> = seeds.collect();
    let told = graph.check(&[], &seeds);
    for seed in &seeds {
        told.stands(*seed, &[&format!("{seed} ref [b{seed}] []")]);
    }
    told.reachable(&seeds);
}

/// What cannot be read is not told of, and decides nothing.
#[test]
fn odd_people_and_dates() {
    let dates = [
        "",
        "0",
        "-1 +0000",
        "-9223372036854775808 +0000",
        "9223372036854775807 +9999",
        "9223372036854775808 +0000",
        "99999999999999999999999999 -9999",
        "1.5 +0000",
        "1767225600",
        "1767225600 +0",
        "1767225600 UTC",
        "x y z",
        "1767225600 -0000 more",
        "18446744073709551616",
    ];
    let mut lines: Vec<String> = dates
        .iter()
        .map(|date| format!("A <a@example.com> {date}"))
        .collect();
    lines.extend(
        [
            "",
            " ",
            "A",
            "<",
            ">",
            "<>",
            "A <a",
            "A a>",
            "A > < 1 +0000",
            "<a> <b> 1 +0000",
            "\u{1b}[2J <\r> 1 +0000",
        ]
        .map(str::to_owned),
    );
    lines.push("A".repeat(1 << 20));
    let mut headers: Vec<String> = (lines.iter())
        .map(|line| format!("tree TREE\nauthor {line}\ncommitter {line}\n\nmessage\n"))
        .collect();
    let fewer = ["", "author\n", "author \n", "committer\nauthor\n"];
    headers.extend(fewer.map(|people| format!("tree TREE\n{people}\nmessage\n")));
    all(&headers);
}

#[test]
fn long_headers() {
    let long = [
        format!("x-long {}\n", "a b ".repeat(1 << 18)),
        "x-many a\n".repeat(100_000),
        format!("gpgsig a\n{}", " more\n".repeat(200_000)),
        format!("{}\n", "x".repeat(1 << 20)),
    ];
    let headers = long.iter().flat_map(|header| {
        [
            format!("tree TREE\n{PEOPLE}{header}\nmessage\n"),
            format!("{header}tree TREE\n{PEOPLE}\nmessage\n"),
        ]
    });
    all(&headers.collect::<Vec<_>>());
    let mut graph = Graph::new();
    let tree = graph.tree("");
    let long = format!("tree {tree}\n{PEOPLE}x {}{}", "a ".repeat(1 << 19), line(1));
    let odd = graph.commit(&long);
    graph.put_ref("heads/b", odd);
    let told = graph.check(&[], &[1]);
    told.stands(1, &[&format!("<commit {odd} header> ref [b] []")]);
}

#[test]
fn commits_with_nothing_in_them() {
    for text in ["", "\n", "\n\n", "x"] {
        let mut graph = Graph::new();
        let blob = graph.blob(1);
        let odd = graph.commit(text);
        graph.put_ref("heads/b", odd);
        let told = graph.check(&["corrupt commit: it names no tree"], &[1]);
        told.stands(1, &[&format!("<blob {blob}> nothing [] []")]);
    }
}

#[test]
fn a_thousand_parents() {
    let mut graph = Graph::new();
    let mut parents = Vec::new();
    let blob = graph.blob(1);
    let empty = graph.tree("");
    let tree = graph.tree(entry("100644", "file", blob));
    for n in 0..1000 {
        let held = if n == 999 { tree } else { empty };
        let text = commit(held, &[]).replace("message", &format!("message {n}"));
        parents.push(graph.commit(&text));
    }
    let merge = graph.commit(&commit(tree, &parents));
    graph.put_ref("heads/b", merge);
    let told = graph.check(&[], &[1]);
    told.stands(1, &["file ref [b] []"]);
    let by = told
        .outcome
        .findings
        .iter()
        .filter_map(|one| one.commit.as_ref());
    let last = parents[999].to_string();
    assert!(
        by.into_iter().any(|by| by.id == last),
        "the merge brings nothing of its own"
    );
}

#[test]
fn very_deep_histories() {
    let bed = Bed::new();
    let (mut stream, mut mark) = (String::new(), 0);
    let mut commit = |change: &str| {
        let from = if mark > 0 {
            format!("from :{mark}\n")
        } else {
            String::new()
        };
        mark += 1;
        let one = format!(
            "commit refs/heads/b\nmark :{mark}\ncommitter A <a@example.com> {mark} +0000\ndata 2\nx\n{from}{change}\n"
        );
        stream.push_str(&one);
    };
    commit(&format!(
        "M 644 inline file\ndata {}\n{}",
        line(1).len(),
        line(1)
    ));
    commit("D file\n");
    (0..200_000).for_each(|_| commit(""));
    run_with(
        bed.repo.command(["fast-import", "--quiet"]),
        stream.as_bytes(),
    );
    let outcome = bed.scan();
    super::assert_found(&outcome, &[0, 1]);
    assert_eq!(super::named(&outcome), Vec::<String>::new());
    let secret = super::secret(1);
    let found = outcome.findings.iter();
    let mut found = found.filter(|one| one.secret.expose() == secret.as_bytes());
    let one = &found.next().unwrap().occurrences[0];
    assert_eq!(one.introduced.as_ref().unwrap().seconds, 1);
    assert_eq!(one.removed.as_ref().unwrap().seconds, 2);
    assert!(one.reachable);
}

/// A commit that names itself, or another that names it, is possible under false names alone.
#[test]
fn commits_in_circles() {
    let mut graph = Graph::new();
    let blob = graph.blob(1);
    let tree = graph.tree(entry("100644", "file", blob));
    let ids: [ObjectId; 2] = [made_up(1), made_up(2)];
    let objects = graph.bed.objects();
    for (id, parent) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        let text = commit(tree, &[parent, id]);
        let packed = super::make::loose(&format!("commit {}", text.len()), text.as_bytes());
        super::make::put_loose(&objects, id, &packed);
    }
    graph.put_ref("heads/b", ids[0]);
    graph.check(&[], &[1]);
}
