//! Whose a password is: the user and the host that stand beside it (`DB_USER=…` and `DB_HOST=…` near `DB_PASSWORD=…`).
//!
//! They are facts and speak neither for nor against it. A check sees only so many bytes, so what is told is a function of these. What
//! stands behind a border (an empty line, a header, a brace, another list item, a line that is indented less) is of another account.

use super::{Proof, Subject, placeholder};

/// Words for the user, as names end in them; longer ones first.
const USER: &[&str] = &[
    "username",
    "user_name",
    "userid",
    "user id",
    "user",
    "uid",
    "login",
];

/// Words for the host.
const HOST: &[&str] = &[
    "hostname",
    "host_name",
    "host",
    "server",
    "endpoint",
    "address",
    "url",
    "uri",
];

/// The longest name of a user that is told: what is longer may be a token.
const MAX_USER_BYTES: usize = 32;

/// The longest host that is told (RFC 1035 section 2.3.4 allows more, people do not).
const MAX_HOST_BYTES: usize = 128;

/// How far behind a password its account is looked for, in bytes.
const AFTER_BYTES: usize = 512;

/// Says whose a password is, as far as that stands beside it.
pub(super) fn check(subject: Subject<'_>) -> Proof {
    let left = subject.before.iter().rev();
    let name_len = left.take_while(|b| is_name(**b)).count();
    let stem = stem(&subject.before[subject.before.len() - name_len..]);
    let next_line = subject.matched.ends_with(b"\n");
    let own = subject.before.rsplit(|b| *b == b'\n').next();
    let indent = own.map_or(0, |line| Line::of(line).indent);
    let sides = [
        before(subject.before),
        after(subject.after, next_line, indent),
    ];
    let mut proof = Proof::plausible();
    if let Some(user) = nearest(&sides, |setting| setting.user(&stem)) {
        proof = proof.with_fact("user", user);
    }
    if let Some(host) = nearest(&sides, |setting| setting.host(&stem)) {
        proof = proof.with_fact("host", host);
    }
    proof
}

/// Returns the answer that stands nearest to the password.
fn nearest(
    [before, after]: &[&[u8]; 2],
    answer: impl Fn(&Setting) -> Option<String>,
) -> Option<String> {
    let last = settings(before)
        .filter_map(|setting| Some((before.len() - setting.at, answer(&setting)?)))
        .last();
    let first = settings(after).find_map(|setting| Some((setting.at, answer(&setting)?)));
    [last, first]
        .into_iter()
        .flatten()
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, answer)| answer)
}

/// A name with its value.
struct Setting<'a> {
    /// Where the name begins.
    at: usize,
    name: String,
    value: &'a [u8],
}

impl Setting<'_> {
    /// Returns the user, when this is the one of the account of a password with this stem.
    fn user(&self, stem: &str) -> Option<String> {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"._@+-$\\#".contains(b);
        let fits = self.value.len() <= MAX_USER_BYTES && self.value.iter().all(plain);
        (fits && self.stem_before(USER)? == stem).then(|| self.text())
    }

    /// Returns the host in the same way; a host may serve several accounts (`MYSQL_HOST` and `MYSQL_ROOT_PASSWORD`).
    fn host(&self, stem: &str) -> Option<String> {
        let own = self.stem_before(HOST)?;
        let is_of = own == stem || !own.is_empty() && stem.starts_with(&own);
        let is_url = self.name.ends_with("url") || self.name.ends_with("uri");
        let value = match self.value.windows(3).position(|w| w == b"://") {
            Some(at) => &self.value[at + 3..],
            None if is_url => return None,
            None => self.value,
        };
        let value = &value[value
            .iter()
            .rposition(|b| *b == b'@')
            .map_or(0, |at| at + 1)..];
        let host = value.iter().take_while(|b| is_host(**b)).count();
        let host = str::from_utf8(&value[..host]).ok()?;
        let some = host.bytes().any(|b| b.is_ascii_alphanumeric()) && host.len() <= MAX_HOST_BYTES;
        (is_of && some).then(|| host.to_owned())
    }

    /// Returns the stem of the name, when that ends in one of `words`.
    fn stem_before(&self, words: &[&str]) -> Option<String> {
        let before = words.iter().find_map(|word| self.name.strip_suffix(word))?;
        Some(stem(before.as_bytes()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.value).into_owned()
    }
}

/// Returns the letters and digits of a name, in small letters.
fn stem(name: &[u8]) -> String {
    let letters = name.iter().filter(|b| b.is_ascii_alphanumeric());
    letters
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect()
}

/// Returns the settings in `text`: what stands on both sides of `=`, `:`, `>` or a blank with a quote, in any common syntax.
fn settings(text: &[u8]) -> impl Iterator<Item = Setting<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.iter().position(|b| is_name(*b))?;
            let len = text[start..].iter().take_while(|b| is_name(**b)).count();
            at = start + len;
            let mut name = &text[start..at];
            // The names of connection strings may be two words.
            let next = text.get(at..at + 3).unwrap_or_default();
            if name.eq_ignore_ascii_case(b"user") && next.eq_ignore_ascii_case(b" id") {
                name = &text[start..at + 3];
            }
            if let Some(value) = value(&text[start + name.len()..]) {
                let name = String::from_utf8_lossy(name).to_ascii_lowercase();
                return Some(Setting {
                    at: start,
                    name,
                    value,
                });
            }
        }
    })
}

