//! Trees that say what git would never write. Whatever holds them, every blob is scanned; and what stands where is told as far as it can be.

use super::{
    Graph, line,
    make::{Delta, entry, id, loose, made_up, put_loose, tag},
};
use gix::objs::Kind;

#[test]
fn entries_that_cannot_be_read() {
    let id = made_up(1);
    let whole = entry("100644", "name", id);
    let mut broken: Vec<Vec<u8>> = (1..whole.len()).map(|len| whole[..len].to_vec()).collect();
    // No mode, nothing but a mode, and one that does not end.
    broken.extend([
        b"name".to_vec(),
        vec![0; 40],
        b"100644100644100644 name\0".to_vec(),
        [&b"100644 name"[..], id.as_bytes()].concat(),
    ]);
    for broken in broken {
        let mut graph = Graph::new();
        let (before, behind) = (graph.blob(1), graph.blob(2));
        let good = entry("100644", "good", before);
        // An entry that is cut short takes what follows for its own end, so that what it says is not there.
        let tree = graph.tree([good, broken].concat());
        let lost = graph.tree(entry("100644", "lost", behind));
        graph.branch("b", tree);
        graph.branch("c", lost);
        let told = graph.check(&["corrupt tree: an entry cannot be read"], &[1, 2]);
        told.stands(1, &["good ref [b] []"]);
        told.stands(2, &["lost ref [c] []"]);
    }
}

#[test]
fn a_tree_made_from_a_broken_one() {
    let mut graph = Graph::new();
    let (one, two) = (graph.blob(1), graph.blob(2));
    let broken = [entry("100644", "a", one), b"100644 b".to_vec()].concat();
    let base = graph.pack.end();
    let first = graph.tree(&broken);
    let whole = [entry("100644", "a", one), entry("100644", "b", two)].concat();
    let delta = Delta::new(broken.len() as u64, whole.len() as u64)
        .copy(0, broken.len() as u32)
        .insert(&whole[broken.len()..])
        .end();
    let second = id(Kind::Tree, &whole);
    graph.pack.ofs_delta(second, base, &delta);
    graph.branch("b", first);
    graph.branch("c", second);
    let told = graph.check(&["corrupt tree: an entry cannot be read"], &[1, 2]);
    told.stands(1, &["a ref [c] []", "a ref [b] []"]);
    told.stands(2, &["b ref [c] []"]);
}

/// What an id names is what is stored under it, whatever the mode says: git takes most modes for those of files, too.
#[test]
fn odd_modes() {
    for mode in [
        "", "0", "1", "abc", "-1", "100600", "0100644", "120000", "777777", "40", "9999999",
    ] {
        let mut graph = Graph::new();
        let blob = graph.blob(1);
        let tree = graph.tree(entry(mode, "file", blob));
        graph.branch("b", tree);
        let told = graph.check(&[], &[1]);
        told.stands(1, &["file ref [b] []"]).reachable(&[1]);
    }
    for mode in ["40000", "040000", "0040000", "40755", "100644", "0", "dir"] {
        let mut graph = Graph::new();
        let blob = graph.blob(1);
        let inner = graph.tree(entry("100644", "file", blob));
        let tree = graph.tree(entry(mode, "dir", inner));
        graph.branch("b", tree);
        let told = graph.check(&[], &[1]);
        told.stands(1, &["dir/file ref [b] []"]).reachable(&[1]);
    }
}

/// Names are what is told, and nothing is opened by them.
#[test]
fn odd_names() {
    let names: [&[u8]; 12] = [
        b"",
        b".",
        b"..",
        b".git",
        b"a/b",
        b"/etc/passwd",
        b"../../out",
        b" ",
        b"a\nb",
        b"\xff",
        b"C:\\x",
        b"\x1b[2J",
    ];
    for name in names {
        let mut graph = Graph::new();
        let blob = graph.blob(1);
        let inner = graph.tree(entry("100644", name, blob));
        let tree = graph.tree(entry("40000", name, inner));
        graph.branch("b", tree);
        let path = String::from_utf8_lossy(name);
        let told = graph.check(&[], &[1]);
        told.stands(1, &[&format!("{path}/{path} ref [b] []")]);
    }
}

