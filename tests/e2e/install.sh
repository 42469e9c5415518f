#!/bin/sh
# make install and make uninstall leave a tree as it was; make dist is the same twice.  Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=install
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
case $BUILD in
build) profile=release ;;
*) profile=${BUILD#build/} ;;
esac

# The programs as they are: this is no test of the compiler.
made() { make -s -o "$BUILD/nettape-collect" -o "$BUILD/nettape-analyze" PROFILE="$profile" "$@"; }
tree() { (cd "$1" && find . -printf '%y %m %p %l\n' | sort -k3 && find . -type f -exec sha256sum {} + | sort -k2); }
same() { tree "$1" | diff - "$2"; }

# an empty root
root=$work/empty
mkdir "$root"
tree "$root" >"$work/before"
check "into an empty root" made install DESTDIR="$root"
check "nothing but programs can be executed" sh -c "! find '$root' -type f -perm /111 | grep -v '/bin/nettape-'"
check "nothing stands outside of PREFIX" sh -c "[ \"\$(ls '$root')/\$(ls '$root/usr')\" = usr/local ]"
check "both programs run there" sh -c "'$root/usr/local/bin/nettape-collect' --version && '$root/usr/local/bin/nettape-analyze' --version"
check "all manual pages are there" sh -c "for m in */*.[158]; do find '$root/usr/local/share/man' | grep \"/\${m##*/}\$\" || exit 1; done"
rules_are_built_in() {
	"$BUILD/nettape-analyze" --list-rules >"$work/built-in"
	"$root/usr/local/bin/nettape-analyze" --rules "$root/usr/local/share/nettape/rules" --list-rules | diff - "$work/built-in"
}
check "the rules there are those that are built in" rules_are_built_in
check "and have their tests" sh -c "find '$root/usr/local/share/nettape/rules' -name '*.sql' | sed 's/sql\$/test/' | xargs ls"
check "twice is once" made install DESTDIR="$root"
check "out of it" made uninstall DESTDIR="$root"
check "leaves it empty" same "$root" "$work/before"

# one where others live, and folders elsewhere
root=$work/lived-in
for d in usr/bin usr/lib/man/man1 usr/share/nettape/rules/softirq usr/share/bash-completion/completions usr/share/nettape-other; do
	mkdir -p "$root/$d"
	echo mine >"$root/$d/mine"
done
mkdir -p "$root/usr/share/doc"
tree "$root" >"$work/before"
check "into one where others live" made install DESTDIR="$root" PREFIX=/usr MANDIR=/usr/lib/man
check "where it was told to" test -e "$root/usr/lib/man/man5/nettape-rules.5"
check "out of that, too" made uninstall DESTDIR="$root" PREFIX=/usr MANDIR=/usr/lib/man
check "leaves what others have" same "$root" "$work/before"

# completion as bash finds it
if [ -r /usr/share/bash-completion/bash_completion ]; then
	root=$work/completion
	made install DESTDIR="$root" PREFIX=/usr >>"$work/log" 2>&1
	for line in 'nettape-analyze --fail-on n|never' 'nettape-collect --max|--max-size'; do
		check "bash finds how to complete '${line%|*}'" sh -c "XDG_DATA_DIRS='$root/usr/share' PATH='$root/usr/bin':\$PATH bash -c '
			. /usr/share/bash-completion/bash_completion
			_completion_loader \${1%% *}
			complete -p \${1%% *}' bash '${line%|*}' | grep -q _nettape"
	done
else
	skip "bash finds how to complete" "no bash-completion here"
fi

# the tarball
if git rev-parse HEAD >/dev/null 2>&1; then
	dist() { made dist VERSION=1.0-test && cp build/nettape-1.0-test.tar.gz "$1"; }
	check "a tarball is made" dist "$work/a.tar.gz"
	sleep 1
	check "and again" dist "$work/b.tar.gz"
	check "of the same bytes" cmp "$work/a.tar.gz" "$work/b.tar.gz"
	rm -f build/nettape-1.0-test.tar.gz
	check "it knows its version without git" sh -c "[ \"\$(tar xOf '$work/a.tar.gz' nettape-1.0-test/.version)\" = 1.0-test ]"
	check "and has all files" sh -c "tar tf '$work/a.tar.gz' | sed -n 's,^nettape-1.0-test/\(.*[^/]\)\$,\1,p' | grep -v '^.version\$' | sort >'$work/has'; git ls-tree -r --name-only HEAD | sort | cmp - '$work/has'"
else
	skip "a tarball is made" "no git here"
fi
