//! A commit message file, as git will store it.
//!
//! The file an editor leaves behind holds more than the message: comments, and in verbose mode the diff below a scissors
//! line. Git cuts both after its hooks ran (`cleanup_message` in git's sequencer.c, `strbuf_stripspace` in strbuf.c), so a
//! hook has to cut them itself. In doubt more is kept than git keeps, never less.

use bstr::{BStr, ByteSlice as _, ByteVec as _};

use super::{Blob, Content, Visitor, reason, skip};
use crate::finding::SourceKind;

/// The line below which git cuts, without the comment prefix (`cut_line` in git's wt-status.c).
const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";

/// What git takes as a comment prefix by itself (`core.commentChar = auto`, git's builtin/commit.c).
const AUTO: &[u8] = b"#;@!$%^&|:";

/// How git tidies a message: `commit.cleanup`, `--cleanup`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Blank lines, trailing spaces and comments go.
    Strip,
    /// Blank lines and trailing spaces go, comments stay.
    Whitespace,
    /// Everything stays.
    Verbatim,
    /// As `Whitespace`, and what stands below the scissors line goes.
    Scissors,
}

impl Cleanup {
    /// Returns what the value of `commit.cleanup` means: `strip`, `whitespace`, `verbatim`, `scissors` or `default`.
    /// `edited` says that the message went through an editor; git runs its hooks with `GIT_EDITOR=:` when it did not.
    /// None for a word git does not know.
    pub fn from_config(value: Option<&str>, edited: bool) -> Option<Self> {
        match value.unwrap_or("default") {
            "strip" => Some(Self::Strip),
            "verbatim" => Some(Self::Verbatim),
            "default" if edited => Some(Self::Strip),
            "scissors" if edited => Some(Self::Scissors),
            "whitespace" | "default" | "scissors" => Some(Self::Whitespace),
            _ => None,
        }
    }
}

/// What a comment starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comment {
    /// These bytes: `core.commentChar` or `core.commentString`.
    Prefix(Vec<u8>),
    /// A character that git picked because no line of the message started with it; then only the block of comments at
    /// the end of the file, which git wrote, counts as comments.
    Auto,
}

impl Comment {
    /// Returns what the value of `core.commentString` or `core.commentChar` means; the default is `#`.
    pub fn from_config(value: Option<&str>) -> Self {
        match value {
            Some(value) if value.eq_ignore_ascii_case("auto") => Self::Auto,
            Some(value) if !value.is_empty() => Self::Prefix(value.into()),
            _ => Self::Prefix(b"#".to_vec()),
        }
    }
}

/// How the file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What git does with the text.
    pub cleanup: Cleanup,
    /// What a comment starts with.
    pub comment: Comment,
    /// True when git cuts at the scissors line whatever the mode: `commit --verbose`, `commit.verbose`.
    pub verbose: bool,
}

/// A message without what git cuts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The bytes to scan.
    pub text: Vec<u8>,
    lines: Vec<usize>,
}

impl Message {
    /// Returns the line of the file, from 1, that `line` of the text, from 1, comes from.
    pub fn file_line(&self, line: usize) -> usize {
        let known = line.checked_sub(1).and_then(|at| self.lines.get(at));
        // The place right after the last line break lies on a line of its own.
        known
            .copied()
            .or_else(|| self.lines.last().map(|last| last + 1))
            .unwrap_or(line)
    }

    /// Hands the text over under the name `path`.
    pub fn scan(&self, path: &BStr, visitor: &mut dyn Visitor) {
        let blob = Blob {
            path,
            kind: SourceKind::Message,
            content: Content::Bytes(&self.text),
        };
        if let Err(e) = visitor.blob(blob) {
            skip(visitor, path, reason(&e), true);
        }
    }
}

/// Returns the message that git stores of the file with the bytes `file`.
pub fn clean(file: &[u8], options: &Options) -> Message {
    let lines: Vec<&[u8]> = file.lines_with_terminator().collect();
    let comment = Comments::new(&options.comment, &lines);
    let cut = options.verbose || options.cleanup == Cleanup::Scissors;
    let end = if cut {
        lines.iter().position(|line| comment.is_scissors(line))
    } else {
        None
    };
    let kept = &lines[..end.unwrap_or(lines.len())];
    let mut message = Message::default();
    if options.cleanup == Cleanup::Verbatim {
        message.text = kept.concat();
        message.lines = (1..=kept.len()).collect();
        return message;
    }
    let mut blank = None;
    for (at, line) in kept.iter().enumerate() {
        if options.cleanup == Cleanup::Strip && comment.is_comment(at, line) {
            continue;
        }
        let text = line.trim_ascii_end();
        if text.is_empty() {
            blank = blank.or(Some(at + 1)).filter(|_| !message.lines.is_empty());
            continue;
        }
        if let Some(line) = blank.take() {
            message.text.push_byte(b'\n');
            message.lines.push(line);
        }
        message.text.push_str(text);
        message.text.push_byte(b'\n');
        message.lines.push(at + 1);
    }
    message
}

/// The comments of one file.
struct Comments<'a> {
    prefixes: Vec<&'a [u8]>,
    /// The line, from 0, from which on a line can be a comment.
    from: usize,
}

