//! Refs, HEADs and reflogs are those git has.

use std::{collections::BTreeSet, fs, path::Path};

use bstr::{BString, ByteSlice as _};
use keyfence::source::history::refs::{self, Refs};

use super::{Skip, find, id, lines, with_skips};
use crate::git::{Repo, git, run};

pub(super) fn names(refs: &[BString]) -> Vec<String> {
    refs.iter().map(ToString::to_string).collect()
}

/// Reads the refs seen from `folder` and compares refs, HEAD and reflogs with git's.
#[track_caller]
pub(super) fn same_as_git(folder: &Path) -> (Refs, Vec<Skip>) {
    let (refs, skips) = with_skips(|skip| refs::read(&find(folder), skip));
    let all: Vec<String> = refs
        .all
        .iter()
        .map(|tip| format!("{} {}", tip.id, tip.name))
        .collect();
    let format = "--format=%(objectname) %(refname)";
    assert_eq!(all, lines(folder, &["for-each-ref", format]));
    let head = git(folder, ["rev-parse", "-q", "--verify", "HEAD"]).output();
    let head = String::from_utf8(head.unwrap().stdout).unwrap();
    let ours = refs.head.map(|id| id.to_string()).unwrap_or_default();
    assert_eq!(ours, head.trim());
    let logged: BTreeSet<String> = refs.reflog_ids.iter().map(ToString::to_string).collect();
    let by_git = git(folder, ["rev-list", "--no-walk", "--reflog"]).output();
    let by_git = by_git.unwrap();
    // Without a single entry git has nothing to start from.
    assert_eq!(by_git.status.success(), !logged.is_empty());
    for id in String::from_utf8(by_git.stdout).unwrap().lines() {
        assert!(logged.contains(id), "{id} is not in {logged:?}");
    }
    (refs, skips)
}

#[track_caller]
pub(super) fn clean(folder: &Path) -> Refs {
    let (refs, skips) = same_as_git(folder);
    assert_eq!(skips, []);
    refs
}

/// Makes a repository with two branches, a symbolic one, tags of both kinds, notes and a stash with three entries.
pub(super) fn repo(format: &str) -> Repo {
    let repo = Repo::with(&[&*format!("--object-format={format}")]);
    repo.write("a", "1");
    repo.commit_all();
    repo.git(["branch", "topic/one"]);
    repo.git(["symbolic-ref", "refs/heads/alias", "refs/heads/topic/one"]);
    repo.git(["tag", "light"]);
    repo.git(["tag", "-m", "annotated", "heavy"]);
    repo.git(["notes", "add", "-m", "a note"]);
    for text in ["2", "3", "4"] {
        repo.write("a", text);
        repo.git(["stash", "-q"]);
    }
    repo
}

#[test]
fn loose_and_packed_refs_of_both_hashes() {
    for format in ["sha1", "sha256"] {
        let repo = repo(format);
        let loose = clean(&repo.root);
        assert_eq!(loose.all.len(), 7);
        assert!(loose.other_heads.is_empty());
        assert!(loose.other_names.is_empty());
        // An annotated tag is not peeled.
        let tag = loose.all.iter().find(|tip| tip.name == "refs/tags/heavy");
        assert_eq!(
            tag.unwrap().id.to_string(),
            id(&repo.root, "refs/tags/heavy")
        );
        repo.git(["pack-refs", "--all"]);
        assert_eq!(clean(&repo.root).all, loose.all);
        // A loose ref wins over a packed one; both folders and files stand beside each other.
        repo.write("b", "1");
        repo.commit_all();
        repo.git(["branch", "-f", "topic/one"]);
        repo.git(["branch", "topic-one"]);
        assert_eq!(clean(&repo.root).all.len(), 8);
        repo.git(["update-ref", "-d", "refs/heads/topic/one"]);
        let (refs, skips) = same_as_git(&repo.root);
        assert_eq!(refs.all.len(), 6);
        assert_eq!(skips[0].0, "refs/heads/alias");
    }
}

