//! The `html` format, in a browser.

mod browser;

use std::{path::PathBuf, sync::Arc};

use browser::{Browser, DOWN, END, ENTER, ESCAPE, TAB, UP};
use bstr::ByteSlice as _;
use keyfence::{
    finding::{Commit, Finding, KeptBy, Names, Occurrence, Outcome, SourceKind},
    rule::{
        Confidence, Severity,
        template::{Random, fill},
    },
    secret::Secret,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{HIDDEN, bytes, everything, finding, gated, key_pair, nothing, skipped};

/// 2021-01-01 in UTC.
const START: i64 = 1_609_459_200;
const DAY: i64 = 86_400;

const AUTHORS: [&str; 5] = ["Jane Roe", "Joe Doe", "Ada Byron", "Renée Dupont", "Bot"];
const RULES: [(&str, &str, &str); 3] = [
    ("example-token", "Example token", "example"),
    ("cloud-api-key", "Cloud API key", "cloud"),
    ("mail-password", "Mail password", "mail"),
];

/// What would do something if it were markup, a script, or the end of one.
const HOSTILE: &str =
    "</script><img src=x onerror=\"document.title='owned'\"><!--<script>\u{202e}\u{2028}&lt;";

fn commit(nth: usize, seconds: i64, summary: &str) -> Arc<Commit> {
    let author = AUTHORS[nth % AUTHORS.len()];
    let user = author.split(' ').next().unwrap().to_lowercase();
    Arc::new(Commit {
        id: format!("{:040x}", (nth + 1) * 0x9e37_79b9),
        author: author.into(),
        email: format!("{user}@example.com").into(),
        seconds,
        utc_offset_seconds: 0,
        summary: summary.into(),
    })
}

/// Returns the nth of many findings, all of them different.
fn drawn_finding(nth: usize) -> Finding {
    let secret = fill(
        "tok_{base62:30}",
        &mut Random::new(u64::try_from(nth).unwrap()),
    )
    .unwrap();
    let path = format!("services/app{}/config/settings-{nth}.yml", nth % 7);
    let (rule, name, provider) = RULES[nth % RULES.len()];
    // Some months have more than others.
    let days = i64::try_from(nth * 7919 % 1500 * (nth % 3 + 1) / 3).unwrap();
    let seconds = START + days * DAY;
    let introduced = commit(nth, seconds, "add the settings");
    let is_removed = nth.is_multiple_of(4);
    let stay = Occurrence {
        path: path.as_str().into(),
        line: 7,
        column: 10,
        blob: Some(format!("{nth:040x}")),
        introduced: Some(introduced.clone()),
        removed: is_removed.then(|| commit(nth + 1, seconds + 30 * DAY, "take it out")),
        in_head: nth % 4 == 1,
        reachable: nth % 4 != 3,
        kept_by: if nth % 4 == 3 {
            KeptBy::Nothing
        } else {
            KeptBy::Ref
        },
        branches: ["main", "release/1.0"].into_iter().collect(),
        tags: Names::default(),
        note: None,
        tips: if nth % 4 == 1 {
            ["main"].into_iter().collect()
        } else {
            Names::default()
        },
    };
    Finding {
        rule: rule.to_owned(),
        name: name.to_owned(),
        provider: provider.to_owned(),
        severity: Severity::ALL[nth % 4],
        confidence: [Confidence::Low, Confidence::Medium, Confidence::High][nth % 3],
        commit: Some(introduced),
        occurrences: vec![stay],
        source: SourceKind::History,
        ..finding(path.as_bytes(), Secret::new(secret.as_bytes()))
    }
}

/// Returns `n` findings, a pair and a hostile one among them, and something that was not read.
fn drawn_outcome(n: usize) -> Outcome {
    let mut findings: Vec<Finding> = (0..n - 2).map(drawn_finding).collect();
    findings.push(Finding {
        decoded: vec!["base64", "gzip"],
        ..key_pair()
    });
    let mut hostile = drawn_finding(n);
    hostile.path = HOSTILE.into();
    hostile.facts = vec![("user", HOSTILE.to_owned())];
    hostile.remediation = vec![HOSTILE.to_owned()];
    hostile.commit = Some(commit(n, START, HOSTILE));
    hostile.occurrences[0].path = HOSTILE.into();
    hostile.occurrences[0].branches = [HOSTILE].into_iter().collect();
    hostile.occurrences[0].introduced = Some(Arc::new(Commit {
        author: HOSTILE.into(),
        ..Commit::clone(&commit(n, START, HOSTILE))
    }));
    findings.push(hostile);
    Outcome {
        findings,
        skipped: vec![
            skipped(HOSTILE.as_bytes(), HOSTILE, true),
            skipped(b"run/app.sock", "socket", false),
        ],
        counts: keyfence::finding::Counts {
            bytes: 1_234_567_890,
            blobs: 12_345,
            files: 0,
            commits: 6_789,
        },
        elapsed_ms: 4_200,
        ..gated()
    }
}

/// A page in a browser.
struct Page {
    browser: Browser,
    outcome: Outcome,
    file: PathBuf,
    _folder: TempDir,
}

impl Page {
    fn open(outcome: Outcome) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.html");
        std::fs::write(&file, bytes("html", &outcome, HIDDEN)).unwrap();
        let browser = Browser::start();
        browser.media("screen", "light");
        browser.open(&file);
        Self {
            browser,
            outcome,
            file,
            _folder: folder,
        }
    }

    /// Sets a field as somebody who types or chooses does.
    fn set(&self, id: &str, value: &str) {
        self.browser.run(&format!(
            "const field = document.getElementById('{id}'); field.value = {}; \
             field.dispatchEvent(new Event('input', {{bubbles: true}}))",
            json!(value)
        ));
    }

    /// Checks how many findings are listed after a field was set, then sets it back.
    #[track_caller]
    fn narrows(&self, id: &str, value: &str, is_listed: impl Fn(&Finding) -> bool) {
        self.set(id, value);
        self.lists(
            self.outcome
                .findings
                .iter()
                .filter(|finding| is_listed(finding))
                .count(),
        );
        self.set(id, "");
        self.lists(self.outcome.findings.len());
    }

    #[track_caller]
    fn lists(&self, n: usize) {
        let all = self.outcome.findings.len();
        let expected = if n == all {
            format!("{} findings", thousands(all))
        } else {
            format!("{} of {} findings", thousands(n), thousands(all))
        };
        let count = "return document.getElementById('count').textContent";
        self.browser.wait(count, &json!(expected));
    }

    /// Returns a text of the row that has the focus.
    fn focused(&self, class: &str) -> Value {
        self.browser.run(&format!(
            "const row = document.activeElement; return row.matches('.row') ? row.querySelector('.{class}').textContent : null"
        ))
    }

    fn nth_focused(&self) -> Value {
        self.browser
            .run("return document.activeElement.dataset.nth ?? null")
    }

    fn details_are_open(&self) -> bool {
        self.browser
            .run("return !document.getElementById('details').hidden")
            == true
    }
}