impl<'a> Comments<'a> {
    fn new(comment: &'a Comment, lines: &[&[u8]]) -> Self {
        match comment {
            Comment::Prefix(prefix) => Self {
                prefixes: vec![prefix],
                from: 0,
            },
            Comment::Auto => Self::auto(lines),
        }
    }

    fn auto(lines: &[&[u8]]) -> Self {
        let all = AUTO.chunks(1);
        let is_scissors = |line: &&[u8]| all.clone().any(|prefix| is_scissors(line, prefix));
        let end = lines
            .iter()
            .position(is_scissors)
            .map_or(lines.len(), |at| at + 1);
        let block = lines[..end]
            .iter()
            .rposition(|line| !line.trim_ascii().is_empty());
        let prefix = block
            .and_then(|last| lines[last].first())
            .and_then(|first| all.clone().find(|prefix| prefix.contains(first)));
        let (Some(last), Some(prefix)) = (block, prefix) else {
            return Self {
                prefixes: Vec::new(),
                from: lines.len(),
            };
        };
        let before = lines[..last]
            .iter()
            .rposition(|line| !line.starts_with(prefix));
        Self {
            prefixes: vec![prefix],
            from: before.map_or(0, |at| at + 1),
        }
    }

    fn is_comment(&self, at: usize, line: &[u8]) -> bool {
        at >= self.from && self.prefixes.iter().any(|prefix| line.starts_with(prefix))
    }

    fn is_scissors(&self, line: &[u8]) -> bool {
        self.prefixes.iter().any(|prefix| is_scissors(line, prefix))
    }
}

/// Git looks for the whole line, with its line feed.
fn is_scissors(line: &[u8], prefix: &[u8]) -> bool {
    line.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix(b" "))
        .and_then(|rest| rest.strip_prefix(SCISSORS))
        == Some(b"\n")
}

#[cfg(test)]
mod tests {
    use super::{Cleanup, Comment, Options, clean};

    const CUT: &str = "------------------------ >8 ------------------------";

    #[track_caller]
    fn check(
        (cleanup, comment, verbose): (Cleanup, &str, bool),
        file: &str,
        text: &str,
        lines: &[usize],
    ) {
        let options = Options {
            cleanup,
            comment: Comment::from_config(Some(comment)),
            verbose,
        };
        let message = clean(file.as_bytes(), &options);
        assert_eq!(String::from_utf8_lossy(&message.text), text);
        let mapped: Vec<usize> = (1..=text.lines().count())
            .map(|line| message.file_line(line))
            .collect();
        assert_eq!(mapped, lines);
    }

    #[test]
    fn comments_and_blank_lines_go() {
        use Cleanup::{Strip, Verbatim, Whitespace};
        let file = "\n\nfix  \n# note\n\n\n#x\n\nbody\n\n# end\n";
        check((Strip, "#", false), file, "fix\n\nbody\n", &[3, 5, 9]);
        let kept = "fix\n# note\n\n#x\n\nbody\n\n# end\n";
        check(
            (Whitespace, "#", false),
            file,
            kept,
            &[3, 4, 5, 7, 8, 9, 10, 11],
        );
        check((Verbatim, "#", false), "\n# a\n", "\n# a\n", &[1, 2]);
        check((Strip, "//", false), "a\n// b\n/ c\n", "a\n/ c\n", &[1, 3]);
        check((Strip, "", false), "", "", &[]);
        check((Strip, "#", false), "a", "a\n", &[1]);
    }

    #[test]
    fn the_diff_below_the_scissors_goes() {
        use Cleanup::{Scissors, Strip, Verbatim, Whitespace};
        let file = format!("a\n# {CUT}\n# Do not\ndiff\n");
        check((Strip, "#", true), &file, "a\n", &[1]);
        check((Verbatim, "#", true), &file, "a\n", &[1]);
        check((Scissors, "#", false), &file, "a\n", &[1]);
        check((Strip, "#", false), &file, "a\ndiff\n", &[1, 4]);
        check((Strip, ";", true), &file, &file, &[1, 2, 3, 4]);
        check((Strip, "#", true), &format!("# {CUT}\nx\n"), "", &[]);
        // Neither the middle of a line nor one with more text is the scissors line.
        let near = format!("a # {CUT}\n# {CUT} x\nb\n");
        check((Whitespace, "#", true), &near, &near, &[1, 2, 3]);
    }

    #[test]
    fn with_auto_only_the_last_block_is_comments() {
        use Cleanup::Strip;
        check(
            (Strip, "auto", false),
            "a\n#1 fixed\n\n; Please enter\n;\n; On branch\n",
            "a\n#1 fixed\n",
            &[1, 2],
        );
        let file = format!("#1\n; x\n; {CUT}\n; Do not\ndiff\n");
        check((Strip, "auto", true), &file, "#1\n", &[1]);
        check((Strip, "auto", false), "plain\n", "plain\n", &[1]);
    }

    #[test]
    fn words_of_the_configuration() {
        for (value, edited, expected) in [
            (None, true, Some(Cleanup::Strip)),
            (None, false, Some(Cleanup::Whitespace)),
            (Some("scissors"), true, Some(Cleanup::Scissors)),
            (Some("scissors"), false, Some(Cleanup::Whitespace)),
            (Some("verbatim"), true, Some(Cleanup::Verbatim)),
            (Some("sometimes"), true, None),
        ] {
            assert_eq!(Cleanup::from_config(value, edited), expected);
        }
    }
}
