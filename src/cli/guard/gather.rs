//! The secrets that a person points at.

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use super::super::{Failure, args, environment, small_file};
use crate::{
    guard::{settings, source::Source, strength},
    secret::Secret,
    source::{ignored, repository},
};

/// The most bytes of a file with secrets.
const MAX_BYTES: u64 = 16 << 20;

/// A secret that may be guarded.
pub(super) struct Value {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) secret: Secret,
    /// The person has named it: when it is refused, that is trouble.
    pub(super) wanted: bool,
}

/// What was found, and the names of what is no secret.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) values: Vec<Value>,
    /// Name and source.
    pub(super) left_out: Vec<(String, Source)>,
}

impl Gathered {
    /// Reads all that `args` point at.
    pub(super) fn of(args: &args::GuardAdd) -> Result<Self, Failure> {
        let standard_input = match &args.rest[..] {
            [] => false,
            [only] if only == "-" => true,
            // What was typed is not told: it may be the secret.
            _ => {
                return Err(Failure::new(
                    "a secret is not typed into a command: the shell keeps it in its history, and others see it in the list of \
                     processes. Give it on standard input (`keyfence guard add -`), in a file (--list FILE), or name the variable that \
                     holds it (--env NAME). If it was one that you typed just now, remove it from the history",
                ));
            }
        };
        let nothing = !args.aws
            && !args.ignored
            && args.env_file.is_empty()
            && args.env.is_empty()
            && args.list.is_empty()
            && !standard_input;
        if nothing {
            return Err(Failure::new(
                "say what to guard: --aws, --env-file FILE, --ignored, --env NAME, --list FILE, or `-` for standard input",
            ));
        }
        let mut this = Self::default();
        if args.aws {
            let file = environment::aws_credentials_file().ok_or_else(|| {
                Failure::new("there is no home folder to look for .aws/credentials in; set HOME")
            })?;
            this.aws(&file, &args.profile)?;
        }
        for file in &args.env_file {
            this.env_file(&absolute(file)?, args.all)?;
        }
        if args.ignored {
            this.ignored(args.all)?;
        }
        for name in &args.env {
            this.env(name)?;
        }
        for file in &args.list {
            this.list(&absolute(file)?)?;
        }
        if standard_input {
            this.standard_input()?;
        }
        if let Some(name) = &args.name {
            this.call(name)?;
        }
        Ok(this)
    }

