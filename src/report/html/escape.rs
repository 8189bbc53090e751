//! Texts from hostile places made fit for HTML.

use std::io::{self, Write};

use crate::report::text;

/// Returns `value` as text of an element or a quoted attribute
/// (<https://html.spec.whatwg.org/multipage/parsing.html>), with control and bidi characters escaped as in the human format.
pub(super) fn html(value: &str) -> String {
    let value = text::escape(value);
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Writes JSON for a script element: none of its texts can end the element or begin a comment
/// (<https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>), and it is JavaScript as well.
pub(super) struct InElement;

impl serde_json::ser::Formatter for InElement {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, after) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut chars = after.chars();
            if let Some(c) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(c))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;

    use super::{InElement, html};

    #[test]
    fn nothing_becomes_markup() {
        for (text, expected) in [
            (
                "a<b> \"c\" 'd' &amp;",
                "a&lt;b&gt; &quot;c&quot; &#39;d&#39; &amp;amp;",
            ),
            ("a\nb\u{202e}", "a\\nb\\u{202e}"),
        ] {
            assert_eq!(html(text), expected);
        }
    }

    #[test]
    fn no_text_ends_the_element() {
        let text = "</script><!--<script>&amp;\u{2028}é\"";
        let mut out = Vec::new();
        text.serialize(&mut serde_json::Serializer::with_formatter(
            &mut out, InElement,
        ))
        .unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(
            json,
            "\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026amp;\\u2028é\\\"\""
        );
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
