//! The files of a work tree that git ignores.

use std::path::PathBuf;

use ignore::WalkBuilder;

use super::{
    error::Error,
    files::ignore_files,
    repository::{OuterConfig, Repository},
};

/// Returns the files that git's ignore rules name, and whose names `is_wanted` takes, sorted. Nothing is followed out of the work tree. A tracked
/// file that a rule names is among them.
///
/// # Errors
///
/// When the repository has no work tree.
pub fn files(
    repository: &Repository,
    outer: &OuterConfig,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, Error> {
    let tree = repository.work_tree.as_ref().ok_or(Error::NoWorkTree {
        git_dir: repository.git_dir.clone(),
    })?;
    let list = |rules: bool| {
        let mut walker = WalkBuilder::new(tree);
        walker
            .standard_filters(false)
            .git_ignore(rules)
            .git_exclude(rules)
            .require_git(tree.join(".git").exists())
            .filter_entry(|entry| entry.file_name() != ".git" || entry.depth() == 0);
        if rules {
            for file in ignore_files(repository, outer) {
                // A pattern that cannot be read ignores less.
                let _bad_patterns = walker.add_ignore(file);
            }
        }
        let files = walker.build().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        let files = files.filter(|entry| entry.file_name().to_str().is_some_and(is_wanted));
        files.map(ignore::DirEntry::into_path).collect::<Vec<_>>()
    };
    let seen = list(true);
    let mut out = list(false);
    out.retain(|path| !seen.contains(path));
    out.sort();
    Ok(out)
}
