#!/bin/sh
# What somebody else may do with the names of the output. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2034 # of the library
name=faults_path
# shellcheck source=/dev/null
. tests/e2e/lib/faults.sh
