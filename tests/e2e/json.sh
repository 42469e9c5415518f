#!/bin/sh
# What the analyzer writes for programs: the JSON report and JSON Lines, of bundles that are live, made up,
# cut, next to empty and hostile, against the schemas; the digests against sha256sum.  Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=json
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1

report() { timeout 60 "$analyze" --format json --fail-on never "$@"; }
lines() { timeout 60 "$analyze" --format jsonl --fail-on never "$@"; }
library() { # WHAT SCHEMA ARGUMENT...: the same by the package jsonschema
	what=$1 schema=$2
	shift 2
	as_promised "$schema" --library "$@" >out 2>err
	case $? in
	77) skip "$what, says jsonschema" "python3-jsonschema is not installed" ;;
	*) check "$what, says jsonschema" same "" "$(cat out err)" ;;
	esac
}

"$collect" -q --for 2s --every 500ms --no-http --force --note 'a "note"' -o live.tar.zst >log 2>&1 ||
	{ echo "not ok - json: no recording" && exit 1; }
zstd -qdcf live.tar.zst >live.tar
head -c "$(($(wc -c <live.tar) * 2 / 5))" live.tar >cut.tar
make_bundle made.tar --seed 11 --ticks 61 --cpus 4 --interfaces 2 --sockets 80 --linkerd 3 \
	--fault backlog-drops,start=10,end=40
python3 "$home/tests/e2e/odd_bundles.py" . || echo "not ok - json: no odd bundles"

# every report and every line is as its schema says
for kind in live cut made empty headless hostile; do
	check "the report of a bundle that is $kind is written" report -o "$kind.json" "$kind.tar"
	check "and as its schema says ($kind)" as_promised report "$kind.json"
	library "and as its schema says ($kind)" report "$kind.json"
	check "its lines are written ($kind)" lines -o "$kind.jsonl" "$kind.tar"
	check "and as their schema says ($kind)" as_promised series --lines "$kind.jsonl"
done
# the package takes its time: some lines of each kind are enough for it
cat live.jsonl made.jsonl | python '
import collections, json, sys
seen = collections.Counter()
for line in sys.stdin:
    kind = json.loads(line)["kind"]
    seen[kind] += 1
    if seen[kind] <= 40:
        sys.stdout.write(line)
' >some.jsonl
library "lines of each kind are as their schema says" series --lines some.jsonl
check "hostile text is escaped in both" sh -c '! LC_ALL=C grep -q "[^ -~]" hostile.json hostile.jsonl'

# the schema is strict, and the checker sees it: a report with everything in it, spoiled at each place
cat >site.conf <<'SITE'
softirq/backlog-drop.warn_drops = 2
pin softirq/backlog-drop version=99
suppress softirq/backlog-drop entity=cpu1 until=2126-01-01 reason="known"
suppress collection-quality/* until=2001-01-01 reason="was known"
suppress softirq/backlog-drop entity=cpu99 until=2126-01-01 reason="there is no such CPU"
SITE
python '
import json
d = json.load(open("made.json"))
gone = dict(d["findings"][0], rule="softirq/gone")
d["findings"] = [dict(f, level="info") for f in d["findings"][1:]] + [gone]
json.dump(d, open("before.json", "w"))
'
check "a report with everything in it" report --site site.conf --set softirq/backlog-drop.warn_drops=3 --baseline before.json \
	-o all.json made.tar
check "is as its schema says" as_promised report all.json
check "and does have everything" python '
import json
d = json.load(open("all.json"))
assert d["unused_suppressions"][0]["entity"] == "cpu99" and d["findings"] and d["suppressed"] and d["baseline"]["gone"] and len(d["params"]) == 2, (len(d["suppressed"]), d["baseline"], d["params"])
'
timeout 300 python3 "$home/tests/e2e/schema_check_test.py" "$home/schema/report.schema.json" all.json 2>err || echo "not ok - json: $(tail -1 err)"

# what identifies the evidence and what judged it
digest() { # REPORT: of the bundle, and what it is of
	python 'import json, sys; b = json.load(open(sys.argv[1]))["bundle"]; print(b["sha256"], b["sha256_of"])' "$1"
}
report -o zst.json live.tar.zst
check "the bundle's digest is that of the file" test "$(digest zst.json)" = "$(sha256sum <live.tar.zst | cut -d' ' -f1) file"
report -o stdin.json - <live.tar.zst
check "also from standard input" test "$(digest stdin.json)" = "$(digest zst.json)"
mkdir -p folder && tar xf live.tar -C folder
report -o folder.json folder
# shellcheck disable=SC2035 # as the schema says it
of_members=$(cd folder/* && find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
check "a folder's digest is that of its members' list" test "$(digest folder.json)" = "$of_members members"
report -o stem.json folder/*
check "wherever it lies" test "$(digest stem.json)" = "$of_members members"
find folder -name tick.json | sort | tail -1 | xargs -I{} sh -c 'printf " " >>"{}"'
report -o changed.json folder
check "and another one when a member changed" test "$(digest changed.json)" != "$of_members members"
check "each rule has the digest of its file" sh -c 'cd "$1" && sha256sum rules/*/*.sql | sort >"$2/want" &&
	python3 -c "
