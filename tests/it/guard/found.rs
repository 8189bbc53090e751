//! What the guard finds: in files, commits and history, in each form, and with what is told of it.

use serde_json::Value;

use super::{Pair, Ran, User, drawn, forms, tells_nothing};

fn findings(ran: &Ran) -> Vec<Value> {
    ran.json()["findings"].as_array().unwrap().clone()
}

#[test]
fn a_leak_is_found_in_each_form_with_the_same_fingerprint() {
    let user = User::new();
    let secret = drawn(1);
    user.guards("mine", &secret);
    let mut fingerprints = Vec::new();
    for (form, written) in forms(&secret) {
        user.repo.write(
            "tests/leak",
            [b"some text ", &written[..], b" and more\n"].concat(),
        );
        let ran = user.run(["scan", "--format", "json", "tests/leak"]).ends(1);
        let found = findings(&ran);
        assert_eq!(found.len(), 1, "{form} {found:#?}");
        let one = &found[0];
        assert_eq!(
            (
                one["rule"].as_str(),
                one["severity"].as_str(),
                one["confidence"].as_str()
            ),
            (Some("known-secret"), Some("critical"), Some("high")),
            "{form} {one:#?}"
        );
        assert_eq!(one["facts"]["guarded"], "mine");
        assert_eq!(one["line"], 1);
        let advice = one["remediation"].to_string();
        assert!(
            advice.contains("`mine`") && advice.contains("standard input"),
            "{advice}"
        );
        let decoded = one["decoded"].as_array().map_or(0, Vec::len);
        assert_eq!(
            decoded == 0,
            ["plain", "within a word"].contains(&form),
            "{form} {one:#?}"
        );
        fingerprints.push(one["fingerprint"].to_string());
        tells_nothing(&ran.out, &secret);
        tells_nothing(&user.run(["scan", "tests/leak"]).ends(1).out, &secret);
        user.run(["scan", "--no-guard", "tests/leak"]).ends(0);
    }
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 1);
}

#[test]
fn where_a_rule_speaks_its_finding_stays_and_gets_the_fact() {
    let user = User::new();
    let pair = Pair::drawn(1);
    user.repo.write("tests/app.env", pair.env());
    let scan = ["scan", "--format", "json", "tests/app.env"];
    let before = findings(&user.run(scan).ends(1));
    user.guards("key", &pair.secret);
    let found = findings(&user.run(scan).ends(1));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["rule"], "aws-access-key-pair");
    assert_eq!(found[0]["facts"]["guarded"], "key");
    assert_eq!(found[0]["severity"], "critical");
    // What others have accepted must not depend on who guards what.
    assert_eq!(found[0]["fingerprint"], before[0]["fingerprint"]);
}

#[test]
fn what_a_person_has_chosen_is_found_alone_and_in_base64() {
    let user = User::new();
    let secret = ["Tr0ub", "4dor&3"].concat();
    user.guards("mine", &secret);
    user.repo
        .write("a", format!("mysql --password '{secret}'\n"));
    user.run(["scan", "a"]).ends(1);
    user.repo.write(
        "a",
        format!(
            "Basic {}\n",
            data_encoding::BASE64.encode(format!("me:{secret}").as_bytes())
        ),
    );
    user.run(["scan", "a"]).ends(1);
    user.repo.write("a", format!("x{secret}4\n"));
    user.run(["scan", "a"]).ends(0);
    user.repo.write(
        "a.json",
        serde_json::to_string(&format!("a \"{secret}\" b")).unwrap(),
    );
    user.run(["scan", "a.json"]).ends(1);
    user.repo.write(
        "a.html",
        format!("<b>{}</b>\n", secret.replace('&', "&amp;")),
    );
    user.run(["scan", "a.html"]).ends(1);
}