/// Of two entries of one name git checks out one. The other is told with a number behind its name.
#[test]
fn names_that_stand_twice() {
    let mut graph = Graph::new();
    let mut blobs: Vec<_> = (1..4).map(|seed| (graph.blob(seed), seed)).collect();
    blobs.sort();
    let file = |id| entry("100644", "a", id);
    let inner = graph.tree(entry("100644", "x", blobs[2].0));
    let tree = graph.tree(
        [
            file(blobs[1].0),
            file(blobs[0].0),
            file(blobs[0].0),
            entry("40000", "a", inner),
            entry("40000", "a", inner),
        ]
        .concat(),
    );
    graph.branch("b", tree);
    let told = graph.check(&[], &[1, 2, 3]);
    told.reachable(&[1, 2, 3]);
    told.stands(blobs[2].1, &["a/x ref [b] []"]);
    told.stands(blobs[0].1, &["a (2) ref [b] []"]);
    told.stands(blobs[1].1, &["a (3) ref [b] []"]);
}

/// A delta that takes away one of two equal entries leaves the other.
#[test]
fn a_delta_that_drops_one_of_two() {
    let mut graph = Graph::new();
    let blob = graph.blob(1);
    let one = entry("100644", "a", blob);
    let base = graph.pack.end();
    let twice = [&one[..], &one].concat();
    graph.tree(&twice);
    let delta = Delta::new(twice.len() as u64, one.len() as u64)
        .copy(0, one.len() as u32)
        .end();
    let once = id(Kind::Tree, &one);
    graph.pack.ofs_delta(once, base, &delta);
    graph.branch("b", once);
    // The tree with both stands alone.
    let told = graph.check(&[], &[1]);
    told.stands(1, &["a ref [b] []", "a nothing [] []"]);
}

#[test]
fn entries_of_another_kind_than_they_say() {
    let mut graph = Graph::new();
    let blobs: Vec<_> = (1..6).map(|seed| graph.blob(seed)).collect();
    let inner = graph.tree(entry("100644", "file", blobs[1]));
    let commit = graph.commit(&super::make::commit(inner, &[]));
    let tagged = tag(inner, "tree", "message");
    let tag = graph.pack.whole(Kind::Tag, tagged.as_bytes());
    let tree = graph.tree(
        [
            entry("40000", "blob-as-tree", blobs[0]),
            entry("100644", "tree-as-blob", inner),
            // No tree holds a commit or a tag, whatever it says.
            entry("100644", "commit-as-blob", commit),
            entry("40000", "commit-as-tree", commit),
            entry("40000", "tag-as-tree", tag),
            // Nor does a submodule's commit belong to this repository.
            entry("160000", "blob-as-commit", blobs[2]),
            entry("160000", "not-here", made_up(9)),
            entry("120000", "link", blobs[3]),
        ]
        .concat(),
    );
    graph.branch("b", tree);
    let told = graph.check(&[], &[1, 2, 3, 4, 5]);
    told.stands(1, &["blob-as-tree ref [b] []"]);
    told.stands(2, &["tree-as-blob/file ref [b] []", "file nothing [] []"]);
    told.stands(3, &[&format!("<blob {}> nothing [] []", blobs[2])]);
    told.stands(4, &["link ref [b] []"]);
    told.reachable(&[1, 2, 4]);
}

#[test]
fn ids_that_nothing_has() {
    for (mode, what) in [("100644", "blob"), ("40000", "tree")] {
        let mut graph = Graph::new();
        let blob = graph.blob(1);
        let zero = gix::ObjectId::null(gix::hash::Kind::Sha1);
        let tree = graph.tree([entry("100644", "a", blob), entry(mode, "z", zero)].concat());
        graph.branch("b", tree);
        let missing = format!("1 {what} missing from the object database");
        graph.check(&[&missing], &[1]);
    }
}

