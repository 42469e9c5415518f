#!/bin/sh
# Manual pages on a terminal of 80 columns: each line that is wider, as literal text is that nobody
# wrapped, is an error.  usage: pages.sh PAGE...  Needs mandoc.
set -u
bad=0
for page; do
	wide=$(mandoc -Tutf8 -Owidth=80 "$page" | LC_ALL=C.UTF-8 sed "s/.$(printf '\b')//g" | LC_ALL=C.UTF-8 grep -E '^.{81}')
	[ -n "$wide" ] || continue
	printf '%s\n' "$wide" | sed "s|^|$page: wider than 80 columns: |"
	bad=1
done
exit $bad
