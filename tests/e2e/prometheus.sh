#!/bin/bash
# linkerd2-proxy and Envoy tell their metrics as Prometheus' text: recorded from two servers that are
# not quite there (tests/fake_proxy.py), and judged on bundles of five minutes that it makes.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=prometheus
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
answers() { same "$3" "$(sql "$2" "$work/$1")"; } # FILE QUERY ANSWER

# ---- recorded ----
python3 tests/fake_proxy.py serve "$work" &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for _ in $(seq 100); do
	[ -e "$work/envoy.port" ] && [ -e "$work/linkerd2.port" ] && break
	sleep 0.1
done
e=127.0.0.1:$(cat "$work/envoy.port") l=127.0.0.1:$(cat "$work/linkerd2.port")
"$collect" -q --for 3s --every 1s --pace prometheus=1s --include prometheus --exclude 'ss*' -o "$work/live.tar" \
	--metrics "http://$e/stats/prometheus?usedonly" --metrics "$l/metrics" --metrics "http://$e/page/metrics" \
	--metrics "http://$e/gone/metrics" --metrics "http://$l/empty/metrics" >"$work/collect.out" 2>&1
check "a recording ends well" test $? -eq 0
tar tf "$work/live.tar" | sed 's,^[^/]*/,,' >"$work/members"
check "Envoy's text is a member under its own path" grep -q "^snap/000000/http/${e/:/_}/stats/prometheus\$" "$work/members"
check "and linkerd2-proxy's" grep -q "^snap/000003/http/${l/:/_}/metrics\$" "$work/members"
check "at such a URL nothing of linkerd 1.x is asked for" sh -c '! grep -q "metrics.json\|client_state\|server_info" "$1"' sh "$work/members"
check "what is no metrics is no member" sh -c '! grep -q "page/metrics\|gone/metrics\|empty/metrics" "$1"' sh "$work/members"
check "but an error that says so" answers live.tar "SELECT state || ': ' || note FROM capture WHERE member LIKE '%page/metrics' AND snap = 0" \
	"error: not Prometheus' text"
check "a page that is gone is absent" answers live.tar "SELECT state FROM capture WHERE member LIKE '%gone/metrics' AND snap = 0" absent
check "nothing is an error" answers live.tar "SELECT state || ': ' || note FROM capture WHERE member LIKE '%empty/metrics' AND snap = 0" "error: no metrics"
check "requests of the cluster are counted" answers live.tar \
	"SELECT increase > 100 FROM series WHERE source = 'linkerd' AND entity LIKE '%envoy|client|web' AND name = 'requests'" 1
check "label sets are added up" answers live.tar \
	"SELECT r.last = s.last + f.last FROM series r, series s, series f WHERE r.name = 'requests' AND s.name = 'success' AND f.name = 'failures'
	    AND r.entity LIKE '%outbound|client|web.shop.svc%' AND s.entity = r.entity AND f.entity = r.entity" 1
check "what nobody maps is kept" answers live.tar \
	"SELECT count(*) FROM series WHERE name LIKE 'envoy_cluster_circuit_breakers_default_cx_open{%'" 1
check "latency is one row, of less than a minute" answers live.tar \
	"SELECT count(*) || ' ' || (t1 - t0 < 10) || ' ' || bucketed || ' ' || (p50 BETWEEN 100 AND 250) FROM window WHERE id = 'web'" "1 1 1 1"
check "a path of odd characters is refused" sh -c '! "$1" --metrics "http://a/%2e/metrics" --for 1s -o "$2/no.tar" 2>"$2/no" && grep -q "a path of" "$2/no"' \
	sh "$collect" "$work"
kill $server 2>/dev/null

# ---- judged ----
rules() { # FILE: "RULE LEVEL" of what is said of proxies
	analyze --format json "$work/$1" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["rule"].startswith(("linkerd", "root-cause", "collection-quality/l5d")): print(f["rule"], f["level"], f["entity"])' | sort
}
why() { # FILE RULE
	analyze --format json "$work/$1" | python3 -c '
import json, sys
print(*[n["why"] for n in json.load(sys.stdin)["not_evaluated"] if n["rule"] == sys.argv[1]])' "$2"
}
for proxy in envoy linkerd2; do
	python3 tests/fake_proxy.py bundle "$work/$proxy-sick.tar" --sick $proxy
	python3 tests/fake_proxy.py bundle "$work/$proxy-well.tar" $proxy
	rules $proxy-well.tar >"$work/$proxy-well"
	rules $proxy-sick.tar >"$work/$proxy-sick"
	check "$proxy: nothing is found where all is well" sh -c 'cat "$1"; ! [ -s "$1" ]' sh "$work/$proxy-well"
done
for finding in "linkerd-backend/failure-ratio crit" "linkerd-backend/similarly-slow warn" "linkerd-backend/timeouts warn" \
	"linkerd-backend/failure-accrual warn" "linkerd-backend/pool-degraded crit" "linkerd-pool/too-many-waiters crit" \
	"linkerd-pool/retry-budget crit" "linkerd-pool/requeues warn"; do
	check "envoy: $finding" grep -q "^$finding envoy|client|web\$" "$work/envoy-sick"
done
check "linkerd2-proxy: failures by destination" grep -qx "linkerd-backend/failure-ratio crit outbound|client|web.shop.svc.cluster.local:80" "$work/linkerd2-sick"
check "linkerd2-proxy: endpoints that are not ready" grep -q "^linkerd-backend/pool-degraded .* outbound|client|web.shop:80\$" "$work/linkerd2-sick"
check "five minutes are five rows" answers envoy-sick.tar "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM window" "5 6000 6000"
check "quantiles come of what was added" answers envoy-sick.tar "SELECT p50 || ' ' || max || ' ' || bucketed FROM window WHERE w = 3" "225.0 500.0 1"
check "no rule of a JVM is judged" test "$(why envoy-sick.tar linkerd-jvm/gc-pause)" = "linkerd: envoy: it is no JVM"
check "nor what buckets cannot tell" test "$(why envoy-sick.tar linkerd-backend/p999-200ms)" = "linkerd: envoy: buckets are too wide to see steps of 200 ms"
check "nor what a proxy does not count" test "$(why linkerd2-sick.tar linkerd-backend/failure-accrual)" = \
	"linkerd: linkerd2-proxy: its metrics do not tell which endpoints were ejected"
check "a rule that finds none of its metrics says whose they are" test "$(why linkerd2-sick.tar linkerd-pool/retry-budget)" = \
	"nothing to examine was found in the metrics of linkerd2-proxy"
python3 tests/fake_proxy.py bundle "$work/both.tar" --sick envoy linkerd2
check "two proxies are told by their address" answers both.tar \
	"SELECT group_concat(router) FROM (SELECT DISTINCT router FROM window ORDER BY 1)" "127.0.0.1:4191/outbound,127.0.0.1:9901/envoy"
