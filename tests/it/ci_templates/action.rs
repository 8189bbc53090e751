//! The steps of `action.yml`, with inputs, environment and outputs as GitHub's runner has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Bed, Brings, read, root, variables, yaml};
use crate::cli::Ran;

/// An action that is used in a job.
struct Used<'b> {
    bed: &'b Bed,
    action: Value,
    inputs: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

impl<'b> Used<'b> {
    fn new(bed: &'b Bed, with: &[(&str, &str)]) -> Self {
        let action = yaml::documents("action.yml", &read("action.yml")).remove(0);
        let mut inputs: BTreeMap<String, String> = action["inputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, input)| (name.clone(), yaml::plain(&input["default"])))
            .collect();
        for (name, value) in with {
            assert!(
                inputs
                    .insert((*name).to_owned(), (*value).to_owned())
                    .is_some()
            );
        }
        let event = json!({"pull_request": {"base": {"sha": bed.base}, "head": {"sha": bed.head}}});
        std::fs::write(bed.beside("event.json"), event.to_string()).unwrap();
        std::fs::create_dir_all(bed.beside("temp")).unwrap();
        bed.repo.git(["checkout", "-q", "--detach", "merge"]);
        Self {
            action,
            inputs,
            variables: variables(&[
                ("CI", "true"),
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_ACTION_PATH", bed.source.repo.root.to_str().unwrap()),
                ("GITHUB_BASE_REF", "main"),
                ("GITHUB_EVENT_NAME", "pull_request"),
                ("GITHUB_EVENT_PATH", &bed.beside("event.json")),
                ("GITHUB_OUTPUT", &bed.beside("output")),
                ("GITHUB_SHA", &bed.merge),
                ("GITHUB_STEP_SUMMARY", &bed.beside("summary.md")),
                ("GITHUB_WORKSPACE", &bed.folder()),
                ("RUNNER_ARCH", "X64"),
                ("RUNNER_OS", "Linux"),
                ("RUNNER_TEMP", &bed.beside("temp")),
            ]),
            bed,
        }
    }

    /// Returns what stands for `${{ inputs.NAME }}`; nothing else is to be filled in.
    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.inputs {
            text = text.replace(&format!("${{{{ inputs.{name} }}}}"), value);
        }
        assert!(!text.contains("${{"), "{text}");
        text
    }

    fn steps(&self) -> impl Iterator<Item = &Value> {
        let steps = self.action["runs"]["steps"].as_array().unwrap().iter();
        steps.filter(|step| step["run"].is_string())
    }

    /// Runs one step, and returns how it ended and its outputs.
    fn step(&self, step: &Value) -> (Ran, BTreeMap<String, String>) {
        assert_eq!(step["shell"], "bash");
        let mut variables = self.variables.clone();
        if let Some(env) = step["env"].as_object() {
            for (name, value) in env {
                variables.insert(name.clone(), self.filled(value.as_str().unwrap()));
            }
        }
        std::fs::write(self.bed.beside("output"), "").unwrap();
        // https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax: jobs.<job_id>.steps[*].shell
        let shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"];
        let script = step["run"].as_str().unwrap();
        let ran = self.bed.run(&shell, script, &variables);
        let output = std::fs::read_to_string(self.bed.beside("output")).unwrap();
        let lines = output.lines().map(|line| line.split_once('=').unwrap());
        let outputs = lines.map(|(name, value)| (name.to_owned(), value.to_owned()));
        (ran, outputs.collect())
    }

    /// Runs all steps, and returns how the last one ended that ran, and its outputs.
    fn run(&self) -> (Ran, BTreeMap<String, String>) {
        let mut last = None;
        for step in self.steps() {
            let ended = self.step(step);
            let failed = ended.0.code != 0;
            last = Some(ended);
            if failed {
                break;
            }
        }
        last.unwrap()
    }
}

#[test]
fn a_pull_request_with_a_secret_fails_and_leaves_reports() {
    let bed = Bed::new(Brings::Pair);
    let used = Used::new(
        &bed,
        &[("reports", "junit=keyfence.xml\nhtml=keyfence.html\n")],
    );
    let (ran, outputs) = used.run();
    let ran = ran.ends(1);
    assert!(ran.out.contains("::error "), "{ran:#?}");
    let sarif = bed.beside("repo/keyfence.sarif");
    assert_eq!(
        outputs,
        variables(&[("exit-code", "1"), ("sarif-file", &sarif)])
    );
    for report in [
        "keyfence.sarif",
        "keyfence.xml",
        "keyfence.html",
        "../summary.md",
    ] {
        bed.holds_report(report, true);
    }
    // What the action gives out is what that step gives out.
    for name in outputs.keys() {
        let value = format!("${{{{ steps.gate.outputs.{name} }}}}");
        assert_eq!(used.action["outputs"][name]["value"], value);
    }
    // Where findings are only to be told.
    let told = Used::new(&bed, &[("fail-on-findings", "false")]);
    let (ran, outputs) = told.run();
    ran.ends(0);
    assert_eq!(outputs["exit-code"], "1");
}

