//! Arguments as git's own option parser orders them: `git rev-parse --parseopt`
//! (<https://git-scm.com/docs/git-rev-parse#_parseopt>), which `git secrets` has always passed its arguments through.
//!
//! Options and plain arguments may be mixed, long options may be shortened, short ones bundled, and every option has a `--no-`
//! form. Whether an option stands where it may is asked later, in `command.rs`.

use std::ffi::{OsStr, OsString};

mod table;

#[cfg(test)]
mod tests;

pub(super) use table::{KNOWN, Known, Name};

/// An option as it was typed, whichever of its spellings that was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed {
    pub(super) option: &'static Known,
    /// True for the `--no-` form, which means nothing.
    pub(super) negated: bool,
}

impl Typed {
    /// Returns the spelling that all others stand for.
    pub(super) fn spelling(self) -> String {
        match (self.negated, self.option.short) {
            (true, _) => format!("--no-{}", self.option.long),
            (false, Some(short)) => format!("-{short}"),
            (false, None) => format!("--{}", self.option.long),
        }
    }
}

/// Arguments in order: the options first.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) options: Vec<Typed>,
    pub(super) arguments: Vec<OsString>,
}

/// Why arguments cannot be ordered. The exit code is always 129.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Help was asked for.
    Help,
    /// A message alone.
    Message(String),
    /// A message, and the usage text after it on standard error.
    Unknown(String),
    /// A message, and the usage text on standard output.
    Ambiguous(String),
}

/// Orders `arguments`, which come without the program's name.
///
/// # Errors
///
/// When an argument is no option that is known, or help is asked for.
pub(super) fn order(
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<Ordered, Refused> {
    let mut ordered = Ordered::default();
    let mut arguments = arguments.into_iter();
    for argument in arguments.by_ref() {
        let argument = argument.as_ref();
        match argument.as_encoded_bytes() {
            b"--" | b"--end-of-options" => break,
            [b'-', b'-', long @ ..] => ordered.options.push(self::long(long)?),
            [b'-', first, ..] if *first != b'-' => {
                bundle(argument.as_encoded_bytes(), &mut ordered.options)?;
            }
            _ => ordered.arguments.push(argument.to_owned()),
        }
    }
    let rest = arguments.map(|argument| argument.as_ref().to_owned());
    ordered.arguments.extend(rest);
    Ok(ordered)
}

/// Reads the short options of `argument`, which begins with one `-`.
fn bundle(argument: &[u8], options: &mut Vec<Typed>) -> Result<(), Refused> {
    let letters = argument.get(1..).unwrap_or_default();
    for (n, letter) in letters.iter().enumerate() {
        // What looks like a long option is one that lacks a `-`: whether its first letter is an option or not.
        let at_first = n == 0;
        let found = KNOWN.iter().find(|known| {
            known
                .short
                .is_some_and(|short| short == char::from(*letter))
        });
        if at_first && (found.is_none() || letters.len() > 1) {
            check_dashes(letters)?;
        }
        match found {
            Some(option) => options.push(Typed {
                option,
                negated: false,
            }),
            None if *letter == b'h' => return Err(Refused::Help),
            None if letter.is_ascii() => {
                let letter = char::from(*letter);
                return Err(Refused::Unknown(format!(
                    "error: unknown switch `{letter}'"
                )));
            }
            None => {
                let argument = String::from_utf8_lossy(argument);
                return Err(Refused::Unknown(format!(
                    "error: unknown non-ascii option in string: `{argument}'"
                )));
            }
        }
    }
    Ok(())
}

/// Refuses letters that are the beginning of a long option.
fn check_dashes(letters: &[u8]) -> Result<(), Refused> {
    let begins = |known: &Known| known.long.as_bytes().starts_with(letters);
    if letters.len() >= 3 && (letters.starts_with(b"no-") || KNOWN.iter().any(begins)) {
        let letters = String::from_utf8_lossy(letters);
        return Err(Refused::Message(format!(
            "error: did you mean `--{letters}` (with two dashes)?"
        )));
    }
    Ok(())
}

/// Reads a long option, without its `--`.
fn long(text: &[u8]) -> Result<Typed, Refused> {
    if text == b"help" || text == b"help-all" {
        return Err(Refused::Help);
    }
    let end = text.iter().position(|byte| *byte == b'=');
    let name = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let typed = find(name).map_err(|NotFound { candidates }| {
        let text = String::from_utf8_lossy(text);
        match candidates {
            None => Refused::Unknown(format!("error: unknown option `{text}'")),
            Some([a, b]) => {
                let (a, b) = (a.long(), b.long());
                Refused::Ambiguous(format!(
                    "error: ambiguous option: {text} (could be --{a} or --{b})"
                ))
            }
        }
    })?;
    if end.is_some() {
        return Err(Refused::Message(format!(
            "error: option `{}' takes no value",
            typed.long()
        )));
    }
    Ok(typed)
}

impl Typed {
    /// Returns the long spelling, without its `--`, as it can be typed.
    fn long(self) -> String {
        let long = self.option.long;
        match (self.negated, long.strip_prefix("no-")) {
            (true, Some(positive)) => positive.to_owned(),
            (true, None) => format!("no-{long}"),
            (false, _) => long.to_owned(),
        }
    }
}

/// No option has this name, or more than one may be meant.
struct NotFound {
    candidates: Option<[Typed; 2]>,
}

/// Finds an option by its name or the beginning of it.
///
/// `no-` turns an option's meaning round, and is itself the beginning of some names; so it is taken off both, and what is
/// left is compared.
fn find(name: &[u8]) -> Result<Typed, NotFound> {
    let once = name.strip_prefix(b"no-");
    let twice = once.and_then(|rest| rest.strip_prefix(b"no-"));
    let (asked, asked_no) = match (once, twice) {
        (_, Some(rest)) => (rest, false),
        (Some(rest), None) => (rest, true),
        (None, None) => (name, false),
    };
    let mut short_for: Vec<Typed> = Vec::new();
    for option in KNOWN {
        let positive = option.long.strip_prefix("no-");
        let (long, is_no) = match positive {
            Some(positive) => (positive, true),
            // `--no-no-` is the negation of what begins with `no-` alone.
            None if twice.is_some() => continue,
            None => (option.long, false),
        };
        let typed = Typed {
            option,
            negated: asked_no != is_no,
        };
        if long.as_bytes() == asked {
            return Ok(typed);
        }
        if long.as_bytes().starts_with(asked) {
            short_for.push(typed);
        }
        // `--n` and `--no` may be the beginning of any option's `--no-` form.
        if b"no-".starts_with(name) {
            short_for.push(Typed {
                option,
                negated: !is_no,
            });
        }
    }
    match *short_for.as_slice() {
        [one] => Ok(one),
        [.., a, b] => Err(NotFound {
            candidates: Some([a, b]),
        }),
        [] => Err(NotFound { candidates: None }),
    }
}
