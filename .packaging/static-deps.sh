#!/bin/sh
# static-deps.sh [ARCH]: what the static collector is made of besides our own code, for
# x86_64 or aarch64 (default: this machine), into build/static-deps/ARCH:
#
#   cc, strip   the compiler with musl as its C library, and the strip for it
#   include     headers of zlib, zstd, libcurl, libmd
#   lib         the libraries, each compiled small
#
# The sources are the distribution's own source packages.  Their apt lists are made from
# the host's, in a private apt state; all of it stays below build/static-deps.  What is
# there already is not fetched or built again.  STATIC_SRC=DIR takes what is in DIR instead
# of a network: PACKAGE_*.dsc with its tarballs, or PACKAGE-VERSION.tar.* alone; for another
# architecture also musl-dev_*_ARCH.deb and linux-libc-dev_*_ARCH.deb.
set -eu
# what make was called with is for our own code: CFLAGS there would undo -Os here
unset CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MFLAGS
cd "$(dirname "$0")/.."
packages="zlib libzstd libmd curl"
native=$(uname -m)
arch=${1:-$native}
[ "$arch" = arm64 ] && arch=aarch64
top=$PWD/build/static-deps
src=$top/src apt=$top/apt out=$top/$arch
jobs=${JOBS:-2}
if [ -n "${STATIC_SRC:-}" ]; then
	STATIC_SRC=$(cd "$STATIC_SRC" && pwd)
fi

say() { printf '%-6s %s\n' "$1" "$2"; }
die() {
	printf 'static-deps: %s\n' "$*" >&2
	exit 1
}
need() { # PROGRAM...
	for program; do
		command -v "$program" >/dev/null || die "no $program here: make deps-static"
	done
}
# The last file of those named that is there, or nothing
first() { for f; do [ -e "$f" ] && printf '%s\n' "$f"; done | tail -n 1; }

# quietly LOG COMMAND...: its output is shown when it fails
quietly() {
	log=$1
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		die "failed: $* (the whole log: $log)"
	}
}

## Fetching

# private_apt deb-src|deb DEBARCH: lists, cache and state below $apt, from the host's sources
private_apt() {
	conf=$apt/$1-$2.conf
	[ -e "$conf" ] && return
	rm -rf "$apt/$1-$2"
	mkdir -p "$apt/$1-$2/sources" "$apt/$1-$2/lists/partial" "$apt/$1-$2/cache/archives/partial"
	: >"$apt/$1-$2/status"
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
		[ -e "$f" ] || continue
		case $f in
		*.sources) sed "s/^Types:.*/Types: $1/; /^Architectures:/d" "$f" ;;
		*) sed -n "s/^deb[[:blank:]]/$1 /p" "$f" | sed 's/arch=[^] ]*//' ;;
		esac >"$apt/$1-$2/sources/$(basename "$f")"
	done
	cat >"$conf.new" <<-CONF
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Architectures;
		APT::Architecture "$2";
		APT::Architectures { "$2"; };
		APT::Sandbox::User "$(id -un)";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Dir::Etc::SourceList "/dev/null";
		Dir::Etc::SourceParts "$apt/$1-$2/sources";
		Dir::State "$apt/$1-$2";
		Dir::State::Lists "$apt/$1-$2/lists";
		Dir::State::Status "$apt/$1-$2/status";
		Dir::Cache "$apt/$1-$2/cache";
	CONF
	# a foreign source without such an index is no reason to stop: the packages will tell
	apt-get -c "$conf.new" update -qq || say WARN "not every apt source could be read"
	mv "$conf.new" "$conf"
}

fetch_sources() {
	[ -e "$src/.whole" ] && return
	mkdir -p "$src"
	if [ -n "${STATIC_SRC:-}" ]; then
		for p in $packages; do
			[ -n "$(first "$STATIC_SRC/$p"[_-]*.tar.*)" ] || die "no $p tarball in $STATIC_SRC"
			cp "$STATIC_SRC/$p"[_-]* "$src/"
		done
	else
		need apt-get dpkg
		say FETCH "$packages"
		private_apt deb-src "$(dpkg --print-architecture)"
		# shellcheck disable=SC2086 # several packages
		(cd "$src" && quietly "$top/fetch.log" apt-get -c "$conf" source --download-only $packages)
	fi
	: >"$src/.whole"
}