fn thousands(n: usize) -> String {
    if n < 1000 {
        n.to_string()
    } else {
        format!("{},{:03}", n / 1000, n % 1000)
    }
}

fn has_author(finding: &Finding, author: &str) -> bool {
    let stays = finding
        .occurrences
        .iter()
        .filter_map(|stay| stay.introduced.as_deref());
    finding
        .commit
        .as_deref()
        .into_iter()
        .chain(stays)
        .any(|commit| commit.author == author)
}

/// Returns true where a search for the author finds it: who takes a secret out is searched as well.
fn mentions_author(finding: &Finding, author: &str) -> bool {
    let mut removals = finding
        .occurrences
        .iter()
        .filter_map(|stay| stay.removed.as_deref());
    has_author(finding, author) || removals.any(|commit| commit.author == author)
}

/// Checks that each filter lists what it says.
fn check_filters(page: &Page) {
    page.lists(page.outcome.findings.len());
    for severity in Severity::ALL {
        page.narrows("severity", &format!("={}", severity.name()), |f| {
            f.severity == severity
        });
    }
    for state in ["head", "history", "unreachable"] {
        page.narrows("state", &format!("={state}"), |f| {
            f.state().is_some_and(|has| has.name() == state)
        });
    }
    page.narrows("state", "=", |f| f.state().is_none());
    page.narrows("confidence", "=high", |f| f.confidence == Confidence::High);
    page.narrows("rule", "=cloud-api-key", |f| f.rule == "cloud-api-key");
    page.narrows("provider", "=mail", |f| f.provider == "mail");
    page.narrows("author", "=Ada Byron <ada@example.com>", |f| {
        has_author(f, "Ada Byron")
    });
    page.narrows("path", "app3/CONFIG", |f| {
        f.path.to_string().contains("app3/config")
    });
    page.narrows("search", "jane mail", |f| {
        mentions_author(f, "Jane Roe") && f.provider == "mail"
    });
    page.narrows("search", "no such thing", |_| false);
    page.narrows(
        "search",
        &page.outcome.findings[0].fingerprint.to_string(),
        |f| f.fingerprint == page.outcome.findings[0].fingerprint,
    );
    let begin = START + 365 * DAY;
    page.narrows("from", "2022-01-01", |f| {
        f.occurrences
            .iter()
            .any(|stay| stay.introduced.as_ref().unwrap().seconds >= begin)
    });
}

