-- rule:     collection-quality/counter-reset
-- version:  1
-- schema:   1
-- title:    Counters started again inside the window
-- tags:     evidence
-- requires: tick >= 2
-- param:    min_resets  resets  of one source
-- message:  {entity}: {resets} resets in {series} counters ({example}); their growth is counted from there on
-- meaning:  A counter that falls was set back: a driver was reloaded, an interface made anew, a CPU taken off line, linkerd restarted,
--           or one of its idle clients was pruned and came back (1.1.0 and later, after 10 minutes). The interval of the fall is
--           left out, so totals are a little low; they are never negative and never since boot.
-- remedy:   None needed. If linkerd restarted, see why: its uptime falls at the same time.
-- verify:   This finding is gone in a new recording.
-- but:      A wrap of a 32-bit counter is no reset and is added up.
-- see:      linkerd CHANGES 1.1.0 (metrics of idle clients)
WITH p AS (
  SELECT coalesce(:min_resets, 1) AS min_resets
), r AS (
  SELECT x.source, total(s.resets) AS resets, count(s.id) AS series, min(trim(s.entity || ' ' || s.name)) AS example
    FROM (SELECT source FROM source
           WHERE EXISTS (SELECT 1 FROM series c WHERE c.source = source.source AND c.kind IN ('counter', 'counter32'))) x
    LEFT JOIN series s ON s.source = x.source AND s.resets > 0 AND s.kind IN ('counter', 'counter32')
   GROUP BY x.source
), step AS (               -- an interval whose growth is not known; the first value has none, nor has the last of a series at rest
  SELECT s.source, m.snap, count(*) AS n
    FROM series s JOIN sample m ON m.series = s.id
   WHERE s.kind IN ('counter', 'counter32') AND s.resets > 0 AND m.delta IS NULL AND m.dt > 0
   GROUP BY s.source, m.snap
), ranked AS (
  SELECT source, snap, row_number() OVER (PARTITION BY source ORDER BY n DESC, snap) AS worst FROM step
), times AS (
  SELECT source, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM ranked GROUP BY source
)
SELECT CASE WHEN r.resets >= p.min_resets THEN 'info' ELSE 'ok' END AS level,
       r.source                  AS entity,
       cast(r.resets AS INT)     AS resets,
       r.series,
       coalesce(r.example, '')   AS example,
       w.hit                     AS intervals_hit,
       w.at, w.first_at, w.last_at
  FROM r JOIN p LEFT JOIN times w ON w.source = r.source
 ORDER BY r.resets DESC, r.source;
