use proptest::prelude::*;

use super::{Form, decode, marks, stretch};
use crate::chunk::decode::{Encoded, Encoding, testing::twice};

/// Returns the tables in `bytes`.
fn tables(bytes: &[u8]) -> Vec<Encoded> {
    let marks = (0..bytes.len()).filter(|at| marks::len_at(bytes, *at).is_some());
    marks.filter_map(|at| stretch(bytes, at).encoded).collect()
}

fn form(encoded: &Encoded) -> Form {
    match encoded.encoding {
        Encoding::Columns(form) => form,
        _ => unreachable!("of a table"),
    }
}

/// Holds the rows that are read of `text` against `expected`: cells between bars, rows between line feeds.
#[track_caller]
fn check(text: &str, expected: &str) {
    let bytes = text.as_bytes();
    let found = tables(bytes);
    assert!(found.len() <= 1, "{text:?}: {found:?}");
    let rows = found
        .first()
        .and_then(|one| decode(form(one), &bytes[one.range.clone()]));
    let rows = rows.map_or_else(String::new, |rows| String::from_utf8(rows.bytes).unwrap());
    let rows = rows
        .trim_end()
        .replace("\"\n\n", "\"#")
        .replace("\"\n", "\" | ")
        .replace('#', "\n");
    assert_eq!(rows, expected, "{text:?}");
}

#[test]
fn tables_in_lines() {
    let rows = "id=\"1\" | password=\"ab\"\nid=\"2\" | password=\"cd\"";
    for text in [
        "id,password\n1,ab\n2,cd\n",
        "x\n\nid,password\r\n1,ab\r\n2,cd",
        "id;password\n1;ab\n2;cd\nend",
        "id\tpassword\n1\tab\n2\tcd\n",
        "id, password\n1, ab\n2, cd\n",
        "\"id\",\"password\"\n\"1\",\"ab\"\n\"2\",'cd'\n",
        "id|password\n1|ab\n2|cd\n",
        "# t\n\n| id | **password** |\n|---|:-:|\n| 1 | `ab` |\n| 2 | cd |\n\n",
        "id | password\n--- | ---\n1 | ab\n2 | cd\n",
        " id | password \n----+----------\n  1 | ab\n  2 | cd\n(2 rows)\n",
        "+----+----------+\n| id | password |\n+----+----------+\n|  1 | ab       |\n|  2 | cd       |\n+----+----------+\n",
        "+----+----------+\n| id | password |\n+====+==========+\n|  1 | ab       |\n+----+----------+\n|  2 | cd       |\n+----+----------+\n",
        "    Examples:\n      | id | password |\n      | 1  | ab |\n      | 2 | cd |\n",
    ] {
        check(text, rows);
    }
    check(
        "User name,API key\nbob,k\"k\n",
        "User_name=\"bob\" | API_key=\"k\"k\"",
    );
    check(
        "a,token\n\"x, \"\"y\"\"\nz\",t\n",
        "a=\"x, \"y\" | z\" | token=\"t\"",
    );
    check("a,token,b\n,t,\nnull,NULL,u\n", "token=\"t\"\nb=\"u\"");
    let digest = "0123456789abcdef".repeat(2);
    check(
        &format!("a,password,token\n,{digest},{digest}\n"),
        &format!("token=\"{digest}\""),
    );
    check("用户,密码\nbob,ab\n", "用户=\"bob\" | 密码=\"ab\"");
    check(
        "| a | token |\n|-|-|\n| x\\|y | t |\n",
        "a=\"x\\|y\" | token=\"t\"",
    );
}

#[test]
fn lists_of_sql() {
    let rows = "id=\"x\" | password=\"ab\"\nid=\"y\" | password=\"c'd\"";
    for text in [
        "INSERT INTO users (id, password) VALUES ('x', 'ab'), ('y', 'c''d');",
        "insert into `a`.`users` (`id`,`password`) values('x','ab'),('y','c\\'d');",
        "INSERT INTO [dbo].[users] ([id], [password])\nVALUES\n  (N'x', N'ab'), -- one\n  (E'y', E'c\\'d')\nGO",
        "INSERT IGNORE INTO users(\n  \"id\",\n  \"password\"\n) VALUES (\n  'x',\n  'ab'\n),\n('y', \"c'd\") ON CONFLICT (id) DO NOTHING;",
        "REPLACE INTO users (id, password) VALUES ('x', crypt('ab', gen_salt('bf'))), ('y', MD5('c''d'));",
        "INSERT INTO t (id, password) OVERRIDING SYSTEM VALUE VALUES ('x', 'ab'), ('y', 'c''d')",
        "COPY public.users (id, password) FROM stdin;\nx\tab\ny\tc'd\n\\.\n\n",
        "COPY users (id, password) FROM STDIN WITH (FORMAT csv);\nx,ab\ny,\"c'd\"\n\\.\n",
    ] {
        check(text, rows);
    }
    check(
        "INSERT INTO t (a, b, c, token) VALUES (1, NULL, now(), 't')",
        "token=\"t\"",
    );
    check(
        "COPY t (a, token) FROM stdin;\n\\N\tx\\ty\n",
        "token=\"x\ty\"",
    );
    check("COPY t (token) FROM stdin;\nx\n\\.\ny\n", "token=\"x\"");
}

