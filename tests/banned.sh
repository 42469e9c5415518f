#!/bin/sh
# Functions that lose errors, lengths or threads: see analyze/README.md, "Untrusted text".
set -u
banned='strcpy|strcat|sprintf|vsprintf|strtok|strtol|strtoul|strtoll|strtoull|strtod|atoi|atol|atoll|atof|gets|scanf|sscanf|fscanf|system|popen|alloca|gmtime|localtime|strerror_r|tmpnam'
if grep -nE "(^|[^[:alnum:]_])($banned)[[:space:]]*\(" "$@"; then
	echo "banned: use schema/span.h, schema/buf.h, schema/timefmt.h" >&2
	exit 1
fi
