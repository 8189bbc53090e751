//! The AVX2 engine: 32 windows at a time. Its plain twin is [`super::plain`].
//!
//! A window passes when some bucket allows each of its four bytes. A bucket allows a byte when it allows both halves of it, looked
//! up by `vpshufb` in tables of 16 entries, one bit a bucket (M. Ganesh, "Teddy", Hyperscan, NSDI 2019).

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};

use super::{Hit, Tables, offset, plain, tables::WINDOW};

/// Adds all hits of `bytes`.
pub(super) fn find(tables: &Tables, bytes: &[u8], hits: &mut Vec<Hit>) {
    #[expect(unsafe_code, reason = "calls a function that needs AVX2")]
    // SAFETY: `Prefilter::new` chose this engine after finding AVX2 on this processor.
    let done = unsafe { find_avx2(tables, bytes, hits) };
    plain::find(tables, bytes, done..bytes.len(), hits);
}

/// Adds the hits whose windows begin before the returned position.
#[target_feature(enable = "avx2")]
fn find_avx2(tables: &Tables, bytes: &[u8], hits: &mut Vec<Hit>) -> usize {
    let mut masks = [[_mm256_setzero_si256(); 2]; WINDOW];
    for (vectors, halves) in masks.iter_mut().zip(&tables.masks) {
        *vectors = [load_table(&halves[0]), load_table(&halves[1])];
    }
    let low_half = _mm256_set1_epi8(0x0f);
    let mut at = 0;
    while at + 32 + WINDOW <= bytes.len() {
        let mut pass = _mm256_set1_epi8(-1);
        for (k, [low, high]) in masks.iter().enumerate() {
            let text = load(&bytes[at + k..at + k + 32]);
            let by_low = _mm256_shuffle_epi8(*low, _mm256_and_si256(text, low_half));
            let by_high = _mm256_shuffle_epi8(
                *high,
                _mm256_and_si256(_mm256_srli_epi16::<4>(text), low_half),
            );
            pass = _mm256_and_si256(pass, _mm256_and_si256(by_low, by_high));
        }
        let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(pass, _mm256_setzero_si256()));
        let mut some = !none.cast_unsigned();
        while some != 0 {
            let window = at + some.trailing_zeros() as usize;
            some &= some - 1;
            tables.verify(bytes, window, |literal, start| {
                hits.extend(literal.rules.iter().map(|rule| Hit {
                    start: offset(start),
                    rule: *rule,
                }));
            });
        }
        at += 32;
    }
    at
}

#[target_feature(enable = "avx2")]
fn load(bytes: &[u8]) -> __m256i {
    debug_assert_eq!(bytes.len(), 32);
    #[expect(unsafe_code, reason = "an unaligned load of 32 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
    // SAFETY: every caller passes a slice of exactly 32 bytes, taken by an index that was checked.
    unsafe {
        _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>())
    }
}

#[target_feature(enable = "avx2")]
fn load_table(table: &[u8; 16]) -> __m256i {
    #[expect(unsafe_code, reason = "an unaligned load of 16 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
    // SAFETY: the array has 16 bytes.
    let half = unsafe { _mm_loadu_si128(table.as_ptr().cast::<__m128i>()) };
    _mm256_broadcastsi128_si256(half)
}
