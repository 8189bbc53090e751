//! The configuration files that count, and what they say together.

mod check;
mod root;
mod show;

use std::path::{Path, PathBuf};

pub(super) use self::root::Root;
use super::{
    CLEAN, Failure, accepted,
    args::{self, ConfigCommand, RuleOptions},
    baseline, environment, output, settings,
};
use crate::{
    config::{self, Config, Levels, Mode, Owner},
    policy::{
        self, Accepted, allow,
        paths::{self, AllowedPaths},
    },
    rule::parse::RuleFile,
};

pub(super) fn run(args: &args::Config) -> Result<u8, Failure> {
    match &args.command {
        ConfigCommand::Show(show) => show::run(show),
        ConfigCommand::Check(check) => check::run(check),
        ConfigCommand::Schema => {
            output::print(config::SCHEMA.as_bytes())?;
            Ok(CLEAN)
        }
    }
}

/// Where the policy of a scan is read.
#[derive(Debug, Clone)]
pub(super) struct Sources<'a> {
    /// Where the repository has it.
    pub(super) root: Root<'a>,
    /// A commit is checked by another one's policy.
    pub(super) checked: Option<Checked<'a>>,
}

/// A commit that is checked by another one's policy: files of the repository are read there, also those that options name.
#[derive(Debug, Clone)]
pub(super) struct Checked<'a> {
    /// The top of the work tree; none where there is no work tree.
    pub(super) top: Option<PathBuf>,
    /// The commit.
    pub(super) commit: Root<'a>,
}

impl<'a> Sources<'a> {
    /// Returns those of a repository that no other one's policy is checked by.
    pub(super) fn of(root: Root<'a>) -> Self {
        Self {
            root,
            checked: None,
        }
    }

    /// Returns where the file is read that an option names, and its path there.
    pub(super) fn typed(&self, path: &Path) -> Result<(Root<'a>, PathBuf), Failure> {
        let on_disk = || (Root::typed(), path.to_owned());
        let Some(checked) = &self.checked else {
            return Ok(on_disk());
        };
        let Some(top) = &checked.top else {
            let is_absolute = path.is_absolute();
            return Ok(if is_absolute {
                on_disk()
            } else {
                (self.root.clone(), path.to_owned())
            });
        };
        let whole = paths::plain(&environment::current_dir()?.join(path));
        Ok(match whole.strip_prefix(top) {
            Ok(within) => (self.root.clone(), within.to_owned()),
            Err(_) => on_disk(),
        })
    }

    /// Returns true where the commit that is checked has the file `path`, so that a later check may need it.
    pub(super) fn is_to_come(&self, path: &Path) -> Result<bool, Failure> {
        let Some(checked) = &self.checked else {
            return Ok(false);
        };
        Ok(!checked.commit.rule_files(path)?.is_empty())
    }
}

/// A configuration file.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    /// Where paths in it begin.
    pub(super) root: Root<'a>,
    /// Its name there.
    pub(super) file: PathBuf,
    pub(super) config: Config,
}

impl Layer<'_> {
    /// Returns what people call the file.
    pub(super) fn name(&self) -> PathBuf {
        self.root.name(&self.file)
    }
}

/// The configuration files that count, the nearest first.
#[derive(Debug)]
pub(super) struct Layers<'a> {
    pub(super) layers: Vec<Layer<'a>>,
}

impl<'a> Layers<'a> {
    /// Reads them; none where `options` say so.
    pub(super) fn read(options: &RuleOptions, sources: &Sources<'a>) -> Result<Self, Failure> {
        let mut layers = Vec::new();
        if options.no_config {
            return Ok(Self { layers });
        }
        if let Some(path) = &options.config {
            layers.push(Self::named(path, sources)?);
        } else {
            layers.extend(layer(
                sources.root.clone(),
                config::FILE.into(),
                Owner::Repository,
            )?);
        }
        for path in environment::config_files() {
            let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else {
                continue;
            };
            let root = Root::Folder(folder.to_owned());
            layers.extend(layer(root, file.into(), Owner::Machine)?);
        }
        Ok(Self { layers })
    }

