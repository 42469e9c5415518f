-- rule:     tcp-memory/prune
-- version:  1
-- schema:   1
-- title:    Receive queues were pruned: buffers too small for the data
-- tags:     tcp memory receive
-- requires: netstat >= 2
-- wants:    sysctl
-- param:    min_prunes   times  that a full receive buffer was tidied up
-- param:    crit_pruned  times  that received data was thrown away for it
-- message:  receive buffers were full {prunes} times in {intervals_hit} of {intervals} intervals; {pruned} times the new segment was dropped for it, {ofo_pruned} times what had come out of order; {collapsed} buffers copied together
-- meaning:  A segment came in for which the socket's receive buffer had no room. The kernel first copies the queued segments together
--           (TCPRcvCollapsed, which costs CPU under the socket's lock), then throws away what came out of order (OfoPruned), then drops the
--           segment (RcvPruned): the peer must send that again, which looks like loss on the network. Small segments fill a
--           buffer by their overhead, long before their bytes do.
-- remedy:   Make the program read faster; do not set SO_RCVBUF, which ends the automatic size. Then:
--             sysctl -w net.ipv4.tcp_rmem='{_more}'   # now {tcp_rmem} bytes
--             sysctl net.ipv4.tcp_moderate_rcvbuf   # now {moderate}, must be 1
-- verify:   These stand still:
--             nstat -az TcpExtPruneCalled TcpExtRcvPruned
-- but:      Under memory pressure of the whole host sockets are pruned at any size: tcp-memory/pressure comes first then.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtPruneCalled, TcpExtRcvPruned); tcp(7) (tcp_rmem); tcp-memory/rcvq-drop
WITH p AS (
  SELECT coalesce(:min_prunes, 10) AS min_prunes,
         coalesce(:crit_pruned, 1) AS crit_pruned
), e AS (
  SELECT name, increase, active, intervals, peak_snap, first_active, last_active FROM counter
   WHERE source = 'netstat' AND entity = ''
     AND name IN ('TcpExtPruneCalled', 'TcpExtRcvPruned', 'TcpExtOfoPruned', 'TcpExtTCPRcvCollapsed')
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtPruneCalled'     THEN increase END)  AS prunes,
         max(CASE WHEN name = 'TcpExtRcvPruned'       THEN increase END)  AS pruned,
         max(CASE WHEN name = 'TcpExtOfoPruned'       THEN increase END)  AS ofo_pruned,
         max(CASE WHEN name = 'TcpExtTCPRcvCollapsed' THEN increase END)  AS collapsed,
         max(CASE WHEN name = 'TcpExtPruneCalled'     THEN active END)    AS active,
         max(CASE WHEN name = 'TcpExtPruneCalled'     THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtPruneCalled' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtPruneCalled'     THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtPruneCalled'     THEN last_active END)  AS last_active
    FROM e
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_moderate_rcvbuf' THEN last END) AS moderate FROM setting
), w1 AS (               -- three numbers between tabs; the third is the maximum
  SELECT ltrim(replace(max(last), char(9), ' ')) AS a FROM setting WHERE name = 'net.ipv4.tcp_rmem'
), w2 AS (
  SELECT a, ltrim(substr(a, instr(a, ' '))) AS b FROM w1
), w3 AS (
  SELECT a, ltrim(substr(b, instr(b, ' '))) AS top FROM w2 WHERE instr(b, ' ') > 0
), knob AS (               -- the first two as they are, the third twice as large
  SELECT max(a) AS now, max(substr(a, 1, length(a) - length(top)) || min(max(16777216, 2 * CAST(top AS INTEGER)), 2147483647)) AS more FROM w3
)
SELECT CASE WHEN n.prunes IS NULL OR n.pruned IS NULL  THEN 'skip'
            WHEN n.pruned >= p.crit_pruned             THEN 'crit'
            WHEN n.prunes >= p.min_prunes              THEN 'warn'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       n.prunes,
       n.pruned,
       coalesce(n.ofo_pruned, 0)         AS ofo_pruned,
       coalesce(n.collapsed, 0)          AS collapsed,
       coalesce(knob.now, '?')           AS tcp_rmem,
       coalesce(knob.more, '4096 131072 16777216') AS _more,
       coalesce(s.moderate, '?')         AS moderate,
       n.active                          AS intervals_hit,
       n.intervals,
       n.peak_snap                       AS at,
       n.first_active                    AS first_at,
       n.last_active                     AS last_at
  FROM n JOIN s JOIN p JOIN knob
 ORDER BY entity;
