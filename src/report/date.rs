//! When a commit was written, on its author's clock.
//!
//! A commit holds any number of seconds and any offset; what is no date of RFC 3339 (years 0 to 9999, offsets below a day)
//! has no text here.

use std::io;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

use super::model::Summary;
use crate::finding::Commit;

/// Minutes of a day; RFC 3339 section 5.6 has offsets below it.
const DAY_MINUTES: u32 = 24 * 60;

/// Returns the date and time as RFC 3339 has it, with the author's offset: `2026-01-31T09:00:00+01:00`, and `Z` for none.
pub(super) fn rfc3339(commit: &Commit) -> Option<String> {
    let (local, minutes) = local(commit)?;
    if minutes == 0 {
        return Some(format!("{local}Z"));
    }
    let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    Some(format!(
        "{local}{sign}{:02}:{:02}",
        minutes / 60,
        minutes % 60
    ))
}

/// Returns a time in seconds since 1970-01-01T00:00:00Z as RFC 3339 has it, in UTC: `2026-01-31T08:00:00Z`; none where that is no date
/// there.
pub(crate) fn utc(seconds: i64) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    let local = Offset::UTC.to_datetime(time);
    (local.year() >= 0).then(|| format!("{local}Z"))
}

/// Returns the times at which a scan began and ended, in UTC, without offset: `2026-01-31T08:00:00`.
///
/// # Errors
///
/// When the summary does not say when it ended.
pub(super) fn of_scan(summary: &Summary) -> io::Result<(DateTime, DateTime)> {
    let finished = summary.finished.as_deref();
    let span = finished.and_then(|finished| span(finished, summary.elapsed_ms));
    span.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the summary does not say in `finished` when the scan ended, and this format needs the time",
        )
    })
}

/// Returns the same, or none where `finished` is no time of RFC 3339.
pub(super) fn span(finished: &str, elapsed_ms: u64) -> Option<(DateTime, DateTime)> {
    let end: Timestamp = finished.parse().ok()?;
    let elapsed = SignedDuration::from_millis(i64::try_from(elapsed_ms).ok()?);
    let start = end.checked_sub(elapsed).ok()?;
    let whole = |time: Timestamp| -> Option<DateTime> {
        let time = Timestamp::from_second(time.as_second()).ok()?;
        Some(Offset::UTC.to_datetime(time))
    };
    Some((whole(start)?, whole(end)?))
}

/// Returns the day for people: `2026-01-31`, and the seconds as git writes them (`@99999999999999`) where they are no date.
pub(super) fn day(commit: &Commit) -> String {
    local(commit).map_or_else(
        || format!("@{}", commit.seconds),
        |(local, _)| local.date().to_string(),
    )
}

/// Returns what the author's clock showed, and its offset from UTC in minutes: RFC 3339 has no seconds there.
fn local(commit: &Commit) -> Option<(DateTime, i32)> {
    let minutes = commit.utc_offset_seconds / 60;
    if minutes.unsigned_abs() >= DAY_MINUTES {
        return None;
    }
    let offset = Offset::from_seconds(minutes * 60).ok()?;
    let local = offset.to_datetime(Timestamp::from_second(commit.seconds).ok()?);
    (local.year() >= 0).then_some((local, minutes))
}

#[cfg(test)]
mod tests {
    use super::{day, rfc3339, span, utc};
    use crate::finding::Commit;

    fn commit(seconds: i64, utc_offset_seconds: i32) -> Commit {
        Commit {
            id: String::new(),
            author: "".into(),
            email: "".into(),
            seconds,
            utc_offset_seconds,
            summary: "".into(),
        }
    }

    #[track_caller]
    fn check(seconds: i64, utc_offset_seconds: i32, expected: Option<&str>, expected_day: &str) {
        let commit = commit(seconds, utc_offset_seconds);
        assert_eq!(rfc3339(&commit).as_deref(), expected);
        assert_eq!(day(&commit), expected_day);
    }

    #[test]
    fn dates_are_those_of_the_author() {
        let at = 1_769_846_400;
        check(at, 0, Some("2026-01-31T08:00:00Z"), "2026-01-31");
        check(at, 3600, Some("2026-01-31T09:00:00+01:00"), "2026-01-31");
        check(at, -12_600, Some("2026-01-31T04:30:00-03:30"), "2026-01-31");
        check(at, 57_600, Some("2026-02-01T00:00:00+16:00"), "2026-02-01");
        check(at, 3630, Some("2026-01-31T09:00:00+01:00"), "2026-01-31");
        check(at, -30, Some("2026-01-31T08:00:00Z"), "2026-01-31");
        check(at, 86_399, Some("2026-02-01T07:59:00+23:59"), "2026-02-01");
        check(0, 0, Some("1970-01-01T00:00:00Z"), "1970-01-01");
        check(-1, 0, Some("1969-12-31T23:59:59Z"), "1969-12-31");
        check(
            -62_167_219_200,
            0,
            Some("0000-01-01T00:00:00Z"),
            "0000-01-01",
        );
    }

    #[test]
    fn what_is_no_date_stays_a_number() {
        check(-62_167_219_201, 0, None, "@-62167219201");
        check(i64::MAX, 0, None, "@9223372036854775807");
        check(i64::MIN, i32::MIN, None, "@-9223372036854775808");
        check(0, 86_400, None, "@0");
        check(0, -86_400, None, "@0");
        check(0, i32::MAX, None, "@0");
    }

    #[test]
    fn a_scan_began_as_long_ago_as_it_took() {
        assert_eq!(utc(1_769_846_400).as_deref(), Some("2026-01-31T08:00:00Z"));
        assert_eq!(utc(i64::MAX), None);
        let check = |finished, ms, expected: Option<(&str, &str)>| {
            let span = span(finished, ms).map(|(start, end)| (start.to_string(), end.to_string()));
            let span = span.as_ref().map(|(start, end)| (&**start, &**end));
            assert_eq!(span, expected, "{finished}");
        };
        let (start, end) = ("2026-01-31T07:59:56", "2026-01-31T08:00:00");
        check("2026-01-31T08:00:00Z", 4000, Some((start, end)));
        check("2026-01-31T09:00:00+01:00", 4000, Some((start, end)));
        check("yesterday", 0, None);
        check("2026-01-31T08:00:00Z", u64::MAX, None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in -62_167_219_200_i64..253_402_207_200, minutes in -1439_i32..=1439) {
            let commit = commit(seconds, minutes * 60);
            if let Some(text) = rfc3339(&commit) {
                proptest::prop_assert_eq!(text.parse::<jiff::Timestamp>().unwrap().as_second(), seconds);
                proptest::prop_assert_eq!(text.get(..10), Some(&*day(&commit)));
            } else {
                proptest::prop_assert!(seconds + i64::from(minutes) * 60 < -62_167_219_200);
            }
        }
    }
}
