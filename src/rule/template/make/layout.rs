//! The ways in which people write a text of several lines into other files.

/// Returns `text` written in a way:
///
/// | way | gives |
/// |---|---|
/// | (none) | the lines as they are |
/// | `crlf` | CR LF line ends |
/// | `escaped`, `escaped2` | one line, `\n` or `\\n` for line breaks |
/// | `oneline` | one line, blanks for line breaks |
/// | `indented` | four blanks before each line but the first |
/// | `concat` | string literals joined with `+` |
/// | `list` | a JSON list of lines |
/// | `html` | `<br>` for line breaks |
/// | `patch` | `+` before each line |
/// | `comment` | `# ` before each line |
/// | `base64` | base64 of the whole |
/// | `cut` | the first half |
/// | `snip` | the first 60 bytes and an ellipsis |
pub(super) fn written(text: &str, way: &str) -> Option<String> {
    let joined = |with: &str| text.lines().collect::<Vec<_>>().join(with);
    let half = text.len() * 3 / 5;
    Some(match way {
        "" => text.to_owned(),
        "crlf" => joined("\r\n"),
        "escaped" => joined("\\n"),
        "escaped2" => joined("\\\\n"),
        "oneline" => joined(" "),
        "indented" => joined("\n    "),
        "concat" => format!("\"{}\\n\"", joined("\\n\" +\n    \"")),
        "list" => format!("[\"{}\"]", joined("\",\n \"")),
        "html" => joined("<br>"),
        "patch" => format!("+{}", joined("\n+")),
        "comment" => format!("# {}", joined("\n# ")),
        "base64" => data_encoding::BASE64.encode(text.as_bytes()),
        "cut" => text.get(..half)?.to_owned(),
        "snip" => format!("{}...\n{}", text.get(..60)?, text.lines().last()?),
        _ => return None,
    })
}
