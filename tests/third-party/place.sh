# Sourced by the scripts here, which have the arguments PYPATCH [DIRECTORY ...]: sets `pypatch`, `here`, the directory of the scripts, and
# `place`, where everything is built and which is removed at the end unless it was named; goes to the directory for what others wrote.

pypatch=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
place=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$place"' EXIT
mkdir -p "$place/third-party"
place=$(realpath "$place")
. "$here/sdist.sh"
cd "$place/third-party"
