-- rule:     linkerd-pool/waiters
-- version:  1
-- schema:   1
-- title:    Requests wait for a pooled connection
-- tags:     linkerd pooling latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- param:    captures    captures  with somebody waiting
-- param:    waited_pct  percent   of the requests that had to wait
-- param:    min_waited  requests  and at least so many
-- message:  {entity}: requests waited for a connection in {waiting_captures} of {captures} captures (up to {waiters_hi} requests); {waited} of {requests} requests had to wait
-- meaning:  hostConnectionPool.maxSize is reached: the pool is unlimited by default, so somebody limited it. A waiting request sends
--           nothing and its time is in the service's and server's latency, not in the client's. The gauge is what captures
--           happened to see, the counter pool_num_waited misses none.
-- remedy:   Raise or remove hostConnectionPool.maxSize of this client, or add hosts (the limit is per host, and the pool has {size});
--           if the backend cannot take more, maxWaiters bounds the queue. {too_many} requests were refused because it was full.
-- verify:   pool_waiters is 0 and pool_num_waited stands still under the same load.
-- but:      A burst after a restart fills the pool for a moment.
-- see:      Finagle user guide, Pooling; linkerd docs, hostConnectionPool; linkerd-backend/concurrency
WITH p AS (
  SELECT coalesce(:captures, 3)    AS captures,
         coalesce(:waited_pct, 1)  AS waited_pct,
         coalesce(:min_waited, 10) AS min_waited
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok'
), pool AS (
  SELECT s.id, s.entity, s.hi,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born,
         (SELECT max(snap) FROM sample WHERE series = s.id) AS died
    FROM series s WHERE s.source = 'linkerd' AND s.name = 'pool_waiters'
), step AS (               -- samples may hold changes only: the last value before a capture stands
  SELECT pool.entity, seen.snap,
         (SELECT m.value FROM sample m WHERE m.series = pool.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS waiters
    FROM pool JOIN seen ON seen.snap BETWEEN pool.born AND pool.died
   WHERE pool.hi > 0
), tally AS (
  SELECT entity, count(*) AS captures, sum(waiters > 0) AS waiting, max(waiters) AS waiters_hi,
         min(CASE WHEN waiters > 0 THEN snap END) AS first_at, max(CASE WHEN waiters > 0 THEN snap END) AS last_at
    FROM step GROUP BY entity
   UNION ALL                -- nobody ever waited: no matter when
  SELECT entity, (SELECT count(*) FROM seen WHERE seen.snap BETWEEN pool.born AND pool.died), 0, hi, NULL, NULL FROM pool WHERE hi <= 0
), count AS (
  SELECT entity,
         max(CASE WHEN name = 'pool_num_waited' THEN increase END)           AS waited,
         max(CASE WHEN name = 'pool_num_waited' THEN peak_snap END)          AS at,
         max(CASE WHEN name = 'pool_num_waited' THEN first_active END)       AS first_at,
         max(CASE WHEN name = 'pool_num_waited' THEN last_active END)        AS last_at,
         max(CASE WHEN name = 'pool_num_too_many_waiters' THEN increase END) AS too_many
    FROM counter WHERE source = 'linkerd' AND name LIKE 'pool_num_%' GROUP BY entity
)
SELECT CASE WHEN coalesce(t.waiting, 0) >= p.captures                       THEN 'warn'
            WHEN n.waited >= p.min_waited
             AND n.waited * 100.0 >= p.waited_pct * coalesce(c.requests, 0) THEN 'warn'
            ELSE 'ok' END                AS level,
       c.entity,
       coalesce(t.waiting, 0)            AS waiting_captures,
       coalesce(t.captures, 0)           AS captures,
       t.waiters_hi,
       coalesce(n.waited, 0)             AS waited,
       c.requests,
       coalesce(n.too_many, 0)           AS too_many,
       c.pool_size                       AS size,
       CASE WHEN n.waited > 0 THEN n.at ELSE t.first_at END AS at,
       coalesce(t.first_at, n.first_at)  AS first_at,
       coalesce(t.last_at, n.last_at)    AS last_at
  FROM linkerd_client c JOIN p
  LEFT JOIN tally t ON t.entity = c.entity
  LEFT JOIN count n ON n.entity = c.entity
 WHERE t.entity IS NOT NULL OR n.entity IS NOT NULL
 ORDER BY n.waited DESC, t.waiting DESC, c.entity;
