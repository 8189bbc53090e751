//! Secrets whose name stands at the head of their column are found where they stand, once.

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    rule::{
        Confidence,
        template::{Random, fill},
    },
};

fn scanner() -> Scanner {
    Scanner::new(RuleSet::builtin(), Options::default())
}

/// A table with a row for each secret, in the column of its name.
type Write = fn(name: &str, values: &[String]) -> String;

/// The ways to write a table.
const FORMS: [(&str, Write); 14] = [
    ("csv", |name, values| {
        rows(&format!("id,user name,{name}"), values, |at, v| {
            format!("{at},u{at},{v}")
        })
    }),
    ("csv with quotes", |name, values| {
        rows(&format!("\"id\",\"{name}\",\"note\""), values, |at, v| {
            format!("\"{at}\",\"{v}\",\"a \"\"note\"\",\nor two\"")
        })
    }),
    ("csv with blanks", |name, values| {
        rows(&format!("id, {name}"), values, |at, v| format!("{at}, {v}"))
    }),
    ("csv of Windows", |name, values| {
        rows(&format!("{name},id\r"), values, |at, v| {
            format!("{v},{at}\r")
        })
    }),
    ("semicolons", |name, values| {
        rows(&format!("id;{name};id2"), values, |at, v| {
            format!("{at};{v};x")
        })
    }),
    ("tabs", |name, values| {
        rows(&format!("id\t{name}"), values, |at, v| format!("{at}\t{v}"))
    }),
    ("markdown", |name, values| {
        rows(&format!("| id | {name} |\n|----|:--|"), values, |at, v| {
            format!("| {at} | `{v}` |")
        })
    }),
    ("gherkin", |name, values| {
        rows(&format!("      | id | {name} |"), values, |at, v| {
            format!("      | {at} | {v} |")
        })
    }),
    ("psql", |name, values| {
        rows(&format!(" id | {name} \n----+-----"), values, |at, v| {
            format!(" {at} | {v}")
        })
    }),
    ("mysql", |name, values| {
        let line = "+----+------+";
        rows(
            &format!("{line}\n| id | {name} |\n{line}"),
            values,
            |at, v| format!("|  {at} | {v}   |"),
        ) + line
    }),
    ("insert, one row each", |name, values| {
        rows("-- seeds", values, |at, v| {
            format!("INSERT INTO a.users (id, {name}, at) VALUES ({at}, '{v}', NOW());")
        })
    }),
    ("insert, many rows", |name, values| {
        let list: Vec<String> = values
            .iter()
            .map(|v| format!("(1, NULL, N'{v}')"))
            .collect();
        format!(
            "INSERT IGNORE INTO [users]\n  ([id], [x],\n  [{name}])\nVALUES\n  {}\nGO\n",
            list.join(",\n  ")
        )
    }),
    ("insert, hashed by the server", |name, values| {
        rows("-- seeds", values, |at, v| {
            format!(
                "REPLACE INTO `users` (`id`, `{name}`) VALUES ({at}, crypt('{v}', gen_salt('bf')));"
            )
        })
    }),
    ("copy", |name, values| {
        rows(
            &format!("COPY public.users (id, {name}, at) FROM stdin;"),
            values,
            |at, v| format!("{at}\t{v}\t\\N"),
        ) + "\\.\n"
    }),
];

fn rows(head: &str, values: &[String], row: impl Fn(usize, &str) -> String) -> String {
    let rows = values.iter().enumerate();
    let rows: Vec<String> = rows.map(|(at, value)| row(at, value) + "\n").collect();
    format!("{head}\n{}", rows.concat())
}

/// Names and what they hold.
const VALUES: [(&str, &str, &str); 5] = [
    ("password", "h{base62:8}!{digits:2}", "generic-password"),
    ("api_key", "{base62:32}", "generic-api-key"),
    ("client_secret", "{base62:36}", "generic-secret"),
    ("access_token", "{base62:40}", "generic-token"),
    (
        "token",
        "ghp_{base62:30}{sum:crc32-base62-last}",
        "github-pat",
    ),
];

