-- rule:     linkerd-pool/connection-growth
-- version:  1
-- schema:   1
-- title:    Open connections grow without more traffic
-- tags:     linkerd pooling leak
-- requires: linkerd >= 12
-- applies:  linkerd
-- min_span: 290s
-- param:    min_growth    connections  of the last third of the window over the first
-- param:    growth_pct    percent      of the first third
-- param:    requests_pct  percent      by which the request rate may have changed
-- message:  {entity}: connections grew from {first_third} to {last_third} (medians of the first and last third) while requests went from {rate_first} to {rate_last} a second
-- meaning:  A pool follows the traffic. One that grows by itself loses connections: opened, never given back or closed. The medians
--           of three thirds of the window must rise one after the other, which a burst does not do.
-- remedy:   See in which state they are, and whose:
--             ss -tanp state close-wait
--           CLOSE-WAIT: the peer has closed and linkerd has not (a leak: use a newer linkerd). Established and idle: let them
--           end, serverSession.idleTimeMs: 60000 and clientSession.idleTimeMs: 60000.
-- verify:   The connections of {entity} stay level over an hour of even traffic.
-- but:      Warm-up after a start. More callers that each send less; backends that become slower need more connections for
--           the same requests (then linkerd-backend/similarly-slow).
-- see:      linkerd issue 1178; linkerd-pool/oversized
WITH p AS (
  SELECT coalesce(:min_growth, 50)    AS min_growth,
         coalesce(:growth_pct, 30)    AS growth_pct,
         coalesce(:requests_pct, 10)  AS requests_pct
), seen AS (               -- captures in three thirds
  SELECT snap, ntile(3) OVER (ORDER BY snap) AS third
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok')
), edge AS (
  SELECT third, min(snap) AS a, max(snap) AS b FROM seen GROUP BY third
), pool AS (
  SELECT s.id, s.entity, s.first AS value, s.hi - s.lo AS range, s.peak_snap, r.id AS requests_id, r.resets,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s LEFT JOIN series r ON r.source = 'linkerd' AND r.entity = s.entity AND r.name = 'requests'
   WHERE s.source = 'linkerd' AND s.name = 'connections' AND s.kind = 'gauge' AND instr(s.entity, '|service|') = 0
     AND (instr(s.entity, '|client|') > 0 OR instr(s.entity, '|server|') > 0)
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT pool.entity, seen.third, seen.snap,
         CASE WHEN pool.range < p.min_growth THEN pool.value   -- it cannot have grown so much: a row a third will do
              ELSE (SELECT m.value FROM sample m WHERE m.series = pool.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) END AS n
    FROM p JOIN pool JOIN seen ON seen.snap >= pool.born AND (pool.range >= p.min_growth OR seen.snap IN (SELECT b FROM edge))
), ranked AS (
  SELECT entity, third, n, row_number() OVER (PARTITION BY entity, third ORDER BY n) AS r,
         count(*) OVER (PARTITION BY entity, third) AS of
    FROM step
), level AS (
  SELECT entity,
         max(CASE WHEN third = 1 AND r = (of + 1) / 2 THEN n END) AS n1,
         max(CASE WHEN third = 2 AND r = (of + 1) / 2 THEN n END) AS n2,
         max(CASE WHEN third = 3 AND r = (of + 1) / 2 THEN n END) AS n3
    FROM ranked GROUP BY entity
), held AS (               -- captures with so many more than the first third had
  SELECT s.entity, count(*) AS hit, min(s.snap) AS first_at, max(s.snap) AS last_at
    FROM step s JOIN level l ON l.entity = s.entity JOIN p
   WHERE s.n - l.n1 >= p.min_growth AND (s.n - l.n1) * 100.0 >= p.growth_pct * l.n1
   GROUP BY s.entity
), rate AS (
  SELECT pool.entity, e.third,
         ((SELECT m.value FROM sample m WHERE m.series = pool.requests_id AND m.snap <= e.b ORDER BY m.snap DESC LIMIT 1)
          - (SELECT m.value FROM sample m WHERE m.series = pool.requests_id AND m.snap <= e.a ORDER BY m.snap DESC LIMIT 1))
         / nullif((SELECT mono FROM snapshot WHERE snap = e.b) - (SELECT mono FROM snapshot WHERE snap = e.a), 0) AS per_s
    FROM pool JOIN edge e WHERE e.third IN (1, 3)
), pace AS (
  SELECT entity, max(CASE third WHEN 1 THEN per_s END) AS r1, max(CASE third WHEN 3 THEN per_s END) AS r3 FROM rate GROUP BY entity
), judged AS (
  SELECT pool.entity, pool.resets, pool.born, pool.peak_snap, l.n1, l.n2, l.n3, q.r1, q.r3,
         l.n3 - l.n1 >= p.min_growth AND (l.n3 - l.n1) * 100.0 >= p.growth_pct * l.n1 AND l.n1 < l.n2 AND l.n2 < l.n3 AS grown
    FROM pool JOIN p LEFT JOIN level l ON l.entity = pool.entity LEFT JOIN pace q ON q.entity = pool.entity
)
SELECT CASE WHEN j.n1 IS NULL OR j.r1 IS NULL OR j.r3 IS NULL OR j.resets > 0      THEN 'skip'
            WHEN j.grown AND abs(j.r3 - j.r1) * 100.0 <= p.requests_pct * j.r1     THEN 'warn'
            ELSE 'ok' END      AS level,
       j.entity,
       j.n1                    AS first_third,
       j.n3                    AS last_third,
       round(j.r1, 1)          AS rate_first,
       round(j.r3, 1)          AS rate_last,
       h.hit                   AS captures_hit,
       (SELECT count(*) FROM seen WHERE seen.snap >= j.born) AS captures,
       j.peak_snap             AS at,
       h.first_at, h.last_at
  FROM judged j JOIN p LEFT JOIN held h ON h.entity = j.entity
 ORDER BY j.n3 - j.n1 DESC, j.entity;
