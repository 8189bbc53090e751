//! A list that several threads read.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use bstr::BStr;

use super::{MakeVisitor, Visitor, interrupt, skip};

/// Calls `each` with every one of `items`, on at most `threads` threads. Each thread has a `state` to itself.
///
/// When the scan is interrupted, how many are left is named, as so many times `what`.
pub(super) fn share<T: Sync, S: Send>(
    (items, what): (&[T], &str),
    threads: usize,
    make_visitor: &MakeVisitor<'_>,
    mut state: impl FnMut() -> S,
    each: impl Fn(&T, &mut S, &mut dyn Visitor) + Sync,
) {
    if items.is_empty() {
        return;
    }
    let next = AtomicUsize::new(0);
    let work = |mut state: S| {
        let mut visitor = make_visitor();
        while !visitor.is_interrupted() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            visitor.item(at);
            each(item, &mut state, &mut *visitor);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(items.len()) {
            let state = state();
            scope.spawn(|| work(state));
        }
        work(state());
    });
    let left = items.len().saturating_sub(next.into_inner());
    if left > 0 {
        let reason = interrupt::reason(left as u64, what);
        skip(&mut *make_visitor(), BStr::new("."), reason, true);
    }
}
