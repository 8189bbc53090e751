//! The integration tests, in one binary.

mod architecture;
mod codegen;
mod patterns;
mod readme;
mod reports;
mod rules;
