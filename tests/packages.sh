#!/bin/sh
# The packages that `make deb` made, and those of rpm: linted, installed in a clean root, removed.
# Run by make check-deb.  CLEAN_ROOT=DIR is a root of Debian to install them in; else debootstrap
# makes one in build/clean-root, which is kept.  Prints TAP.
# shellcheck disable=SC2016,SC2153 # what sh -c gets is expanded there; BUILD is the caller's
set -u
cd "$(dirname "$0")/.." || exit 1
home=$PWD
work=$TESTLOG/packages
rm -rf "$work"
mkdir -p "$work"
version=$(cat .version 2>/dev/null || git describe --always --dirty)

check() { # WHAT COMMAND...: ok when it succeeds
	what=$1
	shift
	if "$@" >>"$work/log" 2>&1; then
		echo "ok - packages: $what"
	else
		echo "not ok - packages: $what"
		tail -n 12 "$work/log" | sed 's/^/# /'
	fi
}
skip() { echo "ok - packages: $1 # SKIP $2"; }
quiet() { # COMMAND...: succeeds and says nothing
	"$@" >"$work/said" 2>&1
	status=$?
	cat "$work/said"
	[ "$status" -eq 0 ] && [ ! -s "$work/said" ]
}
files() { find "$1" \( -type f -o -type l \) -printf '%P\n' | sort; }

# what make install puts there is what packages must hold
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s -o "$BUILD/nettape-collect" -o "$BUILD/nettape-analyze" install DESTDIR="$work/installed" PREFIX=/usr >>"$work/log" 2>&1
files "$work/installed" >"$work/wanted"
holds_all() { # ROOT: also of documentation, but no other files
	files "$1" | sed 's/\.gz$//' | grep -v '^usr/share/doc/\|^usr/share/licenses/\|^usr/share/lintian/\|^usr/lib/debug/\|^usr/lib/.build-id/' | diff "$work/wanted" -
}

