//! What a clone left behind.

use std::fs;

use keyfence::source::{
    history::partial,
    repository::{OuterConfig, Override, discover},
};

use super::{find, id, refs::repo, with_skips};
use crate::git::{git, run};

#[test]
fn shallow_and_partial_clones() {
    for format in ["sha1", "sha256"] {
        let repo = repo(format);
        repo.write("b", "1");
        repo.commit_all();
        let whole = find(&repo.root);
        assert!(!partial::is_partial(&whole));
        assert_eq!(
            with_skips(|skip| partial::shallow(&whole, skip)),
            (vec![], vec![])
        );
        let url = format!("file://{}", repo.root.display());
        let clone = |name: &str, arg: &str| {
            let path = repo.beside(name);
            repo.git(["config", "uploadpack.allowFilter", "true"]);
            repo.git([
                "clone",
                "-q",
                "--no-checkout",
                arg,
                &url,
                path.to_str().unwrap(),
            ]);
            path
        };
        let shallow = clone("shallow", "--depth=1");
        let (ids, skips) = with_skips(|skip| partial::shallow(&find(&shallow), skip));
        assert_eq!(ids.len(), 1);
        assert_eq!(ids[0].to_string(), id(&shallow, "HEAD"));
        assert_eq!(skips, []);
        assert!(!partial::is_partial(&find(&shallow)));
        fs::write(shallow.join(".git/shallow"), "nonsense\n").unwrap();
        let (ids, skips) = with_skips(|skip| partial::shallow(&find(&shallow), skip));
        assert!(ids.is_empty());
        let reason = "lines that are no object ids: 1";
        assert_eq!(skips, [(".git/shallow".into(), reason.into(), false)]);
        let blobless = clone("partial", "--filter=blob:none");
        assert!(partial::is_partial(&find(&blobless)));
        // Taken back; told from outside; as old versions of git wrote it.
        let set = |args: [&str; 3]| run(git(&blobless, args));
        set(["config", "remote.origin.promisor", "false"]);
        assert!(!partial::is_partial(&find(&blobless)));
        let outer = OuterConfig {
            values: vec![("remote.a.b.promisor".into(), "true".into())],
            ..OuterConfig::default()
        };
        let told = discover(&blobless, &Override::default(), &outer).unwrap();
        assert!(partial::is_partial(&told));
        set(["config", "extensions.partialClone", "origin"]);
        assert!(partial::is_partial(&find(&blobless)));
    }
}
