//! What the process is given from outside: variables, folders, the terminal.

#![expect(
    clippy::disallowed_methods,
    reason = "the one file that reads environment variables"
)]

use std::{
    env,
    ffi::OsString,
    fs::File,
    io::{self, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Failure, args::When};
use crate::{
    report::asff::Target,
    source::{
        config,
        history::alternates,
        repository::{OuterConfig, Override},
    },
};

/// Returns the folder the program was started in.
pub(super) fn current_dir() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| {
        Failure::because(
            "cannot tell the current folder; change to one that exists",
            error,
        )
    })
}

/// Returns the time, in seconds since 1970-01-01T00:00:00Z.
pub(super) fn now_seconds() -> i64 {
    seconds(SystemTime::now())
}

/// Returns `time` in seconds since 1970-01-01T00:00:00Z, and 0 for what was before.
pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

/// Returns the path of the running program.
pub(super) fn program() -> Result<PathBuf, Failure> {
    env::current_exe().map_err(|error| {
        Failure::because(
            "cannot tell where this program is; call it by its full path",
            error,
        )
    })
}

/// Returns what git's variables say about the repository; git sets them for hooks.
pub(super) fn git_override() -> Override {
    Override {
        git_dir: path("GIT_DIR"),
        work_tree: path("GIT_WORK_TREE"),
        common_dir: path("GIT_COMMON_DIR"),
        index_file: path("GIT_INDEX_FILE"),
        objects_dir: path("GIT_OBJECT_DIRECTORY"),
        alternate_objects_dirs: variable("GIT_ALTERNATE_OBJECT_DIRECTORIES")
            .map(|list| alternates::from_variable(&list))
            .unwrap_or_default(),
    }
}

/// Returns the ids of the commits that `git merge` is about to merge: it names each in a variable for its hooks
/// (`GITHEAD_<id>`, set in git's builtin/merge.c).
pub(super) fn merge_heads() -> Vec<String> {
    env::vars_os()
        .filter_map(|(name, _)| Some(name.to_str()?.strip_prefix("GITHEAD_")?.to_owned()))
        .collect()
}

/// Returns why the person wants this check to be left out, where the variable for that is set.
pub(super) fn skip_reason() -> Option<String> {
    let reason = variable("KEYFENCE_SKIP")?;
    let reason = reason.to_string_lossy().trim().to_owned();
    (!reason.is_empty()).then_some(reason)
}

/// What pre-commit and prek say of a push, for one ref: they read themselves what git passes to a hook
/// (<https://pre-commit.com/#pre-push>).
pub(super) struct PreCommitPush {
    pub(super) remote_name: OsString,
    pub(super) remote_branch: String,
    /// The revision that is pushed.
    pub(super) to: String,
}

/// Returns that, where one of them runs this program.
pub(super) fn pre_commit_push() -> Option<PreCommitPush> {
    variable("PRE_COMMIT")?;
    let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
    Some(PreCommitPush {
        // Without it, all of the branch is new.
        to: text("PRE_COMMIT_TO_REF").or_else(|| text("PRE_COMMIT_LOCAL_BRANCH"))?,
        remote_name: variable("PRE_COMMIT_REMOTE_NAME").unwrap_or_default(),
        remote_branch: text("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default(),
    })
}

/// Returns where the message of a commit comes from, where pre-commit or prek runs this program: they do not pass that argument on.
pub(super) fn pre_commit_message_source() -> Option<OsString> {
    variable("PRE_COMMIT_COMMIT_MSG_SOURCE").filter(|source| !source.is_empty())
}

/// The variables that tell git where a repository is.
pub(super) const GIT_PLACES: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
];

/// Returns the variables that are set and turn hooks off, with their values and what they turn off.
pub(super) fn hook_switches() -> Vec<(&'static str, String, &'static str)> {
    let all: [(&str, &[&str], &str); 3] = [
        ("KEYFENCE_SKIP", &[], "every check of keyfence"),
        ("HUSKY", &["0"], "husky's hooks"),
        ("LEFTHOOK", &["0", "false"], "lefthook's hooks"),
    ];
    let set = all.into_iter().filter_map(|(name, values, who)| {
        let value = variable(name)?.to_string_lossy().into_owned();
        let counts = values.is_empty() && !value.is_empty() || values.contains(&&*value);
        counts.then_some((name, value, who))
    });
    set.collect()
}

/// Returns the programs called `name` in the folders of PATH, each once.
pub(super) fn programs(name: &str) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let mut real = Vec::new();
    let mut out = Vec::new();
    for program in env::split_paths(&path).map(|folder| folder.join(&name)) {
        let Ok(is) = program.canonicalize() else {
            continue;
        };
        if is.is_file() && !real.contains(&is) {
            real.push(is);
            out.push(program);
        }
    }
    out
}