fn place(text: &str, value: &str) -> (u64, u64) {
    let at = text.find(value).unwrap();
    let before = text.get(..at).unwrap();
    let line = before.matches('\n').count() as u64 + 1;
    let column = at - before.rfind('\n').map_or(0, |feed| feed + 1);
    (line, column as u64 + 1)
}

#[test]
fn each_in_each() {
    let scanner = scanner();
    let mut wrong = Vec::new();
    for seed in 0..12 {
        let mut random = Random::new(seed);
        for (name, template, rule) in VALUES {
            let values: Vec<String> = (0..4)
                .map(|_| fill(template, &mut random).unwrap())
                .collect();
            for (form, write) in FORMS {
                let table = write(name, &values);
                let text = format!("Some text.\n\n{table}\n\nMore of it.\n");
                let found = scanner.scan_bytes("notes.txt", SourceKind::Worktree, text.as_bytes());
                let told: Vec<_> = found
                    .iter()
                    .map(|f| {
                        (
                            &*f.rule,
                            (f.start.line, f.start.column),
                            f.secret.expose().to_vec(),
                        )
                    })
                    .collect();
                let expected: Vec<_> = values
                    .iter()
                    .map(|v| (rule, place(&text, v), v.clone().into_bytes()))
                    .collect();
                if told != expected {
                    wrong.push(format!("{form}, {name}: {told:?} found in {text}"));
                }
            }
        }
    }
    // A value that is drawn looks like something else once in a while.
    assert!(
        wrong.len() <= 8,
        "{} wrong, the first: {}",
        wrong.len(),
        wrong[0]
    );
}

fn told(found: &[Finding]) -> Vec<(&str, u64, Confidence)> {
    found
        .iter()
        .map(|f| (&*f.rule, f.start.line, f.confidence))
        .collect()
}

/// The file that AWS's console offers for new users: a pair for each.
#[test]
fn users_of_the_aws_console() {
    let mut random = Random::new(3);
    for count in [1, 4, 90] {
        let row = |at| {
            fill(&format!("user{at},,AKIA{{base32:16}},{{base64:40}},https://123456789012.signin.aws.amazon.com/console\n"), &mut random).unwrap()
        };
        let rows: String = (0..count).map(row).collect();
        let text = format!(
            "User name,Password,Access key ID,Secret access key,Console login link\n{rows}"
        );
        let found = scanner().scan_bytes("credentials.csv", SourceKind::Worktree, text.as_bytes());
        let expected: Vec<_> = (0..count)
            .map(|at| ("aws-access-key-pair", at + 2, Confidence::High))
            .collect();
        assert_eq!(told(&found), expected);
        assert!(
            found
                .iter()
                .all(|f| f.parts.len() == 2 && f.parts[0].start.line == f.parts[1].start.line)
        );
    }
}

/// What is no secret in a table is none.
#[test]
fn what_is_no_secret() {
    let scanner = scanner();
    let hex = fill("{hex:32}", &mut Random::new(1)).unwrap();
    let bcrypt = fill("$2y$10${base62:53}", &mut Random::new(1)).unwrap();
    for text in [
        format!("id,password\n1,{hex}\n2,\n3,NULL\n"),
        format!("INSERT INTO users (id, password) VALUES (1, '{bcrypt}'), (2, '{hex}');\n"),
        "INSERT INTO users (name, password) VALUES ('$name', '$password'), (:name, :password), ('%s', '%s');\n".to_owned(),
        "db.run(\"INSERT INTO users (name, password) VALUES ('\" + name + \"', '\" + user.password + \"')\");\n".to_owned(),
        "key,en,de\npassword,Password,Passwort\ntoken,Access token,Zugriffsschlüssel\n".to_owned(),
        "| Option | Password |\n|---|---|\n| `--user` | The password of the user |\n| `-x` | `$PASSWORD` |\n".to_owned(),
        "username, password\nconfig.name, config.password\n".to_owned(),
    ] {
        let found = scanner.scan_bytes("notes.txt", SourceKind::Worktree, text.as_bytes());
        let told: Vec<_> = told(&found).into_iter().filter(|one| one.0 != "bcrypt-hash").collect();
        assert_eq!(told, [], "{text}");
    }
}
