//! Reads the fields of TOML tables, and says of each mistake where it is and what was meant.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A table of a file.
pub(crate) type Table<'a> = DeTable<'a>;

/// A reader of a file, which collects all its mistakes.
pub(crate) trait Fields {
    /// Notes the mistake `message` at `span`, in bytes, in the field `field` where it is in one.
    fn error(&mut self, span: &Range<usize>, field: Option<&str>, message: impl Into<String>);

    /// Reports the fields of a table that are none of `fields`.
    fn known_fields(&mut self, table: &Table<'_>, fields: &[&str]) {
        for (key, _) in table {
            let key_text = key.get_ref().as_ref();
            if !fields.contains(&key_text) {
                let hint = nearest(key_text, fields.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                self.error(&key.span(), Some(key_text), format!("unknown{hint}"));
            }
        }
    }

    fn required(&mut self, table: &Table<'_>, field: &str, span: &Range<usize>) -> Option<String> {
        if table.get(field).is_none() {
            self.error(span, Some(field), "missing");
        }
        self.text_field(table, field)
    }

    fn text_field(&mut self, table: &Table<'_>, field: &str) -> Option<String> {
        let value = table.get(field)?;
        if let Some(text) = value.get_ref().as_str() {
            Some(text.to_owned())
        } else {
            self.error(
                &value.span(),
                Some(field),
                format!("expected text, found {}", value.get_ref().type_str()),
            );
            None
        }
    }

    fn flag(&mut self, table: &Table<'_>, field: &str) -> bool {
        let Some(value) = table.get(field) else {
            return false;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.error(
                &value.span(),
                Some(field),
                format!(
                    "expected true or false, found {}",
                    value.get_ref().type_str()
                ),
            );
            false
        })
    }

    fn word<T>(
        &mut self,
        table: &Table<'_>,
        field: &str,
        from_name: impl Fn(&str) -> Option<T>,
        words: &str,
        default: T,
    ) -> T {
        let Some(text) = self.text_field(table, field) else {
            return default;
        };
        from_name(&text).unwrap_or_else(|| {
            self.error(
                &span_of(table, field, &(0..0)),
                Some(field),
                format!("{text:?} is none of {words}"),
            );
            default
        })
    }

    fn list(&mut self, table: &Table<'_>, field: &str) -> Vec<String> {
        let Some(value) = table.get(field) else {
            return Vec::new();
        };
        let items = value
            .get_ref()
            .as_array()
            .map(|array| array.iter().map(text_of).collect::<Option<Vec<String>>>());
        if let Some(Some(items)) = items {
            return items;
        }
        self.error(
            &value.span(),
            Some(field),
            "expected a list of texts, like [\"a\", \"b\"]",
        );
        Vec::new()
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

pub(crate) fn span_of(table: &Table<'_>, field: &str, default: &Range<usize>) -> Range<usize> {
    table
        .get(field)
        .map_or_else(|| default.clone(), Spanned::span)
}

/// Returns the candidate nearest to `word`, when it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .map(|c| (distance(word, c), c))
        .min()
        .filter(|(d, _)| *d <= limit)
        .map(|(_, c)| c.to_owned())
}

/// Returns the Levenshtein distance of two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggestions_are_near() {
        assert_eq!(
            nearest("gihub-pat", ["github-pat", "gitlab-pat"].into_iter()),
            Some("github-pat".to_owned())
        );
        assert_eq!(nearest("zzzzz", ["github-pat"].into_iter()), None);
    }
}
