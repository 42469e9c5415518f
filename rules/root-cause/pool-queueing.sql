-- rule:     root-cause/pool-queueing
-- version:  1
-- schema:   1
-- title:    Requests queue for a connection because the pool is at its limit
-- tags:     root-cause linkerd pooling latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- after:    linkerd-pool/*, linkerd-backend/*
-- explains: linkerd-pool/waiters, linkerd-pool/too-many-waiters, linkerd-backend/concurrency, linkerd-backend/internal-latency
-- param:    captures   captures  with somebody waiting, fewer prove nothing
-- param:    wait_pct   percent   of the captures with somebody waiting
-- param:    limit_pct  percent   of the waiting captures in which the connections were at their limit
-- param:    near_pct   percent   of the most connections seen, from here on they are at the limit
-- message:  {entity}: requests waited in {captures_hit} of {captures} captures (up to {waiters_hi} requests), and in {at_limit} of {captures_hit} all {limit} connections were open{_when} ({at_limit_quiet} of {quiet} else); {_per_host}{waited} requests waited, {refused} were refused
-- meaning:  Without a limit a pool opens another connection for a request that finds none free. Waiting requests beside a number of
--           connections that grows no further mean that somebody set hostConnectionPool.maxSize and that it is reached: the time
--           is spent in linkerd and not in the network, and shows in the latency of server and service, not of the client.
--           The connections may stay at the limit when nobody waits, so no contrast with the other captures is asked for.
-- remedy:   Raise or remove hostConnectionPool.maxSize of this client (now at most {limit} connections to {size} hosts), or add hosts.
--           {_latency}
-- verify:   pool_waiters is 0 and pool_num_waited stands still under the same load.
-- but:      The limit may be there to protect the backend. Waiting below the limit is not reported here: one busy host among idle
--           ones, or connects that take long (linkerd-pool/waiters, linkerd-backend/connect-latency).
-- see:      Finagle user guide, Pooling; linkerd-pool/waiters; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:captures, 3)   AS captures,
         coalesce(:wait_pct, 20)  AS wait_pct,
         coalesce(:limit_pct, 80) AS limit_pct,
         coalesce(:near_pct, 98)  AS near_pct
), seen AS (
  SELECT snap, row_number() OVER (ORDER BY snap) AS i
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state IN ('ok', 'cut', 'interrupted', 'fallback'))
), pool AS (
  SELECT w.id, w.entity, w.hi, w.hi > 0 AND (w.p95 > 0 OR p.wait_pct < 5) AS likely, w.peak_snap, c.id AS conns, c.hi AS most, substr(w.entity, 1, instr(w.entity, '|client|') - 1) AS router,
         substr(w.entity, instr(w.entity, '|client|') + 8) AS client,
         (SELECT min(snap) FROM sample WHERE series = w.id) AS born, (SELECT max(snap) FROM sample WHERE series = w.id) AS died
    FROM series w JOIN p
    LEFT JOIN series c ON c.source = 'linkerd' AND c.name = 'connections' AND c.entity = w.entity AND c.kind = 'gauge'
   WHERE w.source = 'linkerd' AND w.name = 'pool_waiters' AND w.kind = 'gauge' AND instr(w.entity, '|client|') > 0
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT o.entity, o.most, seen.i, seen.snap,
         (SELECT v.value FROM sample v WHERE v.series = o.id AND v.snap <= seen.snap ORDER BY v.snap DESC LIMIT 1) AS waiters,
         (SELECT v.value FROM sample v WHERE v.series = o.conns AND v.snap <= seen.snap ORDER BY v.snap DESC LIMIT 1) AS n
    FROM pool o JOIN seen ON seen.snap BETWEEN o.born AND o.died
   WHERE o.likely
), mark AS (
  SELECT s.*, s.waiters > 0 AS a, s.n * 100.0 >= p.near_pct * s.most AS b FROM step s JOIN p
), beside AS (
  SELECT *, lag(b) OVER w AS before, lead(b) OVER w AS behind FROM mark WINDOW w AS (PARTITION BY entity ORDER BY i)
), fit AS (                -- the limit reached in the capture before, in the same, in the next one
  SELECT entity, shift, sum(a AND x) AS h, sum(a AND x IS NOT NULL) AS n, sum(NOT a AND x) AS qh, sum(NOT a AND x IS NOT NULL) AS q
    FROM (SELECT b.entity, b.a, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.b ELSE b.behind END AS x
            FROM beside b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s)
   GROUP BY entity, shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), shift) AS r FROM fit
), tally AS (
  SELECT entity, count(*) AS captures, sum(a) AS waiting,
         min(CASE WHEN a THEN snap END) AS first_at, max(CASE WHEN a THEN snap END) AS last_at
    FROM mark GROUP BY entity
), told AS (
  SELECT entity, max(CASE WHEN name = 'pool_num_waited' THEN increase END) AS waited,
         max(CASE WHEN name = 'pool_num_too_many_waiters' THEN increase END) AS refused
    FROM counter WHERE source = 'linkerd' AND name IN ('pool_num_waited', 'pool_num_too_many_waiters') GROUP BY entity
), latency AS (
  SELECT router, id, sum(p50 * n) / sum(n) AS p50, sum(p99 * n) / sum(n) AS p99 FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0 GROUP BY router, id
), judged AS (
  SELECT o.entity, o.router, o.client, o.likely, o.hi, o.most, o.peak_snap AS at, t.captures, t.waiting, t.first_at, t.last_at, b.shift, b.h, b.n, b.qh, b.q,
         coalesce(k.waited, 0) AS waited, coalesce(k.refused, 0) AS refused, l.p50, l.p99,
         (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/size' AND g.entity = o.entity) AS size
    FROM pool o
    LEFT JOIN tally t ON t.entity = o.entity
    LEFT JOIN best b ON b.entity = o.entity AND b.r = 1
    LEFT JOIN told k ON k.entity = o.entity
    LEFT JOIN latency l ON l.router = o.router AND l.id = o.client
)
SELECT CASE WHEN NOT j.likely                                      THEN 'ok'
            WHEN j.waiting < p.captures
              OR j.waiting * 100.0 < p.wait_pct * j.captures       THEN 'ok'
            WHEN coalesce(j.n, 0) < p.captures                     THEN 'skip'
            WHEN j.shift <= 0 AND j.h >= p.captures
             AND j.h * 100.0 >= p.limit_pct * j.n                  THEN 'warn'
            ELSE 'ok' END                        AS level,
       j.entity,
       j.router || '|server|**'                  AS explains_entity,
       coalesce(j.waiting, 0)                    AS captures_hit,
       j.captures,
       j.hi                                      AS waiters_hi,
       j.h                                       AS at_limit,
       j.qh                                      AS at_limit_quiet,
       j.q                                       AS quiet,
       -j.shift                                  AS shift_captures,
       cast(j.most AS INT)                       AS "limit",
       cast(j.size AS INT)                       AS size,
       j.waited,
       j.refused,
       round(j.p50, 1)                           AS p50_ms,
       round(j.p99, 1)                           AS p99_ms,
       coalesce(cast(j.most / nullif(j.size, 0) AS INT) || ' a host; ', '') AS _per_host,
       CASE j.shift WHEN -1 THEN ' one capture before' ELSE '' END AS _when,
       coalesce('Its requests take ' || round(j.p50, 1) || ' ms (p50): ' || cast(j.most AS INT) || ' connections carry at most '
                || cast(j.most * 1000 / nullif(j.p50, 0) AS INT) || ' requests/s at that; if this is much, mend the backend first.',
                'How long its requests take is not known.') AS _latency,
       1 + (j.waited > 0) + EXISTS (SELECT 1 FROM finding f WHERE f.rule = 'linkerd-backend/internal-latency'
          AND substr(f.entity, 1, length(j.router) + 8) = j.router || '|server|' AND f.level IN ('warn', 'crit')) AS votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.waiting DESC, j.hi DESC, j.entity;
