#!/bin/sh
# Replaces a launcher of programs on compute nodes such as Catamount's yod. As with the real one, the exit
# status says only whether the program could be launched; the program's own status is lost. Compute nodes have no
# dynamic loader, so a program that needs one is refused, unless YOD_ALLOW_DYNAMIC is set. -sz N starts N ranks under
# mpiexec, or the program that YOD_MPIEXEC names. If YOD_LOG is set, each call adds a line to that file.
ranks=
while [ $# -gt 0 ]; do
    case $1 in
    -sz) ranks=$2; shift 2 ;;
    -sz=*) ranks=${1#-sz=}; shift ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || { echo "usage: ${0##*/} [-sz RANKS] PROGRAM [ARGUMENT...]" >&2; exit 2; }
case $ranks in
*[!0-9]* | 0) echo "${0##*/}: -sz $ranks: invalid number of ranks" >&2; exit 2 ;;
esac
program=$(command -v -- "$1") || { echo "${0##*/}: cannot find $1" >&2; exit 1; }
if [ -z "${YOD_ALLOW_DYNAMIC-}" ] && LC_ALL=C readelf -lW "$program" 2>/dev/null | grep -q INTERP; then
    echo "${0##*/}: $1: dynamically linked executable refused" >&2
    exit 1
fi
[ -z "${YOD_LOG-}" ] || printf '%s\n' "$*" >>"$YOD_LOG"
if [ -n "$ranks" ]; then
    ${YOD_MPIEXEC:-mpiexec} -n "$ranks" "$@"
else
    "$@"
fi
exit 0
