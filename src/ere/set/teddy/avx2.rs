//! Thirty-two places at a time. The portable twin is [`super::Teddy::candidates`].

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256,
};

use super::{Halves, WINDOW};

/// How many places are looked at in one step.
const STEP: usize = 32;

/// Calls `look` with each place from `from` on where windows may begin, and with their buckets, until it returns false; then returns nothing.
/// Otherwise returns the place up to which all were looked at: near the end there are too few bytes for a step.
pub(super) fn find(
    low: &[Halves; WINDOW],
    high: &[Halves; WINDOW],
    text: &[u8],
    from: usize,
    look: &mut impl FnMut(usize, u8) -> bool,
) -> Option<usize> {
    #[expect(unsafe_code, reason = "calls a function that needs AVX2")]
    // SAFETY: `Teddy::new` chose this engine after finding AVX2 on this processor.
    unsafe {
        find_avx2(low, high, text, from, look)
    }
}

#[target_feature(enable = "avx2")]
fn find_avx2(
    low: &[Halves; WINDOW],
    high: &[Halves; WINDOW],
    text: &[u8],
    from: usize,
    look: &mut impl FnMut(usize, u8) -> bool,
) -> Option<usize> {
    let low: [__m256i; WINDOW] = std::array::from_fn(|place| table(&low[place]));
    let high: [__m256i; WINDOW] = std::array::from_fn(|place| table(&high[place]));
    let mut at = from;
    while let Some(step) = text.get(at..at + STEP + WINDOW - 1) {
        let mut buckets = _mm256_set1_epi8(-1);
        for place in 0..WINDOW {
            let bytes = load(&step[place..place + STEP]);
            buckets = _mm256_and_si256(buckets, having(low[place], high[place], bytes));
        }
        let empty = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
        let mut some = !_mm256_movemask_epi8(empty).cast_unsigned();
        if some != 0 {
            let buckets = stored(buckets);
            while some != 0 {
                let place = some.trailing_zeros() as usize;
                some &= some - 1;
                if !look(at + place, buckets[place]) {
                    return None;
                }
            }
        }
        at += STEP;
    }
    Some(at)
}

/// Returns for each byte the buckets that have it.
#[target_feature(enable = "avx2")]
fn having(low: __m256i, high: __m256i, bytes: __m256i) -> __m256i {
    let half = _mm256_set1_epi8(15);
    let lower = _mm256_and_si256(bytes, half);
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
    _mm256_and_si256(
        _mm256_shuffle_epi8(low, lower),
        _mm256_shuffle_epi8(high, upper),
    )
}

/// Returns a table twice.
#[target_feature(enable = "avx2")]
fn table(halves: &Halves) -> __m256i {
    #[expect(unsafe_code, reason = "an unaligned load of 16 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
    // SAFETY: the array has 16 bytes, and the load takes any alignment.
    let table = unsafe { _mm_loadu_si128(std::ptr::from_ref(halves).cast::<__m128i>()) };
    _mm256_broadcastsi128_si256(table)
}

#[target_feature(enable = "avx2")]
fn load(text: &[u8]) -> __m256i {
    debug_assert_eq!(text.len(), STEP);
    #[expect(unsafe_code, reason = "an unaligned load of 32 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
    // SAFETY: the caller passes a slice of 32 bytes, taken by an index that was checked.
    unsafe {
        _mm256_loadu_si256(text.as_ptr().cast::<__m256i>())
    }
}

#[target_feature(enable = "avx2")]
fn stored(register: __m256i) -> [u8; STEP] {
    let mut out = [0; STEP];
    #[expect(unsafe_code, reason = "an unaligned store of 32 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the store takes any alignment")]
    // SAFETY: the array has 32 bytes, and the store takes any alignment.
    unsafe {
        _mm256_storeu_si256(std::ptr::from_mut(&mut out).cast::<__m256i>(), register);
    }
    out
}
