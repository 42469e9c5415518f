#!/bin/sh
# Every row of the table under EXIT STATUS in nettape-analyze(1): one bundle, several, two compared, queries.
# Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=status
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1

is() { # STATUS WHAT ARGUMENT...
	what="$1, $2" status=$1
	shift 2
	check "$what" status_is "$status" timeout 120 "$analyze" --no-pager "$@"
}
host() { # NAME ARGUMENT...
	host=$1
	shift
	make_bundle "$host.tar" --ticks 121 --cpus 2 --interfaces 2 --sockets 12 --host "$host" "$@"
}
host crit --seed 1 --fault conntrack-full
host warn --seed 2 --fault time-squeeze,per_s=900
host well --seed 3
host blind --seed 1 --fault missing,source=conntrack-stat --fault missing,source=conntrack-count
python3 "$home/tests/e2e/split.py" crit.tar crit-a.tar 0 59
python3 "$home/tests/e2e/split.py" crit.tar crit-b.tar 60 120
echo "no bundle" >text.tar
levels() { # FILE: "crit warn" of its findings
	"$analyze" --format json --fail-on never "$1" | python3 -c 'import json, sys
c = json.load(sys.stdin)["counts"]
print(c["crit"] > 0, c["warn"] > 0)'
}
check "the bundle crit has such a finding" same True "$(levels crit.tar | cut -d' ' -f1)"
check "the bundle warn has a warning and no more" same "False True" "$(levels warn.tar)"
check "the bundle well has neither" same "False False" "$(levels well.tar)"
# all that this recording leaves open is switched off, so that --strict has nothing to say
"$analyze" --format json --fail-on never well.tar >well.json
python3 -c 'import json
for r in json.load(open("well.json"))["rules"]:
    if r["outcome"] in ("not evaluated", "failed"):
        print(r["rule"] + ".enabled = no")' >closed.site
echo 'suppress ** reason="all of it is known"' >known.site
"$analyze" --format json --fail-on never -o crit.json crit.tar

# one bundle
is 0 "one bundle: nothing" well.tar
is 1 "one bundle: a warning" warn.tar
is 1 "one bundle: a critical finding" crit.tar
is 0 "--fail-on crit: a warning is none" --fail-on crit warn.tar
is 1 "--fail-on crit: a critical one" --fail-on crit crit.tar
is 0 "--fail-on never" --fail-on never crit.tar
is 1 "--strict: a rule not evaluated" --strict well.tar
is 1 "--strict wins over --fail-on never" --strict --fail-on never well.tar
is 0 "--strict: none is" --strict --site closed.site well.tar
is 0 "suppressed findings" --site known.site crit.tar
is 0 "--baseline: what was there before" --baseline crit.json crit.tar
is 1 "--baseline: what is new" --baseline crit.json warn.tar
is 3 "one bundle: it cannot be read" text.tar
is 3 "one bundle: it is not there" nowhere.tar
is 3 "one bundle: the report cannot be written" -o /nowhere/report well.tar
is 3 "--since: nothing is left" --since 2040-01-01T00:00:00Z well.tar
is 2 "an option that is none" --no-such well.tar
is 2 "no bundle" --fail-on crit

# several as one window
is 1 "--join" --join crit-a.tar crit-b.tar
is 0 "--join --fail-on never" --join --fail-on never crit-a.tar crit-b.tar
is 3 "--join: of two hosts" --join crit.tar well.tar
is 3 "--join: one that cannot be read" --join crit-a.tar text.tar

# many
is 0 "many: nothing on any" well.tar blind.tar
is 1 "many: a warning on one" well.tar warn.tar
is 0 "many, --fail-on crit: a warning is none" --fail-on crit well.tar warn.tar
is 1 "many, --fail-on crit: a critical one" --fail-on crit well.tar crit.tar
is 0 "many, --fail-on never" --fail-on never well.tar crit.tar
is 0 "many: one that cannot be read is said, and no finding" well.tar text.tar
is 1 "many, --strict: it is" --strict --fail-on crit --site closed.site well.tar text.tar
is 1 "many, --strict: a rule not evaluated on one" --strict --fail-on never well.tar blind.tar
is 0 "many, --strict: none is" --strict --site closed.site well.tar well.tar
is 0 "many: suppressed findings" --site known.site crit.tar warn.tar
is 3 "many: none can be read" text.tar nowhere.tar
is 3 "many: a folder of reports that cannot be made" --out-dir /proc/nowhere well.tar warn.tar
is 2 "many: no baseline" --baseline crit.json well.tar crit.tar
is 0 "--fleet-db: gathered" --fail-on never --fleet-db fleet.db well.tar crit.tar
is 1 "--fleet-db: what it has" --fleet-db fleet.db
is 0 "--fleet-db --fail-on never: what it has" --fleet-db fleet.db --fail-on never
is 3 "--fleet-db: no database" --fleet-db text.tar well.tar
is 3 "--copy-to: no server" --copy-to "postgresql://x@/y?host=$work/nowhere" well.tar

# two
is 0 "--compare: all was there before" --compare crit.tar crit-b.tar
is 0 "--compare: gone" --compare crit.tar well.tar
is 1 "--compare: new" --compare well.tar crit.tar
is 1 "--compare: a new warning" --compare well.tar warn.tar
is 0 "--compare --fail-on crit: a new warning is none" --compare --fail-on crit well.tar warn.tar
is 1 "--compare --fail-on crit: a new critical one" --compare --fail-on crit well.tar crit.tar
is 0 "--compare --fail-on never" --compare --fail-on never well.tar crit.tar
is 0 "--compare: what NEW could not judge" --compare crit.tar blind.tar
is 1 "--compare --strict: that counts" --compare --strict crit.tar blind.tar
is 0 "--compare --strict: all can be told" --compare --strict crit.tar crit-b.tar
is 1 "--compare: there, and OLD could not judge it" --compare blind.tar crit.tar
is 0 "--compare: suppressed" --compare --site known.site well.tar crit.tar
is 3 "--compare: the same recording" --compare well.tar well.tar
is 3 "--compare: one cannot be read" --compare well.tar text.tar
is 2 "--compare: one bundle" --compare well.tar
is 1 "--compare --join: new" --compare --join well.tar vs crit-a.tar crit-b.tar
is 3 "--compare --join: a side of two hosts" --compare --join well.tar vs crit-a.tar warn.tar

# queries
is 0 "--sql: whatever was found" --sql "SELECT count(*) FROM finding" crit.tar
is 0 "--sql of many" --sql "SELECT count(*) FROM finding" crit.tar well.tar
is 3 "--sql that is wrong" --sql "SELECT nothing FROM nowhere" crit.tar
is 3 "--sql that would write" --sql "DELETE FROM finding" crit.tar
is 0 "--format jsonl" --format jsonl --fail-on never crit.tar
is 1 "--format jsonl, findings" --format jsonl crit.tar

# no bundle at all
is 0 "--list-rules" --list-rules
is 0 "--explain" --explain tcp-listen/overflow
is 2 "--explain of no rule" --explain no/such
is 2 "a site file that is wrong" --site text.tar well.tar
