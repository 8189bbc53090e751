//! How far a scan is, in words.

use std::{fmt::Write as _, time::Duration};

use indicatif::{HumanBytes, HumanCount, HumanDuration};

use crate::scan::{Phase, Snapshot};

/// `scanning: 3/12 objects, 2 findings, 5s left, 1.20 MiB, 4.00 MiB/s`: what matters least stands last, where a narrow terminal
/// cuts.
pub(super) fn line(now: &Snapshot, elapsed: Duration, in_phase: Duration) -> String {
    let Phase { name, unit, total } = now.phase;
    let mut line = match total {
        Some(total) => format!("{name}: {}/{}", HumanCount(now.done), counted(total, unit)),
        None => format!("{name}: {}", counted(now.done, unit)),
    };
    if now.findings > 0 {
        let _infallible = write!(line, ", {}", counted(now.findings, "finding"));
    }
    if let Some(left) = total.and_then(|total| time_left(now.done, total, in_phase)) {
        let _infallible = write!(line, ", {:#} left", HumanDuration(left));
    }
    let rate = per_second(now.bytes, elapsed);
    let _infallible = write!(line, ", {}, {}/s", HumanBytes(now.bytes), HumanBytes(rate));
    line
}

/// Returns how long the rest takes when it goes on as before.
fn time_left(done: u64, total: u64, elapsed: Duration) -> Option<Duration> {
    let left = total.checked_sub(done)?;
    let millis = elapsed
        .as_millis()
        .saturating_mul(left.into())
        .checked_div(done.into())?;
    Some(Duration::from_millis(
        u64::try_from(millis).unwrap_or(u64::MAX),
    ))
}

fn per_second(bytes: u64, elapsed: Duration) -> u64 {
    let millis = elapsed.as_millis().max(1);
    u64::try_from(u128::from(bytes) * 1000 / millis).unwrap_or(u64::MAX)
}

fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", HumanCount(number))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{line, time_left};
    use crate::scan::{Phase, Snapshot};

    #[test]
    fn a_line_tells_what_is_known() {
        #[track_caller]
        fn check(total: Option<u64>, done: u64, bytes: u64, findings: u64, expected: &str) {
            let now = Snapshot {
                phase: Phase {
                    name: "scanning",
                    unit: "object",
                    total,
                },
                done,
                bytes,
                findings,
            };
            let line = line(&now, Duration::from_secs(4), Duration::from_secs(2));
            assert_eq!(line, expected);
        }
        check(None, 0, 0, 0, "scanning: 0 objects, 0 B, 0 B/s");
        check(
            None,
            1,
            6 << 20,
            1,
            "scanning: 1 object, 1 finding, 6.00 MiB, 1.50 MiB/s",
        );
        check(
            Some(12_000),
            3000,
            0,
            2,
            "scanning: 3,000/12,000 objects, 2 findings, 6s left, 0 B, 0 B/s",
        );
        check(Some(1), 0, 0, 0, "scanning: 0/1 object, 0 B, 0 B/s");
        // More than was said to be there.
        check(Some(1), 2, 0, 0, "scanning: 2/1 object, 0 B, 0 B/s");
    }

    #[test]
    fn time_left_does_not_overflow() {
        assert_eq!(time_left(0, 5, Duration::from_secs(1)), None);
        assert_eq!(
            time_left(5, 5, Duration::from_secs(1)),
            Some(Duration::ZERO)
        );
        assert!(time_left(1, u64::MAX, Duration::MAX).is_some());
    }
}
