//! How long a server's hook may take and how much it may read, and what becomes of a push that is over that.
//!
//! `keyfence.maxTime` (seconds, `20` or `0.5`), `keyfence.maxSize` (bytes of new files, `500M`) and `keyfence.overLimit` (`block` or `pass`) in the
//! server's or the repository's configuration.

use std::{
    io::{self, Write as _},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use super::super::{Failure, settings};
use crate::{
    finding::{Outcome, Skipped},
    scan::Watch,
    source::{
        interrupt,
        range::{self, New},
        repository::Repository,
    },
};

/// What a hook may use.
#[derive(Debug, Default)]
pub(super) struct Limits {
    time: Option<Duration>,
    bytes: Option<u64>,
    lets_pass: bool,
}

/// What ended a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Time,
    Size,
}

impl Limits {
    pub(super) fn new(repository: &Repository) -> Result<Self, Failure> {
        let value = |key: &str| repository.value(key);
        let time = value("keyfence.maxTime")
            .map(|text| seconds(&text))
            .transpose()?;
        let bytes = value("keyfence.maxSize").map(|text| settings::size("keyfence.maxSize", &text));
        let lets_pass = match value("keyfence.overLimit").as_deref() {
            None | Some("block") => false,
            Some("pass") => true,
            Some(other) => {
                return Err(Failure::new(format!(
                    "keyfence.overLimit = {other:?} is neither `block` nor `pass`"
                )));
            }
        };
        Ok(Self {
            time,
            bytes: bytes.transpose()?,
            lets_pass,
        })
    }

    /// Runs `scan`, and asks it to end when the time is over. Returns true with its result when that was so.
    pub(super) fn guard<T>(
        &self,
        watch: Watch<'_>,
        scan: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(T, bool), Failure> {
        let Some((time, interrupt)) = self.time.zip(watch.interrupt) else {
            return scan().map(|result| (result, false));
        };
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            // Dropping the sender ends the thread.
            let (end, ended) = mpsc::channel::<()>();
            scope.spawn(|| {
                let ended = ended;
                let waited = ended.recv_timeout(time);
                if waited == Err(mpsc::RecvTimeoutError::Timeout) {
                    is_over.store(true, Ordering::Relaxed);
                    interrupt.raise();
                }
            });
            let result = scan();
            drop(end);
            result
        })
        .map(|result| (result, is_over.into_inner()))
    }

    /// Returns why `new` is too large to be looked at.
    pub(super) fn too_large(
        &self,
        repository: &Repository,
        new: &New,
    ) -> Result<Option<Skipped>, Failure> {
        let Some(limit) = self.bytes else {
            return Ok(None);
        };
        let size = range::size(repository, &new.steps)
            .map_err(|error| Failure::because("cannot tell how large the push is", error))?;
        Ok((size > limit).then(|| Skipped {
            path: ".".into(),
            reason: format!(
                "the push has {size} bytes of new files, more than keyfence.maxSize = {limit}: nothing was read"
            ),
            incomplete: true,
        }))
    }

    /// Takes out of `outcome` what was not read because of a limit, where a push over the limits passes.
    pub(super) fn forgive(&self, outcome: &mut Outcome, over: Over) {
        let what = match over {
            Over::Time => {
                let seconds = self.time.unwrap_or_default().as_secs_f64();
                format!("{seconds} seconds are over")
            }
            Over::Size => "it is too large".to_owned(),
        };
        if !self.lets_pass {
            if over == Over::Time {
                say(&format!("{what} (keyfence.maxTime)"));
            }
            return;
        }
        outcome.skipped.retain(|skipped| match over {
            Over::Time => !interrupt::is_reason(&skipped.reason),
            Over::Size => skipped.path != ".",
        });
        say(&format!(
            "{what}: not all of the push was checked (keyfence.overLimit = pass)"
        ));
    }
}

fn say(text: &str) {
    drop(writeln!(io::stderr(), "keyfence: {text}"));
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    let number = digits.trim().parse::<f64>().ok();
    number
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| {
            Failure::new(format!(
                "keyfence.maxTime = {text:?} is not a time; write a number of seconds, like 20"
            ))
        })
}
