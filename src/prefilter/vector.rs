//! The AVX2 engine: the bits of 16 windows at a time. Its portable twin is [`super::plain`].
//!
//! A register takes eight overlapping windows of three bytes (`vpshufb`), multiplies them into hashes (`vpmulld`), fetches the eight
//! words of the bitmap (`vpgatherdd`) and shifts each one's two bits to the top (`vpsllvd`).

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_andnot_si256,
    _mm256_broadcastsi128_si256, _mm256_castsi256_ps, _mm256_i32gather_epi32, _mm256_movemask_ps,
    _mm256_mullo_epi32, _mm256_set1_epi32, _mm256_setr_epi8, _mm256_shuffle_epi8,
    _mm256_sllv_epi32, _mm256_srli_epi32,
};

use super::{
    Tables, plain,
    tables::{BIT_SHIFTS, BITMAP_WORDS, INDEX_BITS, MULTIPLIER},
};

/// How many positions one load of 16 bytes serves: the last one's window ends at byte 10.
const STEP: usize = 8;

/// How many bytes two loads take.
const LOAD: usize = STEP + 16;

/// Calls `each` with the places in `text` where a window begins that the bitmap has.
pub(super) fn find(tables: &Tables, text: &[u8], mut each: impl FnMut(usize)) {
    #[expect(unsafe_code, reason = "calls a function that needs AVX2")]
    // SAFETY: `Prefilter::new` chose this engine after finding AVX2 on this processor.
    let done = unsafe { find_avx2(tables, text, &mut each) };
    plain::find(tables, text, done, each);
}

/// Does so for the windows that begin before the returned position.
#[target_feature(enable = "avx2")]
fn find_avx2(tables: &Tables, text: &[u8], each: &mut impl FnMut(usize)) -> usize {
    let bits = tables.bits();
    let mut from = 0;
    while text.len() >= LOAD {
        // The last step ends with the text; positions that were looked at are left out.
        let at = from.min(text.len() - LOAD);
        if from - at >= 2 * STEP {
            break;
        }
        let low = windows(bits, &text[at..at + 16]);
        let high = windows(bits, &text[at + STEP..at + LOAD]);
        let known = from - at;
        let mut some = (low | high << STEP) >> known << known;
        while some != 0 {
            each(at + some.trailing_zeros() as usize);
            some &= some - 1;
        }
        from = at + 2 * STEP;
    }
    from
}

/// Returns one bit for each of the first eight positions of `text`: set when the bitmap has the hash of the window there.
#[target_feature(enable = "avx2")]
fn windows(bits: &[u32; BITMAP_WORDS], text: &[u8]) -> u32 {
    debug_assert_eq!(text.len(), 16);
    // Each lane of 32 bits gets the window in its upper three bytes, as `tables::hash` has it.
    let spread = _mm256_setr_epi8(
        -1, 0, 1, 2, -1, 1, 2, 3, -1, 2, 3, 4, -1, 3, 4, 5, -1, 4, 5, 6, -1, 5, 6, 7, -1, 6, 7, 8,
        -1, 7, 8, 9,
    );
    let text = load(text);
    let hash = _mm256_mullo_epi32(
        _mm256_shuffle_epi8(text, spread),
        _mm256_set1_epi32(MULTIPLIER.cast_signed()),
    );
    let index = _mm256_srli_epi32::<{ 32 - INDEX_BITS.cast_signed() }>(hash);
    #[expect(unsafe_code, reason = "a gather from the bitmap")]
    // SAFETY: `index` has `INDEX_BITS` bits, so it is below `BITMAP_WORDS`.
    let words = unsafe { _mm256_i32gather_epi32::<4>(bits.as_ptr().cast::<i32>(), index) };
    // Shifting left by 31 - n brings bit n to the top.
    let ones = _mm256_set1_epi32(31);
    let first = _mm256_srli_epi32::<{ BIT_SHIFTS[0].cast_signed() }>(hash);
    let second = _mm256_srli_epi32::<{ BIT_SHIFTS[1].cast_signed() }>(hash);
    let first = _mm256_sllv_epi32(words, _mm256_andnot_si256(first, ones));
    let second = _mm256_sllv_epi32(words, _mm256_andnot_si256(second, ones));
    let both = _mm256_and_si256(first, second);
    _mm256_movemask_ps(_mm256_castsi256_ps(both)).cast_unsigned()
}

/// Returns 16 bytes twice.
#[target_feature(enable = "avx2")]
fn load(text: &[u8]) -> __m256i {
    #[expect(unsafe_code, reason = "an unaligned load of 16 bytes")]
    #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
    // SAFETY: the caller passes a slice of 16 bytes, taken by an index that was checked.
    let half = unsafe { _mm_loadu_si128(text.as_ptr().cast::<__m128i>()) };
    _mm256_broadcastsi128_si256(half)
}
