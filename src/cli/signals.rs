//! Ctrl-C and its kin: the first one ends a scan with what it has found so far, the next one ends the program at once.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{consts, flag};

use super::Failure;
use crate::source::Interrupt;

/// What asks a program to end: the keyboard, `kill`, a terminal that is closed.
const SIGNALS: &[i32] = &[
    consts::SIGINT,
    consts::SIGTERM,
    #[cfg(unix)]
    consts::SIGHUP,
];

/// Catches signals as long as it lives. Later ones do what they do by default.
pub(super) struct Signals {
    interrupt: Interrupt,
    /// From now on a signal ends the program.
    deadly: Arc<AtomicBool>,
}

impl Signals {
    /// Starts to catch signals, but for those that whoever started the program had it ignore (`nohup`, `&` in a script).
    pub(super) fn catch() -> Result<Self, Failure> {
        let signals = Self {
            interrupt: Interrupt::default(),
            deadly: Arc::default(),
        };
        for signal in SIGNALS.iter().filter(|signal| !is_ignored(**signal)) {
            signals.register(*signal).map_err(|error| {
                Failure::because(format!("cannot catch the signal {signal}"), error)
            })?;
        }
        Ok(signals)
    }

    fn register(&self, signal: i32) -> io::Result<()> {
        // In this order: the signal that makes the next one deadly is not deadly itself.
        flag::register_conditional_default(signal, Arc::clone(&self.deadly))?;
        flag::register(signal, Arc::clone(&self.deadly))?;
        flag::register(signal, self.interrupt.flag())?;
        Ok(())
    }

    /// Returns what the first signal raises.
    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.deadly.store(true, Ordering::SeqCst);
    }
}

/// Returns true when nothing happens at `signal`.
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "sigaction(2) alone tells what happens at a signal"
)]
fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the call only writes the present one, to memory that has room for it.
    let result = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: the call has succeeded, so it has written all of the action.
    result == 0 && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

#[cfg(not(unix))]
fn is_ignored(_signal: i32) -> bool {
    false
}
