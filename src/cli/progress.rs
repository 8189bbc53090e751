//! Says on standard error how far a scan is.
//!
//! A thread looks at the counters ten times a second; the scan itself does nothing but count.

mod line;

use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};

use super::environment::ProgressStyle;
use crate::scan::{Phase, Progress, Snapshot};

/// How often a terminal is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// How often a log gets a line.
const EVERY_LINE: Duration = Duration::from_secs(1);

/// Nothing is shown before: most scans are over by then.
const QUIET: Duration = Duration::from_millis(300);

/// Runs `scan` and shows how far it is in `style`; without one it gets no counters.
pub(super) fn watch<T>(
    style: Option<ProgressStyle>,
    scan: impl FnOnce(Option<&Progress>) -> T,
) -> T {
    let Some(style) = style else {
        return scan(None);
    };
    let progress = Progress::default();
    thread::scope(|scope| {
        // Dropping the sender, be it by a panic, ends the thread.
        let (end, ended) = mpsc::channel::<()>();
        let mut times = Times::new(&progress);
        scope.spawn(move || {
            if has_ended(&ended, QUIET) {
                return;
            }
            match style {
                ProgressStyle::Line => draw(ProgressDrawTarget::stderr(), &mut times, &ended),
                ProgressStyle::Log => log(&mut io::stderr(), &mut times, &ended),
            }
        });
        let result = scan(Some(&progress));
        drop(end);
        result
    })
}

/// Waits, and returns true when the scan ends meanwhile.
fn has_ended(ended: &mpsc::Receiver<()>, wait: Duration) -> bool {
    ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout)
}

/// Draws to a terminal, and clears what was drawn when the scan ends.
fn draw(target: ProgressDrawTarget, times: &mut Times<'_>, ended: &mpsc::Receiver<()>) {
    let first = times.look();
    let bar = ProgressBar::with_draw_target(None, target).with_message(times.line(&first));
    let mut styled = None;
    loop {
        let now = times.look();
        if styled != Some(now.phase) {
            bar.set_style(style(now.phase));
            match now.phase.total {
                Some(total) => bar.set_length(total),
                None => bar.unset_length(),
            }
            styled = Some(now.phase);
        }
        bar.set_position(now.done);
        bar.set_message(times.line(&now));
        bar.tick();
        if has_ended(ended, EVERY) {
            return bar.finish_and_clear();
        }
    }
}

/// Returns how a phase is drawn: without colour, in ASCII.
fn style(phase: Phase) -> BarStyle {
    match phase.total {
        Some(_) => BarStyle::with_template("{percent:>3}% [{bar:8}] {wide_msg}")
            .expect("the template is well-formed")
            .progress_chars("=> "),
        None => BarStyle::with_template("{spinner} {wide_msg}")
            .expect("the template is well-formed")
            .tick_chars("-\\|/ "),
    }
}

/// Writes lines without control characters.
fn log(out: &mut dyn io::Write, times: &mut Times<'_>, ended: &mpsc::Receiver<()>) {
    loop {
        let now = times.look();
        let line = format!("keyfence: {}\n", times.line(&now));
        if out.write_all(line.as_bytes()).is_err() || has_ended(ended, EVERY_LINE) {
            return;
        }
    }
}

/// The counters of a scan and the time they took.
struct Times<'a> {
    progress: &'a Progress,
    started: Instant,
    phase: Phase,
    phase_started: Instant,
}

impl<'a> Times<'a> {
    fn new(progress: &'a Progress) -> Self {
        let started = Instant::now();
        Self {
            progress,
            started,
            phase: progress.snapshot().phase,
            phase_started: started,
        }
    }

    /// Reads the counters.
    fn look(&mut self) -> Snapshot {
        let now = self.progress.snapshot();
        if now.phase != self.phase {
            (self.phase, self.phase_started) = (now.phase, Instant::now());
        }
        now
    }

    fn line(&self, now: &Snapshot) -> String {
        line::line(now, self.started.elapsed(), self.phase_started.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex, mpsc},
        thread,
        time::{Duration, Instant},
    };

    use indicatif::{ProgressDrawTarget, TermLike};

    use super::{Times, draw, log};
    use crate::scan::{Phase, Progress};

    const OBJECTS: Phase = Phase {
        name: "scanning",
        unit: "object",
        total: Some(12_000),
    };

    /// A terminal of one line, or a log: what it shows now, and all that was ever written.
    #[derive(Debug, Default, Clone)]
    struct Screen(Arc<Mutex<(String, String)>>);

    impl Screen {
        fn now(&self) -> String {
            self.0.lock().unwrap().0.clone()
        }

        fn ever(&self) -> String {
            self.0.lock().unwrap().1.clone()
        }

        /// Waits until all of `parts` are shown.
        #[track_caller]
        fn wait_for(&self, parts: &[&str]) {
            let deadline = Instant::now() + Duration::from_secs(20);
            while !parts.iter().all(|part| self.now().contains(part)) {
                assert!(Instant::now() < deadline, "{parts:?} not in {self:?}");
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    impl io::Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.write_str(std::str::from_utf8(bytes).unwrap())?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, n: usize) -> io::Result<()> {
            assert_eq!(n, 0, "there is one line");
            Ok(())
        }

        fn move_cursor_down(&self, n: usize) -> io::Result<()> {
            self.move_cursor_up(n)
        }

        fn move_cursor_right(&self, n: usize) -> io::Result<()> {
            self.move_cursor_up(n)
        }

        fn move_cursor_left(&self, n: usize) -> io::Result<()> {
            self.move_cursor_up(n)
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            panic!("there is one line: {text:?}");
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            let (now, ever) = &mut *self.0.lock().unwrap();
            now.push_str(text);
            ever.push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().unwrap().0.clear();
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Shows a scan of files, then of objects, and waits until `screen` has the `parts` of each.
    fn shown(
        screen: &Screen,
        parts: [&[&str]; 2],
        show: impl FnOnce(&mut Times<'_>, &mpsc::Receiver<()>) + Send,
    ) {
        let progress = Progress::default();
        progress.advance(34);
        thread::scope(|scope| {
            let (end, ended) = mpsc::channel();
            let mut times = Times::new(&progress);
            scope.spawn(move || show(&mut times, &ended));
            screen.wait_for(parts[0]);
            progress.begin(OBJECTS);
            progress.advance(3000);
            progress.add_findings(2);
            screen.wait_for(parts[1]);
            drop(end);
        });
    }

    #[test]
    fn a_terminal_has_one_line_that_goes() {
        let screen = Screen::default();
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let parts = [
            &["scanning: 34 files, 0 B"][..],
            &[" 25% [==>", "3,000/12,000 objects, 2 findings, ", " left"],
        ];
        shown(&screen, parts, |times, ended| draw(target, times, ended));
        assert_eq!(screen.now(), "");
        let ever = screen.ever();
        assert!(ever.chars().all(|c| (' '..='~').contains(&c)), "{ever:?}");
    }

    #[test]
    fn a_log_has_whole_lines() {
        let screen = Screen::default();
        let parts = [
            &["keyfence: scanning: 34 files, 0 B, 0 B/s\n"][..],
            &["\nkeyfence: scanning: 3,000/12,000 objects, 2 findings, "],
        ];
        let mut out = screen.clone();
        shown(&screen, parts, |times, ended| log(&mut out, times, ended));
        let ever = screen.ever();
        assert!(ever.ends_with('\n'), "{ever:?}");
        assert!(
            ever.chars().all(|c| c == '\n' || (' '..='~').contains(&c)),
            "{ever:?}"
        );
    }
}
