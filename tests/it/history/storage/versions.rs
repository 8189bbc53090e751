//! A file that changes from version to version, in and next to secrets most of all.

use std::{ops::Range, sync::OnceLock};

use data_encoding::BASE64;
use keyfence::rule::template::{Random, fill};

/// The templates of all samples and near misses.
fn templates() -> &'static [String] {
    static TEMPLATES: OnceLock<Vec<String>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let rules = crate::patterns::all();
        let lists = rules
            .iter()
            .flat_map(|rule| [&rule.samples, &rule.near_misses]);
        lists
            .flat_map(|list| list.iter())
            .map(ToString::to_string)
            .collect()
    })
}

/// What stands between secrets.
const TEXTS: &[&str] = &[
    include_str!("../../../../src/rule/parse.rs"),
    include_str!("../../../../patterns/generic.toml"),
    include_str!("../../../../Cargo.lock"),
    include_str!("../../../../README.md"),
];

const ID: &str = "aws_access_key_id = AKIA{base32:16}\n";
const SECRET: &str = "aws_secret_access_key = {base64:40}\n";

/// A file, and where secrets were put into it: some have gone since, or are elsewhere.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    spots: Vec<usize>,
    random: Random,
}

impl File {
    /// Returns the first version, of about `len` bytes.
    pub(super) fn new(seed: u64, len: usize) -> Self {
        let mut random = Random::new(seed);
        let text = TEXTS[random.below(TEXTS.len())].as_bytes();
        let mut bytes: Vec<u8> = text.iter().copied().cycle().take(len).collect();
        bytes.push(b'\n');
        let mut file = Self {
            bytes,
            spots: Vec::new(),
            random,
        };
        for _ in 0..12 {
            file.put();
        }
        file
    }

    /// Makes the next version.
    pub(super) fn change(&mut self) {
        for _ in 0..=self.random.below(3) {
            match self.random.below(14) {
                0 | 1 => self.put(),
                2 => self.touch(),
                3 => self.cut_in(),
                4 => self.draw_second_half(),
                5 => self.copy_start(),
                6 => self.move_away(),
                7 => self.mark(),
                8 => self.turn(),
                9 => self.take_out(),
                10 => self.encode(),
                _ => self.put_text(),
            }
        }
    }

    fn put_in(&mut self, at: usize, new: &[u8]) {
        self.bytes.splice(at..at, new.iter().copied());
        for spot in self.spots.iter_mut().filter(|spot| **spot >= at) {
            *spot += new.len();
        }
    }

    fn draw(&mut self, template: &str) -> Vec<u8> {
        fill(template, &mut self.random).unwrap().into_bytes()
    }

