-- rule:     softirq/cpu-saturated
-- version:  1
-- schema:   1
-- title:    One CPU is full of interrupt work while others have room
-- tags:     softirq cpu receive
-- requires: stat >= 4
-- wants:    softirqs
-- param:    warn_pct       percent    of an interval in irq and softirq
-- param:    crit_pct       percent    the same
-- param:    min_intervals  intervals  that are as bad as that
-- param:    max_rest_pct   percent    busy on average that the other CPUs may be
-- message:  {entity}: {soft_pct}% of its time is irq and softirq, {bad_intervals} of {intervals} intervals at {warn_pct}% or more; {_rest}
-- meaning:  One core limits the packet rate of this host: what it cannot take waits in the NIC's ring and is dropped there, and
--           programs on that CPU do not run.
-- remedy:   Spread the receive work: more queues where the NIC has them, else RPS:
--             ethtool -L DEVICE combined N
--             echo MASK > /sys/class/net/DEVICE/queues/rx-0/rps_cpus
--             systemctl start irqbalance
-- verify:   irq and softirq of {entity} are below 60% under the same load (mpstat -P ALL 1).
-- but:      These times are counted in clock ticks of 1 to 10 ms: intervals below half a second hold too few of them to say a
--           share, so there the whole window is judged as one. Without IRQ_TIME_ACCOUNTING these times are sampled by the tick and only roughly right. Other softirqs (timers, block
--           devices) count as well: NET_RX in /proc/softirqs says whether it is the network.
-- see:      Documentation/networking/scaling.rst; proc(5), /proc/stat
WITH p AS (
  SELECT coalesce(:warn_pct, 80)     AS warn_pct,
         coalesce(:crit_pct, 95)     AS crit_pct,
         coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:max_rest_pct, 50) AS max_rest_pct,
         0.5                         AS least_s
), likely AS (             -- CPUs whose worst intervals of both together are that bad: only theirs are looked at one by one
  SELECT entity AS cpu FROM counter CROSS JOIN p
   WHERE source = 'stat' AND entity LIKE 'cpu%' AND name IN ('irq', 'softirq')
   GROUP BY entity HAVING sum(peak_per_s) / 1e7 >= p.warn_pct * 0.999
), step AS (               -- an interval in which one of the two did not move has no sample of it
  SELECT x.entity AS cpu, m.snap, sum(m.delta) / 1e7 / nullif(max(m.dt), 0) AS pct
    FROM series x JOIN sample m ON m.series = x.id
   WHERE x.source = 'stat' AND x.entity IN (SELECT cpu FROM likely) AND x.name IN ('irq', 'softirq') AND m.delta IS NOT NULL
     AND m.dt >= (SELECT least_s FROM p)
   GROUP BY x.entity, m.snap
), bad AS (
  SELECT step.cpu, sum(step.pct >= p.warn_pct) AS n, sum(step.pct >= p.crit_pct) AS worse,
         min(CASE WHEN step.pct >= p.warn_pct THEN step.snap END) AS first_at,
         max(CASE WHEN step.pct >= p.warn_pct THEN step.snap END) AS last_at
    FROM step JOIN p GROUP BY step.cpu
), worst AS (
  SELECT cpu, pct AS peak, snap AS at, row_number() OVER (PARTITION BY cpu ORDER BY pct DESC, snap) AS r FROM step
), used AS (
  SELECT entity AS cpu, sum(increase) AS total, max(intervals) AS intervals,
         sum(CASE WHEN name IN ('irq', 'softirq') THEN increase END)     AS soft,
         sum(CASE WHEN name NOT IN ('idle', 'iowait') THEN increase END) AS busy
    FROM counter
   WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), host AS (
  SELECT sum(total) AS total, sum(busy) AS busy FROM used
), j AS (
  SELECT u.*, u.total < u.intervals * p.least_s * 1e9 AS fast, u.soft * 100.0 / nullif(u.total, 0) AS soft_pct,
         (host.busy - coalesce(u.busy, 0)) * 100.0 / nullif(host.total - u.total, 0) AS rest_pct
    FROM used u JOIN host JOIN p
)
SELECT CASE WHEN j.soft IS NULL OR j.total IS NULL OR j.total = 0     THEN 'skip'
            WHEN j.rest_pct > p.max_rest_pct                          THEN 'ok'
            WHEN j.fast AND j.soft_pct >= p.crit_pct                  THEN 'crit'
            WHEN j.fast AND j.soft_pct >= p.warn_pct                  THEN 'warn'
            WHEN coalesce(b.n, 0) < p.min_intervals                   THEN 'ok'
            WHEN b.worse >= p.min_intervals                           THEN 'crit'
            ELSE 'warn' END               AS level,
       j.cpu                              AS entity,
       round(j.soft_pct, 1)               AS soft_pct,
       round(w.peak, 1)                   AS peak_pct,
       p.warn_pct,
       coalesce(b.n, 0)                   AS bad_intervals,
       j.intervals,
       round(j.rest_pct, 1)               AS rest_pct,
       coalesce('the other CPUs are busy ' || round(j.rest_pct, 1) || '%', 'it is the only CPU') AS _rest,
       w.at, b.first_at, b.last_at
  FROM j JOIN p
  LEFT JOIN bad b ON b.cpu = j.cpu
  LEFT JOIN worst w ON w.cpu = j.cpu AND w.r = 1
 ORDER BY j.soft * 1.0 / nullif(j.total, 0) DESC, j.cpu;
