#!/bin/bash
# The Debian package in a fresh Debian 12: installed, used as somebody who owns nothing, and removed without a trace.
#
#     tests/release/deb.sh [--keep DIRECTORY]
#
# Packs what `just dist` made, into DIRECTORY if that is given. Needs root, cargo-deb and debootstrap; the packages come from where apt of this machine
# takes its own. Exits with 77 where it cannot run.
set -euo pipefail
cd "$(dirname "$0")/../.."

keep=
[ "${1-}" != --keep ] || keep=$(realpath "$2")
skip() {
    echo "SKIPPED the Debian package: $1"
    exit 77
}
[ "$(id -u)" = 0 ] || skip "only root can make a system in a directory"
cargo deb --version >/dev/null 2>&1 || skip "cargo-deb is not installed (cargo install --locked cargo-deb)"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
[ -e target/dist/pypatch ] || skip "target/dist/pypatch is missing (just dist)"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Component: main' 'Codename: bookworm' 2>/dev/null | head -n 1)
[ -n "$mirror" ] || skip "apt of this machine has no Debian 12 among its sources"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

: "${SOURCE_DATE_EPOCH:=$(git -c safe.directory='*' log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
cargo deb --quiet --no-build --no-strip --output "$work/" >/dev/null
deb=$(echo "$work"/*.deb)
dpkg-deb --info "$deb" | sed -n 's/^ \(Package\|Version\|Architecture\|Depends\|Installed-Size\)/\1/p'
! dpkg-deb --field "$deb" Depends | grep . || { echo "error: it depends on something"; exit 1; }

debootstrap --variant=minbase --include=man-db,bash-completion bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 || {
    tail -n 5 "$work/debootstrap.log"
    skip "debootstrap cannot make a system here"
}
# What the package is to leave: dpkg and man-db keep a log and an index of their own.
files() { (cd "$root" && find . -xdev -path ./var/log -prune -o -path ./var/cache -prune -o -path ./var/lib/dpkg -prune -o -path ./tmp -prune -o -print | sort); }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
as_nobody() { chroot --userspec=65534:65534 "$root" /usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@"; }

files >"$work/before"
cp "$deb" "$root/tmp/pypatch.deb"
inside dpkg -i /tmp/pypatch.deb >/dev/null
as_nobody pypatch --version
test "$(as_nobody pypatch list | wc -l)" -gt 5
for page in pypatch pypatch-plan pypatch-setup-list; do
    as_nobody man "$page" >"$work/page" 2>"$work/warnings" || true
    grep -q "^NAME" "$work/page" || { echo "error: no manual page $page"; exit 1; }
    [ ! -s "$work/warnings" ] || { cat "$work/warnings"; exit 1; }
done
echo "manual pages: $(find "$root/usr/share/man/man1" -name 'pypatch*' | wc -l)"
completed=$(as_nobody bash -c '
    . /usr/share/bash-completion/bash_completion
    _completion_loader pypatch
    function=$(complete -p pypatch | sed "s/.*-F \([^ ]*\) .*/\1/")
    COMP_WORDS=(pypatch plan catamount-py2.7) COMP_CWORD=2
    $function pypatch catamount-py2.7 plan
    echo "${COMPREPLY[*]}"')
[ "$completed" = catamount-py2.7 ] || { echo "error: bash completes \`$completed\`"; exit 1; }
echo "bash completes $completed"
for file in usr/share/zsh/vendor-completions/_pypatch usr/share/fish/vendor_completions.d/pypatch.fish \
    usr/share/doc/pypatch/copyright usr/share/doc/pypatch/THIRD-PARTY-LICENSES; do
    [ -s "$root/$file" ] || { echo "error: no $file"; exit 1; }
done

# A shipped patchset on its release, if that is available locally; in a home of its own, as somebody else.
place=$(target/dist/pypatch --offline fetch --quiet python-2.7.18 2>/dev/null || true)
mkdir -m 777 "$root/tmp/work"
if [ -d "$place" ]; then
    mkdir "$root/tmp/work/Python"
    git -c safe.directory='*' -C "$place" archive v2.7.18 | tar -x -C "$root/tmp/work/Python"
elif [ -f "$place" ]; then
    tar -x --transform 's,^[^/]*,Python,' -f "$place" -C "$root/tmp/work"
fi
if [ -d "$root/tmp/work/Python" ]; then
    chown -R 65534:65534 "$root/tmp/work/Python"
    state() { (cd "$root/tmp/work" && find Python -printf '%p %y %m %T@ %l\n' | sort && find Python -type f -exec sha256sum {} + | sort); }
    state >"$work/tree"
    as_nobody pypatch apply catamount-py2.7 /tmp/work/Python
    as_nobody pypatch status /tmp/work/Python | tail -n 1
    as_nobody pypatch revert /tmp/work/Python >/dev/null
    state | cmp - "$work/tree"
    echo "reverted, byte for byte"
else
    echo "SKIPPED apply: python-2.7.18 is not available locally"
fi

inside dpkg -r pypatch >/dev/null
files | diff "$work/before" - || { echo "error: the package leaves this"; exit 1; }
echo "removed, and nothing is left"
[ -z "$keep" ] || cp "$deb" "$keep/"
