//! The integration tests, in one binary.

mod codegen;
mod pairs;
mod patterns;
mod rules;
