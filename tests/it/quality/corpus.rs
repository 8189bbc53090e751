//! The labelled files.

use super::{negatives, samples, values};

/// What a file should be found to have.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// Whose credential it is, `generic` for what only its name gives away.
    pub(super) provider: String,
    /// What kind of secret: the id of a rule, or how a password was chosen.
    pub(super) kind: String,
    /// The name of the syntax it stands in.
    pub(super) syntax: String,
    /// The secret, and the secret as it is written there.
    pub(super) forms: [String; 2],
}

/// What is known about a file.
#[derive(Debug, Clone)]
pub(super) enum Label {
    /// It holds this secret.
    Secret(Expected),
    /// It holds none.
    Nothing {
        /// Which kind of hard negative it is.
        kind: String,
        /// The name of the syntax, where it is one that secrets are put into, too.
        syntax: Option<String>,
    },
}

/// A labelled file.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its path.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
    /// What is known about it.
    pub(super) label: Label,
}

impl Item {
    /// Returns the secret that is in it, if any.
    pub(super) fn expected(&self) -> Option<&Expected> {
        match &self.label {
            Label::Secret(expected) => Some(expected),
            Label::Nothing { .. } => None,
        }
    }
}

/// Returns all files.
pub(super) fn all() -> Vec<Item> {
    let mut items = samples::all();
    items.extend(values::passwords());
    items.extend(values::machine());
    items.extend(negatives::all());
    items
}