/// Adds trees, each in the next one, `levels` deep, with a secret at the bottom.
fn nested(graph: &mut Graph, name: &str, levels: usize, seed: u64) -> gix::ObjectId {
    let blob = graph.blob(seed);
    let mut tree = graph.tree(entry("100644", "file", blob));
    for _ in 1..levels {
        tree = graph.tree(entry("40000", name, tree));
    }
    tree
}

#[test]
fn very_deep_trees() {
    let mut graph = Graph::new();
    let tree = nested(&mut graph, "d", 2000, 1);
    graph.branch("b", tree);
    let path = "d/".repeat(1999) + "file ref [b] []";
    graph.check(&[], &[1]).stands(1, &[&path]);
    // Longer than any path that a system opens: found all the same.
    for (name, levels) in [("d", 5_000), ("dir", 1_100), ("", 10_000)] {
        let mut graph = Graph::new();
        let tree = nested(&mut graph, name, levels, 1);
        graph.branch("b", tree);
        let told = graph.check(&["4096"], &[1]);
        assert_eq!(told.outcome.findings.len(), 2, "{name} {levels}");
    }
}

#[test]
fn very_wide_trees() {
    let mut graph = Graph::new();
    let (same, last, plain) = (graph.blob(1), graph.blob(2), graph.pack.blob("nothing"));
    let name = |n: u32| format!("{n:06}");
    let mut wide: Vec<u8> = (0..100_000)
        .flat_map(|n| entry("100644", name(n), plain))
        .collect();
    wide.extend(entry("100644", "z", last));
    let first = graph.tree(&wide);
    let many: Vec<u8> = (0..2_000)
        .flat_map(|n| entry("100644", name(n), same))
        .collect();
    let second = graph.tree(&many);
    graph.branch("b", first);
    graph.branch("c", second);
    let told = graph.check(&[], &[1, 2]);
    told.stands(2, &["z ref [b] []"]);
    let one = super::secret(1);
    let found = told.outcome.findings.iter();
    let mut found = found.filter(|f| f.secret.expose() == one.as_bytes());
    assert_eq!(found.next().unwrap().occurrences.len(), 2_000);
}

/// Under false names trees can hold themselves.
#[test]
fn trees_in_circles() {
    let mut graph = Graph::new();
    let blob = graph.blob(1);
    let objects = graph.bed.objects();
    let put = |id, bytes: &[u8]| {
        put_loose(
            &objects,
            id,
            &loose(&format!("tree {}", bytes.len()), bytes),
        );
    };
    let (one, two) = (made_up(1), made_up(2));
    let file = entry("100644", "file", blob);
    put(
        one,
        &[
            &file[..],
            &entry("40000", "a", two),
            &entry("40000", "b", one),
        ]
        .concat(),
    );
    put(two, &[&file[..], &entry("40000", "c", one)].concat());
    graph.branch("b", one);
    graph.check(&["corrupt tree: it holds itself"], &[1]);
}

/// The lines of blobs are no part of this: a tree may hold what is no text at all.
#[test]
fn a_tree_whose_bytes_hold_a_secret() {
    // A name is a text of the repository, and reports hide secrets in paths; none is looked for in trees.
    let mut graph = Graph::new();
    let blob = graph.blob(1);
    let name = line(2).trim_end().to_owned();
    let tree = graph.tree(entry("100644", name, blob));
    graph.branch("b", tree);
    let told = graph.check(&[], &[1]);
    let shown = told
        .outcome
        .in_paths
        .iter()
        .map(keyfence::secret::Secret::expose);
    assert!(
        shown
            .into_iter()
            .any(|one| one == super::secret(2).as_bytes())
    );
}
