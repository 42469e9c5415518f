-- rule:     cpu/steal
-- version:  1
-- schema:   1
-- title:    The hypervisor gave a CPU's time to others (steal)
-- tags:     cpu virtual latency
-- requires: stat >= 4
-- min_span: 10s
-- param:    warn_pct      percent    of the window
-- param:    crit_pct      percent    of the window
-- param:    peak_pct      percent    of an interval
-- param:    min_intervals intervals  that are as bad as peak_pct: warned of however good the average
-- message:  {entity}: {steal_pct}% of its time was stolen, {bad_intervals} of {intervals} intervals at {peak_limit_pct}% or more (worst {peak_pct}%)
-- meaning:  The guest wanted to run and the hypervisor ran somebody else. Softirqs, timers and event loops of that CPU are late by
--           as much, and nothing inside the guest can help.
-- remedy:   Move the virtual machine, or give it dedicated CPUs. On burstable instances look at the CPU credits of the time of
--           this recording. Fewer CPUs that are really there are better than many that are not.
-- verify:   steal (st in mpstat -P ALL 1) is below 1%.
-- but:      Burstable instances are throttled so by design when their credits are used up.
-- see:      proc(5), /proc/stat
WITH p AS (
  SELECT coalesce(:warn_pct, 5)      AS warn_pct,
         coalesce(:crit_pct, 20)     AS crit_pct,
         coalesce(:peak_pct, 10)     AS peak_pct,
         coalesce(:min_intervals, 3) AS min_intervals
), used AS (
  SELECT entity AS cpu, sum(increase) AS total
    FROM counter
   WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), bad AS (
  SELECT x.entity AS cpu, count(*) AS n, min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM series x JOIN sample m ON m.series = x.id JOIN p
   WHERE x.source = 'stat' AND x.name = 'steal' AND x.entity LIKE 'cpu%' AND m.delta / 1e7 >= p.peak_pct * m.dt
   GROUP BY x.entity
), j AS (
  SELECT c.*, c.entity AS cpu, c.increase * 100.0 / nullif(u.total, 0) AS pct, coalesce(b.n, 0) AS bad, b.first_at, b.last_at
    FROM counter c JOIN used u ON u.cpu = c.entity LEFT JOIN bad b ON b.cpu = c.entity
   WHERE c.source = 'stat' AND c.name = 'steal'
)
SELECT CASE WHEN j.increase IS NULL OR j.pct IS NULL                 THEN 'skip'
            WHEN j.pct >= p.crit_pct                                 THEN 'crit'
            WHEN j.pct >= p.warn_pct OR j.bad >= p.min_intervals     THEN 'warn'
            ELSE 'ok' END                AS level,
       j.cpu                             AS entity,
       round(j.pct, 1)                   AS steal_pct,
       round(j.peak_per_s / 1e7, 1)      AS peak_pct,
       p.peak_pct                        AS peak_limit_pct,
       j.bad                             AS bad_intervals,
       j.intervals,
       CASE WHEN j.increase > 0 THEN j.peak_snap END AS at,
       coalesce(j.first_at, j.first_active) AS first_at,
       coalesce(j.last_at, j.last_active)   AS last_at
  FROM j JOIN p
 ORDER BY j.pct DESC, j.cpu;