#[test]
fn what_is_no_table() {
    for text in [
        "the username, password and token are\nin a file, or two, or so\n",
        "def login(username, password, token):\n    login(1, 2, 3)\n",
        "call(a,\n    username, password,\n    'x', 'y');\n",
        "    username, password\n    x, y\n",
        "var a, password\n",
        "a,password\n\nb,c\n",
        "a,password\nb,c,d\n",
        "a,password,1\nb,c,d\n",
        "password\nab\n",
        "a,password\n",
        "cat password | token\nab | cd\n",
        "CREATE TABLE t (id int, password text);",
        "INSERT INTO t (id, password) SELECT id, password FROM u;",
        "INSERT INTO t (id, password) VALUES ('x');",
        "INSERT INTO t (id, password) VALUES (?, ?)",
        "INSERT INTO t (id, password) VALUES ('\" + id + \"', '\" + password + \"')",
        "WHEN NOT MATCHED THEN INSERT (id, password) VALUES ('x', 'ab')",
        "into_users (id, password) VALUES ('x', 'ab')",
        "a,b\nx,password\ny,z\n",
        "a,password,token,password\nb,c,d,e\n",
    ] {
        check(text, "");
    }
}

#[test]
fn what_is_far_down_is_not_read() {
    let text = format!("id,password\n{}", "1,ab\n".repeat(10_000));
    let found = tables(text.as_bytes());
    assert_eq!(found.len(), 1);
    assert!(found[0].range.len() <= super::MAX_BYTES + 3);
    // Each line has the mark: one table all the same.
    let text = "a,password\n".repeat(10_000);
    assert_eq!(tables(text.as_bytes()).len(), 1);
}

#[test]
fn little_is_written_of_little() {
    let names: Vec<String> = (0..30)
        .map(|n| format!("token_{n}_{}", "x".repeat(50)))
        .collect();
    let text = format!(
        "{}\n{}",
        names.join(","),
        format!("{}1\n", "1,".repeat(29)).repeat(300)
    );
    let found = tables(text.as_bytes());
    let out = decode(form(&found[0]), &text.as_bytes()[found[0].range.clone()]).unwrap();
    assert!(out.bytes.len() > super::MAX_WRITTEN && out.bytes.len() < 2 * super::MAX_WRITTEN);
}

#[test]
fn places() {
    let text = b"id,password\n1,\"a\"\"b\"\n";
    let out = decode(Form::Lines, text).unwrap();
    assert_eq!(out.bytes, b"id=\"1\"\npassword=\"a\"b\"\n\n");
    assert_eq!(out.source(100, &(17..20)), 115..119);
    assert_eq!(out.source(100, &(7..20)), 115..119);
    assert!(!out.is_plain(&(17..20)));
    let text = b"id\ttoken\n1\tabcdef\n";
    let out = decode(Form::Lines, text).unwrap();
    assert_eq!(out.bytes, b"id=\"1\"\ntoken=\"abcdef\"\n\n");
    // The name says what the whole cell is; what stands within it, stands there anyway.
    assert!(!out.is_plain(&(14..20)) && out.is_plain(&(15..19)));
}

fn piece() -> impl Strategy<Value = String> {
    let few = |list: &[&str]| {
        let list: Vec<String> = list.iter().map(ToString::to_string).collect();
        prop::sample::select(list)
    };
    prop_oneof![
        3 => few(&["password", "id", "token", "API key", "user", "x1", "secret", "密码"]),
        4 => few(&[",", ",", ";", "\t", "|", " | ", ", "]),
        4 => few(&["\n", "\n", "\n\n", "\r\n"]),
        2 => few(&["'ab'", "'c''d'", "\"e\"\"f\"", "'g\\'", "\"", "'", "`h`", "\\.", "\\N", "NULL"]),
        2 => few(&["INSERT INTO t (id, token) VALUES ", "INSERT INTO ", "t (", ") VALUES (", "('1', 'x')", "COPY t (token, id) FROM stdin;\n", "(", ")", "--", "\n|---|---|\n", "----+---\n"]),
        1 => few(&["id,password\na,b\n", "| id | token |\n|--|--|\n| a | b |\n", "id\ttoken\n1\t2\n"]),
        1 => "[ -~]{0,12}",
        1 => (60..5000_usize).prop_map(|len| "x".repeat(len)),
        1 => (100..4500_usize).prop_map(|len| "a,b\n".repeat(len)),
        1 => (100..300_usize).prop_map(|len| " ".repeat(len)),
    ]
}

fn text(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), pieces).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What a stretch says it depends on is all that it depends on.
    #[test]
    fn nothing_else_decides(text in text(0..24), front in text(0..6), back in text(0..6)) {
        let bytes = text.as_bytes();
        for at in (0..bytes.len()).filter(|at| marks::len_at(bytes, *at).is_some()) {
            let (one, two, other) = twice(stretch, bytes, at, front.as_bytes(), back.as_bytes());
            prop_assert_eq!(
                one, two, "{} of {:?} in {:?}", at, text, String::from_utf8_lossy(&other)
            );
        }
    }

    /// What is decoded of a table's own bytes is what was read in the text, to its last row.
    #[test]
    fn a_table_ends_where_it_was_read_to(text in text(0..30)) {
        let bytes = text.as_bytes();
        for table in tables(bytes) {
            let own = &bytes[table.range.clone()];
            let mut cursor = super::Cursor::new(own, own.len());
            let end = match form(&table) {
                Form::Lines => super::lines::walk(&mut cursor, &mut |_, _| {}),
                Form::Sql => super::sql::walk(&mut cursor, &mut |_, _| {}),
            };
            prop_assert_eq!(end, Some(own.len()), "{:?} of {:?}", table, text);
        }
    }
}
