-- rule:     sockets/syn-sent
-- version:  1
-- schema:   1
-- title:    Connections to one destination hang in SYN-SENT
-- tags:     tcp sockets connect
-- requires: tcp >= 2
-- wants:    tcp_info, netstat
-- param:    min_sockets  sockets   in SYN-SENT to one address and port
-- param:    captures     captures  one after the other with so many
-- message:  {entity}: up to {syn_sent} sockets in SYN-SENT, at least {:min_sockets} in {captures_hit} of {captures} captures, {captures_row} in a row; {_reading}
-- meaning:  A SYN got no answer, neither SYN-ACK nor reset: the target or the network drops it (a firewall, a dead host, a full accept
--           queue there). It is sent again after 1, 3, 7 s; each request that waits for this connection waits as long, or
--           fails with the connect timeout.
-- remedy:   See them, and try it by hand:
--             ss -tno state syn-sent
--             nc -vz {_host} {_port}
--           Nothing comes back: firewall, route, or the host is down. It answers sometimes: its accept queue is full
--           (record there, and see tcp-listen/overflow).
-- verify:   This shows none that is there twice:
--             ss -tn state syn-sent
-- but:      Many connects a second over a long way are always a few in SYN-SENT: without a SYN that was sent again it is info. A
--           program that gives up in less than a second never sends a second one.
-- see:      ss(8); tcp(7) tcp_syn_retries; linkerd-backend/connect-latency
WITH p AS (
  SELECT coalesce(:min_sockets, 3) AS min_sockets,
         coalesce(:captures, 2)    AS captures
), seen AS (
  SELECT snap, row_number() OVER (ORDER BY snap) AS i
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback'))
), info AS (
  SELECT count(DISTINCT snap) AS n FROM capture WHERE source = 'tcp_info' AND state = 'ok'
), host AS (
  SELECT max(increase) AS syns FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPSynRetrans'
), outward AS (
  SELECT CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, port, snap,
         sum(CASE WHEN state = 'SYN-SENT' THEN n ELSE 0 END) AS n
    FROM tcp_peer WHERE dir = 'out' AND peer <> '*' GROUP BY 1, port, snap
), hit AS (                -- a run of captures: the index less the rank stays the same
  SELECT o.peer, o.port, o.n, o.snap, seen.i - row_number() OVER (PARTITION BY o.peer, o.port ORDER BY o.snap) AS run
    FROM outward o JOIN seen ON seen.snap = o.snap JOIN p WHERE o.n >= p.min_sockets
), runs AS (
  SELECT peer, port, max(n) AS captures, sum(n) AS hits, min(a) AS first_at, max(b) AS last_at
    FROM (SELECT peer, port, count(*) AS n, min(snap) AS a, max(snap) AS b FROM hit GROUP BY peer, port, run) GROUP BY peer, port
), retried AS (            -- sockets whose SYN was sent again, in the dump with most of them
  SELECT peer, port, max(n) AS n FROM (
    SELECT CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, pport AS port, snap, count(*) AS n
      FROM tcp_socket
     WHERE state = 'SYN-SENT' AND (coalesce(timer_retr, 0) > 0 OR coalesce(retrans_total, 0) > 0 OR coalesce(backoff, 0) > 0)
     GROUP BY 1, pport, snap) GROUP BY peer, port
), tally AS (
  SELECT peer, port, max(n) AS hi FROM outward GROUP BY peer, port
), judged AS (
  SELECT t.*, coalesce(r.captures, 0) AS captures, coalesce(r.hits, 0) AS hits, r.first_at, r.last_at,
         -- which SYN was sent again is told by tcp_info; else the host's sum is what there is
         CASE WHEN x.n > 0 THEN x.n WHEN info.n >= 2 THEN 0 ELSE host.syns END AS again,
         (SELECT min(snap) FROM outward o WHERE o.peer = t.peer AND o.port = t.port AND o.n = t.hi AND t.hi > 0) AS at
    FROM tally t JOIN info JOIN host
    LEFT JOIN runs r ON r.peer = t.peer AND r.port = t.port
    LEFT JOIN retried x ON x.peer = t.peer AND x.port = t.port
)
SELECT CASE WHEN j.captures >= p.captures AND j.again > 0 THEN 'warn'
            WHEN j.captures >= p.captures                 THEN 'info'
            ELSE 'ok' END                                AS level,
       CASE WHEN instr(j.peer, ':') > 0 THEN '[' || j.peer || ']:' ELSE j.peer || ':' END || j.port AS entity,
       j.hi                                              AS syn_sent,
       j.captures                                        AS captures_row,
       j.hits                                            AS captures_hit,
       (SELECT count(*) FROM seen)                       AS captures,
       j.again                                           AS syns_again,
       CASE WHEN j.again > 0 AND EXISTS (SELECT 1 FROM tcp_peer o
                                         WHERE o.dir = 'out' AND o.port = j.port AND o.peer IN (j.peer, '::ffff:' || j.peer)
                                           AND o.state = 'ESTAB' AND o.snap BETWEEN j.first_at AND j.last_at)
            THEN 'SYNs were sent again, beside open connections to it: its accept queue is full, or packets get lost'
            WHEN j.again > 0 THEN 'SYNs were sent again: nothing answers'
            ELSE 'no SYN is known to have been sent again: slow handshakes, or a connect timeout below 1 s' END AS _reading,
       j.peer                                            AS _host,
       j.port                                            AS _port,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.captures >= p.captures DESC, j.again > 0 DESC, j.hi DESC, entity;
