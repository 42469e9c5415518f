-- plot: cpus
-- title: What came to which CPU
-- order: 40
-- about: a row a CPU, the same in each map; a CPU that stands out in several of them is where packets, interrupts and their work meet
-- source: softnet interrupts stat
-- rules: softirq/*, irq-balance/*, root-cause/single-core-nic, root-cause/ksoftirqd-starved, root-cause/softnet-nic-cpu-loss, cpu/steal, root-cause/steal-noisy-neighbour
-- panel: packets dropped at the backlog (softnet dropped)
-- kind: heat
-- empty: no CPU's backlog dropped a packet
SELECT entity AS cpu, curve(id) AS dropped_per_s FROM series WHERE source = 'softnet' AND name = 'dropped'
 ORDER BY 0 + substr(entity, 4), entity;
-- panel: packets left over when the softirq's time was up (softnet time_squeeze)
-- kind: heat
-- empty: no CPU's softirq ran out of its time
SELECT entity AS cpu, curve(id) AS squeezed_per_s FROM series WHERE source = 'softnet' AND name = 'time_squeeze'
 ORDER BY 0 + substr(entity, 4), entity;
-- panel: interrupts of network interfaces
-- kind: heat
-- empty: no interrupt belongs to a network interface (virtual ones have none)
WITH growth AS (
  SELECT s.entity, m.snap, sum(m.delta) AS grown, max(m.dt) AS dt
    FROM irq i JOIN series s ON s.source = 'interrupts' AND s.name = i.irq AND s.increase > 0
    JOIN sample m ON m.series = s.id
   WHERE i.nic IS NOT NULL AND m.delta > 0 AND m.dt > 0
   GROUP BY s.entity, m.snap
)
SELECT c.entity AS cpu, curve_over('interrupts', x.mono - g.dt, x.mono, g.grown / g.dt) AS irqs_per_s
  FROM (SELECT DISTINCT entity FROM series WHERE source = 'softnet') c
  LEFT JOIN growth g ON g.entity = c.entity LEFT JOIN snapshot x ON x.snap = g.snap
 GROUP BY c.entity ORDER BY 0 + substr(c.entity, 4), c.entity;
-- panel: packets received (softirq NET_RX)
-- kind: heat
-- empty: no packet was received
SELECT entity AS cpu, curve(id) AS processed_per_s FROM series WHERE source = 'softnet' AND name = 'processed'
 ORDER BY 0 + substr(entity, 4), entity;
-- panel: time spent in softirqs
-- kind: heat
-- empty: no CPU spent time in softirqs
SELECT entity AS cpu, curve(id, 1e-7) AS softirq_pct FROM series WHERE source = 'stat' AND name = 'softirq' AND entity <> ''
 ORDER BY 0 + substr(entity, 4), entity;
-- panel: time stolen by the hypervisor
-- kind: heat
-- empty: the hypervisor stole no time
SELECT entity AS cpu, curve(id, 1e-7) AS steal_pct FROM series WHERE source = 'stat' AND name = 'steal' AND entity <> ''
 ORDER BY 0 + substr(entity, 4), entity;
