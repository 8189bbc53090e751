//! Where the public halves of private keys stand among the files.

use std::ffi::OsString;

use super::{args, environment, scan, settings::Limits};
use crate::{
    finding::Outcome,
    scan::{Halves, Scanner},
};

/// Adds to the private keys in `outcome` where their public halves stand among the files that `args` ask for; of a history, in the work
/// tree.
pub(super) fn tell(args: &args::Scan, scanner: &Scanner, limits: Limits, outcome: &mut Outcome) {
    let is_of_files = !args.staged && args.message.is_none();
    let is_input = args.paths.iter().any(|path| path == "-");
    let Some(halves) = Halves::of(outcome).filter(|_| is_of_files && !is_input) else {
        return;
    };
    let everywhere: &[OsString] = &[];
    let paths = if args.history.all {
        everywhere
    } else {
        &args.paths
    };
    // What cannot be read was named by the scan itself; a bare repository has no files.
    if scan::read_files(args, paths, limits, &|| halves.visitor()).is_ok() {
        halves.tell(outcome, Some(environment::now_seconds()));
        scanner.find_in_texts(outcome);
    }
}
