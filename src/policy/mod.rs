//! What the user accepts.

pub mod allow;
pub mod allowed_lines;
pub mod baseline;
pub mod inline;
pub mod novelty;
pub mod paths;
