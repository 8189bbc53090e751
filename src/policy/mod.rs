//! What the user accepts.

pub mod inline;
