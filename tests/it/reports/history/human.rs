//! What people read.

use keyfence::finding::Finding;

use super::{
    at_several_places, hostile, in_a_commit_message, in_a_note, in_a_stash, in_a_tag_message,
    in_head, in_many_branches, in_the_reflog_alone, kept_by_nothing, kinds, on_another_branch,
    outcome, removed, staged,
};
use crate::reports::{HIDDEN, report};

/// Returns the report of one finding.
fn human(finding: Finding) -> String {
    report("human", &outcome(vec![finding]), HIDDEN)
}

/// Returns the notes on history and what follows the findings, for what is shown often enough already.
fn notes(finding: Finding) -> String {
    let text = human(finding);
    let (block, after) = text.split_once("What now:").unwrap();
    let notes: Vec<&str> = block
        .lines()
        .skip_while(|line| !line.starts_with("  = "))
        .take_while(|line| !line.starts_with("  = why"))
        .collect();
    format!("{}\nWhat now:{after}", notes.join("\n"))
}

#[test]
fn human_tells_who_when_and_what_now() {
    insta::assert_snapshot!(human(in_head()), @r#"
    deploy/app.env

    critical[aws-access-key-pair]: AWS access key pair (high confidence)
     --> deploy/app.env:3:19
      |
    3 | AWS_ACCESS_KEY_ID=AK****************BY
      |                   ^^^^^^^^^^^^^^^^^^^^
      = parts: access_key_id      deploy/app.env:3:19  AK****************BY
               secret_access_key  deploy/app.env:4:23  dhtw****************v6TE
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: yes, in HEAD; at the tip of main, origin/main
      = branches: main, origin/main, release/1.0
      = tags: v1.0, v1.1
      = why: an id and a secret stand together
      = facts: account_id 123456789012, key_type long-term
      = fix: Make the key inactive in the IAM console, then delete it
             Look in CloudTrail for what it was used for
      = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"

    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Still there: take it out of the file in a new commit, on each branch; a
         tag that holds it has to be made anew.

    1 finding: 1 critical; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 still in HEAD
    "#);
}

#[test]
fn human_tells_of_what_was_removed() {
    insta::assert_snapshot!(notes(removed()), @r#"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = removed: 2024-03-02 by Joe Doe <joe@example.com>
                 9be1c4d20a77 "oops"
      = still there: only in history
      = branches: main
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Only in history: once it is rotated, a rewrite is optional. `git
         filter-repo` (--replace-text, for messages --replace-message) gives all
         later commits new ids: everybody clones anew, and forks and the host may
         keep the old commits.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 only in history
    "#);
}

#[test]
fn human_tells_of_another_branch() {
    insta::assert_snapshot!(notes(on_another_branch()), @r#"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: yes, not in HEAD but at the tip of feature/login and 1 more
      = branches: feature/login, origin/feature/login
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Still there: take it out of the file in a new commit, on each branch; a
         tag that holds it has to be made anew.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 still elsewhere
    "#);
}

#[test]
fn human_tells_of_what_only_a_reflog_keeps() {
    insta::assert_snapshot!(notes(in_the_reflog_alone()), @r#"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: unreachable, only a reflog keeps it
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Unreachable: `git reflog expire --expire=now --all && git gc --prune=now`
         drops it from this repository, and with it older stashes and all else that
         only reflogs keep.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 unreachable
    "#);
}

#[test]
fn human_tells_of_what_nothing_keeps() {
    insta::assert_snapshot!(notes(kept_by_nothing()), @r#"
      = introduced: no commit holds it, only blob b10b00000000
      = still there: unreachable, nothing keeps it: `git gc` removes it some day
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Unreachable: `git gc --prune=now` drops it from this repository.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 unreachable
    "#);
}

#[test]
fn human_tells_of_what_is_staged() {
    insta::assert_snapshot!(notes(staged()), @r#"
      = introduced: no commit holds it, only blob b10b00000000
      = still there: yes, in the index: the next commit will hold it
    What now:
      1. In the index: take it out of the file and stage that, then commit.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 staged
    "#);
}

#[test]
fn human_tells_of_a_stash() {
    insta::assert_snapshot!(notes(in_a_stash()), @r#"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: in no branch or tag; HEAD or another ref (stash, notes) holds it
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. In no branch or tag: drop the ref (`git stash drop`, `git update-ref
         -d REF`); then it is unreachable.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 only in history
    "#);
}

#[test]
fn human_tells_of_a_commit_message() {
    insta::assert_snapshot!(human(in_a_commit_message()), @r#"
    <commit 3f2a91c07d1e0000000000000000000000000000>

    high[example-token]: Example token (medium confidence)
     --> <commit 3f2a91c07d1e0000000000000000000000000000>:7:10
      |
    7 |     token: "tok****************K9m"
      |             ^^^^^^^^^^^^^^^^^^^^^^
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: in a commit message: it stays until history is rewritten
      = branches: main
      = why: its checksum is right
      = fix: Delete it at https://example.com/tokens
      = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"

    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Only in history: once it is rotated, a rewrite is optional. `git
         filter-repo` (--replace-text, for messages --replace-message) gives all
         later commits new ids: everybody clones anew, and forks and the host may
         keep the old commits.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 only in history
    "#);
}

#[test]
fn human_tells_of_a_tag_message() {
    insta::assert_snapshot!(notes(in_a_tag_message()), @r#"
      = still there: yes, in <tag v1.0>
      = tags: v1.0
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Still there: take it out of the file in a new commit, on each branch; a
         tag that holds it has to be made anew.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 still elsewhere
    "#);
}

#[test]
fn human_tells_what_a_note_is_on() {
    insta::assert_snapshot!(notes(in_a_note(true)), @r#"
      = note on: 77ab12cd34ef "Copy the config"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: yes, a note in notes/review
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. In a note: `git notes --ref REF remove ID`, with the names and the id above,
         takes it out; then it is only in the history of that ref.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 still elsewhere
    "#);
    insta::assert_snapshot!(notes(in_a_note(false)), @r#"
      = note on: 77ab12cd34ef "Copy the config"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = removed: 2024-03-02 by Joe Doe <joe@example.com>
                 9be1c4d20a77 "oops"
      = still there: only in the history of notes/review
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Only in the history of notes: make the ref anew from its newest tree, here and
         wherever it was pushed to: `git update-ref refs/notes/REF $(git commit-tree
         -m notes refs/notes/REF^{tree})`; then it is unreachable.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 only in history
    "#);
    let mut finding = in_a_note(true);
    finding.occurrences[0].note.as_mut().unwrap().commit = None;
    let text = notes(finding);
    assert!(
        text.contains("= note on: 77ab12cd34ef, which is no commit of this repository"),
        "{text}"
    );
}

#[test]
fn human_lists_what_a_person_reads() {
    insta::assert_snapshot!(notes(at_several_places()), @r#"
      = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                    3f2a91c07d1e "add deploy config"
      = still there: yes, in HEAD; at the tip of main
      = branches: main, next, release/1.0, release/1.1 and 10 more
      = also at: deploy/copy.env:7  in HEAD since 2024-03-31, Max
                 web/server/config/production/database.json:12
                   in next since 2024-03-01, Jane Roe
                 deploy/old.env:3   2024-03-01 to 2024-03-02, Jane Roe
                 deploy/old0.env:3  2024-03-01 to 2024-03-02, Jane Roe
                 deploy/old1.env:3  2024-03-01 to 2024-03-02, Jane Roe
                 and 2 more places; --format json has all
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Still there: take it out of the file in a new commit, on each branch; a
         tag that holds it has to be made anew.
      3. Only in history: once it is rotated, a rewrite is optional. `git
         filter-repo` (--replace-text, for messages --replace-message) gives all
         later commits new ids: everybody clones anew, and forks and the host may
         keep the old commits.
      4. Unreachable: `git gc --prune=now` drops it from this repository.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 still in HEAD
    "#);
}

#[test]
fn human_counts_all_branches() {
    let text = notes(in_many_branches());
    let notes: Vec<&str> = text.lines().take_while(|l| *l != "What now:").collect();
    insta::assert_snapshot!(notes.join("\n"), @r#"
    = introduced: 2024-03-01 by Jane Roe <jane@example.com>
                  3f2a91c07d1e "add deploy config"
    = still there: yes, not in HEAD but at the tip of main, renovate/update-0 and 99 more
    = branches: main, renovate/update-0, renovate/update-1 and 19998 more
    = tags: main, renovate/update-0, renovate/update-1 and 97 more
    "#);
}

#[test]
fn human_escapes_hostile_commits() {
    let text = human(hostile());
    let bad = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{2069}'));
    assert_eq!(bad, None, "{text:?}");
    insta::assert_snapshot!(notes(hostile()), @r#"
      = introduced: @9223372036854775807 by Eve\u{202e}\u{1b}[2J\r <eve\xff@example.com\u{7}>
                    666600000000 "\u{1b}]0;pwned\u{7} very very very very very very very very very very v…"
      = removed: @9223372036854775807 by <>
                 666600000000 "\u{1b}]0;pwned\u{7} very very very very very very very very very very v…"
      = still there: only in history
      = branches: a\u{2066}b, caf\xe9
      = tags: v\u{1b}[1A
    What now:
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Only in history: once it is rotated, a rewrite is optional. `git
         filter-repo` (--replace-text, for messages --replace-message) gives all
         later commits new ids: everybody clones anew, and forks and the host may
         keep the old commits.

    1 finding: 1 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    1 only in history
    "#);
}

#[test]
fn human_gives_advice_once() {
    let findings = kinds().into_iter().map(|(_, finding)| finding).collect();
    let text = report("human", &outcome(findings), HIDDEN);
    let (_, after) = text.split_once("What now:").unwrap();
    insta::assert_snapshot!(after, @r#"
      1. Revoke or rotate what leaked, whatever became of the file: whoever has a
         clone, a fork or a backup has the secret.
      2. Still there: take it out of the file in a new commit, on each branch; a
         tag that holds it has to be made anew.
      3. In a note: `git notes --ref REF remove ID`, with the names and the id above,
         takes it out; then it is only in the history of that ref.
      4. In the index: take it out of the file and stage that, then commit.
      5. Only in history: once it is rotated, a rewrite is optional. `git
         filter-repo` (--replace-text, for messages --replace-message) gives all
         later commits new ids: everybody clones anew, and forks and the host may
         keep the old commits.
      6. In no branch or tag: drop the ref (`git stash drop`, `git update-ref
         -d REF`); then it is unreachable.
      7. Only in the history of notes: make the ref anew from its newest tree, here and
         wherever it was pushed to: `git update-ref refs/notes/REF $(git commit-tree
         -m notes refs/notes/REF^{tree})`; then it is unreachable.
      8. Unreachable: `git reflog expire --expire=now --all && git gc --prune=now`
         drops it from this repository, and with it older stashes and all else that
         only reflogs keep.

    14 findings: 1 critical, 13 high; scanned 12345 blobs, 6789 commits, 1.1 GiB in 4.2 s
    2 still in HEAD, 3 still elsewhere, 1 staged, 5 only in history, 2 unreachable
    "#);
}