# fetch_debs DEBARCH PACKAGE...: unpacked into $out/root
fetch_debs() {
	debarch=$1
	shift
	[ -e "$out/root/.done" ] && return
	mkdir -p "$src" "$out/root"
	for p; do
		[ -n "${STATIC_SRC:-}" ] && cp "$STATIC_SRC/$p"_*_"$debarch.deb" "$src/"
		[ -n "$(first "$src/$p"_*_"$debarch.deb")" ] || missing_debs=1
	done
	if [ "${missing_debs:-}" ]; then
		say FETCH "$* ($debarch)"
		private_apt deb "$debarch"
		(cd "$src" && quietly "$top/fetch-$debarch.log" apt-get -c "$conf" download "$@")
	fi
	for p; do
		dpkg -x "$(first "$src/$p"_*_"$debarch.deb")" "$out/root"
	done
	: >"$out/root/.done"
}

# unpack PACKAGE: a fresh tree in $out/src/PACKAGE, checksums checked, patches applied
unpack() {
	dsc=$(first "$src/$1"_*.dsc)
	rm -rf "$out/src/$1"
	mkdir -p "$out/src"
	if [ -n "$dsc" ]; then
		quietly "$out/src/$1.log" dpkg-source --no-copy -x "$dsc" "$out/src/$1"
	else
		say WARN "$1: no .dsc, so no checksum is checked"
		mkdir "$out/src/$1"
		tar xf "$(first "$src/$1"[_-]*.tar.*)" -C "$out/src/$1" --strip-components 1
	fi
}

## The compiler

# Kernel headers alone: the C library's own must not be seen
kernel_headers() { # GENERIC MACHINE
	mkdir -p "$out/kernel"
	for d in linux asm-generic; do ln -sfn "$1/$d" "$out/kernel/$d"; done
	ln -sfn "$2/asm" "$out/kernel/asm"
}

wrap() { # NAME COMMAND...: $out/NAME runs the command
	w=$out/$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$w"
	chmod +x "$w"
}

make_compiler() {
	mkdir -p "$out"
	if [ "$arch" = "$native" ]; then
		need musl-gcc strip
		kernel_headers /usr/include "$(first /usr/include "/usr/include/$arch-linux-gnu")"
		wrap cc musl-gcc -isystem "$out/kernel"
		wrap strip strip
		return
	fi
	[ "$arch" = aarch64 ] || die "no recipe for $arch here: build it on such a machine"
	need aarch64-linux-gnu-gcc apt-get dpkg
	fetch_debs arm64 musl-dev linux-libc-dev
	root=$out/root/usr
	kernel_headers "$root/include" "$root/include/aarch64-linux-gnu"
	musl_specs "$root/include/aarch64-linux-musl" "$root/lib/aarch64-linux-musl" >"$out/specs"
	wrap cc aarch64-linux-gnu-gcc -specs "$out/specs" -isystem "$out/kernel"
	wrap strip aarch64-linux-gnu-strip
}

# What makes a gcc use a C library in these folders, for static programs
musl_specs() { # INCLUDE LIB
	cat <<-SPECS
		%rename cpp_options old_cpp_options

		*cpp_options:
		-nostdinc -isystem $1 -isystem include%s %(old_cpp_options)

		*cc1:
		%(cc1_cpu) -nostdinc -isystem $1 -isystem include%s

		*link_libgcc:
		-L$2 -L .%s

		*libgcc:
		libgcc.a%s %:if-exists(libgcc_eh.a%s)

		*startfile:
		$2/crt1.o $2/crti.o crtbeginT.o%s

		*endfile:
		crtend.o%s $2/crtn.o

		*link:
		-nostdlib -static

		*esp_link:


		*esp_options:


		*esp_cpp_options:


	SPECS
}

## The libraries

cflags="-Os -g0 -ffunction-sections -fdata-sections -fno-pie -fno-asynchronous-unwind-tables -fno-unwind-tables"
cflags="$cflags -ffile-prefix-map=$PWD=. -w"

