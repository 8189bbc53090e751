//! `keyfence hook`: what an installed hook runs.

mod advice;
mod context;
mod limits;
mod message;
mod push;
mod receipt;
mod receive;
mod skip;
mod staged;
mod updates;

use std::{
    io::{self, Write as _},
    time::Instant,
};

use self::context::Context;
use super::{CLEAN, Failure, TROUBLE, args, environment};
use crate::source::repository::{self, Repository};

/// A hook that can be run.
struct Event {
    name: &'static str,
    run: fn(&Context<'_>) -> Result<u8, Failure>,
    /// It runs where somebody else's commits arrive, who must not be able to leave it out.
    on_server: bool,
}

/// The hooks that can be run.
const EVENTS: &[Event] = &[
    here("pre-commit", staged::pre_commit),
    here("pre-merge-commit", staged::pre_merge_commit),
    here("prepare-commit-msg", staged::prepare_commit_msg),
    here("commit-msg", message::commit_msg),
    here("applypatch-msg", message::applypatch_msg),
    here("pre-applypatch", staged::pre_applypatch),
    here("pre-push", push::pre_push),
    here("reference-transaction", receive::reference_transaction),
    there("pre-receive", receive::received),
    there("update", receive::received),
];

const fn here(name: &'static str, run: fn(&Context<'_>) -> Result<u8, Failure>) -> Event {
    let on_server = false;
    Event {
        name,
        run,
        on_server,
    }
}

const fn there(name: &'static str, run: fn(&Context<'_>) -> Result<u8, Failure>) -> Event {
    let on_server = true;
    Event {
        name,
        run,
        on_server,
    }
}

/// Runs a hook. Whatever goes wrong, git is stopped and the person is told how to go on.
pub(super) fn run(args: &args::Hook) -> Result<u8, Failure> {
    let event = EVENTS
        .iter()
        .find(|event| event.name == args.name)
        .ok_or_else(|| unknown(&args.name))?;
    match check(event, args) {
        Ok(TROUBLE) => {
            // Nothing can be done when standard error is closed; the exit code blocks all the same.
            drop(writeln!(io::stderr(), "keyfence: {}", not_checked(event)));
            Ok(TROUBLE)
        }
        Ok(code) => Ok(code),
        Err(failure) => Err(failure.and_then(not_checked(event))),
    }
}

/// Returns what to do when a hook could not do its work.
fn not_checked(event: &Event) -> &'static str {
    if event.on_server {
        NOT_CHECKED_ON_SERVER
    } else if repository().is_ok_and(|repository| skip::is_forbidden(&repository)) {
        NOT_CHECKED_BY_POLICY
    } else {
        NOT_CHECKED
    }
}

const NOT_CHECKED: &str = "not everything could be checked, so git was stopped. Mend what is said above and try again. \
                           KEYFENCE_SKIP=\"why\" before the command leaves this check out; where not even that works, \
                           `git -c core.hooksPath=/dev/null …` runs no hooks";

/// The same where no check may be left out.
const NOT_CHECKED_BY_POLICY: &str = "not everything could be checked, so git was stopped. Mend what is said above and try again. \
                                     No check may be left out here (keyfence.allowSkip): where nothing helps, tell whoever set that";

/// The same for whoever pushes.
const NOT_CHECKED_ON_SERVER: &str = "not everything could be checked, so the push was refused. Tell whoever runs this server what is said above";

fn check(event: &Event, args: &args::Hook) -> Result<u8, Failure> {
    let started = Instant::now();
    // Before a repository is looked for: while `git init` makes one there is none.
    let Some(updates) = updates::of(event.name, &args.arguments)? else {
        return Ok(CLEAN);
    };
    let repository = repository()?;
    // Before anything that may fail: it is the way round that.
    if !event.on_server && skip::asked(&repository, event.name)? {
        return Ok(CLEAN);
    }
    let context = Context::new(args, (repository, updates), event.on_server, started)?;
    (event.run)(&context)
}

fn repository() -> Result<Repository, Failure> {
    repository::discover(
        &environment::current_dir()?,
        &environment::git_override(),
        &environment::outer_config(),
    )
    .map_err(|error| Failure::because("cannot find the repository of this hook", error))
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = EVENTS.iter().map(|event| event.name).collect();
    let near = crate::fields::nearest(name, names.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Failure::new(format!(
        "there is no hook `{name}`{near} (hooks: {})",
        names.join(", ")
    ))
}