/// Makes a folder that nobody else can look into, in the one for temporary files.
pub(super) fn new_temporary_folder() -> Result<PathBuf, Failure> {
    let seconds = now_seconds();
    let path = env::temp_dir().join(format!("keyfence-{}-{seconds}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path).map_err(|error| {
        let what = format!(
            "cannot make the folder {}; set TMPDIR to one that is writable",
            path.display()
        );
        Failure::because(what, error)
    })?;
    Ok(path)
}

/// Returns the file that GitHub Actions shows as the summary of a step
/// (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>), if there is one.
pub(super) fn step_summary() -> Option<PathBuf> {
    path("GITHUB_STEP_SUMMARY")
}

/// Returns true when GitLab runs this program as a hook (its shell sets it for each).
pub(super) fn is_gitlab_hook() -> bool {
    variable("GL_REPOSITORY").is_some() || variable("GL_ID").is_some()
}

/// Returns the folder where programs keep what can be made anew
/// (<https://specifications.freedesktop.org/basedir-spec/latest/>), if there is one.
pub(super) fn cache_dir() -> Option<PathBuf> {
    if cfg!(windows) {
        return path("LOCALAPPDATA");
    }
    // A relative path means nothing there.
    let dir = path("XDG_CACHE_HOME").or_else(|| path("HOME").map(|home| home.join(".cache")));
    dir.filter(|dir| dir.is_absolute())
}

/// Returns the folder with the user's configuration (<https://specifications.freedesktop.org/basedir-spec/latest/>), if there is one.
pub(super) fn config_dir() -> Option<PathBuf> {
    let dir = path("XDG_CONFIG_HOME").or_else(|| path("HOME").map(|home| home.join(".config")));
    dir.filter(|dir| dir.is_absolute())
}

/// Returns the file with what is known of the user's own secrets, if there is a folder for it.
pub(super) fn guard_file() -> Option<PathBuf> {
    Some(own_dir()?.join("guard"))
}

/// Returns the user's configuration file and the system's, the nearer one first. `KEYFENCE_SYSTEM_CONFIG` names another one for the system.
pub(super) fn config_files() -> impl Iterator<Item = PathBuf> {
    let own = own_dir().map(|dir| dir.join(CONFIG));
    let system = path("KEYFENCE_SYSTEM_CONFIG").or_else(|| {
        if cfg!(windows) {
            Some(path("PROGRAMDATA")?.join("keyfence").join(CONFIG))
        } else {
            Some(Path::new("/etc/keyfence").join(CONFIG))
        }
    });
    own.into_iter().chain(system)
}

/// What the user's and the system's configuration file are called.
const CONFIG: &str = "config.toml";

/// Returns the folder with what the user has told this program, if there is one.
fn own_dir() -> Option<PathBuf> {
    let windows = path("APPDATA").filter(|_| cfg!(windows));
    Some(windows.or_else(config_dir)?.join("keyfence"))
}

/// Returns the value of the variable `name`, which a person has named, if it is set.
pub(super) fn named_variable(name: &str) -> Option<OsString> {
    // Other names are none, and are refused by the system in its own way.
    let is_name = !name.is_empty() && !name.contains(['=', '\0']);
    is_name.then(|| variable(name)).flatten()
}

/// Returns bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(|error| {
        Failure::because("cannot get random bytes from the system", error.to_string())
    })?;
    Ok(out)
}

/// Returns `path` with `~/` replaced by the user's home.
pub(super) fn expanded(file: &Path) -> PathBuf {
    match (file.strip_prefix("~"), path("HOME")) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => file.to_owned(),
    }
}

/// Returns the file in which the AWS command line looks for the user's credentials
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>).
pub(super) fn aws_credentials_file() -> Option<PathBuf> {
    let home = path("HOME").or_else(|| path("USERPROFILE").filter(|_| cfg!(windows)));
    match path("AWS_SHARED_CREDENTIALS_FILE") {
        // A shell that sets it in quotes has left the tilde as it is.
        Some(file) => match (file.strip_prefix("~"), home) {
            (Ok(rest), Some(home)) => Some(home.join(rest)),
            _ => Some(file),
        },
        None => home.map(|home| home.join(".aws").join("credentials")),
    }
}

