#!/bin/sh
# What one site wants otherwise, and what has changed since the report before: --site, --set, --baseline, --fail-on,
# --strict on two made-up recordings of one host, of which the later one has another fault.  Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=baseline
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1
host() { # FILE ARGUMENT...
	file=$1
	shift
	make_bundle "$file" --seed 5 --ticks 61 --cpus 2 --interfaces 2 --sockets 20 "$@"
}
host old.tar --fault backlog-drops,cpu=0 --fault qdisc-drops
host new.tar --fault backlog-drops,cpu=0 --fault conntrack-full --fault missing,source=qdisc
text() { timeout 60 "$analyze" --no-pager "$@"; }

# the rules that these bundles set off
check "the earlier report is written" status_is 1 text --format json -o before.json old.tar
check "the later one without a baseline has no mark" status_is 1 text new.tar
check "of any kind" sh -c '! grep -qE "\[new\]|^ +baseline: |^GONE" out'
status_is 1 text --baseline before.json -a new.tar
check "the head counts" sh -c 'grep -qE "^ +baseline: [1-9][0-9]* new, [1-9][0-9]* same, [0-9]+ gone, [1-9][0-9]* not judged this time since 20" out'
check "what is new is marked" sh -c 'grep -A1 "^\[C\] root-cause/conntrack-full" out | tr -s " \n" " " | grep -q "\[new\]" &&
	grep -q "^    \[C\] conntrack/drops  \[new\]$" out'
check "what was there is not" sh -c 'grep -E "^(    )?\[[CW]\] softirq/backlog-drop" out | grep -qv new'
check "what could not be judged is not gone" sh -c 'grep -A30 "^GONE" out | tr -s " \n" " " | grep -q "nic-drops/qdisc.*perhaps still so: not evaluated: qdisc"'
status_is 1 text --format json --baseline before.json -o after.json new.tar
check "JSON tells the same" python '
import json
old, new = json.load(open("before.json")), json.load(open("after.json"))
key = lambda f: (f["rule"], f["entity"])
was = {key(f): f for f in old["findings"]}
now = {key(f): f for f in new["findings"]}
b = new["baseline"]
assert old["baseline"] is None and all(f["baseline"] is None for f in old["findings"])
for k, f in now.items():
    want = {"state": "same", "was": was[k]["level"]} if k in was else {"state": "new", "was": None}
    assert f["baseline"] == want, (k, f["baseline"], want)
assert b["new"] == len(set(now) - set(was)) > 0 and b["same"] == len(set(now) & set(was)) > 0, b
assert {key(g) for g in b["gone"]} == set(was) - set(now)
states = {g["rule"]: (g["state"], g["why"]) for g in b["gone"]}
assert states["nic-drops/qdisc"][0] == "unknown" and "qdisc" in states["nic-drops/qdisc"][1], states
assert b["host"] == old["bundle"]["host"] and b["bundle_sha256"] == old["bundle"]["sha256"] and b["file"] == "before.json"
'
check "as its schema says" as_promised report after.json
host healed.tar
status_is 0 text --fail-on never --baseline before.json healed.tar
check "a host that was healed has it gone, and no more" sh -c 'grep -A9 "^GONE" out | grep "softirq/backlog-drop" | grep -qv perhaps'

# the exit status: only what is new counts
check "the same once more fails no longer" status_is 0 text --baseline before.json old.tar
check "and says so" has " 0 new, "
check "what is new does" status_is 1 text --baseline before.json new.tar
check "a finding that got worse does" python '
import json
d = json.load(open("before.json"))
for f in d["findings"]:
    f["level"] = "info"
