-- plot: latency
-- title: Latency of linkerd's clients
-- order: 20
-- about: one value a minute, as linkerd's histograms have it, so these are steps; the shading is where TCP sent segments again; a p999 that sits on 200 ms and its multiples is the least timeout of TCP
-- source: linkerd
-- rules: linkerd-backend/*, linkerd-jvm/*, root-cause/loss-tail-200ms, root-cause/backend-slow-not-network, root-cause/accept-stall, root-cause/cpu-throttle-latency, root-cause/gc-tail, root-cause/endpoint-hotspot, root-cause/receiver-not-reading
-- panel: the slowest client of each minute
-- kind: steps
-- axis: log
-- guide: 200 200 ms: least RTO
-- guide: 400 400 ms
-- guide: 600 600 ms
-- guide: 1000 1 s: first SYN again
-- empty: linkerd told no latency of a client
WITH v AS (
  SELECT t0, t1, p50, p99, p999 FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0
)
SELECT 'p50' AS series, curve_held(NULL, t0, t1, p50) AS latency_ms, 0 AS shade FROM v UNION ALL
SELECT 'p99', curve_held(NULL, t0, t1, p99), 0 FROM v UNION ALL
SELECT 'p999', curve_held(NULL, t0, t1, p999), 0 FROM v UNION ALL
SELECT 'TCP sent again', curve(id), 1 FROM series WHERE source = 'snmp' AND name = 'TcpRetransSegs' AND increase > 0;
-- panel: p999 by client, the slowest
-- kind: steps
-- axis: log
-- guide: 200 200 ms
-- top: 6
-- empty: linkerd told no latency of a client
SELECT id AS series, curve_held(NULL, t0, t1, p999) AS latency_ms
  FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0
 GROUP BY router, id ORDER BY max(p999) DESC, router, id;
-- panel: p99 by client, the slowest
-- kind: steps
-- axis: log
-- guide: 200 200 ms
-- top: 6
-- empty: linkerd told no latency of a client
SELECT id AS series, curve_held(NULL, t0, t1, p99) AS latency_ms
  FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0
 GROUP BY router, id ORDER BY max(p99) DESC, router, id;
