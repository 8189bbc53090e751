//! Base and head as CI systems tell them.

use super::{PAIR, found, gate_with, id, request};
use crate::{cli::Pair, git::Repo};

/// A merge request: `main` went on with a secret of its own, which is none of the request's; `merge` merges `topic` into `main`.
fn bed() -> Repo {
    let repo = request();
    repo.write("topic.env", Pair::drawn(1).env());
    repo.commit_all();
    repo.git(["checkout", "-q", "main"]);
    repo.write("main.env", Pair::drawn(2).env());
    repo.commit_all();
    repo.git(["checkout", "-q", "-b", "merge"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    for name in ["main", "topic"] {
        repo.git(["update-ref", &format!("refs/remotes/origin/{name}"), name]);
    }
    repo
}

/// Checks that a job with these variables, in which `$REV` stands for the id of a revision, checks the request and nothing else.
#[track_caller]
fn checks(repo: &Repo, system: &str, head: &str, variables: &[(&str, &str)]) {
    repo.git(["checkout", "-q", "--detach", head]);
    let filled: Vec<(&str, String)> = variables
        .iter()
        .map(|(name, value)| {
            let value = match value.strip_prefix('$') {
                Some(revision) => id(repo, revision),
                None => (*value).to_owned(),
            };
            (*name, value)
        })
        .collect();
    let variables: Vec<(&str, &str)> = filled
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let ran = gate_with(repo, &[], &variables).ends(1);
    assert_eq!(
        found(&ran),
        [("topic.env".to_owned(), PAIR.to_owned())],
        "{system}: {ran:#?}"
    );
    assert_eq!(ran.json()["summary"]["range"]["ci"], system);
}

const ZEROS: &str = "0000000000000000000000000000000000000000";

#[test]
fn gitlab() {
    let (repo, on) = (bed(), ("GITLAB_CI", "true"));
    let name = "GitLab CI";
    let request = [
        on,
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_COMMIT_SHA", "$topic"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "$topic^"),
    ];
    checks(&repo, name, "topic", &request);
    // Merged results: the commit is a merge.
    let merged = [
        on,
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_COMMIT_SHA", "$merge"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "$topic"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "$main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "$topic^"),
    ];
    checks(&repo, name, "merge", &merged);
    let push = [
        on,
        ("CI_COMMIT_SHA", "$topic"),
        ("CI_COMMIT_BEFORE_SHA", "$topic^"),
        ("CI_DEFAULT_BRANCH", "main"),
    ];
    checks(&repo, name, "topic", &push);
    // The first push of a branch, and a forced one whose old commit is gone.
    for before in [ZEROS, "1111111111111111111111111111111111111111"] {
        let push = [
            on,
            ("CI_COMMIT_SHA", "$topic"),
            ("CI_COMMIT_BEFORE_SHA", before),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        checks(&repo, name, "topic", &push);
    }
}

#[test]
fn the_first_push_of_the_default_branch_is_all_new() {
    let repo = bed();
    let head = id(&repo, "main");
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", &*head),
        ("CI_COMMIT_BEFORE_SHA", ZEROS),
        ("CI_DEFAULT_BRANCH", "main"),
    ];
    let ran = gate_with(&repo, &[], &variables).ends(1);
    assert_eq!(found(&ran), [("main.env".to_owned(), PAIR.to_owned())]);
    assert_eq!(ran.json()["summary"]["range"].get("base"), None);
}

#[test]
fn github_and_those_who_follow_it() {
    let repo = bed();
    let event = |text: String| {
        let path = repo.beside("event.json");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (base, head) = (id(&repo, "topic^"), id(&repo, "topic"));
    let path = event(format!(
        r#"{{"pull_request": {{"base": {{"sha": "{base}"}}, "head": {{"sha": "{head}"}}}}}}"#
    ));
    for (on, name) in [
        ("GITHUB_ACTIONS", "GitHub Actions"),
        ("GITEA_ACTIONS", "Gitea Actions"),
        ("FORGEJO_ACTIONS", "Forgejo Actions"),
    ] {
        let pull = [
            ("GITHUB_ACTIONS", "true"),
            (on, "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_SHA", "$merge"),
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_EVENT_PATH", &path),
        ];
        checks(&repo, name, "merge", &pull);
    }
    let target = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request_target"),
        ("GITHUB_SHA", "$main"),
        ("GITHUB_EVENT_PATH", &path),
    ];
    checks(&repo, "GitHub Actions", "main", &target);
    let path = event(format!(
        r#"{{"before": "{base}", "repository": {{"default_branch": "main"}}}}"#
    ));
    let push = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_SHA", "$topic"),
        ("GITHUB_EVENT_PATH", &*path),
    ];
    checks(&repo, "GitHub Actions", "topic", &push);
    let path = event(format!(
        r#"{{"merge_group": {{"base_sha": "{}"}}}}"#,
        id(&repo, "main")
    ));
    let group = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "merge_group"),
        ("GITHUB_SHA", "$merge"),
        ("GITHUB_EVENT_PATH", &*path),
    ];
    checks(&repo, "GitHub Actions", "merge", &group);
    gate_with(
        &repo,
        &[],
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_PATH", "/nowhere/event.json"),
        ],
    )
    .complains(&["/nowhere/event.json", "GITHUB_EVENT_PATH"]);
}

