//! What the user accepts.

pub mod allow;
pub mod inline;
