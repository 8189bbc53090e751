//! The integration tests, in one binary.

mod codegen;
mod generic;
mod patterns;
mod rules;
