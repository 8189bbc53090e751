//! A password is told with the user and the host that stand beside it.

use std::collections::BTreeMap;

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    rule::template::{Random, fill},
};

/// How many instances are drawn of each text.
const SEEDS: u64 = 5;

/// A user, a host and a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Account {
    user: String,
    host: String,
    password: String,
}

fn account(seed: u64) -> Account {
    let mut random = Random::new(seed);
    let mut draw = |template| fill(template, &mut random).expect("a template");
    Account {
        user: draw("app{lower:4}"),
        host: draw("db{digits:1}.{base36:6}.net"),
        password: draw("f{base62:9}{digits:3}"),
    }
}

/// How an account is written down: before, the lines of user, host and password (`U`, `H`, `P`), after.
#[rustfmt::skip]
const SYNTAXES: &[(&str, [&str; 3], &str)] = &[
    ("", ["MYSQL_USER=U\n", "MYSQL_HOST=H\n", "MYSQL_PASSWORD=P\n"], "\n"),
    ("", ["export POSTGRES_USER='U'\n", "export POSTGRES_HOST='H'\n", "export POSTGRES_PASSWORD='P'\n"], "\n"),
    ("", ["MONGO_INITDB_ROOT_USERNAME=U\n", "MONGO_HOST=H\n", "MONGO_INITDB_ROOT_PASSWORD=P\n"], "\n"),
    ("database:\n", ["  username: U\n", "  host: H\n", "  password: P\n"], "---\n"),
    ("{\n  \"db\": {\n", ["    \"user\": \"U\",\n", "    \"host\": \"H\",\n", "    \"password\": \"P\",\n"], "    \"pool\": 5\n  }\n}\n"),
    ("[client]\n", ["user = U\n", "host = H\n", "password = P\n"], "\n"),
    ("", ["spring.datasource.username=U\n", "spring.datasource.url=jdbc:postgresql://H:5432/app\n", "spring.datasource.password=P\n"], "\n"),
    ("<db>\n", ["  <username>U</username>\n", "  <host>H</host>\n", "  <password>P</password>\n"], "</db>\n"),
    ("return [\n", ["  'username' => 'U',\n", "  'host' => 'H',\n", "  'password' => 'P',\n"], "];\n"),
    ("    environment:\n", ["      - DB_USER=U\n", "      - DB_HOST=H\n", "      - DB_PASSWORD=P\n"], "\n"),
];

/// The orders in which user, host and password may stand.
const ORDERS: &[[usize; 3]] = &[[0, 1, 2], [2, 1, 0], [1, 2, 0]];

fn write(syntax: &(&str, [&str; 3], &str), order: [usize; 3], account: &Account) -> String {
    let (before, parts, after) = syntax;
    let line = |at: usize| {
        let value = [&account.user, &account.host, &account.password][at];
        let hole = ["U", "H", "P"][at];
        // The last one is the value: names have these letters, too.
        let (left, right) = parts[at].rsplit_once(hole).expect("a hole");
        format!("{left}{value}{right}")
    };
    let lines: String = order.into_iter().map(line).collect();
    format!("{before}{lines}{after}")
}

/// Returns what is told in `text`, each password with its user and its host.
fn told(scanner: &Scanner, text: &str) -> Vec<Account> {
    let found = scanner.scan_bytes("deploy/app.conf", SourceKind::Worktree, text.as_bytes());
    let mut all: Vec<Account> = found.iter().map(of).collect();
    all.sort();
    all
}

fn of(finding: &Finding) -> Account {
    let facts: BTreeMap<_, _> = finding.facts.iter().cloned().collect();
    let fact = |name| facts.get(name).cloned().unwrap_or_default();
    Account {
        user: fact("user"),
        host: fact("host"),
        password: String::from_utf8_lossy(finding.secret.expose()).into_owned(),
    }
}

#[test]
fn one_account_in_any_order() {
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    for syntax in SYNTAXES {
        for order in ORDERS {
            for seed in 0..SEEDS {
                let account = account(seed);
                let text = write(syntax, *order, &account);
                assert_eq!(told(&scanner, &text), [account], "{text}");
            }
        }
    }
}

#[test]
fn two_accounts_one_behind_the_other() {
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    for syntax in SYNTAXES {
        for order in ORDERS {
            for seed in 0..SEEDS {
                let mut accounts = [account(seed), account(seed + 100)];
                let text: String = (accounts.iter())
                    .map(|account| write(syntax, *order, account))
                    .collect();
                accounts.sort();
                assert_eq!(told(&scanner, &text), accounts, "{text}");
            }
        }
    }
}
