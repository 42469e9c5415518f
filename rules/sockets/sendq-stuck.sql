-- rule:     sockets/sendq-stuck
-- version:  1
-- schema:   1
-- title:    Sent data is not acknowledged: the way or the peer stands still
-- tags:     tcp sockets
-- requires: tcp_info >= 1
-- param:    queue_bytes  bytes    waiting in Send-Q of a socket
-- param:    silent_ms    ms       since the last acknowledgement
-- param:    min_sockets  sockets  to one peer at one capture
-- message:  {entity}: {stuck} sockets hold at least {:queue_bytes} in Send-Q and got no acknowledgement for {:silent_ms} ms (up to {silent_max_ms} ms, {queued_bytes}); so at {captures_hit} of {captures} captures; {_reading}
-- meaning:  Send-Q is what the program has written and the peer has not acknowledged. An idle connection has none, so silence with a
--           full queue means that the segments or their acknowledgements get lost, that the peer is gone, or that it does not read
--           and its window is closed: then only the probes are answered, at ever longer intervals.
-- remedy:   See the sockets, their timer (persist: closed window) and what is in flight:
--             ss -tino dst {_host}
--           Window closed: the program there does not read; run nettape-collect there (sockets/recvq-stuck). Otherwise it is the
--           path or the host: ping, tcp-retransmit/ratio.
-- verify:   This shows no socket with both a Send-Q and lastack above {:silent_ms} ms:
--             ss -tino dst {_host}
-- but:      A client that vanished (a phone) leaves such sockets for minutes; one peer with a closed window is its own fault and
--           nobody else's. What was sent a moment ago after a long pause is left out: its acknowledgement is not yet due. Only
--           the worst 500 sockets of a capture are known one by one.
-- see:      ss(8); tcp(7) tcp_retries2; sockets/recvq-stuck
WITH p AS (
  SELECT coalesce(:queue_bytes, 65536) AS queue_bytes,
         coalesce(:silent_ms, 1000)    AS silent_ms,
         coalesce(:min_sockets, 2)     AS min_sockets
), peer AS (
  SELECT DISTINCT CASE WHEN x.peer LIKE '::ffff:%.%' THEN substr(x.peer, 8) ELSE x.peer END AS peer
    FROM (SELECT DISTINCT peer FROM tcp_flow WHERE peer <> '*' UNION SELECT DISTINCT peer FROM tcp_socket) x
), stuck AS (             -- a full queue on its first way after a pause has an old lastack, and a timer that never ran out
  SELECT CASE WHEN s.peer LIKE '::ffff:%.%' THEN substr(s.peer, 8) ELSE s.peer END AS peer, s.snap, count(*) AS n,
         sum(s.sendq) AS queued_bytes, max(s.lastack_ns) / 1000000 AS silent_ms,
         sum(coalesce(s.timer, '') = 'persist') AS closed, sum(coalesce(s.timer_retr, 0) > 0 AND s.timer = 'on') AS again
    FROM tcp_socket s JOIN p
   WHERE +s.state = 'ESTAB' AND s.sendq >= p.queue_bytes AND s.lastack_ns >= p.silent_ms * 1000000
     AND (s.timer = 'persist' OR s.timer_retr > 0 OR s.backoff > 0 OR s.lastsnd_ns >= p.silent_ms * 1000000)
   GROUP BY 1, s.snap
), ranked AS (
  SELECT stuck.*, row_number() OVER (PARTITION BY peer ORDER BY n DESC, queued_bytes DESC, snap) AS r,
         sum(n >= p.min_sockets) OVER (PARTITION BY peer) AS hits,
         min(CASE WHEN n >= p.min_sockets THEN snap END) OVER (PARTITION BY peer) AS first_at,
         max(CASE WHEN n >= p.min_sockets THEN snap END) OVER (PARTITION BY peer) AS last_at
    FROM stuck JOIN p
)
SELECT CASE WHEN k.n >= p.min_sockets THEN 'warn' ELSE 'ok' END AS level,
       peer.peer                                       AS entity,
       coalesce(k.n, 0)                                AS stuck,
       coalesce(k.queued_bytes, 0)                     AS queued_bytes,
       k.silent_ms                                     AS silent_max_ms,
       coalesce(k.closed, 0)                           AS window_closed,
       coalesce(k.again, 0)                            AS sent_again,
       CASE WHEN k.closed * 2 > k.n THEN 'the peer does not read (' || k.closed || ' with a closed window)'
            WHEN k.again * 2 > k.n  THEN 'the way or the peer is dead (' || k.again || ' are sending again)'
            ELSE 'closed window and loss cannot be told apart' END AS _reading,
       coalesce(k.hits, 0)                             AS captures_hit,
       (SELECT count(DISTINCT snap) FROM capture WHERE source = 'tcp_info' AND state IN ('ok', 'cut', 'interrupted', 'fallback')) AS captures,
       peer.peer                                       AS _host,
       k.snap                                          AS at,
       k.first_at, k.last_at
  FROM peer JOIN p
  LEFT JOIN ranked k ON k.peer = peer.peer AND k.r = 1
 ORDER BY coalesce(k.n, 0) DESC, peer.peer;
