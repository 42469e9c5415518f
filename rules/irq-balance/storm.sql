-- rule:     irq-balance/storm
-- version:  1
-- schema:   1
-- title:    A NIC interrupts a CPU very often
-- tags:     irq nic coalescing
-- requires: interrupts >= 4
-- wants:    nic
-- min_span: 10s
-- param:    min_per_s  irqs/s  of one NIC on one CPU
-- message:  {entity} interrupts {cpu} {irqs_per_s} times a second
-- meaning:  Each interrupt costs microseconds that are not spent on packets. A NIC can wait a little and report several packets at
--           once; at such a rate it does not.
-- remedy:   Let it gather packets before it interrupts; where the first is not there, the second:
--             ethtool -C {entity} adaptive-rx on   # now {adaptive}
--             ethtool -C {entity} rx-usecs {_more_usecs}   # now {_rx_usecs}
-- verify:   The INTERRUPTS section of a new recording shows less at the same load.
-- but:      Where latency counts more than CPU it may be meant so.
-- see:      ethtool(8), -C
WITH p AS (
  SELECT coalesce(:min_per_s, 50000) AS min_per_s
), top AS (
  SELECT nic, cpu, irqs, span, row_number() OVER (PARTITION BY nic ORDER BY irqs DESC, cpu) AS r FROM irq_share
), step AS (               -- of that CPU alone, interval by interval
  SELECT t.nic, m.snap, sum(m.delta) / max(m.dt) AS per_s
    FROM top t JOIN p JOIN irq i ON i.nic = t.nic
    JOIN series s ON s.source = 'interrupts' AND s.name = i.irq AND s.entity = t.cpu
    JOIN sample m ON m.series = s.id
   WHERE t.r = 1 AND t.irqs >= p.min_per_s * t.span AND m.delta > 0
   GROUP BY t.nic, m.snap
), held AS (
  SELECT step.nic, step.snap, row_number() OVER (PARTITION BY step.nic ORDER BY step.per_s DESC, step.snap) AS worst
    FROM step JOIN p WHERE step.per_s >= p.min_per_s
), times AS (
  SELECT nic, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM held GROUP BY nic
), c AS (
  SELECT entity, max(CASE WHEN name = 'coalesce_adaptive_rx' THEN last END) AS adaptive,
         max(CASE WHEN name = 'coalesce_rx_usecs' THEN last END) AS rx_usecs
    FROM series WHERE source = 'nic' AND name IN ('coalesce_adaptive_rx', 'coalesce_rx_usecs') GROUP BY entity
)
SELECT CASE WHEN t.irqs IS NULL OR t.span IS NULL OR t.span = 0 THEN 'skip'
            WHEN t.irqs >= p.min_per_s * t.span                 THEN 'info'
            ELSE 'ok' END                 AS level,
       t.nic                              AS entity,
       t.cpu,
       round(t.irqs / nullif(t.span, 0))  AS irqs_per_s,
       coalesce(c.adaptive, '?')          AS adaptive,
       c.rx_usecs                         AS rx_usecs_ns,
       coalesce(c.rx_usecs / 1000, '?')   AS _rx_usecs,
       max(50, 2 * coalesce(c.rx_usecs / 1000, 0)) AS _more_usecs,
       w.hit                              AS intervals_hit,
       (SELECT max(s.intervals) FROM series s JOIN irq i ON i.irq = s.name
         WHERE s.source = 'interrupts' AND s.entity = t.cpu AND i.nic = t.nic) AS intervals,
       w.at, w.first_at, w.last_at
  FROM top t JOIN p
  LEFT JOIN c ON c.entity = t.nic
  LEFT JOIN times w ON w.nic = t.nic
 WHERE t.r = 1
 ORDER BY t.irqs DESC, t.nic;
