#!/bin/sh
# Every input that ever broke a parser, and every golden case, through the fuzzer's harness.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck disable=SC2046 # no blanks in these names
"${BUILD:-build}/tests/fuzz/replay" $(find tests/parse -name '*.in' | sort) $(find tests/fuzz/corpus -type f 2>/dev/null | sort)
