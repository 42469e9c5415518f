-- rule:     cgroup/cpu-throttled
-- version:  1
-- schema:   1
-- title:    A control group used up its CPU quota and was stopped
-- tags:     cpu container latency
-- requires: cgroup >= 3
-- min_span: 10s
-- param:    min_periods  periods  of the quota in the window, fewer are not judged
-- param:    warn_pct     percent  of the periods in which the group was stopped
-- param:    crit_pct     percent  the same
-- message:  {entity}: stopped in {throttled} of {periods} periods ({throttled_pct}%), {_seconds} s in all on its CPUs; quota {_quota}
-- meaning:  With the quota used up all threads of the group stand still to the end of the period, mostly 100 ms: latency in steps of
--           up to that, an accept queue that fills meanwhile, and a CPU that looks idle. More threads use up the quota faster.
-- remedy:   Raise the limit (now {_quota}) or take it away: kubectl set resources, CPUQuota= of a unit, or by hand:
--             echo max > /sys/fs/cgroup/{entity}/cpu.max
--             echo -1 > /sys/fs/cgroup/cpu/{entity}/cpu.cfs_quota_us   # with cgroup v1
--           Fewer threads (netty workers, GC threads) that match the quota help as well.
-- verify:   nr_throttled in cpu.stat of {entity} stands still.
-- but:      A group whose threads have nothing urgent to do may well be limited. The time stopped is a sum over CPUs and can exceed
--           the window: it is shown and not judged. A limit of a group above this one shows in that group's cpu.stat only, which is not
--           recorded.
-- see:      Documentation/admin-guide/cgroup-v2.rst, cpu.stat; Documentation/scheduler/sched-bwc.rst
WITH p AS (
  SELECT coalesce(:min_periods, 50) AS min_periods,
         coalesce(:warn_pct, 5)     AS warn_pct,
         coalesce(:crit_pct, 25)    AS crit_pct
), g AS (
  SELECT entity,
         max(CASE WHEN name = 'nr_periods'   THEN increase END)     AS periods,
         max(CASE WHEN name = 'nr_throttled' THEN increase END)     AS throttled,
         max(CASE WHEN name = 'throttled_ns' THEN increase END)     AS throttled_ns,
         max(CASE WHEN name = 'nr_throttled' THEN active END)       AS active,
         max(CASE WHEN name = 'nr_throttled' THEN intervals END)    AS intervals,
         max(CASE WHEN name = 'nr_throttled' AND increase > 0 THEN peak_snap END) AS at,
         max(CASE WHEN name = 'nr_throttled' THEN first_active END) AS first_at,
         max(CASE WHEN name = 'nr_throttled' THEN last_active END)  AS last_at
    FROM counter WHERE source = 'cgroup' GROUP BY entity
), q AS (
  SELECT entity, max(CASE WHEN name = 'cpu_quota' THEN last END) AS quota_ns, max(CASE WHEN name = 'cpu_period' THEN last END) AS period_ns
    FROM gauge WHERE source = 'cgroup' GROUP BY entity
)
SELECT CASE WHEN g.periods IS NULL OR g.throttled IS NULL        THEN 'skip'
            WHEN g.throttled = 0                                 THEN 'ok'   -- no limit: no periods either
            WHEN g.periods < p.min_periods                       THEN 'skip'
            WHEN g.throttled * 100.0 >= p.crit_pct * g.periods   THEN 'crit'
            WHEN g.throttled * 100.0 >= p.warn_pct * g.periods   THEN 'warn'
            ELSE 'ok' END                        AS level,
       g.entity,
       g.throttled,
       g.periods,
       round(g.throttled * 100.0 / nullif(g.periods, 0), 1) AS throttled_pct,
       g.throttled_ns,
       q.quota_ns,
       q.period_ns,
       coalesce(round(g.throttled_ns / 1e9, 1), '?')        AS _seconds,
       coalesce(round(q.quota_ns / 1e6, 1) || ' ms each ' || round(q.period_ns / 1e6, 1) || ' ms', 'unknown') AS _quota,
       g.active                                  AS intervals_hit,
       g.intervals,
       g.at, g.first_at, g.last_at
  FROM g JOIN p
  LEFT JOIN q ON q.entity = g.entity
 ORDER BY throttled_pct DESC, g.entity;
