-- rule:     ip/icmp-unreach
-- version:  1
-- schema:   1
-- title:    Many ICMP "destination unreachable"
-- tags:     icmp ip context
-- requires: snmp >= 2
-- wants:    snmp6
-- min_span: 10s
-- param:    info_per_s  per second  mean over the window
-- message:  {entity}: {per_s} ICMP unreachables/s ({messages} in the window, at most {peak_per_s}/s); {no_ports} datagrams for closed ports meanwhile
-- meaning:  {_reading} The counter does not say which of the reasons it was (port, host, administratively prohibited, fragmentation needed).
-- remedy:   See some of them; they hold the head of the packet they are about:
--             tcpdump -ni any -c 50 {_filter}
-- verify:   This grows by less than {:info_per_s} per second:
--             nstat -az {entity}
-- but:      A firewall with reject rules, and a scan, make many of them. What this host sends is limited by icmp_msgs_per_sec and icmp_ratelimit.
-- see:      RFC 792; udp/noports; ip/fragments
WITH p AS (
  SELECT coalesce(:info_per_s, 10) AS info_per_s
), name_ AS (
  SELECT 'snmp' AS source, 'IcmpInDestUnreachs' AS name, 'UdpNoPorts' AS ports, 'icmp[0]=3' AS filter,
         'Others refuse packets of this host: a service that is not there, a firewall that rejects, a packet too big for the way.' AS reading
   UNION ALL SELECT 'snmp', 'IcmpOutDestUnreachs', 'UdpNoPorts', 'icmp[0]=3', 'This host refuses packets: mostly datagrams to closed ports (udp/noports), or a rule that rejects.'
   UNION ALL SELECT 'snmp6', 'Icmp6InDestUnreachs', 'Udp6NoPorts', 'icmp6', 'Others refuse IPv6 packets of this host.'
   UNION ALL SELECT 'snmp6', 'Icmp6OutDestUnreachs', 'Udp6NoPorts', 'icmp6', 'This host refuses IPv6 packets: mostly datagrams to closed ports (udp/noports), or a rule that rejects.'
)
SELECT CASE WHEN c.increase IS NULL       THEN 'skip'
            WHEN c.per_s >= p.info_per_s  THEN 'info'
            ELSE 'ok' END            AS level,
       c.name                        AS entity,
       c.increase                    AS messages,
       round(c.per_s, 1)             AS per_s,
       round(c.peak_per_s, 1)        AS peak_per_s,
       coalesce(u.increase, 0)       AS no_ports,
       c.active                      AS intervals_hit,
       c.intervals,
       n.filter                      AS _filter,
       n.reading                     AS _reading,
       c.peak_snap                   AS at,
       c.first_active                AS first_at,
       c.last_active                 AS last_at
  FROM name_ n JOIN p
  JOIN counter c ON c.source = n.source AND c.entity = '' AND c.name = n.name
  LEFT JOIN counter u ON u.source = n.source AND u.entity = '' AND u.name = n.ports
 ORDER BY c.increase DESC, c.name;
