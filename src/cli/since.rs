//! What `--since` means: a revision, or a date as git reads dates.
//!
//! Dates without a zone are UTC, so that a scan hides the same on every machine.

use gix::date::{Time, parse};

use super::Failure;

/// The value of `--since`. A branch may be called `2024-01-31`: a revision of that name wins over the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SinceArgument {
    /// What was typed; maybe a revision.
    pub(super) text: String,
    /// The time it means as a date, in seconds since 1970-01-01T00:00:00Z.
    pub(super) seconds: Option<i64>,
}

impl SinceArgument {
    /// Returns what `text` may mean at the time `now_seconds`.
    pub(super) fn new(text: &str, now_seconds: i64) -> Self {
        Self {
            text: text.to_owned(),
            seconds: date(text, now_seconds),
        }
    }

    /// Returns the time of the date, for when no revision is called so.
    pub(super) fn date(&self) -> Result<i64, Failure> {
        self.seconds.ok_or_else(|| {
            Failure::new(format!(
                "--since {:?} is neither a revision of this repository nor a date; write a branch, a tag or a commit, \
                 or a date: 2024-01-31, 2024-01-31T12:00:00Z, \"2 weeks ago\", yesterday, @1700000000",
                self.text
            ))
        })
    }
}

fn date(text: &str, now_seconds: i64) -> Option<i64> {
    let time = match parse(text, None) {
        Ok(time) => time,
        // What needs to know the time of day is relative to it.
        Err(_) if is_relative(text) => {
            let now = Time::new(now_seconds, 0).to_zoned().ok()?;
            parse(text, Some(now)).ok()?
        }
        Err(_) => return None,
    };
    Some(time.seconds)
}

/// Returns true when each word of `text` is one of a relative date.
///
/// The parser passes over words that it does not know, as git's does, and takes `5 fortnights ago` for five seconds: here
/// that would hide nearly everything there is to find.
fn is_relative(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "now",
        "today",
        "yesterday",
        "ago",
        "last",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
    ];
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            let word = word.to_ascii_lowercase();
            word.bytes().all(|byte| byte.is_ascii_digit())
                || WORDS.contains(&word.strip_suffix('s').unwrap_or(&word))
        })
}

#[cfg(test)]
mod tests {
    use super::SinceArgument;

    /// 2024-03-31T12:00:00Z
    const NOW: i64 = 1_711_886_400;

    #[track_caller]
    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(SinceArgument::new(text, NOW).seconds, expected, "{text:?}");
    }

    #[test]
    fn dates() {
        check("2024-01-31", Some(1_706_659_200));
        check("2024-01-31T12:00:00Z", Some(1_706_702_400));
        check("2024-01-31T12:00:00+01:00", Some(1_706_698_800));
        check("2024-01-31 12:00:00 +0100", Some(1_706_698_800));
        check("Wed, 31 Jan 2024 12:00:00 +0000", Some(1_706_702_400));
        check("Wed Jan 31 12:00:00 2024 +0000", Some(1_706_702_400));
        check("@1234567890", Some(1_234_567_890));
        check("@0", Some(0));
        check("1700000000", Some(1_700_000_000));
    }

    #[test]
    fn dates_relative_to_now() {
        const DAY: i64 = 24 * 60 * 60;
        check("now", Some(NOW));
        check("yesterday", Some(NOW - DAY));
        check("2 weeks ago", Some(NOW - 14 * DAY));
        check("2.weeks.ago", Some(NOW - 14 * DAY));
        check("One day 3 HOURS ago", Some(NOW - DAY - 3 * 60 * 60));
        check("last week", Some(NOW - 7 * DAY));
        // The thirty-first of February is the second of March, as git has it.
        check("1 month ago", Some(NOW - 29 * DAY));
        check("1 year", Some(NOW - 366 * DAY));
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "main",
            "v1.0",
            "HEAD~3",
            "2024-13-01",
            "2024-02-30",
            "20240131",
            "tomorrow",
            "5 fortnights ago",
            "release 2 days",
            "ago",
            "3",
            "99999999999999999999 weeks ago",
            "9999999999999 years ago",
            "2024-01-31T12:00:00+99:00",
            "дата",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_is_nothing_is_bad_usage_with_examples() {
        let message = SinceArgument::new("2 fortnights", NOW).date().unwrap_err();
        let message = message.to_string();
        for part in [
            "--since \"2 fortnights\"",
            "revision",
            "2024-01-31",
            "2 weeks ago",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(SinceArgument::new("@5", NOW).date().unwrap(), 5);
    }
}
