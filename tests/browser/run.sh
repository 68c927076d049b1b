#!/bin/bash
# Opens the pages in Chromium: small ones, and the matrix of the family over the releases that are available.
#
#     tests/browser/run.sh PYPATCH [SCREENSHOTS]
#
# Ends with 77 where Chromium or its driver cannot be installed. axe-core comes from a package of Python's index that contains it;
# without it the check for barriers is skipped, which is said.
set -euo pipefail

pypatch=$(realpath "$1")
screenshots=()
[ $# -lt 2 ] || screenshots=(--screenshots "$(realpath -m "$2")")
here=$(dirname "$(realpath "$0")")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium chromium-driver >/dev/null; } ||
        { echo "SKIPPED: chromium and chromium-driver cannot be installed here"; exit 77; }
fi

axe=()
wheel=axe_playwright_python-0.1.8-py3-none-any.whl
if python3 -m pip --disable-pip-version-check download --quiet --no-deps --dest "$place" axe-playwright-python==0.1.8 >"$place/pip.log" 2>&1; then
    echo "fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8  $place/$wheel" | sha256sum --check --quiet
    python3 - "$place" "$wheel" <<'END'
import sys
import zipfile

with zipfile.ZipFile(f"{sys.argv[1]}/{sys.argv[2]}") as wheel:
    wheel.extract("axe_playwright_python/axe.min.js", sys.argv[1])
END
    axe=(--axe "$place/axe_playwright_python/axe.min.js")
else
    tail -n 1 "$place/pip.log"
    echo "SKIPPED: axe-core cannot be downloaded here"
fi

"$here/pages.py" "$pypatch" "${axe[@]}"
"$pypatch" matrix catamount-py2.5 --family --all --format html --output "$place/family.html"
"$here/pages.py" "$pypatch" "$place/family.html" "${axe[@]}" "${screenshots[@]}"