    /// Reads the file that `--config` names.
    fn named(path: &Path, sources: &Sources<'a>) -> Result<Layer<'a>, Failure> {
        let (root, within) = sources.typed(path)?;
        let (root, file) = match root {
            // Its paths begin in its folder.
            Root::Folder(folder) => {
                let whole = folder.join(&within);
                let file = whole.file_name().unwrap_or_default().into();
                let folder = whole.parent().unwrap_or(Path::new("")).to_owned();
                (Root::Folder(folder), file)
            }
            root => (root, within),
        };
        let name = root.name(&file).display().to_string();
        layer(root, file, Owner::Repository)?.ok_or_else(|| {
            Failure::new(format!(
                "cannot read the configuration {name}: there is no such file; name one that is there, or leave --config out"
            ))
        })
    }

    /// Returns what counts in `mode`.
    pub(super) fn levels(&self, mode: Mode) -> Levels {
        let layers = self.layers.iter();
        layers.fold(Levels::default(), |levels, layer| {
            levels.or(layer.config.levels(mode))
        })
    }

    /// Returns what makes fingerprints the repository's own; empty where nothing does.
    pub(super) fn salt(&self) -> &[u8] {
        let mut salts = self.layers.iter();
        salts
            .find_map(|layer| layer.config.salt.as_deref())
            .unwrap_or_default()
            .as_bytes()
    }

    /// Returns true when the built-in rules are on.
    pub(super) fn has_builtin(&self) -> bool {
        let mut said = self
            .layers
            .iter()
            .filter_map(|layer| layer.config.rules.builtin);
        said.next().unwrap_or(true)
    }

    /// Returns the nearest file that says which rules alone are on.
    pub(super) fn enabling(&self) -> Option<&Layer<'a>> {
        let mut layers = self.layers.iter();
        layers.find(|layer| !layer.config.rules.enable.is_empty())
    }

    /// Returns the rules and pairs of all rule files.
    pub(super) fn rules(&self) -> Result<RuleFile, Failure> {
        let mut out = RuleFile::default();
        for layer in &self.layers {
            for path in &layer.config.rules.files {
                let path = layer.path(path);
                let files = layer.root.rule_files(&path)?;
                if files.is_empty() {
                    return Err(Failure::new(format!(
                        "there is no rule file {}, which `rules.files` in {} names",
                        layer.root.name(&path).display(),
                        layer.name().display()
                    )));
                }
                settings::add_rules(&layer.root, &files, &mut out)?;
            }
        }
        Ok(out)
    }

    /// Returns the secrets that entries and baselines accept today. Entries that hold no more are named.
    pub(super) fn accepted(&self) -> Result<Accepted, Failure> {
        let mut out = Accepted::new();
        for layer in &self.layers {
            let entries: Vec<allow::Entry> = (layer.config.secrets.iter())
                .map(|one| one.entry.clone())
                .collect();
            out.extend(accepted::holding(entries, &layer.name()));
            if let Some((name, text)) = layer.baseline()? {
                policy::add_baseline(&mut out, baseline::parse(&text, &name)?);
            }
        }
        Ok(out)
    }

    /// Returns the files in which findings are accepted today. Entries that hold no more are named.
    pub(super) fn allowed_paths(&self) -> Option<AllowedPaths> {
        let today = accepted::today();
        let mut holding = Vec::new();
        for layer in &self.layers {
            for one in &layer.config.paths {
                if one.entry.holds_on(&today) {
                    holding.push(&one.entry);
                } else {
                    let what = format!("for {}", one.entry.paths.join(", "));
                    let expires = one.entry.expires.as_deref().unwrap_or_default();
                    accepted::say_ended(&what, expires, &layer.name());
                }
            }
        }
        AllowedPaths::new(holding)
    }
}

impl Layer<'_> {
    /// Returns what people call the baseline that is named here, with its text.
    fn baseline(&self) -> Result<Option<(PathBuf, String)>, Failure> {
        let Some(path) = &self.config.baseline else {
            return Ok(None);
        };
        let path = self.path(path);
        let name = self.root.name(&path);
        let text = self.root.text(&path)?.ok_or_else(|| {
            Failure::new(format!(
                "there is no baseline {}, which `baseline` in {} names; `keyfence baseline write` makes one",
                name.display(),
                self.name().display()
            ))
        })?;
        Ok(Some((name, text)))
    }

    /// Returns where the file lies that this one names: paths begin in its folder.
    fn path(&self, path: &str) -> PathBuf {
        let path = match self.root {
            Root::Folder(_) => environment::expanded(Path::new(path)),
            _ => path.into(),
        };
        self.file.parent().unwrap_or(Path::new("")).join(path)
    }
}

/// Reads a configuration file, if there is one.
fn layer(root: Root<'_>, file: PathBuf, owner: Owner) -> Result<Option<Layer<'_>>, Failure> {
    let Some(text) = root.text(&file)? else {
        return Ok(None);
    };
    let config = config::parse(&text, owner).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Failure::new(format!(
            "the configuration {} has mistakes; mend them, or leave it out with --no-config:\n  {}",
            root.name(&file).display(),
            lines.join("\n  ")
        ))
    })?;
    Ok(Some(Layer { root, file, config }))
}
