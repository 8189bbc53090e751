//! `keyfence rules import`: what other tools are configured with becomes a rule file and allow entries.

mod accepted;
mod git_secrets;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    CLEAN, Failure, accepted as allowed, allow,
    args::{self, ImportFormat, RuleOptions},
    config::Root,
    environment, settings,
};
use crate::{
    import::{
        Format, Imported, LeftOut, MAX_BYTES,
        write::{Source, Written, rule_file},
    },
    policy,
    report::escape,
    rule::{Rule, parse},
};

/// Where the rules go when nothing is said, from the root of the repository.
const OUTPUT: &str = ".keyfence/imported.toml";

/// What was read of one file, or of git's configuration.
struct Read {
    /// What it is called.
    path: String,
    tool: &'static str,
    imported: Imported,
}

/// Where the rules go.
enum Output {
    Stdout,
    File(PathBuf),
}

pub(super) fn run(args: &args::Import) -> Result<u8, Failure> {
    let git_secrets_alone = args.from == Some(ImportFormat::GitSecrets);
    if git_secrets_alone && !args.paths.is_empty() {
        return Err(Failure::new(
            "--from git-secrets reads git's configuration, and no file: leave the paths out",
        ));
    }
    let root = allowed::root()?;
    let output = output(args, &root)?;
    let mut sources = Vec::new();
    if args.paths.is_empty() {
        if !git_secrets_alone {
            sources.extend(well_known(&root, args.from.and_then(format_of))?);
        }
        if git_secrets_alone || args.from.is_none() {
            sources.extend(git_secrets::read()?);
        }
        if sources.is_empty() {
            return Err(Failure::new(
                "there is nothing to import here: no file of another tool stands at the top of the repository, and git's configuration has \
                 nothing for git-secrets; name a file",
            ));
        }
    }
    for path in &args.paths {
        let shown = path.display().to_string();
        sources.push(read(path, &shown, args.from.and_then(format_of))?);
    }
    let written = rules(&sources)?;
    let rules = parsed(&written)?;
    let salt = settings::salt(&RuleOptions::default())?;
    let entries = accepted::entries(&root, &sources, rules, &written.ids, salt)?;
    let mut left_out: Vec<(&str, &LeftOut)> = Vec::new();
    for source in &sources {
        let of_source = source.imported.left_out.iter();
        left_out.extend(of_source.map(|one| (&*source.path, one)));
    }
    left_out.extend(written.left_out.iter().map(|(path, one)| (&**path, one)));
    left_out.extend(entries.left_out.iter().map(|(path, one)| (&**path, one)));
    for (path, one) in &left_out {
        tell(path, one);
    }
    let allow_path = root.join(policy::allow::PATH);
    let mut all = allowed::read(&Root::Folder(root))?;
    let before = all.len();
    for entry in entries.entries {
        if !all
            .iter()
            .any(|known| known.fingerprint == entry.fingerprint)
        {
            all.push(entry);
        }
    }
    let added = all.len() - before;
    if !args.dry_run {
        if !written.text.is_empty() {
            write(&output, &written.text)?;
        }
        if added > 0 {
            allow::write(&allow_path, &policy::allow::text(&all))?;
        }
    }
    summary(args, &output, &written, added, &allow_path, left_out.len())?;
    Ok(CLEAN)
}

/// Returns the format of files; none for git's configuration.
fn format_of(format: ImportFormat) -> Option<Format> {
    match format {
        ImportFormat::GitSecrets => None,
        ImportFormat::Gitleaks => Some(Format::Gitleaks),
        ImportFormat::GitleaksIgnore => Some(Format::GitleaksIgnore),
        ImportFormat::Betterleaks => Some(Format::Betterleaks),
        ImportFormat::DetectSecrets => Some(Format::DetectSecrets),
        ImportFormat::Trufflehog => Some(Format::Trufflehog),
        ImportFormat::Kingfisher => Some(Format::Kingfisher),
    }
}

/// Returns where the rules go, and makes sure that nothing is lost there.
fn output(args: &args::Import, root: &Path) -> Result<Output, Failure> {
    let path = match &args.output {
        Some(path) if path == Path::new("-") => return Ok(Output::Stdout),
        Some(path) => environment::current_dir()?.join(path),
        None => root.join(OUTPUT),
    };
    if !args.force && !args.dry_run && fs::symlink_metadata(&path).is_ok() {
        return Err(Failure::new(format!(
            "{} is there already: write elsewhere with --output FILE, or over it with --force",
            path.display()
        )));
    }
    Ok(Output::File(path))
}

