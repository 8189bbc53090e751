//! How a value and a name are written in a syntax.

/// Returns `value` written in the `way` of a syntax.
pub(super) fn value(value: &str, way: &str) -> String {
    match way {
        "plain" => value.to_owned(),
        "single" => value
            .replace('\\', "\\\\")
            .replace('\'', "\\'")
            .replace('\n', "\\n"),
        "c" | "json" => json(value),
        "json2" => json(&json(value)),
        "xml" => value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;"),
        "url" => percent(value),
        "base64" => data_encoding::BASE64.encode(value.as_bytes()),
        "basic" => data_encoding::BASE64.encode(format!("deploy:{value}").as_bytes()),
        other => panic!("no way to write a value is called {other}"),
    }
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a string can be written as JSON");
    let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
    inner.expect("quotes stand round it").to_owned()
}

fn percent(text: &str) -> String {
    let one = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(one).collect()
}

/// Returns the words of `name` in lower case, split where `_`, `-`, `.`, blanks and camel case split.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            let word = words.last_mut().expect("one was pushed");
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Returns `name` in the `case` of a syntax.
pub(super) fn name(name: &str, case: &str) -> String {
    let words = words(name);
    let capitals: Vec<String> = words.iter().map(|word| capital(word)).collect();
    match case {
        "snake" => words.join("_"),
        "screaming" => words.join("_").to_uppercase(),
        "kebab" => words.join("-"),
        "dotted" => words.join("."),
        "words" => words.join(" "),
        "train" => capitals.join("-"),
        "pascal" => capitals.concat(),
        "camel" => words[0].clone() + &capitals[1..].concat(),
        other => panic!("no case is called {other}"),
    }
}

#[test]
fn names_and_values() {
    assert_eq!(name("DB_PASSWORD", "camel"), "dbPassword");
    assert_eq!(name("apiKey", "screaming"), "API_KEY");
    assert_eq!(name("x-auth.token", "pascal"), "XAuthToken");
    assert_eq!(value("a\"b\n", "json2"), "a\\\\\\\"b\\\\n");
    assert_eq!(value("a/b~", "url"), "a%2Fb~");
    assert_eq!(value("it's", "single"), "it\\'s");
}
