//! What others use in their CI: the action, the template for GitLab, the hooks of pre-commit and the workflow that `init` writes. What they run
//! is run here, on the example of the tutorial.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::readme::Reader;

const ACTION: &str = include_str!("../../action.yml");
const TEMPLATE: &str = include_str!("../../templates/pypatch.yml");
const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");
const SITE: &str = include_str!("../../.github/workflows/docs.yml");

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A reader in a project with an accepted patchset for releases that are available.
fn project() -> Reader {
    let reader = Reader::new();
    reader.begin();
    let commands = "sh ~/pypatch/docs/tutorial/example.sh; git clone -q packaging.git packaging; cd packaging
        export PYPATCH_SOURCES=$PWD/../gadgetpython.git
        pypatch init -q; pypatch import -q debian/patches --base python-9.8 --id distro
        pypatch snapshot accept -q distro; git add .; git commit -q -m Project";
    let (output, status) = reader.run(commands);
    assert_eq!(status, Some(0), "{output}");
    reader
}

/// Changes what an edit does.
const CHANGE: &str = "sed -i s,/usr/local/lib,/opt/lib, patchsets/distro/files/local-loader.patch";

/// Runs a script of somebody's CI with variables.
fn run(reader: &Reader, variables: &str, script: &str) -> (String, Option<i32>) {
    fs::write(reader.directory().join("../script"), script).unwrap();
    reader.run(&format!("{variables} bash -e ../script"))
}

#[test]
fn the_action_annotates_what_changed_and_writes_a_summary() {
    let action = yaml(ACTION);
    let steps = action["runs"]["steps"].as_array().unwrap();
    assert_eq!(action["runs"]["using"], "composite");
    for step in steps {
        // GitHub wants a shell for each; an expression in a script would be code of whoever wrote the input.
        assert_eq!(step["run"].is_string(), step["shell"] == "bash", "{step}");
        assert!(!step["run"].as_str().is_some_and(|run| run.contains("${{")), "{step}");
    }
    let names: Vec<&str> = steps.iter().filter_map(|step| step["name"].as_str()).collect();
    assert_eq!(names.len(), steps.len());
    let reader = project();
    // What is installed has a key, so that it is built once.
    let key = steps.iter().find(|step| step["id"] == "version").unwrap()["run"].as_str().unwrap();
    let (output, status) = run(&reader, "SOURCE=~/pypatch REVISION= GITHUB_OUTPUT=../key", key);
    assert_eq!(status, Some(0), "{output}");
    let key = fs::read_to_string(reader.directory().join("../key")).unwrap();
    assert!(key.trim().strip_prefix("key=").is_some_and(|key| key.len() == 16), "{key}");
    let script = steps.last().unwrap()["run"].as_str().unwrap();
    for fetch in ["true", "false"] {
        let variables =
            format!("PATCHSETS='patchsets/*/' FETCH={fetch} GITHUB_STEP_SUMMARY=../summary-{fetch}.md");
        let (output, status) = run(&reader, &variables, script);
        assert_eq!(status, Some(0), "{output}");
        let summary = fs::read_to_string(reader.directory().join(format!("../summary-{fetch}.md"))).unwrap();
        assert!(summary.contains("distro on python-9.8"), "{summary}");
    }
    reader.run(CHANGE);
    let variables = "PATCHSETS='patchsets/*/' FETCH=true GITHUB_STEP_SUMMARY=../changed.md";
    let (output, status) = run(&reader, variables, script);
    assert_eq!(status, Some(1), "{output}");
    assert!(output.contains("::error file=patchsets/distro/patchset.yaml,line="), "{output}");
    let summary = fs::read_to_string(reader.directory().join("../changed.md")).unwrap();
    assert!(summary.contains("### distro on python-9.8: 1 of 5 edits changed"), "{summary}");
    reader.run("sed -i 's/^id: distro/idd: distro/' patchsets/distro/patchset.yaml");
    let (output, status) = run(&reader, variables, script);
    assert_eq!(status, Some(2), "{output}");
}

#[test]
fn the_template_for_gitlab_writes_its_reports() {
    let (head, job) = TEMPLATE.split_once("\n---\n").unwrap();
    let (head, job) = (yaml(head), yaml(job));
    let inputs: Vec<&String> = head["spec"]["inputs"].as_object().unwrap().keys().collect();
    let reader = project();
    for step in job["pypatch"]["before_script"].as_array().unwrap() {
        let (output, status) =
            run(&reader, "", &format!("exec sh -n <<'END'\n{}\nEND", step.as_str().unwrap()));
        assert_eq!((output.as_str(), status), ("", Some(0)), "{step}");
    }
    for input in &inputs {
        assert!(TEMPLATE.contains(&format!("$[[ inputs.{input} ]]")), "{input} is not used");
    }
    let script = job["pypatch"]["script"][0].as_str().unwrap();
    let variables = "PYPATCH_PATCHSETS='patchsets/*/'";
    let (output, status) = run(&reader, variables, script);
    assert_eq!(status, Some(0), "{output}");
    reader.run(CHANGE);
    let (output, status) = run(&reader, variables, script);
    assert_eq!(status, Some(1), "{output}");
    assert!(output.contains("now adds `if (find_module(\"/opt/lib/gadget\", name) == 0)`"), "{output}");
    let read = |name: &str| fs::read_to_string(reader.directory().join(name)).unwrap();
    for report in job["pypatch"]["artifacts"]["reports"]["codequality"].as_array().unwrap() {
        let report: Value = serde_json::from_str(&read(report.as_str().unwrap())).unwrap();
        assert!(report.is_array(), "{report}");
    }
    assert!(read("pypatch-snapshots.json").contains("/opt/lib/gadget"));
    assert!(read("pypatch-junit.xml").contains("<failure"));
}

#[test]
fn the_hooks_find_what_changed() {
    let hooks = yaml(HOOKS);
    let reader = project();
    let run = |hook: &Value| reader.run(hook["entry"].as_str().unwrap());
    let hooks = hooks.as_array().unwrap();
    for hook in hooks {
        let (output, status) = run(hook);
        assert_eq!(status, Some(0), "{output}");
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"rust".into(), &false.into()));
    }
    reader.run(CHANGE);
    let results: Vec<_> = hooks.iter().map(|hook| run(hook).1).collect();
    assert_eq!(results, [Some(0), Some(1)]);
}

#[test]
fn the_workflows_are_what_github_reads() {
    let reader = project();
    let written = reader.directory().join(".github/workflows/pypatch.yml");
    for text in [SITE, &fs::read_to_string(written).unwrap()] {
        let workflow = yaml(text);
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            assert!(job["runs-on"].is_string(), "{name}");
            for step in job["steps"].as_array().unwrap() {
                assert_ne!(step["run"].is_string(), step["uses"].is_string(), "{step}");
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // What the workflows run.
    assert!(root.join("docs/build").exists());
    let pages = ["github", "gitlab", "pre-commit"].map(|name| root.join(format!("docs/{name}.md")));
    for (page, inputs) in pages.iter().zip([
        yaml(ACTION)["inputs"].clone(),
        yaml(TEMPLATE.split("\n---\n").next().unwrap())["spec"]["inputs"].clone(),
        Value::Null,
    ]) {
        let page = fs::read_to_string(page).unwrap();
        for input in inputs.as_object().into_iter().flat_map(|inputs| inputs.keys()) {
            assert!(page.contains(&format!("`{input}`")), "{input} is not documented");
        }
    }
}
