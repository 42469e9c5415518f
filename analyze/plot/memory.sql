-- plot: memory
-- title: Memory of the host
-- order: 102
-- about: what programs can still have, and what the kernel had to do to find room
-- source: meminfo vmstat
-- rules: memory/*, cgroup/memory-events
-- panel: memory that programs can still have
-- kind: lines
-- empty: no figures of memory
SELECT CASE name WHEN 'MemAvailable' THEN 'available' ELSE 'free swap' END AS series, curve(id) AS memory_bytes
  FROM series WHERE source = 'meminfo' AND name IN ('MemAvailable', 'SwapFree') AND hi > 0 ORDER BY name;
-- panel: what was done to find room
-- kind: lines
-- top: 6
-- empty: nothing had to be swapped, stalled or killed for want of memory
SELECT CASE WHEN name LIKE 'allocstall%' THEN 'stalled: ' || substr(name, 12) WHEN name = 'pswpin' THEN 'swapped in'
            WHEN name = 'pswpout' THEN 'swapped out' WHEN name = 'oom_kill' THEN 'killed' ELSE 'page read again' END AS series, curve(id) AS events_per_s
  FROM series
 WHERE source = 'vmstat' AND increase > 0 AND (name LIKE 'allocstall%' OR name IN ('pswpin', 'pswpout', 'oom_kill', 'workingset_refault', 'workingset_refault_file'))
 ORDER BY increase DESC, name;
