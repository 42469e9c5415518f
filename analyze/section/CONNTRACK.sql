-- section: CONNTRACK
-- order: 130
-- about: the tables of connections and of neighbours and how full they got, the packet filter
-- source: conntrack neigh firewall
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
-- table: the connections themselves, by protocol and state
SELECT entity AS protocol, max(CASE WHEN name = 'connections' THEN last END) AS connections, max(CASE WHEN name = 'unreplied' THEN last END) AS unreplied,
       max(CASE WHEN name = 'assured' THEN last END) AS assured,
       group_concat(CASE WHEN name NOT IN ('connections', 'unreplied', 'assured') THEN name || ' ' || last END, ', ') AS states
  FROM (SELECT * FROM series WHERE source = 'connections' ORDER BY last DESC, name) GROUP BY entity ORDER BY 2 DESC, entity;
-- table: neighbours by interface, as ip neigh has them
-- top: 20
SELECT entity AS interface, CASE WHEN name LIKE 'neigh6%' THEN 'v6' ELSE 'v4' END AS family, sum(last) AS neighbours,
       sum(CASE WHEN name LIKE '%failed' THEN last END) AS failed, sum(CASE WHEN name LIKE '%incomplete' THEN last END) AS incomplete,
       sum(CASE WHEN name LIKE '%stale' THEN last END) AS stale, sum(CASE WHEN name LIKE '%reachable' THEN last END) AS reachable,
       sum(CASE WHEN name LIKE '%permanent' THEN last END) AS permanent
  FROM series WHERE source = 'net_config' AND name LIKE 'neigh%' GROUP BY 1, 2 ORDER BY 4 DESC, 3 DESC, 1, 2;
-- table: packet filter: chains, and what they dropped since their rules were loaded (totals, no rates)
-- top: 30
SELECT entity AS chain, max(CASE WHEN name = 'policy' THEN first END) AS policy, max(CASE WHEN name = 'rules' THEN last END) AS rules,
       max(CASE WHEN name = 'dropped' THEN last END) AS dropped
  FROM series WHERE source = 'firewall' GROUP BY entity ORDER BY max(CASE WHEN name = 'dropped' THEN last END) DESC, 3 DESC, entity;
-- table: packet filter: the rules that dropped (totals, no rates)
-- top: 20
SELECT d.entity AS chain, 0 + substr(d.name, 9) AS rule, d.last AS dropped, (SELECT first FROM series r WHERE r.source = 'firewall' AND r.entity = d.entity AND r.name = 'rule:' || substr(d.name, 9)) AS text
  FROM series d WHERE d.source = 'firewall' AND d.name LIKE 'dropped:%' ORDER BY d.last DESC, d.entity, 2;
-- table: since boot, all CPUs (totals, no rates)
SELECT CASE source WHEN 'neigh' THEN entity ELSE 'connections' END AS "table", name AS counter, sum(total) AS total
  FROM since_boot WHERE asked AND source IN ('conntrack', 'neigh') GROUP BY 1, name ORDER BY 1, name;
