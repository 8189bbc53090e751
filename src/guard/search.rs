//! The fast search: where in a text some form of some secret may begin.
//!
//! Three passes. The first hashes the eight bytes at each position as they are. The second looks at runs of eleven digits of base64 and more, and
//! rolls over their bits: hexadecimal digits are such runs, too. The third looks behind the marks of escapes, and where there are zeros for
//! UTF-16. All that is said of a position depends on the [`REACH`] bytes from there on.

use std::ops::Range;

use super::{
    filter::{Filter, WINDOW},
    forms::{DIGIT, Form},
    units::{Escape, MAX_UNIT},
};

/// How many bytes from a position on decide whether a form may begin there.
pub(super) const REACH: usize = WINDOW * MAX_UNIT;

/// The shortest run in which base64 of a window fits.
const MIN_RUN: usize = 11;

/// The bits of eight bytes that none has in ASCII.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The bits of seven and a half units of UTF-16, big endian, that none has in ASCII; and of the second bytes of eight.
const WIDE: u128 = 0x0080_ff80_ff80_ff80_ff80_ff80_ff80_ff80;

/// How many bits of the last digit may be left over behind a window, and the bits of the seven bytes before these that none has in ASCII.
const HIGH_BEHIND: [(usize, u64); 3] = [
    (0, 0x0080_8080_8080_8080),
    (2, 0x0202_0202_0202_0200),
    (4, 0x0808_0808_0808_0800),
];

/// The value of a hexadecimal digit; 16 for what is none.
static NIBBLE: [u8; 256] = nibbles();

