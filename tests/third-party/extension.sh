#!/bin/bash
# Extension modules by others in the static interpreter (paper, sections 3.5 to 3.7): built by python.sn as archives, linked
# by `pypatch setup add`, imported under the launcher. One lies in a package, one at the top.
#
#     tests/third-party/extension.sh PYPATCH [DIRECTORY]
#
# DIRECTORY keeps what is built, or has it: work/ and prefix/ of `pypatch build catamount-py2.7`.
set -euo pipefail

. "$(dirname "$(realpath "$0")")/place.sh"

build() {
    (cd "$place" && "$pypatch" build catamount-py2.7 python-2.7.18 --prefix prefix --work work --launcher stub)
}
tree=$place/work/catamount
site=$place/prefix/lib/python2.7/site-packages
python=$place/prefix/bin/python
export PATH=$place/work/bin:$PATH
unset YOD_ALLOW_DYNAMIC PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONSTARTUP
# The launcher loses exit codes: what a program prints is what counts.
says() {
    local expected=$1 said
    shift
    said=$(cd "$place" && yod "$python" -c "$@" 2>&1) || true
    [ "$said" = "$expected" ] || { printf 'error: it says:\n%s\ninstead of:\n%s\n' "$said" "$expected" >&2; exit 1; }
    printf '    %s\n' "$said"
}

sdist simplejson 3.17.6 simplejson-3.17.6.tar.gz cf98038d2abf63a1ada5730e91e84c642ba6c225b0198c3684151b1f80c5f8a6
sdist ujson 1.35 ujson-1.35.tar.gz f66073e5506e91d204ab0c614a148d5aa938bdbf104751be66f8ad7a222f5f86
build
# As it was before any module was added, if an earlier run has added some.
[ ! -e "$tree/.pypatch-receipt.json" ] || "$pypatch" revert "$tree"
rm -rf "$site"/simplejson* "$site"/ujson*

echo "== built by python.sn: an archive and a line for Setup each"
for module in simplejson-3.17.6 ujson-1.35; do
    (cd "$module" && "$place/prefix/bin/python.sn" setup.py install) >"$module.log" 2>&1 ||
        { tail -n 20 "$module.log"; exit 1; }
    grep 'Append to Setup' "$module.log"
done
cat simplejson-3.17.6.log ujson-1.35.log >both.log
[ "$(grep -c 'Append to Setup' both.log)" = 2 ] || { echo "error: one line each was to be expected"; exit 1; }

echo "== linked by pypatch, with a module of the standard library that ujson imports from C"
"$pypatch" setup enable "$tree" datetime
"$pypatch" setup add "$tree" --from-log both.log --installed "$site"
build
nm "$python" | grep -E ' T init(_speedups|ujson)$'
[ "$(nm "$python" | grep -cE ' T init(_speedups|ujson)$')" = 2 ]
! readelf -lW "$python" | grep INTERP

echo "== imported under the launcher"
says "('simplejson._speedups', '$site/simplejson/_speedups.a', True)" \
    'import simplejson.encoder as e, simplejson._speedups as s; print(s.__name__, s.__file__, e.c_make_encoder is s.make_encoder)'
says '[1, {"a": "\u00fc"}]' 'import simplejson; print simplejson.dumps(simplejson.loads("[1, {\"a\": \"\\u00fc\"}]"))'
says "('1.35', True, '[1,2.5]')" \
    'import sys, ujson; print(ujson.__version__, "ujson" in sys.builtin_module_names, ujson.dumps([1, 2.5]))'

echo "== an archive that is rebuilt is linked again, which make alone does not do"
sed -i 's/"1.35"/"1.35.1"/' ujson-1.35/python/version.h
(cd ujson-1.35 && "$place/prefix/bin/python.sn" setup.py install) >ujson-again.log 2>&1 || { tail -n 20 ujson-again.log; exit 1; }
would=$(make -C "$tree" -n python 2>/dev/null)
case $would in *"-o python"*) echo "error: make would link, so that nothing is shown"; exit 1 ;; esac
"$pypatch" setup add "$tree" --from-log ujson-again.log --installed "$site"
build
says 1.35.1 'import ujson; print ujson.__version__'

echo "== two modules of one short name cannot be linked: their init functions are one"
cp "$site/simplejson/_speedups.a" other.a
if "$pypatch" setup add "$tree" _speedups other.a 2>refused; then
    echo "error: it was taken"
    exit 1
fi
grep '_speedups' refused | head -n 1

echo "== the archive tells that the module is there"
mv "$site/simplejson/_speedups.a" hidden.a
says None 'import simplejson.encoder as e; print e.c_make_encoder'
mv hidden.a "$site/simplejson/_speedups.a"

echo "== and taken out again"
"$pypatch" revert "$tree"
build
says False 'import sys; print("ujson" in sys.builtin_module_names)'
