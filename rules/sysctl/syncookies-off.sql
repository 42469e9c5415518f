-- rule:     sysctl/syncookies-off
-- version:  1
-- schema:   1
-- title:    SYN cookies are off
-- tags:     sysctl tcp listen syn
-- requires: sysctl >= 1, netstat >= 2
-- param:    min_drops  SYNs  dropped at a full SYN queue
-- message:  net.ipv4.tcp_syncookies is {value}; {drops} SYNs were dropped at a full SYN queue in the window
-- meaning:  Without cookies a full SYN queue drops whatever comes: a flood of a few hundred packets a second keeps everybody out, and
--           clients wait 1, 3, 7 s.
-- remedy:   Switch them on, as they are by default; they are sent only when the queue is full:
--             sysctl -w net.ipv4.tcp_syncookies=1   # now {value}
-- verify:   This stands still:
--             nstat -az TcpExtTCPReqQFullDrop
-- but:      Switched off on purpose behind a load balancer that fends floods off. TCPReqQFullDrop is what tells: ListenDrops also
--           has other reasons. But where tcp_max_syn_backlog is the limit, not the backlog of listen(), the last quarter of it is
--           kept for known clients, and what is dropped for that is in ListenDrops alone: tcp-listen/drops-other.
-- see:      Documentation/networking/ip-sysctl.rst, tcp_syncookies; tcp-listen/synq-full
WITH p AS (
  SELECT coalesce(:min_drops, 1) AS min_drops
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_syncookies' THEN cast(last AS INT) END) AS value FROM setting
), c AS (
  SELECT max(increase) AS drops, max(CASE WHEN increase > 0 THEN peak_snap END) AS at,
         max(first_active) AS first_at, max(last_active) AS last_at
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPReqQFullDrop'
)
SELECT CASE WHEN s.value IS NULL                           THEN 'skip'
            WHEN s.value <> 0                              THEN 'ok'
            WHEN coalesce(c.drops, 0) >= p.min_drops       THEN 'warn'
            ELSE 'info' END       AS level,
       ''                         AS entity,
       s.value,
       coalesce(c.drops, 0)       AS drops,
       c.at, c.first_at, c.last_at
  FROM s JOIN p JOIN c
 ORDER BY entity;
