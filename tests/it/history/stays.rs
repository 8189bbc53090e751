//! Who brought a secret, who took it away, and where it still is: as git's own commands say.

mod drawn;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyfence::{
    finding::{KeptBy, Names, Occurrence},
    scan::history::HistoryOptions,
};

use super::{import::Import, line, lines, scan, token};
use crate::git::{Repo, git, run_with};

/// What git knows of a repository.
struct Known {
    /// All commits with their parents; children come before them.
    commits: Vec<(String, Vec<String>)>,
    parents: HashMap<String, Vec<String>>,
    children: HashMap<String, Vec<String>>,
    /// The files of each commit.
    trees: HashMap<String, BTreeMap<String, String>>,
    /// The lines of the tokens in each blob.
    tokens: HashMap<String, BTreeMap<u64, u64>>,
    by_refs: BTreeSet<String>,
    by_reflogs: BTreeSet<String>,
    head: Option<String>,
    refs: Vec<Ref>,
}

/// A ref that leads to a commit.
struct Ref {
    /// `heads`, `remotes`, `tags`, or what else there is.
    kind: String,
    name: String,
    commit: String,
    history: BTreeSet<String>,
}

impl Ref {
    fn of(repo: &Repo, full: &str) -> Self {
        let (kind, name) = full.strip_prefix("refs/").unwrap().split_once('/').unwrap();
        let list = lines(&repo.root, &["rev-list", "--topo-order", full]);
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            commit: list[0].clone(),
            history: list.into_iter().collect(),
        }
    }
}

/// A token at a path.
type Item<'a> = (u64, &'a str);

impl Known {
    /// Asks git. The tokens are those with numbers below `count`.
    fn of(repo: &Repo, count: u64) -> Self {
        let ask = |args: &[&str]| lines(&repo.root, args);
        let format = "--batch-check=%(objecttype) %(objectname)";
        let all = ask(&["cat-file", "--batch-all-objects", format]);
        let of_kind = |kind: &str| -> Vec<String> {
            let ids = all.iter().filter_map(|line| line.strip_prefix(kind));
            ids.map(|id| id.trim().to_owned()).collect()
        };
        let ids = of_kind("commit ").join("\n");
        let list = repo.command(["rev-list", "--topo-order", "--parents", "--stdin"]);
        let list = String::from_utf8(run_with(list, ids.as_bytes())).unwrap();
        let commits: Vec<(String, Vec<String>)> = list
            .lines()
            .map(|line| {
                let mut ids = line.split(' ').map(str::to_owned);
                (ids.next().unwrap(), ids.collect())
            })
            .collect();
        let mut children: HashMap<String, Vec<String>> = HashMap::new();
        for (commit, parents) in &commits {
            for parent in parents {
                children
                    .entry(parent.clone())
                    .or_default()
                    .push(commit.clone());
            }
        }
        let tree = |id: &String| {
            let entry = |line: String| {
                let (meta, path) = line.split_once('\t').unwrap();
                (path.to_owned(), meta.split(' ').nth(2).unwrap().to_owned())
            };
            let entries = ask(&["ls-tree", "-r", id]).into_iter().map(entry);
            (id.clone(), entries.collect())
        };
        let found = |id: String| {
            let mut found = BTreeMap::new();
            for (at, text) in (1..).zip(ask(&["cat-file", "blob", &id])) {
                for number in (0..count).filter(|number| text.contains(&token(*number))) {
                    found.entry(number).or_insert(at);
                }
            }
            (id, found)
        };
        let head = git(&repo.root, ["rev-parse", "-q", "--verify", "HEAD"]).output();
        let head = String::from_utf8(head.unwrap().stdout).unwrap();
        Self {
            parents: commits.iter().cloned().collect(),
            children,
            trees: commits.iter().map(|(id, _)| tree(id)).collect(),
            tokens: of_kind("blob ").into_iter().map(found).collect(),
            by_refs: ask(&["rev-list", "--all"]).into_iter().collect(),
            by_reflogs: ask(&["rev-list", "--reflog"]).into_iter().collect(),
            refs: ask(&["for-each-ref", "--format=%(refname)"])
                .iter()
                .map(|name| Ref::of(repo, name))
                .collect(),
            head: (!head.is_empty()).then(|| head.trim().to_owned()),
            commits,
        }
    }

    /// Returns the blob in which the commit shows the item.
    fn blob(&self, commit: &str, item: Item<'_>) -> Option<&str> {
        let blob = self.trees[commit].get(item.1)?;
        self.tokens[blob].contains_key(&item.0).then_some(blob)
    }

