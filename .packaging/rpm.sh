#!/bin/sh
# rpm.sh VERSION: packages for rpm in build/rpm, from build/nettape-VERSION.tar.gz and nettape.spec.
# RPMBUILD_FLAGS=--nodeps where the libraries are not from packages of rpm.
set -eu
cd "$(dirname "$0")/.."
version=$1
. .packaging/version.sh
out=$PWD/build/rpm

rm -rf "$out"
mkdir -p "$out/SOURCES"
cp "build/nettape-$version.tar.gz" "$out/SOURCES/"
# shellcheck disable=SC2086 # words
if ! rpmbuild -ba ${RPMBUILD_FLAGS:-} --define "_topdir $out" --define "nettape_version $upstream" \
	--define "nettape_tree nettape-$version" .packaging/nettape.spec >"$out/build.log" 2>&1; then
	tail -n 40 "$out/build.log" >&2
	exit 1
fi
rm -rf "$out/BUILD" "$out/BUILDROOT"
find "$out" -name '*.rpm'
