-- rule:     linkerd-backend/concurrency
-- version:  1
-- schema:   1
-- title:    All connections to a backend are busy all the time
-- tags:     linkerd concurrency latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    busy_pct     percent      median pending over median connections that is busy
-- param:    flat_pct     percent      connections vary by no more over the window: the pool does not grow
-- param:    min_conns    connections  fewer are not judged
-- param:    min_per_s    requests/s   a slower client is not judged
-- param:    times_p50    times        pending over rate x p50 that shows requests piling up
-- message:  {entity}: {pending_p50} requests in flight on {connections_p50} connections ({busy_pct}%), which stay between {connections_lo} and {connections_hi}; {requests_per_s} requests/s at p50 {p50_ms} ms need {needed} in flight; {_reading}
-- meaning:  HTTP/1 carries one request at a time on a connection, so in flight over connections is how busy the pool is. By
--           Little's law rate x latency requests are in flight; when far more are (here {in_flight_ratio} times rate x p50), requests pile up
--           that have not completed, or a few take very long. With every connection busy and their number flat, more demand
--           only queues: connections, pool size and latency together say whether the backend has enough concurrency.
--           pending and connections are live gauges, sampled {captures} times; a closed loop of callers (a benchmark) looks the same without being a fault, hence
--           warn only with requests that wait for the pool or pile up.
-- remedy:   Raise what limits it: workers or keep-alive slots of the backend, hosts in the pool (now {size}), or
--           hostConnectionPool.maxSize of the client where it is set. If p50 is high too, first see why the backend is slow.
-- verify:   pending is below 70% of connections at the same rate; p99 falls.
-- but:      h2, mux and thriftmux clients multiplex many requests on a connection: they have no pool gauges and are skipped.
-- see:      linkerd-pool/waiters, linkerd-backend/similarly-slow
WITH p AS (
  SELECT coalesce(:busy_pct, 90)  AS busy_pct,
         coalesce(:flat_pct, 5)   AS flat_pct,
         coalesce(:min_conns, 4)  AS min_conns,
         coalesce(:min_per_s, 1)  AS min_per_s,
         coalesce(:times_p50, 2)  AS times_p50
), latency AS (
  SELECT router, id, sum(p50 * n) / sum(n) AS p50 FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' GROUP BY router, id
), wait AS (
  SELECT entity,
         max(CASE WHEN name = 'pool_waiters'    THEN hi END)       AS waiters_hi,
         max(CASE WHEN name = 'pool_num_waited' THEN increase END) AS waited,
         max(name LIKE 'pool%')                                    AS pooled,
         max(name LIKE '%stream/%')                                AS streams
    FROM series WHERE source = 'linkerd' AND instr(entity, '|client|') > 0 GROUP BY entity
), judged AS (
  SELECT c.entity, c.client, c.router, c.pool_size, c.pending, g.p50 AS conns, g.lo, g.hi,
         c.requests / nullif(c.span, 0) AS rate, l.p50,
         c.requests / nullif(c.span, 0) * l.p50 / 1000 AS needed,
         g.id AS conns_id, q.id AS pending_id, coalesce(w.waiters_hi, 0) AS waiters_hi, coalesce(w.waited, 0) AS waited,
         w.pooled AND NOT w.streams AS one_at_a_time
    FROM linkerd_client c
    JOIN series g ON g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'connections' AND g.kind = 'gauge'
    JOIN series q ON q.kind = 'gauge' AND q.source = 'linkerd' AND q.entity = c.entity AND q.name = 'pending'
    JOIN wait w ON w.entity = c.entity
    LEFT JOIN latency l ON l.router = c.router AND l.id = c.client
), step AS (               -- samples may hold changes only: the last value before a capture stands
  SELECT j.entity, c.snap,
         (SELECT m.value FROM sample m WHERE m.series = j.pending_id AND m.snap <= c.snap ORDER BY m.snap DESC LIMIT 1) AS pending,
         (SELECT m.value FROM sample m WHERE m.series = j.conns_id AND m.snap <= c.snap ORDER BY m.snap DESC LIMIT 1) AS conns
    FROM p CROSS JOIN judged j JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok') c
   WHERE j.one_at_a_time AND j.conns >= p.min_conns AND j.rate >= p.min_per_s AND j.pending * 100.0 >= p.busy_pct * j.conns
     AND c.snap BETWEEN (SELECT min(snap) FROM sample WHERE series = j.pending_id) AND (SELECT max(snap) FROM sample WHERE series = j.pending_id)
), busy AS (
  SELECT s.entity, s.snap, row_number() OVER (PARTITION BY s.entity ORDER BY s.pending * 1.0 / s.conns DESC, s.pending DESC, s.snap) AS r
    FROM step s JOIN p WHERE s.conns > 0 AND s.pending * 100.0 >= p.busy_pct * s.conns
), times AS (
  SELECT entity, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM busy GROUP BY entity
)
SELECT CASE WHEN NOT j.one_at_a_time                               THEN 'skip'
            WHEN j.conns < p.min_conns OR j.rate IS NULL
              OR j.rate < p.min_per_s                              THEN 'skip'
            WHEN j.pending * 100.0 < p.busy_pct * j.conns
              OR (j.hi - j.lo) * 100.0 > p.flat_pct * j.conns      THEN 'ok'
            WHEN j.waited > 0 OR j.waiters_hi > 0                  THEN 'warn'
            WHEN j.pending >= p.times_p50 * j.needed               THEN 'warn'
            ELSE 'info' END                              AS level,
       j.entity,
       j.pending                                         AS pending_p50,
       j.conns                                           AS connections_p50,
       round(j.pending * 100.0 / nullif(j.conns, 0), 1)  AS busy_pct,
       j.lo                                              AS connections_lo,
       j.hi                                              AS connections_hi,
       round(j.rate, 1)                                  AS requests_per_s,
       round(j.p50, 1)                                   AS p50_ms,
       round(j.needed, 1)                                AS needed,
       round(j.pending / nullif(j.needed, 0), 1)         AS in_flight_ratio,
       j.waiters_hi,
       j.waited,
       j.pool_size                                       AS size,
       coalesce(t.hit, 0)                                AS captures_hit,
       (SELECT n FROM series WHERE id = j.pending_id)    AS captures,
       CASE WHEN j.waited > 0 OR j.waiters_hi > 0 THEN 'requests wait for a connection'
            WHEN j.pending >= p.times_p50 * j.needed THEN 'requests pile up'
            ELSE 'as many callers in a closed loop would look the same' END AS _reading,
       t.at, t.first_at, t.last_at
  FROM judged j JOIN p
  LEFT JOIN times t ON t.entity = j.entity
 ORDER BY j.pending / nullif(j.conns, 0) DESC, j.entity;