/// Checks that the page asked for nothing but itself, and that nothing went wrong in it.
#[track_caller]
fn check_quiet(page: &Page) {
    assert_eq!(page.browser.console(), Vec::<Value>::new());
    assert_eq!(page.browser.requests("/report.html"), Vec::<String>::new());
}

#[test]
fn filters_narrow_the_list() {
    let page = Page::open(drawn_outcome(10));
    check_filters(&page);
    page.set("severity", "=low");
    page.set("search", "mail");
    let both = |f: &&Finding| f.severity == Severity::Low && f.provider == "mail";
    page.lists(page.outcome.findings.iter().filter(both).count());
    page.browser.run("document.getElementById('reset').click()");
    page.lists(10);
    check_quiet(&page);
}

#[test]
fn ten_thousand_findings_are_quick() {
    let page = Page::open(drawn_outcome(10_000));
    check_filters(&page);
    let paint = page
        .browser
        .run("return performance.getEntriesByName('first-contentful-paint')[0].startTime");
    let filtered = page.browser.run_async(
        "const done = arguments[0], begin = performance.now(); \
         new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - begin))) \
           .observe(document.getElementById('count'), {childList: true}); \
         const search = document.getElementById('search'); search.value = 'joe cloud'; \
         search.dispatchEvent(new Event('input', {bubbles: true}))",
    );
    println!("10,000 findings: first paint {paint} ms, filtered in {filtered} ms");
    // On an idle machine a quarter of it; the tests share theirs.
    assert!(paint.as_f64().unwrap() < 4000.0, "{paint}");
    assert!(filtered.as_f64().unwrap() < 2000.0, "{filtered}");
    let rows = page
        .browser
        .run("return document.querySelectorAll('.row').length");
    assert!(rows.as_u64().unwrap() < 1000, "{rows}");
    page.set("search", "");
    page.lists(10_000);
    // All of them can be reached by scrolling and by the keyboard, and are printed.
    page.browser.run("document.querySelector('.row').focus()");
    page.browser.press(END);
    assert_eq!(page.nth_focused(), "9999");
    page.set("order", "path");
    page.browser.wait(
        "return document.querySelector('.row .path')?.textContent ?? null",
        &json!("services/app0/config/settings-0.yml:7"),
    );
    page.browser.run("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(
        page.browser
            .run("return document.querySelectorAll('.row').length"),
        10_000
    );
    page.browser.picture("many");
    check_quiet(&page);
}