/// Returns the AWS account and region into which findings are to be imported: `AWS_ACCOUNT_ID`, which is for the user to
/// set, and `AWS_REGION` or `AWS_DEFAULT_REGION`, which the AWS command line knows too
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html>).
pub(super) fn aws_target() -> Result<Target, Failure> {
    let text = |name: &str| {
        let value = variable(name)?.to_string_lossy().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let missing = |what: &str, names: &str| {
        Failure::new(format!(
            "the format `asff` needs the AWS {what} that findings are imported into: set {names}"
        ))
    };
    let account = text("AWS_ACCOUNT_ID").ok_or_else(|| missing("account", "AWS_ACCOUNT_ID"))?;
    let region = text("AWS_REGION")
        .or_else(|| text("AWS_DEFAULT_REGION"))
        .ok_or_else(|| missing("region", "AWS_REGION or AWS_DEFAULT_REGION"))?;
    Target::new(&account, &region).map_err(|error| {
        let what = format!(
            "the format `asff` cannot be written for the account `{account}` (AWS_ACCOUNT_ID) in the region `{region}` (AWS_REGION or \
             AWS_DEFAULT_REGION)"
        );
        Failure::because(what, error)
    })
}

/// Returns where git's own configuration lies (git-config(1), "FILES").
pub(super) fn outer_config() -> OuterConfig {
    let home = path("HOME");
    let xdg = path("XDG_CONFIG_HOME")
        .or_else(|| home.as_ref().map(|home| home.join(".config")))
        .map(|dir| dir.join("git"));
    let mut files = Vec::new();
    if variable("GIT_CONFIG_NOSYSTEM")
        .is_none_or(|value| ["0", "false", ""].iter().any(|no| value == *no))
    {
        files.push(path("GIT_CONFIG_SYSTEM").unwrap_or_else(|| PathBuf::from("/etc/gitconfig")));
    }
    if let Some(file) = path("GIT_CONFIG_GLOBAL") {
        files.push(file);
    } else {
        files.extend(xdg.as_ref().map(|dir| dir.join("config")));
        files.extend(home.as_ref().map(|home| home.join(".gitconfig")));
    }
    OuterConfig {
        files,
        excludes_file: xdg.map(|dir| dir.join("ignore")),
        home,
        values: config_values(),
    }
}

/// Returns the settings of `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_<n>` and `GIT_CONFIG_VALUE_<n>`, then those of `git -c`, which win.
fn config_values() -> Vec<(String, String)> {
    let count = variable("GIT_CONFIG_COUNT")
        .and_then(|count| count.to_str()?.parse::<usize>().ok())
        .unwrap_or(0);
    let text = |name: String| variable(&name).and_then(|value| value.into_string().ok());
    let counted = (0..count.min(1000)).filter_map(|n| {
        Some((
            text(format!("GIT_CONFIG_KEY_{n}"))?,
            text(format!("GIT_CONFIG_VALUE_{n}"))?,
        ))
    });
    let typed = variable("GIT_CONFIG_PARAMETERS").unwrap_or_default();
    counted
        .chain(config::from_parameters(typed.as_encoded_bytes().into()))
        .collect()
}

/// Returns true when standard output takes colour, as `when` and the user's variables (<https://no-color.org>) say.
pub(super) fn colour(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            io::stdout().is_terminal()
                && variable("NO_COLOR").is_none_or(|v| v.is_empty())
                && variable("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProgressStyle {
    /// One line of a terminal, drawn again and again.
    Line,
    /// A line a second, for a log.
    Log,
}

/// Returns how to show progress on standard error; none when it is not to be shown.
pub(super) fn progress(when: When) -> Option<ProgressStyle> {
    // Only Windows has terminals that do not say what they are.
    let is_terminal =
        io::stderr().is_terminal() && variable("TERM").map_or(cfg!(windows), |term| term != "dumb");
    match when {
        When::Never => None,
        When::Auto => is_terminal.then_some(ProgressStyle::Line),
        When::Always if is_terminal => Some(ProgressStyle::Line),
        When::Always => Some(ProgressStyle::Log),
    }
}

/// Returns true when a commit message goes through an editor: git runs its hooks with `GIT_EDITOR=:` when it does not.
pub(super) fn message_is_edited() -> bool {
    variable("GIT_EDITOR").is_none_or(|editor| editor != ":")
}

/// Returns how many threads to use when nothing is said.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// Returns a variable that a CI system sets; an empty one, or one that is no text, is none.
pub(super) fn ci_variable(name: &str) -> Option<String> {
    variable(name)?
        .into_string()
        .ok()
        .filter(|value| !value.is_empty())
}

/// The most bytes of an event of GitHub Actions; GitHub's own limit for webhooks is 25 MB.
const MAX_EVENT_BYTES: u64 = 64 << 20;

/// Returns the event that GitHub Actions and those who follow it describe in a file; null where there is none.
pub(super) fn ci_event() -> Result<serde_json::Value, Failure> {
    let Some(path) = path("GITHUB_EVENT_PATH") else {
        return Ok(serde_json::Value::Null);
    };
    let cannot = |error: io::Error| {
        Failure::because(
            format!(
                "cannot read {}, which GITHUB_EVENT_PATH names; give --base and --head",
                path.display()
            ),
            error,
        )
    };
    let file = File::open(&path).map_err(cannot)?;
    serde_json::from_reader(io::BufReader::new(file.take(MAX_EVENT_BYTES)))
        .map_err(|error| cannot(error.into()))
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

fn path(name: &str) -> Option<PathBuf> {
    variable(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
