//! The usage text.

use std::fmt::Write as _;

use super::options::{KNOWN, Known};

/// The forms of a call.
const FORMS: &[&str] = &[
    "--scan [-r|--recursive] [--cached] [--no-index] [--untracked] [<file>...]",
    "--scan-history",
    "--install [-f|--force] [--keep] [<folder>]",
    "--list [--global]",
    "--add [-a|--allowed] [-l|--literal] [--global] [--] <pattern>",
    "--add-provider [--global] [--] <command> [<argument>...]",
    "--register-aws [--global]",
    "--aws-provider [--no-key-ids] [<credentials-file>]",
];

/// Returns the usage text, laid out as git does it.
pub(super) fn text() -> String {
    let mut out = String::new();
    for (n, form) in FORMS.iter().enumerate() {
        let lead = if n == 0 { "usage" } else { "   or" };
        let _ = writeln!(out, "{lead}: git secrets {form}");
    }
    out.push('\n');
    let shown = || {
        KNOWN
            .iter()
            .filter_map(|known| Some((spellings(known), known.help?)))
    };
    let width = shown()
        .map(|(spellings, _)| spellings.len())
        .max()
        .unwrap_or(0);
    for (spellings, help) in shown() {
        let _ = writeln!(out, "    {spellings:width$}  {help}");
    }
    out.push('\n');
    out
}

fn spellings(known: &Known) -> String {
    let short = known.short.map(|short| format!("-{short}, "));
    format!("{}--{}", short.unwrap_or_default(), known.long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_come_first_then_a_line_an_option() {
        let text = text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("usage: git secrets --scan "));
        let blank = lines.iter().position(|line| line.is_empty()).unwrap();
        assert_eq!(blank, FORMS.len());
        for line in &lines[1..blank] {
            assert!(line.starts_with("   or: git secrets --"), "{line}");
        }
        for known in KNOWN {
            let option = format!("--{} ", known.long);
            let described = lines[blank..]
                .iter()
                .any(|line| line.starts_with("    ") && line.contains(&option));
            assert_eq!(described, known.help.is_some(), "{option}");
        }
        for form in FORMS {
            for option in form
                .split(['[', ']', '|', ' '])
                .filter(|word| word.starts_with("--") && word.len() > 2)
            {
                assert!(
                    KNOWN
                        .iter()
                        .any(|known| option == format!("--{}", known.long)),
                    "{option}"
                );
            }
        }
    }
}
