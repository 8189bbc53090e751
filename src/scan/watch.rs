//! Who watches a scan: wants to know how far it is, and may ask it to end.

use std::io::{self, Read};

use super::Progress;
use crate::source::Interrupt;

/// Whoever watches a scan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch<'a> {
    /// Where to count.
    pub progress: Option<&'a Progress>,
    /// Ends the scan early; the outcome then says what was not read.
    pub interrupt: Option<&'a Interrupt>,
}

impl<'a> Watch<'a> {
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_some_and(Interrupt::is_raised)
    }

    /// Returns a reader that fails when the scan is interrupted.
    pub(super) fn reader<'r>(&self, reader: &'r mut dyn Read) -> Reader<'r>
    where
        'a: 'r,
    {
        Reader {
            reader,
            interrupt: self.interrupt,
        }
    }
}

pub(super) struct Reader<'a> {
    reader: &'a mut dyn Read,
    interrupt: Option<&'a Interrupt>,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(interrupt) = self.interrupt {
            interrupt.check()?;
        }
        self.reader.read(buffer)
    }
}
