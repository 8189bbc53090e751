//! The integration tests, in one binary.

mod codegen;
mod git;
mod hooks;
mod patterns;
mod rules;
mod sources;
