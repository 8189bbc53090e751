//! The integration tests, in one binary.

mod architecture;
mod codegen;
#[cfg(test)]
mod git;
#[cfg(test)]
mod hooks;
mod laws;
mod patterns;
mod readme;
mod reports;
mod rules;
#[cfg(test)]
mod sources;
