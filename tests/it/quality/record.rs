//! Compares a page of figures with the recorded one.

use std::collections::BTreeMap;

/// The columns that may not fall.
const FIGURES: &[&str] = &["recall", "recall with low", "precision", "left alone"];

/// Returns the figures of a page that may not fall, by section, row and column.
fn figures(page: &str) -> BTreeMap<(String, String, String), f64> {
    let mut out = BTreeMap::new();
    let (mut section, mut columns) = (String::new(), Vec::new());
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
            columns.clear();
        } else if let Some(cells) = line.strip_prefix("| ").and_then(|l| l.strip_suffix(" |")) {
            let cells: Vec<&str> = cells.split(" | ").collect();
            if columns.is_empty() {
                columns = cells.iter().map(|cell| (*cell).to_owned()).collect();
                continue;
            }
            for (column, cell) in columns.iter().zip(&cells) {
                if FIGURES.contains(&column.as_str()) {
                    let value = cell.trim_end_matches(" %").parse();
                    let value = value.unwrap_or_else(|e| panic!("{section}: {line}: {e}"));
                    out.insert(
                        (section.clone(), cells[0].to_owned(), column.clone()),
                        value,
                    );
                }
            }
        }
    }
    out
}

/// Returns a line for each figure of `recorded` that is larger than in `measured`, or is not there any more.
pub(super) fn worse(recorded: &str, measured: &str) -> Vec<String> {
    let measured = figures(measured);
    let recorded = figures(recorded);
    assert!(!recorded.is_empty(), "nothing is recorded");
    let mut out = Vec::new();
    for (key, before) in recorded {
        let (section, row, column) = &key;
        match measured.get(&key) {
            Some(now) if *now >= before => {}
            Some(now) => out.push(format!("{section}: {row}: {column} {before} -> {now}")),
            None => out.push(format!("{section}: {row}: {column} {before} -> gone")),
        }
    }
    out
}

#[test]
fn what_falls_is_named() {
    let page = |recall: &str| {
        format!("# x\n\n## By a\n\n| a | n | recall |\n|---|---|---|\n| b | 3 | {recall} % |\n")
    };
    assert_eq!(worse(&page("97.0"), &page("97.1")), Vec::<String>::new());
    assert_eq!(worse(&page("97.0"), &page("97.0")), Vec::<String>::new());
    assert_eq!(
        worse(&page("97.0"), &page("96.9")),
        ["By a: b: recall 97 -> 96.9"]
    );
    assert_eq!(
        worse(&page("97.0"), "# x\n"),
        ["By a: b: recall 97 -> gone"]
    );
}
