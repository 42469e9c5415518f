-- section: LINKERD
-- order: 160
-- about: each server and client of the routers; latencies are those of the worst minute
-- source: linkerd
-- empty: linkerd's metrics name no server and no client
-- table: servers
-- always: requests_per_s, p99_ms
-- top: 20
SELECT l.router, l.server,
       l.requests * 1.0 / nullif(l.span, 0) AS requests_per_s,
       100.0 * l.success / nullif(l.success + coalesce(l.failures, 0), 0) AS success_pct,
       w.p50 AS p50_ms, w.p99 AS p99_ms, w.p999 AS p999_ms, l.pending, l.pending_max,
       spark((SELECT id FROM series WHERE source = 'linkerd' AND name = 'requests' AND entity = l.entity)) AS requests_spark
  FROM linkerd_server l
  LEFT JOIN (SELECT router, id, max(p50) AS p50, max(p99) AS p99, max(p999) AS p999 FROM window
              WHERE scope = 'server' AND metric = 'request_latency_ms' AND n > 0 GROUP BY router, id) w ON w.router = l.router AND w.id = l.server
 ORDER BY l.requests DESC, l.router, l.server;
-- table: clients
-- always: requests_per_s, p99_ms
-- top: 30
SELECT l.router, l.client,
       l.requests * 1.0 / nullif(l.span, 0) AS requests_per_s,
       100.0 * l.success / nullif(l.success + coalesce(l.failures, 0), 0) AS success_pct,
       w.p50 AS p50_ms, w.p99 AS p99_ms, w.p999 AS p999_ms, l.pending, l.pending_max,
       spark((SELECT id FROM series WHERE source = 'linkerd' AND name = 'requests' AND entity = l.entity)) AS requests_spark
  FROM linkerd_client l
  LEFT JOIN (SELECT router, id, max(p50) AS p50, max(p99) AS p99, max(p999) AS p999 FROM window
              WHERE scope = 'client' AND metric = 'request_latency_ms' AND service = '' AND n > 0 GROUP BY router, id) w ON w.router = l.router AND w.id = l.client
 ORDER BY l.requests DESC, l.router, l.client;
-- table: connections and pools
-- always: connects_per_s, connections
-- top: 40
SELECT who, router, id, connects * 1.0 / nullif(span, 0) AS connects_per_s, connections,
       requests * 1.0 / nullif(connects, 0) AS "req/conn", pool, available AS "avail min"
  FROM (SELECT 'server' AS who, router, server AS id, connects, connections, requests, span, NULL AS pool, NULL AS available FROM linkerd_server
        UNION ALL
        SELECT 'client', router, client, connects, connections, requests, span, pool_size, available_min FROM linkerd_client)
 ORDER BY who DESC, connects DESC, router, id;
-- table: p99 of each client's minutes
-- top: 20
SELECT router, id AS client, min(p99) AS min_ms, median(p99) AS med_ms, max(p99) AS max_ms, max(max) AS slowest_ms,
       count(*) AS minutes, spark_over(t0, t1, p99) AS p99_spark
  FROM window WHERE scope = 'client' AND metric = 'request_latency_ms' AND service = '' AND n > 0
 GROUP BY router, id HAVING count(*) > 1 ORDER BY max(p99) DESC, router, id;
-- table: failures by exception
-- top: 20
SELECT entity AS who, substr(name, 10) AS exception, increase AS failures, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s
  FROM series WHERE source = 'linkerd' AND name LIKE 'failures/%' AND increase > 0 ORDER BY increase DESC, entity, name;
