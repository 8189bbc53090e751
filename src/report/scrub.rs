//! Hides the secrets of an outcome wherever else their bytes stand.
//!
//! The stages before hide a secret at the place where it was found. The same bytes may stand in a path, in a fact, or once
//! more on the line; this is the last look before text leaves the program.

use std::borrow::Cow;

use super::ReportOptions;
use crate::{finding::Outcome, secret::Secret};

/// Secrets shorter than this are left alone in paths and facts: `config` as a password would blot out half of all paths.
const SHORTEST: usize = 8;

/// The same for the line a secret stands on, and for the summaries of commits, which speak of it (`set the password to …`): there
/// it more likely is the secret than a word.
const SHORTEST_ON_LINE: usize = 4;

/// Lines of a secret of several lines are hidden one by one from this length on.
const SHORTEST_LINE_OF_BLOCK: usize = 16;

/// How much of a text of a commit is told, in bytes. A message may be one line of many megabytes, and each finding tells of it.
const MOST_OF_COMMIT: usize = 1024;

/// What may not get out.
#[derive(Debug, Default)]
pub(crate) struct Scrub {
    /// Sorted, without doubles.
    hidden: Vec<Vec<u8>>,
    /// The length of the longest, in bytes.
    longest: usize,
}

impl Scrub {
    /// Returns the scrub for a report: empty when secrets are to be shown.
    pub(crate) fn new(outcome: &Outcome, options: ReportOptions) -> Self {
        let mut scrub = Self::default();
        if options.show_secrets {
            return scrub;
        }
        for finding in outcome.findings.iter().chain(&outcome.accepted) {
            scrub.add(&finding.secret);
            for part in &finding.parts {
                scrub.add(&part.secret);
            }
        }
        for secret in &outcome.in_paths {
            scrub.add(secret);
        }
        scrub.hidden.sort_unstable();
        scrub.hidden.dedup();
        scrub
    }

    fn add(&mut self, secret: &Secret) {
        let bytes = secret.expose();
        self.add_bytes(bytes);
        let lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
        for line in lines {
            // The armour lines of a PEM block are no secret, and are what tells people what it is.
            if line.len() >= SHORTEST_LINE_OF_BLOCK && !line.starts_with(b"-----") {
                self.add_bytes(line);
            }
        }
    }

    /// Adds `bytes`, and what is left of them in a text where bytes that are not UTF-8 were replaced.
    fn add_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() < SHORTEST_ON_LINE {
            return;
        }
        if let Cow::Owned(lossy) = String::from_utf8_lossy(bytes) {
            self.longest = self.longest.max(lossy.len());
            self.hidden.push(lossy.into_bytes());
        }
        self.longest = self.longest.max(bytes.len());
        self.hidden.push(bytes.to_owned());
    }

    /// Returns a path, a name or the like with each secret in it replaced by `*`, byte by byte.
    pub(crate) fn bytes<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.hide(text, SHORTEST)
    }

    /// Returns `text` with each secret in it replaced by `*`, byte by byte.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        as_text(self.hide(text.as_bytes(), SHORTEST), text)
    }

    /// Returns the name or the address of a commit's author with each secret in it replaced by `*`; what is too long is cut.
    pub(super) fn author<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.hide_and_cut(text, SHORTEST)
    }

    /// Returns a commit's summary with each secret in it replaced by `*`; what is too long is cut.
    pub(super) fn summary<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.hide_and_cut(text, SHORTEST_ON_LINE)
    }

    /// Returns a line of a file with each secret in it replaced by `*`, byte by byte; offsets stay as they are.
    pub(super) fn line<'a>(&self, text: &'a str) -> Cow<'a, str> {
        as_text(self.hide(text.as_bytes(), SHORTEST_ON_LINE), text)
    }

    fn hide<'a>(&self, text: &'a [u8], shortest: usize) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(text);
        let mut at = 0;
        while at < text.len() {
            match self.longest_at(&text[at..], shortest) {
                Some(len) => {
                    out.to_mut()[at..at + len].fill(b'*');
                    at += len;
                }
                None => at += 1,
            }
        }
        out
    }

    /// Cuts after [`MOST_OF_COMMIT`] bytes, with `…` for the rest. A secret that the cut divides is hidden first, as a whole.
    fn hide_and_cut<'a>(&self, text: &'a [u8], shortest: usize) -> Cow<'a, [u8]> {
        if text.len() <= MOST_OF_COMMIT {
            return self.hide(text, shortest);
        }
        let reach = text.len().min(MOST_OF_COMMIT + self.longest);
        let mut out = self.hide(&text[..reach], shortest).into_owned();
        let is_boundary = |at: &usize| text[*at] & 0xc0 != 0x80;
        // A character has four bytes at most; what never begins one is not UTF-8.
        let end = (MOST_OF_COMMIT - 3..=MOST_OF_COMMIT)
            .rev()
            .find(is_boundary)
            .unwrap_or(MOST_OF_COMMIT);
        out.truncate(end);
        out.extend_from_slice("…".as_bytes());
        Cow::Owned(out)
    }

    /// Returns the length of the longest hidden text of at least `shortest` bytes that `rest` starts with.
    ///
    /// A prefix of `rest` sorts before it. So the search goes from `rest` backwards, and jumps: what the neighbour does not
    /// share with `rest`, no prefix of `rest` shares.
    fn longest_at(&self, rest: &[u8], shortest: usize) -> Option<usize> {
        let mut bound = rest;
        while bound.len() >= shortest {
            let after = self.hidden.partition_point(|text| text.as_slice() <= bound);
            let before = self.hidden.get(after.checked_sub(1)?)?;
            let shared = before.iter().zip(bound).take_while(|(a, b)| a == b).count();
            if shared == before.len() {
                return (shared >= shortest).then_some(shared);
            }
            bound = &bound[..shared];
        }
        None
    }
}

