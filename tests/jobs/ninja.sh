#!/bin/bash
# A matrix in shards by ninja, planned by `pypatch plan-jobs`: the merged result is that of one run, and a shard that was killed is run again.
#
#     tests/jobs/ninja.sh PYPATCH
set -euo pipefail

here=$(realpath "$(dirname "$0")")
pypatch=$(realpath "$1")
command -v ninja >/dev/null || { echo "SKIPPED: ninja is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset PYPATCH_SOURCES

source "$here/set.sh"
"$pypatch" matrix "${set[@]}" >whole.txt
"$pypatch" plan-jobs --for ninja --shards 5 --results "my results" --output merged.txt -- matrix "${set[@]}" >build.ninja
mkdir bin
# The first try of shard 2 is killed.
cat >bin/pypatch <<END
#!/bin/sh
case "\$*" in *"--shard 2/5"*) [ -e tried ] || { touch tried; kill -9 \$\$; } ;; esac
exec "$pypatch" "\$@"
END
chmod +x bin/pypatch
export PATH=$work/bin:$PATH
if ninja -j2 -k 0 >first.log 2>&1; then
    echo "a killed shard did not fail"
    exit 1
fi
[ ! -e merged.txt ] || { echo "merged without shard 2"; exit 1; }
ninja -j2
diff whole.txt merged.txt
echo "the merged matrix of 5 shards by ninja is that of one run ($(wc -l <whole.txt) lines)"
