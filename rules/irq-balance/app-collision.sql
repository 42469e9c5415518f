-- rule:     irq-balance/app-collision
-- version:  1
-- schema:   1
-- title:    Programs fill the CPU that takes a NIC's interrupts
-- tags:     irq nic cpu
-- requires: interrupts >= 4, stat >= 4
-- min_span: 10s
-- param:    min_irq_pct   percent  of the NIC's interrupts on that CPU
-- param:    min_per_s     irqs/s   of the NIC, below which it is idle
-- param:    min_app_pct   percent  user and system of that CPU in an interval
-- param:    min_share_pct percent  of the intervals that are so busy
-- param:    max_rest_pct  percent  busy on average that the other CPUs may be: with more there is nowhere to go
-- param:    min_cpus      CPUs     of the host; with fewer there is no choice
-- message:  {cpu} takes {irq_pct}% of the interrupts of {entity} ({irqs_per_s}/s), and programs use {app_pct}% of it: {busy_intervals} of {intervals} intervals at {min_app_pct}% or more; the other CPUs are busy {rest_pct}%
-- meaning:  Programs and packets fight for one core while others have time: packets wait for programs or ksoftirqd does
--           (softirq/ksoftirqd-starved), and the programs are interrupted all the time.
-- remedy:   Keep the programs off that CPU, or move the interrupt:
--             taskset -apc OTHER-CPUS PID
--             echo OTHER-CPU > /proc/irq/IRQ/smp_affinity_list
-- verify:   user and system of {cpu} are below 50% in a new recording.
-- but:      Work that wakes on the CPU of its packets has warm caches, and some pin it so. Whose program it is is not told; system
--           time counts as the program's, also that of the kernel for others.
-- see:      Documentation/networking/scaling.rst; Documentation/core-api/irq/irq-affinity.rst
WITH p AS (
  SELECT coalesce(:min_irq_pct, 50)   AS min_irq_pct,
         coalesce(:min_per_s, 500)    AS min_per_s,
         coalesce(:min_app_pct, 70)   AS min_app_pct,
         coalesce(:min_share_pct, 50) AS min_share_pct,
         coalesce(:max_rest_pct, 50)  AS max_rest_pct,
         coalesce(:min_cpus, 3)       AS min_cpus
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), top AS (
  SELECT nic, cpu, irqs, pct, span, row_number() OVER (PARTITION BY nic ORDER BY irqs DESC, cpu) AS r FROM irq_share
), total AS (
  SELECT nic, sum(irqs) AS irqs FROM irq_share GROUP BY nic
), likely AS (             -- CPUs whose worst intervals of both together are that bad: only theirs are looked at one by one
  SELECT entity AS cpu FROM counter
   WHERE source = 'stat' AND name IN ('user', 'system') AND entity IN (SELECT cpu FROM top WHERE r = 1)
   GROUP BY entity HAVING sum(peak_per_s) / 1e7 >= (SELECT min_app_pct FROM p) * 0.999
), step AS (
  SELECT x.entity AS cpu, m.snap, sum(m.delta) / 1e7 / nullif(max(m.dt), 0) AS pct
    FROM series x JOIN sample m ON m.series = x.id
   WHERE x.source = 'stat' AND x.entity IN (SELECT cpu FROM likely) AND x.name IN ('user', 'system') AND m.delta IS NOT NULL
   GROUP BY x.entity, m.snap
), held AS (
  SELECT step.cpu, step.snap, row_number() OVER (PARTITION BY step.cpu ORDER BY step.pct DESC, step.snap) AS worst
    FROM step JOIN p WHERE step.pct >= p.min_app_pct
), busy AS (
  SELECT cpu, count(*) AS n, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM held GROUP BY cpu
), used AS (
  SELECT entity AS cpu, sum(increase) AS total, max(intervals) AS intervals,
         sum(CASE WHEN name IN ('user', 'system') THEN increase END)     AS app,
         sum(CASE WHEN name NOT IN ('idle', 'iowait') THEN increase END) AS busy
    FROM counter
   WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), all_cpus AS (
  SELECT sum(total) AS total, sum(busy) AS busy FROM used
), j AS (
  SELECT t.*, total.irqs AS nic_irqs, u.intervals, u.app * 100.0 / nullif(u.total, 0) AS app_pct, coalesce(b.n, 0) AS busy,
         (a.busy - coalesce(u.busy, 0)) * 100.0 / nullif(a.total - u.total, 0) AS rest_pct, b.at, b.first_at, b.last_at
    FROM top t JOIN all_cpus a JOIN total ON total.nic = t.nic
    LEFT JOIN used u ON u.cpu = t.cpu
    LEFT JOIN busy b ON b.cpu = t.cpu
   WHERE t.r = 1
)
SELECT CASE WHEN j.nic_irqs IS NULL OR j.span IS NULL OR j.intervals IS NULL   THEN 'skip'
            WHEN host.cpus < p.min_cpus OR j.nic_irqs < p.min_per_s * j.span   THEN 'ok'
            WHEN j.pct < p.min_irq_pct                                         THEN 'ok'
            WHEN j.busy * 100.0 < p.min_share_pct * j.intervals                THEN 'ok'
            WHEN j.rest_pct > p.max_rest_pct                                   THEN 'ok'
            ELSE 'warn' END                       AS level,
       j.nic                                      AS entity,
       j.cpu,
       round(j.pct, 1)                            AS irq_pct,
       round(j.nic_irqs / nullif(j.span, 0))      AS irqs_per_s,
       round(j.app_pct, 1)                        AS app_pct,
       j.busy                                     AS busy_intervals,
       j.intervals,
       p.min_app_pct,
       round(j.rest_pct, 1)                       AS rest_pct,
       j.at,
       j.first_at,
       j.last_at
  FROM j JOIN p JOIN host
 ORDER BY level = 'warn' DESC, j.nic_irqs DESC, j.nic;
