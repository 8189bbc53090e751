//! From the text of a pattern to its tree.
//!
//! The grammar is that of `grep -E` of GNU grep, which reads each pattern twice, by its own rules and by those of the C library, and
//! refuses what either refuses. Where they only warn, so does this.

mod bracket;
mod count;

use super::{
    MAX_DEPTH, MAX_LEN, MAX_SIZE,
    ast::{Look, Node, is_word},
    bytes::{ByteSet, is_space},
    error::{Error, ErrorKind, PerlGroup},
    warning::{Warning, WarningKind},
};

/// Reads `pattern`.
///
/// # Errors
///
/// When it is no extended regular expression, or passes a limit.
pub(super) fn parse(pattern: &[u8]) -> Result<(Node, Vec<Warning>), Error> {
    let fail = |at, kind| Err(Error { at, kind });
    if pattern.is_empty() {
        return fail(0, ErrorKind::Empty);
    }
    if pattern.len() > MAX_LEN {
        return fail(MAX_LEN, ErrorKind::TooLong);
    }
    if let Some(at) = pattern.iter().position(|byte| *byte == b'\n') {
        return fail(at, ErrorKind::LineFeed);
    }
    let mut parser = Parser {
        pattern,
        at: 0,
        depth: 0,
        open: 0,
        groups: 0,
        complete: 0,
        warnings: Vec::new(),
    };
    let node = parser.alternatives()?;
    if node.size() > MAX_SIZE {
        return fail(0, ErrorKind::TooLarge);
    }
    Ok((node, parser.warnings))
}

