//! Histories of any form, made by `git fast-import` in one go.

use std::fs;

use crate::git::{Repo, run_with};

/// A commit of an [`Import`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Commit(usize);

/// A history that is being written.
#[derive(Default)]
pub(super) struct Import {
    stream: Vec<u8>,
    commits: usize,
}

impl Import {
    /// Adds a commit. It has what its first parent has, but for `changes`: a file's path with its new bytes, or none where it goes.
    pub(super) fn commit(
        &mut self,
        parents: &[Commit],
        message: &str,
        changes: &[(&str, Option<&[u8]>)],
    ) -> Commit {
        self.commits += 1;
        // Each commit has a minute of its own.
        let seconds = 1_700_000_000 + 60 * self.commits;
        self.line("reset refs/import");
        self.line("commit refs/import");
        self.line(&format!("mark :{}", self.commits));
        self.line(&format!(
            "author An Author <author@example.com> {seconds} +0100"
        ));
        self.line(&format!(
            "committer A Committer <committer@example.com> {seconds} +0000"
        ));
        self.data(message.as_bytes());
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            self.line(&format!("{word} :{}", parent.0));
        }
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => {
                    self.line(&format!("M 100644 inline {path}"));
                    self.data(bytes);
                }
                None => self.line(&format!("D {path}")),
            }
        }
        self.line("");
        Commit(self.commits)
    }

    /// Returns the commit that is added as number `n`, from 1.
    pub(super) fn nth(n: usize) -> Commit {
        Commit(n)
    }

    /// Lets a ref lead to a commit.
    pub(super) fn name(&mut self, name: &str, commit: Commit) {
        self.line(&format!("reset {name}\nfrom :{}\n", commit.0));
    }

    /// Writes everything to `repo` as one pack, in which each file is made from the one before it, and returns the ids of the commits in their order.
    pub(super) fn run(self, repo: &Repo) -> Vec<String> {
        let marks = repo.beside("marks");
        let export = format!("--export-marks={}", marks.display());
        let import = [
            "-c",
            "fastimport.unpackLimit=1",
            "fast-import",
            "--quiet",
            "--depth=4095",
            &export,
        ];
        run_with(repo.command(import), &self.stream);
        repo.git(["update-ref", "-d", "refs/import"]);
        let marks = fs::read_to_string(marks).unwrap();
        let mut ids = vec![String::new(); self.commits];
        for line in marks.lines() {
            let (mark, id) = line.strip_prefix(':').unwrap().split_once(' ').unwrap();
            ids[mark.parse::<usize>().unwrap() - 1] = id.to_owned();
        }
        ids
    }

    fn line(&mut self, line: &str) {
        self.stream.extend(line.as_bytes());
        self.stream.push(b'\n');
    }

    fn data(&mut self, bytes: &[u8]) {
        self.line(&format!("data {}", bytes.len()));
        self.stream.extend(bytes);
        self.stream.push(b'\n');
    }
}
