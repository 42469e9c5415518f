#!/bin/sh
# make valgrind: both programs whole under valgrind's memcheck: nothing read that was not written, nothing lost,
# no descriptor left open.  The analyzer's box would stop valgrind as well, so --no-sandbox.
set -u
cd "$(dirname "$0")/.." || exit 1
name=valgrind
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
cd "$work" || exit 1
if ! command -v valgrind >/dev/null; then
	skip "both programs" "no valgrind here: make deps-valgrind"
	exit 0
fi
mkfifo life && exec 3<>life # closed by us, or by our death: then the server ends
trap 'exec 3>&-; wait' EXIT

# Possibly lost: SQLite keeps the size before what it hands out, so that each of its blocks looks like that.
# __memmove_chk and __memcpy_chk are one function of glibc's, so that memcheck takes each move for a copy
cat >known <<'EOF'
{
	move
	Memcheck:Overlap
	fun:__memcpy_chk
}
EOF

left_open() { # LOG: of the program itself; its children's are closed by the box, which is off here
	awk '/Open file descriptor/ { fd = $0; getline; if ($0 !~ /inherited from parent/) print fd }' "$1"
}

# clean WHAT STATUS COMMAND...: it ends with that, and memcheck says nothing of it or of its children
clean() {
	what=$1 want=$2
	shift 2
	rm -f memcheck.*
	# shellcheck disable=SC2016 # for the inner shell
	timeout 300 sh -c 'echo $$ >pid; exec "$@"' sh valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --track-fds=yes --trace-children=no \
		--suppressions=known --log-file=memcheck.%p "$@" >out 2>err </dev/null 3>&-
	got=$?
	left_open "memcheck.$(cat pid)" >open
	if [ "$got" -eq "$want" ] && [ ! -s open ] && ! grep -q 'ERROR SUMMARY: [1-9]\|Invalid\|uninitialised\|lost in' memcheck.*; then
		verdict "$what" 0
		return
	fi
	verdict "$what" 1
	echo "# status $got, not $want: $*"
	cat open memcheck.* err | head -n 80 | sed 's/^/# /'
}
read_as() { # WHAT ARGUMENT...
	what=$1
	shift
	clean "$what" 0 "$analyze" --no-sandbox --no-pager --fail-on never "$@"
}

python3 "$home/tests/fake_linkerd.py" --minute 2 tree=19990 <life >linkerd.out 2>&1 3>&- &
python3 -c 'import socket, time
for _ in range(100):
    try: socket.create_connection(("127.0.0.1", 19990)).close(); break
    except OSError: time.sleep(0.1)'
clean "a recording of all sources" 0 "$collect" --every 1s --for 5s --include '*' --pace tcp=1s --pace tcp-info=1s \
	--pace metrics=1s --metrics http://127.0.0.1:19990 --run date='date +%s' --note 'case 1' -o a.tar.zst
clean "one that is packed with gzip" 0 "$collect" --every 1s --for 2s --no-http -o b.tar.gz
clean "one of a dump" 0 "$collect" --root "$home/tests/dumps/selfcap" --every 1s --for 2s -o c.tar
clean "its list of sources" 0 "$collect" --list-sources
clean "an option that there is not" 2 "$collect" --nonsense
clean "a file that cannot be" 3 "$collect" --for 1s -o nowhere/x.tar

python3 "$home/tests/gen/bundle.py" -o d.tar.zst --ticks 20 --cpus 2 --sockets 50 --linkerd 3 >log 2>&1
python3 "$home/tests/gen/sosreport.py" 4.8 sos >>log 2>&1
head -c $(($(wc -c <a.tar.zst) * 2 / 3)) a.tar.zst >cut.tar.zst
read_as "a report as text" -a -o report.txt a.tar.zst
for form in html md json jsonl; do read_as "as $form" --format "$form" -o "report.$form" a.tar.zst; done
read_as "of what a generator made" -a --format json -o report.json d.tar.zst
read_as "of a bundle that is cut off" -o report.txt cut.tar.zst
read_as "of a sosreport" -a -o report.txt sos/*
read_as "of a window joined" --join -o report.txt a.tar.zst b.tar.gz
read_as "of a part" --since +1s --until +3s -o report.txt a.tar.zst
read_as "a fleet" --out-dir reports --fleet-db fleet.db -o report.txt a.tar.zst b.tar.gz d.tar.zst
read_as "a comparison" --compare a.tar.zst b.tar.gz
read_as "the store kept" --db store.db a.tar.zst
read_as "a question" --sql 'SELECT count(*) FROM sample' a.tar.zst
read_as "one rule explained" --explain softirq/backlog-drop
clean "a file that is no bundle" 3 "$analyze" --no-sandbox --no-pager log
skip "rules of a stranger" "they run within a limit of memory that memcheck itself is above"
exit "$failed"
