//! What git tries with the canary.

use super::canary::{Ended, Throwaway};
use crate::cli::Failure;

/// Something that git does.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The hook that should stop it, and those that may instead.
    pub(super) hooks: &'static [&'static str],
    /// Whether it is tried.
    pub(super) is_due: fn(&Situation<'_>) -> bool,
    pub(super) run: fn(&Throwaway) -> Result<Ended, Failure>,
}

/// What decides about that.
pub(super) struct Situation<'a> {
    pub(super) is_bare: bool,
    /// Tells whether a hook of ours is installed.
    pub(super) has: &'a dyn Fn(&str) -> bool,
}

/// What is tried.
pub(super) const OPERATIONS: &[Operation] = &[
    here("git commit", &["pre-commit"], |place| {
        place.stage()?;
        place.git(&["commit", "-q", "-m", "canary"])
    }),
    here("git commit --no-verify", &["prepare-commit-msg"], |place| {
        place.stage()?;
        place.git(&["commit", "-q", "--no-verify", "-m", "canary"])
    }),
    here("secret in a commit message", &["commit-msg"], |place| {
        place.git(&["commit", "-q", "--allow-empty", "-m", &place.canary])
    }),
    here(
        "git merge",
        &["pre-merge-commit", "prepare-commit-msg"],
        |place| place.git(&["merge", "-q", "--no-ff", "--no-edit", "canary"]),
    ),
    here("git am", &["pre-applypatch"], |place| {
        apply(place, "canary")
    }),
    here(
        "secret in a patch's message",
        &["applypatch-msg"],
        |place| {
            place.plain(&["checkout", "-q", "-B", "patch", "clean"])?;
            place.write("README", b"patched\n")?;
            place
                .plain(&[
                    "commit",
                    "-q",
                    "-a",
                    "-m",
                    &format!("patch\n\n{}", place.canary),
                ])?
                .must("commit")?;
            place.plain(&["checkout", "-q", "try"])?.must("go back")?;
            apply(place, "patch")
        },
    ),
    here("git push", &["pre-push"], |place| {
        let remote = place.remote()?;
        place.git(&["push", "-q", &remote.to_string_lossy(), "canary"])
    }),
    Operation {
        name: "git update-ref",
        hooks: &["reference-transaction"],
        is_due: |situation| !situation.is_bare && (situation.has)("reference-transaction"),
        run: |place| {
            // The commit of the branch is known already; this one nobody has.
            let made = place.plain(&["commit-tree", "-m", "made", "canary^{tree}"])?;
            let id = String::from_utf8_lossy(&made.out).trim().to_owned();
            made.must("make a commit")?;
            place.git(&["update-ref", "refs/heads/made", &id])
        },
    },
    Operation {
        name: "git push to here",
        hooks: &["pre-receive"],
        is_due: |situation| {
            situation.is_bare && ((situation.has)("pre-receive") || !(situation.has)("update"))
        },
        run: push_to,
    },
    Operation {
        name: "git push to here",
        hooks: &["update"],
        // Where both are, the first one stops it.
        is_due: |situation| {
            situation.is_bare && (situation.has)("update") && !(situation.has)("pre-receive")
        },
        run: push_to,
    },
];

const fn here(
    name: &'static str,
    hooks: &'static [&'static str],
    run: fn(&Throwaway) -> Result<Ended, Failure>,
) -> Operation {
    Operation {
        name,
        hooks,
        is_due: |situation| !situation.is_bare,
        run,
    }
}

/// Has git apply the last commit of `branch`.
fn apply(place: &Throwaway, branch: &str) -> Result<Ended, Failure> {
    let patch = place.plain(&["format-patch", "-1", "--stdout", branch])?;
    let path = place.root.join("patch");
    place.write("../patch", &patch.out)?;
    place.git(&["am", "-q", &path.to_string_lossy()])
}

fn push_to(place: &Throwaway) -> Result<Ended, Failure> {
    let remote = place.remote()?;
    place.configure(&remote)?;
    place.plain(&["push", "-q", &remote.to_string_lossy(), "canary"])
}