#[test]
fn scrolling_lists_more() {
    let page = Page::open(drawn_outcome(500));
    page.lists(500);
    let rows = "return document.querySelectorAll('.row').length >= 500";
    page.browser.run(
        "const down = () => { scrollTo(0, document.documentElement.scrollHeight); setTimeout(down, 30) }; down()",
    );
    page.browser.wait(rows, &json!(true));
    check_quiet(&page);
}

#[test]
fn the_keyboard_is_enough() {
    let page = Page::open(drawn_outcome(10));
    page.lists(10);
    let browser = &page.browser;
    browser.press("/");
    assert_eq!(browser.run("return document.activeElement.id"), "search");
    // Within a field keys are text.
    browser.press("jk/");
    assert_eq!(browser.run("return document.activeElement.value"), "jk/");
    browser.run("document.activeElement.value = ''");
    browser.press(ESCAPE);
    assert_eq!(
        browser.run("return document.activeElement === document.body"),
        true
    );

    page.set("order", "path");
    browser.wait(
        "return document.querySelector('.row .path')?.textContent ?? null",
        &json!("services/app0/config/settings-0.yml:7"),
    );
    for (key, nth) in [
        ("j", "0"),
        ("j", "1"),
        (DOWN, "2"),
        (UP, "1"),
        ("k", "0"),
        ("k", "0"),
        (END, "9"),
    ] {
        browser.press(key);
        assert_eq!(page.nth_focused(), nth, "{key:?}");
    }
    browser.press("kk");
    assert_eq!(
        page.focused("path"),
        "services/app0/config/settings-7.yml:7"
    );
    browser.press(ENTER);
    assert!(page.details_are_open());
    assert_eq!(
        browser.run("return document.activeElement.id"),
        "details-title"
    );
    // The details follow.
    browser.press("k");
    assert!(
        browser
            .text("details")
            .contains("services/app6/config/settings-6.yml:7")
    );
    browser.press(ESCAPE);
    assert!(!page.details_are_open());
    assert_eq!(page.nth_focused(), "6");

    // By tabs one gets from the search to the list, in the order in which things are shown.
    browser.press("/");
    let mut order = Vec::new();
    // A date has a stop for each of its parts.
    for _ in 0..24 {
        browser.press(TAB);
        order.push(
            browser.run("return document.activeElement.id || document.activeElement.className"),
        );
    }
    let of = |name: &str| {
        order
            .iter()
            .position(|id| id == name)
            .unwrap_or_else(|| panic!("{name}: {order:?}"))
    };
    assert!(
        of("severity") < of("author")
            && of("author") < of("order")
            && of("order") < of("reset")
            && of("reset") < of("row")
    );
    let outline = browser.run("document.querySelector('.row').focus(); return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid");
    check_quiet(&page);
}