#[test]
fn others() {
    let repo = bed();
    checks(
        &repo,
        "Bitbucket Pipelines",
        "topic",
        &[
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_COMMIT", "$topic"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", "$main"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ],
    );
    checks(
        &repo,
        "Azure Pipelines",
        "merge",
        &[
            ("TF_BUILD", "True"),
            ("BUILD_SOURCEVERSION", "$merge"),
            ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ],
    );
    checks(
        &repo,
        "Jenkins",
        "topic",
        &[
            ("JENKINS_URL", "https://ci.example.com/"),
            ("GIT_COMMIT", "$topic"),
            ("CHANGE_TARGET", "main"),
        ],
    );
    checks(
        &repo,
        "Jenkins",
        "topic",
        &[
            ("JENKINS_URL", "https://ci.example.com/"),
            ("GIT_COMMIT", "$topic"),
            ("GIT_PREVIOUS_COMMIT", "$topic^"),
        ],
    );
    checks(
        &repo,
        "Buildkite",
        "topic",
        &[
            ("BUILDKITE", "true"),
            ("BUILDKITE_COMMIT", "HEAD"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        ],
    );
    checks(
        &repo,
        "Travis CI",
        "merge",
        &[
            ("TRAVIS", "true"),
            ("TRAVIS_PULL_REQUEST", "7"),
            ("TRAVIS_BRANCH", "main"),
            ("TRAVIS_COMMIT", "$merge"),
        ],
    );
    checks(
        &repo,
        "Woodpecker CI",
        "topic",
        &[
            ("CI", "woodpecker"),
            ("CI_PIPELINE_EVENT", "pull_request"),
            ("CI_COMMIT_SHA", "$topic"),
            ("CI_COMMIT_TARGET_BRANCH", "main"),
        ],
    );
    let base = id(&repo, "main");
    let ran = gate_with(&repo, &[], &[("CIRCLECI", "true"), ("CIRCLE_SHA1", &base)]);
    ran.complains(&["CircleCI", "--base REV"]);
}

#[test]
fn variables_that_name_what_is_not_here() {
    let repo = bed();
    let absent = "1".repeat(40);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*absent),
    ];
    gate_with(&repo, &[], &variables).complains(&[
        "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        &absent,
        "GIT_DEPTH",
    ]);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", &*absent),
        ("CI_DEFAULT_BRANCH", "main"),
    ];
    gate_with(&repo, &[], &variables).complains(&["CI_COMMIT_SHA", "--head"]);
    // What is typed comes first.
    gate_with(&repo, &["--base", "main", "--head", "topic"], &variables).ends(1);
}

/// Where the repository is, as each system says it, and nothing of a password that stands there.
#[test]
fn the_repository_is_told_without_passwords() {
    let repo = bed();
    repo.git(["checkout", "-q", "--detach", "topic"]);
    let told = |variables: &[(&str, &str)]| {
        let ran = gate_with(&repo, &["--base", "main"], variables).ends(1);
        assert!(
            !ran.out.contains("hunter2") && !ran.err.contains("hunter2"),
            "{ran:#?}"
        );
        ran.json()["summary"]["range"]["repository"].clone()
    };
    for (variables, expected) in [
        (
            &[
                ("GITLAB_CI", "true"),
                ("CI_PROJECT_URL", "https://gitlab.example.com/g/app"),
            ][..],
            "https://gitlab.example.com/g/app",
        ),
        (
            &[
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_SERVER_URL", "https://github.example.com"),
                ("GITHUB_REPOSITORY", "o/app"),
            ],
            "https://github.example.com/o/app",
        ),
        (
            &[
                ("BITBUCKET_BUILD_NUMBER", "7"),
                (
                    "BITBUCKET_GIT_HTTP_ORIGIN",
                    "http://bitbucket.example.org/o/app",
                ),
            ],
            "http://bitbucket.example.org/o/app",
        ),
        (
            &[
                ("TF_BUILD", "True"),
                (
                    "BUILD_REPOSITORY_URI",
                    "https://org:hunter2@dev.example.com/org/p/_git/app",
                ),
            ],
            "https://dev.example.com/org/p/_git/app",
        ),
        (
            &[
                ("JENKINS_URL", "http://jenkins"),
                ("GIT_URL", "https://ann:hunter2@git.example.com/app.git"),
            ],
            "https://git.example.com/app.git",
        ),
    ] {
        assert_eq!(told(variables), expected);
    }
    for variables in [
        &[
            ("JENKINS_URL", "http://jenkins"),
            ("GIT_URL", "git@example.com:hunter2/app.git"),
        ][..],
        &[
            ("JENKINS_URL", "http://jenkins"),
            ("GIT_URL", "https://ann:x/hunter2@git.example.com/app"),
        ],
        &[("TRAVIS", "true"), ("TRAVIS_REPO_SLUG", "o/app")],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "o/app")],
        &[],
    ] {
        assert_eq!(told(variables), serde_json::Value::Null);
    }
}
