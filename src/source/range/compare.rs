//! What each of many commits changes, found out on several threads.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use gix::ObjectId;

use super::{
    super::{
        changes::{Comparer, Step, Trouble},
        head,
        interrupt::Interrupt,
        objects::Objects,
    },
    walk::Found,
};

/// How many commits a thread takes at a time. Neighbours have most trees in common, and the same trees are compared so many times in each lot,
/// so that what is told does not depend on threads.
const LOT: usize = 16;

/// What one commit changes, and what could not be compared.
pub(super) type Compared = (Step, Vec<Trouble>);

/// Compares each commit with its parents; none for those that an interrupt has left out.
pub(super) fn all(
    objects: &Objects,
    found: &[Found],
    threads: usize,
    interrupt: Option<&Interrupt>,
) -> Vec<Option<Compared>> {
    let lots: Vec<&[Found]> = found.chunks(LOT).collect();
    let done: Vec<Mutex<Vec<Compared>>> = lots.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let work = |objects: Objects| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(lot), Some(out)) = (lots.get(at), done.get(at)) else {
                break;
            };
            let compared = one_lot(&objects, lot, interrupt);
            *out.lock().unwrap_or_else(PoisonError::into_inner) = compared;
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(lots.len()) {
            let objects = objects.clone();
            scope.spawn(|| work(objects));
        }
        work(objects.clone());
    });
    let mut out = Vec::with_capacity(found.len());
    for (lot, done) in lots.iter().zip(done) {
        let mut done = done
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .into_iter();
        out.extend(lot.iter().map(|_| done.next()));
    }
    out
}

/// Compares the commits of a lot, until an interrupt ends that.
fn one_lot(objects: &Objects, lot: &[Found], interrupt: Option<&Interrupt>) -> Vec<Compared> {
    let mut comparer = Comparer::new(interrupt);
    let mut out = Vec::with_capacity(lot.len());
    for found in lot {
        if interrupt.is_some_and(Interrupt::is_raised) {
            break;
        }
        let trees: Vec<ObjectId> = (found.parents.iter())
            .filter_map(|parent| head::tree_of(parent, objects).ok())
            .collect();
        let step = comparer.step(objects, found.tree, &trees);
        out.push((step, std::mem::take(&mut comparer.trouble)));
    }
    out
}
