#!/bin/sh
# What a room may include.  Every include is path-qualified, so one grep shows
# every edge of the project; an edge that is not listed here is an error.
# --tap: the same as a test, with the check itself checked on a forbidden edge.
set -u
cd "$(dirname "$0")/.." || exit 1

allow='
schema         schema
collect        collect schema
analyze/parse  analyze/parse.h analyze/parse_util.h analyze/parse_ss.h analyze/parse_inet.h analyze/parse_ethtool.h analyze/parse_l5d.h analyze/parse_prom.h analyze/parse_prom_map.h analyze/parse_mib.h analyze/parse_ip.h analyze/parse_filter.h analyze/parse_netstat.h analyze/parse_unix.h analyze/emit.h schema
analyze/report analyze/report.h analyze/humanize.h analyze/escape.h analyze/layout.h analyze/finding_text.h analyze/wording.h analyze/verdict_text.h analyze/md_text.h analyze/html_text.h analyze/html_page.h analyze/html_table.h analyze/html_finding.h analyze/html_plot.h analyze/json_value.h schema
analyze/export analyze/report.h analyze/stmt.h analyze/json_text.h schema
analyze        analyze schema
'
# third-party headers, and the only files that may include them
foreign='
archive.h          analyze/entries.c
archive_entry.h    analyze/entries.c
zstd.h             collect/compress.c
zlib.h             collect/compress.c
curl/curl.h        collect/how_http.c
sha256.h           collect/digest.c analyze/digest.c
sha2.h             collect/digest.c
libpq-fe.h         analyze/copy.c
sqlite3.h          analyze/stmt.h analyze/stmt.c analyze/store.c analyze/rule_run.c analyze/rule_sql.c analyze/sql_heap.c
jansson.h          analyze/parse/metrics.c analyze/parse/client_state.c analyze/parse/server_info.c analyze/parse/teamd.c analyze/record.c analyze/sos_manifest.c analyze/baseline.c analyze/report/json.c analyze/json_value.h
'
# what no file of a room may include: the floor does no I/O, parsers see bytes alone
no_io='analyze/parse/*.c analyze/parse_util.c analyze/parse_util.h analyze/parse_l5d.c analyze/parse_l5d.h analyze/parse_prom.c analyze/parse_prom.h analyze/parse_prom_map.c analyze/parse_mib.c analyze/parse_ip.c analyze/parse_filter.c analyze/parse_netstat.c analyze/parse_unix.c schema/span.c schema/span.h schema/cgroup.c schema/source.c schema/bundle.c schema/timefmt.c'

edges() { # ROOM FILES...
	room=$1
	shift
	ok=$(printf '%s' "$allow" | awk -v r="$room" '$1 == r { $1 = ""; print }')
	grep -Hn '^#include "[a-z0-9/_]*/' "$@" /dev/null | while IFS= read -r line; do
		path=$(printf '%s' "$line" | sed 's/.*#include "\([^"]*\)".*/\1/')
		hit=no
		for a in $ok; do case $path in "$a" | "$a"/*) hit=yes ;; esac; done
		[ "$hit" = yes ] || printf 'rooms: %s may not: %s\n' "$room" "$line"
	done
}

third_party() {
	printf '%s' "$foreign" | while read -r header files; do
		[ -n "$header" ] || continue
		grep -Hn "^#include <$header>" schema/*.[ch] collect/*.[ch] analyze/*.[ch] analyze/*/*.[ch] /dev/null 2>/dev/null |
			while IFS= read -r line; do
				case " $files " in
				*" ${line%%:*} "*) ;;
				*) printf 'rooms: <%s> belongs to %s only: %s\n' "$header" "$files" "$line" ;;
				esac
			done
	done
}

floor() { # schema/ holds only what both programs include
	for h in schema/*.h; do
		for room in collect analyze; do
			# directly, or through another header of the floor
			users=$(grep -l "#include \"$h\"" schema/*.h $room/*.[ch] $room/*/*.[ch] 2>/dev/null | head -1)
			[ -n "$users" ] || printf 'rooms: %s is not used by %s/: it does not belong on the floor\n' "$h" "$room"
		done
	done
}

all() {
	edges schema schema/*.[ch]
	edges collect collect/*.[ch]
	edges analyze/parse analyze/parse/*.c
	edges analyze/report analyze/report/*.c
	edges analyze/export analyze/export/*.c
	edges analyze analyze/*.[ch]
	third_party
	floor
	# shellcheck disable=SC2086 # a list of globs
	grep -n '#include <\(stdio\|unistd\|fcntl\|sqlite3\|archive\|curl/curl\|time\)\.h>' $no_io /dev/null |
		sed 's/^/rooms: no I\/O here: /'
}

complaints=$(all)
if [ "${1:-}" = --tap ]; then
	[ -z "$complaints" ] && echo "ok - rooms: no edge against the design" || echo "not ok - rooms: an edge against the design"
	bad=analyze/parse/rooms_check_$$.c
	trap 'rm -f "$bad"' EXIT
	printf '#include "analyze/store.h"\n' >"$bad"
	if edges analyze/parse "$bad" | grep -q "may not"; then
		echo "ok - rooms: a forbidden edge is seen"
	else
		echo "not ok - rooms: a forbidden edge is not seen"
	fi
fi
[ -z "$complaints" ] || { printf '%s\n' "$complaints" >&2; exit 1; }