const fn nibbles() -> [u8; 256] {
    let mut out = [16; 256];
    let mut value = 0;
    while value < 16 {
        out[b"0123456789abcdef"[value as usize] as usize] = value;
        out[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    out
}

/// Where hits are put.
pub(super) struct Search<'a> {
    pub(super) filter: &'a Filter,
    /// True when no secret has other bytes than those of ASCII.
    pub(super) ascii: bool,
    pub(super) bytes: &'a [u8],
    /// Where hits may begin.
    pub(super) range: Range<usize>,
    pub(super) hits: &'a mut Vec<usize>,
}

impl Search<'_> {
    /// Adds the positions where some form may begin, some maybe twice, in no order.
    pub(super) fn run(mut self) {
        self.range.end = self.range.end.min(self.bytes.len());
        if self.range.is_empty() {
            return;
        }
        self.plain();
        self.runs();
        for escape in Escape::ALL {
            self.escapes(escape);
        }
        self.wide();
    }

    /// Where the bytes end that decide.
    fn limit(&self) -> usize {
        self.bytes.len().min(self.range.end + REACH)
    }

    fn plain(&mut self) {
        let end = self.bytes.len().min(self.range.end + WINDOW - 1);
        let text = &self.bytes[self.range.start..end];
        for (at, window) in text.windows(WINDOW).enumerate() {
            let window = window.first_chunk().copied().unwrap_or_default();
            if self.filter.passes(u64::from_le_bytes(window)) {
                self.hits.push(self.range.start + at);
            }
        }
    }

    fn runs(&mut self) {
        let (bytes, limit) = (self.bytes, self.limit());
        let is_digit = |at: usize| DIGIT[usize::from(bytes[at])] < 64;
        let mut at = self.range.start;
        // A run that is long enough covers one of the places looked at.
        while at + MIN_RUN <= limit && at < self.range.end {
            let probe = at + MIN_RUN - 1;
            if !is_digit(probe) {
                at = probe + 1;
                continue;
            }
            let mut start = probe;
            while start > at && is_digit(start - 1) {
                start -= 1;
            }
            let mut end = probe + 1;
            while end < limit && is_digit(end) {
                end += 1;
            }
            if end - start >= MIN_RUN {
                self.roll(start..end);
            }
            at = end + 1;
        }
    }

    /// Rolls over a run of base64 digits.
    fn roll(&mut self, run: Range<usize>) {
        // The bits of all digits so far, and the lowest of these again: most positions end with a look at them.
        let (mut bits, mut low) = (0_u128, 0_u64);
        let (mut nibbles, mut hex_len) = (0_u64, 0);
        for (at, byte) in self.bytes[run.clone()].iter().enumerate() {
            let digit = DIGIT[usize::from(*byte)];
            bits = bits << 6 | u128::from(digit);
            low = low << 6 | u64::from(digit);
            for (rest, high) in HIGH_BEHIND {
                if !self.ascii || low & high == 0 {
                    self.ends_with(rest, bits, run.start + at + 1, at + 1);
                }
            }
            let nibble = NIBBLE[usize::from(*byte)];
            nibbles = nibbles << 4 | u64::from(nibble & 15);
            hex_len = if nibble < 16 { hex_len + 1 } else { 0 };
            if hex_len >= 2 * WINDOW && !(self.ascii && nibbles & HIGH != 0) {
                self.put(run.start + at + 1 - 2 * WINDOW, nibbles.swap_bytes());
            }
        }
    }

    /// Looks at the windows that end `rest` bits before the end of a digit: `bits` are those of the `len` digits before `end`.
    fn ends_with(&mut self, rest: usize, bits: u128, end: usize, len: usize) {
        let (count, wide_count) = match rest {
            0 => (11, 20),
            2 => (11, 21),
            _ => (12, 21),
        };
        #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]
        let window = (bits >> rest) as u64;
        if len >= count && !(self.ascii && window & HIGH != 0) {
            self.put(end - count, window.swap_bytes());
        }
        let units = bits >> rest & (u128::MAX >> 8);
        if len >= wide_count && units & WIDE == 0 {
            self.put(end - wide_count, narrow(units << 8));
        }
    }

    fn escapes(&mut self, escape: Escape) {
        let mut buffer = Vec::with_capacity(WINDOW + 4);
        // Where positions were not looked at yet.
        let mut next = self.range.start;
        let limit = self.limit();
        for mark in memchr::memchr_iter(escape.mark(), &self.bytes[self.range.start..limit]) {
            let mark = self.range.start + mark;
            if escape.unit(self.bytes, mark).is_none() {
                continue;
            }
            // Between those positions and the mark there is no other escape.
            let first = next.max(mark.saturating_sub(WINDOW - 1));
            for at in first..self.range.end.min(mark + 1) {
                self.read(Form::Escaped(escape), at, &mut buffer);
            }
            next = next.max(mark + 1);
        }
    }

    fn wide(&mut self) {
        let limit = self.limit();
        let Some(zero) = memchr::memchr(0, &self.bytes[self.range.start..limit]) else {
            return;
        };
        let mut buffer = Vec::with_capacity(WINDOW);
        let start = (self.range.start + zero)
            .saturating_sub(1)
            .max(self.range.start);
        for at in start..self.range.end.min(limit.saturating_sub(2 * WINDOW - 1)) {
            let zeros = |from: usize| self.bytes[from] == 0 && self.bytes[from + 2] == 0;
            if zeros(at + 1) {
                self.read(Form::Utf16(true), at, &mut buffer);
            } else if zeros(at) {
                self.read(Form::Utf16(false), at, &mut buffer);
            }
        }
    }

    fn read(&mut self, form: Form, at: usize, buffer: &mut Vec<u8>) {
        if form.read(self.bytes, at, WINDOW, buffer).is_some()
            && let Some(window) = buffer.first_chunk()
        {
            self.put(at, u64::from_le_bytes(*window));
        }
    }

    fn put(&mut self, at: usize, window: u64) {
        if self.range.contains(&at) && self.filter.passes(window) {
            self.hits.push(at);
        }
    }
}

/// Returns the low bytes of eight units of UTF-16, little endian, that stand in `units` from the highest byte on, as a little endian number.
fn narrow(units: u128) -> u64 {
    let bytes = units.to_be_bytes();
    let mut out = [0; WINDOW];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = bytes[2 * at];
    }
    u64::from_le_bytes(out)
}
