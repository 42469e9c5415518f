-- rule:     udp/sndbuf-errors
-- version:  1
-- schema:   1
-- title:    Datagrams were lost on this host before they were sent
-- tags:     udp drops
-- requires: snmp >= 2
-- wants:    snmp6, sysctl, qdisc
-- param:    min_errors  datagrams  that were not sent, in the window
-- message:  {entity}: {errors} datagrams were not sent, in {intervals_hit} of {intervals} intervals ({sent} were); queueing disciplines dropped {qdisc_drops} packets meanwhile
-- meaning:  Either the queue of the interface was full, then the program is told that all went well; or the send buffer of the socket
--           was, and a program that does not wait lost the datagram. The kernel counts both here.
-- remedy:   With drops of a queueing discipline: nic-drops/qdisc, the program sends faster than the interface does:
--             tc -s qdisc
--           Without: its send buffer. SO_SNDBUF is held to wmem_max (now {wmem_max}); who does not set it gets wmem_default
--           (now {wmem_default}) with the next socket:
--             sysctl -w net.core.wmem_max={_more} net.core.wmem_default={_more_default}
-- verify:   This stands still:
--             nstat -az {entity}
-- but:      A program that sends until the buffer is full and then waits (poll) is counted each time, though it loses nothing.
-- see:      udp(7); nic-drops/qdisc
WITH p AS (
  SELECT coalesce(:min_errors, 10) AS min_errors
), e AS (
  SELECT d.*, (SELECT max(i.increase) FROM counter i
                WHERE i.source = d.source AND i.entity = '' AND i.name = replace(d.name, 'SndbufErrors', 'OutDatagrams')) AS sent
    FROM counter d
   WHERE d.entity = '' AND ((d.source = 'snmp' AND d.name = 'UdpSndbufErrors') OR (d.source = 'snmp6' AND d.name = 'Udp6SndbufErrors'))
), k AS (
  SELECT max(CASE WHEN name = 'net.core.wmem_max' THEN last END)     AS wmem_max,
         max(CASE WHEN name = 'net.core.wmem_default' THEN last END) AS wmem_default FROM setting
), q AS (                  -- a class has what it dropped in its parents, too: the root alone
  SELECT sum(increase) AS drops FROM counter WHERE source = 'qdisc' AND name = 'dropped' AND entity LIKE '%:root'
)
SELECT CASE WHEN e.increase IS NULL         THEN 'skip'
            WHEN e.increase >= p.min_errors THEN 'warn'
            ELSE 'ok' END            AS level,
       e.name                        AS entity,
       coalesce(e.increase, 0)       AS errors,
       e.sent,
       q.drops                       AS qdisc_drops,
       e.active                      AS intervals_hit,
       e.intervals,
       k.wmem_max, k.wmem_default,
       max(8388608, 2 * coalesce(k.wmem_max, 0))     AS _more,
       max(1048576, 2 * coalesce(k.wmem_default, 0)) AS _more_default,
       e.peak_snap                   AS at,
       e.first_active                AS first_at,
       e.last_active                 AS last_at
  FROM e JOIN p JOIN k JOIN q
 ORDER BY e.increase DESC, e.name;
