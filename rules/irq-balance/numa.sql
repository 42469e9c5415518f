-- rule:     irq-balance/numa
-- version:  1
-- schema:   1
-- title:    A NIC interrupts CPUs of another NUMA node
-- tags:     irq nic numa
-- requires: interrupts >= 4, nic >= 1, host >= 1
-- min_span: 10s
-- param:    min_pct    percent  of the NIC's interrupts on other nodes
-- param:    min_per_s  irqs/s   of the NIC, below which it does not matter
-- message:  {entity} is at node {node}, and {remote_pct}% of its interrupts ({irqs_per_s}/s) go to CPUs of other nodes, in {intervals_hit} of {intervals} intervals {:min_pct}% or more
-- meaning:  Each packet and its descriptor are fetched across the link between the nodes: a little latency for each, and much of that
--           link's bandwidth at high rates.
-- remedy:   Send each of its interrupts to a CPU of its node {node} ({cpulist}):
--             cat /sys/class/net/{entity}/device/local_cpulist
--             echo CPU > /proc/irq/IRQ/smp_affinity_list
-- verify:   The INTERRUPTS section of a new recording shows the CPUs of node {node}.
-- but:      Where the program runs on the other node, moving it matters more.
-- see:      Documentation/networking/scaling.rst; Documentation/ABI/stable/sysfs-devices-node
WITH RECURSIVE p AS (
  SELECT coalesce(:min_pct, 80)     AS min_pct,
         coalesce(:min_per_s, 10000) AS min_per_s
), node AS (
  SELECT cast(substr(entity, 5) AS INT) AS node, trim(last) AS cpulist
    FROM series WHERE source = 'host' AND name = 'cpulist' AND entity GLOB 'node[0-9]*'
), item(node, one, rest) AS (  -- '0-3,8-11' piece by piece
  SELECT node, '', cpulist || ',' FROM node
   UNION ALL
  SELECT node, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1) FROM item WHERE instr(rest, ',') > 0
), span AS (
  SELECT node, cast(one AS INT) AS lo, cast(CASE WHEN instr(one, '-') > 0 THEN substr(one, instr(one, '-') + 1) ELSE one END AS INT) AS hi
    FROM item WHERE one <> ''
), own AS (
  SELECT g.entity AS nic, cast(g.last AS INT) AS node, n.cpulist
    FROM gauge g JOIN node n ON n.node = cast(g.last AS INT)
   WHERE g.source = 'nic' AND g.name = 'numa_node' AND g.last >= 0
), s AS (
  SELECT o.nic, o.node, o.cpulist, sum(i.irqs) AS irqs, max(i.span) AS seconds,
         sum(CASE WHEN EXISTS (SELECT 1 FROM span WHERE span.node = o.node AND cast(substr(i.cpu, 4) AS INT) BETWEEN span.lo AND span.hi)
                  THEN 0 ELSE i.irqs END) AS remote
    FROM own o JOIN irq_share i ON i.nic = o.nic
   GROUP BY o.nic, o.node, o.cpulist
), far AS (                -- the counters of those that are to be told of
  SELECT x.id, s.nic, x.intervals,
         NOT EXISTS (SELECT 1 FROM span WHERE span.node = s.node AND cast(substr(x.entity, 4) AS INT) BETWEEN span.lo AND span.hi) AS remote
    FROM s JOIN p JOIN irq i ON i.nic = s.nic JOIN series x ON x.source = 'interrupts' AND x.name = i.irq
   WHERE s.irqs >= p.min_per_s * s.seconds AND s.remote * 100.0 >= p.min_pct * s.irqs
), step AS (
  SELECT f.nic, m.snap, sum(CASE WHEN f.remote THEN m.delta ELSE 0 END) AS remote, sum(m.delta) AS irqs, max(m.dt) AS dt
    FROM far f CROSS JOIN sample m ON m.series = f.id
   GROUP BY f.nic, m.snap HAVING sum(m.delta) > 0
), hit AS (
  SELECT t.nic, t.snap, row_number() OVER (PARTITION BY t.nic ORDER BY t.remote / t.dt DESC, t.snap) AS r
    FROM step t JOIN p WHERE t.irqs >= p.min_per_s * t.dt AND t.remote * 100.0 >= p.min_pct * t.irqs
), times AS (
  SELECT nic, count(*) AS n, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM hit GROUP BY nic
)
SELECT CASE WHEN s.irqs IS NULL OR s.seconds IS NULL               THEN 'skip'
            WHEN (SELECT count(*) FROM node) < 2                   THEN 'ok'
            WHEN s.irqs < p.min_per_s * s.seconds                  THEN 'ok'
            WHEN s.remote * 100.0 >= p.min_pct * s.irqs            THEN 'info'
            ELSE 'ok' END                      AS level,
       s.nic                                   AS entity,
       s.node,
       s.cpulist,
       round(s.remote * 100.0 / nullif(s.irqs, 0), 1) AS remote_pct,
       round(s.irqs / nullif(s.seconds, 0))    AS irqs_per_s,
       coalesce(t.n, 0)                        AS intervals_hit,
       (SELECT max(intervals) FROM far WHERE far.nic = s.nic) AS intervals,
       t.at, t.first_at, t.last_at
  FROM s JOIN p LEFT JOIN times t ON t.nic = s.nic
 ORDER BY remote_pct DESC, s.nic;
