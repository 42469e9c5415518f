-- section: PROCESSES
-- order: 150
-- about: the processes that were watched; shares of one CPU
-- source: task ps
-- empty: no process was watched: none listens on 4140 or 9990, and neither --pid nor --comm named one
-- table: CPU
-- top: 20
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + substr(entity, 1, instr(entity, ':') - 1) AS pid,
       max(CASE WHEN name = 'state' THEN last END) AS state,
       max(CASE WHEN name = 'user' THEN increase / 1e7 / nullif(span, 0) END) AS user_pct,
       max(CASE WHEN name = 'system' THEN increase / 1e7 / nullif(span, 0) END) AS system_pct,
       max(CASE WHEN name = 'wait_ns' THEN increase / 1e7 / nullif(span, 0) END) AS wait_pct,
       max(CASE WHEN name = 'wait_ns' THEN peak_per_s / 1e7 END) AS wait_max_pct,
       max(CASE WHEN name = 'nonvol_ctxt' THEN increase * 1.0 / nullif(span, 0) END) AS preempted_per_s,
       max(CASE WHEN name = 'cpus_allowed' THEN last END) AS cpus,
       spark(max(CASE WHEN name = 'run_ns' THEN id END)) AS run_spark
  FROM series WHERE source = 'task' AND entity NOT LIKE '%:ksoftirqd/%' GROUP BY entity
 ORDER BY max(CASE WHEN name = 'run_ns' THEN increase END) DESC, entity;
-- table: their control groups: quota in shares of one CPU, throttled of the periods
-- top: 20
-- always: group, quota_pct, throttled_pct, memory_limit_bytes
SELECT entity AS "group",
       max(CASE WHEN name = 'cpu_quota' THEN last END) * 100.0
         / nullif(max(CASE WHEN name = 'cpu_period' THEN last END), 0) AS quota_pct,
       max(CASE WHEN name = 'nr_throttled' THEN increase END) * 100.0
         / nullif(max(CASE WHEN name = 'nr_periods' THEN increase END), 0) AS throttled_pct,
       max(CASE WHEN name = 'memory_current' THEN hi END) AS memory_max_bytes,
       max(CASE WHEN name = 'memory_max' THEN last END) AS memory_limit_bytes,
       max(CASE WHEN name = 'memory_failcnt' THEN increase END) AS memory_failed,
       max(CASE WHEN name = 'pids_current' THEN hi END) AS pids_max,
       max(CASE WHEN name = 'pids_max' THEN last END) AS pids_limit,
       spark(max(CASE WHEN name = 'nr_throttled' THEN id END)) AS throttled_spark
  FROM series WHERE source = 'cgroup' AND entity <> '' GROUP BY entity
 ORDER BY max(CASE WHEN name = 'nr_throttled' THEN increase END) DESC, entity;
-- table: memory and files
-- top: 20
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + substr(entity, 1, instr(entity, ':') - 1) AS pid,
       max(CASE WHEN name = 'threads' THEN hi END) AS threads,
       max(CASE WHEN name = 'rss' THEN hi END) AS rss_max_bytes,
       max(CASE WHEN name = 'majflt' THEN increase END) AS major_faults,
       max(CASE WHEN name = 'fds' THEN hi END) AS fds_max,
       max(CASE WHEN name = 'fd_limit' THEN last END) AS fd_limit,
       max(CASE WHEN name = 'cgroup' THEN last END) AS cgroup
  FROM series WHERE source = 'task' AND entity NOT LIKE '%:ksoftirqd/%' GROUP BY entity
 ORDER BY max(CASE WHEN name = 'rss' THEN hi END) DESC, entity;
-- table: all processes, as ps counts them
-- layout: list
SELECT max(CASE WHEN name = 'processes' THEN last END) AS processes, max(CASE WHEN name = 'threads' THEN last END) AS threads,
       max(CASE WHEN name = 'blocked' THEN last END) AS "waiting for I/O (D)", max(CASE WHEN name = 'zombies' THEN last END) AS "zombies (Z)"
  FROM series WHERE source = 'ps' AND entity = '' HAVING count(*) > 0;
-- table: most CPU since their start
-- top: 10
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + entity AS pid,
       max(CASE WHEN name = 'user' THEN last END) AS user, max(CASE WHEN name = 'stat' THEN last END) AS stat,
       max(CASE WHEN name = 'cpu_share' THEN last END) * 100 AS cpu_pct, max(CASE WHEN name = 'cpu_ns' THEN last END) AS cpu_ns,
       max(CASE WHEN name = 'threads' THEN last END) AS threads
  FROM series WHERE source = 'ps' AND entity <> '' GROUP BY entity HAVING max(CASE WHEN name = 'cpu_share' THEN last END) > 0
 ORDER BY max(CASE WHEN name = 'cpu_share' THEN last END) DESC, 0 + entity;
-- table: most memory
-- top: 10
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + entity AS pid, max(CASE WHEN name = 'user' THEN last END) AS user,
       max(CASE WHEN name = 'rss' THEN last END) AS rss_bytes, max(CASE WHEN name = 'vsz' THEN last END) AS vsz_bytes,
       max(CASE WHEN name = 'threads' THEN last END) AS threads
  FROM series WHERE source = 'ps' AND entity <> '' GROUP BY entity HAVING max(CASE WHEN name = 'rss' THEN last END) > 0
 ORDER BY max(CASE WHEN name = 'rss' THEN last END) DESC, 0 + entity;
-- table: most threads
-- top: 5
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + entity AS pid, last AS threads
  FROM series WHERE source = 'ps' AND entity <> '' AND name = 'threads' AND last > 1 ORDER BY last DESC, 0 + entity;
-- table: waiting for I/O (D), zombies (Z)
-- top: 20
SELECT substr(entity, instr(entity, ':') + 1) AS command, 0 + entity AS pid,
       max(CASE WHEN name = 'stat' THEN last END) AS stat, max(CASE WHEN name = 'blocked' THEN last END) AS "threads in D"
  FROM series WHERE source = 'ps' AND entity <> '' GROUP BY entity
HAVING max(CASE WHEN name = 'stat' THEN last END) LIKE 'Z%' OR max(CASE WHEN name = 'stat' THEN last END) LIKE 'D%' ORDER BY 0 + entity;
-- table: by user, as ps has them
-- top: 10
SELECT user, count(*) AS processes, sum(cpu) * 100.0 AS cpu_pct, sum(rss) AS rss_bytes
  FROM (SELECT max(CASE WHEN name = 'user' THEN last END) AS user, max(CASE WHEN name = 'cpu_share' THEN last END) AS cpu, max(CASE WHEN name = 'rss' THEN last END) AS rss
          FROM series WHERE source = 'ps' AND entity <> '' GROUP BY entity)
 GROUP BY user ORDER BY sum(cpu) DESC, sum(rss) DESC, user;
