#!/bin/sh
# Rule files of strangers: hostile_rules.py makes a folder of them, runs it and judges.
# Prints TAP.  HOSTILE=--long: with what takes its time.
set -u
cd "$(dirname "$0")/../.." || exit 1
rm -rf "$TESTLOG/hostile_rules"
mkdir -p "$TESTLOG/hostile_rules"
export PYTHONDONTWRITEBYTECODE=1
python3 tests/gen/bundle.py --ticks 6 --cpus 2 --sockets 10 -o "$TESTLOG/hostile_rules/a.tar.zst" >/dev/null || exit 1
# shellcheck disable=SC2086 # none or one
exec python3 tests/e2e/hostile_rules.py "$BUILD" "$TESTLOG/hostile_rules" ${HOSTILE:-}
