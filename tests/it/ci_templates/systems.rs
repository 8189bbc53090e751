//! A merge request with a secret, one without, a clone that lacks commits, and a keyfence that cannot be had, under each system.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Bed, Brings, read, table, texts, variables, yaml};
use crate::cli::Ran;

/// A job as its system runs it.
struct Job {
    /// The shell, and the scripts that it is given one after the other until one fails.
    shell: Vec<&'static str>,
    scripts: Vec<String>,
    variables: BTreeMap<String, String>,
    /// The files that the system keeps or shows.
    reports: Vec<String>,
}

impl Job {
    fn run(&self, bed: &Bed) -> Ran {
        let mut ran = Ran {
            code: 0,
            out: String::new(),
            err: String::new(),
        };
        for script in &self.scripts {
            let last = bed.run(&self.shell, script, &self.variables);
            ran.code = last.code;
            ran.out += &last.out;
            ran.err += &last.err;
            if ran.code != 0 {
                break;
            }
        }
        ran
    }
}

/// Asserts what a job has to do. `merged` says that the system checks out a merge; `unshallow` is told of a clone that lacks commits.
#[track_caller]
fn does_its_work(job: fn(&Bed) -> Job, merged: bool, unshallow: &str) {
    let head = if merged { "merge" } else { "topic" };
    let check_out = |bed: &Bed| bed.repo.git(["checkout", "-q", "--detach", head]);

    let bed = Bed::new(Brings::Pair);
    check_out(&bed);
    let it = job(&bed);
    let ran = it.run(&bed).ends(1);
    assert!(ran.out.contains("app.env"), "{ran:#?}");
    assert!(!ran.out.contains(&bed.pair.secret) && !ran.err.contains(&bed.pair.secret));
    for report in &it.reports {
        bed.holds_report(report, true);
    }
    // What it was built from is not left on a machine that goes on.
    let left = std::fs::read_dir(bed.repo.beside("tmp")).unwrap().count();
    assert_eq!(left, 0, "{ran:#?}");
    // The second time, the built program is there.
    std::fs::rename(&bed.source.repo.root, bed.source.repo.beside("gone")).unwrap();
    let ran = it.run(&bed).ends(1);
    assert!(ran.out.contains("app.env"), "{ran:#?}");

    let bed = Bed::new(Brings::Nothing);
    check_out(&bed);
    let it = job(&bed);
    it.run(&bed).ends(0);
    for report in &it.reports {
        bed.holds_report(report, false);
    }

    let bed = Bed::shallow(head);
    let ran = job(&bed).run(&bed).ends(2);
    assert!(ran.err.contains(unshallow), "{ran:#?}");

    // Nothing was checked, so it must not look as if.
    let bed = Bed::new(Brings::Nothing);
    check_out(&bed);
    std::fs::rename(&bed.source.repo.root, bed.source.repo.beside("gone")).unwrap();
    let it = job(&bed);
    let ran = it.run(&bed);
    assert!(!matches!(ran.code, 0 | 1), "{ran:#?}");
    assert!(ran.err.contains("repository"), "{ran:#?}");
    for report in &it.reports {
        assert!(!bed.folder.join(report).exists(), "{report}");
    }
}

/// Replaces `$NAME` and `${NAME}`, as GitLab does in values of variables.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables {
        text = text.replace(&format!("${name}"), value);
    }
    assert!(!text.contains("$CI_"), "{text}");
    text
}

fn gitlab_variables(bed: &Bed) -> BTreeMap<String, String> {
    variables(&[
        ("CI", "true"),
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_DIR", &bed.folder()),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &bed.base),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_SHA", &bed.head),
        ("CI_DEFAULT_BRANCH", "main"),
    ])
}

