#!/bin/bash
# pyMPI as a module of the interpreter that imports by broadcast, in the way of the paper (sections 3.6 and 3.7): its tree is
# patched by `pympi-2.5` and configured with python.sn, its archive is installed by hand and linked by `pypatch setup add`,
# and 4 ranks of it talk to each other.
#
#     tests/third-party/pympi.sh PYPATCH [DIRECTORY]
#
# DIRECTORY keeps what is built, or has it. Needs mpicc and mpiexec, and git repositories with the tag of Python 2.5 and with
# the tree of pyMPI 2.5b0 in PYPATCH_SOURCES: no registry has them. EXCLUDE as in tests/third-party/ranks.sh.
set -euo pipefail

. "$(dirname "$(realpath "$0")")/place.sh"
. "$here/ranks.sh"

interpreter python-2.5 modern-toolchain-py2.5 catamount-py2.5
git_tree pyMPI-2.5b0 a7abcef7afcb5fb9eddb05b21897c7c9bbc723ea
build_plain
rm -f "$site/mpi.a"

# The hash was compared; pypatch knows releases of Python alone.
"$pypatch" apply --allow-unpinned pympi-2.5 pyMPI-2.5b0
cd pyMPI-2.5b0
build_module ../pympi.log ./configure --with-python="$sn"
build_module ../pympi.log make
cd ..
cp pyMPI-2.5b0/libpyMPI.a "$site/mpi.a"
"$pypatch" setup add "$tree" mpi "$site/mpi.a"
build

cat >ranks.py <<'END'
import os, mpi
ranks = mpi.allgather([mpi.rank])
total = mpi.allreduce(mpi.rank + 1, mpi.SUM)
word = mpi.bcast(("from %d" % mpi.rank) * (mpi.rank == 2), 2)
left = (mpi.rank - 1) % mpi.size
message, status = mpi.sendrecv("of %d" % mpi.rank, (mpi.rank + 1) % mpi.size, left)
assert message == "of %d" % left
os.write(1, "%d of %d: %s %s %s\n" % (mpi.rank, mpi.size, ranks, total, word))
END
four_ranks "[0, 1, 2, 3] 10 from 2"
