-- rule:     ip/discards
-- version:  1
-- schema:   1
-- title:    The IP layer discards packets
-- tags:     ip drops
-- requires: snmp >= 3
-- wants:    snmp6
-- param:    min_packets    packets    discarded in the window
-- param:    min_intervals  intervals  with discards
-- message:  {entity}: {packets} packets discarded, in {intervals_hit} of {intervals} intervals ({packets_pct}% of {all_packets})
-- meaning:  {_reading}
-- remedy:   See which of them moves, and what the kernel says of the packets it drops:
--             nstat -az | grep -E 'Discards|HdrErrors'
--             perf record -a -g -e skb:kfree_skb sleep 10
--           InHdrErrors: a capture at the interface shows the sender of broken packets or, on a router, of a loop (TTL). Discards:
--           look at free memory, at IPsec and at tunnels.
-- verify:   This stands still:
--             nstat -az {entity}
-- but:      Not here: drops of nftables, of queueing disciplines (nic-drops/qdisc) and by rp_filter (TcpExtIPReversePathFilter).
--           A router counts expired TTLs of traceroute as InHdrErrors.
-- see:      RFC 4293; Documentation/networking/snmp_counter.rst
WITH p AS (
  SELECT coalesce(:min_packets, 10)  AS min_packets,
         coalesce(:min_intervals, 2) AS min_intervals
), name_ AS (
  SELECT 'snmp' AS source, 'IpInDiscards' AS name, 'IpInReceives' AS whole,
         'Packets came in whole and were dropped all the same, for want of memory above all.' AS reading
   UNION ALL SELECT 'snmp', 'IpOutDiscards', 'IpOutRequests', 'Packets of this host were dropped before they left: a full queue (nic-drops/qdisc) or a device that refused them (nic-drops/tx), no memory, or no place for a header (tunnels, IPsec).'
   UNION ALL SELECT 'snmp', 'IpInHdrErrors', 'IpInReceives', 'Packets had a broken header: version, length, checksum, or a TTL that ended here.'
   UNION ALL SELECT 'snmp6', 'Ip6InDiscards', 'Ip6InReceives', 'Packets came in whole and were dropped all the same: no memory, or IPv6 is switched off on the interface (disable_ipv6).'
   UNION ALL SELECT 'snmp6', 'Ip6OutDiscards', 'Ip6OutRequests', 'Packets of this host were dropped before they left: a full queue (nic-drops/qdisc), no memory, no place for a header, or IPv6 is switched off there.'
   UNION ALL SELECT 'snmp6', 'Ip6InHdrErrors', 'Ip6InReceives', 'Packets had a broken header, or a hop limit that ended here.'
)
SELECT CASE WHEN c.increase IS NULL                                              THEN 'skip'
            WHEN c.increase >= p.min_packets AND c.active >= p.min_intervals     THEN CASE c.name WHEN 'Ip6InDiscards' THEN 'info' ELSE 'warn' END
            ELSE 'ok' END                                  AS level,
       c.name                                              AS entity,
       coalesce(c.increase, 0)                             AS packets,
       w.increase                                          AS all_packets,
       round(c.increase * 100.0 / nullif(w.increase, 0), 3) AS packets_pct,
       c.active                                            AS intervals_hit,
       c.intervals,
       n.reading                                           AS _reading,
       c.peak_snap                                         AS at,
       c.first_active                                      AS first_at,
       c.last_active                                       AS last_at
  FROM name_ n JOIN p
  JOIN counter c ON c.source = n.source AND c.entity = '' AND c.name = n.name
  LEFT JOIN counter w ON w.source = n.source AND w.entity = '' AND w.name = n.whole
 ORDER BY level = 'warn' DESC, c.increase DESC, c.name;
