//! `keyfence report`.

use std::{
    fs,
    io::{self, BufReader, Write as _},
    path::Path,
};

use super::{CLEAN, Failure, args, environment, output};
use crate::report::{self, DocumentReport, ReportOptions, date, read};

pub(super) fn run(args: &args::Report) -> Result<u8, Failure> {
    // Before anything is read: a typing error is told at once.
    let format = by_name(&args.to)?;
    let options = ReportOptions {
        aws: output::aws_target([args.to.as_str()])?,
        ..ReportOptions::default()
    };
    let (mut report, modified) = read(&args.file)?;
    for warning in &report.warnings {
        warn(&args.file, warning);
    }
    let summary = &mut report.document.summary;
    if summary.finished.is_none() {
        // When the last of it was written is as near as can be known.
        let seconds = modified.unwrap_or_else(environment::now_seconds);
        summary.finished = date::utc(seconds);
    }
    let mut text = Vec::new();
    format
        .write_document(&report.document, options, &mut text)
        .map_err(|error| {
            let what = format!("cannot tell {} as {}", args.file.display(), args.to);
            Failure::because(what, error)
        })?;
    match &args.output {
        Some(path) => fs::write(path, &text).map_err(|error| {
            Failure::because(format!("cannot write the report {}", path.display()), error)
        })?,
        None => output::print(&text)?,
    }
    Ok(CLEAN)
}

fn by_name(name: &str) -> Result<&'static (dyn DocumentReport + Sync), Failure> {
    let formats = report::DOCUMENT_FORMATS;
    let format = formats.iter().find(|(known, _)| *known == name);
    format.map(|(_, report)| *report).ok_or_else(|| {
        let names: Vec<&str> = formats.iter().map(|(name, _)| *name).collect();
        if report::by_name(name).is_some() {
            return Failure::new(format!(
                "the format `{name}` cannot be made of a report: it needs the lines of the files, so scan again with --format {name} \
                 (formats: {})",
                names.join(", ")
            ));
        }
        output::no_format(name, &names)
    })
}

/// Reads the report in `file`, and says when that was last written, in seconds since 1970-01-01T00:00:00Z.
fn read(file: &Path) -> Result<(read::Report, Option<i64>), Failure> {
    if file.as_os_str() == "-" {
        let report = read::read(&mut io::stdin().lock())
            .map_err(|error| Failure::because("cannot read the report on standard input", error))?;
        return Ok((report, None));
    }
    let cannot = |error: Box<dyn std::error::Error>| {
        Failure::because(format!("cannot read the report {}", file.display()), error)
    };
    let opened = fs::File::open(file).map_err(|error| cannot(error.into()))?;
    let modified = opened.metadata().and_then(|metadata| metadata.modified());
    let report = read::read(&mut BufReader::new(opened)).map_err(|error| cannot(error.into()))?;
    Ok((report, modified.ok().map(environment::seconds)))
}

fn warn(file: &Path, text: &str) {
    // Nothing can be done when standard error is closed.
    drop(writeln!(
        io::stderr(),
        "keyfence: warning: {}: {text}",
        file.display()
    ));
}
