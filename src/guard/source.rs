//! Where a secret came from, so that it can be read again, and told to whoever finds it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a secret came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A file of the AWS command line.
    Aws {
        /// The file.
        file: String,
        /// The section.
        profile: String,
        /// The setting.
        key: String,
    },
    /// A file of settings.
    EnvFile {
        /// The file.
        file: String,
        /// The setting.
        key: String,
    },
    /// An environment variable.
    Env {
        /// Its name.
        variable: String,
    },
    /// A file with a secret on each line.
    List {
        /// The file.
        file: String,
        /// Which line, from 1.
        line: usize,
    },
    /// Standard input.
    Stdin,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws { file, profile, key } => write!(f, "{file} [{profile}] {key}"),
            Self::EnvFile { file, key } => write!(f, "{file} {key}"),
            Self::Env { variable } => write!(f, "the variable {variable}"),
            Self::List { file, line } => write!(f, "{file}:{line}"),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}