/// A pattern being read.
struct Parser<'a> {
    pattern: &'a [u8],
    /// Where the next byte is.
    at: usize,
    /// How many groups and repetitions are around.
    depth: usize,
    /// How many groups are around.
    open: usize,
    /// How many groups have begun.
    groups: u32,
    /// Which of the groups 1 to 9 a back-reference may name here, as bits.
    complete: u16,
    warnings: Vec<Warning>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    /// Returns what is left.
    fn rest(&self) -> &[u8] {
        &self.pattern[self.at..]
    }

    fn fail<T>(at: usize, kind: ErrorKind) -> Result<T, Error> {
        Err(Error { at, kind })
    }

    fn warn(&mut self, at: usize, kind: WarningKind) {
        self.warnings.push(Warning { at, kind });
    }

    /// Reads what is between `|`, up to the end of the group or the pattern.
    fn alternatives(&mut self) -> Result<Node, Error> {
        // A group of one alternative is not there in another.
        let (before, mut after) = (self.complete, 0);
        let mut nodes = Vec::new();
        loop {
            self.complete = before;
            nodes.push(self.sequence()?);
            after |= self.complete;
            if self.peek() != Some(b'|') {
                break;
            }
            self.at += 1;
        }
        self.complete = after;
        Ok(one_or(nodes, Node::Alternate))
    }

    /// Reads one alternative.
    fn sequence(&mut self) -> Result<Node, Error> {
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(byte) = self.peek() {
            if byte == b'|' || byte == b')' && self.open > 0 {
                break;
            }
            if nodes.is_empty() && self.skip_operator()? {
                continue;
            }
            let node = self.atom(byte)?;
            let split = is_split(nodes.last(), &node);
            nodes.push(self.repeated(node, split)?);
        }
        Ok(one_or(nodes, Node::Concat))
    }

    /// Passes over an operator at the start of an alternative, where there is nothing to repeat.
    fn skip_operator(&mut self) -> Result<bool, Error> {
        let at = self.at;
        match self.peek() {
            Some(b'*' | b'+' | b'?') => self.at += 1,
            Some(b'{') if self.count(false)?.is_some() => {}
            _ => return Ok(false),
        }
        self.warn(at, WarningKind::NothingToRepeat);
        Ok(true)
    }

    /// Reads the operators behind `node`.
    fn repeated(&mut self, mut node: Node, split: bool) -> Result<Node, Error> {
        let depth = self.depth;
        let mut first = true;
        loop {
            let at = self.at;
            let operator = self.peek();
            let (min, max) = match operator {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => match self.count(!matches!(node, Node::Look(..)))? {
                    Some(bounds) => bounds,
                    None => break,
                },
                _ => break,
            };
            if operator != Some(b'{') {
                self.at += 1;
            }
            match operator {
                _ if first && split => self.warn(at, WarningKind::SplitByRepetition),
                _ if first && matches!(node, Node::Look(..)) => {
                    self.warn(at, WarningKind::RepeatedAnchor);
                }
                Some(b'?') if !first => self.warn(at, WarningKind::Lazy),
                Some(b'+') if !first => self.warn(at, WarningKind::Possessive),
                _ => {}
            }
            first = false;
            self.deeper(at)?;
            node = Node::Repeat {
                node: Box::new(node),
                min,
                max,
            };
        }
        self.depth = depth;
        Ok(node)
    }

    /// Goes one level deeper; `at` is where the level begins.
    fn deeper(&mut self, at: usize) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Self::fail(at, ErrorKind::TooDeep);
        }
        self.depth += 1;
        Ok(())
    }

    /// Reads what begins with `byte` and is no operator.
    fn atom(&mut self, byte: u8) -> Result<Node, Error> {
        let at = self.at;
        match byte {
            b'(' => return self.group(),
            b'[' => return self.bracket(),
            b'\\' => return self.escape(),
            b')' => self.warn(at, WarningKind::LiteralParenthesis),
            b'{' if matches!(self.pattern.get(at + 1), Some(b'0'..=b'9' | b',' | b'}')) => {
                self.warn(at, WarningKind::LiteralBrace);
            }
            _ => {}
        }
        self.at += 1;
        Ok(match byte {
            b'.' => Node::Class(ByteSet::of(|_| true)),
            b'^' => Node::Look(Look::Start, at),
            b'$' => Node::Look(Look::End, at),
            _ => Node::Byte(byte),
        })
    }

    /// Reads a group.
    fn group(&mut self) -> Result<Node, Error> {
        let at = self.at;
        if let Some(group) = perl_group(self.rest()) {
            return Self::fail(at, ErrorKind::PerlGroup(group));
        }
        self.deeper(at)?;
        self.at += 1;
        self.open += 1;
        self.groups += 1;
        let number = self.groups;
        let node = self.alternatives()?;
        if self.peek() != Some(b')') {
            return Self::fail(at, ErrorKind::UnclosedGroup);
        }
        self.at += 1;
        self.open -= 1;
        self.depth -= 1;
        if number <= 9 {
            self.complete |= 1 << number;
        }
        Ok(Node::Group(number, Box::new(node)))
    }

    /// Reads a backslash and what belongs to it.
    fn escape(&mut self) -> Result<Node, Error> {
        let at = self.at;
        let Some(byte) = self.pattern.get(at + 1).copied() else {
            return Self::fail(at, ErrorKind::TrailingBackslash);
        };
        self.at += 2;
        let look = |look| Ok(Node::Look(look, at));
        let class = |set| Ok(Node::Class(set));
        match byte {
            b'<' => look(Look::WordStart),
            b'>' => look(Look::WordEnd),
            b'b' => look(Look::Boundary),
            b'B' => look(Look::NoBoundary),
            b'`' => look(Look::Start),
            b'\'' => look(Look::End),
            b'w' => class(ByteSet::of(is_word)),
            b'W' => class(ByteSet::of(|byte| !is_word(byte))),
            b's' => class(ByteSet::of(is_space)),
            b'S' => class(ByteSet::of(|byte| !is_space(byte))),
            b'1'..=b'9' => {
                let number = byte - b'0';
                if self.complete >> number & 1 == 0 {
                    return Self::fail(at, ErrorKind::UnknownGroup(number));
                }
                Ok(Node::Backref(number))
            }
            _ => {
                if byte.is_ascii_alphanumeric() {
                    self.warn(at, WarningKind::EscapedLetter(byte));
                }
                Ok(Node::Byte(byte))
            }
        }
    }
}

/// Returns the one node, or what `many` makes of several, or nothing's.
fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        0 => Node::Empty,
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

/// Returns true when `node` is a later byte of a character whose earlier bytes stand before.
fn is_split(before: Option<&Node>, node: &Node) -> bool {
    matches!(
        (before, node),
        (Some(Node::Byte(0x80..)), Node::Byte(0x80..=0xbf))
    )
}

/// Returns which of Perl's groups begins here.
fn perl_group(rest: &[u8]) -> Option<PerlGroup> {
    let rest = rest.strip_prefix(b"(?")?;
    Some(match rest {
        [b':' | b'>' | b'|', ..] => PerlGroup::Plain,
        [b'=' | b'!', ..] | [b'<', b'=' | b'!', ..] => PerlGroup::LookAround,
        [b'P' | b'<' | b'\'', ..] => PerlGroup::Named,
        [b'#', ..] => PerlGroup::Comment,
        _ => {
            let flags = rest
                .iter()
                .take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'^'))
                .count();
            match rest.get(flags) {
                Some(b':' | b')') if flags == 0 => PerlGroup::Other,
                Some(b':' | b')') if rest[..flags].contains(&b'i') => PerlGroup::IgnoreCase,
                Some(b':' | b')') => PerlGroup::Flags,
                _ => PerlGroup::Other,
            }
        }
    })
}

#[cfg(test)]
mod tests;
