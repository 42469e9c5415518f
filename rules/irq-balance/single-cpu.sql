-- rule:     irq-balance/single-cpu
-- version:  1
-- schema:   1
-- title:    One CPU takes all interrupts of a NIC
-- tags:     irq nic
-- requires: interrupts >= 4
-- wants:    softirqs, stat, nic
-- min_span: 10s
-- param:    min_pct       percent  of the NIC's interrupts on one CPU
-- param:    min_per_s     irqs/s   of the NIC, below which it is idle and always unbalanced
-- param:    min_cpus      CPUs     of the host; with fewer a NIC of one queue is not judged
-- param:    min_softirq   percent  of that CPU in softirq, below which a NIC of one queue is only a word: it has no choice, and the CPU has room
-- param:    crit_softirq  percent  of that CPU in softirq
-- message:  {cpu} takes {pct}% of the interrupts of {entity} ({irqs_per_s}/s on {queues} queues, {cpus} CPUs here); softirq {softirq_pct}% there
-- meaning:  One core does all of the NIC's receive work while the others idle: it is the ceiling of the packet rate, and what else runs
--           on it waits. Under heavy load NAPI masks interrupts, so the share of NET_RX softirqs on {cpu} ({net_rx_pct}%) says more
--           than the rate.
-- remedy:   Start irqbalance, or spread by hand, queue by queue:
--             systemctl start irqbalance
--             echo CPU > /proc/irq/IRQ/smp_affinity_list
--           With one queue only, use more of them if the NIC has more, and RPS if it has not:
--             ethtool -L {entity} combined N   # now {queues} queues
--             echo MASK > /sys/class/net/{entity}/queues/rx-0/rps_cpus
-- verify:   No CPU has more than 60% of the interrupts of {entity} in a new recording.
-- but:      Deliberate pinning, isolated CPUs; a NIC that polls (busy poll, DPDK) interrupts little.
-- see:      Documentation/networking/scaling.rst; Documentation/core-api/irq/irq-affinity.rst
WITH p AS (
  SELECT coalesce(:min_pct, 90)      AS min_pct,
         coalesce(:min_per_s, 500)   AS min_per_s,
         coalesce(:min_cpus, 4)      AS min_cpus,
         coalesce(:min_softirq, 20)  AS min_softirq,
         coalesce(:crit_softirq, 80) AS crit_softirq
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), n AS (
  SELECT nic, sum(irqs) AS irqs, max(span) AS span,
         (SELECT count(*) FROM irq q WHERE q.nic = irq_share.nic
             AND EXISTS (SELECT 1 FROM counter c WHERE c.source = 'interrupts' AND c.name = q.irq AND c.increase > 0)) AS queues
    FROM irq_share GROUP BY nic
), top AS (                -- a bare column beside max(): SQLite takes it from the row that has the maximum
  SELECT nic, max(pct) AS pct, cpu FROM irq_share GROUP BY nic
), step AS (               -- of a NIC that is so over the window, interval by interval
  SELECT n.nic, m.snap, sum(m.delta) AS irqs, sum(CASE WHEN s.entity = top.cpu THEN m.delta ELSE 0 END) AS most, max(m.dt) AS dt
    FROM n CROSS JOIN top ON top.nic = n.nic CROSS JOIN p CROSS JOIN irq i ON i.nic = n.nic
    CROSS JOIN series s ON s.source = 'interrupts' AND s.name = i.irq
    CROSS JOIN sample m ON m.series = s.id
   WHERE n.irqs >= p.min_per_s * n.span AND top.pct >= p.min_pct
   GROUP BY n.nic, m.snap HAVING sum(m.delta) > 0
), held AS (
  SELECT step.nic, step.snap, row_number() OVER (PARTITION BY step.nic ORDER BY step.most / step.dt DESC, step.snap) AS worst
    FROM step JOIN p WHERE step.irqs >= p.min_per_s * step.dt AND step.most * 100.0 >= p.min_pct * step.irqs
), times AS (
  SELECT nic, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM held GROUP BY nic
), soft AS (
  SELECT entity AS cpu, sum(CASE WHEN name = 'softirq' THEN increase END) * 100.0 / nullif(sum(increase), 0) AS pct
    FROM counter WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), rx AS (
  SELECT entity AS cpu, increase * 100.0 / nullif((SELECT sum(increase) FROM counter
                                                    WHERE source = 'softirqs' AND name = 'NET_RX'), 0) AS pct
    FROM counter WHERE source = 'softirqs' AND name = 'NET_RX'
)
SELECT CASE WHEN n.span IS NULL OR n.irqs IS NULL                        THEN 'skip'
            WHEN host.cpus < 2                                           THEN 'ok'
            WHEN n.irqs < p.min_per_s * n.span                           THEN 'ok'
            WHEN n.queues < 2 AND host.cpus < p.min_cpus                 THEN 'ok'
            WHEN top.pct < p.min_pct                                     THEN 'ok'
            WHEN coalesce(soft.pct, 0) >= p.crit_softirq                 THEN 'crit'
            WHEN n.queues < 2 AND soft.pct < p.min_softirq               THEN 'info'
            ELSE 'warn' END                        AS level,
       n.nic                                       AS entity,
       top.cpu,
       round(top.pct, 1)                           AS pct,
       round(n.irqs / nullif(n.span, 0))           AS irqs_per_s,
       n.queues,
       host.cpus,
       coalesce(round(soft.pct, 1), '?')           AS softirq_pct,
       coalesce(round(rx.pct, 1), '?')             AS net_rx_pct,
       w.hit                                       AS intervals_hit,
       (SELECT max(s.intervals) FROM series s JOIN irq i ON i.irq = s.name
         WHERE s.source = 'interrupts' AND s.entity = top.cpu AND i.nic = n.nic) AS intervals,
       w.at, w.first_at, w.last_at
  FROM n JOIN top ON top.nic = n.nic JOIN host JOIN p
  LEFT JOIN soft ON soft.cpu = top.cpu
  LEFT JOIN rx ON rx.cpu = top.cpu
  LEFT JOIN times w ON w.nic = n.nic
 ORDER BY n.irqs DESC, n.nic;