#[test]
fn a_pull_request_without_one_passes() {
    let bed = Bed::new(Brings::Nothing);
    let (ran, outputs) = Used::new(&bed, &[]).run();
    ran.ends(0);
    assert_eq!(outputs["exit-code"], "0");
    bed.holds_report("keyfence.sarif", false);
    // One that is there already is no report of this run.
    let (ran, outputs) = Used::new(&bed, &[("policy", "nobody")]).run();
    let ran = ran.ends(2);
    assert!(ran.err.contains("nobody"), "{ran:#?}");
    assert_eq!(outputs, variables(&[("exit-code", "2")]));
    let (ran, outputs) = Used::new(&bed, &[("sarif", "")]).run();
    ran.ends(0);
    assert_eq!(outputs, variables(&[("exit-code", "0")]));
}

#[test]
fn a_shallow_clone_fails_whatever_findings_are_to_do() {
    let bed = Bed::shallow("merge");
    for fails in ["true", "false"] {
        let (ran, outputs) = Used::new(&bed, &[("fail-on-findings", fails)]).run();
        let ran = ran.ends(2);
        assert!(ran.err.contains("fetch-depth: 0"), "{ran:#?}");
        assert_eq!(outputs["exit-code"], "2");
    }
}

#[test]
fn inputs_are_options() {
    let bed = Bed::new(Brings::Pair);
    let ends = |with: &[(&str, &str)], code: i32| Used::new(&bed, with).run().0.ends(code);
    ends(&[("head", "main")], 0);
    ends(&[("base", "merge")], 0);
    ends(
        &[("args", "--enable github-fine-grained-pat\n --color=never ")],
        0,
    );
    ends(
        &[("min-confidence", "high"), ("min-severity", "critical")],
        1,
    );
    ends(&[("min-severity", "some")], 2);
    ends(&[("fail-on-findings", "no")], 2);
    ends(&[("reports", "nothing=x")], 2);
    let (ran, outputs) = Used::new(&bed, &[("sarif", "a\nexit-code=0")]).run();
    let ran = ran.ends(2);
    assert!(ran.err.contains("line break"), "{ran:#?}");
    assert_eq!(outputs, BTreeMap::new());
}

/// What a workflow passes on from a pull request is a word, whatever stands in it.
#[test]
fn inputs_are_not_run() {
    let bed = Bed::new(Brings::Nothing);
    let names: Vec<String> = Used::new(&bed, &[]).inputs.into_keys().collect();
    let mark = bed.beside("run");
    for name in names {
        if matches!(&*name, "cache" | "working-directory") {
            // The runner alone reads them.
            continue;
        }
        for text in [
            format!("$(touch {mark})"),
            format!("x'; touch {mark}; '"),
            format!("x\" ; touch {mark} ; \""),
            format!("a[$(touch {mark})]"),
        ] {
            Used::new(&bed, &[(&name, &text)]).run();
            assert!(!std::path::Path::new(&mark).exists(), "{name}: {text}");
        }
    }
}

#[test]
fn the_key_of_the_cache_tells_the_source() {
    let bed = Bed::new(Brings::Nothing);
    let key = |used: &Used<'_>| {
        let (ran, outputs) = used.step(used.steps().next().unwrap());
        ran.ends(0);
        outputs["key"].clone()
    };
    let mut used = Used::new(&bed, &[]);
    let first = key(&used);
    assert_eq!(first, key(&used));
    bed.source.repo.write("src/main.rs", "changed");
    assert_ne!(first, key(&used));
    let own = root().to_str().unwrap().to_owned();
    used.variables.insert("GITHUB_ACTION_PATH".to_owned(), own);
    assert!(key(&used).starts_with("keyfence-Linux-X64-own-"));
}

#[test]
fn a_program_that_does_not_start_is_built_anew() {
    let bed = Bed::new(Brings::Pair);
    let used = Used::new(&bed, &[]);
    let program = bed.beside("temp/keyfence/bin/keyfence");
    crate::git::executable(program.as_ref(), "#!/nowhere/sh\n");
    used.run().0.ends(1);
}

/// The workflow beside it uses the action as it is.
#[test]
fn the_workflow_fits_the_action() {
    let name = "ci/github/keyfence.yml";
    let workflow = yaml::documents(name, &read(name)).remove(0);
    let action = yaml::documents("action.yml", &read("action.yml")).remove(0);
    let steps = workflow["jobs"]["keyfence"]["steps"].as_array().unwrap();
    let with = &steps[0]["with"];
    assert_eq!(with["fetch-depth"], 0);
    assert_eq!(with["persist-credentials"], false);
    let used = &steps[1];
    assert!(
        used["uses"]
            .as_str()
            .unwrap()
            .starts_with("OWNER/keyfence@")
    );
    for name in used["with"].as_object().into_iter().flatten() {
        assert!(action["inputs"].get(name.0).is_some(), "{}", name.0);
    }
    let mut texts = Vec::new();
    yaml::all(&workflow, "if", &mut texts);
    yaml::all(&workflow, "sarif_file", &mut texts);
    for text in texts {
        let (_, output) = text.split_once("steps.keyfence.outputs.").unwrap();
        let output = output.split(' ').next().unwrap();
        assert!(action["outputs"].get(output).is_some(), "{output}");
    }
    assert_eq!(workflow["permissions"], json!({}));
}
