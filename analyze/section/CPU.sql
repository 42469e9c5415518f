-- section: CPU
-- order: 20
-- about: share of each CPU's time by state; 100 % is one CPU, in the row "all" all of them
-- source: stat
-- empty: too few captures for a share of time
-- table: mean over the window
-- always: cpu, idle_pct
-- top: 33
SELECT CASE entity WHEN '' THEN 'all' ELSE entity END AS cpu,
       sum(CASE WHEN name IN ('user', 'nice') THEN pct END) AS user_pct,
       sum(CASE WHEN name = 'system' THEN pct END) AS system_pct,
       sum(CASE WHEN name = 'irq' THEN pct END) AS irq_pct,
       sum(CASE WHEN name = 'softirq' THEN pct END) AS softirq_pct,
       sum(CASE WHEN name = 'iowait' THEN pct END) AS iowait_pct,
       sum(CASE WHEN name = 'steal' THEN pct END) AS steal_pct,
       sum(CASE WHEN name = 'idle' THEN pct END) AS idle_pct,
       spark(max(CASE WHEN name = 'softirq' THEN id END)) AS softirq_spark,
       spark(max(CASE WHEN name = 'user' THEN id END)) AS user_spark
  FROM (SELECT a.id, a.entity, a.name, a.mean * 100.0 / nullif(b.whole, 0) AS pct
          FROM series a JOIN (SELECT entity, sum(mean) AS whole FROM series
                               WHERE source = 'stat' AND unit = 'ns' AND name NOT LIKE 'guest%' GROUP BY entity) b ON b.entity = a.entity
         WHERE a.source = 'stat' AND a.unit = 'ns')
 GROUP BY entity HAVING count(pct) > 0
 ORDER BY entity <> '', sum(CASE WHEN name = 'softirq' THEN pct END) DESC, entity;
-- table: min / median / max of the intervals, %
-- top: 33
SELECT entity AS cpu,
       max(CASE WHEN name = 'user' THEN three END) AS user,
       max(CASE WHEN name = 'system' THEN three END) AS system,
       max(CASE WHEN name = 'softirq' THEN three END) AS softirq,
       max(CASE WHEN name = 'steal' THEN three END) AS steal,
       max(CASE WHEN name = 'idle' THEN three END) AS idle
  FROM (SELECT entity, name, CASE WHEN name = 'idle' OR hi > 0
               THEN printf('%.0f / %.0f / %.0f', lo / 1e7, p50 / 1e7, min(hi / 1e7, 100)) END AS three
          FROM series WHERE source = 'stat' AND unit = 'ns' AND entity <> '' AND intervals > 1)
 GROUP BY entity ORDER BY 0 + substr(entity, 4), entity;
-- table: ksoftirqd: ran, and was ready but had to wait
-- top: 33
SELECT substr(entity, instr(entity, ':') + 1) AS thread,
       max(CASE WHEN name = 'run_ns' THEN increase / 1e7 / nullif(span, 0) END) AS run_pct,
       max(CASE WHEN name = 'run_ns' THEN peak_per_s / 1e7 END) AS run_max_pct,
       max(CASE WHEN name = 'wait_ns' THEN increase / 1e7 / nullif(span, 0) END) AS wait_pct,
       max(CASE WHEN name = 'wait_ns' THEN peak_per_s / 1e7 END) AS wait_max_pct,
       spark(max(CASE WHEN name = 'wait_ns' THEN id END)) AS wait_spark
  FROM series WHERE source = 'task' AND entity LIKE '%:ksoftirqd/%' AND name IN ('run_ns', 'wait_ns')
 GROUP BY entity HAVING max(increase) > 0
 ORDER BY max(CASE WHEN name = 'wait_ns' THEN increase END) DESC, entity;
-- table: busiest threads of the watched processes: ran, and was ready but had to wait, of one CPU
-- top: 10
SELECT substr(entity, instr(entity, ':') + 1) AS thread, substr(entity, 1, instr(entity, ':') - 1) AS "pid/tid",
       coalesce(max(CASE WHEN name = 'run_ns' THEN increase / 1e7 / nullif(span, 0) END),
                sum(CASE WHEN name IN ('user', 'system') THEN increase / 1e7 / nullif(span, 0) END)) AS run_pct,
       coalesce(max(CASE WHEN name = 'run_ns' THEN peak_per_s / 1e7 END), max(CASE WHEN name IN ('user', 'system') THEN peak_per_s / 1e7 END)) AS run_max_pct,
       max(CASE WHEN name = 'wait_ns' THEN increase / 1e7 / nullif(span, 0) END) AS wait_pct,
       max(CASE WHEN name = 'wait_ns' THEN peak_per_s / 1e7 END) AS wait_max_pct,
       spark(coalesce(max(CASE WHEN name = 'run_ns' THEN id END), max(CASE WHEN name = 'user' THEN id END))) AS run_spark
  FROM series WHERE source = 'thread' AND name IN ('user', 'system', 'run_ns', 'wait_ns')
 GROUP BY entity HAVING max(increase) > 0 ORDER BY 3 DESC, entity;
-- table: since boot, % of the time (no rates)
-- always: cpu, idle_pct
-- top: 33
SELECT CASE entity WHEN '' THEN 'all' ELSE entity END AS cpu,
       100.0 * sum(CASE WHEN name IN ('user', 'nice') THEN total END) / sum(total) AS user_pct,
       100.0 * sum(CASE WHEN name = 'system' THEN total END) / sum(total) AS system_pct,
       100.0 * sum(CASE WHEN name = 'irq' THEN total END) / sum(total) AS irq_pct,
       100.0 * sum(CASE WHEN name = 'softirq' THEN total END) / sum(total) AS softirq_pct,
       100.0 * sum(CASE WHEN name = 'iowait' THEN total END) / sum(total) AS iowait_pct,
       100.0 * sum(CASE WHEN name = 'steal' THEN total END) / sum(total) AS steal_pct,
       100.0 * sum(CASE WHEN name = 'idle' THEN total END) / sum(total) AS idle_pct
  FROM since_boot WHERE source = 'stat' AND unit = 'ns' AND name NOT LIKE 'guest%'
 GROUP BY entity ORDER BY entity <> '', 0 + substr(entity, 4), entity;