/// Returns the value that `rest`, what stands behind a name, assigns to it.
fn value(rest: &[u8]) -> Option<&[u8]> {
    let mut rest = strip(rest, b"\"'`]");
    rest = strip(rest, b" \t");
    // `- name: X` and `value: …` on the next line; `name="x" value="…"`.
    let next = rest.trim_ascii_start();
    if let Some(behind) = next.strip_prefix(b"value") {
        rest = strip(behind, b"\"' \t");
    }
    let assigned = rest.strip_prefix(b"=>").or_else(|| {
        let (first, behind) = rest.split_first()?;
        b"=:>".contains(first).then_some(behind)
    })?;
    let assigned = strip(strip(assigned, b"="), b" \t");
    let (quote, inner) = match assigned.split_first() {
        Some((quote @ (b'"' | b'\'' | b'`'), inner)) => (Some(*quote), inner),
        _ => (None, assigned),
    };
    let ends = |b: &u8| match quote {
        Some(quote) => *b == quote || *b == b'\n',
        None => b.is_ascii_whitespace() || b"\"'`,;&<>(){}".contains(b),
    };
    let end = inner.iter().position(ends).unwrap_or(inner.len());
    let value = &inner[..end];
    (!value.is_empty() && !placeholder::is_placeholder(value)).then_some(value)
}

fn strip<'a>(text: &'a [u8], bytes: &[u8]) -> &'a [u8] {
    let count = text.iter().take_while(|b| bytes.contains(b)).count();
    &text[count..]
}

/// Returns what of `text`, which ends at the name of a password, is of the same section.
fn before(text: &[u8]) -> &[u8] {
    let line = text
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let own = Line::of(&text[line..]);
    if let Some(open) = last_brace(own.text) {
        return &text[line + open..];
    }
    let mut start = line;
    while start > 0 && !own.is_single_item() {
        let end = start - 1;
        let from = text[..end]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let other = Line::of(&text[from..end]);
        if other.is_border(&own) {
            let is_part = other.is_item() && !own.is_peer(&other);
            return &text[if is_part { from } else { start }..];
        }
        start = from;
    }
    &text[start..]
}

/// Returns what of `text`, which begins behind a password, is of the same section; `next_line` says that it begins with a line,
/// `indent` how far that of the password is indented.
fn after(text: &[u8], next_line: bool, indent: usize) -> &[u8] {
    let text = &text[..text.len().min(AFTER_BYTES)];
    let line_end = |from: usize| {
        let end = text[from..].iter().position(|b| *b == b'\n');
        end.map_or(text.len(), |at| from + at)
    };
    let mut from = 0;
    if !next_line {
        let end = line_end(0);
        if let Some(close) = text[..end].iter().position(|b| *b == b'}') {
            return &text[..close];
        }
        from = end + 1;
    }
    while from < text.len() {
        let end = line_end(from);
        let other = Line::of(&text[from..end]);
        if other.ends_section() || other.is_item() && !other.is_env() || other.indent < indent {
            break;
        }
        from = end + 1;
    }
    &text[..from.min(text.len())]
}

/// Returns where behind the last brace of a line that opens something a text begins.
fn last_brace(line: &[u8]) -> Option<usize> {
    let open = line.iter().rposition(|b| *b == b'{')?;
    (open == 0 || line[open - 1] != b'$').then_some(open + 1)
}

/// A line of text.
struct Line<'a> {
    text: &'a [u8],
    indent: usize,
}

impl<'a> Line<'a> {
    fn of(line: &'a [u8]) -> Self {
        let text = line.trim_ascii();
        let indent = line.iter().take_while(|b| b" \t".contains(b)).count();
        Self { text, indent }
    }

    fn is_item(&self) -> bool {
        self.text.starts_with(b"- ")
    }

    /// Returns true for an item of a list of variables: `- A=1`, `- name: A`.
    fn is_env(&self) -> bool {
        self.is_item() && (self.text.contains(&b'=') || self.text.starts_with(b"- name:"))
    }

    /// Returns true for the first line of an item that is an account: nothing before it belongs to it.
    fn is_single_item(&self) -> bool {
        self.is_item() && !self.text.starts_with(b"- name:") && self.text.contains(&b':')
    }

    fn is_peer(&self, other: &Self) -> bool {
        self.is_item() && other.is_env()
            || !self.is_item() && other.is_env() && other.text.contains(&b'=')
    }

    fn ends_section(&self) -> bool {
        let text = self.text;
        let header = text.starts_with(b"[") && text.ends_with(b"]");
        text.is_empty()
            || header
            || text.starts_with(b"---")
            || text.starts_with(b"</")
            || text.starts_with(b"}")
            || text.starts_with(b"]")
    }