fn as_text<'a>(bytes: Cow<'_, [u8]>, text: &'a str) -> Cow<'a, str> {
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes)
                .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_OF_COMMIT, SHORTEST, Scrub};
    use crate::secret::Secret;

    fn scrub(secrets: &[&[u8]]) -> Scrub {
        let mut scrub = Scrub::default();
        for secret in secrets {
            scrub.add(&Secret::new(secret));
        }
        scrub.hidden.sort();
        scrub
    }

    #[track_caller]
    fn check(secrets: &[&[u8]], text: &str, expected: &str) {
        assert_eq!(scrub(secrets).line(text), expected);
    }

    #[test]
    fn hides_every_occurrence_and_the_longest() {
        check(&[b"hunter2"], "a=hunter2 b=hunter2", "a=******* b=*******");
        check(&[b"abcd", b"abcdef"], "xabcdefx abcdx", "x******x ****x");
        // The neighbour of the text in sorted order is no prefix of it, but an earlier one is.
        check(&[b"abcd", b"abcdzz", b"abce"], "abcdzy", "****zy");
        check(&[b"abc"], "abc", "abc");
        check(&[], "abc", "abc");
    }

    #[test]
    fn hides_lines_of_blocks_but_not_their_armour() {
        let block = format!("-----{} KEY-----\n{}\nshort\n", "BEGIN", "Q".repeat(20));
        check(
            &[block.as_bytes()],
            &format!("-----{} KEY-----|{}|short", "BEGIN", "Q".repeat(20)),
            &format!("-----{} KEY-----|{}|short", "BEGIN", "*".repeat(20)),
        );
    }

    #[test]
    fn hides_what_is_left_of_bytes_that_are_not_utf8() {
        check(&[b"ab\xff\xfecd"], "=ab\u{fffd}\u{fffd}cd=", "=**********=");
    }

    #[test]
    fn a_cut_divides_no_secret_and_no_character() {
        let scrub = scrub(&[b"averylongone", b"short"]);
        for (before, after, expected) in [
            (1000, "averylongone", "************"),
            (1020, "averylongone", "****…"),
            (1020, "short", "****…"),
            (1020, "ab日本", "ab…"),
            (1024, "averylongone", "…"),
        ] {
            let text = format!("{}{after}", "x".repeat(before));
            let shown = scrub.summary(text.as_bytes());
            let shown = std::str::from_utf8(&shown).unwrap();
            assert_eq!(shown.get(before..), Some(expected), "{after}");
        }
        assert_eq!(scrub.author(&[0x80; 5000]).len(), MOST_OF_COMMIT + 3);
        assert_eq!(&*scrub.author(b"short"), b"short");
    }

    #[test]
    fn short_ones_stay_in_paths() {
        let scrub = scrub(&[b"config", b"averylongone"]);
        assert_eq!(scrub.text("config/averylongone"), "config/************");
        assert_eq!(&*scrub.bytes(b"config"), b"config");
        assert!("config".len() < SHORTEST);
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_trying_all(
            secrets in proptest::collection::vec("[ab]{4,7}", 0..6),
            text in "[ab]{0,30}",
        ) {
            let slices: Vec<&[u8]> = secrets.iter().map(String::as_bytes).collect();
            let mut expected = text.clone().into_bytes();
            let mut at = 0;
            while at < text.len() {
                let longest = secrets
                    .iter()
                    .filter(|s| text.as_bytes()[at..].starts_with(s.as_bytes()))
                    .map(String::len)
                    .max();
                expected[at..at + longest.unwrap_or(0)].fill(b'*');
                at += longest.unwrap_or(1);
            }
            proptest::prop_assert_eq!(scrub(&slices).line(&text).into_owned().into_bytes(), expected);
        }
    }
}
