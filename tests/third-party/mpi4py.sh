#!/bin/bash
# mpi4py as a module of the interpreter that imports by broadcast: its tree is patched by a patchset of its own, its archive
# made by python.sn, linked by `pypatch setup add`, and 4 ranks of it talk to each other.
#
#     tests/third-party/mpi4py.sh PYPATCH [DIRECTORY [PIN]]
#
# DIRECTORY keeps what is built, or has it: that of tests/mpi/broadcast.sh for python-2.7.18, which is built unless PIN is
# python-3.11.2. Needs mpicc and mpiexec.
set -euo pipefail

. "$(dirname "$(realpath "$0")")/place.sh"
. "$here/ranks.sh"

case ${3:-python-2.7.18} in
python-2.7.18)
    patchset=mpi4py-1.3.1 version=1.3.1
    sha256=e7bd2044aaac5a6ea87a87b2ecc73b310bb6efe5026031e33067ea3c2efc3507
    interpreter python-2.7.18 catamount-py2.7
    ;;
python-3.11.2)
    patchset=mpi4py-3.1 version=3.1.6
    sha256=c8fa625e0f92b082ef955bfb52f19fa6691d29273d7d71135d295aa143dee6cb
    interpreter python-3.11.2 catamount-py3.11
    ;;
*)
    echo "error: no mpi4py is known to fit $3" >&2
    exit 2
    ;;
esac
folder=mpi4py-$version
sdist mpi4py "$version" "$folder.tar.gz" "$sha256"
build_plain
rm -rf "$site"/mpi4py*

# The hash was compared; pypatch knows releases of Python alone.
"$pypatch" apply --allow-unpinned "$patchset" "$folder"
# It is one file of at least 60000 lines, and no test of speed.
export CFLAGS=-O0
setup() {
    (cd "$folder" && "$sn" setup.py build --mpicc="$(command -v mpicc)" && "$sn" setup.py install)
}
build_module mpi4py.log setup
grep 'Append to Setup' mpi4py.log
"$pypatch" setup add "$tree" --from-log mpi4py.log --installed "$site"
build

cat >ranks.py <<'END'
import os
from mpi4py import MPI
assert MPI.__file__.endswith("/mpi4py/MPI.a")
world = MPI.COMM_WORLD
last = world.allgather({"rank": world.rank})[-1]["rank"]
os.write(1, ("%d of %d: %s\n" % (world.rank, world.size, last)).encode())
END
four_ranks 3
