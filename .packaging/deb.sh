#!/bin/sh
# deb.sh VERSION: packages of Debian in build/deb, from build/nettape-VERSION.tar.gz and the
# templates in .packaging/debian.  DEBFULLNAME and DEBEMAIL are the maintainer;
# DEB_FLAGS goes to dpkg-buildpackage, --no-sign by default.
set -eu
cd "$(dirname "$0")/.."
version=$1
tarball=$PWD/build/nettape-$version.tar.gz
out=build/deb
. .packaging/version.sh
maintainer="${DEBFULLNAME:-$(git config user.name || git log -1 --format=%an)} <${DEBEMAIL:-$(git config user.email || git log -1 --format=%ae)}>"

rm -rf "$out"
mkdir -p "$out"
cp "$tarball" "$out/nettape_$upstream.orig.tar.gz"
tar xf "$tarball" -C "$out"
cd "$out/nettape-$version"
cp -R .packaging/debian debian
for f in debian/control debian/changelog debian/copyright; do
	sed -e "s|@VERSION@|$upstream-1|" -e "s|@MAINTAINER@|$maintainer|" \
		-e "s|@DATE@|$(date -u -R -d "@$SOURCE_DATE_EPOCH")|" "$f.in" >"$f"
	rm "$f.in"
done
log=$PWD/../build.log
# shellcheck disable=SC2086 # words
if ! dpkg-buildpackage ${DEB_FLAGS---no-sign} -j"$(nproc)" >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	exit 1
fi
cd ..
rm -rf "nettape-$version"
ls ./*.deb
