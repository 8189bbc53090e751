//! The integration tests, in one binary.

mod architecture;
#[cfg(test)]
mod archives;
#[cfg(test)]
mod ci_templates;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod codegen;
#[cfg(test)]
mod columns;
#[cfg(test)]
mod decoded;
#[cfg(test)]
mod encodings;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod ere;
#[cfg(test)]
mod frameworks;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod generic;
#[cfg(test)]
mod git;
#[cfg(test)]
mod git_secrets;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod history;
#[cfg(test)]
mod history_cache;
mod history_damage;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod own_tree;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod pairs_decoded;
#[cfg(test)]
mod patterns;
#[cfg(test)]
mod quality;
mod readme;
mod reports;
#[cfg(test)]
mod rule_pages;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod rules_import;
#[cfg(test)]
mod sources;
mod validity;