    /// Returns all items that commit shows.
    fn items(&self, commit: &str) -> Vec<Item<'_>> {
        let files = self.trees[commit].iter();
        let items = files.flat_map(|(path, blob)| {
            let tokens = self.tokens[blob].keys();
            tokens.map(|number| (*number, path.as_str()))
        });
        items.collect()
    }

    /// Returns what was introduced: items and commits that show them while none of their parents does.
    fn introductions(&self) -> BTreeSet<(Item<'_>, &str)> {
        let mut out = BTreeSet::new();
        for (commit, parents) in &self.commits {
            for item in self.items(commit) {
                if parents
                    .iter()
                    .all(|parent| self.blob(parent, item).is_none())
                {
                    out.insert((item, commit.as_str()));
                }
            }
        }
        out
    }

    /// Returns true when HEAD shows the item by a chain of commits from `introduced` on that all do.
    fn lasts(&self, item: Item<'_>, introduced: &str) -> bool {
        let shows = |commit: &str| self.blob(commit, item).is_some();
        let chain = reach(introduced, &self.children, shows);
        self.head
            .as_deref()
            .is_some_and(|head| chain.contains(head))
    }

    /// Returns the commits that may be said to have removed a stay.
    fn removals(&self, item: Item<'_>, introduced: &str) -> BTreeSet<&str> {
        let heirs = reach(introduced, &self.children, |_| true);
        let shows = |commit: &str| self.blob(commit, item).is_some();
        let removes = |(commit, parents): &&(String, Vec<String>)| {
            let is_heir = |parent: &&String| heirs.contains(parent.as_str());
            !shows(commit)
                && parents.iter().filter(is_heir).any(|parent| shows(parent))
                && parents.iter().filter(is_heir).all(|parent| shows(parent))
        };
        let found = self.commits.iter().filter(removes);
        found.map(|(commit, _)| commit.as_str()).collect()
    }

    /// Checks one occurrence.
    #[track_caller]
    fn check(&self, item: Item<'_>, one: &Occurrence) {
        let introduced = &*one.introduced.as_ref().unwrap().id;
        let what = format!("{item:?} of {introduced}: {one:#?}");
        let lasts = self.lasts(item, introduced);
        assert_eq!(one.in_head, lasts, "{what}");
        let shown = if lasts {
            self.head.as_ref().unwrap()
        } else {
            introduced
        };
        let blob = self.blob(shown, item).unwrap();
        assert_eq!(one.blob.as_deref(), Some(blob), "{what}");
        assert_eq!(one.line, self.tokens[blob][&item.0], "{what}");
        self.check_removal(item, introduced, one, &what);
        let kept_by = if self.by_refs.contains(introduced) {
            KeptBy::Ref
        } else if self.by_reflogs.contains(introduced) {
            KeptBy::Reflog
        } else {
            KeptBy::Nothing
        };
        assert_eq!(
            (one.kept_by, one.reachable),
            (kept_by, kept_by == KeptBy::Ref),
            "{what}"
        );
        let holding = self
            .refs
            .iter()
            .filter(|one| one.history.contains(introduced));
        let names = |kinds: &[&str], refs: &mut dyn Iterator<Item = &Ref>| -> Names {
            let refs = refs.filter(|one| kinds.contains(&&*one.kind));
            refs.map(|one| one.name.as_str()).collect()
        };
        let all = ["heads", "remotes", "tags"];
        assert_eq!(
            one.branches,
            names(&all[..2], &mut holding.clone()),
            "{what}"
        );
        assert_eq!(one.tags, names(&all[2..], &mut holding.clone()), "{what}");
        let mut showing = holding.filter(|one| self.blob(&one.commit, item).is_some());
        assert_eq!(one.tips, names(&all, &mut showing), "{what}");
    }

    #[track_caller]
    fn check_removal(&self, item: Item<'_>, introduced: &str, one: &Occurrence, what: &str) {
        let candidates = self.removals(item, introduced);
        let Some(removed) = one.removed.as_ref().map(|commit| commit.id.as_str()) else {
            assert!(
                one.in_head || candidates.is_empty(),
                "{candidates:?} {what}"
            );
            return;
        };
        assert!(!one.in_head, "{what}");
        assert!(candidates.contains(removed), "{candidates:?} {what}");
        let head = self.head.as_deref();
        let by_head = head
            .map(|head| reach(head, &self.parents, |_| true))
            .unwrap_or_default();
        let in_head = candidates.iter().any(|commit| by_head.contains(commit));
        assert_eq!(by_head.contains(removed), in_head, "{what}");
        // None of those that are as good comes before it.
        let before = reach(removed, &self.parents, |_| true);
        let earlier = candidates.iter().filter(|commit| {
            **commit != removed && before.contains(*commit) && by_head.contains(*commit) == in_head
        });
        assert_eq!(earlier.collect::<Vec<_>>(), Vec::<&&str>::new(), "{what}");
    }
}

