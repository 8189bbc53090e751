//! `--scan-history`, and the commits of a merge: every line that a commit brings and none of its parents has in that file.
//!
//! Git says which files commits change, as object ids and without looking at attributes or contents; the blobs are read here, each once.

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    io::{BufRead as _, BufReader},
    process::{ChildStdout, Stdio},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    super::{
        Stop, TROUBLE, command,
        config::{exit_code, not_run},
    },
    Seen, Shown, git, in_blobs, index, messages, repository, shown,
};
use crate::{
    cli::settings::Limits,
    finding::Skipped,
    prohibited::Search,
    source::{self, index::Wanted},
};

/// From how many blobs on the whole object database is read, each pack from front to back.
const MANY_BLOBS: usize = 2000;

/// The lines that are prohibited in a blob.
type Lines = Vec<(u64, BString)>;

/// Scans the history of all refs and HEAD; where there is no commit yet, the tracked files.
pub(super) fn scan(search: &Search, limits: Limits, with_messages: bool) -> Result<Seen, Stop> {
    let all = ["--all".to_owned()];
    let mut seen = in_range(&all, search, limits)?;
    if with_messages {
        messages::add(search, &mut seen)?;
    }
    if seen.lines.is_empty() && !has_commits()? {
        let tracked = index::scan(&command::Scan::default(), search, limits)?;
        seen.lines.extend(tracked.lines);
        seen.skipped.extend(tracked.skipped);
    }
    Ok(seen)
}

fn has_commits() -> Result<bool, Stop> {
    let mut command = git();
    command.args(["rev-list", "--all", "--max-count=1"]);
    let output = command
        .output()
        .map_err(|error| not_run("rev-list", &error))?;
    Ok(!output.stdout.is_empty())
}

/// Scans the commits that `git rev-list` lists for `range`.
pub(super) fn in_range(range: &[String], search: &Search, limits: Limits) -> Result<Seen, Stop> {
    let changes = changes(range)?;
    let ids: HashSet<ObjectId> = changes.ids.all.iter().copied().collect();
    let (lines, skipped) = read(&ids, search, limits)?;
    let lines_of = |at: &u32| lines.get(&changes.ids.all[*at as usize]);
    let mut seen = Seen {
        skipped,
        ..Seen::default()
    };
    for change in &changes.all {
        let Some(new) = lines_of(&change.new) else {
            continue;
        };
        let old: BTreeSet<&BString> = (change.old.iter())
            .filter_map(lines_of)
            .flatten()
            .map(|(_, text)| text)
            .collect();
        for (number, text) in new.iter().filter(|(_, text)| !old.contains(text)) {
            seen.lines.push(Shown {
                commit: format!("{}:", change.commit).into(),
                rest: shown(
                    changes.paths.all[change.path as usize].as_ref(),
                    *number,
                    text.as_ref(),
                    true,
                ),
            });
        }
    }
    Ok(seen)
}

/// What commits change.
#[derive(Default)]
struct Changes {
    all: Vec<Change>,
    paths: Numbered<BString>,
    /// The blobs.
    ids: Numbered<ObjectId>,
}

/// A file that a commit changes against all its parents.
struct Change {
    commit: ObjectId,
    /// Its place in [`Changes::paths`].
    path: u32,
    /// The places of what it was in [`Changes::ids`].
    old: Box<[u32]>,
    /// The place of what it is there.
    new: u32,
}

/// Values, each once: there are many more changes than paths and blobs.
struct Numbered<T> {
    all: Vec<T>,
    places: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn place(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        match self.places.entry(value) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.all.push(new.key().clone());
                *new.insert(next)
            }
        }
    }
}

