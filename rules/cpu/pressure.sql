-- rule:     cpu/pressure
-- version:  1
-- schema:   1
-- title:    Runnable tasks waited for a CPU
-- tags:     cpu latency psi
-- requires: pressure >= 4
-- wants:    stat
-- min_span: 30s
-- param:    warn_pct  percent  of the window in which somebody waited
-- param:    crit_pct  percent  the same
-- message:  in {some_pct}% of the window at least one task waited for a CPU (worst interval {peak_pct}%)
-- meaning:  PSI counts the time in which somebody was ready to run and did not. It says how much waiting there is, not who waits: on
--           a host with many CPUs one queue on one of them is enough.
-- remedy:   See who uses the CPUs (top -H) and who has limits (cgroup/cpu-throttled: throttling is pressure too). Raise cpu.weight or
--           the quota of what matters, or give the host more CPUs.
-- verify:   avg60 of some in /proc/pressure/cpu is below 10 (percent).
-- but:      Work in the background that waits for its turn is nobody's loss. Inside a container this file is still the host's.
-- see:      Documentation/accounting/psi.rst
WITH p AS (
  SELECT coalesce(:warn_pct, 20) AS warn_pct,
         coalesce(:crit_pct, 50) AS crit_pct
), r AS (
  SELECT c.*, c.increase / 1e7 / nullif(c.span, 0) AS pct
    FROM series c WHERE c.source = 'pressure' AND c.entity = 'cpu' AND c.name = 'some_total' AND c.kind IN ('counter', 'counter32')
), times AS (              -- intervals as bad as a warning
  SELECT count(*) AS hit, min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM r CROSS JOIN p CROSS JOIN sample m ON m.series = r.id WHERE m.delta / 1e7 >= p.warn_pct * m.dt
)
SELECT CASE WHEN r.pct IS NULL          THEN 'skip'
            WHEN r.pct >= p.crit_pct    THEN 'crit'
            WHEN r.pct >= p.warn_pct    THEN 'warn'
            ELSE 'ok' END           AS level,
       ''                           AS entity,
       round(r.pct, 1)              AS some_pct,
       round(r.peak_per_s / 1e7, 1) AS peak_pct,
       times.hit                    AS intervals_hit,
       r.intervals,
       CASE WHEN r.increase > 0 THEN r.peak_snap END AS at,
       times.first_at, times.last_at
  FROM r JOIN p JOIN times
 ORDER BY entity;
