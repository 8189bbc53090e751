//! What a person who was stopped reads after the findings: the ways on.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, Write as _},
    path::Path,
};

use bstr::BStr;

use super::{super::environment, context::Context, push};
use crate::{
    finding::{Finding, Outcome, SourceKind},
    report::{self, ReportOptions, Scrub},
    source::{head, history::refs::Refs},
};

/// What was stopped.
pub(super) enum Way<'a> {
    Commit,
    Merge,
    /// `git am`.
    Patch,
    Message {
        file: &'a Path,
    },
    Push {
        refs: &'a Refs,
    },
    /// A push, as a server sees it.
    Receive,
    Transaction,
}

/// How many files and commits are named.
const NAMED: usize = 5;

/// Says how to go on after `outcome`, on standard error.
pub(super) fn tell(context: &Context<'_>, outcome: &Outcome, way: &Way<'_>) {
    let mut out = String::new();
    // A path may be a secret, too.
    let scrub = Scrub::new(outcome, ReportOptions::default());
    let steps = match way {
        Way::Commit => staged(context, outcome, &scrub, again(context)),
        Way::Merge => staged(
            context,
            outcome,
            &scrub,
            "git commit (or `git merge --abort`)",
        ),
        Way::Patch => patch(),
        Way::Message { file } => message(file),
        Way::Push { refs } => commits(context, outcome, refs),
        Way::Receive => received(),
        Way::Transaction => transaction(),
    };
    let stopped = match way {
        Way::Commit | Way::Message { .. } => "the commit",
        Way::Merge => "the merge",
        Way::Patch => "the patch",
        Way::Push { .. } | Way::Receive => "the push",
        Way::Transaction => "the change of refs",
    };
    let _ = writeln!(
        out,
        "keyfence: {} stopped {stopped}. Ways on:",
        context.name
    );
    let accept = Step {
        what: "accept",
        lines: vec![
            "if it is no secret: the `keyfence allow` command above, with the reason".to_owned(),
        ],
    };
    let server = matches!(way, Way::Receive);
    let once = (!server && skip_is_permitted(context)).then(|| Step {
        what: "once",
        lines: vec![format!(
            "KEYFENCE_SKIP=\"why\" {} leaves this check out, and notes why",
            match way {
                Way::Push { .. } => "git push",
                Way::Merge => "git merge",
                Way::Patch => "git am --continue",
                Way::Transaction => "before the command",
                Way::Commit | Way::Message { .. } => again(context),
                Way::Receive => "",
            }
        )],
    });
    for step in steps.into_iter().chain([accept]).chain(once) {
        for (nth, line) in step.lines.iter().enumerate() {
            let what = if nth == 0 { step.what } else { "" };
            let _ = writeln!(out, "  {what:<7} {line}");
        }
    }
    if server && environment::is_gitlab_hook() {
        out.push_str(&for_gitlab(outcome, &scrub));
    }
    // The exit code blocks all the same.
    drop(io::stderr().write_all(out.as_bytes()));
}

