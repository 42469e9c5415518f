#!/bin/bash
# Each command that the manual shows for the store works as it stands there: run on this host's recording and on
# a made-up one with faults.  Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=recipes
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
manual=$home/analyze/nettape-analyze.1
PATH=$build:$PATH
mkdir -p "$work/live" "$work/made"
cd "$work" || exit 1

nettape-collect -q --for 2s --every 500ms --no-http --force -o live/host.nettape.tar.zst >log 2>&1 ||
	{ verdict "this host is recorded" 1 && exit 1; }
make_bundle made/host.nettape.tar.zst --seed 3 --ticks 125 --cpus 4 --interfaces 3 --sockets 80 --linkerd 3 \
	--fault backlog-drops,start=10,end=40 || exit 1

mapfile -d '' recipes < <(python3 "$home/tests/e2e/recipes.py" "$manual" RECIPES)
check "the manual has a dozen" test ${#recipes[@]} -ge 12

names_columns() { # COMMAND: succeeds, says nothing wrong, prints a line of names (or writes it with -o)
	rm -f eth0.csv
	timeout 60 bash -euo pipefail -c "$1" >answer 2>wrong || { cat wrong && return 1; }
	[ ! -s wrong ] || { cat wrong && return 1; }
	[ ! -e eth0.csv ] || mv eth0.csv answer
	head -1 answer | grep -q '[a-z]'
}
for where in live made; do
	cd "$work/$where" || exit 1
	for recipe in "${recipes[@]}"; do
		check "$where: $(tr -s ' \n' ' ' <<<"$recipe" | cut -c1-90)" names_columns "$recipe"
	done
done

# those that ask for what the made-up host has do find it
rows() { # WORDS: how many rows the recipe with these words has
	local recipe
	for recipe in "${recipes[@]}"; do
		case $recipe in *"$1"*) names_columns "$recipe" >&2 && tail -n +2 answer | grep -c . ;; esac
	done
}
cd "$work/made" || exit 1
check "minutes of linkerd stand beside retransmissions" test "$(rows 'w.p999')" -ge 2
check "the interface has its rates" test "$(rows rx_bytes_per_s)" -ge 60
check "queues are there" test "$(rows s.recvq)" -eq 10
check "counters of drops moved" test "$(rows "'%drop%'")" -ge 1
check "findings are a table of Markdown" test "$(rows 'explained_by IS NULL')" -ge 2
check "the tables are listed" test "$(rows sqlite_master)" -ge 20
check "CSV ends its lines as RFC 4180 has it" sh -c 'nettape-analyze --format csv --sql "SELECT 1 AS a, 2 AS b" host.nettape.tar.zst |
	od -An -c | tr -d " \n" | grep -qxF "a,b\r\n1,2\r\n"'

if command -v jq >/dev/null; then
	mapfile -d '' lines < <(python3 "$home/tests/e2e/recipes.py" "$manual" "JSON LINES")
	of_samples() {
		timeout 60 bash -c "${lines[0]}" >answer && [ "$(wc -l <answer)" -gt 1 ] && ! grep -qv '^20[0-9T:.-]*Z	[0-9]*$' answer
	}
	check "jq reads the lines as the manual shows it" of_samples
else
	skip "jq reads the lines as the manual shows it" "no jq"
fi
