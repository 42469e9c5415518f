-- rule:     irq-balance/queue-pinned
-- version:  1
-- schema:   1
-- title:    Several queues of a NIC interrupt the same CPU while another has none
-- tags:     irq nic
-- requires: interrupts >= 4
-- wants:    irq_affinity
-- min_span: 10s
-- param:    min_per_s  irqs/s  of a queue, below which it is not active
-- message:  {entity}: {shared} of its {queues} active queues interrupt {cpu} most (irqs {irqs}), {free_cpus} of {cpus} CPUs take none of its interrupts
-- meaning:  Queues exist so that CPUs share the receive work. Two on one CPU halve what they could do, and which flows suffer is a
--           matter of their hash: some connections are slow and others are not.
-- remedy:   One CPU a queue: echo CPU > /proc/irq/IRQ/smp_affinity_list for the irqs {irqs} (now {affinity}); or let irqbalance
--           do it.
-- verify:   The INTERRUPTS section shows each queue of {entity} on a CPU of its own.
-- but:      Siblings of one core, or CPUs left out on purpose.
-- see:      Documentation/networking/scaling.rst (RSS IRQ configuration); irq-balance/single-cpu
WITH p AS (
  SELECT coalesce(:min_per_s, 100) AS min_per_s
), host AS (
  SELECT count(DISTINCT entity) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), per AS (                -- bare columns beside max(): of the row that has the maximum
  SELECT i.nic, i.irq, i.affinity, max(c.increase) AS most, c.entity AS cpu, sum(c.increase) AS total, avg(c.span) AS span
    FROM irq i JOIN counter c ON c.source = 'interrupts' AND c.name = i.irq
   WHERE i.nic IS NOT NULL AND c.increase IS NOT NULL
   GROUP BY i.nic, i.irq, i.affinity
), active AS (
  SELECT per.* FROM per JOIN p WHERE per.total >= p.min_per_s * per.span AND per.most * 2 > per.total
), nics AS (
  SELECT nic, count(*) AS queues FROM active GROUP BY nic
), shared AS (
  SELECT nic, cpu, count(*) AS n, group_concat(irq, ', ') AS irqs, group_concat(coalesce(affinity, '?'), ', ') AS affinity,
         row_number() OVER (PARTITION BY nic ORDER BY count(*) DESC, cpu) AS r
    FROM active GROUP BY nic, cpu
), taken AS (
  SELECT nic, count(DISTINCT cpu) AS n FROM irq_share WHERE irqs > 0 GROUP BY nic
), every AS (
  SELECT DISTINCT nic FROM irq WHERE nic IS NOT NULL
)
SELECT CASE WHEN host.cpus = 0                                                   THEN 'skip'
            WHEN s.n >= 2 AND host.cpus > coalesce(t.n, 0)                       THEN 'warn'
            ELSE 'ok' END               AS level,
       e.nic                            AS entity,
       coalesce(s.cpu, '')              AS cpu,
       coalesce(s.n, 0)                 AS shared,
       coalesce(n.queues, 0)            AS queues,
       host.cpus - coalesce(t.n, 0)     AS free_cpus,
       host.cpus,
       coalesce(s.irqs, '')             AS irqs,
       coalesce(s.affinity, '')         AS affinity
  FROM every e JOIN host
  LEFT JOIN nics n ON n.nic = e.nic
  LEFT JOIN shared s ON s.nic = e.nic AND s.r = 1
  LEFT JOIN taken t ON t.nic = e.nic
 ORDER BY shared DESC, e.nic;
