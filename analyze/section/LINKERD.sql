-- section: LINKERD
-- order: 160
-- about: each server and client of the routers; min, median and max are of the intervals
-- source: linkerd
-- empty: linkerd's metrics name no server and no client
-- table: servers: requests
-- always: med_per_s, success_pct
-- top: 20
SELECT l.router, l.server, q.lo AS min_per_s, q.p50 AS med_per_s, q.peak_per_s AS max_per_s,
       100.0 * l.success / nullif(l.success + coalesce(l.failures, 0), 0) AS success_pct,
       l.pending AS pending_med, l.pending_max, spark(q.id) AS requests_spark
  FROM linkerd_server l LEFT JOIN series q ON q.source = 'linkerd' AND q.name = 'requests' AND q.entity = l.entity
 ORDER BY l.requests DESC, l.router, l.server;
-- table: servers: latency of the worst minute of each, and when it ended
-- always: p50_ms, p99_ms, p999_ms
-- top: 20
SELECT w.router, w.id AS server, w.p50 AS p50_ms, w.p99 AS p99_ms, w.p999 AS p999_ms, w.max AS max_ms, w.n AS requests, substr(x.at, 12, 8) AS "worst at",
       (SELECT count(*) FROM window v WHERE v.router = w.router AND v.id = w.id AND v.scope = 'server' AND v.metric = 'request_latency_ms' AND v.n > 0) AS minutes,
       (SELECT spark_over(v.t0, v.t1, v.p99) FROM window v WHERE v.router = w.router AND v.id = w.id AND v.scope = 'server' AND v.metric = 'request_latency_ms' AND v.n > 0) AS p99_spark
  FROM (SELECT *, row_number() OVER (PARTITION BY router, id ORDER BY p99 DESC, p999 DESC, w) AS r FROM window
         WHERE scope = 'server' AND metric = 'request_latency_ms' AND n > 0) w
  JOIN snapshot x ON x.snap = w.snap
 WHERE w.r = 1 ORDER BY w.p99 DESC, w.router, w.id;
-- table: clients: requests
-- always: med_per_s, success_pct
-- top: 30
SELECT l.router, l.client, q.lo AS min_per_s, q.p50 AS med_per_s, q.peak_per_s AS max_per_s,
       100.0 * l.success / nullif(l.success + coalesce(l.failures, 0), 0) AS success_pct,
       l.pending AS pending_med, l.pending_max, spark(q.id) AS requests_spark
  FROM linkerd_client l LEFT JOIN series q ON q.source = 'linkerd' AND q.name = 'requests' AND q.entity = l.entity
 ORDER BY l.requests DESC, l.router, l.client;
-- table: clients: latency of the worst minute of each, and when it ended
-- always: p50_ms, p99_ms, p999_ms
-- top: 30
SELECT w.router, w.id AS client, w.p50 AS p50_ms, w.p99 AS p99_ms, w.p999 AS p999_ms, w.max AS max_ms, w.n AS requests, substr(x.at, 12, 8) AS "worst at",
       (SELECT count(*) FROM window v WHERE v.router = w.router AND v.id = w.id AND v.scope = 'client' AND v.metric = 'request_latency_ms' AND v.service = '' AND v.n > 0) AS minutes,
       (SELECT spark_over(v.t0, v.t1, v.p99) FROM window v WHERE v.router = w.router AND v.id = w.id AND v.scope = 'client' AND v.metric = 'request_latency_ms' AND v.service = '' AND v.n > 0) AS p99_spark
  FROM (SELECT *, row_number() OVER (PARTITION BY router, id ORDER BY p99 DESC, p999 DESC, w) AS r FROM window
         WHERE scope = 'client' AND metric = 'request_latency_ms' AND service = '' AND n > 0) w
  JOIN snapshot x ON x.snap = w.snap
 WHERE w.r = 1 ORDER BY w.p99 DESC, w.router, w.id;
-- table: connections and pools
-- always: connects_per_s, connections
-- top: 40
SELECT who, router, id, connects * 1.0 / nullif(span, 0) AS connects_per_s, connections,
       requests * 1.0 / nullif(connects, 0) AS "req/conn", pool, available AS "avail min"
  FROM (SELECT 'server' AS who, router, server AS id, connects, connections, requests, span, NULL AS pool, NULL AS available FROM linkerd_server
        UNION ALL
        SELECT 'client', router, client, connects, connections, requests, span, pool_size, available_min FROM linkerd_client)
 ORDER BY who DESC, connects DESC, router, id;
