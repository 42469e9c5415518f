-- rule:     tcp-listen/synq-full
-- version:  1
-- schema:   1
-- title:    A SYN queue was full
-- tags:     tcp listen syn
-- requires: netstat >= 2
-- wants:    sysctl
-- param:    min_events  SYNs  dropped or answered with a cookie
-- message:  SYN queue full {events} times in {intervals_hit} of {intervals} intervals: {dropped} SYNs dropped, {cookies} answered with a cookie (tcp_syncookies={syncookies})
-- meaning:  Half-open connections wait in the SYN queue of their listener for the final ACK. When it is full the kernel drops the
--           SYN, or answers with a cookie when net.ipv4.tcp_syncookies is 1 (with 2 it always does, and the count means nothing).
--           Either SYNs come faster than round trips end (a flood), or SYN-ACKs or ACKs are lost on the way. A connection made by
--           cookie loses window scaling and SACK when its timestamps are off.
-- remedy:   A longer queue:
--             sysctl -w net.ipv4.tcp_max_syn_backlog={_syn_backlog} net.core.somaxconn={_somaxconn}   # now {max_syn_backlog} and {somaxconn}
--           and keep net.ipv4.tcp_syncookies=1. Restart the listener: the queue's size is taken when it listens.
--           Look where the SYNs come from:
--             ss -tn state syn-recv
-- verify:   These stand still:
--             nstat -az TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies
-- but:      Bursts of a port scanner. Since kernel 4.4 the queue is as long as the listener's backlog: tcp_max_syn_backlog matters with
--           cookies off alone. Then SYNs are dropped from three quarters of it on, which is not counted here (measured: 451 ListenDrops,
--           none here): tcp-listen/drops-other.
-- see:      Documentation/networking/ip-sysctl.rst (tcp_max_syn_backlog, tcp_syncookies); tcp-listen/drops-other
WITH p AS (
  SELECT coalesce(:min_events, 1) AS min_events
), c AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPReqQFullDrop'      THEN increase END) AS dropped,
         max(CASE WHEN name = 'TcpExtTCPReqQFullDoCookies' THEN increase END) AS cookies,
         max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END)  AS peak_snap,
         min(first_active) AS first_active, max(last_active) AS last_active
    FROM counter
   WHERE source = 'netstat' AND entity = '' AND name IN ('TcpExtTCPReqQFullDrop', 'TcpExtTCPReqQFullDoCookies')
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_syncookies'      THEN last END) AS syncookies,
         max(CASE WHEN name = 'net.ipv4.tcp_max_syn_backlog' THEN last END) AS max_syn_backlog,
         max(CASE WHEN name = 'net.core.somaxconn'           THEN last END) AS somaxconn
    FROM setting
)
SELECT CASE WHEN c.dropped IS NULL AND c.cookies IS NULL THEN 'skip'   -- not counted before 3.2, nor on RHEL 6
            WHEN coalesce(s.syncookies, 1) = 2 AND coalesce(c.dropped, 0) = 0 THEN 'ok'
            WHEN coalesce(c.dropped, 0) >= p.min_events THEN 'crit'
            WHEN coalesce(c.cookies, 0) >= p.min_events THEN 'warn'
            ELSE 'ok' END                                 AS level,
       ''                                                 AS entity,
       coalesce(c.dropped, 0) + coalesce(c.cookies, 0)    AS events,
       coalesce(c.dropped, 0)                             AS dropped,
       coalesce(c.cookies, 0)                             AS cookies,
       coalesce(s.syncookies, '?')                        AS syncookies,
       coalesce(s.max_syn_backlog, '?')                   AS max_syn_backlog,
       coalesce(s.somaxconn, '?')                         AS somaxconn,
       max(4096, 2 * coalesce(s.max_syn_backlog, 0))     AS _syn_backlog,
       max(4096, 2 * coalesce(s.somaxconn, 0))           AS _somaxconn,
       coalesce(c.active, 0)                              AS intervals_hit,
       coalesce(c.intervals, 0)                           AS intervals,
       c.peak_snap                                        AS at,
       c.first_active                                     AS first_at,
       c.last_active                                      AS last_at
  FROM c JOIN p JOIN s
 ORDER BY entity;
