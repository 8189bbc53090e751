//! What CI systems say in variables: which commit is checked, and against which.
//!
//! Nothing is resolved here. Where a system says it in several ways, the surest comes first; `docs/gate.md` has the table for people.

use std::fmt;

use serde_json::Value;

/// Reads a variable; an empty one is none.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A CI system.
pub(super) struct System {
    /// Its name.
    pub(super) name: &'static str,
    /// How to have it fetch the whole history.
    pub(super) unshallow: &'static str,
    /// The variables that make its web address of the repository, one after the other with `/` between.
    address: &'static [&'static str],
    is_here: fn(Variables<'_>) -> bool,
    told: fn(Variables<'_>, &Value) -> Told,
}

/// What a system says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The commit that is checked, the surest first; HEAD when nothing is said.
    pub(super) heads: Vec<Named>,
    /// What it may be checked against, the surest first.
    pub(super) bases: Vec<Named>,
    /// The tag that is built.
    pub(super) tag: Option<String>,
    /// A branch that has just been made, or was there before anybody looked: where it is the default branch, all of it is new.
    pub(super) is_first: bool,
}

/// Something that a variable names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The variable, or the place in the event.
    pub(super) variable: &'static str,
    pub(super) what: What,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Commit(id) => write!(f, "commit {id} of {}", self.variable),
            What::FirstParent(id) => {
                write!(f, "the first parent of commit {id} of {}", self.variable)
            }
            What::Branch(name) | What::DefaultBranch(name) => {
                write!(f, "branch {name:?} of {}", self.variable)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The id of a commit.
    Commit(String),
    /// The first parent of a commit, which is a merge made by the system.
    FirstParent(String),
    /// A branch of the remote.
    Branch(String),
    /// The default branch of the remote.
    DefaultBranch(String),
}

/// Returns the system whose job this is.
pub(super) fn system(variables: Variables<'_>) -> Option<&'static System> {
    SYSTEMS.iter().find(|system| (system.is_here)(variables))
}

impl System {
    /// Returns what its variables say; `event` is what the file holds that `GITHUB_EVENT_PATH` names.
    pub(super) fn told(&self, variables: Variables<'_>, event: &Value) -> Told {
        let mut told = (self.told)(variables, event);
        let is_null = |named: &Named| matches!(&named.what, What::Commit(id) if id.bytes().all(|b| b == b'0'));
        told.is_first |= told.bases.iter().any(is_null);
        told.bases.retain(|named| !is_null(named));
        told
    }

    /// Returns the address of the repository, where the variables tell one that can be shown.
    pub(super) fn address(&self, variables: Variables<'_>) -> Option<String> {
        // Where there is no variable, there is no scheme either.
        let parts: Vec<String> = (self.address.iter())
            .map(|name| variables(name))
            .collect::<Option<_>>()?;
        web_address(&parts.join("/"))
    }
}

/// Returns an address of the web without what may be a secret in it: user and password, query and fragment. None where it is no such address, or
/// where it cannot be told which part of it is a password.
fn web_address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next()?;
    let path = rest.split(['?', '#']).next()?;
    let is_plain = |text: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]%+,".contains(&b);
        text.bytes().all(allowed)
    };
    // A password with one of these ends the authority too early, and its `@` stands behind.
    let is_clear = matches!(scheme, "https" | "http") && !rest.contains('@');
    (is_clear && !host.is_empty() && is_plain(host) && is_plain(path))
        .then(|| format!("{scheme}://{host}{path}"))
}

