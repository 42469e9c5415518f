-- rule:     root-cause/single-core-nic
-- version:  2
-- schema:   1
-- title:    One core takes all packets and is the limit
-- tags:     root-cause nic irq softirq receive
-- requires: stat >= 4
-- wants:    softnet, softirqs, interrupts, nic, netdev, ethtool
-- after:    irq-balance/*, softirq/*, nic-drops/*, cgroup/*
-- explains: irq-balance/single-cpu, irq-balance/queue-pinned, irq-balance/rps-off, softirq/netrx-imbalance, softirq/cpu-saturated,
--           softirq/backlog-drop, softirq/backlog-depth, softirq/time-squeeze, nic-drops/ring-overflow, nic-drops/rx, cgroup/veth-drops,
--           root-cause/softnet-nic-cpu-loss
-- param:    packet_pct    percent    of all packets processed (else of NET_RX softirqs) on one CPU
-- param:    irq_pct       percent    of a NIC's interrupts on it, where RPS takes none of its packets elsewhere
-- param:    min_irqs      irqs/s     of that NIC, below which it is idle and always on one CPU
-- param:    min_packets   packets/s  (else NET_RX softirqs/s), likewise
-- param:    soft_pct      percent    of that CPU in irq and softirq, in an interval
-- param:    idle_pct      percent    of the other CPUs idle, in the same interval
-- param:    min_intervals intervals  that are so
-- param:    share_pct     percent    of the intervals that these must be
-- message:  {_cpu} takes {packet_pct}% of all {_what} ({packets_per_s}/s){_irqs}; irq and softirq used {soft_pct}% of it, {_rest}
-- meaning:  A core for all packets is the ceiling of this host's packet rate, however many cores it has: what that one cannot take waits in
--           the ring or the backlog and is dropped there, while the others have time. {_loss}
-- remedy:   Now {_now}. Spread the interrupts, or the packets behind them:
--             systemctl start irqbalance
--             ethtool -L DEVICE combined N
--             echo MASK > /sys/class/net/DEVICE/queues/rx-0/rps_cpus   # when it has one queue, and for veth
-- verify:   In a new recording no CPU processes more than 60% of the packets (column 1 of /proc/net/softnet_stat) under the same load.
-- but:      Interrupts say little: a polling NIC masks them under load, RPS moves packets behind them, and veth has none. So packets
--           processed by CPU decide; NET_RX only where softnet is not recorded, since a CPU that merely hands packets on by RPS counts
--           there, too. One flow is always processed on one core. Times are sampled by the tick unless IRQ_TIME_ACCOUNTING is on.
--           Other softirqs (timers, block devices) are in the time. A core isolated for packets on purpose looks like this.
-- see:      Documentation/networking/scaling.rst; irq-balance/single-cpu; softirq/cpu-saturated
WITH p AS (
  SELECT coalesce(:packet_pct, 90)   AS packet_pct,
         coalesce(:irq_pct, 90)      AS irq_pct,
         coalesce(:min_irqs, 100)    AS min_irqs,
         coalesce(:min_packets, 1000) AS min_packets,
         coalesce(:soft_pct, 60)     AS soft_pct,
         coalesce(:idle_pct, 40)     AS idle_pct,
         coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:share_pct, 50)    AS share_pct
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), taken AS (              -- packets by CPU, where they are processed
  SELECT entity AS cpu, increase AS n, span, 'packets' AS what FROM series WHERE source = 'softnet' AND name = 'processed'
   UNION ALL
  SELECT entity, increase, span, 'NET_RX softirqs' FROM series
   WHERE source = 'softirqs' AND name = 'NET_RX' AND NOT EXISTS (SELECT 1 FROM series WHERE source = 'softnet' AND name = 'processed' AND increase > 0)
), packets AS (
  SELECT cpu, n, what, n * 100.0 / nullif((SELECT sum(n) FROM taken), 0) AS pct, n / nullif(span, 0) AS per_s,
         row_number() OVER (ORDER BY n DESC, cpu) AS r
    FROM taken
), irqs AS (
  SELECT i.nic, e.entity AS cpu, sum(e.increase) AS n, max(e.span) AS span, row_number() OVER (PARTITION BY i.nic ORDER BY sum(e.increase) DESC, e.entity) AS r
    FROM irq i JOIN series e ON e.source = 'interrupts' AND e.name = i.irq
   WHERE i.nic IS NOT NULL AND e.increase > 0 GROUP BY i.nic, e.entity
), irq_total AS (
  SELECT nic, sum(n) AS n, max(span) AS span FROM irqs GROUP BY nic
), rps AS (
  SELECT entity AS nic, group_concat(replace(last, ',', ''), ' ') AS masks FROM series
   WHERE source = 'nic' AND name GLOB 'queue:rx-*:rps_cpus' AND replace(replace(last, '0', ''), ',', '') <> '' GROUP BY entity
), bound AS (
  SELECT i.cpu, i.nic, i.n * 100.0 / t.n AS pct, t.n / nullif(t.span, 0) AS per_s, r.masks IS NULL AS direct
    FROM irqs i JOIN irq_total t ON t.nic = i.nic JOIN p LEFT JOIN rps r ON r.nic = i.nic
   WHERE i.r = 1 AND i.n * 100.0 >= p.irq_pct * t.n AND t.n >= p.min_irqs * t.span
), candidate AS (
  SELECT cpu FROM bound WHERE direct
   UNION
  SELECT k.cpu FROM packets k JOIN p WHERE k.r = 1 AND k.pct >= p.packet_pct AND k.per_s >= p.min_packets
), seen AS (
  SELECT s.snap, x.mono - lag(x.mono) OVER (ORDER BY s.snap) AS dt
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'stat' AND state IN ('ok', 'cut', 'interrupted', 'fallback')
             AND EXISTS (SELECT 1 FROM candidate)) s
    JOIN snapshot x ON x.snap = s.snap
), used AS (
  SELECT e.entity AS cpu, m.snap, total(CASE WHEN e.name IN ('irq', 'softirq') THEN m.delta END) AS soft,
         total(CASE WHEN e.name IN ('idle', 'iowait') THEN m.delta END) AS idle
    FROM series e CROSS JOIN sample m ON m.series = e.id
   WHERE e.source = 'stat' AND e.name IN ('irq', 'softirq', 'idle', 'iowait') AND e.entity IN (SELECT cpu FROM candidate UNION SELECT '')
     AND EXISTS (SELECT 1 FROM candidate) AND m.delta > 0
   GROUP BY e.entity, m.snap
), struck AS (
  SELECT e.entity AS cpu, m.snap, total(CASE WHEN e.name = 'dropped' THEN m.delta END) AS dropped, total(CASE WHEN e.name = 'time_squeeze' THEN m.delta END) AS squeezes
    FROM series e CROSS JOIN sample m ON m.series = e.id
   WHERE e.source = 'softnet' AND e.name IN ('dropped', 'time_squeeze') AND e.entity IN (SELECT cpu FROM candidate) AND m.delta > 0
   GROUP BY e.entity, m.snap
), line AS (               -- the others' idle time is that of all less its own; an interval without any sample of a CPU is not known
  SELECT c.cpu, s.snap, s.dt, coalesce(u.soft, 0) / 1e7 / s.dt AS soft_pct,
         (coalesce(a.idle, 0) - coalesce(u.idle, 0)) / 1e7 / (s.dt * nullif(h.cpus - 1, 0)) AS rest_idle_pct,
         coalesce(k.dropped, 0) AS dropped, coalesce(k.squeezes, 0) AS squeezes
    FROM candidate c JOIN seen s JOIN host h
    LEFT JOIN used u ON u.cpu = c.cpu AND u.snap = s.snap
    LEFT JOIN used a ON a.cpu = '' AND a.snap = s.snap
    LEFT JOIN struck k ON k.cpu = c.cpu AND k.snap = s.snap
   WHERE s.dt > 0 AND (u.cpu IS NOT NULL OR a.cpu IS NOT NULL)
), tally AS (
  SELECT l.cpu, count(*) AS intervals, sum(l.soft_pct * l.dt) / sum(l.dt) AS soft_pct, sum(l.rest_idle_pct * l.dt) / sum(l.dt) AS rest_idle_pct,
         sum(l.soft_pct >= p.soft_pct AND l.rest_idle_pct >= p.idle_pct) AS hot,
         sum(l.soft_pct >= p.soft_pct AND l.rest_idle_pct >= p.idle_pct AND l.dropped + l.squeezes > 0) AS lossy,
         total(CASE WHEN l.soft_pct >= p.soft_pct THEN l.dropped END) AS dropped, total(CASE WHEN l.soft_pct >= p.soft_pct THEN l.squeezes END) AS squeezes,
         min(CASE WHEN l.soft_pct >= p.soft_pct AND l.rest_idle_pct >= p.idle_pct THEN l.snap END) AS first_at,
         max(CASE WHEN l.soft_pct >= p.soft_pct AND l.rest_idle_pct >= p.idle_pct THEN l.snap END) AS last_at
    FROM line l JOIN p GROUP BY l.cpu
), ring AS (               -- what the NICs bound to it could not hand over
  SELECT b.cpu, sum(s.increase) AS n
    FROM bound b
    JOIN (SELECT entity AS nic, increase FROM series WHERE source = 'netdev' AND name IN ('rx_drop', 'rx_fifo') AND increase > 0
          UNION ALL
          SELECT nic, increase FROM nic_counter WHERE meaning = 'ring_full' AND increase > 0) s ON s.nic = b.nic
   GROUP BY b.cpu
), nics AS (
  SELECT b.cpu, group_concat(b.nic, char(10)) AS lines, group_concat(b.nic, ', ') AS list, min(b.pct) AS pct,
         group_concat(b.nic || ' has ' || coalesce((SELECT q.last FROM series q WHERE q.source = 'nic' AND q.entity = b.nic AND q.name = 'channels_combined'), '?')
           || ' of ' || coalesce((SELECT q.last FROM series q WHERE q.source = 'nic' AND q.entity = b.nic AND q.name = 'channels_combined_max'), '?')
           || ' queues and rps_cpus ' || coalesce((SELECT masks FROM rps r WHERE r.nic = b.nic), '0'), '; ') AS now
    FROM bound b GROUP BY b.cpu
), device AS (             -- interfaces that count what this CPU dropped
  SELECT t.cpu, group_concat(n.entity, char(10)) AS lines FROM series n JOIN tally t
   WHERE n.source = 'netdev' AND n.name IN ('rx_drop', 'tx_drop') AND n.increase > 0 AND n.increase <= t.dropped
   GROUP BY t.cpu
), judged AS (
  SELECT t.*, h.cpus, k.pct, k.per_s, k.what, n.lines, n.list, n.pct AS irq_pct, n.now, r.n AS ring, d.lines AS devices,
         coalesce(k.pct >= p.packet_pct, 0) AS by_packets,
         coalesce(t.hot >= p.min_intervals AND t.hot * 100.0 >= p.share_pct * t.intervals, 0) AS hits
    FROM tally t JOIN host h JOIN p
    LEFT JOIN packets k ON k.cpu = t.cpu
    LEFT JOIN nics n ON n.cpu = t.cpu
    LEFT JOIN ring r ON r.cpu = t.cpu
    LEFT JOIN device d ON d.cpu = t.cpu
)
SELECT CASE WHEN NOT j.hits                                        THEN 'ok'
            WHEN j.lossy > 0 OR coalesce(j.ring, 0) > 0            THEN 'crit'
            ELSE 'warn' END                     AS level,
       j.cpu                                    AS entity,
       char(10) || coalesce(j.lines, '') || char(10) || coalesce(j.devices, '') AS explains_entity,
       round(j.pct, 1)                          AS packet_pct,
       round(j.per_s)                           AS packets_per_s,
       round(j.irq_pct, 1)                      AS irq_pct,
       j.list                                   AS nics,
       round(j.soft_pct, 1)                     AS soft_pct,
       round(j.rest_idle_pct, 1)                AS rest_idle_pct,
       coalesce(j.hot, 0)                       AS hot_intervals,
       coalesce(j.lossy, 0)                     AS lossy_intervals,
       j.intervals,
       cast(j.dropped AS INT)                   AS dropped,
       cast(j.squeezes AS INT)                  AS squeezes,
       coalesce(j.ring, 0)                      AS nic_drops,
       j.cpus,
       j.cpu                                    AS _cpu,
       coalesce(j.what, 'packets')              AS _what,
       coalesce(' and ' || round(j.irq_pct, 1) || '% of the interrupts of ' || j.list, '') AS _irqs,
       CASE WHEN j.cpus < 2 THEN 'and it is the only CPU'
            ELSE 'the other ' || CASE j.cpus WHEN 2 THEN 'CPU was' ELSE (j.cpus - 1) || ' CPUs were' END || ' idle ' || round(j.rest_idle_pct, 1) || '%: it was the limit in '
              || j.hot || ' of ' || j.intervals || ' intervals' END AS _rest,
       CASE WHEN j.lossy > 0 THEN cast(j.dropped AS INT) || ' packets were dropped and ' || cast(j.squeezes AS INT) || ' polls ended with packets left in ' || j.lossy || ' of these intervals.'
            WHEN j.ring > 0 THEN 'Its NICs dropped ' || j.ring || ' packets.'
            ELSE 'Nothing was lost yet in this window.' END AS _loss,
       coalesce(j.now, 'no NIC interrupts it')  AS _now,
       1 + (j.by_packets AND j.list IS NOT NULL) + (j.lossy > 0 OR coalesce(j.ring, 0) > 0) AS votes,
       (SELECT l.snap FROM line l WHERE l.cpu = j.cpu ORDER BY l.soft_pct DESC, l.snap LIMIT 1) AS at,
       j.first_at, j.last_at
  FROM judged j
 UNION ALL
SELECT 'ok', '', NULL, round(k.pct, 1), round(k.per_s), NULL, NULL, NULL, NULL, 0, 0, NULL, 0, 0, 0, (SELECT cpus FROM host),
       k.cpu, k.what, '', 'too little or too well spread to be a limit', '', '', 0, NULL, NULL, NULL
  FROM packets k WHERE k.r = 1 AND k.n IS NOT NULL AND NOT EXISTS (SELECT 1 FROM line)
 ORDER BY 1, 10 DESC, 2;
