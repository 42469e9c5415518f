-- rule:     irq-balance/rps-off
-- version:  1
-- schema:   1
-- title:    A NIC of one queue fills a CPU, and RPS is off
-- tags:     irq nic rps
-- requires: nic >= 1, stat >= 4, netdev >= 2
-- param:    min_cpus   CPUs       of the host; with fewer there is nobody to share with
-- param:    min_pct    percent    of a CPU in irq and softirq
-- param:    min_per_s  packets/s  received by the NIC, below which it is not the cause
-- message:  {entity}: one receive queue and no RPS, {packets_per_s} packets a second; irq and softirq take {soft_pct}% of {cpu}, {:min_pct}% or more in {intervals_hit} of {intervals} intervals
-- meaning:  The CPU that takes the queue's interrupt does all protocol work. RPS hands packets to other CPUs by a hash of their
--           addresses right behind the driver, so that the NIC's one queue is not the end.
-- remedy:   Let other CPUs share the work, a bit of the mask for each:
--             echo MASK > /sys/class/net/{entity}/queues/rx-0/rps_cpus   # now 0
--           More queues are better where the NIC has them:
--             ethtool -l {entity}
-- verify:   NET_RX in /proc/softirqs grows on several CPUs.
-- but:      RPS costs interrupts between CPUs and cache misses: below half a CPU it is not worth it. A CPU full of softirq may also
--           have it from another interface or from timers.
-- see:      Documentation/networking/scaling.rst, RPS
WITH p AS (
  SELECT coalesce(:min_cpus, 4)     AS min_cpus,
         coalesce(:min_pct, 50)     AS min_pct,
         coalesce(:min_per_s, 5000) AS min_per_s
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), queue AS (              -- a mask of zeros and commas: RPS is off
  SELECT entity, count(*) AS queues, sum(replace(replace(last, '0', ''), ',', '') <> '') AS with_rps
    FROM series WHERE source = 'nic' AND name GLOB 'queue:rx-[0-9]*:rps_cpus' GROUP BY entity
), used AS (
  SELECT entity AS cpu, sum(CASE WHEN name IN ('irq', 'softirq') THEN increase END) * 100.0 / nullif(sum(increase), 0) AS pct, max(intervals) AS intervals
    FROM counter WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), top AS (
  SELECT cpu, pct, intervals, row_number() OVER (ORDER BY pct DESC, cpu) AS r FROM used WHERE pct IS NOT NULL
), step AS (               -- of that CPU, interval by interval
  SELECT m.snap, sum(CASE WHEN x.name IN ('irq', 'softirq') THEN m.delta ELSE 0 END) * 100.0 / sum(m.delta) AS pct
    FROM p CROSS JOIN top t JOIN series x ON x.source = 'stat' AND x.entity = t.cpu
     AND x.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
    CROSS JOIN sample m ON m.series = x.id
   WHERE t.r = 1 AND t.pct >= p.min_pct AND m.delta > 0 GROUP BY m.snap
), times AS (
  SELECT count(*) AS n, min(snap) AS first_at, max(snap) AS last_at, (SELECT snap FROM step ORDER BY pct DESC, snap LIMIT 1) AS at
    FROM step JOIN p WHERE step.pct >= p.min_pct
), kind AS (               -- what has no interrupt of its own gets its packets from what has
  SELECT entity, last AS bus FROM series WHERE source = 'nic' AND name = 'bus'
)
SELECT CASE WHEN t.pct IS NULL OR n.rx_packets IS NULL          THEN 'skip'
            WHEN host.cpus < p.min_cpus                         THEN 'ok'
            WHEN q.queues <> 1 OR q.with_rps > 0                THEN 'ok'
            WHEN n.rx_packets < p.min_per_s * n.span            THEN 'ok'
            WHEN t.pct >= p.min_pct                             THEN 'warn'
            ELSE 'ok' END                        AS level,
       q.entity,
       q.queues,
       q.with_rps,
       t.cpu,
       round(t.pct, 1)                           AS soft_pct,
       round(n.rx_packets / nullif(n.span, 0))   AS packets_per_s,
       host.cpus,
       times.n                                   AS intervals_hit,
       t.intervals,
       times.at, times.first_at, times.last_at
  FROM queue q JOIN host JOIN p
  JOIN kind k ON k.entity = q.entity AND k.bus NOT IN ('', 'N/A', 'n/a', 'tun', 'tap')
  LEFT JOIN nic n ON n.nic = q.entity
  LEFT JOIN top t ON t.r = 1
  JOIN times
 ORDER BY level = 'warn' DESC, q.entity;