/// The systems. Those that set variables of another one, to be taken for it, come before it.
const SYSTEMS: &[System] = &[
    System {
        name: "GitLab CI",
        unshallow: "set the variable GIT_DEPTH: \"0\" for the job",
        address: &["CI_PROJECT_URL"],
        is_here: |v| is_true(v, "GITLAB_CI"),
        told: gitlab,
    },
    System {
        name: "Forgejo Actions",
        unshallow: "give actions/checkout `fetch-depth: 0`",
        address: &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"],
        is_here: |v| is_true(v, "FORGEJO_ACTIONS"),
        told: github,
    },
    System {
        name: "Gitea Actions",
        unshallow: "give actions/checkout `fetch-depth: 0`",
        address: &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"],
        is_here: |v| is_true(v, "GITEA_ACTIONS"),
        told: github,
    },
    System {
        name: "GitHub Actions",
        unshallow: "give actions/checkout `fetch-depth: 0`",
        address: &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"],
        is_here: |v| is_true(v, "GITHUB_ACTIONS"),
        told: github,
    },
    System {
        name: "Bitbucket Pipelines",
        unshallow: "set `clone: depth: full` for the step",
        address: &["BITBUCKET_GIT_HTTP_ORIGIN"],
        is_here: |v| v("BITBUCKET_BUILD_NUMBER").is_some(),
        told: bitbucket,
    },
    System {
        name: "Azure Pipelines",
        unshallow: "set `fetchDepth: 0` for the checkout step",
        address: &["BUILD_REPOSITORY_URI"],
        is_here: |v| is_true(v, "TF_BUILD"),
        told: azure,
    },
    System {
        name: "Buildkite",
        unshallow: "leave --depth out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS",
        address: &["BUILDKITE_REPO"],
        is_here: |v| is_true(v, "BUILDKITE"),
        told: buildkite,
    },
    System {
        name: "Travis CI",
        unshallow: "set `git: depth: false`",
        // Its slug says not on which server.
        address: &[],
        is_here: |v| is_true(v, "TRAVIS"),
        told: travis,
    },
    System {
        name: "CircleCI",
        unshallow: "give the checkout step `method: full`, or run `git fetch --unshallow` before",
        address: &["CIRCLE_REPOSITORY_URL"],
        is_here: |v| is_true(v, "CIRCLECI"),
        told: circleci,
    },
    System {
        name: "Woodpecker CI",
        unshallow: "give the clone step the settings `partial: false` and `depth: 0`",
        address: &["CI_REPO_URL"],
        is_here: |v| v("CI").as_deref() == Some("woodpecker"),
        told: woodpecker,
    },
    System {
        name: "Jenkins",
        unshallow: "take the shallow clone out of the checkout (`CloneOption`), or run `git fetch --unshallow` before",
        address: &["GIT_URL"],
        is_here: |v| v("JENKINS_URL").is_some(),
        told: jenkins,
    },
];

fn is_true(variables: Variables<'_>, name: &str) -> bool {
    variables(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Collects what variables name.
struct Names<'a>(Variables<'a>, Vec<Named>);

impl Names<'_> {
    fn add(&mut self, variable: &'static str, what: fn(String) -> What) -> &mut Self {
        let value = (self.0)(variable);
        self.1.extend(value.map(|value| Named {
            variable,
            what: what(value),
        }));
        self
    }

    /// Returns what is told by a system that names these bases, and the head in the variable `head`.
    fn told(self, head: &'static str, tag: Option<String>) -> Told {
        let mut heads = Names(self.0, Vec::new());
        heads.add(head, What::Commit);
        Told {
            heads: heads.1,
            bases: self.1,
            tag,
            is_first: false,
        }
    }
}

fn named(variable: &'static str, value: Option<String>, what: fn(String) -> What) -> Option<Named> {
    value.map(|value| Named {
        variable,
        what: what(value),
    })
}

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>
fn gitlab(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    if v("CI_MERGE_REQUEST_IID").is_some() {
        // In a merged-results or merge-train pipeline the commit is a merge, whose first parent is the target or the train before.
        if v("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").is_some() {
            bases.add("CI_COMMIT_SHA", What::FirstParent);
        }
        bases
            .add("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", What::Commit)
            .add("CI_MERGE_REQUEST_DIFF_BASE_SHA", What::Commit)
            .add("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", What::Branch);
    } else {
        bases
            .add("CI_COMMIT_BEFORE_SHA", What::Commit)
            .add("CI_DEFAULT_BRANCH", What::DefaultBranch);
    }
    bases.told("CI_COMMIT_SHA", v("CI_COMMIT_TAG"))
}

