//! The `junit` format: JUnit XML, as Jenkins, GitLab and Azure read it (<https://github.com/testmoapp/junitxml>).
//!
//! A finding is a test that failed. A scan that was not complete has an error in a test of its own, and one without findings a test
//! that passed: no tests would be taken for a scan that did not run.

use std::io::{self, Write};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use serde_json::json;

use super::{
    Document, DocumentReport, ReportOptions,
    coverage::{self, Note, Topic},
    date, escape,
    model::{Finding, Summary},
    place::shown,
};

/// Writes one test suite.
#[derive(Debug, Clone, Copy)]
pub struct JUnit;

impl DocumentReport for JUnit {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let notes = coverage::notes(&document.summary);
        let suite = Suite { document, notes };
        xml.create_element("testsuites")
            .with_attributes(suite.attributes().iter().map(pair))
            .write_inner_content(|xml| suite.write(xml))?;
        xml.get_mut().write_all(b"\n")
    }
}

type Attribute = (&'static str, String);

fn pair((name, value): &Attribute) -> (&str, &str) {
    (name, value)
}

struct Suite<'a> {
    document: &'a Document,
    notes: Vec<Note<'a>>,
}

impl Suite<'_> {
    fn attributes(&self) -> Vec<Attribute> {
        let summary = &self.document.summary;
        let (failures, errors) = (
            self.document.findings.len(),
            usize::from(self.is_incomplete()),
        );
        let tests = (failures + errors).max(1);
        let ms = summary.elapsed_ms;
        vec![
            ("name", "keyfence".to_owned()),
            ("tests", tests.to_string()),
            ("failures", failures.to_string()),
            ("errors", errors.to_string()),
            ("time", format!("{}.{:03}", ms / 1000, ms % 1000)),
        ]
    }

    fn is_incomplete(&self) -> bool {
        !self.document.summary.complete
    }

    fn write<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let mut attributes = self.attributes();
        if let Some(start) = started(&self.document.summary) {
            attributes.push(("timestamp", start));
        }
        xml.create_element("testsuite")
            .with_attributes(attributes.iter().map(pair))
            .write_inner_content(|xml| {
                properties(xml, &self.document.summary)?;
                for finding in &self.document.findings {
                    failed(xml, finding)?;
                }
                if self.is_incomplete() {
                    self.error(xml)?;
                } else if self.document.findings.is_empty() {
                    let passed = [
                        ("classname", "keyfence"),
                        ("name", "no secrets found"),
                        ("time", "0"),
                    ];
                    xml.create_element("testcase")
                        .with_attributes(passed)
                        .write_empty()?;
                }
                self.output(xml)
            })?;
        Ok(())
    }

    /// Writes the test that a scan is complete.
    fn error<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let test = [
            ("classname", "keyfence"),
            ("name", "everything was read"),
            ("time", "0"),
        ];
        xml.create_element("testcase")
            .with_attributes(test)
            .write_inner_content(|xml| {
                let error = [
                    ("type", Topic::Incomplete.id()),
                    ("message", Topic::Incomplete.name()),
                ];
                xml.create_element("error")
                    .with_attributes(error)
                    .write_text_content(BytesText::new(&self.lines(Topic::Incomplete)))?;
                Ok(())
            })?;
        Ok(())
    }

    /// Writes what of the policy needs review.
    fn output<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let lines = self.lines(Topic::PolicyChange);
        if !lines.is_empty() {
            xml.create_element("system-out")
                .write_text_content(BytesText::new(&lines))?;
        }
        Ok(())
    }

    fn lines(&self, topic: Topic) -> String {
        let notes = self.notes.iter().filter(|note| note.topic == topic);
        notes.map(|note| line(&note.text)).collect()
    }
}

fn started(summary: &Summary) -> Option<String> {
    let (start, _) = date::span(summary.finished.as_deref()?, summary.elapsed_ms)?;
    Some(start.to_string())
}

/// Writes the coverage receipt.
fn properties<W: Write>(xml: &mut Writer<W>, summary: &Summary) -> io::Result<()> {
    xml.create_element("properties")
        .write_inner_content(|xml| {
            for (name, value) in coverage::receipt_texts(summary) {
                xml.create_element("property")
                    .with_attributes([("name", name), ("value", &*clean(&value))])
                    .write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}

fn failed<W: Write>(xml: &mut Writer<W>, finding: &Finding) -> io::Result<()> {
    let path = clean(&shown(&finding.path));
    let place = format!("{path}:{}:{}", finding.line, finding.column);
    let line = finding.line.to_string();
    let rule = clean(&finding.rule);
    let class = format!("keyfence.{rule}");
    let test = [
        ("classname", &*class),
        ("name", &place),
        ("file", &path),
        ("line", &line),
        ("time", "0"),
    ];
    xml.create_element("testcase")
        .with_attributes(test)
        .write_inner_content(|xml| {
            let message = clean(&format!("{}: {}", finding.name, finding.redacted));
            xml.create_element("failure")
                .with_attributes([("type", &*rule), ("message", &message)])
                .write_text_content(BytesText::new(&details(finding)))?;
            Ok(())
        })?;
    Ok(())
}

/// Returns what is known of `finding`, a line each.
fn details(finding: &Finding) -> String {
    let mut out = String::new();
    let mut tell = |name: &str, value: &str| out.push_str(&line(&format!("{name}: {value}")));
    for (name, word) in [
        ("severity", json!(finding.severity)),
        ("confidence", json!(finding.confidence)),
    ] {
        tell(name, word.as_str().unwrap_or_default());
    }
    tell("provider", &finding.provider);
    tell("fingerprint", &finding.fingerprint);
    if let Some(clear) = &finding.secret {
        tell("secret", &clear.secret);
    }
    for part in &finding.parts {
        let place = format!("line {}, column {}", part.line, part.column);
        tell(&part.part, &format!("{place}: {}", part.redacted));
    }
    if let Some(commit) = &finding.commit {
        let date = commit.date.as_deref().unwrap_or("no date");
        let who = format!(
            "{} by {} <{}>, {date}: {}",
            commit.id, commit.author, commit.email, commit.summary
        );
        tell("commit", &who);
    }
    if let Some(state) = &finding.state {
        tell("state", state);
    }
    for (name, value) in finding.facts.iter() {
        tell(name, value);
    }
    for step in &finding.remediation {
        tell("fix", step);
    }
    out
}

fn line(text: &str) -> String {
    format!("{}\n", clean(text))
}

/// Returns `text` with what XML cannot hold (XML 1.0 section 2.2) and what a terminal acts on escaped.
fn clean(text: &str) -> String {
    let escaped = escape(text);
    escaped
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}
