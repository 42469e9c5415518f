-- plot: limits
-- title: How full tables are
-- order: 104
-- about: each in parts of its limit; what comes to 100 % refuses or drops the next one
-- source: conntrack sockstat files
-- rules: conntrack/*, limits/*, neighbour/*, sockets/timewait-overflow, tcp-memory/pressure, tcp-memory/orphans, root-cause/conntrack-full
-- panel: how full tables are, of their limits
-- kind: lines
-- empty: nothing with a limit was seen
WITH word(name, at, rest) AS (
  SELECT name, 0, trim(replace(value, char(9), ' ')) || ' ' FROM setting WHERE name = 'net.ipv4.tcp_mem'
), high AS (
  SELECT 0 + trim(substr(rest, length(rtrim(rtrim(rest), '0123456789')) + 1)) AS v FROM word
), one(place, series, id, most) AS (
  SELECT 1, 'connections tracked', s.id, 0 + (SELECT value FROM setting WHERE name IN ('net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max') LIMIT 1)
    FROM series s WHERE s.source = 'conntrack' AND s.entity = '' AND s.name = 'count' UNION ALL
  SELECT 2, 'open files', s.id, (SELECT max(last) FROM series m WHERE m.source = 'files' AND m.entity = '' AND m.name = 'max')
    FROM series s WHERE s.source = 'files' AND s.entity = '' AND s.name = 'open' UNION ALL
  SELECT 3, 'TIME-WAIT', s.id, 0 + (SELECT value FROM setting WHERE name = 'net.ipv4.tcp_max_tw_buckets')
    FROM series s WHERE s.source = 'sockstat' AND s.name = 'TCP_tw' UNION ALL
  SELECT 4, 'orphaned sockets', s.id, 0 + (SELECT value FROM setting WHERE name = 'net.ipv4.tcp_max_orphans')
    FROM series s WHERE s.source = 'sockstat' AND s.name = 'TCP_orphan' UNION ALL
  SELECT 5, 'memory of TCP', s.id, (SELECT v FROM high) FROM series s WHERE s.source = 'sockstat' AND s.name = 'TCP_mem' UNION ALL
  SELECT 6, 'neighbours', s.id, 0 + (SELECT value FROM setting WHERE name = 'net.ipv4.neigh.default.gc_thresh3')
    FROM series s WHERE s.source = 'neigh' AND s.entity = 'arp_cache' AND s.name = 'entries'
)
SELECT series, curve(id, 100.0 / most) AS full_pct FROM one WHERE most > 0 ORDER BY place;
