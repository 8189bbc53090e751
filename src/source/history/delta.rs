//! A delta: how an object is made from another one (<https://git-scm.com/docs/gitformat-pack#_deltified_representation>).
//!
//! `gix-pack` applies deltas too, but tells nobody which ranges are copies. Those ranges are what makes a scan of a history fast:
//! what was copied was looked at already.

use std::fmt;

/// One step of making an object, in the order of the object's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Op {
    /// Where in the base the bytes stand; none when the delta brings them itself.
    pub from: Option<u32>,
    /// Where in the object they go.
    pub to: u32,
    /// How many they are.
    pub len: u32,
}

/// What is wrong with a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeltaError {
    /// It ends within an instruction.
    Truncated,
    /// It is for a base of another size.
    BaseSize,
    /// It copies what the base does not have.
    CopyRange,
    /// It makes more or fewer bytes than it says.
    ResultSize,
    /// It has the instruction that is reserved.
    Reserved,
    /// The object would be larger than the limit.
    TooLarge(u64),
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("corrupt delta: it is cut short"),
            Self::BaseSize => f.write_str("corrupt delta: it is for a base of another size"),
            Self::CopyRange => f.write_str("corrupt delta: it copies beyond the end of its base"),
            Self::ResultSize => {
                f.write_str("corrupt delta: it makes another number of bytes than it says")
            }
            Self::Reserved => f.write_str("corrupt delta: it has a reserved instruction"),
            Self::TooLarge(size) => write!(f, "it has {size} bytes, more than may be held at once"),
        }
    }
}

/// Makes `object` from `base` by `delta`, and `ops` the list of what came from where; neighbours of a copy in both are one step.
///
/// # Errors
///
/// When the delta is corrupt, or the object had more than `limit` bytes; what `object` and `ops` hold then means nothing.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    limit: usize,
    object: &mut Vec<u8>,
    ops: &mut Vec<Op>,
) -> Result<(), DeltaError> {
    object.clear();
    ops.clear();
    let mut rest = delta;
    let (base_size, size) = (size(&mut rest)?, size(&mut rest)?);
    if base_size != base.len() as u64 {
        return Err(DeltaError::BaseSize);
    }
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= limit.min(u32::MAX as usize))
        .ok_or(DeltaError::TooLarge(size))?;
    // An instruction of a few bytes copies at most 16 MiB, so the room that is made is bounded by what is there, too.
    object.reserve_exact(size.min(rest.len().saturating_mul(1 << 24)));
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        let to = object.len();
        let (from, bytes) = if command & 0x80 == 0 {
            let len = usize::from(command);
            if len == 0 {
                return Err(DeltaError::Reserved);
            }
            let (bytes, after) = rest.split_at_checked(len).ok_or(DeltaError::Truncated)?;
            rest = after;
            (None, bytes)
        } else {
            let from = number(command, 4, &mut rest)?;
            let len = number(command >> 4, 3, &mut rest)?;
            let len = if len == 0 { 0x10000 } else { len };
            let bytes = base.get(from..from + len).ok_or(DeltaError::CopyRange)?;
            (Some(from), bytes)
        };
        if bytes.len() > size - to {
            return Err(DeltaError::ResultSize);
        }
        object.extend_from_slice(bytes);
        push(ops, from, to, bytes.len());
    }
    if object.len() == size {
        Ok(())
    } else {
        Err(DeltaError::ResultSize)
    }
}

/// Adds a step, or lengthens the last one.
fn push(ops: &mut Vec<Op>, from: Option<usize>, to: usize, len: usize) {
    // All of these are below the limit of 4 GiB that `apply` holds objects to; a base is such an object, too.
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (from, len) = (from.map(narrow), narrow(len));
    if let Some(last) = ops.last_mut() {
        let goes_on = match (last.from, from) {
            (None, None) => true,
            (Some(last_from), Some(from)) => last_from + last.len == from,
            _ => false,
        };
        if goes_on {
            last.len += len;
            return;
        }
    }
    ops.push(Op {
        from,
        to: narrow(to),
        len,
    });
}