json.dump(d, open("milder.json", "w"))
'
check "as the status says" status_is 1 text --baseline milder.json old.tar
check "and the mark" has "[was info]"
check "--strict still counts what was not evaluated" status_is 1 text --strict --fail-on never --baseline before.json old.tar
sed 's/"host": "[^"]*"/"host": "elsewhere"/' before.json >elsewhere.json
status_is 0 text --baseline elsewhere.json old.tar
check "another host is told" sh -c 'tr -s " \n" " " <out | grep -q "that was another host: elsewhere"'
python 'import json
d = json.load(open("before.json"))
d["findings"].append(dict(d["findings"][0], rule="no/such", entity="e\x1b[2J", message="m\x1b]0;x\x07\u202e"))
d["bundle"]["host"] = "\x1b[31mred"
d["bundle"]["window"]["started"] = "\x1b[1m"
json.dump(d, open("hostile.json", "w"))'
status_is 0 text --baseline hostile.json old.tar
check "a hostile baseline cannot do anything to a terminal" sh -c 'grep -A3 "^GONE" out | grep -qF "e\x1b[2J" &&
	! grep -q "$(printf "\033")" out'

# what is no report of ours
printf '{"format": 2, "tool": "nettape-analyze 9"}\n' >newer.json
printf '[1, 2]\n' >list.json
head -c 5000 before.json >cut.json
python 'import json
d = json.load(open("before.json"))
del d["findings"][0]["entity"]
json.dump(d, open("lacking.json", "w"))'
for bad in "newer.json|it is of format 2, this program reads 1" "list.json|no report of --format json" "cut.json|line " \
	"lacking.json|findings[0].entity is missing" "nowhere.json|No such file" "/dev/null|line 1" ".|directory"; do
	check "a baseline is refused: ${bad#*|}" status_is 2 text --baseline "${bad%%|*}" old.tar
	check "by name and with the reason (${bad%%|*})" says "${bad#*|}"
	check "the name (${bad%%|*})" says "${bad%%|*}"
done

# the site file
site() { # LINES...: into the file
	printf '%s\n' "$@" >site.conf
}
refused() { # WHY LINE...: naming file and line
	why=$1
	shift
	site '# the first line' "$@"
	status_is 2 text --site site.conf old.tar && says "$why"
}
check "a rule that is not known is an error" refused \
	"site.conf:2: unknown rule 'softirq/backlog-drops' (did you mean 'softirq/backlog-drop'?)" 'softirq/backlog-drops.warn_drops = 5'
check "a parameter that is not known, too" refused "has no param 'warn_drop' (did you mean 'warn_drops'?)" 'softirq/backlog-drop.warn_drop = 5'
check "a pin of a rule that is not known" refused \
	"site.conf:2: unknown rule 'softirq/backlog-dorp' (did you mean 'softirq/backlog-drop'?)" 'pin softirq/backlog-dorp version=1'
check "a pin without its version" refused "site.conf:2: pin needs version=N" 'pin softirq/backlog-drop 1'
check "a suppression of a rule that is not known" refused \
	"site.conf:2: unknown rule 'softirq/backlog-drops' (did you mean 'softirq/backlog-drop'?)" 'suppress softirq/backlog-drops reason=x'
check "a word that suppress does not take" refused "site.conf:2: unknown word 'entiti=cpu0'" 'suppress softirq/backlog-drop entiti=cpu0 reason=x'
check "--set of a rule that is not known" status_is 2 text --set softirq/backlog-dorp.warn_drops=5 old.tar
check "is told the nearest" says "--set: unknown rule 'softirq/backlog-dorp' (did you mean 'softirq/backlog-drop'?)"
check "a level that is none" refused "site.conf:2: level is info, warn or crit" 'softirq/backlog-drop.level = fatal'
check "a suppression without a reason" refused "site.conf:2: suppress needs a reason=" 'suppress softirq/backlog-drop'
check "a day that is none" refused "is no date" 'suppress softirq/backlog-drop until=2026-13-99 reason=x'
check "--set of what is near" status_is 2 text --set softirq/backlog-drop.warn_drosp=5 old.tar
check "is told the name" says "--set: softirq/backlog-drop has no param 'warn_drosp' (did you mean 'warn_drops'?)"
check "so is a format" status_is 2 text --format jsno old.tar
check "with the nearest" says "did you mean json?"
check "a form of --sql is no report" status_is 2 text --format csv old.tar
check "and it is told so" says "--format csv is for --sql alone"

