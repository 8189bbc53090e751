//! Ends a scan before it is done.
//!
//! Everything that takes long looks at the flag now and then, stops, and says what was not read. So what was found so far is
//! told, and nobody takes it for everything.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Asks a scan to end with what it has. Clones share one flag.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the scan to end.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns true when the scan is to end.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns the flag itself, which a signal handler can set.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Does nothing unless the scan is to end.
    ///
    /// # Errors
    ///
    /// When the scan is to end. The text is the reason for having left out the rest of what is being read; the kind is not
    /// [`io::ErrorKind::Interrupted`], which means that reading should be tried again.
    pub fn check(&self) -> io::Result<()> {
        if self.is_raised() {
            return Err(io::Error::other(THE_REST));
        }
        Ok(())
    }
}

/// The reason for having left out nobody knows how much.
pub(super) const THE_REST: &str = "interrupted: the rest was not read";

/// Returns true for the reasons that an interrupted scan gives.
pub fn is_reason(reason: &str) -> bool {
    reason.starts_with("interrupted: ")
}

/// Returns the reason for having left out `count` things: `interrupted: 2 files were not read`.
pub fn reason(count: u64, what: &str) -> String {
    match count {
        1 => format!("interrupted: 1 {what} was not read"),
        _ => format!("interrupted: {count} {what}s were not read"),
    }
}
