//! The files under linters and schemas of others, each of which is shown to refuse what is wrong.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Bed, Brings, pinned, read, root, search_path, systems::component, yaml};
use crate::cli::{Place, Ran};

/// Returns the folder that `tests/ci-tools` has prepared.
fn tools() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests/run says where they are")]
    let folder = std::env::var_os("KEYFENCE_TEST_TOOLS");
    folder
        .expect("KEYFENCE_TEST_TOOLS names the folder that tests/ci-tools has prepared")
        .into()
}

/// Runs a program of the prepared folder. That it is missing is no reason to pass.
fn run<A: AsRef<OsStr>>(folder: &Path, name: &str, args: impl IntoIterator<Item = A>) -> Ran {
    let bin = match name {
        "gitlab-ci-local" => "ci-node/node_modules/.bin",
        _ => "ci-python/bin",
    };
    let bin = tools().join(bin);
    let program = bin.join(name);
    assert!(
        program.exists(),
        "there is no {}; run tests/ci-tools {}",
        program.display(),
        tools().display()
    );
    // actionlint finds shellcheck there.
    let path = std::env::split_paths(&search_path()).collect::<Vec<_>>();
    let path = std::env::join_paths(std::iter::once(bin).chain(path)).unwrap();
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    Ran::of(&output)
}

/// Asserts that `check` accepts a text, and refuses it with one word changed.
#[track_caller]
fn accepts(name: &str, text: &str, change: (&str, &str), check: &dyn Fn(&Path, &str) -> Ran) {
    let place = Place::new();
    let file = Path::new(name).file_name().unwrap().to_str().unwrap();
    let path = place.root.join(file);
    std::fs::write(&path, text).unwrap();
    check(&place.root, file).ends(0);
    assert!(text.contains(change.0), "{name}: {:?}", change.0);
    std::fs::write(&path, text.replace(change.0, change.1)).unwrap();
    let ran = check(&place.root, file);
    assert_ne!(ran.code, 0, "{name} with {:?}: {ran:#?}", change.1);
}

/// Which schema is for a file, and what it has to refuse. The patterns of some are no valid ECMAScript, so they are taken as Python's.
const SCHEMAS: [(&str, &str, (&str, &str)); 8] = [
    (
        "action.yml",
        "github-actions",
        ("using: composite", "using: nothing"),
    ),
    (
        "ci/github/keyfence.yml",
        "github-workflows",
        ("runs-on:", "runs-in:"),
    ),
    (
        "ci/gitlab/keyfence.gitlab-ci.yml",
        "gitlab-ci",
        ("when: always", "when: sometimes"),
    ),
    (
        "ci/bitbucket/bitbucket-pipelines.yml",
        "bitbucket-pipelines",
        ("depth: full", "depth: some"),
    ),
    (
        "ci/azure/azure-pipelines.yml",
        "azure-pipelines",
        ("displayName:", "displayNames:"),
    ),
    (
        "ci/circleci/config.yml",
        "circle-ci",
        ("- image:", "- images:"),
    ),
    (
        "ci/woodpecker/keyfence.yml",
        "woodpecker-ci",
        ("commands:", "commanding:"),
    ),
    (
        "ci/buildkite/pipeline.yml",
        "buildkite",
        ("timeout_in_minutes: 30", "timeout_in_minutes: long"),
    ),
];

fn schema(folder: &Path, schema: &str, file: &str) -> Ran {
    let schema = format!("vendor.{schema}");
    let args = [
        "--regex-variant",
        "python",
        "--builtin-schema",
        &schema,
        file,
    ];
    run(folder, "check-jsonschema", args)
}