    /// Returns true when this line, above `own`, is where the section of that begins, or another one ends.
    fn is_border(&self, own: &Self) -> bool {
        let opens = self.text.ends_with(b"{") || self.text.ends_with(b"[");
        let peer = own.is_peer(self);
        self.ends_section() || opens || self.is_item() && !peer || self.indent < own.indent && !peer
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use crate::validate::Subject;

    /// Checks what is told of the password whose match begins at `¦` and ends at the last `x` of `xxx`.
    #[track_caller]
    fn check(text: &str, user: &str, host: &str) {
        let (before, rest) = text.split_once('¦').unwrap();
        let (head, after) = rest.split_once("xxx").unwrap();
        let matched = format!("{head}xxx");
        told(text, [before, &matched, after], (user, host));
        // A match may take the end of the line.
        if let Some(after) = after.strip_prefix('\n') {
            told(text, [before, &format!("{matched}\n"), after], (user, host));
        }
    }

    #[track_caller]
    fn told(text: &str, [before, matched, after]: [&str; 3], expected: (&str, &str)) {
        let proof = super::check(Subject {
            secret: b"xxx",
            matched: matched.as_bytes(),
            before: before.as_bytes(),
            after: after.as_bytes(),
        });
        let fact = |name: &str| {
            let fact = proof.facts.iter().find(|(n, _)| *n == name);
            fact.map_or("", |(_, value)| value.as_str())
        };
        assert_eq!((fact("user"), fact("host")), expected, "{text}");
    }

    #[test]
    fn syntaxes() {
        check("DB_USER=app\nDB_HOST=db1\nDB_¦PASSWORD=xxx\n", "app", "db1");
        check("DB_¦PASSWORD=xxx\nDB_HOST=db1\nDB_USER=app\n", "app", "db1");
        check("PGUSER=app PG¦PASSWORD=xxx psql", "app", "");
        check(
            "MYSQL_HOST=db1\nMYSQL_USER=app\nMYSQL_ROOT_¦PASSWORD=xxx\n",
            "",
            "db1",
        );
        check(
            "database:\n  host: db1\n  username: app\n  ¦password: xxx\n",
            "app",
            "db1",
        );
        check(
            "{\n  \"dbUser\": \"app\",\n  \"db¦Password\": \"xxx\",\n  \"dbHost\": \"db1\"\n}",
            "app",
            "db1",
        );
        check(
            "{\"user\":\"app\",\"¦password\":\"xxx\"},{\"user\":\"other\"}",
            "app",
            "",
        );
        check(
            "url=jdbc:postgresql://db1:5432/app\nusername=app\n¦password=xxx\n",
            "app",
            "db1",
        );
        check(
            "spring.datasource.url=jdbc:mysql://db1/app\nspring.datasource.username=app\nspring.datasource.¦password=xxx\n",
            "app",
            "db1",
        );
        check("Server=db1;User ID=app;¦Password=xxx;", "app", "db1");
        check(
            "<username>app</username>\n<¦password>xxx</password>",
            "app",
            "",
        );
        check(
            "<property name=\"username\" value=\"app\"/>\n<property name=\"¦password\" value=\"xxx\"/>",
            "app",
            "",
        );
        check(
            "'host' => 'db1',\n'username' => 'app',\n'¦password' => 'xxx',",
            "app",
            "db1",
        );
        check(
            "      - MYSQL_USER=app\n      - MYSQL_¦PASSWORD=xxx\n      - MYSQL_HOST=db1\n",
            "app",
            "db1",
        );
        check(
            "- name: DB_USER\n  value: app\n- name: DB_¦PASSWORD\n  value: xxx\n",
            "app",
            "",
        );
    }

    #[test]
    fn accounts_are_kept_apart() {
        check(
            "[a]\nuser=one\n[b]\n¦password=xxx\n[c]\nuser=three\n",
            "",
            "",
        );
        check("[a]\nuser=one\n¦password=xxx\n\nuser=two\n", "one", "");
        check(
            "PROD_DB_USER=one\nDEV_DB_USER=two\nPROD_DB_¦PASSWORD=xxx\n",
            "one",
            "",
        );
        check(
            "- user: one\n  password: yyy\n- user: two\n  ¦password: xxx\n- user: three\n",
            "two",
            "",
        );
        check("- ¦password: xxx\n  user: one\n- user: two\n", "one", "");
        check(
            "a:\n  user: one\nb:\n  ¦password: xxx\nc:\n  user: two\n",
            "",
            "",
        );
        check(
            "[\n {\"user\": \"one\", \"password\": \"yyy\"},\n {\"user\": \"two\", \"¦password\": \"xxx\"}\n]",
            "two",
            "",
        );
    }

    #[test]
    fn what_is_no_account() {
        check("user=$USER\n¦password=xxx\n", "", "");
        check("user=<your user>\n¦password=xxx\n", "", "");
        check(
            "user=0123456789abcdef0123456789abcdef0\n¦password=xxx\n",
            "",
            "",
        );
        check("url=${URL}\n¦password=xxx\n", "", "");
        check("¦password=xxx", "", "");
    }
}
