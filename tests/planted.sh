#!/bin/sh
# What `make lint` calls, each on a defect that was planted for it: a check that sees nothing checks nothing.
# usage: planted.sh BUILD, with the commands in $COMPILE, $TIDY, $CPPCHECK, $MANDOC
set -u
work=$(mktemp -d "$1/planted.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
blind=0

sees() { # WHAT WORDS COMMAND...: it must fail, and say these
	what=$1 words=$2
	shift 2
	! "$@" >"$work/said" 2>&1 && grep -q -e "$words" "$work/said" && return
	echo "planted: not seen: $what" >&2
	sed 's/^/  /' "$work/said" >&2
	blind=1
}
plant() { # FILE: from standard input
	mkdir -p "$work/${1%/*}" && cat >"$work/$1"
}

plant c/style.c <<'EOF'
int  main( void ){ return 0; }
EOF
sees "another style" "clang-format-violations" clang-format --dry-run --Werror "$work/c/style.c"

plant c/narrow.c <<'EOF'
char narrow(int n);
char narrow(int n)
{
	return n;
}
EOF
# shellcheck disable=SC2086 # words
sees "a conversion that loses bits" "=conversion" $COMPILE -Werror -c "$work/c/narrow.c" -o "$work/c/narrow.o"

plant c/null.c <<'EOF'
int null(int n);
int null(int n)
{
	int *p = 0;

	return n ? *p : 0;
}
EOF
# shellcheck disable=SC2086
sees "a null pointer that is read" "NullDereference" $TIDY "$work/c/null.c" -- -std=c17

plant c/sizeof.c <<'EOF'
#include <string.h>
void clear(char *p);
void clear(char *p)
{
	memset(p, 0, sizeof(p));
}
EOF
# shellcheck disable=SC2086
sees "the size of a pointer" "sizeof" $TIDY "$work/c/sizeof.c" -- -std=c17

plant c/array.c <<'EOF'
int beyond(void);
int beyond(void)
{
	int a[2] = {0, 0};

	return a[2];
}
EOF
# shellcheck disable=SC2086
sees "a read beyond an array" "arrayIndexOutOfBounds\|out of bounds" $CPPCHECK "$work/c/array.c"

for call in 'strcpy(a, b)' 'sprintf (a, b)' 'atoi(a)' 'system(a)' 'strtok(a, b)' 'localtime(t)'; do
	echo "void f(void) { $call; }" | plant c/banned.c
	sees "$call" "banned:" tests/banned.sh "$work/c/banned.c"
done

plant man/page.1 <<'EOF'
.Dd November 23, 2026
.Dt PAGE 1
.Os
.Sh NAME
.Nm page
.Nd a page
.Xx no such macro
EOF
# shellcheck disable=SC2086
sees "a macro that is none" "page.1" $MANDOC "$work/man/page.1"
plant man/wide.1 <<'EOF'
.Dd November 23, 2026
.Dt PAGE 1
.Os
.Sh NAME
.Nm page
.Nd a page
.Bd -literal
123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789
.Ed
EOF
sees "a line wider than 80 columns" "wider than 80" tests/pages.sh "$work/man/wide.1"

plant sh/quote.sh <<'EOF'
#!/bin/sh
rm $1
EOF
sees "a word that is split" "SC2086" shellcheck -x "$work/sh/quote.sh"

plant rules/area/name.sql <<'EOF'
-- rule: area/name
-- version: 1
-- title: a rule without a test
-- requires: softnet
-- message: none
SELECT 'ok' AS level, '' AS entity;
EOF
sees "a rule without cases" "area/name" "$1/nettape-analyze" --lint-rules "$work/rules"
exit $blind