    /// Reads again what `sources` say. Returns the sources that are gone.
    pub(super) fn again<'a>(
        sources: impl Iterator<Item = &'a Source>,
    ) -> Result<(Self, Vec<String>), Failure> {
        let (mut this, mut gone) = (Self::default(), Vec::new());
        let (mut files, mut keys) = (Vec::new(), Vec::new());
        for source in sources {
            match source {
                Source::Aws { file, profile, .. } => keys.push((file, profile)),
                Source::EnvFile { file, key } => keys.push((file, key)),
                Source::Env { variable } if environment::named_variable(variable).is_none() => {
                    gone.push(source.to_string());
                }
                Source::Env { variable } => this.env(variable)?,
                Source::List { .. } => {}
                Source::Stdin => continue,
            }
            let file = match source {
                Source::Aws { file, .. } => (0, file),
                Source::EnvFile { file, .. } => (1, file),
                Source::List { file, .. } => (2, file),
                _ => continue,
            };
            if files.contains(&file) {
                continue;
            }
            files.push(file);
            let path = Path::new(file.1);
            if !path.exists() {
                gone.push(file.1.clone());
                continue;
            }
            match file.0 {
                0 => this.aws(path, &[])?,
                1 => this.env_file(path, true)?,
                _ => this.list(path)?,
            }
        }
        // Only what was wanted the first time, not what else stands there.
        this.values.retain(|value| match &value.source {
            Source::Aws { file, profile, .. } => keys.contains(&(file, profile)),
            Source::EnvFile { file, key } => keys.contains(&(file, key)),
            _ => true,
        });
        for value in &mut this.values {
            value.wanted = false;
        }
        Ok((this, gone))
    }

    fn aws(&mut self, file: &Path, profiles: &[String]) -> Result<(), Failure> {
        let found = settings::aws(&read(file)?);
        for profile in profiles {
            if !found.iter().any(|one| one.section == *profile) {
                return Err(Failure::new(format!(
                    "no secret of a profile {profile:?} stands in {}",
                    file.display()
                )));
            }
        }
        for one in found {
            if !profiles.is_empty() && !profiles.contains(&one.section) {
                continue;
            }
            self.values.push(Value {
                name: format!("{}/{}", one.section, one.key),
                source: Source::Aws {
                    file: shown(file)?,
                    profile: one.section,
                    key: one.key,
                },
                secret: Secret::new(&one.value),
                wanted: false,
            });
        }
        Ok(())
    }

    fn env_file(&mut self, file: &Path, all: bool) -> Result<(), Failure> {
        for one in settings::env(&read(file)?) {
            if one.value.is_empty() {
                continue;
            }
            let source = Source::EnvFile {
                file: shown(file)?,
                key: one.key.clone(),
            };
            if let Some(password) = settings::password_of_url(&one.value) {
                self.values.push(Value {
                    name: format!("{} (password)", one.key),
                    source,
                    secret: Secret::new(&password),
                    wanted: false,
                });
            } else if all || strength::is_secret(&one.key, &one.value) {
                self.values.push(Value {
                    name: one.key,
                    source,
                    secret: Secret::new(&one.value),
                    wanted: false,
                });
            } else {
                self.left_out.push((one.key, source));
            }
        }
        Ok(())
    }

    fn ignored(&mut self, all: bool) -> Result<(), Failure> {
        let base = environment::current_dir()?;
        let (over, outer) = (environment::git_override(), environment::outer_config());
        let repository = repository::discover(&base, &over, &outer)
            .map_err(|error| Failure::because("cannot find a repository for --ignored", error))?;
        let found = ignored::files(&repository, &outer, &is_env_file).map_err(|error| {
            Failure::because("cannot look for the files that git ignores", error)
        })?;
        if found.is_empty() {
            super::tell("no .env file that git ignores is in this work tree");
        }
        found.iter().try_for_each(|file| self.env_file(file, all))
    }

    fn env(&mut self, name: &str) -> Result<(), Failure> {
        let value = environment::named_variable(name).ok_or_else(|| {
            // What was typed may be the value, by mistake.
            let is_name = name.len() <= 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
            let shown = if is_name {
                format!("the variable {name}")
            } else {
                "the variable that --env names".to_owned()
            };
            Failure::new(format!(
                "{shown} is not set; export it, and give its name, not its value"
            ))
        })?;
        self.values.push(Value {
            name: name.to_owned(),
            source: Source::Env {
                variable: name.to_owned(),
            },
            secret: Secret::new(value.as_encoded_bytes()),
            wanted: true,
        });
        Ok(())
    }

    fn list(&mut self, file: &Path) -> Result<(), Failure> {
        let base = file.file_name().unwrap_or_default().to_string_lossy();
        for (line, secret) in settings::list(&read(file)?) {
            self.values.push(Value {
                name: format!("{base}:{line}"),
                source: Source::List {
                    file: shown(file)?,
                    line,
                },
                secret: Secret::new(secret),
                wanted: true,
            });
        }
        Ok(())
    }

    fn standard_input(&mut self) -> Result<(), Failure> {
        if io::stdin().is_terminal() {
            super::tell("one secret a line; Ctrl-D ends (what you type can be seen)");
        }
        let bytes = small_file::limited(&mut io::stdin().lock(), MAX_BYTES)
            .map_err(|error| Failure::because("cannot read standard input", error))?;
        for (line, secret) in settings::list(&bytes) {
            self.values.push(Value {
                name: format!("standard input:{line}"),
                source: Source::Stdin,
                secret: Secret::new(secret),
                wanted: true,
            });
        }
        Ok(())
    }

    /// Gives all of them the name that was typed; of several each keeps its own behind it.
    fn call(&mut self, name: &str) -> Result<(), Failure> {
        if name.trim().is_empty() || name.contains(|c: char| c.is_control()) {
            return Err(Failure::new("--name is one line of text, and not empty"));
        }
        let several = self.values.len() > 1;
        for value in &mut self.values {
            value.name = if several {
                format!("{name} {}", value.name)
            } else {
                name.to_owned()
            };
        }
        Ok(())
    }
}

/// Returns true for what a file is called that programs read settings from: `.env`, `.env.local`, `prod.env`, `.envrc`.
fn is_env_file(name: &str) -> bool {
    let is_sample = [".example", ".sample", ".template", ".dist"]
        .iter()
        .any(|end| name.ends_with(end));
    !is_sample
        && (name == ".env"
            || name == ".envrc"
            || name.starts_with(".env.")
            || name.as_bytes().ends_with(b".env"))
}

fn absolute(file: &Path) -> Result<PathBuf, Failure> {
    if file == Path::new("-") {
        return Err(Failure::new(
            "`-` is standard input with a secret on each line, and stands before the options: keyfence guard add - --name NAME",
        ));
    }
    Ok(environment::current_dir()?.join(file))
}

/// Returns the path as the store keeps it.
fn shown(file: &Path) -> Result<String, Failure> {
    let text = file.to_str().ok_or_else(|| {
        Failure::new(format!(
            "the path {} is not UTF-8; rename it, or give its secrets on standard input",
            file.display()
        ))
    })?;
    Ok(text.to_owned())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error| {
        Failure::because(
            format!(
                "cannot read secrets from {}; name a file that you can read",
                file.display()
            ),
            error,
        )
    };
    small_file::read(file, MAX_BYTES).map_err(cannot)
}
