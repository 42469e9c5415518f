-- section: MEMORY
-- order: 30
-- about: levels over the window, and what the kernel had to do to find room
-- source: meminfo vmstat
-- empty: no figures of memory
-- table: level
-- always: min_bytes, max_bytes
SELECT name AS what, lo AS min_bytes, p50 AS med_bytes, hi AS max_bytes,
       p50 * 100.0 / nullif((SELECT first FROM series WHERE source = 'meminfo' AND name = 'MemTotal'), 0) AS of_MemTotal_pct,
       spark(id) AS over_time_spark
  FROM series
 WHERE source = 'meminfo' AND hi > 0
   AND name IN ('MemTotal', 'MemAvailable', 'MemFree', 'Buffers', 'Cached', 'Shmem', 'Dirty', 'Writeback', 'SReclaimable',
                'SUnreclaim', 'Slab', 'PageTables', 'Percpu', 'SwapTotal', 'SwapFree', 'Committed_AS', 'CommitLimit', 'Hugetlb', 'AnonHugePages', 'LowTotal', 'LowFree')
 ORDER BY id;
-- table: used, and huge pages
-- layout: list
SELECT max(CASE WHEN name = 'MemTotal' THEN p50 END) - max(CASE WHEN name = 'MemFree' THEN p50 END) AS used_bytes,
       max(CASE WHEN name = 'MemTotal' THEN p50 END) - sum(CASE WHEN name IN ('MemFree', 'Buffers', 'Cached') THEN p50 END) AS "used without buffers and cache_bytes",
       max(CASE WHEN name = 'SwapTotal' THEN p50 END) - max(CASE WHEN name = 'SwapFree' THEN p50 END) AS swap_used_bytes,
       CAST(nullif(max(CASE WHEN name = 'HugePages_Total' THEN p50 END), 0) AS INT) AS huge_pages,
       CASE WHEN max(CASE WHEN name = 'HugePages_Total' THEN p50 END) > 0 THEN CAST(max(CASE WHEN name = 'HugePages_Free' THEN p50 END) AS INT) END AS "of them free",
       CASE WHEN max(CASE WHEN name = 'HugePages_Total' THEN p50 END) > 0 THEN CAST(max(CASE WHEN name = 'HugePages_Rsvd' THEN p50 END) AS INT) END AS "reserved",
       CASE WHEN max(CASE WHEN name = 'HugePages_Total' THEN p50 END) > 0 THEN max(CASE WHEN name = 'Hugepagesize' THEN p50 END) END AS huge_page_bytes,
       (SELECT first FROM series WHERE source = 'host' AND name = 'thp') AS "transparent huge pages",
       (SELECT first FROM series WHERE source = 'host' AND name = 'thp_defrag') AS "their defragmentation"
  FROM series WHERE source = 'meminfo' HAVING count(*) > 0;
-- table: reclaim, swapping, stalls
-- top: 20
SELECT name AS event, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s, spark(id) AS over_time_spark
  FROM series
 WHERE source = 'vmstat' AND kind = 'counter' AND increase > 0
   AND (name LIKE 'allocstall%' OR name LIKE 'pgscan_direct%' OR name LIKE 'pgsteal_direct%' OR name LIKE 'compact_stall%' OR name LIKE 'oom%'
        OR name IN ('pgmajfault', 'pswpin', 'pswpout', 'pgscan_kswapd', 'drop_pagecache', 'drop_slab', 'kswapd_low_wmark_hit_quickly', 'pageoutrun'))
 ORDER BY name;
-- table: sockets' share, in pages, and where the kernel begins to save and ends (net.ipv4.tcp_mem, udp_mem)
-- always: med, max
SELECT what, min, med, max, pressure, limit_ AS "limit", 100.0 * max / nullif(limit_, 0) AS max_of_limit_pct
  FROM (SELECT what, min, med, max, 0 + substr(rest, 1, instr(rest || ' ', ' ') - 1) AS pressure,
               0 + ltrim(substr(rest, instr(rest || ' ', ' ') + 1)) AS limit_
          FROM (SELECT name AS what, lo AS min, p50 AS med, hi AS max, ltrim(substr(three, instr(three || ' ', ' ') + 1)) AS rest
                  FROM (SELECT s.*, trim(replace(g.value, char(9), ' ')) AS three FROM series s
                          LEFT JOIN setting g ON g.name = CASE s.name WHEN 'TCP_mem' THEN 'net.ipv4.tcp_mem' ELSE 'net.ipv4.udp_mem' END
                         WHERE s.source = 'sockstat' AND s.name IN ('TCP_mem', 'UDP_mem'))))
 ORDER BY what;
-- table: reclaim, swapping, stalls since boot (totals, no rates)
-- top: 20
SELECT name AS event, total FROM since_boot
 WHERE asked AND source = 'vmstat'
   AND (name LIKE 'allocstall%' OR name LIKE 'pgscan_direct%' OR name LIKE 'pgsteal_direct%' OR name LIKE 'compact_stall%' OR name LIKE 'oom%'
        OR name IN ('pgmajfault', 'pswpin', 'pswpout', 'pgscan_kswapd', 'kswapd_low_wmark_hit_quickly', 'pageoutrun'))
 ORDER BY name;