-- table: failures by exception
-- top: 20
SELECT entity AS who, substr(name, 10) AS exception, increase AS failures, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s
  FROM series WHERE source = 'linkerd' AND name LIKE 'failures/%' AND increase > 0 ORDER BY increase DESC, entity, name;
-- table: clients: connecting, waiting, trying again
-- top: 20
SELECT c.router, c.client, max(CASE WHEN s.name = 'connects' THEN s.peak_per_s END) AS connects_max_per_s,
       (SELECT max(p99) FROM window w WHERE w.scope = 'client' AND w.router = c.router AND w.id = c.client AND w.service = '' AND w.metric = 'connect_latency_ms' AND w.n > 0) AS connect_p99_ms,
       max(CASE WHEN s.name = 'pool_waiters' THEN s.hi END) AS waiters_max,
       100.0 * max(CASE WHEN s.name = 'pool_num_waited' THEN s.increase END) / nullif(c.requests, 0) AS waited_pct,
       100.0 * max(CASE WHEN s.name = 'retries/requeues' THEN s.increase END) / nullif(c.requests, 0) AS requeued_pct,
       max(CASE WHEN s.name = 'failure_accrual/removals' THEN s.increase END) AS ejected
  FROM linkerd_client c JOIN series s ON s.source = 'linkerd' AND s.entity = c.entity
 GROUP BY c.entity
HAVING max(CASE WHEN s.name IN ('pool_waiters') THEN s.hi END) > 0 OR max(CASE WHEN s.name IN ('pool_num_waited', 'retries/requeues', 'failure_accrual/removals') THEN s.increase END) > 0
    OR connect_p99_ms > 0
 ORDER BY 4 DESC, c.router, c.client;
-- table: JVM
-- layout: list
SELECT (SELECT max(hi) FROM series WHERE source = 'linkerd' AND name = 'jvm/heap/used' AND kind <> 'text') AS "heap used, most_bytes",
       (SELECT max(last) FROM series WHERE source = 'linkerd' AND name = 'jvm/heap/max' AND kind <> 'text') AS "heap limit_bytes",
       (SELECT max(hi) FROM series WHERE source = 'linkerd' AND name IN ('jvm/mem/postGC/used', 'jvm/postGC/used') AND kind <> 'text') AS "left after a collection, most_bytes",
       (SELECT 100.0 * max(last - first) / 1000 / nullif((SELECT span_s FROM source WHERE source = 'linkerd'), 0)
          FROM series WHERE source = 'linkerd' AND name = 'jvm/gc/msec' AND kind <> 'text' AND last >= first) AS "time in collections_pct",
       (SELECT max(max) FROM window WHERE scope = '' AND metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\' AND n > 0) AS "longest pause_ms",
       (SELECT 100.0 * max(last - first) / 1000 / nullif((SELECT span_s FROM source WHERE source = 'linkerd'), 0)
          FROM series WHERE source = 'linkerd' AND name = 'jvm/safepoint/total_time_millis' AND kind <> 'text' AND last >= first) AS "time in safepoints_pct",
       (SELECT max(hi) FROM series WHERE source = 'linkerd' AND name = 'jvm/thread/count' AND kind <> 'text') AS "threads, most",
       (SELECT CAST(max(f.hi) AS INT) || ' of ' || CAST(max(f.lim) AS INT)
          FROM (SELECT max(CASE WHEN name = 'jvm/fd_count' THEN hi END) AS hi, max(CASE WHEN name = 'jvm/fd_limit' THEN last END) AS lim
                  FROM series WHERE source = 'linkerd' AND kind <> 'text' GROUP BY entity) f) AS "open files, most of the limit",
       (SELECT max(last) FROM series WHERE source = 'linkerd' AND name = 'jvm/num_cpus' AND kind <> 'text') AS "CPUs it sees"
 WHERE EXISTS (SELECT 1 FROM series WHERE source = 'linkerd' AND name LIKE 'jvm/%');
