#!/bin/bash
# The broadcast import under a real MPI: `yod -sz 4 python HelloWorld.py`, after which ranks above 0 have opened no .py
# and no .pyc, counted by strace, with a cold and a warm cache and with one .pyc missing; and what cannot work ends by
# itself with a message.
#
#     tests/mpi/broadcast.sh PYPATCH [WORK-DIRECTORY [PIN PATCHSET...]]
#
# Needs mpicc and mpiexec (MPICH or Open MPI) and strace. Prints what it counted. Without a pin it is python-2.7.18, with
# the module builder that tests/third-party/mpi4py.sh needs, which goes on in the same directory. EXCLUDE has the options
# of `build` for a repository that lacks files.
set -euo pipefail

pypatch=$(realpath "$1")
work=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
work=$(realpath "$work")
for program in mpicc mpiexec strace; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done
cd "$work"

if [ $# -gt 2 ]; then
    pin=$3
    shift 3
    programs=(--program broadcast)
else
    pin=python-2.7.18
    set -- catamount-py2.7
    programs=(--program native --program broadcast)
fi
# shellcheck disable=SC2086
"$pypatch" build "$@" "$pin" "${programs[@]}" --prefix prefix --work work --launcher stub ${EXCLUDE:-}
series=$(echo "${pin#python-}" | cut -d. -f1-2)
python=$work/prefix/bin/python$series
library=prefix/lib/python$series
export PATH=$work/work/bin:$PATH YOD_ALLOW_DYNAMIC=1
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH PYTHONOPTIMIZE PYTHONSTARTUP
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

mkdir -p program/pk
# All of them are written in Python in every release from 2.4 to 3.15.
cat >program/HelloWorld.py <<'END'
import os, string, pickle, shlex, textwrap, pk.mod
# In one piece: mpiexec joins what the ranks write.
os.write(1, ("Hello World from process %d %d\n" % (os.getpid(), pk.mod.answer)).encode())
END
touch program/pk/__init__.py
echo 'answer = 42' >program/pk/mod.py

# Each rank's system calls go to trace.RANK.
cat >rank.sh <<'END'
#!/bin/sh
rank=${PMI_RANK:-${OMPI_COMM_WORLD_RANK?no rank}}
exec strace -f -qq -e trace=open,openat -o "$TRACES/trace.$rank" "$@"
END
chmod +x rank.sh

failed=0
# opens NAME: runs the program with 4 ranks, and counts.
opens() {
    export TRACES=$work/traces-$1
    rm -rf "$TRACES"
    mkdir "$TRACES"
    timeout 120 yod -sz 4 ./rank.sh "$python" program/HelloWorld.py >"$TRACES/out" 2>"$TRACES/err" || failed=1
    local hellos
    hellos=$(grep -c '^Hello World from process [0-9]* 42$' "$TRACES/out" || true)
    printf '%-14s %s of 4 ranks said hello; attempts to open a .py or .pyc:' "$1" "$hellos"
    [ "$hellos" = 4 ] || { failed=1; sed 's/^/    /' "$TRACES/err" | tail -n 5; }
    for rank in 0 1 2 3; do
        attempts=$(grep -cE '"[^"]*\.pyc?"' "$TRACES/trace.$rank" || true)
        printf ' rank %s %s' "$rank" "$attempts"
        if [ "$rank" = 0 ]; then
            [ "$attempts" -gt 20 ] || failed=1
        else
            [ "$attempts" = 0 ] || failed=1
        fi
    done
    echo
}

find "$library" program -name '*.py[co]' -delete
opens cold
# Beside the module, and since 3.2 in __pycache__.
[ -n "$(find program/pk -name 'mod*.pyc')" ] || { echo "rank 0 wrote no .pyc"; failed=1; }
opens warm
find "$library" -name 'textwrap*.pyc' -print -delete | grep -q . || { echo "textwrap has no .pyc"; failed=1; }
opens one-missing

# What cannot work: a module that rank 1 alone imports. Nobody waits for longer than was said.
cat >program/alone.py <<'END'
import os
if os.environ.get("PMI_RANK", os.environ.get("OMPI_COMM_WORLD_RANK")) == "1":
    import textwrap
import pk.mod
END
begun=$SECONDS
PYTHON_MPI_IMPORT_TIMEOUT=5 timeout 60 yod -sz 4 "$python" program/alone.py >alone.out 2>&1 || { echo "it hung"; failed=1; }
took=$((SECONDS - begun))
if message=$(grep -m 1 '^mpi_import: rank' alone.out); then
    echo "alone          ended after $took s: $message"
else
    echo "alone          ended after $took s without a message"
    failed=1
fi
exit "$failed"
