//! Decoders with a source map: what is encoded in a blob is scanned as if it stood there plainly, and a finding points at the
//! encoded bytes.

pub mod base64;

use std::ops::Range;

/// What a run of bytes decodes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The name of the encoding, for reports.
    pub encoding: &'static str,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
}

/// How deep encodings may be nested.
pub const MAX_DEPTH: usize = 2;

impl Decoded {
    /// Returns where the decoded bytes `range` stand in a run that begins at `run`.
    pub fn source(&self, run: usize, range: &Range<usize>) -> Range<usize> {
        base64::source(run, range)
    }
}
