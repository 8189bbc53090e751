//! Standard input, or any other stream that is handed in.

use std::io::Read;

use bstr::BStr;

use super::{Blob, Content, Visitor, reason, skip};
use crate::finding::SourceKind;

/// The path findings in standard input carry.
pub const PATH: &str = "<stdin>";

/// Hands `input` over as one blob, to its end.
pub fn scan(input: &mut dyn Read, visitor: &mut dyn Visitor) {
    let path = BStr::new(PATH);
    let blob = Blob {
        path,
        kind: SourceKind::Stdin,
        content: Content::Reader {
            reader: input,
            expected_len: None,
        },
    };
    if let Err(e) = visitor.blob(blob) {
        skip(visitor, path, reason(&e), true);
    }
}