#[test]
fn details_have_all_that_is_known() {
    let page = Page::open(drawn_outcome(10));
    let pair = &page.outcome.findings[8];
    page.set("search", "aws");
    page.lists(1);
    page.browser.run("document.querySelector('.row').click()");
    let text = page.browser.text("details");
    for part in [
        "AWS access key pair",
        "critical",
        "high confidence",
        "live-shaped",
        "deploy/app.env:3:19",
        "secret_access_key",
        "account_id",
        "123456789012",
        "Look in CloudTrail",
        "base64 → gzip",
        &pair.fingerprint.to_string(),
        &format!(
            "keyfence allow {} --reason \"why it is not a secret\"",
            pair.fingerprint
        ),
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    page.browser
        .run("document.querySelector('[aria-label=\"Copy fingerprint\"]').focus()");
    // Pages may write to the clipboard when somebody presses something.
    page.browser.press(ENTER);
    page.browser.wait(
        "return document.getElementById('said').textContent",
        &json!("copied the fingerprint"),
    );

    page.set("search", "settings-4.yml");
    page.browser.wait(
        "return document.querySelector('.row .path')?.textContent ?? null",
        &json!("services/app4/config/settings-4.yml:7"),
    );
    page.browser.run("document.querySelector('.row').click()");
    let text = page.browser.text("details");
    for part in [
        "Occurrences (1)",
        "Bot <bot@example.com>",
        "take it out",
        "in history only",
        "main, release/1.0",
        "add the settings",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    check_quiet(&page);
}

#[test]
fn the_timeline_has_marks_and_filters() {
    let page = Page::open(drawn_outcome(200));
    page.lists(200);
    let browser = &page.browser;
    let marks = |class: &str| {
        browser
            .run(&format!(
                "return document.querySelectorAll('#chart rect.{class}').length"
            ))
            .as_u64()
            .unwrap()
    };
    assert!(marks("in") > 5 && marks("out") > 5);
    let label = browser.run("return document.getElementById('chart').getAttribute('aria-label')");
    let stays = || page.outcome.findings.iter().flat_map(|f| &f.occurrences);
    let removed = stays().filter(|stay| stay.removed.is_some()).count();
    let expected = format!("entered {} times and left {removed} times", stays().count());
    assert!(label.as_str().unwrap().contains(&expected), "{label}");
    browser.run(
        "const hit = [...document.querySelectorAll('#chart .hit')].find((one) => !one.textContent.includes(': 0 entered')); \
         hit.dispatchEvent(new MouseEvent('click'))",
    );
    let count = browser.text("count");
    assert!(
        count.contains(" of 200 findings") && !count.starts_with('0'),
        "{count}"
    );
    assert_ne!(
        browser.run("return document.getElementById('from').value"),
        ""
    );
    check_quiet(&page);
}

#[test]
fn themes_follow_the_system_and_the_button() {
    let page = Page::open(drawn_outcome(40));
    page.lists(40);
    let browser = &page.browser;
    let ground = || browser.run("return getComputedStyle(document.body).backgroundColor");
    let light = ground();
    browser.run("document.querySelector('.row').click()");
    browser.picture("light");
    browser.media("screen", "dark");
    let dark = ground();
    assert_ne!(light, dark);
    browser.picture("dark");
    for expected in [&light, &dark] {
        browser.run("document.getElementById('theme').click()");
        assert_eq!(ground(), *expected);
    }
    check_quiet(&page);
}

#[test]
fn narrow_and_enlarged_pages_need_no_sideways_scrolling() {
    let page = Page::open(drawn_outcome(40));
    page.lists(40);
    let browser = &page.browser;
    let fits =
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    // What enlarging to 200% does: half as many CSS pixels, each twice as large.
    for (name, width, height, scale) in [
        ("narrow", 375, 800, 2),
        ("enlarged", 640, 450, 2),
        ("wide", 1920, 1080, 1),
    ] {
        browser.size(width, height, scale);
        browser.wait(fits, &json!(true));
        browser.picture(name);
        browser.run("document.querySelector('.row').scrollIntoView(); document.querySelector('.row').click()");
        browser.wait(fits, &json!(true));
        assert!(page.details_are_open());
        browser.picture(&format!("{name}-details"));
        browser.press(ESCAPE);
        assert!(!page.details_are_open());
        browser.picture(&format!("{name}-list"));
    }
    check_quiet(&page);
}

#[test]
fn hostile_texts_do_nothing() {
    let page = Page::open(drawn_outcome(10));
    page.set("search", "onerror");
    page.lists(1);
    page.browser.run("document.querySelector('.row').click()");
    let text = page.browser.text("details");
    assert!(
        text.contains("</script><img src=x onerror") && text.contains("\\u{202e}"),
        "{text}"
    );
    let whole = page.browser.run("return document.body.innerText");
    let bad = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}');
    assert!(!whole.as_str().unwrap().contains(bad));
    assert_eq!(page.browser.run("return document.title"), "keyfence report");
    assert_eq!(
        page.browser
            .run("return document.querySelectorAll('img').length"),
        0
    );
    assert_eq!(page.browser.run("return document.scripts.length"), 2);
    check_quiet(&page);
}

#[test]
fn paper_has_no_controls() {
    let page = Page::open(drawn_outcome(300));
    page.set("severity", "=critical");
    let critical = page
        .outcome
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Critical)
        .count();
    page.lists(critical);
    let browser = &page.browser;
    browser.run("document.querySelector('.row').click()");
    let is_shown = |id: &str| {
        browser.run(&format!("return document.getElementById('{id}').offsetParent !== null && document.getElementById('{id}').offsetHeight > 0"))
    };
    assert_eq!(is_shown("filters"), true);
    browser.media("print", "light");
    for id in ["filters", "theme", "details"] {
        assert_eq!(is_shown(id), false, "{id}");
    }
    assert_eq!(is_shown("list"), true);
    let fingerprint = page
        .outcome
        .findings
        .iter()
        .find(|f| f.severity == Severity::Critical)
        .unwrap()
        .fingerprint
        .to_string();
    assert!(browser.text("list").contains(&fingerprint));
    browser.wait(
        "return document.querySelectorAll('.row').length",
        &json!(critical),
    );
    browser.picture("print");
}

