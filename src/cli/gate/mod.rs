//! `keyfence gate`: a merge request, which cannot talk itself out of a finding.

mod ci;
mod ends;
mod held;
mod markers;

use std::{
    io::{self, Write as _},
    panic, thread,
    time::Instant,
};

use gix::ObjectId;

use self::{
    ends::{Asked, Ends},
    held::{Held, Named},
    markers::Markers,
};
use super::{
    Failure, args,
    config::{Checked, Root, Sources},
    environment,
    output::Output,
    progress, range,
    settings::{Limits, Setup},
    signals::Signals,
};
use crate::{
    finding::{
        Outcome,
        receipt::{self, PolicySource},
    },
    scan::Watch,
    source::{
        error::Error,
        history::revision::Revisions,
        range::{New, Range},
        repository::Repository,
    },
};

pub(super) fn run(args: &args::Gate) -> Result<u8, Failure> {
    let started = Instant::now();
    let output = Output::of_gate(&args.common, args.policy == args::PolicyFrom::Head)?;
    let repository = range::repository()?;
    let revisions = range::revisions(&repository)?;
    let variables = |name: &str| environment::ci_variable(name);
    let system = ci::system(&variables);
    let told = system
        .map(|system| Ok((system, system.told(&variables, &environment::ci_event()?))))
        .transpose()?;
    let asked = Asked {
        repository: &repository,
        revisions: &revisions,
        base: args.base.as_deref(),
        head: args.head.as_deref(),
        told,
    };
    let ends = asked.ends()?;
    drop(revisions);
    say_when_empty(&ends);
    let limits = Limits::new(&args.common, None)?;
    let signals = Signals::catch()?;
    let gate = Gate {
        args,
        repository: &repository,
        ends: &ends,
        limits,
        signals: &signals,
    };
    let unshallow = system.map_or(range::UNSHALLOW, |system| system.unshallow);
    let (merge_base, new) = gate.walk(unshallow)?;
    let is_told = system.filter(|_| args.base.is_none() || args.head.is_none());
    let range = receipt::Range {
        base: ends.base.map(|id| id.to_string()),
        head: ends.head.to_string(),
        merge_base: merge_base.map(|id| id.to_string()),
        ci: is_told.map(|system| system.name.to_owned()),
        repository: system.and_then(|system| system.address(&variables)),
    };
    let (mut outcome, setup) = gate.check(merge_base, &new, range)?;
    range::tell_partial(&repository, &mut outcome);
    setup.complete(&mut outcome);
    outcome.finished_seconds = Some(environment::now_seconds());
    outcome.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    output.write(&outcome)
}

/// A range of one commit is often a mistake in how CI was set up.
fn say_when_empty(ends: &Ends) {
    if ends.base == Some(ends.head) {
        // Nothing can be done when standard error is closed.
        drop(writeln!(
            io::stderr(),
            "keyfence: base and head are the same commit {}: there is no commit to check. Where there should be some, give --base and --head",
            ends.head
        ));
    }
}

struct Gate<'a> {
    args: &'a args::Gate,
    repository: &'a Repository,
    ends: &'a Ends,
    limits: Limits,
    signals: &'a Signals,
}

impl Gate<'_> {
    /// Runs `work` with progress on a terminal; a signal ends it early.
    fn watched<T>(&self, work: impl FnOnce(Watch<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let style = environment::progress(self.args.common.progress);
        progress::watch(style, |progress| {
            work(Watch {
                progress,
                interrupt: Some(self.signals.interrupt()),
            })
        })
    }

    /// Finds out where both part, and what is new. Each is a walk over the same commits; they are made side by side.
    fn walk(&self, unshallow: &str) -> Result<(Option<ObjectId>, New), Failure> {
        let between = Range {
            tips: std::iter::once(self.ends.head)
                .chain(self.ends.tag)
                .collect(),
            known: self.ends.base.into_iter().collect(),
        };
        let (git_dir, ends) = (&*self.repository.git_dir, self.ends);
        let merge_base = || {
            let Some(base) = ends.base else {
                return Ok(None);
            };
            Ok(Revisions::open(git_dir)?.merge_base(base, ends.head))
        };
        let new = |watch: Watch<'_>| {
            range::new(
                self.repository,
                &between,
                self.limits.threads,
                watch,
                unshallow,
            )
        };
        let (merge_base, new) = self.watched(|watch| {
            if self.limits.threads < 2 {
                return Ok((merge_base(), new(watch)?));
            }
            thread::scope(|scope| {
                let walk = scope.spawn(merge_base);
                let new = new(watch)?;
                let merge_base = walk.join().unwrap_or_else(|why| panic::resume_unwind(why));
                Ok((merge_base, new))
            })
        })?;
        let merge_base: Result<_, Error> = merge_base;
        let merge_base = merge_base
            .map_err(|error| Failure::because("cannot tell where the two commits part", error))?;
        Ok((merge_base, new))
    }

    fn check(
        &self,
        merge_base: Option<ObjectId>,
        new: &New,
        range: receipt::Range,
    ) -> Result<(Outcome, Setup), Failure> {
        let (args, repository) = (self.args, self.repository);
        let is_of_head = args.policy == args::PolicyFrom::Head;
        let source = if is_of_head {
            Some(self.ends.head)
        } else {
            merge_base
        };
        let of = |id| Root::Commit(repository, id);
        let sources = Sources {
            root: source.map_or(Root::Nothing, of),
            checked: Some(Checked {
                top: repository.work_tree.clone(),
                commit: of(self.ends.head),
            }),
        };
        let named = Named::new(&args.common, &sources)?;
        let before = Held::of(&merge_base.map_or(Root::Nothing, of), &named)?;
        let after = Held::of(&of(self.ends.head), &named)?;
        let held = if is_of_head { &after } else { &before };
        let git_allowed = held.git_allowed.as_ref();
        let setup = Setup::of_gate(&args.common, repository, &sources, git_allowed)?;
        let mut outcome = self.watched(|watch| {
            let scanner = &setup.scanner;
            let outcome = scanner.range(watch, repository, new, self.limits.of_blobs());
            outcome.map_err(|error| Failure::because("cannot scan the range", error))
        })?;
        outcome.receipt.range = Some(range);
        outcome.receipt.policy = Some(if args.common.no_allow {
            receipt::Policy {
                source: PolicySource::None,
                commit: None,
                changes: Vec::new(),
                markers: Vec::new(),
            }
        } else {
            let mut changes = before.changes(&after);
            let markers = if is_of_head {
                Markers::All
            } else {
                Markers::Of(merge_base.as_ref())
            };
            let (markers, more) = markers.apply(&mut outcome, &setup.scanner, repository);
            changes.extend(more);
            receipt::Policy {
                source: if is_of_head {
                    PolicySource::Head
                } else {
                    PolicySource::Base
                },
                commit: source.map(|id| id.to_string()),
                changes,
                markers,
            }
        });
        // Changes and markers tell texts of the commits.
        setup.scanner.find_in_texts(&mut outcome);
        Ok((outcome, setup))
    }
}
