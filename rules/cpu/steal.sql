-- rule:     cpu/steal
-- version:  2
-- schema:   1
-- title:    The hypervisor gave CPU time to others (steal)
-- tags:     cpu virtual latency
-- requires: stat >= 4
-- min_span: 10s
-- param:    warn_pct      percent    of a CPU's time in the window
-- param:    crit_pct      percent    of a CPU's time in the window
-- param:    peak_pct      percent    of a CPU's time in an interval
-- param:    min_intervals intervals  that are as bad as peak_pct, of one CPU: warned of however good the average
-- message:  {cpus_hit} of {cpus} CPUs had time stolen: worst {cpu} with {steal_pct}% of the window ({bad_intervals} of {intervals} intervals at {:peak_pct}% or more, up to {peak_pct}%), {mean_pct}% on average of all{_others}
-- meaning:  The guest wanted to run and the hypervisor ran somebody else. Softirqs, timers and event loops of that CPU are late by
--           as much, and nothing inside the guest can help. It is one finding for the machine; the CPU section has each CPU's share.
-- remedy:   Move the virtual machine, or give it dedicated CPUs. On burstable instances look at the CPU credits of the time of
--           this recording. Fewer CPUs that are really there are better than many that are not.
--           One CPU much worse than the others is pinned beside somebody: ask for another core.
-- verify:   steal (st in mpstat -P ALL 1) is below 1%.
-- but:      Burstable instances are throttled so by design when their credits are used up. Steal is counted in clock ticks of 1 to 10 ms:
--           intervals below half a second hold too few of them to say a share, so there only the window as a whole is judged.
-- see:      proc(5), /proc/stat
WITH p AS (
  SELECT coalesce(:warn_pct, 5)      AS warn_pct,
         coalesce(:crit_pct, 20)     AS crit_pct,
         coalesce(:peak_pct, 10)     AS peak_pct,
         coalesce(:min_intervals, 3) AS min_intervals,
         0.5                         AS least_s
), used AS (
  SELECT entity AS cpu, sum(increase) AS total
    FROM counter
   WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), moment AS (             -- a CPU and an interval in which a good part was stolen
  SELECT x.entity AS cpu, m.snap, m.delta / m.dt AS per_s,
         m.dt >= (SELECT least_s FROM p) AND m.delta / 1e7 >= (SELECT peak_pct FROM p) * m.dt AS bad
    FROM series x CROSS JOIN sample m ON m.series = x.id
   WHERE x.source = 'stat' AND x.name = 'steal' AND x.entity LIKE 'cpu%' AND x.increase > 0
     AND m.dt > 0 AND m.delta / 1e7 >= (SELECT min(warn_pct, peak_pct) FROM p) * m.dt
), bad AS (
  SELECT cpu, sum(bad) AS n FROM moment GROUP BY cpu
), times AS (
  SELECT count(DISTINCT snap) AS hits, min(snap) AS first_at, max(snap) AS last_at,
         (SELECT snap FROM moment GROUP BY snap ORDER BY sum(per_s) DESC, snap LIMIT 1) AS at
    FROM moment
), each AS (
  SELECT c.entity AS cpu, c.increase, c.intervals, u.total, c.increase * 100.0 / nullif(u.total, 0) AS pct, coalesce(b.n, 0) AS bad,
         CASE WHEN c.span >= c.intervals * p.least_s THEN c.peak_per_s ELSE c.per_s END AS peak_per_s
    FROM p JOIN counter c JOIN used u ON u.cpu = c.entity LEFT JOIN bad b ON b.cpu = c.entity
   WHERE c.source = 'stat' AND c.name = 'steal'
), mark AS (
  SELECT each.*, pct >= p.warn_pct OR bad >= p.min_intervals AS hit,
         row_number() OVER (ORDER BY pct >= p.warn_pct OR bad >= p.min_intervals DESC, pct DESC, bad DESC, length(cpu), cpu) AS r
    FROM each JOIN p WHERE increase IS NOT NULL AND pct IS NOT NULL
), host AS (
  SELECT count(*) AS cpus, sum(hit) AS hits, sum(pct >= p.crit_pct) AS crits, max(CASE WHEN r = 1 THEN bad END) AS bad,
         max(CASE WHEN r = 1 THEN peak_per_s END) AS peak_per_s,
         sum(increase) * 100.0 / nullif(sum(total), 0) AS mean_pct, max(intervals) AS intervals,
         max(CASE WHEN r = 1 THEN cpu END) AS cpu, max(CASE WHEN r = 1 THEN pct END) AS pct, min(CASE WHEN hit THEN pct END) AS least_pct
    FROM mark JOIN p
), others AS (             -- when one stands out, who the next are
  SELECT group_concat(cpu || ' ' || round(pct, 1) || '%', ', ') AS list
    FROM (SELECT cpu, pct FROM mark WHERE hit AND r BETWEEN 2 AND 4 ORDER BY r)
)
SELECT CASE WHEN h.cpus = 0        THEN 'skip'
            WHEN h.crits > 0       THEN 'crit'
            WHEN h.hits > 0        THEN 'warn'
            ELSE 'ok' END                          AS level,
       ''                                          AS entity,
       h.cpu,
       round(h.pct, 1)                             AS steal_pct,
       round(h.mean_pct, 1)                        AS mean_pct,
       round(h.peak_per_s / 1e7, 1)                AS peak_pct,
       coalesce(h.hits, 0)                         AS cpus_hit,
       h.cpus,
       h.bad                                       AS bad_intervals,
       t.hits                                      AS intervals_hit,
       h.intervals,
       CASE WHEN h.hits > 1 AND h.pct >= 2 * h.least_pct THEN '; then ' || others.list ELSE '' END AS _others,
       t.at, t.first_at, t.last_at
  FROM host h JOIN times t JOIN others
 ORDER BY entity;
