-- rule:     cpu/saturated
-- version:  1
-- schema:   1
-- title:    The host has no CPU left
-- tags:     cpu latency
-- requires: stat >= 4
-- wants:    pressure, loadavg
-- min_span: 30s
-- param:    warn_pct  percent  idle, in the middle one of the intervals, below which nothing has room
-- param:    crit_pct  percent  the same
-- message:  {idle_pct}% of {cpus} CPUs idle (median of {intervals} intervals): user {user_pct}%, system {system_pct}%, softirq {softirq_pct}%, steal {steal_pct}%; {running} tasks running at most
-- meaning:  Everything queues: accept(), event loops, ksoftirqd. Latencies of all programs and of the network grow together, and the
--           other findings of this report may be symptoms.
-- remedy:   See who uses it, and give it more or ask it for less:
--             top -H
--           Much softirq: softirq/cpu-saturated. Much steal: cpu/steal. Else scale out, or move neighbours away.
-- verify:   More than 20% idle at the same load.
-- but:      Work in the background at a low priority (nice) fills CPUs that nobody else wants: nice is {nice_pct}%. Waiting for a disk
--           counts as idle. On a host with containers it is the whole host that is judged, not one container's share.
-- see:      proc(5), /proc/stat; cpu/pressure
WITH p AS (
  SELECT coalesce(:warn_pct, 10) AS warn_pct,
         coalesce(:crit_pct, 2)  AS crit_pct
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), c AS (                  -- medians of the intervals; nice is taken off: it gives way to whatever comes
  SELECT max(CASE WHEN name = 'idle' THEN p50_per_s END)                                      AS idle,
         coalesce(max(CASE WHEN name = 'iowait' THEN p50_per_s END), 0)                       AS iowait,
         coalesce(max(CASE WHEN name = 'nice' THEN p50_per_s END), 0)                         AS nice,
         sum(increase)                                                                        AS total,
         coalesce(sum(CASE WHEN name = 'user' THEN increase END), 0)                          AS user,
         coalesce(sum(CASE WHEN name = 'system' THEN increase END), 0)                        AS system,
         coalesce(sum(CASE WHEN name IN ('irq', 'softirq') THEN increase END), 0)             AS soft,
         coalesce(sum(CASE WHEN name = 'steal' THEN increase END), 0)                         AS steal,
         max(intervals) AS intervals
    FROM counter
   WHERE source = 'stat' AND entity = ''
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
), r AS (
  SELECT c.*, host.cpus, (c.idle + c.iowait) / 1e7 / nullif(host.cpus, 0) AS idle_pct, c.nice / 1e7 / nullif(host.cpus, 0) AS nice_pct
    FROM c JOIN host
), few AS (                -- where the least idle interval still has room, none is looked at
  SELECT host.cpus FROM host JOIN p
   WHERE host.cpus > 0
     AND coalesce((SELECT lo FROM series WHERE source = 'stat' AND entity = '' AND name = 'idle'), 0) / 1e7 <= p.warn_pct * 1.001 * host.cpus
), grown AS (
  SELECT m.snap, sum(m.delta) AS ns, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM few CROSS JOIN series s CROSS JOIN sample m ON m.series = s.id
   WHERE s.source = 'stat' AND s.entity = '' AND s.name IN ('idle', 'iowait', 'nice')
   GROUP BY m.snap
), step AS (               -- what has not moved has no sample; what began anew has one without growth
  SELECT c.snap, coalesce(g.ns, 0) / c.dt / 1e7 / few.cpus AS room_pct
    FROM few CROSS JOIN capture c LEFT JOIN grown g ON g.snap = c.snap
   WHERE c.source = 'stat' AND c.state = 'ok' AND c.dt > 0 AND coalesce(g.reset, 0) = 0
), held AS (
  SELECT s.snap, row_number() OVER (ORDER BY s.room_pct, s.snap) AS worst FROM step s JOIN p WHERE s.room_pct <= p.warn_pct
), times AS (
  SELECT count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at FROM held
), run AS (
  SELECT max(hi) AS running FROM gauge WHERE source = 'stat' AND entity = '' AND name = 'procs_running'
)
SELECT CASE WHEN r.idle_pct IS NULL                      THEN 'skip'
            WHEN r.idle_pct + r.nice_pct <= p.crit_pct   THEN 'crit'
            WHEN r.idle_pct + r.nice_pct <= p.warn_pct   THEN 'warn'
            ELSE 'ok' END                                  AS level,
       ''                                                  AS entity,
       round(r.idle_pct, 1)                                AS idle_pct,
       r.cpus,
       round(r.user * 100.0 / nullif(r.total, 0), 1)       AS user_pct,
       round(r.nice_pct, 1)                                AS nice_pct,
       round(r.system * 100.0 / nullif(r.total, 0), 1)     AS system_pct,
       round(r.soft * 100.0 / nullif(r.total, 0), 1)       AS softirq_pct,
       round(r.steal * 100.0 / nullif(r.total, 0), 1)      AS steal_pct,
       run.running,
       times.hit                                           AS intervals_hit,
       r.intervals,
       times.at, times.first_at, times.last_at
  FROM r JOIN p JOIN run JOIN times
 ORDER BY entity;
