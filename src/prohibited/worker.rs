//! One thread's share of a search.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use bstr::{BStr, BString};

use super::{
    Line, Outcome, Search,
    blocks::{self, BLOCK_BYTES, MAX_LINE_BYTES},
};
use crate::{
    chunk,
    ere::GaveUp,
    finding::Skipped,
    source::{Blob, Content, Visitor},
};

pub(super) struct Worker<'s> {
    search: &'s Search,
    collected: &'s Mutex<Outcome>,
    outcome: Outcome,
}

impl<'s> Worker<'s> {
    pub(super) fn new(search: &'s Search, collected: &'s Mutex<Outcome>) -> Self {
        Self {
            search,
            collected,
            outcome: Outcome::default(),
        }
    }

    fn text(&mut self, path: &BStr, text: &[u8], first: u64) {
        let lines = &mut self.outcome.lines;
        let given_up = self.search.lines(text, |number, line| {
            lines.push(Line {
                path: path.to_owned(),
                number: first - 1 + number,
                text: line.into(),
            });
        });
        for one in given_up {
            self.outcome.skipped.push(Skipped {
                path: path.to_owned(),
                reason: gave_up(&one, first),
                incomplete: true,
            });
        }
    }

    /// Names a file that has no lines.
    fn binary(&mut self, path: &BStr) {
        self.outcome.skipped.push(Skipped {
            path: path.to_owned(),
            reason: "binary: patterns are for lines of text".to_owned(),
            incomplete: false,
        });
    }
}

/// Says what was given up in a text whose first line has the number `first`.
fn gave_up(one: &GaveUp, first: u64) -> String {
    let line = first - 1 + one.line as u64;
    let more = match one.lines {
        1 => String::new(),
        n => format!(" and {} more lines", n - 1),
    };
    format!(
        "the pattern number {} takes too long on line {line}{more}: it has a back-reference; write it without",
        one.pattern + 1
    )
}

impl Visitor for Worker<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()> {
        match blob.content {
            Content::Bytes(bytes) => {
                if chunk::is_text(bytes) {
                    self.text(blob.path, bytes, 1);
                } else {
                    self.binary(blob.path);
                }
                Ok(())
            }
            Content::Reader {
                reader,
                expected_len,
            } => {
                let mut is_text = None;
                let sizes = (BLOCK_BYTES, MAX_LINE_BYTES);
                let told = blocks::read(reader, sizes, |text, first| {
                    let is_text = *is_text.get_or_insert_with(|| chunk::is_text(text));
                    if is_text {
                        self.text(blob.path, text, first);
                    }
                    is_text
                })?;
                if is_text == Some(false) {
                    self.binary(blob.path);
                    return Ok(());
                }
                if let Some(line) = told.cut {
                    self.skip(Skipped {
                        path: BString::from(blob.path),
                        reason: format!(
                            "line {line} is longer than {} MiB and was looked at in pieces",
                            MAX_LINE_BYTES >> 20
                        ),
                        incomplete: true,
                    });
                }
                if expected_len.is_some_and(|expected| told.bytes < expected) {
                    return Err(io::Error::other("truncated while it was read"));
                }
                Ok(())
            }
        }
    }

    fn skip(&mut self, skipped: Skipped) {
        self.outcome.skipped.push(skipped);
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut all = (self.collected.lock()).unwrap_or_else(PoisonError::into_inner);
        all.lines.append(&mut self.outcome.lines);
        all.skipped.append(&mut self.outcome.skipped);
    }
}
