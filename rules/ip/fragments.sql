-- rule:     ip/fragments
-- version:  1
-- schema:   1
-- title:    Fragments could not be put together, or packets not be cut
-- tags:     ip mtu
-- requires: snmp >= 2
-- wants:    snmp6, sysctl
-- param:    min_fails  fails  in the window
-- message:  {entity}: {fails} times {_what}, in {intervals_hit} of {intervals} intervals; {timeouts} ran into their timeout, {good} went well
-- meaning:  {_reading}
-- remedy:   Give both ends and all between the same MTU, or the programs smaller datagrams:
--             ip link
--             tracepath ADDRESS
--           Reassembly without timeouts is short of memory: net.ipv4.ipfrag_high_thresh (now {frag_limit}).
-- verify:   This stands still:
--             nstat -az {entity}
-- but:      FragFails counts packets with "do not fragment" that were too big, and a router refuses those rightly: path MTU
--           discovery lives from it. One packet that is never completed can count more than once.
-- see:      ip(7); RFC 8900, IP Fragmentation Considered Fragile
WITH p AS (
  SELECT coalesce(:min_fails, 10) AS min_fails
), name_ AS (
  SELECT 'snmp' AS source, 'IpReasmFails' AS name, 'IpReasmTimeout' AS late, 'IpReasmOKs' AS good, 'a packet could not be put together' AS what,
         'A fragment was lost or came too late, and with it the whole packet: of UDP it is gone, of TCP it is sent again.' AS reading
   UNION ALL SELECT 'snmp', 'IpFragFails', NULL, 'IpFragOKs', 'a packet could not be cut', 'A packet was greater than the MTU of its way out and may not be cut: its sender is told so by ICMP, and stalls when that is filtered.'
   UNION ALL SELECT 'snmp6', 'Ip6ReasmFails', 'Ip6ReasmTimeout', 'Ip6ReasmOKs', 'a packet could not be put together', 'A fragment was lost or came too late, and with it the whole packet.'
   UNION ALL SELECT 'snmp6', 'Ip6FragFails', NULL, 'Ip6FragOKs', 'a packet could not be cut', 'A packet was greater than the MTU of its way out and may not be cut: its sender is told so by ICMPv6, and stalls when that is filtered.'
)
SELECT CASE WHEN c.increase IS NULL         THEN 'skip'
            WHEN c.increase >= p.min_fails  THEN 'warn'
            ELSE 'ok' END                AS level,
       c.name                            AS entity,
       coalesce(c.increase, 0)           AS fails,
       coalesce(l.increase, 0)           AS timeouts,
       coalesce(g.increase, 0)           AS good,
       c.active                          AS intervals_hit,
       c.intervals,
       (SELECT last FROM setting WHERE name = 'net.ipv4.ipfrag_high_thresh') AS frag_limit,
       n.what                            AS _what,
       n.reading                         AS _reading,
       c.peak_snap                       AS at,
       c.first_active                    AS first_at,
       c.last_active                     AS last_at
  FROM name_ n JOIN p
  JOIN counter c ON c.source = n.source AND c.entity = '' AND c.name = n.name
  LEFT JOIN counter l ON l.source = n.source AND l.entity = '' AND l.name = n.late
  LEFT JOIN counter g ON g.source = n.source AND g.entity = '' AND g.name = n.good
 ORDER BY c.increase DESC, c.name;
