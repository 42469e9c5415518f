#!/bin/sh
# The rules from outside: by hand with sqlite3, with a folder, a site file and --set of one's own.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=rules_cli
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh

says() { # TEXT COMMAND...
	text=$1
	shift
	"$@" >"$work/said" 2>&1
	grep -qF -- "$text" "$work/said" || { cat "$work/said"; return 1; }
}
says_not() { # TEXT COMMAND...: a whole report, without the text
	unwanted=$1
	shift
	says VERDICT "$@" && ! grep -qF -- "$unwanted" "$work/said"
}

check "records a bundle" status_is 0 "$collect" --for 1s --every 500ms --no-http -q -o "$work/b.tar.zst"
check "keeps its store" status_is 0 "$analyze" --fail-on never --no-pager --db "$work/case.db" -o "$work/report" "$work/b.tar.zst"

by_hand() {
	for rule in rules/*/*.sql; do
		timeout 20 sqlite3 -readonly -safe -bail "$work/case.db" <"$rule" >"$work/rows" 2>&1 ||
			{ echo "$rule"; cat "$work/rows"; return 1; }
	done
}
check "every rule runs by hand" by_hand
drops_by_hand() {
	cpus=$(sqlite3 -readonly "$work/case.db" "SELECT count(*) FROM softnet")
	rows=$(sqlite3 -readonly -safe "$work/case.db" <rules/softirq/backlog-drop.sql | grep -c '|cpu')
	echo "$cpus CPUs, $rows rows"
	[ "$cpus" -gt 0 ] && [ "$cpus" -eq "$rows" ]
}
check "by hand it has a row of each CPU" drops_by_hand

listed() {
	"$analyze" --list-rules | awk '/^[a-z]/ { print $1 }' | sort >"$work/listed"
	for rule in rules/*/*.sql; do
		rule=${rule#rules/}
		echo "${rule%.sql}"
	done | sort | diff - "$work/listed"
}
check "--list-rules lists every file" listed
check "--explain shows a threshold" says "warn_drops = 1 packets" "$analyze" --explain softirq/backlog-drop
check "--explain shows the query" says "FROM counter c" "$analyze" --explain softirq/backlog-drop
check "--explain of no rule is a usage error" status_is 2 "$analyze" --explain softirq/nothing

mkdir -p "$work/mine/mine" "$work/mine/softirq"
cat >"$work/mine/mine/always.sql" <<'EOF'
-- rule:     mine/always
-- version:  1
-- title:    It always fires
-- requires: meta
-- param:    many  things  so many are a warning
-- message:  {things} things, {:many} are too many
-- remedy:   Live with it.
SELECT CASE WHEN 5 >= coalesce(:many, 3) THEN 'warn' ELSE 'ok' END AS level, '' AS entity, 5 AS things
 ORDER BY entity;
EOF
sed 's/^-- title:.*/-- title: Another one/; s/^SELECT CASE/SELECT CASE WHEN 1 THEN '"'ok'"'/' \
	rules/softirq/backlog-drop.sql >"$work/mine/softirq/backlog-drop.sql"

run() {
	timeout 60 "$analyze" --no-pager --section FINDINGS --rules "$work/mine" "$@" "$work/b.tar.zst"
}
check "--rules adds a rule" says "5 things, 3 are too many" run
check "and exits 1 for its warning" status_is 1 "$analyze" --no-pager -o /dev/null --rules "$work/mine" "$work/b.tar.zst"
check "--rules replaces a rule" says "Another one" "$analyze" --rules "$work/mine" --explain softirq/backlog-drop
check "--set raises a threshold" says_not "5 things" run --set mine/always.many=6
check "--set of no rule is a usage error" status_is 2 "$analyze" --rules "$work/mine" --set mine/never.many=6 "$work/b.tar.zst"
check "--set of no param is a usage error" status_is 2 "$analyze" --rules "$work/mine" --set mine/always.much=6 "$work/b.tar.zst"

echo 'suppress mine/always reason="we know"' >"$work/site"
check "a suppressed finding is listed with its reason" says "we know" "$analyze" --no-pager --rules "$work/mine" \
	--site "$work/site" "$work/b.tar.zst"
warnings() { # OPTIONS...: how many are counted
	"$analyze" --format json --rules "$work/mine" "$@" "$work/b.tar.zst" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["counts"]["warn"])'
}
one_less() {
	[ "$(warnings --site "$work/site")" -eq $(($(warnings) - 1)) ]
}
check "and is no longer counted" one_less
echo 'suppress mine/always until=2001-01-01 reason="we knew"' >"$work/site"
check "a suppression that is over says so" says "until 2001-01-01 is over" run --site "$work/site"
echo 'mine/always.enabled = maybe' >"$work/site"
check "a mistake in the site file is a usage error" says "site:1: enabled is yes or no" run --site "$work/site"

# lint knows the options of both programs, so that remedies cannot name what is not there
options_known() { # PROGRAM
	mkdir -p "$work/lint/a"
	options=$("$1" --help | grep -oE -- '--[a-z][a-z-]+' | sort -u | tr '\n' ' ')
	[ -n "$options" ] || return 1
	sed "s/^-- rule:.*/-- rule: a\/b/; s/^-- remedy:.*/-- remedy: Type:\n--           $(basename "$1") $options/" \
		"$work/mine/mine/always.sql" >"$work/lint/a/b.sql"
	printf 'case a\n expect warn - things=5\n expect no crit\n' >"$work/lint/a/b.test"
	"$analyze" --lint-rules "$work/lint"
}
check "lint knows the options of nettape-collect" options_known "$collect"
check "lint knows the options of nettape-analyze" options_known "$analyze"
sed -i 's/--help/--hlep/' "$work/lint/a/b.sql"
check "lint sees one that is not there" says "has no option --hlep" "$analyze" --lint-rules "$work/lint"
check "and exits 1" status_is 1 "$analyze" --lint-rules "$work/lint"
sed -i 's/things=5/things=6/' "$work/lint/a/b.test"
check "a test that fails exits 1" status_is 1 "$analyze" --test-rules "$work/lint"
check "and says what differs" says "things is 5, expected 6" "$analyze" --test-rules "$work/lint"
check "a folder without rules is an error" status_is 3 "$analyze" --test-rules "$work"