/// <https://docs.github.com/actions/reference/workflows-and-actions/variables> and
/// <https://docs.github.com/webhooks/webhook-events-and-payloads>
fn github(v: Variables<'_>, event: &Value) -> Told {
    let text = |path: &str| {
        event
            .pointer(path)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let mut bases = Vec::new();
    let mut heads: Vec<Named> = named("GITHUB_SHA", v("GITHUB_SHA"), What::Commit)
        .into_iter()
        .collect();
    match v("GITHUB_EVENT_NAME").as_deref() {
        Some("pull_request") => {
            // GITHUB_SHA is a merge of the pull request into its base; whoever checks out the branch itself has it not.
            heads.extend(named(
                "pull_request.head.sha in GITHUB_EVENT_PATH",
                text("/pull_request/head/sha"),
                What::Commit,
            ));
            bases.extend(named("GITHUB_SHA", v("GITHUB_SHA"), What::FirstParent));
            bases.extend(named(
                "pull_request.base.sha in GITHUB_EVENT_PATH",
                text("/pull_request/base/sha"),
                What::Commit,
            ));
            bases.extend(named("GITHUB_BASE_REF", v("GITHUB_BASE_REF"), What::Branch));
        }
        // Runs on the base: what is to be looked at is only what was checked out.
        Some("pull_request_target") => {
            heads = named(
                "pull_request.head.sha in GITHUB_EVENT_PATH",
                text("/pull_request/head/sha"),
                What::Commit,
            )
            .into_iter()
            .collect();
            bases.extend(named(
                "pull_request.base.sha in GITHUB_EVENT_PATH",
                text("/pull_request/base/sha"),
                What::Commit,
            ));
            bases.extend(named("GITHUB_BASE_REF", v("GITHUB_BASE_REF"), What::Branch));
        }
        Some("merge_group") => {
            bases.extend(named(
                "merge_group.base_sha in GITHUB_EVENT_PATH",
                text("/merge_group/base_sha"),
                What::Commit,
            ));
        }
        _ => {
            bases.extend(named(
                "before in GITHUB_EVENT_PATH",
                text("/before"),
                What::Commit,
            ));
            bases.extend(named(
                "repository.default_branch in GITHUB_EVENT_PATH",
                text("/repository/default_branch"),
                What::DefaultBranch,
            ));
        }
    }
    Told {
        heads,
        bases,
        tag: v("GITHUB_REF_NAME").filter(|_| v("GITHUB_REF_TYPE").as_deref() == Some("tag")),
        is_first: false,
    }
}

/// <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>
fn bitbucket(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    bases
        .add("BITBUCKET_PR_DESTINATION_COMMIT", What::Commit)
        .add("BITBUCKET_PR_DESTINATION_BRANCH", What::Branch);
    bases.told("BITBUCKET_COMMIT", v("BITBUCKET_TAG"))
}

/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
fn azure(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    if v("SYSTEM_PULLREQUEST_TARGETBRANCH").is_some() {
        // What is built is a merge of the pull request into its target.
        if v("BUILD_SOURCEBRANCH").is_some_and(|name| name.ends_with("/merge")) {
            bases.add("BUILD_SOURCEVERSION", What::FirstParent);
        }
        bases.add("SYSTEM_PULLREQUEST_TARGETBRANCH", What::Branch);
    }
    let tag =
        v("BUILD_SOURCEBRANCH").and_then(|name| name.strip_prefix("refs/tags/").map(str::to_owned));
    bases.told("BUILD_SOURCEVERSION", tag)
}

/// <https://buildkite.com/docs/pipelines/configure/environment-variables>
fn buildkite(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    bases
        .add("BUILDKITE_PULL_REQUEST_BASE_BRANCH", What::Branch)
        .add("BUILDKITE_PIPELINE_DEFAULT_BRANCH", What::DefaultBranch);
    // The commit may be told as the word HEAD.
    let commit = v("BUILDKITE_COMMIT").filter(|id| id != "HEAD");
    Told {
        heads: named("BUILDKITE_COMMIT", commit, What::Commit)
            .into_iter()
            .collect(),
        bases: bases.1,
        tag: v("BUILDKITE_TAG"),
        is_first: false,
    }
}

/// <https://docs.travis-ci.com/user/environment-variables/>
fn travis(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    let mut is_first = false;
    if v("TRAVIS_PULL_REQUEST").is_some_and(|number| number != "false") {
        // What is built is a merge; TRAVIS_BRANCH is what it is merged into.
        bases
            .add("TRAVIS_COMMIT", What::FirstParent)
            .add("TRAVIS_BRANCH", What::Branch);
    } else {
        // Empty for the first build of a branch.
        let range = v("TRAVIS_COMMIT_RANGE");
        let first = range.and_then(|range| Some(range.split_once("...")?.0.to_owned()));
        is_first = first.is_none();
        bases
            .1
            .extend(named("TRAVIS_COMMIT_RANGE", first, What::Commit));
    }
    Told {
        is_first,
        ..bases.told("TRAVIS_COMMIT", v("TRAVIS_TAG"))
    }
}

/// <https://circleci.com/docs/reference/variables/>: it says nothing of a base.
fn circleci(v: Variables<'_>, _: &Value) -> Told {
    Names(v, Vec::new()).told("CIRCLE_SHA1", v("CIRCLE_TAG"))
}

/// <https://woodpecker-ci.org/docs/usage/environment>
fn woodpecker(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    let is_pull = v("CI_PIPELINE_EVENT").is_some_and(|event| event.starts_with("pull_request"));
    if is_pull {
        bases.add("CI_COMMIT_TARGET_BRANCH", What::Branch);
    } else {
        bases
            .add("CI_PREV_COMMIT_SHA", What::Commit)
            .add("CI_REPO_DEFAULT_BRANCH", What::DefaultBranch);
    }
    bases.told("CI_COMMIT_SHA", v("CI_COMMIT_TAG"))
}

/// <https://www.jenkins.io/doc/book/pipeline/multibranch/> and <https://plugins.jenkins.io/git/>
fn jenkins(v: Variables<'_>, _: &Value) -> Told {
    let mut bases = Names(v, Vec::new());
    if v("CHANGE_TARGET").is_some() {
        bases.add("CHANGE_TARGET", What::Branch);
    } else {
        bases
            .add("GIT_PREVIOUS_SUCCESSFUL_COMMIT", What::Commit)
            .add("GIT_PREVIOUS_COMMIT", What::Commit);
    }
    bases.told("GIT_COMMIT", v("TAG_NAME"))
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(web_address(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn addresses_without_what_may_be_secret() {
        let plain = Some("https://git.example.com/group/app");
        check("https://git.example.com/group/app", plain);
        check("https://user@git.example.com/group/app", plain);
        check("https://user:pass@git.example.com/group/app", plain);
        check("https://user:p@ss@git.example.com/group/app", plain);
        check("https://git.example.com/group/app?private_token=x#y", plain);
        check("http://[::1]:8080/a.git", Some("http://[::1]:8080/a.git"));
        check(
            "https://dev.example.com/org/my%20project/_git/app",
            Some("https://dev.example.com/org/my%20project/_git/app"),
        );
        check("https://git.example.com", Some("https://git.example.com"));
        for text in [
            "",
            "git@example.com:group/app.git",
            "ssh://git@example.com/app",
            "file:///srv/app.git",
            "https://user:pa/ss@git.example.com/app",
            "https://user:pa?ss@git.example.com/app",
            "https://user:pa#ss@git.example.com/app",
            "https://",
            "https://user:pass@/app",
            "https://git.example.com/a b",
            "https://git.example.com/<script>",
            "/srv/app",
        ] {
            check(text, None);
        }
    }
}