/// Returns the job, run as the runner's shell executor puts a script together.
fn gitlab_job(job: &Value, mut variables: BTreeMap<String, String>) -> Job {
    let own = table(&job["variables"], &|text| expanded(text, &variables));
    variables.extend(own);
    assert_eq!(job["artifacts"]["when"], "always");
    assert_eq!(job["variables"]["GIT_DEPTH"], "0");
    let mut reports = texts(&job["artifacts"]["paths"]);
    reports.extend(table(&job["artifacts"]["reports"], &str::to_owned).into_values());
    let parts = [&job["before_script"], &job["script"]];
    let script: Vec<String> = parts.into_iter().flat_map(texts).collect();
    Job {
        shell: vec!["bash"],
        scripts: vec![format!("set -eo pipefail\n{}", script.join("\n"))],
        variables,
        reports,
    }
}

fn gitlab(bed: &Bed) -> Job {
    let file = bed.source.document("ci/gitlab/keyfence.gitlab-ci.yml");
    let mut variables = gitlab_variables(bed);
    variables.extend(table(&file["variables"], &str::to_owned));
    gitlab_job(&file["keyfence"], variables)
}

/// Returns the job of the component with the inputs that it asks for, and others.
pub(super) fn component(bed: &Bed, others: &[(&str, &str)]) -> Value {
    let name = "templates/keyfence.yml";
    let text = read(name);
    let documents = yaml::documents(name, &text);
    let repository = bed.source.repo.root.to_str().unwrap();
    let mut text = text.split_once("\n---\n").unwrap().1.to_owned();
    for (input, what) in documents[0]["spec"]["inputs"].as_object().unwrap() {
        let given = others.iter().find(|(name, _)| name == input);
        let value = match (input.as_str(), given, what.get("default")) {
            (_, Some((_, value)), _) => (*value).to_owned(),
            ("repository", ..) => repository.to_owned(),
            ("commit", ..) => bed.source.commit.clone(),
            (_, _, Some(default)) => yaml::plain(default),
            _ => panic!("{input} has no default"),
        };
        let mark = format!("$[[ inputs.{input} ]]");
        assert!(text.contains(&mark), "{input} is not used");
        text = text.replace(&mark, &value);
    }
    assert!(!text.contains("$[["), "{text}");
    yaml::documents(name, &text).remove(0)
}

fn gitlab_component(bed: &Bed) -> Job {
    gitlab_job(&component(bed, &[])["keyfence"], gitlab_variables(bed))
}

#[test]
fn gitlab_template() {
    does_its_work(gitlab, false, "GIT_DEPTH");
}

#[test]
fn gitlab_component_with_inputs() {
    does_its_work(gitlab_component, false, "GIT_DEPTH");
    let bed = Bed::new(Brings::Pair);
    let run = |inputs| {
        let job = component(&bed, inputs);
        gitlab_job(&job["keyfence"], gitlab_variables(&bed)).run(&bed)
    };
    run(&[("options", "--enable github-fine-grained-pat")]).ends(0);
    let ran = run(&[("policy", "nobody")]).ends(2);
    assert!(ran.err.contains("nobody"), "{ran:#?}");
    let ran = run(&[("options", "--no-such-option")]).ends(2);
    assert!(ran.err.contains("--no-such-option"), "{ran:#?}");
}

/// The template and the component are one job, told twice.
#[test]
fn gitlab_has_one_job() {
    let bed = Bed::new(Brings::Nothing);
    let mut component = component(&bed, &[])["keyfence"].clone();
    let file = bed.source.document("ci/gitlab/keyfence.gitlab-ci.yml");
    let mut job = file["keyfence"].clone();
    for job in [&mut component, &mut job] {
        let job = job.as_object_mut().unwrap();
        for part in ["image", "variables", "script"] {
            job.remove(part).unwrap();
        }
    }
    assert_eq!(component, job);
}

