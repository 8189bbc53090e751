//! One finding.

use std::io::{self, Write as _};

use super::{excerpt, history::History, paint::Paint};
use crate::{
    finding::{Excerpt, Finding, Validity},
    matcher::lines::Place,
    report::{
        ReportOptions,
        scrub::Scrub,
        text::{self, width},
    },
    secret::Secret,
};

/// What a finding's block is made of.
pub(super) struct Block<'a> {
    pub(super) finding: &'a Finding,
    pub(super) options: ReportOptions,
    pub(super) paint: Paint,
    pub(super) scrub: &'a Scrub,
    /// Say what to do: true for the last finding with the same advice.
    pub(super) advise: bool,
}

impl Block<'_> {
    /// Writes the block and an empty line after it.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let finding = self.finding;
        let gutter = finding.start.line.to_string().len();
        let pad = " ".repeat(gutter);
        let (arrow, place, reach) = (
            self.paint.frame("-->"),
            self.place(finding.start),
            self.reach(),
        );
        writeln!(out, "{}\n{pad}{arrow} {place}{reach}", self.title())?;
        if let Some(excerpt) = &finding.excerpt {
            self.write_excerpt(excerpt, &pad, out)?;
        }
        for (label, lines) in self.notes() {
            let label = format!("{label}: ");
            for (nth, line) in lines.iter().enumerate() {
                if nth == 0 {
                    let (sign, label) = (self.paint.frame("="), self.paint.strong(&label));
                    writeln!(out, "{pad} {sign} {label}{line}")?;
                } else {
                    writeln!(out, "{pad}   {}{line}", " ".repeat(label.len()))?;
                }
            }
        }
        writeln!(out)
    }

    /// `critical[rule]: name (high confidence)`.
    fn title(&self) -> String {
        let finding = self.finding;
        let severity = format!("{}[{}]", finding.severity.name(), self.clean(&finding.rule));
        format!(
            "{}: {} ({} confidence{})",
            self.paint.severity(finding.severity, &severity),
            self.paint.strong(&self.clean(&finding.name)),
            finding.confidence.name(),
            match finding.validity {
                Validity::LiveShaped => String::new(),
                validity => format!(", {}", validity.name()),
            },
        )
    }

    fn place(&self, place: Place) -> String {
        let path = text::escape_bytes(&self.scrub.bytes(&self.finding.path));
        format!("{path}:{}:{}", place.line, place.column)
    }

    /// Returns how far a secret of several lines reaches.
    fn reach(&self) -> String {
        if self.finding.is_of_several_lines() {
            format!(" (to line {})", self.finding.end.line)
        } else {
            String::new()
        }
    }

    fn write_excerpt(&self, excerpt: &Excerpt, pad: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let finding = self.finding;
        let shown = excerpt::show(&self.scrub.line(&excerpt.text), &excerpt.mark);
        let number = self.paint.frame(&finding.start.line.to_string());
        let bar = self.paint.frame("|");
        let mark = "^".repeat(shown.width);
        let mark = self.paint.severity(finding.severity, &mark);
        let indent = " ".repeat(shown.indent);
        writeln!(out, "{pad} {bar}")?;
        writeln!(out, "{number} {bar} {}", shown.line)?;
        writeln!(out, "{pad} {bar} {indent}{mark}")
    }

    /// The labelled lines below the excerpt, in order.
    fn notes(&self) -> Vec<(&'static str, Vec<String>)> {
        let finding = self.finding;
        let mut notes = vec![("parts", self.parts())];
        if finding.parts.is_empty() && (self.options.show_secrets || finding.excerpt.is_none()) {
            notes.push((
                "secret",
                vec![self.secret(&finding.secret, &finding.redacted)],
            ));
        }
        notes.extend(
            History {
                finding,
                paint: self.paint,
                scrub: self.scrub,
            }
            .notes(),
        );
        notes.push(("why", self.joined(&finding.reasons, "; ")));
        notes.push(("decoded", self.joined(&finding.decoded, ", then ")));
        notes.push(("facts", self.facts()));
        if self.advise {
            notes.push((
                "fix",
                finding.remediation.iter().map(|s| self.clean(s)).collect(),
            ));
        }
        if self.options.accept {
            notes.push(("accept", self.accept()));
        }
        notes.retain(|(_, lines)| !lines.is_empty());
        notes
    }

    fn parts(&self) -> Vec<String> {
        let parts = &self.finding.parts;
        let widest = |of: fn(&str) -> usize, texts: &[String]| {
            texts.iter().map(|t| of(t)).max().unwrap_or_default()
        };
        let names: Vec<String> = parts.iter().map(|part| self.clean(&part.part)).collect();
        let places: Vec<String> = parts.iter().map(|part| self.place(part.start)).collect();
        let (name, place) = (widest(width, &names), widest(width, &places));
        parts
            .iter()
            .zip(names.iter().zip(&places))
            .map(|(part, (n, p))| {
                let gaps = (name - width(n) + 2, place - width(p) + 2);
                let secret = self.secret(&part.secret, &part.redacted);
                format!("{n}{}{p}{}{secret}", " ".repeat(gaps.0), " ".repeat(gaps.1))
            })
            .collect()
    }

    fn secret(&self, secret: &Secret, redacted: &str) -> String {
        if self.options.show_secrets {
            text::escape_bytes(secret.expose())
        } else {
            self.clean(redacted)
        }
    }

    fn facts(&self) -> Vec<String> {
        let mut facts: Vec<String> = Vec::new();
        for (name, value) in &self.finding.facts {
            let fact = format!("{name} {}", self.clean(value));
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        self.joined(&facts, ", ")
    }

    /// How to say that it is not a secret: by fingerprint, and (once a rule) on the line itself. A marker on today's line
    /// would say nothing about the versions before it, so there is none for what git keeps.
    fn accept(&self) -> Vec<String> {
        let finding = self.finding;
        let mut lines = vec![format!(
            "keyfence allow {} --reason \"why it is not a secret\"",
            finding.fingerprint
        )];
        if self.advise && finding.occurrences.is_empty() && finding.commit.is_none() {
            // A key has no room for a comment on its first line.
            let (place, marker) = if finding.is_of_several_lines() {
                ("on the line before", "keyfence:allow-next-line")
            } else {
                ("in a comment on the line", "keyfence:allow")
            };
            lines.push(format!(
                "or, {place}: {marker} {} why it is not a secret",
                self.clean(&finding.rule)
            ));
        }
        lines
    }

    fn joined(&self, texts: &[impl AsRef<str>], by: &str) -> Vec<String> {
        let texts: Vec<String> = texts.iter().map(|t| self.clean(t.as_ref())).collect();
        if texts.is_empty() {
            texts
        } else {
            vec![texts.join(by)]
        }
    }

    /// Returns `text` without secrets, control and bidi characters.
    fn clean(&self, text: &str) -> String {
        text::escape(&self.scrub.text(text)).into_owned()
    }
}
