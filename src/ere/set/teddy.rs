//! Looks for many shapes in one pass over a text: Teddy, with classes instead of bytes.
//!
//! Of each shape four neighbouring classes make a window. Windows are put in eight buckets, a bit each. For each of the four places two tables
//! say which buckets have a byte with that upper and that lower half; where a bucket is left when all eight answers are put together, one of
//! its shapes may begin (Langdale and others, "Teddy", in the Hyperscan library; Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern
//! CPUs", NSDI 2019, section 4.1). Its other bytes say whether it does.

#[cfg(target_arch = "x86_64")]
mod avx2;

use std::ops::Range;

use crate::ere::{
    bytes::ByteSet,
    shapes::{Shape, WINDOW, frequency_of, rarest_window},
};

/// How many buckets there are.
const BUCKETS: usize = 8;

/// How many shapes are looked for in one pass; with more in a bucket, too much would have to be looked at.
pub(super) const MAX_SHAPES: usize = 64;

/// Which buckets have a byte with a lower or upper half.
type Halves = [u8; 16];

/// What is looked for in one pass.
pub(super) struct Teddy {
    low: [Halves; WINDOW],
    high: [Halves; WINDOW],
    buckets: [Vec<Entry>; BUCKETS],
    vector: bool,
}

/// A shape in its bucket.
struct Entry {
    shape: Shape,
    /// Where in the shape its window begins.
    window: usize,
    /// Its number.
    number: usize,
}

impl Teddy {
    /// Returns what looks for `shapes`, at most [`MAX_SHAPES`], each with a number.
    pub(super) fn new(shapes: Vec<(Shape, usize)>) -> Self {
        #[cfg(target_arch = "x86_64")]
        let vector = std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let vector = false;
        let mut this = Self {
            low: [[0; 16]; WINDOW],
            high: [[0; 16]; WINDOW],
            buckets: Default::default(),
            vector,
        };
        let mut entries: Vec<Entry> = shapes
            .into_iter()
            .map(|(shape, number)| Entry {
                window: rarest_window(&shape).start,
                shape,
                number,
            })
            .collect();
        // The most common first: they decide what a bucket costs.
        entries.sort_by(|a, b| frequency_of(&b.classes()).total_cmp(&frequency_of(&a.classes())));
        let mut unions: [Option<[ByteSet; WINDOW]>; BUCKETS] = [None; BUCKETS];
        for entry in entries {
            let (bucket, union) = cheapest(&unions, &entry.classes());
            unions[bucket] = Some(union);
            this.buckets[bucket].push(entry);
        }
        for (bucket, union) in unions.iter().enumerate() {
            for (place, set) in union.iter().flatten().enumerate() {
                for byte in (0..=255).filter(|byte| set.has(*byte)) {
                    this.low[place][usize::from(byte & 15)] |= 1 << bucket;
                    this.high[place][usize::from(byte >> 4)] |= 1 << bucket;
                }
            }
        }
        this
    }

    /// Returns the same without instructions that not every processor has.
    #[cfg(test)]
    fn plain(mut self) -> Self {
        self.vector = false;
        self
    }

    /// Calls `each` with where a shape begins that lies in `range` of `text`, and its number, until it returns false. Places come in the order of
    /// their windows.
    pub(super) fn find(
        &self,
        text: &[u8],
        range: Range<usize>,
        mut each: impl FnMut(usize, usize) -> bool,
    ) {
        let text = &text[..range.end];
        let mut look =
            |at: usize, buckets: u8| self.look(text, range.start, at, buckets, &mut each);
        let mut from = range.start;
        #[cfg(target_arch = "x86_64")]
        if self.vector {
            match avx2::find(&self.low, &self.high, text, from, &mut look) {
                Some(next) => from = next,
                None => return,
            }
        }
        for at in from..text.len() {
            let buckets = self.candidates(text, at);
            if buckets != 0 && !look(at, buckets) {
                return;
            }
        }
    }

    /// Returns the buckets whose windows may begin at `at`. Behind the end of the text anything may be.
    fn candidates(&self, text: &[u8], at: usize) -> u8 {
        let places = self.low.iter().zip(&self.high).zip(&text[at..]);
        places.fold(u8::MAX, |buckets, ((low, high), byte)| {
            buckets & low[usize::from(byte & 15)] & high[usize::from(byte >> 4)]
        })
    }

