//! Standard input that does not keep an interrupted scan waiting.
//!
//! A read that waits for a pipe or a keyboard cannot be called off, and goes on after a signal. So a thread of its own reads,
//! and the scan waits for it only until it is interrupted. At the end of the program the thread may still be waiting.

use std::{
    io::{self, Read},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use super::Failure;
use crate::source::Interrupt;

/// The size of a buffer; there are two, so that reading and scanning go on at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// How long an interruption may go unseen.
const EVERY: Duration = Duration::from_millis(50);

/// Bytes, and how many of them were read: none at the end.
type Filled = io::Result<(Vec<u8>, usize)>;

/// Standard input.
pub(super) struct Input<'a> {
    interrupt: &'a Interrupt,
    filled: Receiver<Filled>,
    used: Sender<Vec<u8>>,
    buffer: Vec<u8>,
    /// What of `buffer` is still to be given.
    rest: std::ops::Range<usize>,
    ended: bool,
}

impl<'a> Input<'a> {
    /// Starts to read.
    pub(super) fn open(interrupt: &'a Interrupt) -> Result<Self, Failure> {
        let (fill, filled) = mpsc::channel();
        let (used, empty) = mpsc::channel();
        thread::Builder::new()
            .name("stdin".into())
            .spawn(move || pump(&mut io::stdin().lock(), &empty, &fill))
            .map_err(|error| {
                Failure::because("cannot start the thread that reads standard input", error)
            })?;
        // The second buffer comes when this one goes.
        drop(used.send(vec![0; BUFFER_BYTES]));
        Ok(Self {
            interrupt,
            filled,
            used,
            buffer: vec![0; BUFFER_BYTES],
            rest: 0..0,
            ended: false,
        })
    }

    /// Gets the next bytes, or marks the end.
    fn refill(&mut self) -> io::Result<()> {
        let used = std::mem::take(&mut self.buffer);
        if !used.is_empty() {
            // When the thread is gone, what it has read is still there.
            drop(self.used.send(used));
        }
        loop {
            self.interrupt.check()?;
            match self.filled.recv_timeout(EVERY) {
                Ok(filled) => {
                    let (buffer, len) = filled?;
                    (self.buffer, self.rest, self.ended) = (buffer, 0..len, len == 0);
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("the thread that reads it has ended"));
                }
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && !self.ended && !into.is_empty() {
            self.refill()?;
        }
        let len = self.rest.len().min(into.len());
        let from = self.rest.start;
        into[..len].copy_from_slice(&self.buffer[from..from + len]);
        self.rest.start += len;
        Ok(len)
    }
}

/// Reads `input` into the buffers that come from `empty`, to its end or until nobody wants them any more.
fn pump(input: &mut dyn Read, empty: &Receiver<Vec<u8>>, filled: &Sender<Filled>) {
    while let Ok(mut buffer) = empty.recv() {
        let read = loop {
            match input.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let goes_on = matches!(read, Ok(1..));
        if filled.send(read.map(|len| (buffer, len))).is_err() || !goes_on {
            return;
        }
    }
}