/// Returns what is reached from `start`, itself included, by steps of `next` to commits that `goes_on` is true for.
fn reach<'a>(
    start: &'a str,
    next: &'a HashMap<String, Vec<String>>,
    goes_on: impl Fn(&str) -> bool,
) -> BTreeSet<&'a str> {
    let (mut out, mut stack) = (BTreeSet::new(), vec![start]);
    while let Some(commit) = stack.pop() {
        if out.insert(commit) {
            let steps = next.get(commit).into_iter().flatten();
            stack.extend(steps.map(String::as_str).filter(|commit| goes_on(commit)));
        }
    }
    out
}

/// Compares everything that is told of the tokens with numbers below `count` with what git says. Counts the stays by what became of them.
#[track_caller]
fn check(repo: &Repo, count: u64, kinds: &mut BTreeMap<&str, usize>) {
    let known = Known::of(repo, count);
    let outcome = scan(&repo.root, &HistoryOptions::default());
    assert_eq!(outcome.skipped, []);
    let mut found = BTreeSet::new();
    for finding in &outcome.findings {
        let secret = std::str::from_utf8(finding.secret.expose()).unwrap();
        let number = (0..count).find(|number| token(*number) == secret).unwrap();
        for one in &finding.occurrences {
            let path = std::str::from_utf8(&one.path).unwrap();
            let (path, _) = known
                .trees
                .values()
                .find_map(|tree| tree.get_key_value(path))
                .unwrap();
            let introduced = one.introduced.as_ref().unwrap();
            let (introduced, _) = known.parents.get_key_value(&introduced.id).unwrap();
            let item = (number, path.as_str());
            assert!(
                found.insert((item, introduced.as_str())),
                "told twice: {one:#?}"
            );
            known.check(item, one);
            *kinds.entry(one.kept_by.name()).or_default() += 1;
            let end = match &one.removed {
                Some(_) => "removed",
                None if one.in_head => "in HEAD",
                None => "elsewhere",
            };
            *kinds.entry(end).or_default() += 1;
        }
        let states: Vec<_> = finding.occurrences.iter().map(Occurrence::state).collect();
        assert!(states.is_sorted(), "{states:?}");
    }
    assert_eq!(found, known.introductions());
}

#[test]
fn drawn_histories() {
    let mut kinds = BTreeMap::new();
    for seed in 0..8 {
        check(&drawn::repository(seed), drawn::TOKENS, &mut kinds);
    }
    let expected = [
        "elsewhere",
        "in HEAD",
        "nothing",
        "ref",
        "reflog",
        "removed",
    ];
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), expected);
    assert!(kinds.values().all(|count| *count > 8), "{kinds:?}");
}

#[test]
#[ignore = "takes minutes"]
fn many_drawn_histories() {
    for seed in 100..300 {
        check(
            &drawn::repository(seed),
            drawn::TOKENS,
            &mut BTreeMap::new(),
        );
    }
}

/// Where nobody merges, `git log -S` lists what brings and takes a token.
#[test]
fn what_log_says_of_a_line_of_commits() {
    let repo = Repo::new();
    let mut import = Import::default();
    let mut last = None;
    for (at, holds) in [0, 1, 1, 0, 1, 1, 1, 0, 0, 1].into_iter().enumerate() {
        let mut text = format!("version {at}\n");
        if holds == 1 {
            text.extend(["token = ", &token(1), "\n"]);
        }
        let parents: Vec<_> = last.into_iter().collect();
        last = Some(import.commit(&parents, "next", &[("a/b.txt", Some(text.as_bytes()))]));
    }
    import.name("refs/heads/main", last.unwrap());
    import.run(&repo);
    let search = format!("-S{}", token(1));
    let log = lines(
        &repo.root,
        &["log", "--reverse", "--format=%H", &search, "--", "a/b.txt"],
    );
    assert_eq!(log.len(), 5);
    let outcome = scan(&repo.root, &HistoryOptions::default());
    let [finding] = &*outcome.findings else {
        panic!("{:#?}", outcome.findings);
    };
    let told: BTreeSet<(&str, Option<&str>)> = (finding.occurrences.iter())
        .map(|one| {
            let id = |commit: &'_ std::sync::Arc<keyfence::finding::Commit>| commit.id.clone();
            let introduced = one.introduced.as_ref().map(id).unwrap();
            let at = |id: &String| log.iter().position(|commit| commit == id).unwrap();
            let removed = one.removed.as_ref().map(id);
            (&*log[at(&introduced)], removed.map(|id| &*log[at(&id)]))
        })
        .collect();
    let expected = log
        .chunks(2)
        .map(|two| (&*two[0], two.get(1).map(|id| &**id)));
    assert_eq!(told, expected.collect());
    assert!(finding.occurrences[0].in_head);
    assert_eq!(line(&repo.root, &["log", "-1", "--format=%H"]), log[4]);
}