/// Returns the changes of the commits in `range`, in the order of `git rev-list`.
fn changes(range: &[String]) -> Result<Changes, Stop> {
    let mut list = git();
    // Children before parents, also those of one second.
    list.args(["rev-list", "--topo-order"]).args(range);
    list.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut list = list.spawn().map_err(|error| not_run("rev-list", &error))?;
    let commits = list.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let mut tree = git();
    // `-c`: of a merge what is as in none of the parents.
    tree.args(["diff-tree", "--stdin", "-z", "-r", "-c", "--root"])
        .args(["--no-renames", "--no-abbrev", "--raw", "--diff-filter=d"])
        .stdin(commits)
        .stdout(Stdio::piped());
    let mut tree = tree.spawn().map_err(|error| not_run("diff-tree", &error))?;
    let out = tree.stdout.take().map(parse).transpose();
    let ended = [list.wait(), tree.wait()];
    // When the output is no longer read, git ends early, too.
    let changes = out?.unwrap_or_default();
    for (status, command) in ended.into_iter().zip(["rev-list", "diff-tree"]) {
        let status = status.map_err(|error| not_run(command, &error))?;
        if !status.success() {
            return Err(Stop::said("", exit_code(status)));
        }
    }
    Ok(changes)
}

/// Reads what `git diff-tree --stdin -z` prints: a commit's id, or `:MODE MODE ID ID STATUS` and a path, each with a NUL after it. A merge of
/// n has n colons, n + 1 modes and n + 1 ids.
fn parse(out: ChildStdout) -> Result<Changes, Stop> {
    let mut changes = Changes::default();
    let mut commit = None;
    let mut fields = BufReader::with_capacity(1 << 20, out).split(0);
    let unreadable = |error: &dyn std::fmt::Display| {
        Stop::said(format!("git-secrets: git diff-tree: {error}"), TROUBLE)
    };
    while let Some(field) = fields.next() {
        let field = field.map_err(|error| unreadable(&error))?;
        if !field.starts_with(b":") {
            commit = ObjectId::from_hex(&field).ok();
            continue;
        }
        let path = fields
            .next()
            .ok_or_else(|| unreadable(&"its output ends within a line"))?
            .map_err(|error| unreadable(&error))?;
        let parents = field.iter().take_while(|byte| **byte == b':').count();
        let words: Vec<&[u8]> = field[parents..].split(|byte| *byte == b' ').collect();
        // Links and submodules are none of ours.
        let is_file = (words.get(parents)).is_some_and(|mode| mode.starts_with(b"100"));
        let ids: Vec<ObjectId> = (words.iter().skip(parents + 1).take(parents + 1))
            .filter_map(|id| ObjectId::from_hex(id).ok())
            .collect();
        let (Some(commit), Some((new, old))) = (commit, ids.split_last()) else {
            return Err(unreadable(&format!("{:?} is no change", field.as_bstr())));
        };
        if is_file {
            let old = old.iter().filter(|id| !id.is_null());
            let change = Change {
                commit,
                path: changes.paths.place(path.into()),
                old: old.map(|id| changes.ids.place(*id)).collect(),
                new: changes.ids.place(*new),
            };
            changes.all.push(change);
        }
    }
    Ok(changes)
}

/// Searches the blobs `ids`.
fn read(
    ids: &HashSet<ObjectId>,
    search: &Search,
    limits: Limits,
) -> Result<(HashMap<ObjectId, Lines>, Vec<Skipped>), Stop> {
    let cannot = "read the history";
    let repository = repository(cannot)?;
    let outcome = if ids.len() < MANY_BLOBS {
        let path = |id: &ObjectId| BString::from(id.to_string());
        let blobs: Vec<Wanted> = (ids.iter())
            .map(|id| Wanted {
                path: path(id),
                id: *id,
            })
            .collect();
        in_blobs(search, limits, cannot, |options, make| {
            source::index::read(&repository, &blobs, options, make)
        })?
    } else {
        let memory_bytes = usize::try_from(limits.max_memory_bytes).unwrap_or(usize::MAX);
        search.in_database(&repository, ids, (limits.threads, memory_bytes))
    };
    let mut lines: HashMap<ObjectId, Lines> = HashMap::new();
    for line in outcome.lines {
        if let Ok(id) = ObjectId::from_hex(&line.path) {
            lines.entry(id).or_default().push((line.number, line.text));
        }
    }
    Ok((lines, outcome.skipped))
}