fn bitbucket(bed: &Bed) -> Job {
    let file = bed.source.document("ci/bitbucket/bitbucket-pipelines.yml");
    assert_eq!(file["clone"]["depth"], "full");
    let step = &file["pipelines"]["pull-requests"]["**"][0]["step"];
    let mut reports = texts(&step["artifacts"]);
    // https://support.atlassian.com/bitbucket-cloud/docs/test-reporting-in-pipelines/
    reports.push("test-reports/keyfence.xml".to_owned());
    Job {
        shell: vec!["bash", "-e"],
        scripts: vec![texts(&step["script"]).join("\n")],
        variables: variables(&[
            ("CI", "true"),
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_CLONE_DIR", &bed.folder()),
            ("BITBUCKET_COMMIT", &bed.head),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", &bed.base),
        ]),
        reports,
    }
}

#[test]
fn bitbucket_pipelines() {
    does_its_work(bitbucket, false, "clone: depth: full");
}

/// Each script is a process of its own; variables of the pipeline are those of the process.
fn azure(bed: &Bed) -> Job {
    let file = bed.source.document("ci/azure/azure-pipelines.yml");
    let workspace = bed.beside("workspace");
    let fill = |text: &str| text.replace("$(Pipeline.Workspace)", &workspace);
    let mut variables = table(&file["variables"], &fill);
    variables.extend(super::variables(&[
        ("TF_BUILD", "True"),
        ("BUILD_SOURCEVERSION", &bed.merge),
        ("BUILD_SOURCEBRANCH", "refs/pull/7/merge"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
    ]));
    let steps = file["jobs"][0]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["fetchDepth"], "0");
    let scripts = steps.iter().filter_map(|step| step["bash"].as_str());
    let shown: Vec<&Value> = steps.iter().skip_while(|s| s["bash"].is_null()).collect();
    let shown = shown.into_iter().filter(|step| step["bash"].is_null());
    let reports = shown.map(|step| {
        assert_eq!(step["condition"], "succeededOrFailed()", "{step}");
        let file = step["publish"].as_str();
        let file = file.or_else(|| step["inputs"]["testResultsFiles"].as_str());
        file.unwrap().to_owned()
    });
    Job {
        shell: vec!["bash", "--noprofile", "--norc"],
        scripts: scripts.map(str::to_owned).collect(),
        variables,
        reports: reports.collect(),
    }
}

#[test]
fn azure_pipelines() {
    does_its_work(azure, true, "fetchDepth: 0");
    let bed = Bed::new(Brings::Nothing);
    assert_eq!(azure(&bed).scripts.len(), 2);
    assert_eq!(azure(&bed).reports, ["keyfence.xml", "keyfence.html"]);
}

fn jenkins(bed: &Bed) -> Job {
    let file = bed.source.filled_in("ci/jenkins/Jenkinsfile");
    let mut variables = variables(&[
        ("JENKINS_URL", "https://ci.example.com/"),
        ("WORKSPACE", &bed.folder()),
        ("GIT_COMMIT", &bed.head),
        ("CHANGE_TARGET", "main"),
    ]);
    for line in file.lines().filter(|line| line.contains(" = '")) {
        let (name, value) = line.trim().split_once(" = ").unwrap();
        variables.insert(name.to_owned(), value.trim_matches('\'').to_owned());
    }
    // What a quote begins ends with the same: an odd part of the text is a script.
    let mut scripts = Vec::new();
    for part in file.split("\n                sh '").skip(1) {
        let script = match part.strip_prefix("''") {
            Some(long) => long.split_once("'''").unwrap().0,
            None => part.split_once('\'').unwrap().0,
        };
        assert!(!script.contains('\\'), "Groovy reads a \\ first: {script}");
        scripts.push(script.to_owned());
    }
    Job {
        shell: vec!["sh", "-xe"],
        scripts,
        variables,
        reports: vec!["keyfence.xml".to_owned(), "keyfence.html".to_owned()],
    }
}

