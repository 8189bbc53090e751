//! Work that a busy thread gives to an idle one.
//!
//! A few roots own most objects, so threads that only take roots would end one after the other. A thread works on its own stack
//! without a lock; only when another one has nothing to do it gives away its oldest task.

use std::sync::{
    Condvar, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// Tasks on their way from one thread to another.
#[derive(Debug)]
pub(super) struct Share<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// How many threads wait for whom no task was given yet.
    wanted: AtomicUsize,
}

#[derive(Debug)]
struct State<T> {
    tasks: Vec<T>,
    /// How many threads may still give.
    busy: usize,
    stopped: bool,
}

/// Says that a thread has ended when it is dropped, also by a panic.
pub(super) struct Leave<'a, T>(&'a Share<T>);

impl<T> Share<T> {
    /// Returns a share for `threads` threads, each of which must [`enter`](Self::enter).
    pub(super) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::new(State {
                tasks: Vec::new(),
                busy: threads,
                stopped: false,
            }),
            changed: Condvar::new(),
            wanted: AtomicUsize::new(0),
        }
    }

    /// Begins a thread's work.
    pub(super) fn enter(&self) -> Leave<'_, T> {
        Leave(self)
    }

    /// Returns true when a thread has nothing to do.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) > 0
    }

    /// Gives a task to whoever waits.
    pub(super) fn give(&self, task: T) {
        let mut state = self.lock();
        state.tasks.push(task);
        let left = self.wanted.load(Ordering::Relaxed).saturating_sub(1);
        self.wanted.store(left, Ordering::Relaxed);
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for a task; none when all threads wait, or when all were told to stop.
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        state.busy -= 1;
        let mut asked = false;
        loop {
            if state.stopped {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.busy += 1;
                return Some(task);
            }
            if state.busy == 0 {
                state.stopped = true;
                self.changed.notify_all();
                return None;
            }
            if !asked {
                asked = true;
                self.wanted.fetch_add(1, Ordering::Relaxed);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Tells all threads to stop.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Leave<'_, T> {
    fn drop(&mut self) {
        // A thread leaves when there is nothing left; one that panics must not let the others wait.
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    use super::Share;

    /// Adds up a tree of numbers, each of which stands for as many smaller ones.
    #[test]
    fn all_tasks_are_done_once() {
        fn count(n: u64) -> u64 {
            1 + (0..n).map(count).sum::<u64>()
        }
        for threads in [1, 2, 5] {
            let (share, sum) = (Share::new(threads), AtomicU64::new(0));
            let roots = AtomicU64::new(0);
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let _leave = share.enter();
                        let mut stack = Vec::new();
                        loop {
                            let root = || {
                                let n = roots.fetch_add(1, Ordering::Relaxed);
                                (n < 3).then_some(n + 9)
                            };
                            let Some(n) = stack.pop().or_else(root).or_else(|| share.take()) else {
                                return;
                            };
                            sum.fetch_add(1, Ordering::Relaxed);
                            stack.extend(0..n);
                            if stack.len() > 1 && share.is_wanted() {
                                share.give(stack.remove(0));
                            }
                        }
                    });
                }
            });
            assert_eq!(
                sum.into_inner(),
                count(9) + count(10) + count(11),
                "{threads}"
            );
        }
    }

    #[test]
    fn a_thread_that_panics_ends_the_others() {
        let share = Share::<u8>::new(2);
        thread::scope(|scope| {
            let bad = scope.spawn(|| {
                let _leave = share.enter();
                panic!("on purpose");
            });
            let good = scope.spawn(|| {
                let _leave = share.enter();
                share.take()
            });
            assert!(bad.join().is_err());
            assert_eq!(good.join().unwrap(), None);
        });
    }
}