site 'softirq/backlog-drop.warn_drops = 1000000'
status_is 1 text --site site.conf --set softirq/backlog-drop.warn_drops=2 old.tar
check "--set wins over the file, which wins over the rule" has "softirq/backlog-drop.warn_drops = 2 (--set, over 1000000 (site.conf:1)"
check "and the rule's own is told" sh -c 'tr -s " \n" " " <out | grep -qF "the rule'"'"'s own: 1)"'
findings() { # OPTION...: of softirq/backlog-drop as "LEVEL REASON"
	timeout 60 "$analyze" --format json --fail-on never "$@" old.tar | python '
import json, sys
d = json.load(sys.stdin)
print(*[f"{f['"'level'"']} {f.get('"'reason'"', '"'-'"')} {f['"'suppression_over'"']}"
        for f in d["findings"] + d["suppressed"] if f["rule"] == "softirq/backlog-drop"])'
}
check "without it the rule warns or worse" sh -c 'case $1 in warn* | crit*) ;; *) echo "$1"; exit 1 ;; esac' sh "$(findings)"
check "a threshold of the file holds" test -z "$(findings --site site.conf)"
site 'softirq/backlog-drop.level = info'
check "a level is a cap" test "$(findings --site site.conf)" = "info - None"
site 'softirq/backlog-drop.enabled = no'
check "a rule can be off" test -z "$(findings --site site.conf)"
status_is 1 text -a --site site.conf old.tar
check "and is listed so" sh -c 'grep -A2 "^OFF" out | grep -q site.conf:1'
site 'suppress softirq/* entity=cpu* until=2126-01-01 reason="known, CASE-1"'
check "a finding is suppressed by globs" sh -c 'case $1 in *" known, CASE-1 None") ;; *) echo "$1"; exit 1 ;; esac' sh "$(findings --site site.conf)"
status_is 1 text --site site.conf old.tar
check "and stands at the end with its reason" sh -c 'sed -n "/^SUPPRESSED/,\$p" out | tr -s " \n" " " | grep -q "known, CASE-1 (until 2126-01-01)"'
site 'suppress softirq/* entity=cpu7 reason="known"'
check "of another entity it is not" sh -c 'case $1 in *" - None") ;; *) echo "$1"; exit 1 ;; esac' sh "$(findings --site site.conf)"
site 'suppress softirq/backlog-drop until=2001-01-01 reason="knew"'
check "after its last day it is back" sh -c 'case $1 in *" - 2001-01-01") ;; *) echo "$1"; exit 1 ;; esac' sh "$(findings --site site.conf)"
status_is 1 text --site site.conf old.tar
check "and says so" sh -c 'tr -s " \n" " " <out | grep -q "its suppression until 2001-01-01 is over"'
site 'pin softirq/backlog-drop version=99'
status_is 1 text --site site.conf old.tar
check "a pin of another version warns in the head" sh -c 'head -9 out | tr -s " \n" " " | grep -q "site: these settings were made for version 99 of softirq/backlog-drop"'
site 'suppress softirq/backlog-drop reason="known"'
status_is 0 text --site site.conf --baseline before.json old.tar
check "what the site suppresses is neither new nor gone" sh -c 'has_none() { ! grep -A20 "^GONE" out | grep -q backlog-drop; }; grep -q " 0 new, " out && has_none'

# a suppression that is for nothing is said: of a misspelt entity, of what was mended, of what nobody could judge
site 'suppress softirq/backlog-drop entity=cpu99 until=2126-01-01 reason="@all, CASE-2"' 'suppress nic-drops/qdisc reason="small"' \
	'suppress softirq/* reason="known"' 'softirq/backlog-drop.warn_drops = 2' 'pin softirq/backlog-drop version=99'
