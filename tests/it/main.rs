//! The integration tests, in one binary.

mod architecture;
mod codegen;
mod git;
mod hooks;
mod laws;
mod patterns;
mod readme;
mod reports;
mod rules;
mod sources;