    /// Returns the start of some line.
    fn line_start(&mut self) -> usize {
        let at = self.random.below(self.bytes.len() + 1);
        let before = &self.bytes[..at];
        before
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1)
    }

    /// Returns a place near a secret, mostly.
    fn spot(&mut self) -> usize {
        let Some(spot) = self.spots.len().checked_sub(1) else {
            return self.line_start();
        };
        let spot = self.spots[self.random.below(spot + 1)];
        (spot + self.random.below(80))
            .saturating_sub(10)
            .min(self.bytes.len())
    }

    /// Puts in a sample or near miss of any rule, or a key pair.
    fn put(&mut self) {
        let at = if self.random.below(3) == 0 {
            self.spot()
        } else {
            self.line_start()
        };
        let all = templates();
        let template = match self.random.below(4) {
            0 => format!("[profile]\n{ID}{SECRET}"),
            1 => format!("{ID}# about the secret\n{SECRET}aws_session_token = {{base64:400}}\n"),
            _ => all[self.random.below(all.len())].clone() + "\n",
        };
        let new = self.draw(&template);
        self.put_in(at, &new);
        self.spots.push(at);
    }

    /// Changes a byte.
    fn touch(&mut self) {
        let at = self.spot();
        let new = b"aZ7+/=\"' _-\n"[self.random.below(12)];
        if let Some(byte) = self.bytes.get_mut(at) {
            *byte = new;
        }
    }

    /// Puts something short in the middle of a secret, or takes it out.
    fn cut_in(&mut self) {
        let at = self.spot();
        let new = [&b"\n"[..], b"\"\n    \"", b"x", b"=", b"-----", b"AKIA"][self.random.below(6)];
        self.put_in(at, new);
    }

    /// Keeps the first half of a secret; the second is another's.
    fn draw_second_half(&mut self) {
        let all = templates();
        let template = &all[self.random.below(all.len())];
        let [one, two] = [(); 2].map(|()| self.draw(template));
        let at = self.line_start();
        let half = one.len().min(two.len()) / 2;
        if let Some(found) = self.spots.pop() {
            let end = (found + half).min(self.bytes.len());
            self.bytes.splice(end..end, two[half..].iter().copied());
        }
        self.put_in(at, &one);
        self.spots.push(at);
    }

    /// Puts in a second block that starts as one that is there.
    fn copy_start(&mut self) {
        let start = self.spot();
        let len = self.random.below(400);
        let mut new = self.bytes[start..self.bytes.len().min(start + len)].to_vec();
        let tail =
            self.draw("{base64:64}\n{base64:64}\n{base64:30}==\n-----END RSA PRIVATE KEY-----\n");
        new.extend(tail);
        let at = self.line_start();
        self.put_in(at, &new);
        self.spots.push(at);
    }

    /// Puts lines between the parts of a credential, or moves some lines elsewhere.
    fn move_away(&mut self) {
        let at = self.spot();
        let len = self.random.below(300);
        let moved: Vec<u8> = self.take(at..at + len);
        let lines = "# a line between\n".repeat(self.random.below(40));
        self.put_in(at.min(self.bytes.len()), lines.as_bytes());
        let to = self.line_start();
        self.put_in(to, &moved);
        self.spots.push(to);
    }

    /// Adds a marker to a line.
    fn mark(&mut self) {
        let at = self.spot();
        let end = self.bytes[at..].iter().position(|b| *b == b'\n');
        let marker = [" # keyfence:allow all test", " # EXAMPLE", " # noqa"][self.random.below(3)];
        self.put_in(at + end.unwrap_or(0), marker.as_bytes());
    }

    /// Turns text into binary, and back.
    fn turn(&mut self) {
        if let Some(at) = self.bytes.iter().position(|b| *b == 0) {
            self.take(at..at + 1);
        } else {
            let at = self.random.below(self.bytes.len());
            self.put_in(if at.is_multiple_of(2) { 0 } else { at }, b"\0");
        }
    }

    fn take_out(&mut self) {
        let at = self.spot();
        let len = self.random.below(200);
        self.take(at..at + len);
    }

    /// Hides a pair in base64, on one line or on several.
    fn encode(&mut self) {
        let plain = self.draw(&format!("some words before\n{ID}{SECRET}and after"));
        let mut text = BASE64.encode(&plain);
        if self.random.below(2) == 0 {
            let lines: Vec<&[u8]> = text.as_bytes().chunks(60).collect();
            text = String::from_utf8(lines.join(&b'\n')).unwrap();
        }
        let at = self.line_start();
        self.put_in(at, format!("data: {text}\n").as_bytes());
        self.spots.push(at + 20);
    }

    fn put_text(&mut self) {
        let text = TEXTS[self.random.below(TEXTS.len())].as_bytes();
        let start = self.random.below(text.len());
        let new = &text[start..text.len().min(start + self.random.below(600))];
        let at = self.line_start();
        self.put_in(at, new);
    }

    fn take(&mut self, range: Range<usize>) -> Vec<u8> {
        let end = range.end.min(self.bytes.len());
        let start = range.start.min(end);
        let len = end - start;
        for spot in self.spots.iter_mut().filter(|spot| **spot > start) {
            *spot = spot.saturating_sub(len).max(start);
        }
        self.bytes.splice(start..end, []).collect()
    }
}