#[test]
fn jenkins_pipeline() {
    does_its_work(jenkins, false, "CloneOption");
    let bed = Bed::new(Brings::Nothing);
    assert_eq!(jenkins(&bed).scripts.len(), 3);
    let post = read("ci/jenkins/Jenkinsfile");
    let post = post.split_once("always {").unwrap().1;
    for report in jenkins(&bed).reports {
        assert!(post.contains(&report), "{report} is not kept");
    }
}

fn circleci(bed: &Bed, branch: &str, before: &str) -> Job {
    let file = bed.source.document("ci/circleci/config.yml");
    let job = &file["jobs"]["keyfence"];
    let home = bed.beside("home");
    let fill = |text: &str| {
        text.replace("<< pipeline.git.base_revision >>", before)
            .replace("/root", &home)
    };
    let mut variables = table(&job["environment"], &fill);
    variables.extend(super::variables(&[
        ("CIRCLECI", "true"),
        ("CIRCLE_SHA1", &bed.head),
        ("CIRCLE_BRANCH", branch),
    ]));
    let steps = job["steps"].as_array().unwrap();
    assert_eq!(steps[0]["checkout"]["method"], "full");
    let scripts = steps
        .iter()
        .filter_map(|step| step["run"]["command"].as_str());
    Job {
        shell: vec!["bash", "-eo", "pipefail"],
        scripts: scripts.map(str::to_owned).collect(),
        variables,
        reports: vec![
            "keyfence/keyfence.xml".to_owned(),
            "keyfence/keyfence.html".to_owned(),
        ],
    }
}

#[test]
fn circleci_config() {
    does_its_work(|bed| circleci(bed, "topic", ""), false, "shallow");
    let bed = Bed::new(Brings::Pair);
    // On the default branch, the commits of the last push count.
    circleci(&bed, "main", &bed.base).run(&bed).ends(1);
    circleci(&bed, "main", &bed.head).run(&bed).ends(0);
    circleci(&bed, "main", "").run(&bed).ends(2);
}

fn woodpecker(bed: &Bed) -> Job {
    let file = bed.source.document("ci/woodpecker/keyfence.yml");
    let clone = &file["clone"][0]["settings"];
    assert_eq!(
        (&clone["depth"], &clone["partial"]),
        (&Value::from(0), &Value::from(false))
    );
    let step = &file["steps"][0];
    let fill = |text: &str| text.replace("/tmp/keyfence", &bed.beside("built"));
    let mut variables = table(&step["environment"], &fill);
    variables.extend(super::variables(&[
        ("CI", "woodpecker"),
        ("CI_PIPELINE_EVENT", "pull_request"),
        ("CI_COMMIT_SHA", &bed.head),
        ("CI_COMMIT_TARGET_BRANCH", "main"),
    ]));
    let script = texts(&step["commands"]).join("\n");
    assert!(!script.contains("${"), "it is filled in before: {script}");
    Job {
        shell: vec!["sh", "-e"],
        scripts: vec![script],
        variables,
        reports: Vec::new(),
    }
}

#[test]
fn woodpecker_workflow() {
    does_its_work(woodpecker, false, "partial: false");
}

fn buildkite(bed: &Bed) -> Job {
    let file = bed.source.document("ci/buildkite/pipeline.yml");
    let step = &file["steps"][0];
    let command = step["command"].as_str().unwrap();
    let odd = command.replace("$$", "");
    assert!(!odd.contains('$'), "it is filled in at the upload: {odd}");
    let mut variables = table(&file["env"], &str::to_owned);
    variables.extend(super::variables(&[
        ("BUILDKITE", "true"),
        ("BUILDKITE_COMMIT", &bed.head),
        ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
    ]));
    Job {
        shell: vec!["bash"],
        scripts: vec![command.replace("$$", "$")],
        variables,
        reports: texts(&step["artifact_paths"]),
    }
}

#[test]
fn buildkite_pipeline() {
    does_its_work(buildkite, false, "BUILDKITE_GIT_CLONE_FLAGS");
}
