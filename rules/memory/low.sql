-- rule:     memory/low
-- version:  1
-- schema:   1
-- title:    Little memory is available
-- tags:     memory
-- requires: meminfo >= 3
-- wants:    vmstat, pressure
-- param:    warn_pct  percent  of MemTotal, in the middle one of the captures
-- param:    crit_pct  percent  the same
-- message:  {_available} of {_total} MB available ({available_pct}%, median of {captures} captures; least {_least} MB)
-- meaning:  MemAvailable is what programs can still get without swapping, the page cache that can be dropped included. Near 0 each
--           allocation, also of packet buffers, waits for reclaim, and the OOM killer is near.
-- remedy:   See who holds it, and give the host more or a heap less:
--             ps aux --sort=-rss | head
-- verify:   MemAvailable in /proc/meminfo is above a tenth of MemTotal.
-- but:      A database with its cache in huge pages or shared memory may leave as little on purpose. The numbers are the host's, also
--           inside a container: its own limit is cgroup's.
-- see:      proc(5), /proc/meminfo
WITH p AS (
  SELECT coalesce(:warn_pct, 5) AS warn_pct,
         coalesce(:crit_pct, 2) AS crit_pct
), total AS (
  SELECT max(last) AS bytes FROM gauge WHERE source = 'meminfo' AND entity = '' AND name = 'MemTotal'
), low AS (
  SELECT m.snap FROM series s JOIN sample m ON m.series = s.id
   WHERE s.source = 'meminfo' AND s.entity = '' AND s.name = 'MemAvailable' AND m.value IS NOT NULL
   ORDER BY m.value, m.snap LIMIT 1
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT seen.snap, (SELECT m.value FROM sample m WHERE m.series = s.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS n
    FROM series s JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'meminfo' AND state IN ('ok', 'fallback')) seen
   WHERE s.source = 'meminfo' AND s.entity = '' AND s.name = 'MemAvailable'
), times AS (
  SELECT count(*) AS hit, min(s.snap) AS first_at, max(s.snap) AS last_at
    FROM step s JOIN total JOIN p WHERE s.n * 100.0 < p.warn_pct * total.bytes
)
SELECT CASE WHEN total.bytes IS NULL OR total.bytes = 0 OR g.p50 IS NULL THEN 'skip'
            WHEN g.p50 * 100.0 < p.crit_pct * total.bytes                THEN 'crit'
            WHEN g.p50 * 100.0 < p.warn_pct * total.bytes                THEN 'warn'
            ELSE 'ok' END                 AS level,
       ''                                 AS entity,
       cast(g.p50 AS INT)                 AS available_bytes,
       total.bytes                        AS total_bytes,
       round(g.p50 * 100.0 / nullif(total.bytes, 0), 1) AS available_pct,
       cast(g.lo AS INT)                  AS least_bytes,
       g.n                                AS captures,
       cast(g.p50 / 1e6 AS INT)           AS _available,
       cast(total.bytes / 1e6 AS INT)     AS _total,
       cast(g.lo / 1e6 AS INT)            AS _least,
       times.hit                          AS captures_hit,
       low.snap                           AS at,
       times.first_at, times.last_at
  FROM gauge g JOIN p JOIN total JOIN times
  LEFT JOIN low
 WHERE g.source = 'meminfo' AND g.entity = '' AND g.name = 'MemAvailable'
 ORDER BY entity;
