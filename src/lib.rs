//! Finds credentials in bytes.
pub mod detection;
pub mod engine;
pub mod finding;
pub mod judge;
pub mod matcher;
pub mod pair;
pub mod prefilter;
pub mod report;
pub mod rule;
pub mod secret;
pub mod validate;