#[test]
#[ignore = "needs check-jsonschema: tests/run prepares it"]
fn each_file_keeps_the_schema_of_its_system() {
    let bed = Bed::new(Brings::Nothing);
    for (name, of, change) in SCHEMAS {
        accepts(name, &read(name), change, &|folder, file| {
            schema(folder, of, file)
        });
    }
    // The two documents of the component, one with its inputs filled in.
    let name = "templates/keyfence.yml";
    let text = read(name);
    let (head, _) = text.split_once("\n---\n").unwrap();
    let check = |folder: &Path, file: &str| schema(folder, "gitlab-ci", file);
    accepts(
        name,
        head,
        ("options: [base, head]", "options: base"),
        &check,
    );
    let job = component(&bed, &[]).to_string();
    accepts(
        name,
        &job,
        (r#""when":"always""#, r#""when":"sometimes""#),
        &check,
    );
    let covered = |file: &String| file == name || SCHEMAS.iter().any(|(name, ..)| name == file);
    let others: Vec<_> = pinned::files()
        .into_iter()
        .filter(|file| !covered(file))
        .collect();
    assert_eq!(others, [""; 0], "no schema is for these");
}

#[test]
#[ignore = "needs actionlint: tests/run prepares it"]
fn actionlint_accepts_the_workflow_and_the_inputs() {
    let check = |folder: &Path, file: &str| run(folder, "actionlint", ["-no-color", file]);
    let name = "ci/github/keyfence.yml";
    let workflow = read(name);
    accepts(name, &workflow, ("timeout-minutes:", "timeout:"), &check);
    let change = ("outputs.sarif-file", "outputs.sarif-file)");
    accepts(name, &workflow, change, &check);

    // An action is only read where a workflow of its repository uses it.
    let repo = crate::git::Repo::new();
    repo.write("keyfence/action.yml", read("action.yml"));
    let action = yaml::documents("action.yml", &read("action.yml")).remove(0);
    let inputs = action["inputs"].as_object().unwrap().keys();
    let inputs: Vec<String> = inputs
        .map(|name| format!("          {name}: x\n"))
        .collect();
    let inputs = inputs.concat();
    let used = format!(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - id: k\n        uses: ./keyfence\n        with:\n{inputs}      - run: echo ${{{{ steps.k.outputs.exit-code }}}} ${{{{ steps.k.outputs.sarif-file }}}}\n"
    );
    for (text, code) in [
        (used.clone(), 0),
        (used.replace("policy:", "policie:"), 1),
        (used.replace("outputs.exit-code", "outputs.exit"), 1),
    ] {
        repo.write(".github/workflows/a.yml", text);
        let none: [&str; 0] = [];
        run(&repo.root, "actionlint", none).ends(code);
    }
}

#[test]
#[ignore = "needs zizmor: tests/run prepares it"]
fn zizmor_finds_nothing() {
    let check = |folder: &Path, file: &str| {
        run(
            folder,
            "zizmor",
            ["--offline", "--no-config", "--no-progress", file],
        )
    };
    let unpinned = ("@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5", "@v5");
    accepts("action.yml", &read("action.yml"), unpinned, &check);
    let name = "ci/github/keyfence.yml";
    for change in [
        ("          persist-credentials: false\n", ""),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
        ("  pull_request:", "  pull_request_target:"),
    ] {
        accepts(name, &read(name), change, &check);
    }
}

#[test]
#[ignore = "needs shellcheck: tests/run prepares it"]
fn shellcheck_accepts_all_scripts() {
    let mut count = 0;
    let mut check = |shell: &str, name: &str, text: &str| {
        let check = |folder: &Path, file: &str| {
            // Variables of the system are not assigned in the script.
            run(
                folder,
                "shellcheck",
                ["--shell", shell, "--exclude", "SC2154", file],
            )
        };
        accepts(name, text, ("\"$", "\"$("), &check);
        count += 1;
    };
    for name in pinned::files() {
        let shell = if name == "action.yml" { "bash" } else { "sh" };
        for script in pinned::scripts(&name) {
            // What Buildkite's agent is given.
            let script = script.replace("$$", "$");
            // Most systems set it by themselves; elsewhere it stands in the script.
            check(shell, &name, &format!("set -e\n{script}"));
        }
    }
    let jenkins = read("ci/jenkins/Jenkinsfile");
    for script in jenkins.split("'''").skip(1).step_by(2) {
        check("sh", "Jenkinsfile", script);
    }
    check("sh", "keyfence", &read("ci/pre-receive/keyfence"));
    assert_eq!(count, 17);
}

#[test]
#[ignore = "needs a parser of Groovy: tests/run prepares it"]
fn the_jenkinsfile_is_groovy() {
    const PARSE: &str = "import sys; from groovy_parser.parser import parse_groovy_content as parse; parse(open(sys.argv[1]).read())";
    let name = "ci/jenkins/Jenkinsfile";
    let check = |folder: &Path, file: &str| run(folder, "python", ["-c", PARSE, file]);
    accepts(name, &read(name), ("', allow", "' allow"), &check);
    accepts(name, &read(name), ("    post {", "    post {{"), &check);
}

/// The component in a pipeline of another program that reads GitLab's files: it includes it, fills in its inputs, and runs the job.
#[test]
#[ignore = "needs gitlab-ci-local: tests/run prepares it"]
fn gitlab_ci_local_runs_the_component() {
    for (brings, code) in [(Brings::Pair, 1), (Brings::Nothing, 0)] {
        let bed = Bed::new(brings);
        let repo = &bed.repo;
        repo.git(["checkout", "-q", "topic"]);
        let copied = std::fs::read(root().join("templates/keyfence.yml")).unwrap();
        repo.write("templates/keyfence.yml", copied);
        let including = format!(
            "include:\n  - local: templates/keyfence.yml\n    inputs:\n      repository: {}\n      commit: {}\n      stage: deploy\n",
            bed.source.repo.root.display(),
            bed.source.commit
        );
        repo.write(".gitlab-ci.yml", including);
        repo.commit_all();
        repo.git([
            "remote",
            "add",
            "origin",
            "https://gitlab.example.com/group/project.git",
        ]);
        let home = bed.beside("home");
        let head = super::id(repo, "topic");
        let variables = [
            "GITLAB_CI=true".to_owned(),
            "CI_PIPELINE_SOURCE=merge_request_event".to_owned(),
            "CI_MERGE_REQUEST_IID=7".to_owned(),
            format!("CI_MERGE_REQUEST_DIFF_BASE_SHA={}", bed.base),
            format!("CI_COMMIT_SHA={head}"),
        ];
        let mut args = vec!["--force-shell-executor", "--home", &home, "keyfence"];
        for variable in &variables {
            args.extend(["--variable", variable]);
        }
        let ran = run(&repo.root, "gitlab-ci-local", args).ends(code);
        assert!(ran.out.contains("(deploy)"), "{ran:#?}");
        for report in [
            "gl-secret-detection-report.json",
            "gl-code-quality-report.json",
            "keyfence.xml",
            "keyfence.html",
        ] {
            bed.holds_report(report, code == 1);
        }
    }
}
