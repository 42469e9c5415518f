-- rule:     tcp-listen/backlogdrop
-- version:  1
-- schema:   1
-- title:    Segments were dropped at the backlog of a locked socket (TCPBacklogDrop)
-- tags:     tcp listen receive
-- requires: netstat >= 2
-- wants:    sysctl
-- param:    min_drops   segments  in the window
-- param:    crit_drops  segments  in the window
-- message:  {drops} segments dropped (TCPBacklogDrop) in {intervals_hit} of {intervals} intervals: {_reading}
-- meaning:  While a program holds a socket (in recv() or send()), arriving segments wait in that socket's backlog; it is full at
--           receive plus send buffer (64 KiB more on new kernels), then they are dropped. Since kernel 4.4 listeners are
--           never locked for this: there TCPBacklogDrop says nothing of dropped SYNs, whatever older guides tell; look at
--           tcp-listen/overflow for those. On 4.3 and before (RHEL 7) the listener was locked too, and it can mean lost SYNs.
-- remedy:   Since 4.4: more room and shorter holds of the socket:
--             sysctl -w net.ipv4.tcp_rmem="{_more}"   # now {tcp_rmem} bytes
--           and let the program read in smaller pieces, more often. On 4.3 and before first do what tcp-listen/overflow says.
-- verify:   This stands still:
--             nstat -az TcpExtTCPBacklogDrop
-- but:      Somebody who injects segments into a connection.
-- see:      Linux commit e994b2f0fb92 (4.4, "tcp: do not lock listener to process SYN packets"); tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_drops, 1)    AS min_drops,
         coalesce(:crit_drops, 100) AS crit_drops
), c AS (
  SELECT increase AS drops, active, intervals, peak_snap, first_active, last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPBacklogDrop'
), k AS (
  SELECT max(CASE WHEN k = 'kernel_num' THEN v END) AS num FROM meta
), w1 AS (               -- three numbers between tabs; the third is the maximum
  SELECT ltrim(replace(max(last), char(9), ' ')) AS a FROM setting WHERE name = 'net.ipv4.tcp_rmem'
), w2 AS (
  SELECT a, ltrim(substr(a, instr(a, ' '))) AS b FROM w1
), w3 AS (
  SELECT a, ltrim(substr(b, instr(b, ' '))) AS top FROM w2 WHERE instr(b, ' ') > 0
), knob AS (               -- the first two as they are, the third twice as large
  SELECT max(a) AS now, max(substr(a, 1, length(a) - length(top)) || min(max(16777216, 2 * CAST(top AS INTEGER)), 2147483647)) AS more FROM w3
)
SELECT CASE WHEN c.drops IS NULL         THEN 'skip'
            WHEN c.drops >= p.crit_drops THEN 'crit'
            WHEN c.drops >= p.min_drops  THEN 'warn'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       c.drops,
       c.active                          AS intervals_hit,
       c.intervals,
       CASE WHEN k.num IS NULL OR k.num = 0 THEN 'the kernel is unknown, so it may or may not mean SYNs'
            WHEN k.num >= 4004000 THEN 'segments of established connections, not SYNs, on this kernel'
            ELSE 'on this old kernel possibly SYNs of a listener' END AS _reading,
       coalesce(knob.now, '?')           AS tcp_rmem,
       coalesce(knob.more, '4096 131072 16777216') AS _more,
       c.peak_snap                       AS at,
       c.first_active                    AS first_at,
       c.last_active                     AS last_at
  FROM c JOIN p JOIN k JOIN knob
 ORDER BY entity;
