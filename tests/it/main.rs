//! The integration tests, in one binary.

mod codegen;
mod patterns;
mod reports;
mod rules;
