//! Classes: what stands in square brackets.

use super::{Error, ErrorKind, Parser, WarningKind};
use crate::ere::{
    ast::Node,
    bytes::{ByteSet, class},
};

/// A member of a class.
enum Member {
    /// One byte, which may begin or end a range.
    Byte(u8),
    /// `[.x.]`, which may, too.
    Collating(u8),
    /// `[=x=]`, which may not.
    Equivalent(u8),
    /// `[:name:]`
    Class(fn(u8) -> bool),
}

/// A class being read.
struct Reader<'p, 'a> {
    parser: &'p mut Parser<'a>,
    /// Where its `[` is.
    start: usize,
    set: ByteSet,
    /// Whether all members are bytes: no ranges, no classes.
    plain: bool,
}

impl Parser<'_> {
    /// Reads the class whose `[` is here.
    pub(super) fn bracket(&mut self) -> Result<Node, Error> {
        let start = self.at;
        self.at += 1;
        let negated = self.peek() == Some(b'^');
        self.at += usize::from(negated);
        let mut reader = Reader {
            parser: self,
            start,
            set: ByteSet::default(),
            plain: true,
        };
        reader.members()?;
        let set = reader.set;
        let set = if negated { set.negated() } else { set };
        Ok(Node::Class(ByteSet::of(|byte| set.has(byte))))
    }
}

impl Reader<'_, '_> {
    fn members(&mut self) -> Result<(), Error> {
        let first = self.parser.at;
        while self.parser.at == first || self.peek()? != b']' {
            let at = self.parser.at;
            if at > first && self.is_stray_hyphen()? {
                return Parser::fail(at, ErrorKind::StrayHyphen);
            }
            let member = self.member()?;
            match member {
                Member::Class(belongs) => self.set.add_where(belongs),
                Member::Equivalent(byte) => self.set.add(byte),
                Member::Byte(byte) | Member::Collating(byte) => self.range_from(at, byte)?,
            }
        }
        let text = &self.parser.pattern[first..self.parser.at];
        let in_colons = text.starts_with(b":") && text.ends_with(b":");
        if self.plain && in_colons && text.iter().any(|byte| *byte != b':') {
            return Parser::fail(self.start, ErrorKind::BareClass);
        }
        let split = text.iter().any(|byte| *byte >= 0xc0);
        self.parser.at += 1;
        if split {
            self.parser.warn(self.start, WarningKind::SplitInClass);
        }
        Ok(())
    }

    /// Returns the byte here.
    fn peek(&self) -> Result<u8, Error> {
        let unclosed = Error {
            at: self.start,
            kind: ErrorKind::UnclosedBracket,
        };
        self.parser.peek().ok_or(unclosed)
    }

    /// Returns true when here is a hyphen that is not the last of the class.
    fn is_stray_hyphen(&self) -> Result<bool, Error> {
        if self.peek()? != b'-' {
            return Ok(false);
        }
        Ok(self.parser.rest().get(1).is_some_and(|next| *next != b']'))
    }

    /// Adds the range that begins with `first`, which stands at `at`, or `first` alone.
    fn range_from(&mut self, at: usize, first: u8) -> Result<(), Error> {
        let hyphen = self.parser.at;
        let is_range = self.peek()? == b'-' && self.parser.rest().get(1) != Some(&b']');
        if !is_range {
            if first == b'\\' {
                self.warn_of_backslash(at)?;
            }
            self.set.add(first);
            return Ok(());
        }
        if first == b'\\' {
            self.parser.warn(at, WarningKind::BackslashInClass(b'-'));
        }
        self.plain = false;
        self.parser.at += 1;
        let (Member::Byte(last) | Member::Collating(last)) = self.member()? else {
            return Parser::fail(hyphen, ErrorKind::ClassInRange);
        };
        if last < first {
            let (start, end) = (first, last);
            return Parser::fail(at, ErrorKind::ReversedRange { start, end });
        }
        self.set.add_range(first..=last);
        Ok(())
    }

    /// Warns of the backslash at `at` when it was probably meant to escape the byte after it.
    fn warn_of_backslash(&mut self, at: usize) -> Result<(), Error> {
        let next = self.peek()?;
        // `[^\]` and `[a\]` are classes with a backslash; `[\].]` is one and two characters more.
        let mut brackets = self.parser.pattern[at + 2..].iter();
        let closes =
            next == b']' && brackets.find(|byte| matches!(byte, b'[' | b']')) == Some(&b']');
        if closes || next.is_ascii_alphanumeric() {
            self.parser.warn(at, WarningKind::BackslashInClass(next));
        }
        Ok(())
    }

    /// Reads one member.
    fn member(&mut self) -> Result<Member, Error> {
        let byte = self.peek()?;
        if let (b'[', Some(kind @ (b'.' | b'=' | b':'))) = (byte, self.parser.rest().get(1)) {
            return self.named(*kind);
        }
        self.parser.at += 1;
        Ok(Member::Byte(byte))
    }

    /// Reads `[.x.]`, `[=x=]` or `[:name:]`.
    fn named(&mut self, kind: u8) -> Result<Member, Error> {
        let at = self.parser.at;
        let text = &self.parser.pattern[at + 2..];
        // The name has at least one byte, which may be the one that ends it: `[===]`.
        let end = (1..text.len())
            .find(|end| text[*end - 1] == kind && text[*end] == b']')
            .map(|end| end - 1);
        let Some(end) = end else {
            return Parser::fail(self.start, ErrorKind::UnclosedBracket);
        };
        let name = &text[..end];
        self.plain = false;
        self.parser.at = at + 2 + end + 2;
        match (kind, name) {
            (b':', _) => match class(name) {
                Some(belongs) => Ok(Member::Class(belongs)),
                None => Parser::fail(at, ErrorKind::UnknownClass(name.to_vec())),
            },
            (b'.', [byte]) => Ok(Member::Collating(*byte)),
            (_, [byte]) => Ok(Member::Equivalent(*byte)),
            _ => Parser::fail(at, ErrorKind::CollatingName(name.to_vec())),
        }
    }
}
