#!/bin/sh
# What changes while it is read: CPUs, interfaces, processes, sockets, servers; what hangs. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2034 # of the library
name=faults_host
# shellcheck source=/dev/null
. tests/e2e/lib/faults.sh
