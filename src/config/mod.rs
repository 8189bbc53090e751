//! The configuration file: what it may say, and what counts where several say something.
//!
//! Options that were typed come first, then the repository's `.keyfence.toml` (or the file that was named), then the user's file, then the
//! system's. Of a single value the nearest counts; lists add up, but for `rules.enable`, which says what alone is on.

mod parse;

use crate::{
    policy::{allow, paths::PathEntry},
    rule::{Confidence, Severity},
};

pub use parse::{Mistake, parse};

/// The file of a repository, at its top.
pub const FILE: &str = ".keyfence.toml";

/// The JSON Schema (<https://json-schema.org/draft/2020-12>) of configuration files, for editors.
pub const SCHEMA: &str = include_str!("config.schema.json");

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The repository's: it comes with the commits.
    Repository,
    /// The user's or the system's: it holds for all repositories.
    Machine,
}

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// What makes fingerprints the repository's own.
    pub salt: Option<String>,
    /// The file with the secrets that were there before, as a path from the file's folder.
    pub baseline: Option<String>,
    /// What is told in all modes.
    pub levels: Levels,
    /// What is told by `scan`.
    pub scan: Levels,
    /// What is told by hooks.
    pub hook: Levels,
    /// What is told by `gate`.
    pub gate: Levels,
    /// Which rules are on.
    pub rules: Rules,
    /// Accepted secrets.
    pub secrets: Vec<AtLine<allow::Entry>>,
    /// Accepted findings in files.
    pub paths: Vec<AtLine<PathEntry>>,
}

/// Something of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtLine<T> {
    /// Where it begins, from 1.
    pub line: usize,
    /// What it is.
    pub entry: T,
}

/// How sure and how severe a finding has to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Levels {
    /// The least confidence that is told.
    pub min_confidence: Option<Confidence>,
    /// The least severity that is told.
    pub min_severity: Option<Severity>,
}

/// Which rules are on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether the built-in ones are.
    pub builtin: Option<bool>,
    /// Rule files, or folders of them, as paths from the file's folder.
    pub files: Vec<String>,
    /// These alone.
    pub enable: Vec<String>,
    /// All but these.
    pub disable: Vec<String>,
}

/// What a scan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `keyfence scan`, and what else looks at a whole repository.
    Scan,
    /// A hook.
    Hook,
    /// A merge request.
    Gate,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Scan, Self::Hook, Self::Gate];

    /// Returns the word that configuration files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Hook => "hook",
            Self::Gate => "gate",
        }
    }

    /// Returns the least confidence that is told when nothing is said.
    pub fn min_confidence(self) -> Confidence {
        match self {
            Self::Scan => Confidence::Low,
            Self::Hook | Self::Gate => Confidence::Medium,
        }
    }
}

impl Config {
    /// Returns what counts in `mode`: what is said for it, otherwise what is said for all modes.
    pub fn levels(&self, mode: Mode) -> Levels {
        let own = match mode {
            Mode::Scan => self.scan,
            Mode::Hook => self.hook,
            Mode::Gate => self.gate,
        };
        own.or(self.levels)
    }
}

impl Levels {
    /// Returns these levels, and those of `further` where they say nothing.
    #[must_use]
    pub fn or(self, further: Self) -> Self {
        Self {
            min_confidence: self.min_confidence.or(further.min_confidence),
            min_severity: self.min_severity.or(further.min_severity),
        }
    }
}
