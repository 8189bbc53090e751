//! Tags that say what git would never write.

use super::{
    Graph, line,
    make::{commit, entry, made_up, tag},
};
use gix::{ObjectId, objs::Kind};

/// Adds a commit whose tree has the secret of `seed`.
fn good(graph: &mut Graph, seed: u64) -> [ObjectId; 3] {
    let blob = graph.blob(seed);
    let tree = graph.tree(entry("100644", "file", blob));
    [blob, tree, graph.commit(&commit(tree, &[]))]
}

fn put(graph: &mut Graph, text: &str) -> ObjectId {
    let id = graph.pack.whole(Kind::Tag, text.as_bytes());
    graph.put_ref("tags/t", id);
    id
}

/// What a tag leads to is what is stored under the id, whatever type it says.
#[test]
fn types_that_are_not_so() {
    for kind in ["commit", "tree", "blob", "tag", "", "thing"] {
        for (at, place) in [(0, "<blob ID>"), (1, "file"), (2, "file")] {
            let mut graph = Graph::new();
            let ids = good(&mut graph, 1);
            put(&mut graph, &tag(ids[at], kind, &line(2)));
            let told = graph.check(&[], &[1, 2]);
            let place = place.replace("ID", &ids[0].to_string());
            let mut expected = vec![format!("{place} ref [] [t]")];
            if at == 1 {
                // The commit that nothing names has it, too.
                expected.push("file nothing [] []".to_owned());
            }
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            if at == 2 || at == 1 {
                told.stands(1, &expected);
            }
            told.stands(2, &["<tag t> ref [] [t]"]).reachable(&[1, 2]);
        }
    }
}

#[test]
fn tags_that_lead_nowhere() {
    let mut graph = Graph::new();
    put(&mut graph, &tag(made_up(1), "commit", &line(1)));
    let told = graph.check(&["1 ref target missing"], &[1]);
    told.stands(1, &["<tag t> ref [] [t]"]);
    for headers in [
        "",
        "object\n",
        "object \n",
        "object 0123\n",
        "type commit\ntag v\n",
    ] {
        let mut graph = Graph::new();
        put(&mut graph, &format!("{headers}\n{}", line(1)));
        let told = graph.check(&["corrupt tag: it names no object"], &[1]);
        told.stands(1, &["<tag t> ref [] [t]"]);
    }
}

#[test]
fn tags_of_tags_of_tags() {
    let mut graph = Graph::new();
    let [_, _, mut at] = good(&mut graph, 1);
    for n in 0..10_000 {
        let message = if n == 5_000 { line(2) } else { format!("{n}") };
        let text = tag(at, if n == 0 { "commit" } else { "tag" }, &message);
        at = graph.pack.whole(Kind::Tag, text.as_bytes());
        if n == 7_000 {
            graph.put_ref("tags/between", at);
        }
    }
    graph.put_ref("tags/t", at);
    graph.put_ref("heads/odd", at);
    let told = graph.check(&[], &[1, 2]);
    told.stands(1, &["file ref [odd] [between t]"])
        .reachable(&[1, 2]);
    told.stands(2, &["<tag odd> ref [] [between odd t]"]);
}

#[test]
fn tags_in_circles() {
    let mut graph = Graph::new();
    let objects = graph.bed.objects();
    let ids = [made_up(1), made_up(2)];
    for (at, id) in ids.into_iter().enumerate() {
        let text = tag(ids[1 - at], "tag", &line(1));
        let packed = super::make::loose(&format!("tag {}", text.len()), text.as_bytes());
        super::make::put_loose(&objects, id, &packed);
    }
    graph.put_ref("tags/t", ids[0]);
    graph.blob(2);
    graph.check(&[], &[1, 2]);
}
