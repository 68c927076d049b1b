#!/bin/bash
# The broadcast import under a real MPI: `yod -sz 4 python HelloWorld.py`, after which ranks above 0 have opened no .py
# and no .pyc, counted by strace, with a cold and a warm cache and with one .pyc missing; and what cannot work ends by
# itself with a message.
#
#     tests/mpi/broadcast.sh PYPATCH [WORK-DIRECTORY]
#
# Needs mpicc and mpiexec (MPICH or Open MPI) and strace. Prints what it counted.
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

# python.sn is for tests/third-party/mpi4py.sh, which goes on in the same directory.
"$pypatch" build catamount-py2.7 python-2.7.18 --program native --program broadcast --prefix prefix --work work \
    --launcher stub
python=$work/prefix/bin/python2.7
export PATH=$work/work/bin:$PATH YOD_ALLOW_DYNAMIC=1
unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH PYTHONOPTIMIZE PYTHONSTARTUP
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

mkdir -p program/pk
cat >program/HelloWorld.py <<'END'
import os, string, pickle, StringIO, textwrap, pk.mod
# In one piece: mpiexec joins what the ranks write.
os.write(1, "Hello World from process %d %d\n" % (os.getpid(), pk.mod.answer))
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

find prefix/lib/python2.7 program -name '*.py[co]' -delete
opens cold
[ -e program/pk/mod.pyc ] || { echo "rank 0 wrote no .pyc"; failed=1; }
opens warm
rm prefix/lib/python2.7/string.pyc
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
