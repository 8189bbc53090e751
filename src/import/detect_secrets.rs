//! `.secrets.baseline` of detect-secrets (<https://github.com/Yelp/detect-secrets#baseline>): hashes of secrets that were looked at.

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{
    Accepted, ImportError, Imported, LeftOut,
    tree::{self, Fields, Node},
};

/// What the regexes of a filter have no counterpart for.
const NO_FILTERS: &str = "keyfence accepts secrets, not shapes or places: accept what is left with keyfence allow, or put a marker on its line";

/// Reads a file.
///
/// # Errors
///
/// When it is no JSON, or a field has another type than it should.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let root = tree::json(text)?;
    let fields = Fields::of(&root, "")?;
    let results = fields.table("results")?.ok_or_else(|| ImportError {
        line: 0,
        message: "it has no `results`: it is no baseline of detect-secrets".to_owned(),
    })?;
    let mut out = Imported::default();
    for name in [
        "version",
        "generated_at",
        "custom_plugin_paths",
        "word_list",
    ] {
        fields.node(name);
    }
    for plugin in fields.list("plugins_used")? {
        read_plugin(plugin, &mut out.left_out)?;
    }
    for filter in fields.list("filters_used")? {
        read_filter(filter, &mut out.left_out)?;
    }
    if let Some(exclude) = fields.table("exclude")? {
        for name in ["files", "lines"] {
            exclude.leave_out(name, NO_FILTERS, &mut out.left_out);
        }
        exclude.leave_out_the_rest(&mut out.left_out);
    }
    fields.leave_out_the_rest(&mut out.left_out);
    for (path, found) in results.entries() {
        for one in tree::items(found, &format!("`{path}`"))? {
            read_result(path, one, &mut out)?;
        }
    }
    Ok(out)
}

fn read_plugin(node: &Node, out: &mut Vec<LeftOut>) -> Result<(), ImportError> {
    let plugin = Fields::of(node, "a plugin")?;
    let name = plugin.text("name")?.unwrap_or("without a name");
    if plugin.node("path").is_some() {
        out.push(LeftOut {
            line: 0,
            what: format!("plugin `{name}`"),
            why: "it is a program of your own: write a rule for what it finds (README, Your own rules)".to_owned(),
        });
    }
    Ok(())
}

fn read_filter(node: &Node, out: &mut Vec<LeftOut>) -> Result<(), ImportError> {
    let filter = Fields::of(node, "a filter")?;
    let path = filter.text("path")?.unwrap_or("without a path");
    let name = path.rsplit('.').next().unwrap_or(path);
    let is_ours = path.starts_with("detect_secrets.filters.");
    if filter.node("pattern").is_some() || filter.node("file_name").is_some() || !is_ours {
        out.push(LeftOut {
            line: 0,
            what: format!("filter `{name}`"),
            why: NO_FILTERS.to_owned(),
        });
    }
    Ok(())
}

fn read_result(path: &str, node: &Node, out: &mut Imported) -> Result<(), ImportError> {
    let result = Fields::of(node, format!("a result in `{path}`"))?;
    let what = result.text("type")?.unwrap_or("a secret").to_owned();
    let hash = result.text("hashed_secret")?.unwrap_or_default();
    let line = result.number("line_number")?.unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small whole number"
    )]
    let at = line.clamp(0.0, 1e15) as u64;
    let called = format!("{what} in `{path}` line {at}");
    let mut leave_out = |why: &str| {
        out.left_out.push(LeftOut {
            line: 0,
            what: called.clone(),
            why: why.to_owned(),
        });
    };
    if result.flag("is_secret")? == Some(true) {
        leave_out("it was marked as a real secret: replace it; keyfence goes on telling it");
        return Ok(());
    }
    let bytes = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).ok();
    match bytes.and_then(|bytes| <[u8; 20]>::try_from(bytes).ok()) {
        Some(hash) => out.accepted.push(Accepted::Sha1 {
            line: 0,
            path: path.into(),
            at,
            hash,
            what,
        }),
        None => leave_out("its `hashed_secret` is no SHA-1: 40 hexadecimal digits"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::import::Accepted;

    #[test]
    fn results_are_read() {
        let hash = "0A".repeat(20);
        let text = format!(
            r#"{{"version": "1.5.0", "generated_at": "now",
            "plugins_used": [{{"name": "AWSKeyDetector"}}, {{"name": "Mine", "path": "file://mine.py"}}],
            "filters_used": [{{"path": "detect_secrets.filters.heuristic.is_lock_file"}},
              {{"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["x"]}}],
            "results": {{"a.py": [
              {{"type": "Secret Keyword", "filename": "a.py", "hashed_secret": "{hash}", "is_verified": false, "line_number": 3}},
              {{"type": "AWS Access Key", "hashed_secret": "{hash}", "is_secret": true, "line_number": 4}},
              {{"type": "Basic Auth", "hashed_secret": "12", "line_number": 5}}]}},
            "more": 1}}"#
        );
        let read = read(&text).unwrap();
        assert_eq!(
            read.accepted,
            [Accepted::Sha1 {
                line: 0,
                path: "a.py".into(),
                at: 3,
                hash: [10; 20],
                what: "Secret Keyword".to_owned(),
            }]
        );
        let told: Vec<&str> = read.left_out.iter().map(|one| &*one.what).collect();
        assert_eq!(
            told,
            [
                "plugin `Mine`",
                "filter `should_exclude_file`",
                "`more`",
                "AWS Access Key in `a.py` line 4",
                "Basic Auth in `a.py` line 5",
            ]
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            ("", "not JSON"),
            ("{}", "it has no `results`"),
            ("[]", "expected a table, found a list"),
            (
                r#"{"results": {"a": 1}}"#,
                "`a`: expected a list, found a number",
            ),
            (
                r#"{"results": {"a": [{"type": 1}]}}"#,
                "a result in `a`: `type`: expected text",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
    }
}
