-- rule:     conntrack/invalid
-- version:  1
-- schema:   1
-- title:    Connection tracking finds many packets invalid
-- tags:     conntrack netfilter
-- requires: conntrack >= 2, snmp >= 2
-- applies:  conntrack
-- param:    min_packets  packets  invalid in the window
-- param:    info_pct     percent  of the packets in and out
-- message:  {invalid} packets were invalid to connection tracking, {invalid_pct}% of {packets} in and out
-- meaning:  They belong to no connection that it knows, or lie outside of its window: one direction takes another way (asymmetric
--           routing), the entry has expired or was thrown out, or a reset came late. They are passed on, unless a rule drops
--           "ct state invalid": then such a connection hangs. Kubernetes' and many hosts' rules do drop them.
-- remedy:   Look for such a rule, and for the ways in and out:
--             nft list ruleset | grep -i invalid
--             ip route get ADDRESS
--           If the windows are to blame (packets reordered, or offloads before tracking):
--             sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1   # now {_liberal}
-- verify:   invalid of conntrack -S grows by less than {:info_pct}% of the packets.
-- but:      Scans, and resets for connections long gone. The packets are those of this network namespace, forwarded ones and loopback
--           included.
-- see:      nf_conntrack-sysctl.rst; conntrack/near-full
WITH p AS (
  SELECT coalesce(:min_packets, 100) AS min_packets,
         coalesce(:info_pct, 0.1)    AS info_pct
), c AS (
  SELECT sum(increase) AS invalid, max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_at, max(last_active) AS last_at
    FROM counter WHERE source = 'conntrack' AND entity <> '' AND name = 'invalid'
), worst AS (
  SELECT peak_snap FROM counter WHERE source = 'conntrack' AND entity <> '' AND name = 'invalid' AND increase > 0
   ORDER BY peak_per_s DESC, entity LIMIT 1
), n AS (
  SELECT sum(increase) AS packets FROM counter
   WHERE entity = '' AND ((source = 'snmp' AND name IN ('IpInReceives', 'IpOutRequests'))
                          OR (source = 'snmp6' AND name IN ('Ip6InReceives', 'Ip6OutRequests')))
)
SELECT CASE WHEN c.invalid IS NULL OR n.packets IS NULL     THEN 'skip'
            WHEN c.invalid >= p.min_packets AND c.invalid * 100.0 >= p.info_pct * n.packets THEN 'info'
            ELSE 'ok' END                     AS level,
       ''                                     AS entity,
       c.invalid,
       n.packets,
       round(c.invalid * 100.0 / nullif(n.packets, 0), 2) AS invalid_pct,
       coalesce((SELECT last FROM setting WHERE name = 'net.netfilter.nf_conntrack_tcp_be_liberal'), '?') AS _liberal,
       c.active                               AS intervals_hit,
       c.intervals,
       worst.peak_snap                        AS at,
       c.first_at, c.last_at
  FROM c JOIN n JOIN p LEFT JOIN worst
 ORDER BY entity;
