#!/bin/sh
# Clocks that step, a host that was suspended. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2034 # of the library
name=faults_clock
# shellcheck source=/dev/null
. tests/e2e/lib/faults.sh
