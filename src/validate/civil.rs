//! Points in time as texts.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// Returns the RFC 3339 form of a Unix time, in UTC; the bare number where the year has not four digits.
pub(crate) fn rfc3339(seconds: i64) -> String {
    // From 0000-01-01 on, up to what jiff can tell in each time zone.
    match Timestamp::from_second(seconds) {
        Ok(time) if seconds >= -62_167_219_200 => time.to_string(),
        _ => seconds.to_string(),
    }
}

/// Returns the Unix time of a date and time in RFC 3339 or ISO 8601 (`2026-01-02T03:04:05Z`, `20260102T030405Z`, `2026-01-02`). What
/// names no time zone is in UTC.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let time = if let Ok(time) = text.parse::<Timestamp>() {
        time
    } else {
        let local: DateTime = text.trim_end_matches('Z').parse().ok()?;
        Offset::UTC.to_timestamp(local).ok()?
    };
    Some(time.as_second())
}

#[cfg(test)]
mod tests {
    use super::{rfc3339, seconds};

    #[test]
    fn dates() {
        for (number, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (253_402_207_199, "9999-12-30T21:59:59Z"),
        ] {
            assert_eq!(rfc3339(number), expected);
            assert_eq!(seconds(expected), Some(number));
        }
        assert_eq!(rfc3339(i64::MAX), "9223372036854775807");
    }

    #[test]
    fn other_forms() {
        for (text, expected) in [
            ("20231114T221320Z", Some(1_700_000_000)),
            ("2023-11-14T22:13:20", Some(1_700_000_000)),
            ("2023-11-14T23:13:20+01:00", Some(1_700_000_000)),
            ("2023-11-14", Some(1_699_920_000)),
            ("2023-13-14", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