/// Reads the files that other tools look for at the top of a repository, or those of one format.
fn well_known(root: &Path, wanted: Option<Format>) -> Result<Vec<Read>, Failure> {
    let mut out = Vec::new();
    let is_wanted = |format: &Format| wanted.is_none_or(|wanted| wanted == *format);
    for format in Format::ALL.into_iter().filter(is_wanted) {
        for name in format.file_names() {
            let path = root.join(name);
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) {
                out.push(read(&path, name, Some(format))?);
            }
        }
    }
    Ok(out)
}

/// Reads the file at `path`, which is called `shown`.
fn read(path: &Path, shown: &str, format: Option<Format>) -> Result<Read, Failure> {
    let cannot = |what: &str| Failure::new(format!("cannot import {shown}: {what}"));
    let mut bytes = Vec::new();
    let most = MAX_BYTES as u64;
    fs::File::open(path)
        .and_then(|file| {
            if file.metadata()?.is_file() {
                file.take(most + 1).read_to_end(&mut bytes)
            } else {
                Err(io::Error::other("it is no file"))
            }
        })
        .map_err(|error| Failure::because(format!("cannot import {shown}"), error))?;
    if bytes.len() > MAX_BYTES {
        return Err(cannot(&format!("it has more than {} MiB", MAX_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        cannot(&format!(
            "it is not UTF-8: byte {}",
            error.utf8_error().valid_up_to()
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = format.or_else(|| Format::of(&name, text)).ok_or_else(|| {
        let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        cannot(&format!(
            "neither its name nor what it has tells whose it is; say --from FORMAT (formats: {})",
            names.join(", ")
        ))
    })?;
    let imported = format.read(text).map_err(|error| {
        Failure::because(
            format!(
                "cannot import {shown} as a file of {}; nothing was written",
                format.tool()
            ),
            error,
        )
    })?;
    Ok(Read {
        path: shown.to_owned(),
        tool: format.tool(),
        imported,
    })
}

fn rules(sources: &[Read]) -> Result<Written, Failure> {
    let sources: Vec<Source> = sources
        .iter()
        .map(|source| Source {
            tool: source.tool.to_owned(),
            path: source.path.clone(),
            rules: source.imported.rules.clone(),
        })
        .collect();
    rule_file(&sources).map_err(|error| {
        Failure::new(format!(
            "the rules could not be written so that they can be read again: {error}; please report this"
        ))
    })
}

fn parsed(written: &Written) -> Result<Vec<Rule>, Failure> {
    if written.text.is_empty() {
        return Ok(Vec::new());
    }
    parse::parse(Path::new(OUTPUT), &written.text).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(errors.join("; "))
    })
}

fn write(output: &Output, text: &str) -> Result<(), Failure> {
    match output {
        Output::Stdout => io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .map_err(|error| Failure::because("cannot write to standard output", error)),
        Output::File(path) => allow::write(path, text),
    }
}

/// Says what could not be carried over.
fn tell(path: &str, one: &LeftOut) {
    let line = match one.line {
        0 => String::new(),
        line => format!(":{line}"),
    };
    let text = format!("{path}{line}: {}: {}", one.what, one.why);
    drop(writeln!(io::stderr(), "keyfence: {}", escape(&text)));
}

fn summary(
    args: &args::Import,
    output: &Output,
    written: &Written,
    added: usize,
    allow_path: &Path,
    left_out: usize,
) -> Result<(), Failure> {
    let verb = if args.dry_run {
        "would be written"
    } else {
        "written"
    };
    let rules = count(written.ids.len(), "rule", "rules");
    let mut lines = Vec::new();
    match output {
        Output::File(path) if !written.ids.is_empty() => {
            lines.push(format!("{rules} {verb} to {}", path.display()));
        }
        _ => lines.push(format!("{rules} {verb}")),
    }
    if added > 0 {
        let entries = count(added, "allow entry", "allow entries");
        lines.push(format!("{entries} {verb} to {}", allow_path.display()));
    }
    if left_out > 0 {
        let things = count(left_out, "thing", "things");
        lines.push(format!("{things} could not be carried over: see above"));
    }
    if let (Output::File(path), false, false) = (output, written.ids.is_empty(), args.dry_run) {
        lines.push(format!(
            "use them: keyfence scan --rules {}",
            path.display()
        ));
    }
    let text = lines.join("\n") + "\n";
    let told = match output {
        // The rules are there.
        Output::Stdout => io::stderr().write_all(text.as_bytes()),
        Output::File(_) => io::stdout().write_all(text.as_bytes()),
    };
    told.map_err(|error| Failure::because("cannot write to standard output", error))
}

pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}