#[test]
fn a_packed_file_without_order_is_read_as_git_reads_it() {
    let repo = repo("sha1");
    repo.git(["pack-refs", "--all"]);
    let packed = fs::read_to_string(repo.root.join(".git/packed-refs")).unwrap();
    let mut entries: Vec<&str> = packed
        .lines()
        .filter(|l| !l.starts_with(['#', '^']))
        .collect();
    entries.reverse();
    repo.write(".git/packed-refs", entries.join("\n") + "\n");
    clean(&repo.root);
}

#[test]
fn an_unborn_and_a_detached_head() {
    let repo = Repo::new();
    let refs = clean(&repo.root);
    assert!(refs.head.is_none() && refs.all.is_empty() && refs.reflog_ids.is_empty());
    repo.commit_all();
    repo.git(["checkout", "-q", "--detach"]);
    repo.commit_all();
    let refs = clean(&repo.root);
    assert_ne!(refs.head, Some(refs.all[0].id));
    assert_eq!(refs.reflog_ids.len(), 2);
    repo.git(["checkout", "-q", "--orphan", "new"]);
    assert!(clean(&repo.root).head.is_none());
}

#[test]
fn worktrees_have_heads_refs_and_reflogs_of_their_own() {
    let repo = Repo::new();
    repo.commit_all();
    let [one, two] = ["one", "two"].map(|name| repo.beside(name));
    for tree in [&one, &two] {
        let tree = tree.to_str().unwrap();
        repo.git(["worktree", "add", "-q", "--detach", tree]);
        run(git(
            Path::new(tree),
            ["commit", "-q", "--allow-empty", "-m", tree],
        ));
        run(git(
            Path::new(tree),
            ["update-ref", "refs/worktree/mine", "HEAD~1"],
        ));
    }
    run(git(&two, ["update-ref", "refs/bisect/bad", "HEAD"]));
    repo.git(["update-ref", "refs/bisect/good", "HEAD"]);
    let [main_id, one_id, two_id] = [&repo.root, &one, &two].map(|tree| id(tree, "HEAD"));
    let others = |refs: &Refs| -> BTreeSet<String> {
        refs.other_heads.iter().map(ToString::to_string).collect()
    };
    let main = clean(&repo.root);
    assert_eq!(
        others(&main),
        [&main_id, &one_id, &two_id].map(String::clone).into()
    );
    assert_eq!(
        names(&main.other_names),
        [
            "worktrees/one/refs/worktree/mine",
            "worktrees/two/refs/bisect/bad",
            "worktrees/two/refs/worktree/mine"
        ]
    );
    let linked = clean(&one);
    assert_eq!(linked.head.unwrap().to_string(), one_id);
    assert_eq!(others(&linked), [main_id, two_id].into());
    assert_eq!(linked.reflog_ids, main.reflog_ids);
    assert!(names(&linked.other_names).contains(&"main-worktree/refs/bisect/good".to_string()));
    // A folder that git would prune: its worktree is gone, its HEAD holds on.
    fs::remove_dir_all(&two).unwrap();
    assert_eq!(others(&clean(&repo.root)), others(&main));
    // What is no worktree at all.
    repo.write(".git/worktrees/three/gitdir", "nowhere");
    let (_, skips) = same_as_git(&repo.root);
    assert_eq!(
        skips,
        [(".git/worktrees/three/HEAD".into(), "vanished".into(), false)]
    );
}

#[test]
fn a_bare_repository() {
    let repo = repo("sha1");
    let bare = repo.beside("bare");
    let clone = ["clone", "-q", "--mirror", ".", bare.to_str().unwrap()];
    repo.git(clone);
    let refs = clean(&bare);
    assert_eq!(refs.all.len(), 7);
    assert!(refs.head.is_some() && refs.reflog_ids.is_empty());
    fs::write(bare.join("packed-refs"), "nonsense\n").unwrap();
    let (_, skips) = with_skips(|skip| refs::read(&find(&bare), skip));
    let reason = "lines that are no refs: 1, the first is line 1";
    assert!(skips.contains(&("packed-refs".into(), reason.into(), false)));
}

