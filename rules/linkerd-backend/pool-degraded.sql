-- rule:     linkerd-backend/pool-degraded
-- version:  1
-- schema:   1
-- title:    Fewer endpoints are available than the pool has
-- tags:     linkerd balancing
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    run           captures  so many in a row with fewer available than known are a finding
-- param:    captures_pct  percent   or this share of all captures (two at least)
-- param:    crit_ratio    ratio     median available/size of the degraded captures that is critical
-- message:  {entity}: {available_lo} of {size_at} endpoints available at worst, fewer than known in {degraded} of {captures} captures ({run} in a row); {removals} removed by failure accrual
-- meaning:  linkerd marks an endpoint dead after consecutive failures (5 by default) and sends it nothing until a probe
--           succeeds, so its share falls on the others. Size and available are compared capture by capture: a
--           scale-in lowers both together and is no finding. When too few are left the balancer picks dead ones too.
-- remedy:   Find the hosts that are out: addresses of the client that have no established connection.
--             curl -s http://127.0.0.1:9990/client_state.json
--             ss -tn state established
--           Then why: failures/* and exn/* of this client in /admin/metrics.json, and the host itself.
--           Failure accrual is tuned with failureAccrual.failures and .backoff of the client, but it is the messenger.
-- verify:   loadbalancer/available equals loadbalancer/size for five minutes; failure_accrual/removals stands still.
-- but:      Deploys and restarts flip endpoints for some seconds; runs shorter than {:run} captures are let pass. A client
--           without requests in the window is reported as info.
-- see:      linkerd docs, failure_accrual; linkerd issue 920; linkerd-backend/none-available
WITH p AS (
  SELECT coalesce(:run, 3)           AS run,
         coalesce(:captures_pct, 20) AS captures_pct,
         coalesce(:crit_ratio, 0.5)  AS crit_ratio
), seen AS (
  SELECT snap, row_number() OVER (ORDER BY snap) AS nth
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok')
), pool AS (
  SELECT z.entity, z.id AS size_id, a.id AS available_id,
         NOT coalesce(z.hi < 2 OR a.lo >= z.hi, 0) AS some, z.hi,              -- whether there can have been fewer
         CASE WHEN z.lo = z.hi THEN z.first END AS size, CASE WHEN a.lo = a.hi THEN a.first END AS available,  -- that never changed
         max((SELECT min(snap) FROM sample WHERE series = z.id), (SELECT min(snap) FROM sample WHERE series = a.id)) AS born,
         min((SELECT max(snap) FROM sample WHERE series = z.id), (SELECT max(snap) FROM sample WHERE series = a.id)) AS died
    FROM series z JOIN series a ON a.source = 'linkerd' AND a.name = 'loadbalancer/available' AND a.entity = z.entity
   WHERE z.source = 'linkerd' AND z.name = 'loadbalancer/size'
), step AS (               -- samples may hold changes only: the last value before a capture stands
  SELECT pool.entity, seen.snap, seen.nth,
         coalesce(pool.size, (SELECT m.value FROM sample m WHERE m.series = pool.size_id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1)) AS size,
         coalesce(pool.available, (SELECT m.value FROM sample m WHERE m.series = pool.available_id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1)) AS available
    FROM pool JOIN seen ON pool.some AND seen.snap BETWEEN pool.born AND pool.died
), mark AS (
  SELECT *, size >= 2 AND available < size AS bad FROM step
), run AS (                -- runs of degraded captures: their number minus their rank stays the same
  SELECT entity, count(*) AS n
    FROM (SELECT entity, nth - row_number() OVER (PARTITION BY entity ORDER BY nth) AS island FROM mark WHERE bad)
   GROUP BY entity, island
), longest AS (
  SELECT entity, max(n) AS run FROM run GROUP BY entity
), ranked AS (
  SELECT entity, snap, available, size, available * 1.0 / size AS ratio,
         row_number() OVER (PARTITION BY entity ORDER BY available * 1.0 / size, snap) AS r,
         count(*)     OVER (PARTITION BY entity)                                       AS n
    FROM mark WHERE bad
), worst AS (
  SELECT entity,
         max(CASE WHEN r = 1 THEN snap END)           AS at,
         max(CASE WHEN r = 1 THEN available END)      AS available_lo,
         max(CASE WHEN r = 1 THEN size END)           AS size_at,
         max(CASE WHEN r = (n + 1) / 2 THEN ratio END) AS ratio_p50,
         min(snap) AS first_at, max(snap) AS last_at
    FROM ranked GROUP BY entity
), tally AS (
  SELECT pool.entity, count(*) AS captures, coalesce((SELECT sum(bad) FROM mark WHERE pool.some AND mark.entity = pool.entity), 0) AS degraded,
         pool.hi AS size_hi
    FROM pool JOIN seen ON seen.snap BETWEEN pool.born AND pool.died GROUP BY pool.entity
), judged AS (
  SELECT t.entity, t.captures, t.degraded, t.size_hi, coalesce(l.run, 0) AS run,
         w.at, w.available_lo, w.size_at, w.ratio_p50, w.first_at, w.last_at, c.client, c.router, c.requests,
         l.run >= p.run OR (t.degraded >= 2 AND t.degraded * 100.0 >= p.captures_pct * t.captures) AS hit,
         (SELECT x.increase FROM counter x WHERE x.source = 'linkerd' AND x.entity = t.entity AND x.name = 'failure_accrual/removals') AS removals
    FROM tally t JOIN p
    LEFT JOIN longest l ON l.entity = t.entity
    LEFT JOIN worst w ON w.entity = t.entity
    LEFT JOIN linkerd_client c ON c.entity = t.entity
)
SELECT CASE WHEN j.size_hi < 2                          THEN 'skip'   -- pool-tiny and none-available speak
            WHEN coalesce(j.hit, 0) = 0                 THEN 'ok'
            WHEN coalesce(j.requests, 0) = 0            THEN 'info'
            WHEN j.ratio_p50 <= p.crit_ratio            THEN 'crit'
            ELSE 'warn' END                      AS level,
       j.entity,
       j.available_lo, j.size_at,
       j.degraded, j.captures, j.run,
       round(j.ratio_p50, 2)                     AS ratio_p50,
       coalesce(j.removals, 0)                   AS removals,
       j.requests,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.ratio_p50 IS NULL, j.ratio_p50, j.degraded DESC, j.entity;
