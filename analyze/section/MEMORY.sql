-- section: MEMORY
-- order: 30
-- about: levels over the window, and what the kernel had to do to find room
-- source: meminfo vmstat
-- empty: no figures of memory
-- table: level
-- always: min_bytes, max_bytes
SELECT name AS what, lo AS min_bytes, p50 AS med_bytes, hi AS max_bytes,
       p50 * 100.0 / nullif((SELECT first FROM series WHERE source = 'meminfo' AND name = 'MemTotal'), 0) AS of_total_pct,
       spark(id) AS over_time_spark
  FROM series
 WHERE source = 'meminfo' AND hi > 0
   AND name IN ('MemTotal', 'MemAvailable', 'MemFree', 'Buffers', 'Cached', 'Shmem', 'Dirty', 'Writeback', 'SReclaimable',
                'SUnreclaim', 'PageTables', 'Percpu', 'SwapTotal', 'SwapFree', 'Committed_AS', 'CommitLimit', 'Hugetlb')
 ORDER BY id;
-- table: reclaim, swapping, stalls
-- top: 20
SELECT name AS event, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s, spark(id) AS over_time_spark
  FROM series
 WHERE source = 'vmstat' AND kind = 'counter' AND increase > 0
   AND (name LIKE 'allocstall%' OR name LIKE 'pgscan_direct%' OR name LIKE 'pgsteal_direct%' OR name LIKE 'compact_stall%' OR name LIKE 'oom%'
        OR name IN ('pgmajfault', 'pswpin', 'pswpout', 'pgscan_kswapd', 'drop_pagecache', 'drop_slab', 'kswapd_low_wmark_hit_quickly', 'pageoutrun'))
 ORDER BY name;
-- table: sockets' share (pages)
SELECT s.name AS what, s.lo AS min, s.p50 AS med, s.hi AS max,
       (SELECT replace(value, char(9), ' ') FROM setting WHERE name = CASE s.name WHEN 'TCP_mem' THEN 'net.ipv4.tcp_mem' ELSE 'net.ipv4.udp_mem' END) AS "low pressure limit"
  FROM series s WHERE s.source = 'sockstat' AND s.name IN ('TCP_mem', 'UDP_mem') ORDER BY s.name;