# compile PACKAGE LIBRARY FLAGS FILE...: an archive of a few files
compile() {
	package=$1 library=$2 flags=$3
	shift 3
	mkdir -p "$out/obj/$package"
	# shellcheck disable=SC2016 # $0 and $1 are the inner shell's
	printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c \
		'o=$(printf %s "$1" | tr / _) && '"cd '$out/src/$package' && '$out/cc' $cflags $flags -c \"\$1\" -o '$out/obj/$package/'\"\${o%.*}.o\"" - {}
	rm -f "$out/lib/$library"
	ar crD "$out/lib/$library" "$out/obj/$package"/*.o
}


build_zlib() {
	compile zlib libz.a "-DHAVE_UNISTD_H -DHAVE_HIDDEN" adler32.c crc32.c deflate.c inflate.c inffast.c inftrees.c trees.c zutil.c
	cp "$out/src/zlib/zlib.h" "$out/src/zlib/zconf.h" "$out/include/"
}

build_libzstd() {
	# shellcheck disable=SC2046
	compile libzstd libzstd.a "-DXXH_NAMESPACE=ZSTD_ -DZSTD_DISABLE_ASM -DZSTD_NO_INLINE -DZSTD_STRIP_ERROR_STRINGS=0" \
		$(cd "$out/src/libzstd" && echo lib/common/*.c lib/compress/*.c | sed 's, lib/common/\(pool\|threading\).c,,g; s, lib/compress/zstdmt_[^ ]*,,')
	cp "$out/src/libzstd/lib/zstd.h" "$out/src/libzstd/lib/zstd_errors.h" "$out/include/"
}

build_libmd() {
	: >"$out/src/libmd/config.h"
	compile libmd libmd.a "-I. -Iinclude -D_GNU_SOURCE" src/sha2.c
	cp "$out/src/libmd/include/sha2.h" "$out/include/"
}

# configure PACKAGE OPTION...: a tree whose generated files are taken as they are
configure() {
	package=$1
	shift
	(
		cd "$out/src/$package"
		find . -name aclocal.m4 -exec touch {} +
		sleep 1
		find . \( -name configure -o -name Makefile.in -o -name config.h.in -o -name '*_config.h.in' \) -exec touch {} +
		quietly "$out/src/$package.configure.log" ./configure --host="$arch-linux-musl" --disable-shared --enable-static \
			--disable-dependency-tracking CC="$out/cc" CFLAGS="$cflags" CPPFLAGS="-I$out/include" LDFLAGS="-static -L$out/lib" \
			PKG_CONFIG=false "$@"
	)
}

# HTTP over TCP and unix sockets; names are looked up in a thread, so that a deadline holds
build_curl() {
	off=
	for f in alt-svc ares cookies crypto-auth dateparse dict dnsshuffle doh file ftp get-easy-options gopher headers-api hsts imap kerberos-auth \
		ldap ldaps libcurl-option manual mime mqtt negotiate-auth netrc ntlm ntlm-wb parsedate pop3 progress-meter proxy rtsp smb smtp \
		symbol-hiding telnet tftp tls-srp verbose versioned-symbols websockets aws; do
		off="$off --disable-$f"
	done
	for f in ssl brotli zstd libpsl libidn2 nghttp2 ngtcp2 nghttp3 librtmp libssh libssh2 gssapi zsh-functions-dir fish-functions-dir; do
		off="$off --without-$f"
	done
	# shellcheck disable=SC2086 # several options
	configure curl $off --with-zlib --enable-threaded-resolver --enable-unix-sockets --enable-ipv6
	quietly "$out/src/curl.make.log" make -C "$out/src/curl/lib" -j"$jobs" libcurl.la
	cp "$out/src/curl/lib/.libs/libcurl.a" "$out/lib/"
	mkdir -p "$out/include/curl"
	cp "$out/src/curl/include/curl"/*.h "$out/include/curl/"
}

need make ar tar sed
[ -n "${STATIC_SRC:-}" ] || need apt-get dpkg-source
# another recipe or another place of the tree: begin anew
key=$(cksum <"$0" | tr -d ' ')$PWD
if [ "$(cat "$out/.key" 2>/dev/null)" != "$key" ]; then
	rm -rf "$out"
	mkdir -p "$out/include" "$out/lib"
	make_compiler
	printf '%s\n' "$key" >"$out/.key"
fi
for lib in $packages; do
	[ -e "$out/lib/.$lib" ] && continue
	fetch_sources
	say DEP "$lib ($arch)"
	unpack "$lib"
	"build_$lib"
	rm -rf "$out/obj/$lib" "$out/src/$lib"
	: >"$out/lib/.$lib"
done
