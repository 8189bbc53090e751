//! What every hook needs: the repository, the scanner, and how to tell what was found.

use std::{ffi::OsString, time::Instant};

use super::{
    super::{
        CLEAN, Failure, args, environment,
        output::Output,
        progress,
        settings::{Limits, Setup},
        signals::Signals,
    },
    advice::{self, Way},
    updates::Update,
};
use crate::{
    finding::Outcome,
    scan::{Scanner, Watch},
    source::{
        error::Error,
        index,
        range::{self, New, Range},
        repository::Repository,
    },
};

/// A call of a hook.
pub(super) struct Context<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: &'a [OsString],
    pub(super) repository: Repository,
    /// What refs are to become, for hooks that see refs change.
    pub(super) updates: Vec<Update>,
    setup: Setup,
    limits: Limits,
    output: Output,
    common: &'a args::Common,
    started: Instant,
    on_server: bool,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        args: &'a args::Hook,
        (repository, updates): (Repository, Vec<Update>),
        on_server: bool,
        started: Instant,
    ) -> Result<Self, Failure> {
        let common = &args.common;
        Ok(Self {
            name: &args.name,
            arguments: &args.arguments,
            output: Output::new(common)?,
            setup: Setup::of(common, &repository)?,
            limits: Limits::new(common, None)?,
            repository,
            updates,
            common,
            started,
            on_server,
        })
    }

    pub(super) fn scanner(&self) -> &Scanner {
        &self.setup.scanner
    }

    pub(super) fn options(&self) -> index::Options {
        self.limits.of_blobs()
    }

    /// Finds out what is new in `range`.
    pub(super) fn new_in(&self, range: &Range, watch: Watch<'_>) -> Result<New, Error> {
        let threads = self.limits.threads;
        range::new(&self.repository, range, threads, watch.interrupt)
    }

    /// Runs `scan` with progress on a terminal; a signal ends it early.
    pub(super) fn watched<T>(
        &self,
        scan: impl FnOnce(Watch<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let signals = Signals::catch()?;
        let interrupt = Some(signals.interrupt());
        if self.on_server {
            return scan(Watch {
                progress: None,
                interrupt,
            });
        }
        let style = environment::progress(self.common.progress);
        progress::watch(style, |progress| {
            scan(Watch {
                progress,
                interrupt,
            })
        })
    }

    /// Tells `outcome` and how to go on, and returns the exit code.
    pub(super) fn tell(&self, mut outcome: Outcome, way: &Way<'_>) -> Result<u8, Failure> {
        self.setup.complete(&mut outcome);
        let elapsed = self.started.elapsed().as_millis();
        outcome.elapsed_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        outcome.finished_seconds = Some(environment::now_seconds());
        let is_clean = outcome.findings.is_empty() && outcome.is_complete();
        if is_clean && self.common.format.is_none() && self.common.report.is_empty() {
            // A hook that has nothing to say says nothing.
            return Ok(CLEAN);
        }
        let code = self.output.write(&outcome)?;
        if !outcome.findings.is_empty() {
            advice::tell(self, &outcome, way);
        }
        Ok(code)
    }
}