/// Returns the command that goes on after a stop, which git's files tell (gitrepository-layout(5)).
fn again(context: &Context<'_>) -> &'static str {
    let has = |name: &str| context.repository.git_dir.join(name).exists();
    if has("rebase-merge") || has("rebase-apply") {
        "git rebase --continue"
    } else if has("CHERRY_PICK_HEAD") {
        "git cherry-pick --continue"
    } else if has("REVERT_HEAD") {
        "git revert --continue"
    } else {
        "git commit"
    }
}

/// One way on.
struct Step {
    what: &'static str,
    lines: Vec<String>,
}

fn fix(lines: Vec<String>) -> Vec<Step> {
    vec![Step { what: "fix", lines }]
}

const MOVE: &str = "read it from the environment, a secret manager or a credential helper instead; for AWS, use an IAM role";

fn staged(context: &Context<'_>, outcome: &Outcome, scrub: &Scrub, again: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let paths: BTreeSet<&BStr> = outcome
        .findings
        .iter()
        .filter(|finding| finding.source == SourceKind::Index)
        .map(Finding::file)
        .collect();
    if !paths.is_empty() {
        let has_head = head::id(&context.repository).is_ok_and(|head| head.is_some());
        let unstage = if has_head {
            "git restore --staged --"
        } else {
            "git rm --cached --"
        };
        let mut lines = vec![MOVE.to_owned()];
        let named = paths.iter().take(NAMED);
        let named: Vec<String> = named.map(|path| quoted(&scrub.bytes(path))).collect();
        let more = if paths.len() > NAMED { " …" } else { "" };
        lines.push(format!("unstage:  {unstage} {}{more}", named.join(" ")));
        lines.push(format!(
            "then:     git add what you have mended, and {again}"
        ));
        steps.extend(fix(lines));
    }
    if outcome
        .findings
        .iter()
        .any(|f| f.source == SourceKind::Message && f.commit.is_none())
    {
        steps.extend(fix(vec!["take it out of the commit's message".to_owned()]));
    }
    let merged: BTreeSet<&str> = commits_of(outcome).collect();
    if !merged.is_empty() {
        steps.extend(fix(vec![
            format!(
                "{} of the other branch bring it, and no remote has them yet",
                listed(&merged)
            ),
            "take it out there first: git log -p -S… and git rebase -i on that branch".to_owned(),
        ]));
    }
    steps
}

fn patch() -> Vec<Step> {
    fix(vec![
        MOVE.to_owned(),
        "mend the files, `git add` them, then git am --continue (or git am --skip, git am --abort)"
            .to_owned(),
    ])
}

fn message(file: &Path) -> Vec<Step> {
    let file = quoted(file.as_os_str().as_encoded_bytes());
    fix(vec![
        "take it out of the message; what you wrote is kept".to_owned(),
        format!("again:    git commit -e -F {file}"),
    ])
}

/// What to do about commits that are not pushed yet, and about those that are out already.
fn commits(context: &Context<'_>, outcome: &Outcome, refs: &Refs) -> Vec<Step> {
    let mut steps = Vec::new();
    let head = refs.head.map(|id| id.to_string()).unwrap_or_default();
    let all: BTreeSet<&str> = commits_of(outcome).collect();
    let (mut out, mut local) = (Vec::new(), BTreeSet::new());
    for id in &all {
        match push::is_on_remote(context, id, refs) {
            Some(remote) => out.push((*id, remote)),
            None => drop(local.insert(*id)),
        }
    }
    if let Some((id, remote)) = out.first() {
        steps.push(Step {
            what: "rotate",
            lines: vec![
                format!("{} is on {} already, so somebody may have it:", short(id), report::escape_bytes(remote)),
                "revoke the secret and make a new one first; taking it out of history comes after that".to_owned(),
            ],
        });
    }
    if local.len() == 1 && local.contains(&*head) {
        steps.extend(fix(vec![
            MOVE.to_owned(),
            "it is in your last commit: mend the files, then".to_owned(),
            "          git add -u && git commit --amend --no-edit".to_owned(),
        ]));
    } else if !local.is_empty() {
        // Findings stand in the order of paths; the oldest commit is the one to begin with.
        let oldest = oldest(outcome, &local);
        let base = if has_parent(context, oldest) {
            format!("{}~1", short(oldest))
        } else {
            "--root".to_owned()
        };
        steps.extend(fix(vec![
            MOVE.to_owned(),
            format!("it is in {}, not pushed yet; rewrite:", listed(&local)),
            format!("          git rebase -i {base}    (mark as `edit`: {})", listed(&local)),
            "          at each stop: mend the files, git add -u && git commit --amend --no-edit && git rebase --continue".to_owned(),
        ]));
    }
    if all.is_empty() {
        steps.extend(fix(vec![
            "take it out of the tag's message: git tag -f -a NAME".to_owned(),
        ]));
    }
    steps
}

fn received() -> Vec<Step> {
    fix(vec![
        "take it out of the commits that are named above (git rebase -i, or git commit --amend), and push again".to_owned(),
        "if anybody else could read it meanwhile, revoke it first".to_owned(),
    ])
}

fn transaction() -> Vec<Step> {
    fix(vec![
        "take it out of the commits that are named above; no branch has them".to_owned(),
    ])
}

fn commits_of(outcome: &Outcome) -> impl Iterator<Item = &str> {
    let commits = outcome
        .findings
        .iter()
        .filter_map(|finding| finding.commit.as_ref());
    commits.map(|commit| &*commit.id)
}

fn oldest<'a>(outcome: &'a Outcome, of: &BTreeSet<&'a str>) -> &'a str {
    let commits = outcome
        .findings
        .iter()
        .filter_map(|finding| finding.commit.as_ref());
    let commits = commits.filter(|commit| of.contains(&*commit.id));
    commits
        .min_by_key(|commit| commit.seconds)
        .map_or("", |commit| &commit.id)
}

fn has_parent(context: &Context<'_>, id: &str) -> bool {
    gix::ObjectId::from_hex(id.as_bytes())
        .is_ok_and(|id| head::has_parent(&context.repository, &id))
}

/// The lines that GitLab shows in its own pages as well
/// (<https://docs.gitlab.com/administration/server_hooks/>, "Custom error messages").
fn for_gitlab(outcome: &Outcome, scrub: &Scrub) -> String {
    let mut out = String::new();
    for finding in outcome.findings.iter().take(20) {
        let commit = finding
            .commit
            .as_ref()
            .map_or(String::new(), |c| format!(" in {}", short(&c.id)));
        let _ = writeln!(
            out,
            "GL-HOOK-ERR: {}:{}{commit}: {}",
            report::escape_bytes(&scrub.bytes(&finding.path)),
            finding.start.line,
            finding.name
        );
    }
    let _ = writeln!(
        out,
        "GL-HOOK-ERR: keyfence found secrets, so the push was refused"
    );
    out
}

fn listed(ids: &BTreeSet<&str>) -> String {
    let named: Vec<&str> = ids.iter().take(NAMED).map(|id| short(id)).collect();
    match ids.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("{} and {more} more", named.join(", ")),
        _ => named.join(", "),
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Quotes a path for a shell.
fn quoted(path: &[u8]) -> String {
    let text = report::escape_bytes(path);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+@%=:,".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn skip_is_permitted(context: &Context<'_>) -> bool {
    !super::skip::is_forbidden(&context.repository)
}
