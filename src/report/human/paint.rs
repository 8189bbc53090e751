//! Which part of a report has which colour.

use anstyle::{AnsiColor, Style};

use crate::{finding::State, rule::Severity};

/// Colours text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    colour: bool,
}

impl Paint {
    pub(super) fn new(colour: bool) -> Self {
        Self { colour }
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn file(self, text: &str) -> String {
        self.paint(Style::new().bold().underline(), text)
    }

    pub(super) fn strong(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Gutter, arrows and labels.
    pub(super) fn frame(self, text: &str) -> String {
        self.paint(AnsiColor::BrightBlue.on_default().bold(), text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }

    pub(super) fn alarm(self, text: &str) -> String {
        self.paint(AnsiColor::BrightRed.on_default().bold(), text)
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let colour = match severity {
            Severity::Critical | Severity::High => AnsiColor::BrightRed,
            Severity::Medium => AnsiColor::Yellow,
            Severity::Low => AnsiColor::Cyan,
        };
        self.paint(colour.on_default().bold(), text)
    }

    /// Whether a secret is still there.
    pub(super) fn state(self, state: State, text: &str) -> String {
        let style = match state {
            State::Head | State::Elsewhere | State::Staged => AnsiColor::BrightRed.on_default(),
            State::History => AnsiColor::Yellow.on_default(),
            State::Unreachable => Style::new(),
        };
        self.paint(style.bold(), text)
    }
}
