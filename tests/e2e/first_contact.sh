#!/bin/sh
# Three people who have the README and the manual alone: a customer records and sends, an engineer
# finds why p999 is 200 ms, somebody writes a rule with its test.  Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=first_contact
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
mkdir -p "$work/customer" "$work/engineer" "$work/author"

part() { sed -n "/^## $1/,/^## /p" "$home/README.md"; } # HEADING: of the README
example() { # FILE: as EXAMPLES of nettape-rules(5) has it
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$home/analyze/nettape-rules.5" |
		awk -v file="rules/$1 :" 'index($0, file) { at = 1 } at && /^\.Ed/ { exit } at == 2 { print } at && /^\.Bd/ { at = 2 }' |
		sed "s/\\\\(aq/'/g; s/\\\\e/\\\\/g; s/^\\\\&//"
}

# (1) one file is copied to the host, and run as the page says, but for the time it takes
cd "$work/customer" || exit 1
cp "$build/nettape-collect" .
command=$(part 'For whoever has the sick host' | sed -n 's/^ *\(\.\/nettape-collect --for\) 5m$/\1 2s/p')
check "the README has one command for the customer" sh -c '[ "$(echo "$1" | wc -l)" -eq 1 ] && [ -n "$1" ]' sh "$command"
check "which records" sh -c "$command >said 2>&1"
bundle=$(ls ./*.nettape.tar.zst)
check "one file, and its sum beside it" sh -c '[ "$(ls | sort)" = "$(printf "%s\n%s.sha256\nnettape-collect\nsaid\n" "${1#./}" "${1#./}" | sort)" ]' sh "$bundle"
check "what was said names both" sh -c 'grep -q "send: .*${1#./} and .*${1#./}.sha256" said' sh "$bundle"
check "and how to look into it first" sh -c 'look=$(sed -n "s/^look into it:  \(tar tf [^ ]*\).*/\1/p" said) && zstd -dc "$1" | tar tf - | grep -q bundle.json && [ -n "$look" ]' sh "$bundle"
cp "$bundle" "$bundle.sha256" "$work/engineer"
cd "$work/engineer" || exit 1
check "it arrived whole" sha256sum -c "$bundle.sha256"
check "and can be read" "$build/nettape-analyze" --fail-on never "$bundle"

# (2) a path loses one packet in 200, a linkerd's clients complain
cd "$home" || exit 1
lab="the engineer is told the cause, and what to do"
if [ "$(id -u)" -ne 0 ] || ! unshare -n true 2>/dev/null; then
	skip "$lab" "namespaces need root"
elif ! [ -x "$build/tests/lab/linkerd" ]; then
	skip "$lab" "the lab is not built"
else
	mkdir "$work/built"
	ln -s "$build/nettape-collect" "$build/nettape-analyze" "$build/tests" "$work/built"
	BUILD=$work/built timeout 300 python3 tests/lab/lab.py --only linkerd-loss-tail >"$work/lab.log" 2>&1
	tape=$(find "$work/built/lab" -path '*loss-tail-fault-0/bundle.tar.zst')
	check "a linkerd whose path loses packets is recorded" test -s "$tape"
	"$build/nettape-analyze" --fail-on never "$tape" >"$work/engineer/at-first" 2>>"$work/log"
	check "of so short a recording the report says what to do" grep -q 'nettape-analyze --short-window' "$work/engineer/at-first"
	"$build/nettape-analyze" --short-window "$tape" >"$work/engineer/report" 2>>"$work/log"
	check "findings are an exit status" test $? -eq 1
	first() { # the first screen: verdict, and the worst finding
		sed -n '/^VERDICT/,/^CLEAN/p' "$work/engineer/report" | head -12
	}
	check "$lab" sh -c 'echo "$1" | grep -q "^VERDICT  CRITICAL" && echo "$1" | grep -q "^\[C\] root-cause/loss-tail-200ms" && echo "$1" | grep -q "do: .*Follow the loss"' sh "$(first)"
	check "and where the numbers are" grep -q 'p999 is 2[0-9][0-9]' "$work/engineer/report"
	check "the runbook page says more" "$build/nettape-analyze" --explain root-cause/loss-tail-200ms
	check "a page for the ticket names it" sh -c '"$1" --short-window --format md "$2" | grep -q loss-tail-200ms' sh "$build/nettape-analyze" "$tape"
fi

# (3) a rule and its test, as the manual has them
cd "$work/author" || exit 1
mkdir -p rules/site
for f in forks.sql forks.test; do example "site/$f" >"rules/site/$f"; done
check "the manual has a rule" grep -q '^-- rule: *site/forks$' rules/site/forks.sql
check "which nothing is to be said against" "$analyze" --lint-rules rules
check "its tests pass" sh -c '"$1" --test-rules rules | tee tap | grep -c "^ok" | grep -qx 4 && ! grep "^not ok" tap' sh "$analyze"
check "a test that is wrong fails, and says where" sh -c 'mkdir -p w/site && cp rules/site/forks.sql w/site/ && sed "s/forks=12000/forks=1/" rules/site/forks.test >w/site/forks.test &&
	! "$1" --test-rules w >tap && grep -q "line 3: .*forks is 12000, expected 1" tap' sh "$analyze"
judged="$analyze --rules rules --short-window --set site/forks.warn_per_s=0 ../engineer/$bundle"
check "it is in the report" sh -c "$judged >report; grep -q 'site/forks  Something starts processes' report && grep -q 'processes and threads were started' report"
check "with what to do" grep -q 'perf trace' report
check "and in the page" sh -c "$judged --format html -o report.html; grep -q 'Something starts processes' report.html"
check "it can be explained" sh -c '"$1" --rules rules --explain site/forks | grep -q "health check"' sh "$analyze"

# every command of the README is one that the programs understand
cd "$home" || exit 1
options() { # PROGRAM: those that the README gives to it
	grep -o "nettape-$1 [^|>#]*" README.md | grep -o -- '--[a-z][a-z-]*' | sort -u
}
known() { # PROGRAM
	"$build/nettape-$1" --complete | cut -f1 | grep '^--' | sort >"$work/known"
	[ -n "$(options "$1")" ] && options "$1" | comm -23 - "$work/known" | { ! grep .; }
}
check "the README has no option that the analyzer lacks" known analyze
check "nor that the collector lacks" known collect
targets() { grep -o '^make [a-z -]*\|`make [a-z-]*' README.md | tr -d '`' | tr ' ' '\n' | grep -v '^make$' | grep . | sort -u; }
check "nor a target that make lacks" sh -c 'for t in $1; do grep -q "^$t:" Makefile || { echo "$t"; exit 1; }; done' sh "$(targets)"
check "its pictures are there, and small" sh -c 'for f in $(grep -o "\.assets/[a-z.-]*" README.md); do [ "$(wc -c <"$f")" -lt 250000 ] && [ "$(head -c 4 "$f" | tail -c 3)" = PNG ] || exit 1; done'
