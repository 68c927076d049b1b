#!/bin/bash
# `require` by broadcast under a real MPI: `yod -sz 4 lua hello.lua`, after which ranks above 0 have opened no .lua, counted by
# strace; the same results as without the broadcast, also of mistakes; and a rank that requires something else ends the program.
#
#     tests/mpi/lua.sh PYPATCH [WORK-DIRECTORY]
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

"$pypatch" build catamount-lua5.4 lua-5.4.4 --program catamount --prefix plain --work work-plain --launcher stub
"$pypatch" build catamount-lua5.4 lua-5.4.4 --program broadcast --prefix prefix --work work --launcher stub
lua=$work/prefix/bin/lua
export PATH=$work/work/bin:$PATH YOD_ALLOW_DYNAMIC=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset LUA_PATH LUA_CPATH LUA_INIT LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT_5_4

mkdir -p program/pk
cat >program/hello.lua <<'END'
#!/usr/bin/env lua
package.path = "program/?.lua;program/?/init.lua"
local catamount, mod = require "catamount", require "pk.mod"
-- In one piece: mpiexec joins what the ranks write.
io.write(("Hello World from rank %d of %d %d %s\n"):format(catamount.rank, catamount.size, mod.answer, debug.getinfo(1).source))
END
echo 'return {answer = require("pk").answer}' >program/pk/mod.lua
# Longer than one read, and with a byte order mark.
{ printf '\xEF\xBB\xBF#\n'; seq -f '-- %g' 20000; echo 'return {answer = 42}'; } >program/pk/init.lua

# Each rank's system calls go to trace.RANK.
cat >rank.sh <<'END'
#!/bin/sh
rank=${PMI_RANK:-${OMPI_COMM_WORLD_RANK?no rank}}
exec strace -f -qq -e trace=open,openat -o "$TRACES/trace.$rank" "$@"
END
chmod +x rank.sh

failed=0
export TRACES=$work/traces
rm -rf "$TRACES"
mkdir "$TRACES"
timeout 120 yod -sz 4 ./rank.sh "$lua" program/hello.lua >"$TRACES/out" 2>"$TRACES/err" || failed=1
hellos=$(grep -c '^Hello World from rank [0-3] of 4 42 @program/hello.lua$' "$TRACES/out" || true)
printf '%s of 4 ranks said hello; attempts to open a .lua:' "$hellos"
[ "$hellos" = 4 ] || { failed=1; sed 's/^/    /' "$TRACES/err" | tail -n 5; }
for rank in 0 1 2 3; do
    attempts=$(grep -c '"[^"]*\.lua"' "$TRACES/trace.$rank" || true)
    printf ' rank %s %s' "$rank" "$attempts"
    # The script; two modules, each found and read, one of them in the second place.
    if [ "$rank" = 0 ]; then [ "$attempts" = 6 ] || failed=1; else [ "$attempts" = 0 ] || failed=1; fi
done
echo

# What is wrong is reported as without the broadcast: by one rank, and by each of four in the same words.
echo 'local x =' >program/broken.lua
cat >each.sh <<'END'
#!/bin/sh
exec "$@" >"said.${PMI_RANK:-$OMPI_COMM_WORLD_RANK}" 2>&1
END
chmod +x each.sh
for wrong in 'require "broken"' 'require "nowhere"' 'error "here"' 'print(package.searchpath("pk", package.path))'; do
    printf 'package.path = "program/?.lua;program/?/init.lua"\npackage.cpath = ""\n%s\n' "$wrong" >program/wrong.lua
    rm -f said.*
    plain/bin/lua program/wrong.lua >said.plain 2>&1 || true
    timeout 60 yod -sz 4 ./each.sh "$lua" program/wrong.lua >/dev/null 2>&1 || true
    same=yes
    for rank in 0 1 2 3; do
        diff <(sed 's/^[^ ]*lua: //' said.plain) <(sed 's/^[^ ]*lua: //' "said.$rank") >wrong.diff || same=no
        [ "$same" = yes ] || break
    done
    if [ "$same" = yes ] && [ -s said.plain ]; then
        echo "same as plain on 4 ranks: $wrong: $(head -n 1 said.3)"
    else
        echo "not as plain: $wrong"
        sed 's/^/    /' wrong.diff
        failed=1
    fi
done

# What cannot work: a module that rank 1 alone requires.
printf 'package.path = "program/?.lua;program/?/init.lua"\nif require("catamount").rank == 1 then require "pk.other" end\nrequire "pk.mod"\n' >program/alone.lua
timeout 60 yod -sz 4 "$lua" program/alone.lua >alone.out 2>&1 || { echo "it hung"; failed=1; }
if message=$(grep -m 1 "^lua: rank 1 looks for 'program/pk/other.lua', but rank 0 asks for" alone.out); then
    echo "$message"
else
    echo "a rank that requires another module ended without a message"
    failed=1
fi
exit "$failed"
