//! The integration tests, in one binary.

mod codegen;
#[cfg(test)]
mod git;
#[cfg(test)]
mod hooks;
mod patterns;
mod rules;
#[cfg(test)]
mod sources;
