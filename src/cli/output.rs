//! Writes reports and chooses the exit code.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    CLEAN, FINDINGS, Failure, TROUBLE,
    args::{Common, Format},
    environment,
};
use crate::{
    finding::Outcome,
    report::{self, Report, ReportOptions, asff::Target},
};

/// Where the reports of a run go: checked before the scan, so that a typing error does not cost a long run.
pub(super) struct Output {
    format: &'static (dyn Report + Sync),
    files: Vec<(&'static (dyn Report + Sync), PathBuf)>,
    /// Where GitHub Actions takes the summary of a step from, when a report is for it.
    step_summary: Option<PathBuf>,
    options: ReportOptions,
}

impl Output {
    /// Returns the output that `common` asks for.
    pub(super) fn new(common: &Common) -> Result<Self, Failure> {
        let format = match common.format {
            None | Some(Format::Human) => "human",
            Some(Format::Github) => "github",
            Some(Format::Html) => "html",
            Some(Format::Json) => "json",
            Some(Format::Jsonl) => "jsonl",
            Some(Format::Sarif) => "sarif",
            Some(Format::Gitlab) => "gitlab",
            Some(Format::Codequality) => "codequality",
            Some(Format::Junit) => "junit",
            Some(Format::Csv) => "csv",
            Some(Format::Asff) => "asff",
            Some(Format::Markdown) => "markdown",
        };
        let files = common
            .report
            .iter()
            .map(|text| report_file(text))
            .collect::<Result<_, _>>()?;
        let of_files = common.report.iter();
        let of_files = of_files.filter_map(|text| Some(text.split_once('=')?.0));
        let options = ReportOptions {
            show_secrets: common.show_secrets,
            show_accepted: common.show_accepted,
            colour: environment::colour(common.color),
            accept: !common.no_allow,
            aws: aws_target(std::iter::once(format).chain(of_files))?,
        };
        let is_for_github = |text: &String| text.starts_with("github=");
        let step_summary = (format == "github" || common.report.iter().any(is_for_github))
            .then(environment::step_summary)
            .flatten();
        Ok(Self {
            format: by_name(format)?,
            files,
            step_summary,
            options,
        })
    }

    /// Returns the output of a gate. `accepts` says that what the range itself accepts counts.
    pub(super) fn of_gate(common: &Common, accepts: bool) -> Result<Self, Failure> {
        let mut output = Self::new(common)?;
        output.options.accept &= accepts;
        Ok(output)
    }

    /// Writes all reports of `outcome` and returns the exit code. A file that cannot be written does not keep the others from being written.
    pub(super) fn write(&self, outcome: &Outcome) -> Result<u8, Failure> {
        let files = self.files.iter();
        let mut written: Vec<Result<(), Failure>> = files
            .map(|(report, path)| self.write_file(outcome, *report, path))
            .collect();
        written.push(self.write_step_summary(outcome));
        let mut out = io::BufWriter::new(io::stdout().lock());
        let result = self.format.write(outcome, self.options, &mut out);
        printed(result.and_then(|()| out.flush()))?;
        written.into_iter().collect::<Result<(), Failure>>()?;
        Ok(exit_code(outcome))
    }

    fn write_file(
        &self,
        outcome: &Outcome,
        report: &(dyn Report + Sync),
        path: &Path,
    ) -> Result<(), Failure> {
        let mut text = Vec::new();
        let options = ReportOptions {
            colour: false,
            ..self.options
        };
        report
            .write(outcome, options, &mut text)
            .and_then(|()| fs::write(path, &text))
            .map_err(|error| {
                Failure::because(format!("cannot write the report {}", path.display()), error)
            })
    }

    /// Adds the summary of the step to those before it.
    fn write_step_summary(&self, outcome: &Outcome) -> Result<(), Failure> {
        let Some(path) = &self.step_summary else {
            return Ok(());
        };
        // Nobody has typed that secrets are to be shown there.
        let options = ReportOptions {
            show_secrets: false,
            colour: false,
            ..self.options
        };
        let mut text = Vec::new();
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        report::markdown::Markdown
            .write(outcome, options, &mut text)
            .and_then(|()| file?.write_all(&text))
            .map_err(|error| {
                let what = format!(
                    "cannot write the summary of the step to {}, which GITHUB_STEP_SUMMARY names",
                    path.display()
                );
                Failure::because(what, error)
            })
    }
}

/// Returns the exit code of a scan: trouble wins over findings.
pub(super) fn exit_code(outcome: &Outcome) -> u8 {
    match (outcome.is_complete(), outcome.findings.is_empty()) {
        (false, _) => TROUBLE,
        (true, false) => FINDINGS,
        (true, true) => CLEAN,
    }
}

/// Writes `text` to standard output.
pub(super) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    printed(out.write_all(text).and_then(|()| out.flush()))
}

fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        // Whoever reads it has seen enough. What was found counts all the same: a hook goes on blocking.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| {
            Failure::because(
                "cannot write the report to standard output (make room there, or write it elsewhere \
                 with --report FORMAT=FILE)",
                error,
            )
        }),
    }
}

/// Returns where findings are to be imported, when one of `formats` is for that.
pub(super) fn aws_target<'a>(
    formats: impl IntoIterator<Item = &'a str>,
) -> Result<Option<Target>, Failure> {
    let mut formats = formats.into_iter();
    formats
        .any(|format| format == "asff")
        .then(environment::aws_target)
        .transpose()
}

fn by_name(name: &str) -> Result<&'static (dyn Report + Sync), Failure> {
    report::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = report::FORMATS.iter().map(|(name, _)| *name).collect();
        no_format(name, &names)
    })
}

/// Returns what to say where `name` is none of `names`.
pub(super) fn no_format(name: &str, names: &[&str]) -> Failure {
    let near = crate::fields::nearest(name, names.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Failure::new(format!(
        "there is no format `{name}`{near} (formats: {})",
        names.join(", ")
    ))
}

fn report_file(text: &str) -> Result<(&'static (dyn Report + Sync), PathBuf), Failure> {
    let Some((format, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err(Failure::new(format!(
            "--report {text:?}: write FORMAT=FILE, like --report json=report.json"
        )));
    };
    Ok((by_name(format)?, PathBuf::from(path)))
}
