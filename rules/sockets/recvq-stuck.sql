-- rule:     sockets/recvq-stuck
-- version:  1
-- schema:   1
-- title:    Data waits in sockets that the program does not read
-- tags:     tcp sockets linkerd
-- requires: tcp_info >= 2
-- wants:    listener
-- param:    queue_bytes  bytes    waiting in a socket at two captures in a row
-- param:    min_sockets  sockets  so many at once
-- param:    share_pct    percent  of the sockets of that port or destination
-- message:  {entity}{_owner}: {stuck} of {sockets} sockets ({stuck_pct}%) hold at least {:queue_bytes} that were not read between two captures; {queued_bytes} wait in all, {queue_max_bytes} in one; so in {intervals_hit} of {intervals} intervals
-- meaning:  The data is here and acknowledged, so the network is not to blame: the program does not call read(). Between two captures
--           it read less from each of these sockets than what had already waited there (bytes received less growth of the
--           queue). It lacks CPU, is stopped (garbage collection, a debugger), or waits for somebody else (backpressure: linkerd
--           stops reading from one side when the other does not take it). An entity that begins with "to" is what this host connected to.
-- remedy:   See what its threads do while it happens:
--             top -H -p PID
--             ss -tnpm state established
--           Busy threads: CPU, see softirq and the load of the host. Idle ones: look at the other side, sockets/sendq-stuck.
-- verify:   This shows no Recv-Q above {:queue_bytes:raw} bytes that stays:
--             ss -tn
-- but:      A client that was paused on purpose (a download, a long poll) does not read either. Only the worst 500 sockets of a
--           capture are known one by one, so there may be more.
-- see:      ss(8) Recv-Q; sockets/sendq-stuck
WITH p AS (
  SELECT coalesce(:queue_bytes, 32768) AS queue_bytes,
         coalesce(:min_sockets, 2)     AS min_sockets,
         coalesce(:share_pct, 5)       AS share_pct
), cap AS (
  SELECT snap, lag(snap) OVER (ORDER BY snap) AS before
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'tcp_info' AND state = 'ok')
), inward AS (             -- as ss names the listener, so that findings about it meet
  SELECT port, coalesce((SELECT min(CASE WHEN instr(l.addr, ':') > 0 THEN '[' || l.addr || ']' ELSE l.addr END)
                           FROM listener l WHERE l.port = t.port), '*') || ':' || port AS entity,
         (SELECT max(comm) FROM listener l WHERE l.port = t.port) AS comm
    FROM (SELECT DISTINCT port FROM tcp_flow WHERE dir = 'in') t
), full AS (
  SELECT s.snap, s.sk, s.lport, s.pport, s.recvq, s.bytes_received,
         CASE WHEN i.entity IS NOT NULL THEN i.entity
              WHEN s.peer LIKE '::ffff:%.%' THEN 'to ' || substr(s.peer, 8) || ':' || s.pport
              WHEN instr(s.peer, ':') > 0 THEN 'to [' || s.peer || ']:' || s.pport
              ELSE 'to ' || s.peer || ':' || s.pport END AS entity
    FROM tcp_socket s JOIN p LEFT JOIN inward i ON i.port = s.lport
   WHERE +s.state = 'ESTAB' AND s.recvq >= p.queue_bytes
), stuck AS (
  SELECT b.entity, b.snap, count(*) AS n, max(b.recvq) AS hi
    FROM full b JOIN cap ON cap.snap = b.snap
    JOIN full a ON a.snap = cap.before AND a.sk = b.sk AND a.lport = b.lport AND a.pport = b.pport
   WHERE coalesce(b.bytes_received - a.bytes_received, 0) - (b.recvq - a.recvq) < a.recvq
   GROUP BY b.entity, b.snap
), place AS (
  SELECT f.dir, f.peer, f.port, i.entity, i.comm, min(f.snap) AS snap
    FROM tcp_flow f JOIN inward i ON i.port = f.port WHERE f.dir = 'in' GROUP BY f.dir, f.peer, f.port
   UNION ALL
  SELECT dir, peer, port, CASE WHEN peer = '*' THEN 'to many others'
                               WHEN peer LIKE '::ffff:%.%' THEN 'to ' || substr(peer, 8) || ':' || port
                               WHEN instr(peer, ':') > 0 THEN 'to [' || peer || ']:' || port
                               ELSE 'to ' || peer || ':' || port END, NULL, min(snap)
    FROM tcp_flow WHERE dir = 'out' GROUP BY dir, peer, port
), shown AS (              -- where nothing was stuck the first capture stands for all
  SELECT entity, snap FROM stuck
   UNION ALL
  SELECT entity, min(snap) FROM place WHERE entity NOT IN (SELECT entity FROM stuck) GROUP BY entity
), step AS (
  SELECT x.entity, x.snap, max(l.comm) AS comm, sum(f.n) AS n, sum(f.recvq_bytes) AS queued_bytes
    FROM shown x JOIN place l ON l.entity = x.entity
    CROSS JOIN tcp_flow f ON f.dir = l.dir AND f.peer = l.peer AND f.port = l.port AND f.snap = x.snap
   GROUP BY x.entity, x.snap
), judged AS (
  SELECT t.entity, t.snap, t.comm, t.n AS sockets, t.queued_bytes, coalesce(s.n, 0) AS stuck, s.hi,
         coalesce(s.n >= p.min_sockets AND s.n * 100.0 >= p.share_pct * t.n, 0) AS hit
    FROM step t JOIN p LEFT JOIN stuck s ON s.entity = t.entity AND s.snap = t.snap
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY hit DESC, stuck DESC, snap) AS r,
         sum(hit) OVER (PARTITION BY entity) AS hits,
         min(CASE WHEN hit THEN snap END) OVER (PARTITION BY entity) AS first_at,
         max(CASE WHEN hit THEN snap END) OVER (PARTITION BY entity) AS last_at
    FROM judged
)
SELECT CASE WHEN k.hit THEN 'warn'
            ELSE 'ok' END                                     AS level,
       k.entity,
       k.stuck,
       k.sockets,
       round(k.stuck * 100.0 / max(k.sockets, 1), 1)          AS stuck_pct,
       k.queued_bytes,
       k.hi                                                   AS queue_max_bytes,
       coalesce(' (' || k.comm || ')', '')                    AS _owner,
       k.hits                                                 AS intervals_hit,
       (SELECT count(before) FROM cap)                        AS intervals,
       CASE WHEN k.stuck > 0 THEN k.snap END                  AS at,
       k.first_at, k.last_at
  FROM ranked k
 WHERE k.r = 1
 ORDER BY level = 'warn' DESC, k.stuck DESC, k.entity;
