-- rule:     ip/no-route
-- version:  1
-- schema:   1
-- title:    There is no route for packets
-- tags:     ip routing
-- requires: snmp >= 2
-- wants:    netstat, snmp6
-- param:    min_packets  packets  without a route in the window
-- message:  {entity}: {packets} packets or connects found no route, in {intervals_hit} of {intervals} intervals
-- meaning:  {_reading}
-- remedy:   Ask the kernel for the route to an address that should work, and see what routes there are:
--             ip route get ADDRESS
--             ip -6 route
-- verify:   This stands still:
--             nstat -az {entity}
-- but:      A host without IPv6 routes counts Ip6OutNoRoutes whenever a program tries an IPv6 address first: that is info. An
--           interface that was down for a moment takes its routes along.
-- see:      ip-route(8); Documentation/networking/snmp_counter.rst
WITH p AS (
  SELECT coalesce(:min_packets, 10) AS min_packets
), name_ AS (
  SELECT 'snmp' AS source, 'IpOutNoRoutes' AS name, 'warn' AS level,
         'connect() and send() of programs here fail with "network is unreachable".' AS reading
   UNION ALL SELECT 'netstat', 'IpExtInNoRoutes', 'warn', 'Packets came in that this host should pass on or answer, and has no route for: somebody uses it as a router, or an address is missing here.'
   UNION ALL SELECT 'snmp6', 'Ip6OutNoRoutes', 'info', 'connect() and send() to IPv6 addresses fail; programs that try IPv6 first go on with IPv4.'
   UNION ALL SELECT 'snmp6', 'Ip6InNoRoutes', 'info', 'IPv6 packets came in that this host has no route for: router solicitations and strangers'' traffic among them.'
)
SELECT CASE WHEN c.increase IS NULL           THEN 'skip'
            WHEN c.increase >= p.min_packets  THEN n.level
            ELSE 'ok' END            AS level,
       c.name                        AS entity,
       coalesce(c.increase, 0)       AS packets,
       c.active                      AS intervals_hit,
       c.intervals,
       n.reading                     AS _reading,
       c.peak_snap                   AS at,
       c.first_active                AS first_at,
       c.last_active                 AS last_at
  FROM name_ n JOIN p
  JOIN counter c ON c.source = n.source AND c.entity = '' AND c.name = n.name
 ORDER BY c.increase >= p.min_packets AND n.level = 'warn' DESC, c.increase DESC, c.name;
