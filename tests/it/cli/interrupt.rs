//! Signals: what was found so far is told, and told to be not everything.

use std::{
    fs,
    io::{Read, Write as _},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{PAIR, Pair, Place, Ran, program, repository};

/// A program that is running.
pub(crate) struct Running(Child);

impl Running {
    /// Starts `command` and waits until it catches signals.
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut running = Self(child);
        running.wait_until("it catches signals", Self::catches);
        running
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_so(self) {
            assert_eq!(self.0.try_wait().unwrap(), None, "it ends before {what}");
            assert!(Instant::now() < deadline, "it takes too long until {what}");
            sleep(Duration::from_millis(5));
        }
    }

    /// Returns true when the program catches SIGHUP, the last of them.
    #[cfg(target_os = "linux")]
    fn catches(&self) -> bool {
        let set = self.signals("SigCgt:") | self.signals("SigIgn:");
        set & 1 << (libc::SIGHUP - 1) != 0
    }

    /// Returns a set of signals from proc(5).
    #[cfg(target_os = "linux")]
    fn signals(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        u64::from_str_radix(line.unwrap().trim(), 16).unwrap()
    }

    /// Waits until the program reads `count` of the files that [`large`] makes.
    #[cfg(target_os = "linux")]
    fn reads_large(&mut self, count: usize) {
        let open = |running: &Self| {
            let files = fs::read_dir(format!("/proc/{}/fd", running.0.id())).unwrap();
            files
                .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
                .filter(|file| file.extension().is_some_and(|e| e == "large"))
                .count()
        };
        self.wait_until("it reads large files", |running| open(running) == count);
    }

    /// Elsewhere nobody tells.
    #[cfg(not(target_os = "linux"))]
    fn catches(&self) -> bool {
        sleep(Duration::from_secs(1));
        true
    }

    #[cfg(not(target_os = "linux"))]
    fn reads_large(&mut self, _count: usize) {
        sleep(Duration::from_secs(1));
    }

    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).arg(self.0.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// Waits for the end, which must come far sooner than all would have been read.
    #[track_caller]
    pub(crate) fn ends(mut self, code: i32) -> Ran {
        let deadline = Instant::now() + Duration::from_secs(20);
        let status = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it goes on");
            sleep(Duration::from_millis(5));
        };
        // What is printed here fits into a pipe.
        let read = |pipe: &mut dyn Read| {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let stdout = read(self.0.stdout.as_mut().unwrap());
        let stderr = read(self.0.stderr.as_mut().unwrap());
        let output = Output {
            status,
            stdout,
            stderr,
        };
        Ran::of(&output).ends(code)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // When it has ended that is an error, and all is well.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Makes a file that takes minutes to read, and no room.
fn large(place: &Place, name: &str) {
    let file = fs::File::create(place.root.join(name)).unwrap();
    file.set_len(32 << 30).unwrap();
}

const THE_REST: &str = "interrupted: the rest was not read";

fn skips(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(path, reason)| ((*path).to_owned(), (*reason).to_owned()))
        .collect()
}

#[test]
fn files_that_are_named() {
    for signal in ["INT", "TERM", "HUP"] {
        let place = Place::new();
        place.write("a.env", Pair::drawn(1).env());
        large(&place, "x.large");
        place.write("b.env", Pair::drawn(2).env());
        place.write("c.env", Pair::drawn(3).env());
        let args = "scan a.env x.large b.env c.env --threads 1 --format json";
        let mut running = Running::start(&mut program(&place.root, args.split(' ')));
        running.reads_large(1);
        running.signal(signal);
        let ran = running.ends(2);
        assert_eq!(ran.json()["summary"]["complete"], false);
        assert_eq!(ran.rules(), [PAIR]);
        let left = skips(&[
            (".", "interrupted: 2 files were not read"),
            ("x.large", THE_REST),
        ]);
        assert_eq!(ran.skipped(), left);
        assert_eq!(ran.err, "");
    }
}

#[test]
fn a_folder() {
    let place = Place::new();
    for n in 0..4 {
        large(&place, &format!("{n}.large"));
    }
    let args = "scan . --threads 2 --format json";
    let mut running = Running::start(&mut program(&place.root, args.split(' ')));
    running.reads_large(2);
    running.signal("INT");
    let ran = running.ends(2);
    assert_eq!(ran.json()["summary"]["complete"], false);
    let skipped = ran.skipped();
    assert_eq!(skipped[0], (".".to_owned(), THE_REST.to_owned()));
    assert_eq!(
        skipped.len(),
        3,
        "the two that were being read: {skipped:?}"
    );
    assert!(skipped.iter().all(|(_, reason)| reason == THE_REST));
}

#[test]
fn standard_input_that_waits() {
    let place = Place::new();
    let mut command = program(&place.root, ["scan", "-", "--format", "json"]);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut input = running.0.stdin.take().unwrap();
    // More than pipe and buffers hold: at the end the pair has been taken.
    let text = Pair::drawn(1).env() + &"x\n".repeat(2 << 20);
    input.write_all(text.as_bytes()).unwrap();
    running.signal("INT");
    let ran = running.ends(2);
    drop(input);
    assert_eq!(ran.json()["summary"]["complete"], false);
    assert_eq!(ran.rules(), [PAIR]);
    assert_eq!(ran.skipped(), skips(&[("<stdin>", THE_REST)]));
}

#[test]
fn the_human_report_says_so() {
    let place = Place::new();
    large(&place, "x.large");
    let running = Running::start(&mut program(&place.root, ["scan", "x.large"]));
    running.signal("INT");
    let ran = running.ends(2);
    assert!(ran.out.contains("INCOMPLETE"), "{ran:#?}");
    assert!(ran.out.contains("interrupted: "), "{ran:#?}");
}

#[test]
fn a_hook_blocks() {
    let repo = repository();
    // A line full of anchors is slow to read.
    for n in 0..8 {
        repo.write(format!("{n}.txt"), format!("{n} password=").repeat(1 << 19));
    }
    repo.git(["add", "-A"]);
    let args = ["hook", "pre-commit", "--threads", "1"];
    let running = Running::start(&mut program(&repo.root, args));
    running.signal("INT");
    let ran = running.ends(2);
    assert!(ran.out.contains("interrupted: "), "{ran:#?}");
    assert!(ran.out.contains("blobs were not read"), "{ran:#?}");
    assert!(ran.err.contains("git was stopped"), "{ran:#?}");
}

/// A report that nobody reads keeps the program waiting, when the first signal has long had its effect.
#[test]
fn the_second_signal_ends_the_program_at_once() {
    let place = Place::new();
    let mut command = program(&place.root, ["scan", "-", "--format", "json"]);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut input = running.0.stdin.take().unwrap();
    let pairs: String = (0..2000).map(|n| Pair::drawn(n).env()).collect();
    input
        .write_all((pairs + &"x\n".repeat(2 << 20)).as_bytes())
        .unwrap();
    let stop = Instant::now() + Duration::from_secs(60);
    let status = loop {
        running.signal("INT");
        sleep(Duration::from_millis(100));
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < stop, "it goes on");
    };
    assert_eq!(status.signal(), Some(libc::SIGINT), "{status:?}");
}

/// As `nohup` and scripts start programs that are to go on.
#[test]
#[cfg(target_os = "linux")]
fn what_was_ignored_at_the_start_stays_ignored() {
    let place = Place::new();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\" scan - --format json"])
        .arg(env!("CARGO_BIN_EXE_keyfence"))
        .current_dir(&place.root)
        .stdin(Stdio::piped());
    let mut running = Running::start(&mut command);
    let (hup, int) = (1 << (libc::SIGHUP - 1), 1 << (libc::SIGINT - 1));
    running.wait_until("it scans", |running| running.signals("SigCgt:") & int != 0);
    assert_eq!(running.signals("SigIgn:") & hup, hup);
    running.signal("HUP");
    let mut input = running.0.stdin.take().unwrap();
    input.write_all(Pair::drawn(1).env().as_bytes()).unwrap();
    drop(input);
    let ran = running.ends(1);
    assert_eq!(ran.json()["summary"]["complete"], true);
    assert_eq!(ran.rules(), [PAIR]);
}