/// Returns how many pages a PDF has, which Chromium writes one object each (ISO 32000-1 section 7.7.3.3).
fn pages(pdf: &[u8]) -> usize {
    assert!(pdf.starts_with(b"%PDF-"));
    let pages = pdf
        .find_iter(b"/Type /Page")
        .filter(|at| pdf[at + 11] != b's');
    pages.count()
}

#[test]
fn paper_has_all_findings() {
    let page = Page::open(drawn_outcome(300));
    page.lists(300);
    let browser = &page.browser;
    let rows = "return document.querySelectorAll('.row').length";
    assert!(
        browser.run(rows).as_u64().unwrap() < 300,
        "not all are in the list yet"
    );
    // Paper is the medium that the printer says, not one that a test emulates.
    browser.media("", "light");
    let many = pages(&browser.print("paper"));
    browser.wait(rows, &json!(300));
    // Each is laid out where paper has it, with all that tells it from others.
    browser.media("print", "light");
    let unseen = browser.run(
        "return [...document.querySelectorAll('.row')].filter((row) => { \
           const box = row.getBoundingClientRect(), paper = row.querySelector('.paper').getBoundingClientRect(); \
           return !(box.height > 0 && box.right <= document.documentElement.clientWidth + 1 && paper.height > 0 && paper.bottom <= box.bottom + 1); \
         }).length",
    );
    assert_eq!(unseen, 0);
    let text = browser.text("list");
    for finding in &page.outcome.findings {
        assert!(text.contains(&finding.fingerprint.to_string()));
        assert!(text.contains(&finding.rule));
    }
    // As much paper as they need: fewer findings need less.
    page.set("severity", "=critical");
    let critical = page
        .outcome
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Critical);
    page.lists(critical.count());
    browser.media("", "light");
    let fewer = pages(&browser.print("paper-critical"));
    println!("300 findings: {many} pages, {fewer} for those that are critical");
    assert!(
        fewer >= 1 && many > fewer && many >= 6,
        "{many} and {fewer} pages"
    );
    check_quiet(&page);
}