import json
for r in json.load(open(\"$2/live.json\"))[\"rules\"]:
    print(r[\"sha256\"], \" rules/\" + r[\"rule\"] + \".sql\", sep=\" \")
    assert r[\"origin\"] == \"built in\" and r[\"version\"] >= 1" | sort | diff - "$2/want"' sh "$home" "$work"
mkdir -p mine/softirq && sed 's/^-- version:.*/-- version: 77/' "$home/rules/softirq/backlog-drop.sql" >mine/softirq/backlog-drop.sql
report --rules mine -o mine.json made.tar
check "one of --rules has that of the file that took its place" python '
import hashlib, json
r = {r["rule"]: r for r in json.load(open("mine.json"))["rules"]}["softirq/backlog-drop"]
text = open("mine/softirq/backlog-drop.sql", "rb").read()
assert r["sha256"] == hashlib.sha256(text).hexdigest() and r["version"] == 77 and r["origin"] == "mine/softirq/backlog-drop.sql", r
'
check "every parameter in force is there with its origin" python '
import json
d = json.load(open("all.json"))
rules = {r["rule"]: r["params"] for r in d["rules"]}
p = rules["softirq/backlog-drop"]["warn_drops"]
assert (p["value"], p["origin"]) == (3, "--set") and p["unit"] == "packets", p
over = d["params"]["softirq/backlog-drop.warn_drops"]
assert (over["value"], over["default"], over["over"]) == (3, 1, "2 (site.conf:1)"), over
pin = d["params"]["softirq/backlog-drop.version"]
assert pin["value"] == 99 and "version" in pin["warning"] and pin["origin"] == "site.conf:2", pin
others = [v for r in rules.values() for v in r.values() if v["origin"] == "default"]
assert len(others) > 100
'
check "what was asked for and what was got are both there" python '
import json
whole, cut = (json.load(open(f + ".json"))["bundle"]["window"] for f in ("live", "cut"))
assert whole["asked_s"] == 2 and whole["got_s"] >= 1.5 and whole["end_reason"] == "complete", whole
assert cut["asked_s"] == 2 and cut["ticks_taken"] < whole["ticks_taken"] and cut["end_reason"] == "cut", cut
'
check "what is not known is null" python '
import json
b = json.load(open("empty.json"))["bundle"]
assert b["host"] is None and b["kernel"] is None and b["window"]["asked_s"] is None, b
'
check "a text that looks like a number stays one" python '
import json
b = json.load(open("hostile.json"))["bundle"]
assert b["kernel"] == "6.1" == b["facts"]["kernel"] and b["facts"]["arch"] == "12", b
assert b["host"].startswith("h\"") and chr(0x202e) in b["host"], b
'

# nothing of the store is missing in the lines
check "every row of every table is a line" sh -c '"$1" --fail-on never --db made.db -o /dev/null made.tar && python3 -c "
import collections, json, sqlite3
seen = collections.defaultdict(list)
for line in open(\"made.jsonl\", encoding=\"ascii\"):
    row = json.loads(line)
    seen[row.pop(\"kind\")].append(row)
db = sqlite3.connect(\"made.db\")
tables = [t for t, in db.execute(\"SELECT name FROM sqlite_master WHERE type = '"'table'"' AND name NOT LIKE '"'sqlite%'"'\")]
assert len(tables) > 15 and len(seen[\"meta\"]) == 1
for table in tables:
    rows = db.execute(f\"SELECT * FROM {table}\")
    names = [c[0] for c in rows.description]
    rows = list(rows)
    if table == \"meta\":
        assert seen[\"meta\"][0][\"facts\"] == dict(rows)
        continue
    assert len(rows) == len(seen[table]), (table, len(rows), len(seen[table]))
    have = set(seen[table][0]) if rows else set()
    assert not rows or {\"kind\": \"type\"}.get(names[4], names[4]) in have if table == \"series\" else True
    assert not rows or {n for n in names if n != \"kind\"} <= have, (table, names, have)
assert all(len(seen[t]) for t in (\"sample\", \"series\", \"tcp_flow\", \"window\", \"finding\", \"listener\", \"endpoint\")), {t: len(v) for t, v in seen.items()}
"' sh "$analyze"
check "the first line says what it is" python '
import json
d = json.loads(open("made.jsonl").readline())
assert d["kind"] == "meta" and d["format"] == 1 and d["facts"]["host"] and d["facts"]["bundle_sha256"], d
'
check "samples add up to what their series says" python '
import collections, json
deltas, series = collections.Counter(), {}
for line in open("made.jsonl"):
    d = json.loads(line)
    if d["kind"] == "series":
        series[d["id"]] = d
    elif d["kind"] == "sample" and d["type"].startswith("counter"):
        deltas[d["series"]] += d["delta"] or 0
        assert d["name"] == series[d["series"]]["name"] and d["time"].endswith("Z")
counters = [s for s in series.values() if s["type"].startswith("counter") and s["increase"] is not None]
assert len(counters) > 50 and all(abs(deltas[s["id"]] - s["increase"]) < 1 for s in counters)
'
check "integers beyond 2^53 are whole" python '
import json
values = {}
for line in open("hostile.jsonl"):
    d = json.loads(line)
    if d["kind"] == "sample":
        values.setdefault((d["source"], d["name"].split("/")[-1]), []).append(d["value"])
assert {2**63 - 10, 2**63 - 7} <= set(values["netdev", "rx_bytes"]), values["netdev", "rx_bytes"]
assert 9007199254740993 in values["linkerd", "requests"], values
'
case $build in
*asan*) skip "lines are not gathered in memory" "a sanitizer takes its own" ;;
*)
	check "lines are not gathered in memory" python '
import os, resource, subprocess, sys
def peak(*options):
    """Bytes, of a child of its own."""
    if os.fork() == 0:
        subprocess.run([sys.argv[1], "--fail-on", "never", *options, "made.tar"], stdout=subprocess.DEVNULL, check=True)
        with open("peak", "w") as f:
            f.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
        os._exit(0)
    assert os.wait()[1] == 0
    return int(open("peak").read())
query, lines, size = peak("--sql", "SELECT 1"), peak("--format", "jsonl"), os.path.getsize("made.jsonl")
assert size > 4e6 and lines < query + size / 2, (query, lines, size)
' "$analyze"
	;;
esac
check "--strict and --fail-on hold for lines, too" sh -c '"$1" --format jsonl made.tar >out; [ $? -eq 1 ] &&
	"$1" --format jsonl --fail-on never --strict made.tar >out; [ $? -eq 1 ] && "$1" --format jsonl --fail-on never made.tar >out' \
	sh "$analyze"
check "a reader that goes away is no error" sh -c '{ "$1" --format jsonl --fail-on never made.tar 2>err; echo $? >rc; } | head -1 >out
[ "$(cat rc)" = 0 ] && [ ! -s err ] && [ -s out ]' sh "$analyze"
check "a full disk is one" sh -c '"$1" --format jsonl --fail-on never made.tar >/dev/full; [ $? -eq 3 ]' sh "$analyze"
