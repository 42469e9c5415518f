# What the analyzer's end-to-end tests share: sourced with $name set, from the top of the tree, never run.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
unset NO_COLOR PAGER LESS LESSOPEN COLUMNS

analyze() { timeout 60 "$analyze" --no-pager --fail-on never "$@"; }
python() { timeout 120 python3 -c "$@"; }

# make_bundle FILE ARGUMENT...: of a host that does not exist
make_bundle() {
	file=$1
	shift
	python3 "$home/tests/gen/bundle.py" -o "$file" "$@" >>"$work/log" 2>&1 && return
	verdict "$file is made" 1
	tail -n 20 "$work/log" | sed 's/^/# /'
	return 1
}

# as_promised SCHEMA FILE...: those are as schema/SCHEMA.schema.json says
as_promised() {
	schema=$home/schema/$1.schema.json
	shift
	timeout 300 python3 "$home/tests/e2e/schema_check.py" "$schema" "$@"
}

# after status_is: that text is in what was said
has() { grep -qF -e "$1" "$work/out" || { cat "$work/out" && return 1; }; }
has_not() { ! grep -qF -e "$1" "$work/out"; }
says() { grep -qF -e "$1" "$work/err" || { cat "$work/err" && return 1; }; }

# sql QUERY ARGUMENT...: its rows, a blank between the columns
sql() {
	query=$1
	shift
	analyze --sql "$query" "$@" 2>>"$work/log" | tail -n +2 | tr '\t' ' '
}

# same WANTED GOT
same() {
	[ "$1" = "$2" ] && return
	echo "$2, not $1"
	return 1
}
is() { check "$1" same "$2" "$3"; } # WHAT WANTED GOT

# bend FILE INTO BYTES TIMES: as often that many of FILE's bytes are others; all that analyze may say is 0 or 3
bend() {
	for seed in $(seq 1 "$4"); do
		python3 - "$1" "$2" "$3" "$seed" <<'PY'
import random, sys
data = bytearray(open(sys.argv[1], "rb").read())
r = random.Random(int(sys.argv[4]))
for _ in range(int(sys.argv[3])):
    data[r.randrange(len(data))] = r.randrange(256)
open(sys.argv[2], "wb").write(data)
PY
		analyze "$2" >/dev/null 2>&1
		case $? in 0 | 3) ;; *) return 1 ;; esac
	done
}
