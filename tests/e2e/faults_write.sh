#!/bin/sh
# Calls on the output and on sources that fail, short writes, limits, a disk that fills. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2034 # of the library
name=faults_write
# shellcheck source=/dev/null
. tests/e2e/lib/faults.sh
