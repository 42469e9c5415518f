-- rule:     tcp-listen/abort-on-overflow
-- version:  1
-- schema:   1
-- title:    Clients are reset when an accept queue overflows
-- tags:     tcp listen syn reset sysctl
-- requires: netstat >= 2, sysctl
-- wants:    snmp
-- param:    min_overflows  connections  that met a full accept queue
-- message:  net.ipv4.tcp_abort_on_overflow is {abort_on_overflow} and an accept queue overflowed {overflows} times in {intervals_hit} of {intervals} intervals; {rsts} RSTs were sent
-- meaning:  Without the setting the final ACK of a handshake that meets a full accept queue is ignored: the SYN-ACK is sent again, and
--           a program that stalled for some 100 ms accepts the connection a moment later. With it the client gets a reset and an
--           error at once. SYNs at a full queue are dropped either way.
-- remedy:   Switch it off, and keep that in /etc/sysctl.d:
--             sysctl -w net.ipv4.tcp_abort_on_overflow=0   # now {abort_on_overflow}
--           Then make the queue longer or the program faster: tcp-listen/overflow.
-- verify:   The first prints 0, the second grows slower:
--             sysctl net.ipv4.tcp_abort_on_overflow
--             nstat -az TcpOutRsts
-- but:      A service whose clients try the next backend at once may want it so.
-- see:      Documentation/networking/ip-sysctl.rst (tcp_abort_on_overflow); tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_overflows, 1) AS min_overflows
), n AS (
  SELECT max(increase) AS overflows, max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtListenOverflows'
), o AS (
  SELECT max(increase) AS rsts FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpOutRsts'
), s AS (
  SELECT max(last) AS last FROM setting WHERE name = 'net.ipv4.tcp_abort_on_overflow'
)
SELECT CASE WHEN s.last IS NULL OR n.overflows IS NULL                          THEN 'skip'
            WHEN CAST(s.last AS INTEGER) <> 0 AND n.overflows >= p.min_overflows THEN 'warn'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       s.last                            AS abort_on_overflow,
       n.overflows,
       coalesce(o.rsts, '?')             AS rsts,
       n.active                          AS intervals_hit,
       n.intervals,
       n.peak_snap                       AS at,
       n.first_active                    AS first_at,
       n.last_active                     AS last_at
  FROM n JOIN o JOIN s JOIN p
 ORDER BY entity;
