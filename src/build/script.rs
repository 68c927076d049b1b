//! The steps as one script, for machines on which pypatch does not run.

use std::fmt::Write;

use super::launcher::STAND_IN;
use super::recipe::Recipe;
use super::shell::literal;
use crate::patchset::{Check, ProgramTree};

const HEAD: &str = r#"#!/bin/sh
# usage: sh THIS-SCRIPT PATCHED-TREE PREFIX WORK-DIRECTORY [UNPATCHED-TREE]
#
# The trees are made with `pypatch export` or `pypatch apply --output`. Every step is done anew; each has its log in
# WORK-DIRECTORY/logs. LAUNCHER names the launcher, if it is another one than the tree calls.
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

# The line of $log that first tells of a failure; the last lines where none does.
first_failing_line() {
    grep -nvE 'warning:|^checking |^\+' "$log" |
        grep -m 1 -E 'rror:|undefined reference|not found|No such file|Permission denied|No space left|\*\*\*' ||
        tail -n 5 "$log"
}

# step ID TREE DIRECTORY: runs what it reads from stdin.
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

# holds ID 'EDITS' STATUS SEEN: one check.
holds() {
    if [ "$3" = 0 ]; then
        echo "   ok $1"
    else
        echo "   FAILED $1 (edits: ${2:-none}): $4" >&2
        failed=1
    fi
}

# check_run ID EDITS COMMAND [PRINTS], check_log ID EDITS STEP, check_files ID EDITS LEAST FILE...
check_run() {
    status=0
    seen=$(cd "$BUILD" && sh -ec "$3" 2>"$WORK/logs/check.err") || status=1
    seen=$(printf '%s' "$seen" | sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//')
    if [ $# -ge 4 ] && [ "$seen" != "$4" ]; then status=1; fi
    holds "$1" "$2" "$status" "$3 printed '$seen'"
}
log_has() {
    grep -qF -e "$2" "$WORK/logs/$(echo "$1" | tr / -).log"
}
check_files() {
    id=$1 edits=$2 least=$3 pattern=$4
    shift 4
    [ -e "$1" ] || shift
    if [ $# -ge "$least" ]; then status=0; else status=1; fi
    holds "$id" "$edits" "$status" "$# files $pattern, expected $least"
}
done_with_checks() {
    [ "$failed" = 0 ] || exit 5
}
"#;

impl Recipe {
    /// All steps and checks as one script for `sh`, which is told the trees, the prefix and the work
    /// directory.
    pub fn script(&self) -> String {
        let mut text = String::from(HEAD);
        if let Some(name) = &self.launcher {
            let _ = write!(
                text,
                "\n# The launcher, with a note of each call. Without one here, a stand-in.\n\
                 cat >\"$WORK/bin/stand-in-launcher\" <<'END OF STAND-IN'\n{STAND_IN}END OF STAND-IN\n\
                 chmod +x \"$WORK/bin/stand-in-launcher\"\n\
                 rm -f \"$WORK/bin/{name}\"\n\
                 LAUNCHER=${{LAUNCHER:-$(command -v {name} || echo \"$WORK/bin/stand-in-launcher\")}}\n\
                 printf '%s\\n' '#!/bin/sh' '[ -z \"${{LAUNCHER_NOTES-}}\" ] || printf \"%s\\\\n\" \"$*\" >>\"$LAUNCHER_NOTES\"' \\\n    \
                 \"exec '$LAUNCHER' \\\"\\$@\\\"\" >\"$WORK/bin/{name}\"\n\
                 chmod +x \"$WORK/bin/{name}\"\n"
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
            let _ = write!(text, "\n# {}\n", step.why.replace('\n', " "));
            let _ = write!(
                text,
                "step {} \"{tree}\" \"{directory}\" <<'END OF STEP'\n{}END OF STEP\n",
                step.id, step.script
            );
            for check in &step.checks {
                text.push_str(&checking(check));
            }
            if !step.checks.is_empty() {
                text.push_str("done_with_checks\n");
            }
        }
        text.push_str("echo done\n");
        text
    }
}

fn checking(check: &Check) -> String {
    let mut text = String::new();
    let (id, edits) = (literal(&check.id), literal(&check.edits.join(" ")));
    if let Some(script) = &check.run {
        let _ = write!(text, "check_run {id} {edits} {}", literal(script.trim()));
        if let Some(prints) = &check.prints {
            let _ = write!(text, " {}", literal(prints.trim()));
        }
        text.push('\n');
    }
    if let Some(step) = &check.log {
        for (wanted, there) in
            check.contains.iter().map(|one| (one, true)).chain(check.lacks.iter().map(|one| (one, false)))
        {
            let (not, what) = if there { ("", "lacks") } else { ("! ", "has") };
            let wanted = literal(wanted);
            let _ = writeln!(
                text,
                "if {not}log_has {step} {wanted}; then holds {id} {edits} 0 ''; else holds {id} {edits} 1 {}{wanted}; fi",
                literal(&format!("the log of {step} {what} "))
            );
        }
    }
    for (pattern, least) in &check.files {
        // `sh` knows no `**`; find does.
        let (folder, name) = pattern.rsplit_once('/').unwrap_or((".", pattern));
        let _ = match folder.strip_suffix("/**") {
            Some(top) => writeln!(
                text,
                "found=$(find \"{top}\" -name {} | wc -l)\nif [ \"$found\" -ge {least} ]; then holds {id} {edits} 0 ''; else holds {id} {edits} 1 \"$found files\"; fi",
                literal(name)
            ),
            None => {
                writeln!(text, "check_files {id} {edits} {least} {} \"{folder}\"/{name}", literal(pattern))
            }
        };
    }
    text
}
