-- rule:     memory/swap
-- version:  1
-- schema:   1
-- title:    Pages are read back from swap
-- tags:     memory latency
-- requires: vmstat >= 3
-- wants:    sysctl, meminfo, task
-- param:    min_per_s      pages/s    read back in one interval
-- param:    min_intervals  intervals  that are as bad as that
-- message:  {pages_in} pages read back from swap in {intervals_hit} of {intervals} intervals, {bad_intervals} of them at {min_per_s}/s or more (worst {peak_per_s}/s); {pages_out} written out
-- meaning:  Somebody touched memory that was on disk and stood still until it was back. A JVM whose heap is swapped pauses for seconds
--           at its next collection, and linkerd with it. {_whose}
-- remedy:   Free memory first (memory/low), then, when all of it fits:
--             swapoff -a
--           and swap only in need:
--             sysctl -w vm.swappiness=1   # now {swappiness}
-- verify:   pswpin in /proc/vmstat stands still.
-- but:      Pages written out that nobody needs again are harmless (pswpout alone is not judged), and so is zram, nearly. Whose pages
--           came back is not told; how much of a watched process is out (VmSwap) is.
-- see:      proc(5), /proc/vmstat; Documentation/admin-guide/sysctl/vm.rst, swappiness
WITH p AS (
  SELECT coalesce(:min_per_s, 10)    AS min_per_s,
         coalesce(:min_intervals, 2) AS min_intervals
), bad AS (
  SELECT count(*) AS n, min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM series x JOIN sample m ON m.series = x.id JOIN p
   WHERE x.source = 'vmstat' AND x.entity = '' AND x.name = 'pswpin' AND m.delta >= p.min_per_s * m.dt
), out AS (
  SELECT max(increase) AS pages FROM counter WHERE source = 'vmstat' AND entity = '' AND name = 'pswpout'
), whose AS (
  SELECT entity, hi, row_number() OVER (ORDER BY hi DESC, entity) AS r FROM gauge WHERE source = 'task' AND name = 'swap' AND hi > 0
), s AS (
  SELECT max(CASE WHEN name = 'vm.swappiness' THEN last END) AS swappiness FROM setting
)
SELECT CASE WHEN c.increase IS NULL          THEN 'skip'
            WHEN bad.n >= p.min_intervals    THEN 'warn'
            ELSE 'ok' END            AS level,
       ''                            AS entity,
       c.increase                    AS pages_in,
       coalesce(out.pages, 0)        AS pages_out,
       c.active                      AS intervals_hit,
       c.intervals,
       bad.n                         AS bad_intervals,
       p.min_per_s,
       round(c.peak_per_s, 1)        AS peak_per_s,
       coalesce(s.swappiness, '?')   AS swappiness,
       coalesce((SELECT entity || ' has up to ' || round(hi / 1048576.0, 1) || ' MiB in swap.' FROM whose WHERE r = 1),
                'No watched process was seen to have any.') AS _whose,
       CASE WHEN c.increase > 0 THEN c.peak_snap END AS at,
       coalesce(bad.first_at, c.first_active) AS first_at,
       coalesce(bad.last_at, c.last_active)   AS last_at
  FROM counter c JOIN p JOIN bad JOIN out JOIN s
 WHERE c.source = 'vmstat' AND c.entity = '' AND c.name = 'pswpin'
 ORDER BY entity;
