-- rule:     softirq/netrx-imbalance
-- version:  1
-- schema:   1
-- title:    Receive softirqs run on one CPU
-- tags:     softirq receive irq
-- requires: softirqs >= 4, stat >= 2
-- min_span: 10s
-- param:    min_pct       percent     of all NET_RX on one CPU
-- param:    min_per_s     softirqs/s  of the host, below which it is idle and always unbalanced
-- param:    min_cpus      CPUs        of the host; with fewer it is not judged
-- param:    warn_busy_pct percent     of that CPU in irq and softirq: then it is more than a word
-- message:  {cpu} runs {pct}% of the receive softirqs (of {net_rx_per_s}/s, on {cpus} CPUs); irq and softirq take {soft_pct}% of it
-- meaning:  Receive work runs where the interrupt came, and from there only RPS takes it to other CPUs. One CPU for all of it is the
--           ceiling of the packet rate. NET_RX counts softirq runs, not packets: a busy CPU takes many packets in one run, so that
--           the share says less than the load.
-- remedy:   Spread the interrupts (irq-balance/single-cpu):
--             systemctl start irqbalance
--           With one queue only, RPS:
--             echo MASK > /sys/class/net/DEVICE/queues/rx-0/rps_cpus
-- verify:   No CPU has more than half of NET_RX in a new recording.
-- but:      One queue is enough for a low load; CPUs kept free of interrupts on purpose.
-- see:      Documentation/networking/scaling.rst
WITH p AS (
  SELECT coalesce(:min_pct, 80)       AS min_pct,
         coalesce(:min_per_s, 10000)  AS min_per_s,
         coalesce(:min_cpus, 4)       AS min_cpus,
         coalesce(:warn_busy_pct, 50) AS warn_busy_pct
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), each_cpu AS (
  SELECT id, entity AS cpu, increase, span, intervals, row_number() OVER (ORDER BY increase DESC, entity) AS r
    FROM series WHERE source = 'softirqs' AND name = 'NET_RX' AND kind IN ('counter', 'counter32') AND increase IS NOT NULL
), rx AS (
  SELECT max(CASE WHEN r = 1 THEN cpu END) AS cpu, max(CASE WHEN r = 1 THEN id END) AS id, max(intervals) AS intervals,
         max(increase) AS most, sum(increase) AS total, max(span) AS span
    FROM each_cpu
), step AS (               -- of a host that is so over the window, interval by interval
  SELECT m.snap, sum(m.delta) AS total, sum(CASE WHEN e.id = rx.id THEN m.delta ELSE 0 END) AS most, max(m.dt) AS dt
    FROM rx CROSS JOIN p CROSS JOIN each_cpu e CROSS JOIN sample m ON m.series = e.id
   WHERE rx.total >= p.min_per_s * rx.span AND rx.most * 100.0 >= p.min_pct * rx.total AND m.delta > 0
   GROUP BY m.snap
), held AS (
  SELECT s.snap, row_number() OVER (ORDER BY s.most / s.dt DESC, s.snap) AS worst
    FROM step s JOIN p WHERE s.total >= p.min_per_s * s.dt AND s.most * 100.0 >= p.min_pct * s.total
), times AS (
  SELECT count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at FROM held
), soft AS (
  SELECT entity AS cpu, sum(CASE WHEN name IN ('irq', 'softirq') THEN increase END) * 100.0 / nullif(sum(increase), 0) AS pct
    FROM counter WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
)
SELECT CASE WHEN rx.total IS NULL OR host.cpus = 0            THEN 'skip'
            WHEN host.cpus < p.min_cpus                       THEN 'ok'
            WHEN rx.total < p.min_per_s * rx.span             THEN 'ok'
            WHEN rx.most * 100.0 < p.min_pct * rx.total       THEN 'ok'
            WHEN soft.pct >= p.warn_busy_pct                  THEN 'warn'
            ELSE 'info' END                        AS level,
       ''                                          AS entity,
       rx.cpu,
       round(rx.most * 100.0 / nullif(rx.total, 0), 1) AS pct,
       round(rx.total / nullif(rx.span, 0))        AS net_rx_per_s,
       host.cpus,
       coalesce(round(soft.pct, 1), '?')           AS soft_pct,
       times.hit                                   AS intervals_hit,
       rx.intervals,
       times.at, times.first_at, times.last_at
  FROM rx JOIN host JOIN p JOIN times
  LEFT JOIN soft ON soft.cpu = rx.cpu
 ORDER BY entity;
