-- rule:     irq-balance/queue-pinned
-- version:  1
-- schema:   1
-- title:    Several queues of a NIC interrupt the same CPU while another has none
-- tags:     irq nic
-- requires: interrupts >= 4
-- wants:    irq_affinity, host
-- min_span: 10s
-- param:    min_per_s  irqs/s  of a queue, below which it is not active
-- message:  {entity}: {shared} of its {queues} active queues interrupt {cpu} most (irqs {irqs}), {free_cpus} of {cpus} CPUs there take none of its interrupts
-- meaning:  Queues exist so that CPUs share the receive work. Two on one CPU halve what they could do, and which flows suffer is a
--           matter of their hash: some connections are slow and others are not.
-- remedy:   Let irqbalance do it, or give each of the irqs {irqs} a CPU of its own (now {affinity}):
--             echo CPU > /proc/irq/IRQ/smp_affinity_list
-- verify:   The INTERRUPTS section shows each queue of {entity} on a CPU of its own.
-- but:      Siblings of one core, or CPUs left out on purpose.
-- see:      Documentation/networking/scaling.rst (RSS IRQ configuration); irq-balance/single-cpu
WITH RECURSIVE p AS (
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
), step AS (               -- one interval of a queue that is active has half of its interrupts there, or more
  SELECT a.nic, m.snap, count(*) AS queues, sum(m.delta) / max(m.dt) AS per_s
    FROM shared s JOIN active a ON a.nic = s.nic AND a.cpu = s.cpu JOIN p
    JOIN series x ON x.source = 'interrupts' AND x.name = a.irq AND x.entity = a.cpu
    JOIN sample m ON m.series = x.id
   WHERE s.r = 1 AND s.n >= 2 AND m.delta * 2 >= p.min_per_s * m.dt
   GROUP BY a.nic, m.snap
), held AS (
  SELECT nic, snap, row_number() OVER (PARTITION BY nic ORDER BY per_s DESC, snap) AS worst FROM step WHERE queues >= 2
), times AS (
  SELECT nic, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM held GROUP BY nic
), node AS (              -- a NIC's interrupts belong on its own NUMA node: other nodes' CPUs are not free for it
  SELECT entity AS node, trim(last) AS cpulist FROM series WHERE source = 'host' AND name = 'cpulist' AND entity GLOB 'node[0-9]*'
), item(node, one, rest) AS (  -- '0-3,8-11' piece by piece
  SELECT node, '', cpulist || ',' FROM node
   UNION ALL
  SELECT node, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1) FROM item WHERE instr(rest, ',') > 0
), part AS (
  SELECT node, cast(one AS INT) AS lo, cast(CASE WHEN instr(one, '-') > 0 THEN substr(one, instr(one, '-') + 1) ELSE one END AS INT) AS hi
    FROM item WHERE one <> ''
), cpu_node AS (
  SELECT s.entity AS cpu, coalesce((SELECT part.node FROM part WHERE cast(substr(s.entity, 4) AS INT) BETWEEN part.lo AND part.hi), '') AS node
    FROM series s WHERE s.source = 'stat' AND s.name = 'idle' AND s.entity LIKE 'cpu%'
), taken AS (
  SELECT DISTINCT i.nic, i.cpu, c.node FROM irq_share i JOIN cpu_node c ON c.cpu = i.cpu WHERE i.irqs > 0
), room AS (               -- CPUs of the nodes that take any
  SELECT t.nic, count(*) AS taken, (SELECT count(*) FROM cpu_node c WHERE c.node IN (SELECT x.node FROM taken x WHERE x.nic = t.nic)) AS cpus
    FROM taken t GROUP BY t.nic
), every AS (
  SELECT DISTINCT nic FROM irq WHERE nic IS NOT NULL
)
SELECT CASE WHEN host.cpus = 0                                                   THEN 'skip'
            WHEN s.n >= 2 AND t.cpus > t.taken                                   THEN 'warn'
            ELSE 'ok' END               AS level,
       e.nic                            AS entity,
       coalesce(s.cpu, '')              AS cpu,
       coalesce(s.n, 0)                 AS shared,
       coalesce(n.queues, 0)            AS queues,
       coalesce(t.cpus - t.taken, host.cpus) AS free_cpus,
       coalesce(t.cpus, host.cpus)      AS cpus,
       coalesce(s.irqs, '')             AS irqs,
       coalesce(s.affinity, '')         AS affinity,
       w.hit                            AS intervals_hit,
       (SELECT max(x.intervals) FROM series x JOIN irq i ON i.irq = x.name
         WHERE x.source = 'interrupts' AND x.entity = s.cpu AND i.nic = e.nic) AS intervals,
       w.at, w.first_at, w.last_at
  FROM every e JOIN host
  LEFT JOIN nics n ON n.nic = e.nic
  LEFT JOIN shared s ON s.nic = e.nic AND s.r = 1
  LEFT JOIN room t ON t.nic = e.nic
  LEFT JOIN times w ON w.nic = e.nic
 ORDER BY shared DESC, e.nic;
