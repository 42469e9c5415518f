-- plot: cpu-time
-- title: CPU time of the host
-- order: 100
-- about: what all CPUs together were used for, and whether something had to wait for them; time stolen or withheld by a quota looks idle from inside
-- source: stat
-- rules: cpu/*, clock/stall, cgroup/cpu-throttled, root-cause/cpu-throttle-latency, root-cause/steal-noisy-neighbour
-- panel: CPU time, all CPUs together
-- kind: stacked
-- empty: the CPUs were idle
WITH t AS (
  SELECT m.snap, max(m.dt) AS dt, sum(m.delta) AS spent,
         sum(CASE WHEN s.name IN ('user', 'nice') THEN m.delta END) AS user, sum(CASE WHEN s.name = 'system' THEN m.delta END) AS system,
         sum(CASE WHEN s.name IN ('irq', 'softirq') THEN m.delta END) AS irq, sum(CASE WHEN s.name = 'steal' THEN m.delta END) AS steal,
         sum(CASE WHEN s.name = 'iowait' THEN m.delta END) AS iowait
    FROM series s JOIN sample m ON m.series = s.id
   WHERE s.source = 'stat' AND s.entity = '' AND s.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal') AND m.delta >= 0
   GROUP BY m.snap HAVING sum(m.delta) > 0
), part(place, series, snap, dt, pct) AS (
  SELECT 1, 'user', snap, dt, 100.0 * user / spent FROM t UNION ALL
  SELECT 2, 'system', snap, dt, 100.0 * system / spent FROM t UNION ALL
  SELECT 3, 'interrupts', snap, dt, 100.0 * irq / spent FROM t UNION ALL
  SELECT 4, 'stolen', snap, dt, 100.0 * steal / spent FROM t UNION ALL
  SELECT 5, 'waiting for I/O', snap, dt, 100.0 * iowait / spent FROM t
)
SELECT p.series, curve_over('stat', x.mono - p.dt, x.mono, p.pct) AS time_pct
  FROM part p JOIN snapshot x ON x.snap = p.snap GROUP BY p.place HAVING max(p.pct) > 0 ORDER BY p.place;
-- panel: CPU time that quotas withheld
-- kind: bars
-- top: 4
-- empty: no quota withheld CPU time
SELECT CASE entity WHEN '' THEN 'group at the root' ELSE entity END AS series, curve(id, 1e-7) AS throttled_pct
  FROM series WHERE source = 'cgroup' AND name = 'throttled_ns' AND increase > 0 ORDER BY increase DESC, entity;
-- panel: time in which some task waited (pressure)
-- kind: lines
-- empty: no task had to wait, or the kernel does not count it
SELECT 'for ' || CASE entity WHEN 'cpu' THEN 'CPU' WHEN 'io' THEN 'I/O' ELSE entity END AS series, curve(id, 1e-7) AS waiting_pct
  FROM series WHERE source = 'pressure' AND name = 'some_total' AND increase > 0 ORDER BY entity;
