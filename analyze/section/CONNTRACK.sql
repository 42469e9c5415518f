-- section: CONNTRACK
-- order: 130
-- about: the tables of connections and of neighbours, and how full they got
-- source: conntrack neigh
-- empty: neither table was there
-- table: entries, of the limit
SELECT what, min, med, max, limit_ AS "limit", 100.0 * max / nullif(limit_, 0) AS full_pct, spark(id) AS over_time_spark
  FROM (SELECT 'connections' AS what, lo AS min, p50 AS med, hi AS max, id,
               (SELECT 0 + value FROM setting WHERE name = 'net.netfilter.nf_conntrack_max') AS limit_, name
          FROM series WHERE source = 'conntrack' AND entity = '' AND name = 'count'
         UNION ALL
        SELECT entity, lo, p50, hi, id,
               (SELECT 0 + value FROM setting WHERE name = CASE entity WHEN 'arp_cache' THEN 'net.ipv4.neigh.default.gc_thresh3'
                                                                       WHEN 'ndisc_cache' THEN 'net.ipv6.neigh.default.gc_thresh3' END), name
          FROM series WHERE source = 'neigh' AND name = 'entries')
 ORDER BY what;
-- table: connection tracking: packets over the window, all CPUs
SELECT name AS counter, sum(increase) AS growth, sum(increase * 1.0 / nullif(span, 0)) AS mean_per_s, max(peak_per_s) AS worst_cpu_max_per_s
  FROM series WHERE source = 'conntrack' AND kind LIKE 'counter%' AND increase > 0 GROUP BY name ORDER BY name;
-- table: neighbours: what happened, in times over the window
SELECT entity AS cache, name AS counter, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s
  FROM series WHERE source = 'neigh' AND kind LIKE 'counter%' AND increase > 0 AND entity <> 'rt_cache' ORDER BY entity, name;
-- table: what limits it: timeouts in seconds, buckets in lists
SELECT name AS sysctl, value FROM setting
 WHERE name IN ('net.netfilter.nf_conntrack_buckets', 'net.netfilter.nf_conntrack_tcp_timeout_established', 'net.netfilter.nf_conntrack_tcp_timeout_time_wait',
                'net.netfilter.nf_conntrack_tcp_timeout_close_wait')
   AND EXISTS (SELECT 1 FROM series WHERE source = 'conntrack' AND hi > 0) ORDER BY name;
-- table: since boot, all CPUs (totals, no rates)
SELECT CASE source WHEN 'neigh' THEN entity ELSE 'connections' END AS "table", name AS counter, sum(total) AS total
  FROM since_boot WHERE asked AND source IN ('conntrack', 'neigh') GROUP BY 1, name ORDER BY 1, name;
