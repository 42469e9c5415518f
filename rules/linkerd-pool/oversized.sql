-- rule:     linkerd-pool/oversized
-- version:  1
-- schema:   1
-- title:    A client keeps far more connections than it needs
-- tags:     linkerd pooling
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    min_connections  connections  fewer are no burden
-- param:    times_pending    times        connections over the p95 of the requests in flight
-- param:    share_pct        percent      of the captures
-- message:  {entity}: {connections} connections (median) for at most {pending_p95} requests in flight (p95), in {captures_hit} of {captures} captures
-- meaning:  Without hostConnectionPool.idleTimeMs linkerd keeps every connection that a burst has ever needed. Idle ones cost file
--           descriptors and memory on both sides, and many linkerds together reach a backend's connection limit.
-- remedy:   In the client of {entity}:
--             hostConnectionPool:
--               idleTimeMs: 10000
--               maxSize: 1000
--           with idleTimeMs below the backend's keep-alive timeout.
-- verify:   The connections of {entity} follow its requests in flight.
-- but:      Pools that are kept warm on purpose (minSize). pending is looked at once a capture: bursts between are not seen, and
--           they may need the connections.
-- see:      linkerd docs, hostConnectionPool; linkerd-pool/connection-growth
WITH p AS (
  SELECT coalesce(:min_connections, 200) AS min_connections,
         coalesce(:times_pending, 20)    AS times_pending,
         coalesce(:share_pct, 80)        AS share_pct
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok'
), pool AS (
  SELECT s.id, s.entity, s.hi, s.p50, s.peak_snap, g.p95 AS pending_p95,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born,
         (SELECT max(snap) FROM sample WHERE series = s.id) AS died
    FROM series s JOIN gauge g ON g.source = 'linkerd' AND g.entity = s.entity AND g.name = 'pending'
   WHERE s.source = 'linkerd' AND s.name = 'connections' AND s.kind = 'gauge'
     AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT pool.entity, pool.pending_p95, seen.snap,
         (SELECT m.value FROM sample m WHERE m.series = pool.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS n
    FROM p JOIN pool JOIN seen ON seen.snap BETWEEN pool.born AND pool.died
   WHERE pool.hi >= p.min_connections
), mark AS (
  SELECT s.*, s.n >= p.min_connections AND s.n >= p.times_pending * max(s.pending_p95, 1) AS over FROM step s JOIN p
), tally AS (
  SELECT entity, count(*) AS captures, sum(over) AS over,
         min(CASE WHEN over THEN snap END) AS first_at, max(CASE WHEN over THEN snap END) AS last_at
    FROM mark GROUP BY entity
   UNION ALL                -- never so many: no matter when
  SELECT entity, (SELECT count(*) FROM seen WHERE seen.snap BETWEEN pool.born AND pool.died), 0, NULL, NULL
    FROM pool JOIN p WHERE pool.hi < p.min_connections
)
SELECT CASE WHEN t.captures < 3                                    THEN 'skip'
            WHEN t.over * 100.0 >= p.share_pct * t.captures        THEN 'info'
            ELSE 'ok' END      AS level,
       l.entity,
       l.p50                   AS connections,
       l.pending_p95,
       coalesce(t.over, 0)     AS captures_hit,
       coalesce(t.captures, 0) AS captures,
       l.peak_snap             AS at,
       t.first_at, t.last_at
  FROM pool l JOIN p LEFT JOIN tally t ON t.entity = l.entity
 ORDER BY connections DESC, l.entity;
