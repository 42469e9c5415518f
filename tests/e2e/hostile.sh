#!/bin/sh
# What a stranger may send: hostile.py makes each case, reads it and judges.  Prints TAP.
# HOSTILE=--long: at full size.
set -u
cd "$(dirname "$0")/../.." || exit 1
rm -rf "$TESTLOG/hostile"
mkdir -p "$TESTLOG/hostile"
export PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2086 # none or one
exec python3 tests/e2e/hostile.py "$BUILD" "$TESTLOG/hostile" ${HOSTILE:-}
