-- section: UDP
-- order: 120
-- about: UDP and IP counters that moved in the window
-- source: snmp netstat
-- empty: no UDP or IP counter moved in the window
-- table: UDP, in datagrams (Octets: bytes)
-- top: 30
SELECT name AS counter, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s, spark(id) AS over_time_spark
  FROM series
 WHERE source IN ('snmp', 'snmp6') AND name LIKE 'Udp%' AND kind = 'counter' AND increase > 0
 ORDER BY (name LIKE '%Errors%' OR name LIKE '%NoPorts%') DESC, increase DESC, name;
-- table: IP and ICMP, in packets and messages, without totals
-- top: 30
SELECT name AS counter, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s, spark(id) AS over_time_spark
  FROM series
 WHERE source IN ('snmp', 'netstat', 'snmp6') AND (name LIKE 'Ip%' OR name LIKE 'Icmp%') AND kind = 'counter' AND increase > 0
   AND name NOT LIKE '%Octets' AND name NOT LIKE '%Pkts' AND name NOT IN ('IpInReceives', 'IpInDelivers', 'IpOutRequests', 'IpOutTransmits',
       'Ip6InReceives', 'Ip6InDelivers', 'Ip6OutRequests', 'Ip6OutTransmits')
 ORDER BY (name LIKE '%Discards%' OR name LIKE '%Errors%' OR name LIKE '%Fails%' OR name LIKE '%NoRoutes%') DESC, increase DESC, name;
-- table: sockets that dropped or queued
-- always: drops
-- top: 20
SELECT entity AS address, max(CASE WHEN name = 'drops' THEN increase END) AS drops, max(CASE WHEN name = 'drops' THEN peak_per_s END) AS drops_max_per_s,
       max(CASE WHEN name = 'rx_queue' THEN p50 END) AS rx_queue_med_bytes, max(CASE WHEN name = 'rx_queue' THEN hi END) AS rx_queue_max_bytes,
       spark(max(CASE WHEN name = 'drops' THEN id END)) AS drops_spark
  FROM series WHERE source = 'udp' GROUP BY entity
HAVING max(CASE WHEN name = 'drops' THEN increase END) > 0 OR max(CASE WHEN name = 'rx_queue' THEN hi END) > 0
 ORDER BY max(CASE WHEN name = 'drops' THEN increase END) DESC, entity;
-- table: sockets that dropped since they were opened, or hold data (totals, no rates)
-- always: dropped
-- top: 20
SELECT entity AS address, max(CASE WHEN name = 'owner' THEN last END) AS owner,
       max(CASE WHEN name = 'drops' THEN last END) AS dropped, max(CASE WHEN name = 'rx_queue' THEN last END) AS rx_queue_bytes
  FROM series WHERE source = 'udp' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%') GROUP BY entity
HAVING max(CASE WHEN name = 'drops' THEN last END) > 0 OR max(CASE WHEN name = 'rx_queue' THEN last END) > 0
 ORDER BY max(CASE WHEN name = 'drops' THEN last END) DESC, entity;
-- table: since boot (totals, no rates)
-- top: 60
SELECT entity AS namespace, name AS counter, total
  FROM (SELECT rtrim(entity, '/') AS entity, name, total FROM since_boot
         WHERE source IN ('snmp', 'netstat', 'snmp6', 'xfrm') AND (name LIKE 'Udp%' OR name LIKE 'Ip%' OR name LIKE 'Icmp%' OR name LIKE 'Xfrm%'))
 ORDER BY entity, (name LIKE '%Discards%' OR name LIKE '%Errors%' OR name LIKE '%Fails%' OR name LIKE '%NoRoutes%' OR name LIKE '%NoPorts%') DESC, total DESC, name;
