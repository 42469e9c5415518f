#!/bin/sh
# `make corpus`: that it says who could be read, and fails where values differ; then
# the captures of others where NETTAPE_FIXTURES names a folder of them.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=corpus
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
mkdir -p "$work/c/proc/net" "$work/c/more"

corpus() { python3 tests/corpus/corpus.py "$build" "$work/c" "$@"; }
fails() { ! "$@"; }
says() { # TEXT COMMAND...: it ends well or not, but says that
	text=$1
	shift
	"$@" 2>&1 | tee "$work/said" | grep -qE -- "$text" || { cat "$work/said"; false; }
}

printf '00000010 00000003 00000000 0 0 0 0 0 0 0 0\n' >"$work/c/proc/net/softnet_stat"
printf '0.10 0.20 0.30 2/100 4711\n' >"$work/c/more/load"
printf 'NIC statistics:\n     rx_drops: 7\n     rx_drops: 8\n' >"$work/c/more/eth7"
check "each path says what it is" says 'softnet +1 +1 +0 +0 +5 ' corpus
check "what no path says is counted" says '2 further files are of no format' corpus
printf 'proc/net/*\t?\nmore/load\tloadavg\nmore/eth?\tethtool_S\tmember=cmd/ethtool_-S_{name}\n' >"$work/c/index.tsv"
check "an index says it" says '100.0 % parsed' corpus
echo '{"load": {"": {"load1": 0.1, "load15": 0.3}}}' >"$work/c/more/expected.json"
echo '[{"series": "rx_drops", "entity": "eth7", "value": 8}, {"series": "rx_drops", "sum": 15}, {"series": "rx_drops", "rows": 2}]' \
	>"$work/c/more/eth7.expected.json"
echo '{"cpu0": {"dropped": 3}}' >"$work/c/proc/net/expected.json"
check "expected values are compared" says '^9 passed, 0 failed$' corpus
check "and it ends well" corpus
echo '{"cpu0": {"dropped": 4}}' >"$work/c/proc/net/expected.json"
check "one that differs fails" fails corpus
check "and is shown" says 'FAILED.*softnet_stat.*"value": 4.*it has.*"value": 3' corpus
rm "$work/c/proc/net/expected.json"
echo 'nothing of the kind' >"$work/c/more/load"
rm "$work/c/more/expected.json"
check "a file that gives notes alone is not parsed" says '66.7 % parsed' corpus
check "and fails" fails corpus
printf 'more/load\tloadavg\tnotes=1\n' >"$work/index"
check "unless the index says so" corpus --index "$work/index"
printf 'more/load\tpapyrus\n' >"$work/index"
check "an unknown format fails" says 'exit status 2' corpus --index "$work/index"
printf 'nowhere\tloadavg\n' >"$work/index"
check "so does a line without a file" fails corpus --index "$work/index"

# 1,152 CPUs: lines of 13 KB.  Row R has R * CPU, so it adds up to R * 1151 * 1152 / 2.
mkdir -p "$work/giant/proc"
awk 'BEGIN {
	printf "%11s", ""
	for (c = 0; c < 1152; c++) printf "CPU%-8d", c
	print ""
	for (r = 1; r <= 40; r++) {
		printf "%4d: ", r
		for (c = 0; c < 1152; c++) printf "%10d ", r * c
		printf " PCI-MSIX-0000:3b:00.0 %4d-edge      eth0-TxRx-%d\n", r, r
	}
}' >"$work/giant/proc/interrupts"
cat >"$work/giant/proc/expected.json" <<-'JSON'
	[{"series": "1", "sum": 662976}, {"series": "40", "sum": 26519040}, {"series": "40", "rows": 1152},
	 {"series": "40", "entity": "cpu1151", "value": 46040}, {"table": "irq", "irq": "40", "name": "eth0-TxRx-40"}]
JSON
giant() { python3 tests/corpus/corpus.py "$build" "$work/giant"; }
check "1,152 CPUs are counted" says '^6 passed, 0 failed$' giant
check "all of their values" says '^interrupts +1 +1 +0 +0 +46120 ' giant

if [ -d "${NETTAPE_FIXTURES:-}" ]; then
	python3 tests/corpus/corpus.py --tap "$build" "$NETTAPE_FIXTURES"
else
	skip "foreign fixtures" "not here"
fi
