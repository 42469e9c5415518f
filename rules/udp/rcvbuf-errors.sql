-- rule:     udp/rcvbuf-errors
-- version:  1
-- schema:   1
-- title:    Datagrams were dropped because a receive buffer was full
-- tags:     udp drops dns
-- requires: snmp >= 2
-- wants:    snmp6, sysctl
-- param:    min_drops      datagrams  dropped in the window
-- param:    min_intervals  intervals  with drops
-- param:    crit_pct       percent    of all datagrams for a socket
-- message:  {entity}: {drops} datagrams dropped at full receive buffers ({drops_pct}% of {arrived}), in {intervals_hit} of {intervals} intervals
-- meaning:  The program did not read its socket fast enough. A lost DNS answer is a request that waits 5 s for the next try; lost
--           statsd packets are holes in graphs. RcvbufErrors is a part of InErrors; checksum errors and closed ports are not in it.
-- remedy:   Find the socket (drops is the last column; d of skmem):
--             cat /proc/net/udp /proc/net/udp6
--             ss -lunpm
--           Make its reader faster, or its buffer greater: a program that sets SO_RCVBUF is held to rmem_max (now {rmem_max}), one
--           that does not gets rmem_default (now {rmem_default}) when it opens the socket:
--             sysctl -w net.core.rmem_max={_more}
-- verify:   This stands still:
--             nstat -az {entity}
-- but:      A socket that nobody reads any more (a stopped program, a broadcast that no one wants) fills up once and drops forever.
--           MemErrors (net.ipv4.udp_mem) is another limit; some kernels count it here too.
-- see:      udp(7); Documentation/networking/snmp_counter.rst; udp/dns-slow
WITH p AS (
  SELECT coalesce(:min_drops, 10)    AS min_drops,
         coalesce(:min_intervals, 2) AS min_intervals,
         coalesce(:crit_pct, 1)      AS crit_pct
), drop_ AS (
  SELECT d.*, (SELECT max(i.increase) FROM counter i
                WHERE i.source = d.source AND i.entity = '' AND i.name = replace(d.name, 'RcvbufErrors', 'InDatagrams')) AS delivered
    FROM counter d
   WHERE d.entity = '' AND ((d.source = 'snmp' AND d.name = 'UdpRcvbufErrors') OR (d.source = 'snmp6' AND d.name = 'Udp6RcvbufErrors'))
), k AS (
  SELECT max(CASE WHEN name = 'net.core.rmem_max' THEN last END)     AS rmem_max,
         max(CASE WHEN name = 'net.core.rmem_default' THEN last END) AS rmem_default FROM setting
), judged AS (
  SELECT d.*, coalesce(d.delivered, 0) + d.increase AS arrived,
         d.increase * 100.0 / nullif(coalesce(d.delivered, 0) + d.increase, 0) AS pct,
         d.increase >= p.min_drops AND d.active >= p.min_intervals AS hit
    FROM drop_ d JOIN p
)
SELECT CASE WHEN d.increase IS NULL           THEN 'skip'
            WHEN d.hit AND d.pct >= p.crit_pct THEN 'crit'
            WHEN d.hit                        THEN 'warn'
            ELSE 'ok' END                AS level,
       d.name                            AS entity,
       coalesce(d.increase, 0)           AS drops,
       d.arrived,
       round(d.pct, 2)                   AS drops_pct,
       d.active                          AS intervals_hit,
       d.intervals,
       k.rmem_max, k.rmem_default,
       max(8388608, 2 * coalesce(k.rmem_max, 0)) AS _more,
       d.peak_snap                       AS at,
       d.first_active                    AS first_at,
       d.last_active                     AS last_at
  FROM judged d JOIN p JOIN k
 ORDER BY d.hit DESC, d.increase DESC, d.name;