/// Reads a size: seven bits a byte, the lowest first.
fn size(rest: &mut &[u8]) -> Result<u64, DeltaError> {
    let mut size = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
        *rest = after;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(DeltaError::Truncated)
}

/// Reads a number of up to `bytes` bytes, of which those are there whose bit is set in `present`.
fn number(present: u8, bytes: u32, rest: &mut &[u8]) -> Result<usize, DeltaError> {
    let mut number = 0_u32;
    for at in 0..bytes {
        if present >> at & 1 == 1 {
            let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
            *rest = after;
            number |= u32::from(byte) << (8 * at);
        }
    }
    Ok(number as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DeltaError, Op, apply};

    #[track_caller]
    fn check(base: &[u8], delta: &[u8], expected: Result<(&[u8], &[Op]), DeltaError>) {
        let (mut object, mut ops) = (vec![1], Vec::new());
        let result = apply(base, delta, 1000, &mut object, &mut ops);
        assert_eq!(
            result.map(|()| (&object[..], &ops[..])),
            expected,
            "{delta:?}"
        );
    }

    const fn op(from: Option<u32>, to: u32, len: u32) -> Op {
        Op { from, to, len }
    }

    #[test]
    fn copies_and_inserts() {
        check(
            b"abcdef",
            &[6, 2, 0x90, 2],
            Ok((b"ab", &[op(Some(0), 0, 2)])),
        );
        check(
            b"abcdef",
            &[6, 6, 0x90, 2, 2, b'x', b'y', 0x91, 4, 2],
            Ok((
                b"abxyef",
                &[op(Some(0), 0, 2), op(None, 2, 2), op(Some(4), 4, 2)],
            )),
        );
        // What follows on is one step.
        check(
            b"abcdef",
            &[6, 5, 0x90, 2, 0x91, 2, 1, 1, b'x', 1, b'y'],
            Ok((b"abcxy", &[op(Some(0), 0, 3), op(None, 3, 2)])),
        );
        check(b"", &[0, 0], Ok((b"", &[])));
    }

    #[test]
    fn damage_is_told() {
        check(b"abc", &[], Err(DeltaError::Truncated));
        check(b"abc", &[3], Err(DeltaError::Truncated));
        check(b"abc", &[4, 1, 1, b'x'], Err(DeltaError::BaseSize));
        check(b"abc", &[3, 1, 0], Err(DeltaError::Reserved));
        check(b"abc", &[3, 9, 0x90, 9], Err(DeltaError::CopyRange));
        check(b"abc", &[3, 1, 2, b'x', b'y'], Err(DeltaError::ResultSize));
        check(b"abc", &[3, 2, 1, b'x'], Err(DeltaError::ResultSize));
        check(b"abc", &[3, 2, 2, b'x'], Err(DeltaError::Truncated));
        check(b"abc", &[3, 2, 0x90], Err(DeltaError::Truncated));
        check(
            b"abc",
            &[3, 0x80, 0x80, 1],
            Err(DeltaError::TooLarge(16384)),
        );
        check(b"abc", &[0xff; 20], Err(DeltaError::Truncated));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(base in proptest::collection::vec(any::<u8>(), 0..40), delta in proptest::collection::vec(any::<u8>(), 0..40)) {
            let (mut object, mut ops) = (Vec::new(), Vec::new());
            let mut sized = vec![u8::try_from(base.len()).unwrap()];
            sized.extend(delta);
            if apply(&base, &sized, 1000, &mut object, &mut ops).is_ok() {
                let mut at = 0;
                for op in ops {
                    prop_assert_eq!(op.to, at);
                    at += op.len;
                    if let Some(from) = op.from {
                        let (from, to, len) = (from as usize, op.to as usize, op.len as usize);
                        prop_assert_eq!(&base[from..from + len], &object[to..to + len]);
                    }
                }
                prop_assert_eq!(at as usize, object.len());
            }
        }
    }
}
