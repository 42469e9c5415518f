# version.sh: sourced by deb.sh and rpm.sh, with $version of the tree; sets $upstream, which
# both kinds of packages can order, and the time of everything that is built.
# shellcheck shell=sh disable=SC2034,SC2154
case $version in # 1.2-3-gabc is 1.2+3.gabc; a hash alone is before every release
v[0-9]*.* | [0-9]*.*) upstream=$(printf '%s' "${version#v}" | sed 's/-/+/; s/[^0-9A-Za-z.+~]/./g') ;;
*) upstream=0~git$(git log -1 --format=%cd --date=format:%Y%m%d).$(printf '%s' "$version" | sed 's/[^0-9A-Za-z]/./g') ;;
esac
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
unset MAKEFLAGS MFLAGS MAKELEVEL MAKE_TERMOUT MAKE_TERMERR # of the make that calls
