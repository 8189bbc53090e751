//! One line on standard error that says how far a scan is.
//!
//! A thread looks at the counters ten times a second; the scan itself does nothing but count.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use super::environment::ProgressStyle;
use crate::scan::Progress;

/// How often the line is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// Nothing is drawn before: most scans are over by then.
const QUIET: Duration = Duration::from_millis(300);

/// Runs `scan` and shows how far it is in `style`; without one it gets no counters.
pub(super) fn watch<T>(
    style: Option<ProgressStyle>,
    scan: impl FnOnce(Option<&Progress>) -> T,
) -> T {
    let Some(style) = style else {
        return scan(None);
    };
    let progress = Progress::default();
    thread::scope(|scope| {
        // Dropping the sender, be it by a panic, ends the thread.
        let (end, ended) = mpsc::channel::<()>();
        let progress = &progress;
        scope.spawn(move || show(style, progress, &ended));
        let result = scan(Some(progress));
        drop(end);
        result
    })
}

fn show(style: ProgressStyle, progress: &Progress, ended: &mpsc::Receiver<()>) {
    let started = Instant::now();
    let (mut wait, mut width) = (QUIET, 0);
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = match style {
            ProgressStyle::Line => EVERY,
            ProgressStyle::Log => EVERY * 10,
        };
        let line = line(progress, started.elapsed());
        let text = match style {
            // What is left of a longer line is overwritten.
            ProgressStyle::Line => format!("\r{line:width$}"),
            ProgressStyle::Log => format!("{line}\n"),
        };
        width = line.len();
        if io::stderr().write_all(text.as_bytes()).is_err() {
            return;
        }
    }
    if width > 0 && matches!(style, ProgressStyle::Line) {
        // Nothing can be done when standard error is closed.
        drop(write!(io::stderr(), "\r{:width$}\r", ""));
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let bytes = progress.bytes();
    let mut line = format!(
        "keyfence: {} read, {}, {}/s",
        counted(progress.blobs(), "file"),
        size(bytes),
        size(per_second(bytes, elapsed)),
    );
    if progress.findings() > 0 {
        let _infallible = write!(line, ", {} so far", counted(progress.findings(), "finding"));
    }
    line
}

fn per_second(bytes: u64, elapsed: Duration) -> u64 {
    let millis = elapsed.as_millis().max(1);
    u64::try_from(u128::from(bytes) * 1000 / millis).unwrap_or(u64::MAX)
}

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns a number of bytes with one digit after the point: `1.5 MB`.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            format!("{}.{} {name}", bytes / unit, bytes % unit / (unit / 10))
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{line, size};
    use crate::scan::Progress;

    #[track_caller]
    fn check(bytes: u64, expected: &str) {
        assert_eq!(size(bytes), expected);
    }

    #[test]
    fn sizes() {
        check(0, "0 B");
        check(999, "999 B");
        check(1000, "1.0 kB");
        check(1_999_999, "1.9 MB");
        check(u64::MAX, "18446744073.7 GB");
    }

    #[test]
    fn a_line_is_short() {
        assert_eq!(
            line(&Progress::default(), Duration::ZERO),
            "keyfence: 0 files read, 0 B, 0 B/s"
        );
    }
}
