//! Sets of bytes, and the classes of the C locale.

use std::ops::RangeInclusive;

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(super) fn remove(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] &= !(1 << (byte & 63));
    }

    pub(super) fn add_range(&mut self, range: RangeInclusive<u8>) {
        for byte in range {
            self.add(byte);
        }
    }

    pub(super) fn add_where(&mut self, belongs: impl Fn(u8) -> bool) {
        for byte in 0..=255 {
            if belongs(byte) {
                self.add(byte);
            }
        }
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    pub(super) fn negated(self) -> Self {
        Self(self.0.map(|bits| !bits))
    }

    /// Returns the bytes that are in one of the two.
    pub(super) fn or(self, other: Self) -> Self {
        let mut out = self;
        for (bits, more) in out.0.iter_mut().zip(other.0) {
            *bits |= more;
        }
        out
    }

    /// Returns the bytes that satisfy `belongs`, but for the line feed: a line has none.
    pub(super) fn of(belongs: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        set.add_where(belongs);
        set.remove(b'\n');
        set
    }

    /// Calls `each` with the bytes, in order.
    pub(super) fn each(&self, mut each: impl FnMut(u8)) {
        for (word, bits) in (0_u16..).zip(self.0) {
            let mut bits = bits;
            while bits != 0 {
                let low = u16::try_from(bits.trailing_zeros()).unwrap_or_default();
                bits &= bits - 1;
                each(narrow(word * 64 + low));
            }
        }
    }

    /// Returns how many bytes there are.
    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|bits| bits.count_ones()).sum()
    }

    /// Returns the set as ranges, in order.
    pub(super) fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u8>> + '_ {
        let mut next = 0_u16;
        std::iter::from_fn(move || {
            let mut bytes = next..=255;
            let start = bytes.find(|byte| self.holds(*byte))?;
            let end = bytes.find(|byte| !self.holds(*byte)).unwrap_or(256);
            next = end;
            Some(narrow(start)..=narrow(end - 1))
        })
    }

    /// Returns how many ranges there are.
    pub(super) fn range_count(&self) -> u32 {
        let mut before = 0;
        let mut count = 0;
        for bits in self.0 {
            count += (bits & !(bits << 1 | before)).count_ones();
            before = bits >> 63;
        }
        count
    }

    fn holds(&self, byte: u16) -> bool {
        self.has(narrow(byte))
    }
}

fn narrow(byte: u16) -> u8 {
    u8::try_from(byte).expect("bytes are below 256")
}

/// Returns true for the white space of the C locale.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// Returns the test for the class `[:name:]` in the C locale.
///
/// POSIX, Base Definitions, 7.3.1 `LC_CTYPE`:
/// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap07.html#tag_07_03_01>
pub(super) fn class(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alpha" => |byte| byte.is_ascii_alphabetic(),
        b"digit" => |byte| byte.is_ascii_digit(),
        b"alnum" => |byte| byte.is_ascii_alphanumeric(),
        b"upper" => |byte| byte.is_ascii_uppercase(),
        b"lower" => |byte| byte.is_ascii_lowercase(),
        b"space" => is_space,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"punct" => |byte| byte.is_ascii_punctuation(),
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"graph" => |byte| byte.is_ascii_graphic(),
        b"cntrl" => |byte| byte.is_ascii_control(),
        b"xdigit" => |byte| byte.is_ascii_hexdigit(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{ByteSet, class};

    #[test]
    fn ranges_are_the_set() {
        for (name, expected) in [
            ("alpha", vec![b'A'..=b'Z', b'a'..=b'z']),
            ("digit", vec![b'0'..=b'9']),
            ("alnum", vec![b'0'..=b'9', b'A'..=b'Z', b'a'..=b'z']),
            ("upper", vec![b'A'..=b'Z']),
            ("lower", vec![b'a'..=b'z']),
            ("space", vec![9..=13, b' '..=b' ']),
            ("blank", vec![9..=9, b' '..=b' ']),
            (
                "punct",
                vec![b'!'..=b'/', b':'..=b'@', b'['..=b'`', b'{'..=b'~'],
            ),
            ("print", vec![b' '..=b'~']),
            ("graph", vec![b'!'..=b'~']),
            ("cntrl", vec![0..=31, 127..=127]),
            ("xdigit", vec![b'0'..=b'9', b'A'..=b'F', b'a'..=b'f']),
        ] {
            let mut set = ByteSet::default();
            set.add_where(class(name.as_bytes()).unwrap());
            assert_eq!(set.ranges().collect::<Vec<_>>(), expected, "{name}");
            let one_by_one: Vec<u8> = expected.iter().cloned().flatten().collect();
            let mut each = Vec::new();
            set.each(|byte| each.push(byte));
            assert_eq!(each, one_by_one, "{name}");
            assert_eq!(set.len() as usize, each.len(), "{name}");
            let outside: usize = set.negated().ranges().map(|range| range.len()).sum();
            let inside: usize = expected.iter().map(|range| range.clone().len()).sum();
            assert_eq!(inside + outside, 256, "{name}");
            for set in [set, set.negated()] {
                assert_eq!(set.range_count() as usize, set.ranges().count(), "{name}");
            }
        }
        assert!(class(b"word").is_none());
        assert!(class(b"ALPHA").is_none());
        let all = ByteSet::default().negated();
        assert_eq!(all.ranges().collect::<Vec<_>>(), [0..=255]);
        assert_eq!(all.range_count(), 1);
        assert_eq!(ByteSet::default().ranges().count(), 0);
    }

    #[test]
    fn lines_have_no_line_feed() {
        let any = ByteSet::of(|_| true);
        assert_eq!(any.ranges().collect::<Vec<_>>(), [0..=9, 11..=255]);
    }
}
