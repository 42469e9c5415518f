-- rule:     udp/noports
-- version:  1
-- schema:   1
-- title:    Datagrams arrive for ports that nobody listens on
-- tags:     udp context
-- requires: snmp >= 2
-- wants:    snmp6
-- min_span: 10s
-- param:    info_per_s  per second  mean over the window
-- message:  {entity}: {per_s} datagrams/s for closed ports ({datagrams} in the window, at most {peak_per_s}/s)
-- meaning:  Somebody sends to a service that is not there: statsd that was switched off, a resolver that moved, an answer that came
--           after its socket was closed. Each is answered with an ICMP port unreachable, as far as its rate limit goes.
-- remedy:   See who sends, and to which port (the ICMP answers hold the head of the datagram), and fix the sender:
--             tcpdump -ni any -c 50 'icmp[0]=3 and icmp[1]=3'
-- verify:   This grows by less than {:info_per_s} per second:
--             nstat -az {entity}
-- but:      Port scans and broadcasts; multicast that is not wanted is not counted.
-- see:      udp(7); ip/icmp-unreach
WITH p AS (
  SELECT coalesce(:info_per_s, 10) AS info_per_s
)
SELECT CASE WHEN c.increase IS NULL       THEN 'skip'
            WHEN c.per_s >= p.info_per_s  THEN 'info'
            ELSE 'ok' END          AS level,
       c.name                      AS entity,
       c.increase                  AS datagrams,
       round(c.per_s, 1)           AS per_s,
       round(c.peak_per_s, 1)      AS peak_per_s,
       c.active                    AS intervals_hit,
       c.intervals,
       c.peak_snap                 AS at,
       c.first_active              AS first_at,
       c.last_active               AS last_at
  FROM counter c JOIN p
 WHERE c.entity = '' AND ((c.source = 'snmp' AND c.name = 'UdpNoPorts') OR (c.source = 'snmp6' AND c.name = 'Udp6NoPorts'))
 ORDER BY c.increase DESC, c.name;
