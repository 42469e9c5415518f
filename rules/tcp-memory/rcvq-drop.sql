-- rule:     tcp-memory/rcvq-drop
-- version:  1
-- schema:   1
-- title:    Received segments were dropped for lack of memory
-- tags:     tcp memory receive
-- requires: netstat >= 2
-- wants:    sockstat, sysctl
-- param:    min_drops  segments  dropped at a receive or out-of-order queue
-- message:  {drops} received segments dropped for lack of memory in {intervals_hit} of {intervals} intervals: {rcvq} in order (TCPRcvQDrop), {ofo} out of order (TCPOFODrop); {zero} outside a closed window (TCPZeroWindowDrop)
-- meaning:  The segment had arrived, was right and fitted the window, and was dropped because neither the socket's buffer nor the host's
--           TCP memory had room: the peer sends it again after a timeout. That needs many sockets with unread data, or a buffer made smaller
--           after its window was promised. TCPZeroWindowDrop is not judged as a loss: data towards a closed window is what some
--           systems send to probe it; alone it is information.
-- remedy:   tcp-memory/pressure and tcp-memory/prune say which memory lacks. TCP uses up to {mem_pages} pages here, tcp_mem={tcp_mem}.
--           See who holds it, then make room:
--             ss -tnmp | grep -B1 'skmem:(r[1-9]'
--             sysctl -w net.ipv4.tcp_rmem='{_more}'   # now {tcp_rmem} bytes
-- verify:   These stand still:
--             nstat -az TcpExtTCPRcvQDrop TcpExtTCPOFODrop
-- but:      Tools that inject packets beyond the window.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPRcvQDrop, TcpExtTCPOFODrop); tcp(7) (tcp_mem, tcp_rmem)
WITH p AS (
  SELECT coalesce(:min_drops, 1) AS min_drops
), e AS (
  SELECT name, increase, active, intervals, peak_snap, first_active, last_active FROM counter
   WHERE source = 'netstat' AND entity = '' AND increase IS NOT NULL
     AND name IN ('TcpExtTCPRcvQDrop', 'TcpExtTCPOFODrop', 'TcpExtTCPZeroWindowDrop')
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPRcvQDrop'       THEN increase END) AS rcvq,
         max(CASE WHEN name = 'TcpExtTCPOFODrop'        THEN increase END) AS ofo,
         max(CASE WHEN name = 'TcpExtTCPZeroWindowDrop' THEN increase END) AS zero,
         max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_active, max(last_active) AS last_active
    FROM e
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_mem' THEN replace(last, char(9), ' ') END) AS tcp_mem FROM setting
), w1 AS (               -- three numbers between tabs; the third is the maximum
  SELECT ltrim(replace(max(last), char(9), ' ')) AS a FROM setting WHERE name = 'net.ipv4.tcp_rmem'
), w2 AS (
  SELECT a, ltrim(substr(a, instr(a, ' '))) AS b FROM w1
), w3 AS (
  SELECT a, ltrim(substr(b, instr(b, ' '))) AS top FROM w2 WHERE instr(b, ' ') > 0
), knob AS (               -- the first two as they are, the third twice as large
  SELECT max(a) AS now, max(substr(a, 1, length(a) - length(top)) || min(max(16777216, 2 * CAST(top AS INTEGER)), 2147483647)) AS more FROM w3
)
SELECT CASE WHEN n.rcvq IS NULL AND n.ofo IS NULL                            THEN 'skip'
            WHEN coalesce(n.rcvq, 0) + coalesce(n.ofo, 0) >= p.min_drops     THEN 'warn'
            WHEN n.zero >= p.min_drops                                       THEN 'info'
            ELSE 'ok' END                            AS level,
       ''                                            AS entity,
       coalesce(n.rcvq, 0) + coalesce(n.ofo, 0)      AS drops,
       coalesce(n.rcvq, '?')                         AS rcvq,
       coalesce(n.ofo, '?')                          AS ofo,
       coalesce(n.zero, '?')                         AS zero,
       coalesce((SELECT max(hi) FROM gauge WHERE source = 'sockstat' AND entity = '' AND name = 'TCP_mem'), '?') AS mem_pages,
       coalesce(s.tcp_mem, '?')                      AS tcp_mem,
       coalesce(knob.now, '?')                       AS tcp_rmem,
       coalesce(knob.more, '4096 131072 16777216')   AS _more,
       n.active                                      AS intervals_hit,
       n.intervals,
       (SELECT peak_snap FROM e WHERE increase > 0 ORDER BY name = 'TcpExtTCPZeroWindowDrop', increase DESC, name LIMIT 1) AS at,
       n.first_active                                AS first_at,
       n.last_active                                 AS last_at
  FROM n JOIN s JOIN p JOIN knob
 ORDER BY entity;