debs=$(ls build/deb/nettape-collect_*.deb build/deb/nettape-analyze_*.deb)
check "deb: lintian has nothing to say" quiet lintian --allow-root build/deb/*.changes
for deb in $debs; do dpkg-deb -x "$deb" "$work/unpacked"; done
check "deb: both have what make install puts there, once" holds_all "$work/unpacked"
check "deb: the collector needs neither SQLite nor the analyzer" sh -c '! dpkg-deb -f build/deb/nettape-collect_*.deb Depends | grep -i "sqlite\|nettape\|archive"'
check "deb: the program knows what it was made from" sh -c '"$1/usr/bin/nettape-analyze" --version | grep -F "nettape-analyze $2,"' sh "$work/unpacked" "$version"
check "deb: the system's hardening is on" sh -c 'readelf -hld "$1/usr/bin/nettape-collect" | grep -q "DYN (" && readelf -d "$1/usr/bin/nettape-collect" | grep -q BIND_NOW' sh "$work/unpacked"

# a clean root
root=$PWD/build/clean-root
make_root() { # one that has what its package manager needs, and no more
	if [ -n "${CLEAN_ROOT:-}" ]; then
		cp -a "$CLEAN_ROOT" "$work/root"
		return
	fi
	if [ ! -e "$root/made" ]; then
		rm -rf "$root"
		mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' | head -1)
		debootstrap --variant=minbase "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$root" "$mirror" >>"$work/log" 2>&1 || return 1
		touch "$root/made"
	fi
	cp -a "$root" "$work/root"
}
inside() { chroot "$work/root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive sh -c "$1"; }
# what packages bring along stays; of these two nothing may
tree() { (cd "$work/root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./var -o -path ./tmp -o -path ./root \) -prune -o -printf '%y %m %p\n' | sort); }
leave() { umount "$work/root/proc" 2>/dev/null; rm -rf --one-file-system "$work/root"; }
if [ "$(id -u)" -ne 0 ]; then
	skip "deb: in a clean root" "not root"
elif ! make_root; then
	mkdir -p "$work/plain/var/lib/dpkg" && touch "$work/plain/var/lib/dpkg/status"
	# shellcheck disable=SC2086 # two files
	check "deb: dpkg installs them in an empty root" dpkg --root="$work/plain" --force-depends --force-script-chrootless --log=/dev/null -i $debs
	check "deb: and purges them" dpkg --root="$work/plain" --log=/dev/null --purge nettape-collect nettape-analyze
	check "deb: which leaves nothing" sh -c '! find "$1" -name "*nettape*" -not -path "*/dpkg/*" | grep .' sh "$work/plain"
	skip "deb: in a clean root" "debootstrap made none, see $work/log"
else
	trap leave EXIT INT TERM
	mount -t proc proc "$work/root/proc"
	cp -L /etc/resolv.conf "$work/root/etc/"
	[ -n "${CLEAN_ROOT:-}" ] || cp -R /etc/apt/apt.conf.d/. "$work/root/etc/apt/apt.conf.d/"
	mkdir "$work/root/debs"
	# shellcheck disable=SC2086 # two files
	cp $debs "$work/root/debs/"
	needs=$(for d in $debs; do dpkg-deb -f "$d" Depends; done | tr , '\n' | sed 's/(.*//; s/ //g' | sort -u | tr '\n' ' ')
	check "deb: what they need is there to be had" inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends $needs"
	tree >"$work/before"
	check "deb: they are installed in a clean root" inside 'apt-get install -y -qq --no-install-recommends --no-download /debs/*.deb || dpkg -i /debs/*.deb'
	check "deb: the collector records there" inside 'cd /root && nettape-collect --for 1s --no-http -o x.tar.zst'
	check "deb: the analyzer tells what it was" inside 'cd /root && nettape-analyze --fail-on never x.tar.zst | grep -q ^VERDICT'
	check "deb: as a page, too" inside 'cd /root && nettape-analyze --fail-on never --format html -o x.html x.tar.zst && grep -q "</html>" x.html'
	check "deb: they are purged" inside 'dpkg --purge nettape-collect nettape-analyze'
	tree >"$work/after"
	check "deb: and nothing of them stays" diff "$work/before" "$work/after"
	leave
fi

# rpm
if ! command -v rpmbuild >/dev/null; then
	skip "rpm: the packages" "no rpmbuild here"
	exit 0
fi
foreign=$(rpm -q rpm >/dev/null 2>&1 || echo --nodeps) # a distribution of other packages
check "rpm: the recipe is understood" sh -c 'rpmspec -P .packaging/nettape.spec >/dev/null'
check "rpm: they are built" env RPMBUILD_FLAGS="$foreign" make -s rpm
rpms=$(find build/rpm/RPMS -name 'nettape-*.rpm' -not -name '*debug*')
check "rpm: two of them" sh -c '[ "$(echo "$1" | wc -l)" -eq 2 ]' sh "$rpms"
for rpm in $rpms; do (mkdir -p "$work/rpm" && cd "$work/rpm" && rpm2cpio "$home/$rpm" | cpio -idm --quiet); done
check "rpm: both have what make install puts there, once" holds_all "$work/rpm"
check "rpm: the program knows what it was made from" sh -c '"$1/usr/bin/nettape-analyze" --version | grep -F "nettape-analyze $2,"' sh "$work/rpm" "$version"
if command -v rpmlint >/dev/null; then
	# shellcheck disable=SC2086 # two files
	rpmlint .packaging/nettape.spec $rpms >"$work/rpmlint" 2>&1
	# signature, packager and changelog are those of whoever publishes them
	check "rpm: rpmlint sees no error" sh -c 'cat "$1"; grep -q " errors" "$1" && ! grep " E: " "$1" | grep -v "no-signature\|no-packager-tag\|no-changelogname-tag"' sh "$work/rpmlint"
else
	skip "rpm: rpmlint sees no error" "no rpmlint here"
fi
