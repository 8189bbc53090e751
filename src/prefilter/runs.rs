//! Maximal runs of base64 bytes.
//!
//! A run of 31 bytes or more covers a whole block of 16 aligned to 16, wherever it starts. The vector engine looks for full blocks
//! and only then for the ends of the run.

use std::ops::Range;

pub use crate::chunk::decode::base64::is_base64;

/// The shortest run that is reported, in bytes.
pub const MIN_LEN: usize = 31;

/// The size of a block, in bytes.
const BLOCK: usize = 16;

/// Calls `each` with every maximal run of at least [`MIN_LEN`] base64 bytes.
pub(super) fn plain(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let mut start = 0;
    for at in 0..=bytes.len() {
        if !bytes.get(at).is_some_and(|b| is_base64(*b)) {
            if at - start >= MIN_LEN {
                each(start..at);
            }
            start = at + 1;
        }
    }
}

/// The same as [`plain`], with AVX2.
#[cfg(target_arch = "x86_64")]
pub(super) fn vector(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let mut at = 0;
    loop {
        #[expect(unsafe_code, reason = "calls a function that needs AVX2")]
        // SAFETY: `Prefilter::new` chose this engine after finding AVX2 on this processor.
        let block = unsafe { avx2::full_block(bytes, at) };
        let start = bytes[..block]
            .iter()
            .rposition(|b| !is_base64(*b))
            .map_or(0, |before| before + 1);
        let Some(end) = bytes[block..]
            .iter()
            .position(|b| !is_base64(*b))
            .map(|n| block + n)
        else {
            if bytes.len() - start >= MIN_LEN {
                each(start..bytes.len());
            }
            return;
        };
        if end - start >= MIN_LEN {
            each(start..end);
        }
        // The next full block begins after the byte that ended this run.
        at = (end + BLOCK) / BLOCK * BLOCK;
        if at >= bytes.len() {
            return;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_set1_epi8, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_srli_epi16,
    };

    use super::{BLOCK, is_base64};

    /// Returns where the first block at or after `at` (a multiple of [`BLOCK`]) begins whose 16 bytes are all base64; when there
    /// is none, where the trailing part of the text that is too short for a block pair begins to be base64 to its end, or the end.
    #[target_feature(enable = "avx2")]
    pub(super) fn full_block(bytes: &[u8], mut at: usize) -> usize {
        // One bit a class: 1 for 0x2b 0x2f, 2 for 0x30-39, 4 for 0x41-4f and 0x61-6f, 8 for 0x50-5a and 0x70-7a.
        let low = _mm256_setr_epi8(
            10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 12, 5, 4, 4, 4, 5, 10, 14, 14, 14, 14, 14, 14,
            14, 14, 14, 12, 5, 4, 4, 4, 5,
        );
        let high = _mm256_setr_epi8(
            0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0,
            0, 0, 0,
        );
        let low_half = _mm256_set1_epi8(0x0f);
        while let Some(text) = bytes.get(at..at + 32) {
            #[expect(unsafe_code, reason = "an unaligned load of 32 bytes")]
            #[expect(clippy::cast_ptr_alignment, reason = "the load takes any alignment")]
            // SAFETY: the slice has 32 bytes.
            let text = unsafe { _mm256_loadu_si256(text.as_ptr().cast::<__m256i>()) };
            let by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(text, low_half));
            let by_high = _mm256_shuffle_epi8(
                high,
                _mm256_and_si256(_mm256_srli_epi16::<4>(text), low_half),
            );
            let other =
                _mm256_cmpeq_epi8(_mm256_and_si256(by_low, by_high), _mm256_setzero_si256());
            let other = _mm256_movemask_epi8(other).cast_unsigned();
            if other.trailing_zeros() >= 16 {
                return at;
            }
            if other.leading_zeros() >= 16 {
                return at + BLOCK;
            }
            at += 32;
        }
        while let Some(block) = bytes.get(at..at + BLOCK) {
            if block.iter().all(|b| is_base64(*b)) {
                return at;
            }
            at += BLOCK;
        }
        bytes.len()
    }
}
