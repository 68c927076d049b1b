# Sourced by the scripts here that link a module of others into the interpreter that imports by broadcast, after `pypatch`,
# the program, and `place`, where everything is built.

for program in mpicc mpiexec; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done

# interpreter PIN PATCHSET...: says what `build` builds. Sets tree, site, sn and python. EXCLUDE has the options of `build`
# for a repository that lacks files.
interpreter() {
    pin=$1
    shift
    patchsets=("$@")
    local series
    series=$(echo "${pin#python-}" | cut -d. -f1-2)
    tree=$place/work/broadcast
    site=$place/prefix/lib/python$series/site-packages
    sn=$place/prefix/bin/python.sn
    python=$place/prefix/bin/python$series
    # From 3.0 on the release decides -O3, which takes most of the time.
    [ "${series%.*}" = 2 ] || export OPT=${OPT:--DNDEBUG -O1 -Wall}
    export PATH=$place/work/bin:$PATH YOD_ALLOW_DYNAMIC=1
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    unset PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONSTARTUP
}

# python.sn and the interpreter, which an earlier run may have linked with modules.
build() {
    # shellcheck disable=SC2086
    (cd "$place" && "$pypatch" build "${patchsets[@]}" "$pin" --program native --program broadcast \
        --prefix prefix --work work --launcher stub ${EXCLUDE:-})
}
build_plain() {
    "$pypatch" fetch --quiet "$pin" >/dev/null 2>&1 || { echo "SKIPPED: $pin cannot be had here"; exit 77; }
    build
    [ ! -e "$tree/.pypatch-receipt.json" ] || "$pypatch" revert "$tree"
}

# build_module LOG COMMAND...: shows the end of its log if it fails.
build_module() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || { tail -n 20 "$log"; exit 1; }
}

# four_ranks LINE: 4 ranks run ranks.py, and each prints LINE after its own rank and "of 4: ".
four_ranks() {
    local rank
    # In one piece and sorted: mpiexec joins what the ranks write.
    timeout 120 yod -sz 4 "$python" ranks.py >out 2>&1 || true
    for rank in 0 1 2 3; do echo "$rank of 4: $1"; done >expected
    sort out
    sort out | cmp -s - expected || { echo "error: 4 ranks should have written this:"; cat expected; exit 1; }
}
