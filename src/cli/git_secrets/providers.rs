//! The prohibited patterns: those that are configured, then what the configured providers print.

use std::{
    ffi::OsString,
    fmt,
    io::{self, Read as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    aws_provider,
    command::{self, Command as Asked},
    config::{Entry, Settings},
};

mod words;

#[cfg(test)]
mod tests;

/// How long a provider may take when nothing is configured.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes that a provider may print.
const MAX_BYTES: u64 = 16 << 20;

/// The prohibited patterns, as far as they could be had.
#[derive(Debug, Default)]
pub(in crate::cli) struct Prohibited {
    /// The configured values, then the lines of each provider, in the order of the configuration. A configured value may be
    /// empty or have more than one line. What a provider prints may be secrets, so messages do not show it.
    pub(in crate::cli) patterns: Vec<Entry>,
    /// The providers that failed: with any, a scan is incomplete.
    pub(in crate::cli) trouble: Vec<Trouble>,
}

/// A provider that gave no patterns.
#[derive(Debug)]
pub(in crate::cli) struct Trouble {
    /// The provider or the setting.
    pub(super) entry: Entry,
    pub(super) why: Why,
}

/// What went wrong with a provider.
#[derive(Debug)]
pub(super) enum Why {
    /// The line has no word.
    Empty,
    /// It cannot be started.
    Start { program: BString, source: io::Error },
    /// Its output cannot be read, or its end cannot be waited for.
    Read(io::Error),
    /// It ended with this, and not with success.
    Failed(ExitStatus),
    /// It took longer than this.
    Slow(Duration),
    /// It printed more than [`MAX_BYTES`].
    TooMuch,
    /// It is ours, and said this.
    Told(String),
    /// `secrets.providerTimeout` is no number of seconds.
    Timeout,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { value, origin } = &self.entry;
        if matches!(self.why, Why::Timeout) {
            return write!(
                f,
                "secrets.providerTimeout is {value:?} in {origin}: give a whole number of seconds, or 0 for no limit"
            );
        }
        write!(f, "the provider {value:?}, configured in {origin}, ")?;
        match &self.why {
            Why::Empty => write!(f, "is empty: give it a command, or remove it"),
            Why::Start { program, source } => write!(
                f,
                "cannot be run: {program:?}: {source} (install it, or mend or remove the setting)"
            ),
            Why::Read(error) => write!(f, "cannot be listened to: {error} (try again)"),
            Why::Failed(status) => write!(
                f,
                "failed: {status} (run it by hand to see why, or remove the setting)"
            ),
            Why::Slow(limit) => write!(
                f,
                "did not end within {} seconds (make it faster, or set secrets.providerTimeout to more seconds)",
                limit.as_secs()
            ),
            Why::TooMuch => write!(
                f,
                "printed more than {} MiB: it is to print patterns, one a line",
                MAX_BYTES >> 20
            ),
            Why::Told(message) => write!(f, "failed: {message}"),
            Why::Timeout => Ok(()),
        }
    }
}

/// Returns all prohibited patterns, running each provider in the current folder.
pub(in crate::cli) fn prohibited(settings: &Settings) -> Prohibited {
    let mut out = Prohibited {
        patterns: settings.patterns.clone(),
        trouble: Vec::new(),
    };
    let limit = match settings.provider_timeout.as_ref().map(timeout) {
        None => Some(TIMEOUT),
        Some(Ok(limit)) => limit,
        Some(Err(trouble)) => {
            out.trouble.push(trouble);
            Some(TIMEOUT)
        }
    };
    for provider in &settings.providers {
        match lines(provider, limit) {
            Ok(lines) => out.patterns.extend(lines.into_iter().map(|value| Entry {
                value,
                origin: format!("the provider {:?}", provider.value).into(),
            })),
            Err(why) => out.trouble.push(Trouble {
                entry: provider.clone(),
                why,
            }),
        }
    }
    out
}

impl Trouble {
    /// Returns where the provider is configured.
    pub(in crate::cli) fn origin(&self) -> &BStr {
        self.entry.origin.as_ref()
    }
}

/// Returns true when the provider is keyfence itself: it is answered without a process.
pub(in crate::cli) fn is_ours(provider: &Entry) -> bool {
    aws(&words_of(provider)).is_some()
}

fn words_of(provider: &Entry) -> Vec<OsString> {
    words::of(provider.value.as_bstr(), Path::new(""))
        .into_iter()
        .map(|word| word.to_os_str_lossy().into_owned())
        .collect()
}

/// Returns the limit that is configured; none for 0.
fn timeout(entry: &Entry) -> Result<Option<Duration>, Trouble> {
    let seconds = entry.value.to_str().ok();
    match seconds.and_then(|seconds| seconds.trim().parse::<u32>().ok()) {
        Some(0) => Ok(None),
        Some(seconds) => Ok(Some(Duration::from_secs(seconds.into()))),
        None => Err(Trouble {
            entry: entry.clone(),
            why: Why::Timeout,
        }),
    }
}