#[test]
fn reflogs_hold_what_no_ref_holds() {
    let repo = repo("sha1");
    let refs = clean(&repo.root);
    let has = |refs: &Refs, id: &str| refs.reflog_ids.iter().any(|own| *own == *id);
    for entry in ["stash@{1}", "stash@{2}"] {
        let id = id(&repo.root, entry);
        assert!(has(&refs, &id), "{entry}");
        assert!(refs.all.iter().all(|tip| tip.id != id));
    }
    // A reflog that outlived its branch, as `git branch -m` and old versions leave them.
    repo.git(["checkout", "-q", "-b", "gone"]);
    repo.write("b", "1");
    repo.commit_all();
    let lost = id(&repo.root, "HEAD");
    repo.git(["checkout", "-q", "main"]);
    let log = fs::read(repo.root.join(".git/logs/refs/heads/gone")).unwrap();
    repo.git(["branch", "-q", "-D", "gone"]);
    fs::remove_file(repo.root.join(".git/logs/HEAD")).unwrap();
    assert!(!has(&clean(&repo.root), &lost));
    repo.write(".git/logs/refs/heads/gone", log);
    assert!(has(&clean(&repo.root), &lost));
    // Null ids are none, and lines that are no entries are counted.
    assert!(refs.reflog_ids.iter().all(|id| !id.is_null()));
    repo.write(
        ".git/logs/refs/heads/gone",
        format!("x\n{lost} {lost} \n\n"),
    );
    let (refs, skips) = same_as_git(&repo.root);
    assert!(has(&refs, &lost));
    let reason = "lines that are no reflog entries: 2".to_string();
    assert_eq!(skips, [(".git/logs/refs/heads/gone".into(), reason, false)]);
}

#[test]
fn what_a_command_in_progress_notes_is_kept() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    let hex = |n: char| n.to_string().repeat(40);
    repo.write(".git/ORIG_HEAD", hex('1'));
    let fetched = ["2", "3"].map(|n| format!("{}\tnot-for-merge\tbranch\n", n.repeat(40)));
    repo.write(".git/FETCH_HEAD", fetched.concat());
    repo.write(".git/AUTO_MERGE", hex('4') + "\n");
    repo.write(".git/rebase-merge/autostash", hex('5') + "\n");
    repo.write(".git/rebase-apply/orig-head", hex('6') + "\n");
    repo.write(".git/sequencer/head", hex('7') + "\n");
    // These hold no ids of objects.
    repo.write(".git/MERGE_RR", hex('8') + "\ta\0");
    repo.write(".git/MERGE_MSG", hex('9'));
    repo.write(".git/rebase-merge/message", hex('a'));
    repo.write(".git/CHERRY_PICK_HEAD", "nonsense");
    let refs = clean(&repo.root);
    for n in '1'..='9' {
        let kept = refs.reflog_ids.iter().any(|id| *id == hex(n));
        assert_eq!(kept, n < '8', "{n}");
    }
}

#[test]
fn many_refs_and_long_lines() {
    let repo = Repo::new();
    repo.commit_all();
    let head = id(&repo.root, "HEAD");
    let mut packed: Vec<String> = (0..20_000)
        .map(|n| format!("{head} refs/changes/{n:05}/head\n"))
        .collect();
    packed.insert(7, format!("{head} refs/heads/{}\n", "x".repeat(70 << 10)));
    packed.insert(9, format!("{head} refs/heads/a b\n"));
    packed.push(format!("{head} refs/heads/last"));
    repo.write(".git/packed-refs", packed.concat());
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    assert_eq!(refs.all.len(), 20_002);
    let reason = "lines that are no refs: 2, the first is line 8";
    assert_eq!(skips, [(".git/packed-refs".into(), reason.into(), false)]);
}

/// Names that are no UTF-8 are names.
#[cfg(unix)]
#[test]
fn names_of_any_bytes() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = Repo::new();
    repo.commit_all();
    let name = b"refs/heads/\xff\xfe";
    let file = std::ffi::OsStr::from_bytes(name);
    repo.write(Path::new(".git").join(file), id(&repo.root, "HEAD"));
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    assert_eq!(skips, []);
    assert!(refs.all.iter().any(|tip| tip.name == name.as_bstr()));
}