#[test]
fn what_is_accepted_can_be_filtered_and_does_not_count() {
    let page = Page::open(super::accepted::outcome());
    let browser = &page.browser;
    let count = |expected: &str| {
        browser.wait(
            "return document.getElementById('count').textContent",
            &json!(expected),
        );
    };
    let rows = |expected: usize| {
        browser.wait(
            "return document.querySelectorAll('.row').length",
            &json!(expected),
        );
    };
    count("3 findings, 3 accepted");
    rows(6);
    let options = |id: &str| {
        let script = format!(
            "return [...document.getElementById('{id}').options].map((one) => one.textContent)"
        );
        browser.run(&script)
    };
    assert_eq!(
        options("severity"),
        json!(["all", "critical (1)", "high (1)", "low (1)"])
    );
    assert_eq!(
        options("state"),
        json!(["all", "not told (3)", "accepted (3)"])
    );
    // They come last, whatever the order.
    for order in ["severity", "path", "newest"] {
        page.set("order", order);
        let last = "return [...document.querySelectorAll('.row')].map((row) => row.classList.contains('accepted'))";
        browser.wait(last, &json!([false, false, false, true, true, true]));
    }
    browser.picture("accepted");
    page.set("state", "=accepted");
    count("0 of 3 findings, 3 of 3 accepted");
    rows(3);
    browser.run("document.querySelector('.row').click()");
    let details = browser.text("details");
    for part in [
        "allow-entry",
        "a login of the demo [a](b)",
        "ann",
        "2027-01-31",
    ] {
        assert!(details.contains(part), "{part} is not in {details}");
    }
    assert!(!details.contains("keyfence allow "), "{details}");
    page.set("state", "=");
    count("3 of 3 findings, 0 of 3 accepted");
    rows(3);
    check_quiet(&page);
    // Without scripts as well.
    browser.devtools(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": true}),
    );
    browser.open(&page.file);
    let shown = browser.devtools(
        "Runtime.evaluate",
        &json!({"expression": "document.body.textContent", "returnByValue": true}),
    );
    let shown = shown["result"]["value"].as_str().unwrap();
    assert!(shown.contains("Accepted, not counted (3)"));
    assert!(shown.contains("allow entry, owner ann, until 2027-01-31: a login of the demo"));
}

#[test]
fn without_scripts_there_is_a_table() {
    let page = Page::open(drawn_outcome(2_100));
    page.lists(2_100);
    let browser = &page.browser;
    browser.devtools(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": true}),
    );
    browser.open(&page.file);
    browser.picture("without-scripts");
    let shown = browser.devtools(
        "Runtime.evaluate",
        &json!({"expression": "document.body.innerText", "returnByValue": true}),
    );
    let shown = shown["result"]["value"].as_str().unwrap();
    assert!(
        shown.contains("services/app0/config/settings-0.yml:7"),
        "{shown}"
    );
    assert!(shown.contains("100 more findings not shown here"));
    assert!(shown.contains("INCOMPLETE") && shown.contains("policy change: needs review"));
    let filters = browser.devtools(
        "Runtime.evaluate",
        &json!({"expression": "document.getElementById('filters').hidden", "returnByValue": true}),
    );
    assert_eq!(filters["result"]["value"], true);
}

#[test]
fn coverage_is_told() {
    let page = Page::open(drawn_outcome(10));
    let whole = page.browser.run("return document.body.innerText");
    let whole = whole.as_str().unwrap();
    for part in [
        "INCOMPLETE: not everything was read",
        "policy change: needs review (1 change)",
        ".keyfence/allow:3",
        "accepts one more secret",
        "6789 commits",
        "12345 blobs",
        "1234567890 bytes",
        "rule set 0f0f",
        "base, commit 333333333333",
        "named by GitLab CI",
        "Honoured inline markers (1)",
        "Skipped by reason (2)",
    ] {
        assert!(whole.contains(part), "{part} is not in {whole}");
    }
    check_quiet(&page);

    let page = Page::open(nothing());
    let whole = page.browser.run("return document.body.innerText");
    let whole = whole.as_str().unwrap();
    assert!(
        whole.contains("no secrets found")
            && !whole.contains("INCOMPLETE")
            && whole.contains("No secrets were found.")
    );
    assert_eq!(
        page.browser
            .run("return document.getElementById('timeline').hidden"),
        true
    );
    check_quiet(&page);
}

#[test]
fn findings_outside_history_are_listed() {
    let page = Page::open(everything());
    page.lists(3);
    page.narrows("severity", "=critical", |f| {
        f.severity == Severity::Critical
    });
    check_quiet(&page);
}
