//! Seconds since 1970 as a date.

/// Returns the RFC 3339 form of a Unix time, in UTC; the bare number where the year has not four digits.
///
/// The day arithmetic is <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
pub(crate) fn rfc3339(seconds: i64) -> String {
    // 0000-01-01 to 9999-12-31.
    if !(-62_167_219_200..=253_402_300_799).contains(&seconds) {
        return seconds.to_string();
    }
    let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[track_caller]
    fn check(seconds: i64, expected: &str) {
        assert_eq!(rfc3339(seconds), expected);
    }

    #[test]
    fn dates() {
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_700_000_000, "2023-11-14T22:13:20Z");
        check(-1, "1969-12-31T23:59:59Z");
        check(253_402_300_799, "9999-12-31T23:59:59Z");
        check(i64::MAX, "9223372036854775807");
    }
}
