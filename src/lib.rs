//! Finds credentials in bytes.
pub mod detection;
pub mod finding;
pub mod hook;
pub mod judge;
pub mod matcher;
pub mod pair;
pub mod report;
pub mod rule;
pub mod secret;
pub mod source;
pub mod validate;