/// Returns the patterns of a provider.
fn lines(provider: &Entry, limit: Option<Duration>) -> Result<Vec<BString>, Why> {
    let words = words_of(provider);
    if let Some((file, key_ids)) = aws(&words) {
        return aws_provider::patterns(file.as_deref(), key_ids)
            .map_err(|stop| Why::Told(stop.err));
    }
    let (program, arguments) = words.split_first().ok_or(Why::Empty)?;
    let output = run(program, arguments, limit)?;
    Ok(cleaned(output))
}

/// Returns the patterns in what a provider has printed.
fn cleaned(mut output: Vec<u8>) -> Vec<BString> {
    // A NUL cannot be part of a shell's variable, so that no provider has ever given one.
    output.retain(|byte| *byte != b'\r' && *byte != 0);
    output
        .lines()
        .filter(|line| !line.trim_ascii().is_empty())
        .map(BString::from)
        .collect()
}

/// Returns what `git secrets --aws-provider` is asked for, if that is what the words say: it is answered without a process.
fn aws(words: &[OsString]) -> Option<(Option<OsString>, bool)> {
    let arguments = match words {
        [git, secrets, arguments @ ..] if git == "git" && secrets == "secrets" => arguments,
        [program, arguments @ ..] if program == "git-secrets" => arguments,
        _ => return None,
    };
    match command::parse(arguments) {
        Ok(Asked::AwsProvider { file, key_ids }) => Some((file, key_ids)),
        _ => None,
    }
}

/// Runs a program with nothing to read, and returns what it prints. What it says on standard error passes through.
fn run(
    program: &OsString,
    arguments: &[OsString],
    limit: Option<Duration>,
) -> Result<Vec<u8>, Why> {
    let ends = limit.map(|limit| (Instant::now() + limit, limit));
    let mut child = start(program, arguments).map_err(|source| Why::Start {
        program: program.as_encoded_bytes().into(),
        source,
    })?;
    let result = listen(&mut child, ends);
    if result.is_err() {
        // It may have ended by itself; the error that counts is the first one.
        drop(child.kill());
        drop(child.wait());
    }
    result
}

fn start(program: &OsString, arguments: &[OsString]) -> io::Result<Child> {
    let spawn = |command: &mut Command| command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    match spawn(Command::new(program).args(arguments)) {
        // A script without a first line that says what runs it is the shell's.
        #[cfg(unix)]
        Err(error) if error.raw_os_error() == Some(libc::ENOEXEC) => spawn(
            Command::new("sh")
                .args(["-c", "\"$0\" \"$@\""])
                .arg(program)
                .args(arguments),
        ),
        result => result,
    }
}

/// Reads all that `child` prints and waits for its end.
fn listen(child: &mut Child, ends: Option<(Instant, Duration)>) -> Result<Vec<u8>, Why> {
    let Some(stdout) = child.stdout.take() else {
        return Err(Why::Read(io::ErrorKind::BrokenPipe.into()));
    };
    let (send, receive) = mpsc::channel();
    // Not joined: what a killed provider has started may keep the pipe open for as long as it likes.
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.take(MAX_BYTES + 1).read_to_end(&mut output);
        // Nobody listens any more when the time is over.
        drop(send.send(read.map(|_| output)));
    });
    let left = |ends: Instant| ends.saturating_duration_since(Instant::now());
    let output = match ends {
        None => receive.recv().map_err(|_| io::ErrorKind::BrokenPipe.into()),
        Some((at, limit)) => match receive.recv_timeout(left(at)) {
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(Why::Slow(limit)),
            received => received.map_err(|_| io::ErrorKind::BrokenPipe.into()),
        },
    };
    let output = output.and_then(|output| output).map_err(Why::Read)?;
    if output.len() as u64 > MAX_BYTES {
        return Err(Why::TooMuch);
    }
    let status = match ends {
        None => child.wait().map_err(Why::Read)?,
        Some((at, limit)) => wait(child, at)?.ok_or(Why::Slow(limit))?,
    };
    if status.success() {
        Ok(output)
    } else {
        Err(Why::Failed(status))
    }
}

/// Waits for the end of `child` until the time `ends`. One that has closed its output ends at once, as a rule.
fn wait(child: &mut Child, ends: Instant) -> Result<Option<ExitStatus>, Why> {
    let mut pause = Duration::from_micros(100);
    loop {
        if let Some(status) = child.try_wait().map_err(Why::Read)? {
            return Ok(Some(status));
        }
        if Instant::now() >= ends {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