    /// Tells `each` of the shapes in `buckets` whose windows begin at `at`. Returns false when it wants no more.
    fn look(
        &self,
        text: &[u8],
        start: usize,
        at: usize,
        mut buckets: u8,
        each: &mut impl FnMut(usize, usize) -> bool,
    ) -> bool {
        while buckets != 0 {
            let bucket = buckets.trailing_zeros() as usize;
            buckets &= buckets - 1;
            for entry in &self.buckets[bucket] {
                let Some(begin) = at.checked_sub(entry.window).filter(|begin| *begin >= start)
                else {
                    continue;
                };
                let bytes = text.get(begin..begin + entry.shape.len());
                let is_there = bytes.is_some_and(|bytes| {
                    entry
                        .shape
                        .iter()
                        .zip(bytes)
                        .all(|(set, byte)| set.has(*byte))
                });
                if is_there && !each(begin, entry.number) {
                    return false;
                }
            }
        }
        true
    }
}

impl Entry {
    /// Returns the window; behind a short shape anything may be.
    fn classes(&self) -> [ByteSet; WINDOW] {
        let mut out = [ByteSet::default().negated(); WINDOW];
        for (place, set) in out.iter_mut().zip(&self.shape[self.window..]) {
            *place = *set;
        }
        out
    }
}

/// Returns the bucket in which a window costs least, and what the bucket has then.
fn cheapest(
    unions: &[Option<[ByteSet; WINDOW]>; BUCKETS],
    window: &[ByteSet; WINDOW],
) -> (usize, [ByteSet; WINDOW]) {
    let mut best = (0, *window, f64::INFINITY);
    for (bucket, union) in unions.iter().enumerate() {
        let (joined, before) = match union {
            None => (*window, 0.0),
            Some(union) => {
                let mut joined = *union;
                for (set, other) in joined.iter_mut().zip(window) {
                    *set = set.or(*other);
                }
                (joined, frequency_of(union))
            }
        };
        let more = frequency_of(&joined) - before;
        if more < best.2 {
            best = (bucket, joined, more);
        }
    }
    (best.0, best.1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ByteSet, Shape, Teddy};

    fn set(bytes: &[u8]) -> ByteSet {
        let mut set = ByteSet::default();
        for byte in bytes {
            set.add(*byte);
        }
        set
    }

    fn shape(classes: &[&str]) -> Shape {
        classes.iter().map(|class| set(class.as_bytes())).collect()
    }

    /// Returns all places, sorted.
    fn found(teddy: &Teddy, text: &[u8], range: std::ops::Range<usize>) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        teddy.find(text, range, |at, number| {
            out.push((at, number));
            true
        });
        out.sort_unstable();
        out
    }

    #[test]
    fn shapes_are_found_up_to_the_end() {
        let shapes = [
            shape(&["a", "b"]),
            shape(&["x"; 16]),
            shape(&["kK", "eE", "yY"]),
        ];
        let numbered: Vec<(Shape, usize)> = shapes.into_iter().zip(0..).collect();
        let text = [&b"ab KEY "[..], &[b'x'; 40], b" key ab"].concat();
        let mut expected: Vec<(usize, usize)> = (7..=31).map(|at| (at, 1)).collect();
        expected.extend([(0, 0), (3, 2), (48, 2), (52, 0)]);
        expected.sort_unstable();
        for teddy in [Teddy::new(numbered.clone()), Teddy::new(numbered).plain()] {
            assert_eq!(found(&teddy, &text, 0..text.len()), expected);
            assert_eq!(found(&teddy, &text, 1..53), expected[1..expected.len() - 1]);
            assert_eq!(found(&teddy, &text, 5..5), []);
            let mut first = None;
            teddy.find(&text, 4..text.len(), |at, _| {
                first = Some(at);
                false
            });
            assert_eq!(first, Some(7));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_find_what_is_there(
            shapes in proptest::collection::vec(proptest::collection::vec("[a-dA-D0-3é\\-]{1,4}", 1..9), 1..64),
            text in "[a-dA-D0-3é\\- \n]{0,200}",
            cut in (0_usize..80, 0_usize..80),
        ) {
            let shapes: Vec<(Shape, usize)> = shapes
                .iter()
                .map(|classes| shape(&classes.iter().map(String::as_str).collect::<Vec<_>>()))
                .zip(0..)
                .collect();
            let text = text.as_bytes();
            let start = cut.0.min(text.len());
            let end = text.len().saturating_sub(cut.1).max(start);
            let mut expected = Vec::new();
            for at in start..end {
                for (shape, number) in &shapes {
                    let bytes = text[..end].get(at..at + shape.len());
                    if bytes.is_some_and(|bytes| shape.iter().zip(bytes).all(|(set, byte)| set.has(*byte))) {
                        expected.push((at, *number));
                    }
                }
            }
            let teddy = Teddy::new(shapes.clone());
            prop_assert_eq!(&found(&teddy, text, start..end), &expected);
            prop_assert_eq!(&found(&Teddy::new(shapes).plain(), text, start..end), &expected);
        }
    }
}