#[test]
fn a_hook_stops_each_form_and_an_old_leak_is_no_news() {
    let user = User::new();
    let secret = drawn(1);
    user.guards("mine", &secret);
    for (form, written) in forms(&secret) {
        user.repo.write(
            "leak",
            [b"some text ", &written[..], b" and more\n"].concat(),
        );
        user.repo.git(["add", "-A"]);
        let ran = user.run(["hook", "pre-commit"]);
        assert_eq!(ran.code, 1, "{form} {ran:#?}");
        tells_nothing(&ran.out, &secret);
        tells_nothing(&ran.err, &secret);
    }
    user.repo
        .write("message", format!("Rotate\n\nIt was {secret}.\n"));
    user.run(["hook", "commit-msg", "message"]).ends(1);
    // It is there already: another line of the same file is no news.
    user.repo.write("leak", format!("mysql -p{secret}\n"));
    user.repo.commit_all();
    user.repo.write("leak", format!("mysql -p{secret}\nmore\n"));
    user.repo.git(["add", "-A"]);
    user.run(["hook", "pre-commit"]).ends(0);
}

#[test]
fn history_is_searched_again_when_the_guard_changed() {
    let user = User::new();
    let (one, two) = (drawn(1), drawn(2));
    let lines = (0..400).map(|n| format!("line {n} of a long file\n"));
    let filler = lines.collect::<Vec<_>>().concat();
    user.repo.write("a", &filler);
    user.repo.commit_all();
    user.repo.write("a", format!("{filler}it was {one}\n"));
    user.repo.commit_all();
    user.repo.write("a", format!("{filler}nothing\n"));
    user.repo
        .write("b", data_encoding::HEXLOWER.encode(two.as_bytes()));
    user.repo.commit_all();
    user.repo.git(["gc", "-q"]);
    let cache = user.home.join("cache");
    let scan = [
        "scan",
        "--history",
        "--format",
        "json",
        "--cache",
        cache.to_str().unwrap(),
    ];
    let count = |expected: usize| {
        let ran = user.run(scan);
        let found = findings(&ran);
        let known: Vec<_> = found
            .iter()
            .filter(|one| one["rule"] == "known-secret")
            .collect();
        assert_eq!(known.len(), expected, "{ran:#?}");
        tells_nothing(&ran.out, &one);
        tells_nothing(&ran.out, &two);
    };
    count(0);
    user.guards("one", &one);
    count(1);
    count(1);
    user.guards("two", &two);
    count(2);
    count(2);
    user.run(["guard", "remove", "one"]).ends(0);
    count(1);
    user.run(["guard", "remove", "--all"]).ends(0);
    count(0);
}

#[test]
fn an_inline_marker_and_an_allow_entry_excuse_it() {
    let user = User::new();
    let secret = drawn(1);
    user.guards("mine", &secret);
    user.repo.write(
        "a",
        format!("x {secret} # keyfence:allow known-secret it is dead\n"),
    );
    user.run(["scan", "a"]).ends(0);
    user.repo.write("a", format!("x {secret}\n"));
    let found = findings(&user.run(["scan", "--format", "json", "a"]).ends(1));
    let fingerprint = found[0]["fingerprint"].as_str().unwrap();
    user.run(["allow", fingerprint, "--reason", "it is dead"])
        .ends(0);
    user.run(["scan", "a"]).ends(0);
}

#[test]
fn why_and_doctor_tell_of_the_guard() {
    let user = User::new();
    let secret = drawn(1);
    user.guards("mine", &secret);
    user.repo.write("a", format!("x {secret}\n"));
    let ran = user.run(["why", "a:1"]).ends(0);
    assert!(
        ran.out.contains("known-secret") && ran.out.contains("`mine`"),
        "{ran:#?}"
    );
    tells_nothing(&ran.out, &secret);
    let ran = user.run(["doctor", "--json"]);
    assert_eq!(ran.json()["guarded_secrets"], 1, "{ran:#?}");
}

#[test]
fn a_rule_of_the_same_name_is_refused() {
    let user = User::new();
    user.repo.write(
        "rules.toml",
        "[[rule]]\nid = \"known-secret\"\nprefixes = [\"abc_\"]\nregex = 'abc_[a-z]{9}'\n",
    );
    user.run(["scan", "--rules", "rules.toml", "README"])
        .ends(0);
    user.guards("mine", &drawn(1));
    user.run(["scan", "--rules", "rules.toml", "README"])
        .complains(&["known-secret", "--no-guard"]);
    user.run(["scan", "--no-guard", "--rules", "rules.toml", "README"])
        .ends(0);
}