status_is 1 text --site site.conf new.tar
unused() { # FILE: as one line
	sed -n '/^UNUSED SUPPRESSIONS/,/^PARAMETERS/p' "$1" | tr -s " \n" " "
}
check "a suppression for nothing that was found is listed" sh -c 'case $1 in *"softirq/backlog-drop entity=cpu99: @all, CASE-2 (until 2126-01-01, site.conf:1)"*) ;; *) echo "$1"; exit 1 ;; esac' sh "$(unused out)"
check "one whose rule was not evaluated says so" sh -c 'case $1 in *"nic-drops/qdisc: small (site.conf:2; no such rule was evaluated)"*) ;; *) echo "$1"; exit 1 ;; esac' sh "$(unused out)"
check "one that was for something is not" sh -c 'case $1 in *": known "*) exit 1 ;; esac' sh "$(unused out)"
status_is 1 text --format json -o unused.json --site site.conf new.tar
check "JSON has the same" python '
import json
assert [(u["origin"], u["entity"], u["evaluated"]) for u in json.load(open("unused.json"))["unused_suppressions"]] == [
    ("site.conf:1", "cpu99", True), ("site.conf:2", None, False)]'
status_is 1 text --format html -o unused.html --site site.conf new.tar
check "and the page" grep -q "entity=cpu99: @all, CASE-2 (until 2126-01-01, site.conf:1)" unused.html

# the same of many, and of two
status_is 1 text --site site.conf old.tar new.tar
check "a fleet's report lists what no host has" sh -c 'case $1 in *entity=cpu99*) ;; *) exit 1 ;; esac; case $1 in *": small"*) echo "$1"; exit 1 ;; esac' sh "$(unused out)"
check "and the thresholds in force" has "softirq/backlog-drop.warn_drops = 2 (site.conf:4"
check "and that a rule has moved on" has "site: these settings were made for version 99"
status_is 1 text --site site.conf --compare old.tar new.tar
check "so does a comparison" sh -c 'case $1 in *entity=cpu99*) ;; *) exit 1 ;; esac; case $1 in *": small"*) echo "$1"; exit 1 ;; esac' sh "$(unused out)"
check "with the thresholds in force" has "softirq/backlog-drop.warn_drops = 2 (site.conf:4"

# a ticket has all of that
LC_ALL=C.UTF-8 status_is 1 text --format md --site site.conf --baseline before.json -o ticket.md new.tar
check "Markdown counts against the baseline" grep -qE '^- baseline: [1-9][0-9]* new, ' ticket.md
check "marks what is new" grep -qE '^### .*root-cause/conntrack-full.* ..new\]$' ticket.md
LC_ALL=C.UTF-8 status_is 1 text --format md -a --site site.conf --baseline before.json -o all.md new.tar
check "also on the line of a symptom" grep -qE '^- .*conntrack/drops.* .\[new\]$' all.md
check "lists what is gone" sh -c 'sed -n "/^### Gone/,/^###/p" ticket.md | grep -q "nic-drops/qdisc.*perhaps still so"'
check "what is suppressed" sh -c 'sed -n "/^### Suppressed/,/^### S/p" ticket.md | grep -q "softirq/backlog-drop cpu0: known"'
check "what a suppression was not for, and nobody is called by it" grep -q "^- softirq/backlog-drop entity=cpu99: @$(printf '\342\200\213')all, CASE-2 " ticket.md
check "the thresholds" grep -q "^- softirq/backlog-drop.warn_drops = 2 (site.conf:4; the rule's own: 1)$" ticket.md
check "and a pin whose rule has moved on" grep -q "^- site: these settings were made for version 99 of softirq/backlog-drop" ticket.md
