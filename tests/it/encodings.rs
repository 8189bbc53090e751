//! Text in encodings, for tests.

use std::fmt::Write as _;

/// The names of the encodings that [`write`] knows, as reports call them.
pub(crate) const NAMES: [&str; 10] = [
    "percent encoding",
    "escapes",
    "HTML entities",
    "quoted-printable",
    "joined literals",
    "YAML block",
    "base64",
    "base64 for URLs",
    "hex",
    "base64 of gzip",
];

/// Returns `text` in the encoding `name`. `draw` gives a number below another one, so that not all is written in the same way.
pub(crate) fn write(name: &str, text: &str, draw: &mut dyn FnMut(usize) -> usize) -> String {
    match name {
        "percent encoding" => each(text, |c, out| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' if draw(12) > 0 => {
                out.push(c);
            }
            _ => percent(c, out),
        }),
        "escapes" => each(text, |c, out| {
            let _ = match (c, draw(4)) {
                ('\n', _) => write!(out, "\\n"),
                ('"' | '\\' | '/', 0 | 1) => write!(out, "\\{c}"),
                ('A'..='Z' | 'a'..='z' | '0'..='9' | ' ', _) if draw(12) > 0 => write!(out, "{c}"),
                (c, 2) if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
                (c, 3) if c.is_ascii() => write!(out, "\\{:03o}", u32::from(c)),
                (c, _) => write!(out, "\\u{{{:x}}}", u32::from(c)),
            };
        }),
        "HTML entities" => each(text, |c, out| {
            let _ = match (c, draw(3)) {
                ('"', 0) => write!(out, "&quot;"),
                ('A'..='Z' | 'a'..='z' | '0'..='9' | ' ' | '\n', _) if draw(12) > 0 => {
                    write!(out, "{c}")
                }
                (c, 1) => write!(out, "&#x{:X};", u32::from(c)),
                (c, _) => write!(out, "&#{};", u32::from(c)),
            };
        }),
        "quoted-printable" => quoted_printable(text),
        "joined literals" => joined(text, draw),
        "YAML block" => match text.split_once(": ") {
            Some((key, value)) if !value.contains('\n') => {
                format!("{key}: |-\n    {value}\nnext: 1")
            }
            _ => text.to_owned(),
        },
        "base64" => data_encoding::BASE64.encode(text.as_bytes()),
        "base64 for URLs" => data_encoding::BASE64URL_NOPAD.encode(text.as_bytes()),
        "hex" => data_encoding::HEXLOWER.encode(text.as_bytes()),
        "base64 of gzip" => {
            use std::io::Write as _;
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            data_encoding::BASE64.encode(&encoder.finish().unwrap())
        }
        other => panic!("no encoding is called {other}"),
    }
}

/// Returns a table with a row for each of `values`, which are in a column that may hold credentials.
pub(crate) fn table(values: &[String], draw: &mut dyn FnMut(usize) -> usize) -> String {
    let name = ["password", "api_key", "access token", "client-secret"][draw(4)];
    let (head, row, between, end) = match draw(6) {
        0 => (format!("id,{name}\n"), ["1,", ""], "\n", "\n"),
        1 => (
            format!("\"{name}\";\"id\"\n"),
            ["\"", "\";\"x\ny\""],
            "\n",
            "\n",
        ),
        2 => (
            format!("user\t{name}\tid\r\n"),
            ["u\t", "\t1"],
            "\r\n",
            "\r\n",
        ),
        3 => (
            format!("| id | {name} |\n|--|--|\n"),
            ["| 1 | ", " |"],
            "\n",
            "\n",
        ),
        4 => (
            format!("INSERT INTO t (id, [{name}]) VALUES\n"),
            ["(1, '", "')"],
            ",\n",
            ";\n",
        ),
        _ => (
            format!("COPY a.t (id, {name}, b) FROM stdin;\n"),
            ["\\N\t", "\tb"],
            "\n",
            "\n\\.\n",
        ),
    };
    let [before, behind] = row;
    let rows: Vec<String> = values
        .iter()
        .map(|value| format!("{before}{value}{behind}"))
        .collect();
    format!("{head}{}{end}", rows.join(between))
}

fn each(text: &str, mut one: impl FnMut(char, &mut String)) -> String {
    let mut out = String::new();
    for c in text.chars() {
        one(c, &mut out);
    }
    out
}

fn percent(c: char, out: &mut String) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(out, "%{byte:02X}");
    }
}

/// Lines of 76 bytes at most.
fn quoted_printable(text: &str) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for c in text.chars() {
        let mut one = String::new();
        match c {
            '\n' => one.push('\n'),
            '!'..='<' | '>'..='~' | ' ' => one.push(c),
            _ => percent(c, &mut one),
        }
        let one = one.replace('%', if c == '%' { "%" } else { "=" });
        if c != '\n' && column + one.len() > 75 {
            out.push_str("=\n");
            column = 0;
        }
        column = if c == '\n' { 0 } else { column + one.len() };
        out.push_str(&one);
    }
    out
}

/// The longest run of token characters in pieces, where `text` has quotes round one.
fn joined(text: &str, draw: &mut dyn FnMut(usize) -> usize) -> String {
    let is_token = |c: &char| c.is_ascii_alphanumeric();
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        let (before, inside) = rest.split_at(open + 1);
        out.push_str(before);
        let Some(close) = inside.find('"') else {
            rest = inside;
            break;
        };
        let (value, after) = inside.split_at(close);
        for (at, c) in value.char_indices() {
            out.push(c);
            if is_token(&c) && at > 0 && at + 1 < value.len() && draw(9) == 0 {
                out.push_str(["\" + \"", "\"\n    \"", "\" +\n  \"", "\"+\""][draw(4)]);
            }
        }
        out.push('"');
        rest = after.strip_prefix('"').unwrap_or(after);
    }
    out + rest
}
