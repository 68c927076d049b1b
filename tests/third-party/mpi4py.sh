#!/bin/bash
# mpi4py as a module of the interpreter that imports by broadcast: its tree is patched by `mpi4py-1.3.1`, its archive made by
# python.sn, linked by `pypatch setup add`, and 4 ranks of it talk to each other.
#
#     tests/third-party/mpi4py.sh PYPATCH [DIRECTORY]
#
# DIRECTORY keeps what is built, or has it: that of tests/mpi/broadcast.sh. Needs mpicc and mpiexec.
set -euo pipefail

pypatch=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
place=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$place"' EXIT
mkdir -p "$place/third-party"
place=$(realpath "$place")
. "$here/sdist.sh"
for program in mpicc mpiexec; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done

build() {
    (cd "$place" && "$pypatch" build catamount-py2.7 python-2.7.18 --program native --program broadcast \
        --prefix prefix --work work --launcher stub)
}
tree=$place/work/broadcast
site=$place/prefix/lib/python2.7/site-packages
export PATH=$place/work/bin:$PATH YOD_ALLOW_DYNAMIC=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONSTARTUP

cd "$place/third-party"
sdist mpi4py 1.3.1 mpi4py-1.3.1.tar.gz e7bd2044aaac5a6ea87a87b2ecc73b310bb6efe5026031e33067ea3c2efc3507
build
[ ! -e "$tree/.pypatch-receipt.json" ] || "$pypatch" revert "$tree"
rm -rf "$site"/mpi4py*

# The hash was compared; pypatch knows releases of Python alone.
"$pypatch" apply --allow-unpinned mpi4py-1.3.1 mpi4py-1.3.1
# It is one file of 60000 lines, and no test of speed.
export CFLAGS=-O0
(cd mpi4py-1.3.1 && "$place/prefix/bin/python.sn" setup.py build --mpicc="$(command -v mpicc)" &&
    "$place/prefix/bin/python.sn" setup.py install) >mpi4py.log 2>&1 || { tail -n 20 mpi4py.log; exit 1; }
grep 'Append to Setup' mpi4py.log
"$pypatch" setup add "$tree" --from-log mpi4py.log --installed "$site"
build

cat >ranks.py <<'END'
import os
from mpi4py import MPI
world = MPI.COMM_WORLD
last = world.allgather({"rank": world.rank})[-1]["rank"]
# In one piece: mpiexec joins what the ranks write.
os.write(1, "%d of %d: %s\n" % (world.rank, world.size, last))
END
timeout 120 yod -sz 4 "$place/prefix/bin/python2.7" ranks.py >out 2>&1 || true
sort out
[ "$(grep -cE '^[0-3] of 4: 3$' out)" = 4 ] || { echo "error: 4 ranks should say so"; exit 1; }
