//! Finds credentials in bytes.
pub mod rule;
pub mod validate;
