#!/bin/sh
# SIGKILL at random moments, OOM: every finished tick can be read. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2034 # of the library
name=faults_kill
# shellcheck source=/dev/null
. tests/e2e/lib/faults.sh
