-- rule:     linkerd-backend/similarly-slow
-- version:  1
-- schema:   1
-- title:    All endpoints of a client are similarly slow
-- tags:     linkerd latency
-- requires: linkerd >= 4
-- wants:    tcp_info, linkerd_endpoints
-- applies:  linkerd
-- min_span: 60s
-- param:    min_size   endpoints  a smaller pool is judged by pool-tiny
-- param:    slow_ms    ms         median latency of a minute that is slow
-- param:    narrow     times      p99 over p50 of a minute that is at most so wide
-- param:    min_n      requests   in a minute, fewer are not judged
-- param:    minutes    minutes    judged ones needed
-- param:    share_pct  percent    of the judged minutes that must be slow and narrow
-- message:  {entity}: p50 {p50_ms} ms and p99 {p99_ms} ms over {size} endpoints, slow and narrow in {slow_minutes} of {minutes} minutes ({requests} requests); round trip on the wire {rtt_ms} ms
-- meaning:  The balancer can only help when some endpoint is faster. A high median with a narrow spread (p99 at most
--           {:narrow} times p50) means that there is no faster one to prefer: something they share (a database, a release
--           that burns CPU, too few workers) or the network to all of them. linkerd keeps quantiles per client, not per endpoint,
--           and they are of whole minutes.
-- remedy:   With the round trip on the wire far below the latency, the backend is slow: scale or profile it, and see the latency of
--           what it calls. On one of its hosts:
--             pidstat -t 1
--             ss -ltn
--           With a round trip near the latency, the network (or distance) is slow to all of them.
-- verify:   p50 of request_latency_ms falls below {:slow_ms} ms.
-- but:      Reports, long polls and uploads are slow by nature: raise slow_ms (--set linkerd-backend/similarly-slow.slow_ms=...).
-- see:      linkerd-backend/pool-tiny, linkerd-backend/concurrency
WITH p AS (
  SELECT coalesce(:min_size, 3)   AS min_size,
         coalesce(:slow_ms, 100)  AS slow_ms,
         coalesce(:narrow, 3)     AS narrow,
         coalesce(:min_n, 100)    AS min_n,
         coalesce(:minutes, 2)    AS minutes,
         coalesce(:share_pct, 50) AS share_pct
), minute AS (
  SELECT w.router, w.id, w.w, w.snap, w.n, w.p50, w.p99, w.p50 >= p.slow_ms AND w.p99 <= p.narrow * w.p50 AS slow
    FROM window w JOIN p
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n
), client AS (
  SELECT DISTINCT router, id FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms'
), tally AS (
  SELECT router, id, count(*) AS minutes, sum(slow) AS slow, sum(n) AS n,
         sum(p50 * n) / sum(n) AS p50, sum(p99 * n) / sum(n) AS p99,
         (SELECT w.snap FROM window w JOIN p
           WHERE w.router = minute.router AND w.scope = 'client' AND w.id = minute.id AND w.service = '' AND w.metric = 'request_latency_ms'
             AND w.n >= p.min_n ORDER BY w.p50 DESC, w.w LIMIT 1) AS at,
         min(CASE WHEN slow THEN snap END) AS first_at, max(CASE WHEN slow THEN snap END) AS last_at
    FROM minute GROUP BY router, id
), wire AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms
    FROM endpoint e JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   GROUP BY e.router, e.client
), judged AS (
  SELECT c.router, c.id, coalesce(t.minutes, 0) AS minutes, t.slow, t.n, t.p50, t.p99, t.at, t.first_at, t.last_at, wire.rtt_ms,
         (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/size'
             AND g.entity = c.router || '|client|' || c.id) AS size
    FROM client c LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
    LEFT JOIN wire ON wire.router = c.router AND wire.client = c.id
)
SELECT CASE WHEN j.minutes < p.minutes                    THEN 'skip'
            WHEN j.slow * 100.0 < p.share_pct * j.minutes THEN 'ok'
            WHEN j.size IS NULL OR j.size < p.min_size    THEN 'skip'
            ELSE 'warn' END                AS level,
       j.router || '|client|' || j.id      AS entity,
       round(j.p50, 1)                     AS p50_ms,
       round(j.p99, 1)                     AS p99_ms,
       j.size,
       j.slow                              AS slow_minutes,
       j.minutes,
       j.n                                 AS requests,
       round(j.rtt_ms, 2)                  AS rtt_ms,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.p50 DESC, entity;
