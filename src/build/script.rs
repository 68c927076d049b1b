//! Writes the steps of a recipe as one script, for machines without pypatch.

use super::launcher::{STUB, wrapper};
use super::recipe::Recipe;
use crate::patchset::{Check, ProgramTree};
use crate::text::shell_word;

const HEAD: &str = r#"#!/bin/sh
# usage: sh THIS-SCRIPT PATCHED-TREE PREFIX WORK-DIRECTORY [UNPATCHED-TREE]
#
# Make the trees with `pypatch export` or `pypatch apply --output`. Every run repeats all steps; the log of each is
# in WORK-DIRECTORY/logs. Set LAUNCHER to use another launcher than the one that the tree calls.
set -eu
[ $# -ge 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$2" "$3/logs" "$3/bin"
PATCHED=$(cd "$1" && pwd)
PREFIX=$(cd "$2" && pwd)
WORK=$(cd "$3" && pwd)
UNPATCHED=${4:+$(cd "$4" && pwd)}
JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
export PREFIX JOBS LC_ALL=C PATH="$WORK/bin:$PATH"
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONDONTWRITEBYTECODE PYTHONOPTIMIZE MAKEFLAGS MAKELEVEL CONFIG_SITE || :
failed=0

# Prints the first line of $log that shows a failure; the last lines if there is none.
first_failing_line() {
    grep -nvE 'warning:|^checking |^\+' "$log" |
        grep -m 1 -E 'rror:|undefined reference|not found|No such file|Permission denied|No space left|\*\*\*' ||
        tail -n 5 "$log"
}

# step ID TREE DIRECTORY: runs the commands on stdin.
step() {
    STEP=$1 SOURCE=$2 BUILD=$3
    LAUNCHER_LOG=$WORK/logs/$(echo "$1" | tr / -)-launcher.log
    export SOURCE BUILD LAUNCHER_LOG
    mkdir -p "$BUILD"
    : >"$LAUNCHER_LOG"
    log=$WORK/logs/$(echo "$1" | tr / -).log
    echo "== $1 ($log)"
    cat >"$log.sh"
    (cd "$BUILD" && LAUNCHER_NOTES=$LAUNCHER_LOG && export LAUNCHER_NOTES && sh -ex "$log.sh") >"$log" 2>&1 || { first_failing_line >&2; echo "error: $1 failed, see $log" >&2; exit 5; }
}

# holds ID 'EDITS' STATUS FOUND: reports one check.
holds() {
    if [ "$3" = 0 ]; then
        echo "   ok $1"
    else
        echo "   FAILED $1 (edits: ${2:-none}): $4" >&2
        failed=1
    fi
}

# check_run ID EDITS COMMAND [PRINTS]
check_run() {
    status=0
    seen=$(cd "$BUILD" && sh -ec "$3" 2>"$WORK/logs/check.err") || status=1
    seen=$(printf '%s' "$seen" | sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//')
    if [ $# -ge 4 ] && [ "$seen" != "$4" ]; then status=1; fi
    holds "$1" "$2" "$status" "$3 printed '$seen'${4+, expected '$4'}"
}
# log_has STEP TEXT
log_has() {
    grep -qF -e "$2" "$WORK/logs/$(echo "$1" | tr / -).log"
}
# check_files ID EDITS LEAST PATTERN FILE...
check_files() {
    id=$1 edits=$2 least=$3 pattern=$4
    shift 4
    [ -e "$1" ] || shift
    if [ $# -ge "$least" ]; then status=0; else status=1; fi
    holds "$id" "$edits" "$status" "found $# files $pattern, expected at least $least"
}
done_with_checks() {
    [ "$failed" = 0 ] || exit 5
}
"#;

impl Recipe {
    /// All steps and checks as one script for `sh`. Its arguments are the trees, the prefix and a work
    /// directory.
    pub fn script(&self) -> String {
        let mut text = String::from(HEAD);
        if let Some(name) = &self.launcher {
            text += &format!(
                "\n# The launcher. Each call of it is written down. Without one on this machine, a stub.\n\
                 cat >\"$WORK/bin/stub-launcher\" <<'END OF STUB'\n{STUB}END OF STUB\n\
                 rm -f \"$WORK/bin/{name}\"\n\
                 export LAUNCHER=\"${{LAUNCHER:-$(command -v {name} || echo \"$WORK/bin/stub-launcher\")}}\"\n\
                 cat >\"$WORK/bin/{name}\" <<'END OF WRAPPER'\n{}END OF WRAPPER\n\
                 chmod +x \"$WORK/bin/stub-launcher\" \"$WORK/bin/{name}\"\n",
                wrapper("\"$LAUNCHER\"")
            );
        }
        for step in &self.steps {
            let tree = match step.tree {
                ProgramTree::Patched => "$PATCHED",
                ProgramTree::Unpatched => "${UNPATCHED:?give the unpatched tree as the fourth argument}",
            };
            let directory = match &step.program {
                Some(program) => format!("$WORK/{program}"),
                None => tree.to_owned(),
            };
            // A line of the step itself does not end it.
            let mut end = "END OF STEP".to_owned();
            while step.script.lines().any(|line| line == end) {
                end.push('.');
            }
            text += &format!(
                "\n# {}\nstep {} \"{tree}\" \"{directory}\" <<'{end}'\n{}{end}\n",
                step.why.replace('\n', " "),
                step.id,
                step.script
            );
            text.extend(step.checks.iter().map(checking));
            if !step.checks.is_empty() {
                text += "done_with_checks\n";
            }
        }
        text + "echo done\n"
    }
}

/// The commands that make one check.
fn checking(check: &Check) -> String {
    let mut text = String::new();
    let (id, edits) = (shell_word(&check.id), shell_word(&check.edits.join(" ")));
    let holds = |condition: &str, found: &str| {
        format!("if {condition}; then holds {id} {edits} 0 ''; else holds {id} {edits} 1 {found}; fi\n")
    };
    if let Some(script) = &check.run {
        let prints = check.prints.as_ref().map(|prints| format!(" {}", shell_word(prints.trim())));
        let script = shell_word(script.trim());
        text += &format!("check_run {id} {edits} {script}{}\n", prints.unwrap_or_default());
    }
    if let Some(step) = &check.log {
        for wanted in check.contains.iter().map(|text| shell_word(text)) {
            let found = shell_word(&format!("the log of {step} does not contain "));
            text += &holds(&format!("log_has {step} {wanted}"), &format!("{found}{wanted}"));
        }
        for unwanted in check.lacks.iter().map(|text| shell_word(text)) {
            let found = shell_word(&format!("the log of {step} contains "));
            text += &holds(&format!("! log_has {step} {unwanted}"), &format!("{found}{unwanted}"));
        }
    }
    for (pattern, least) in &check.files {
        let (folder, name) = pattern.rsplit_once('/').unwrap_or((".", pattern));
        match folder.strip_suffix("/**") {
            // `sh` has no `**`, so find searches below the folder.
            Some(top) => {
                let name = shell_word(name);
                text += &format!("found=$(find \"{top}\" -name {name} | wc -l)\n");
                text += &holds(&format!("[ \"$found\" -ge {least} ]"), "\"found $found files\"");
            }
            None => {
                let words = shell_word(pattern);
                text += &format!("check_files {id} {edits} {least} {words} \"{folder}\"/{name}\n");
            }
        }
    }
    text
}
