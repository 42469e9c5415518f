-- rule:     root-cause/receiver-not-reading
-- version:  1
-- schema:   1
-- title:    A program on this host does not read: its peers are held up
-- tags:     root-cause tcp window receive linkerd
-- requires: tcp_info >= 4
-- wants:    netstat, listener, task
-- after:    tcp-memory/*, sockets/*, tcp-listen/*, cpu/*, memory/*, cgroup/*, linkerd-jvm/*
-- explains: sockets/recvq-stuck, tcp-memory/zero-window, tcp-memory/prune, tcp-memory/rcvq-drop, tcp-listen/overflow, tcp-listen/queue-high
-- param:    queue_bytes   bytes     waiting in a socket; at two captures in a row, less was read in between than had waited
-- param:    min_sockets   sockets   of one port or destination that are so at once
-- param:    share_pct     percent   of its sockets
-- param:    min_captures captures of tcp_info at which it is so
-- param:    full_pct      percent   of a socket's receive buffer in use: its window is closed
-- param:    silent_ms     ms        since data came to such a socket: one capture shows that it was not read so long
-- message:  {entity}{_owner}: up to {stuck} of {sockets} sockets held {:queue_bytes} or more that was not read, at {hit_captures} of {captures} captures; {_window}{_why}
-- meaning:  Back-pressure starts here: the data arrived, the program does not take it, the receive buffers fill and the peers are told to
--           stop (zero window). To them it looks like a slow network; it is this program, which lacks CPU, is stopped, collects
--           garbage, waits for a lock, or waits for somebody else to take what it passes on.
-- remedy:   See what its threads do while it happens:
--             top -H -p PID
--             grep State /proc/PID/status
--             cat /proc/PID/stack
--           Read the findings cgroup/cpu-throttled, linkerd-jvm/gc-*, cpu/* of the same time. Idle threads and sockets/sendq-stuck
--           beside it: it waits for that peer. Larger buffers only delay it (net.ipv4.tcp_rmem is {tcp_rmem} bytes).
-- verify:   No Recv-Q above {:queue_bytes} that stays, and TcpExtTCPToZeroWindowAdv stands still:
--             ss -tnm
--             nstat -az TcpExtTCPToZeroWindowAdv
-- but:      A zero window is counted once, when it begins: a program that is stopped for a minute advertises one a socket and none after
--           that, so that the unread bytes decide and not the number of intervals with adverts. A transfer at full speed also closes
--           windows for moments and has bytes waiting at each capture, but these are others each time: it reads. Uploads that are
--           throttled on purpose, paused downloads and long polls look the same. Stops between two captures are not seen.
-- see:      RFC 9293 section 3.8.6; ss(8) Recv-Q, skmem; sockets/recvq-stuck; tcp-memory/zero-window
WITH p AS (
  SELECT coalesce(:queue_bytes, 32768) AS queue_bytes,
         coalesce(:min_sockets, 2)     AS min_sockets,
         coalesce(:share_pct, 5)       AS share_pct,
         coalesce(:min_captures, 3)    AS min_captures,
         coalesce(:full_pct, 80)       AS full_pct,
         coalesce(:silent_ms, 100)     AS silent_ms
), cap AS (
  SELECT snap, lag(snap) OVER (ORDER BY snap) AS before, row_number() OVER (ORDER BY snap) AS k
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'tcp_info' AND state IN ('ok', 'cut', 'interrupted', 'fallback'))
), full AS (
  SELECT s.snap, s.local, s.lport, s.peer, s.pport, s.recvq, s.bytes_received, s.mem_r * 100.0 >= p.full_pct * s.mem_rb AS closed,
         s.lastrcv_ns >= 1e6 * p.silent_ms AS silent
    FROM tcp_socket s JOIN p
   WHERE s.recvq >= p.queue_bytes AND s.state IN ('ESTAB', 'CLOSE-WAIT')
), held AS (               -- between two captures less was read than what had waited at the first; or full, and nothing came any more
  SELECT b.snap, b.lport, b.peer, b.pport, b.recvq, b.closed
    FROM full b JOIN cap ON cap.snap = b.snap
    LEFT JOIN full a ON a.snap = cap.before AND a.lport = b.lport AND a.pport = b.pport AND a.peer = b.peer AND a.local = b.local
   WHERE (b.closed AND b.silent)
      OR (a.snap IS NOT NULL AND coalesce(b.bytes_received - a.bytes_received - (b.recvq - a.recvq) < a.recvq, b.recvq >= a.recvq))
), inward AS (             -- as ss names the listener, so that findings about it meet
  SELECT port, max(pid) AS pid, max(comm) AS comm, min(CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END) || ':' || port AS entity
    FROM listener GROUP BY port
), accepted AS (
  SELECT DISTINCT port FROM tcp_flow WHERE dir = 'in' AND EXISTS (SELECT 1 FROM held)
), placed AS (
  SELECT h.snap, h.recvq, h.closed, 'in' AS dir, h.lport AS port, '' AS peer
    FROM held h WHERE h.lport IN (SELECT port FROM accepted)
   UNION ALL
  SELECT h.snap, h.recvq, h.closed, 'out', h.pport, h.peer FROM held h WHERE h.lport NOT IN (SELECT port FROM accepted)
), stuck AS (
  SELECT dir, port, peer, snap, count(*) AS n, sum(recvq) AS bytes, max(closed) AS closed FROM placed GROUP BY dir, port, peer, snap
), flow AS (
  SELECT f.dir, f.port, CASE f.dir WHEN 'in' THEN '' ELSE f.peer END AS peer, f.snap, sum(f.n) AS n
    FROM tcp_flow f
   WHERE EXISTS (SELECT 1 FROM stuck)
     AND (f.port, f.dir) IN (SELECT port, dir FROM stuck)
   GROUP BY 1, 2, 3, 4
), line AS (
  SELECT s.*, max(coalesce(f.n, s.n), s.n) AS sockets, s.n >= p.min_sockets AND s.n * 100.0 >= p.share_pct * coalesce(f.n, s.n) AS hit
    FROM stuck s JOIN p LEFT JOIN flow f ON f.dir = s.dir AND f.port = s.port AND f.peer = s.peer AND f.snap = s.snap
), place AS (
  SELECT l.dir, l.port, l.peer, sum(l.hit) AS hit, max(l.n) AS stuck, max(l.sockets) AS sockets, max(l.bytes) AS bytes, max(l.closed) AS closed,
         min(CASE WHEN l.hit THEN l.snap END) AS first_at, max(CASE WHEN l.hit THEN l.snap END) AS last_at
    FROM line l GROUP BY l.dir, l.port, l.peer
), ranged AS (             -- the window closed before the first capture that shows it, at most two captures earlier
  SELECT x.*, c.k <= 2 AS from_start,
         coalesce((SELECT b.before FROM cap b WHERE b.snap = c.before), c.before) AS since
    FROM place x LEFT JOIN cap c ON c.snap = x.first_at
), advert AS (             -- a last sample without a delta only repeats the value
  SELECT r.dir, r.port, r.peer, total(m.delta) AS n, count(m.delta) AS intervals
    FROM ranged r JOIN series e ON e.source = 'netstat' AND e.entity = '' AND e.name = 'TcpExtTCPToZeroWindowAdv'
    LEFT JOIN sample m ON m.series = e.id AND m.snap > r.since AND m.snap <= r.last_at AND m.delta > 0
   GROUP BY r.dir, r.port, r.peer
), mate AS (               -- what else is known of the program
  SELECT r.dir, r.port, r.peer, i.pid, i.comm, i.entity AS listener,
         (SELECT max(l.queue) FROM listener l WHERE l.port = r.port AND l.snap BETWEEN r.since AND r.last_at) AS waiting,
         EXISTS (SELECT 1 FROM series t JOIN sample m ON m.series = t.id
                  WHERE t.source = 'task' AND t.name = 'state' AND t.entity LIKE i.pid || ':%' AND substr(m.value, 1, 1) IN ('T', 't')) AS stopped
    FROM ranged r LEFT JOIN inward i ON r.dir = 'in' AND i.port = r.port
), found AS (
  SELECT group_concat(rule, ', ') AS rules FROM (
    SELECT DISTINCT rule FROM finding
     WHERE rule IN ('cgroup/cpu-throttled', 'linkerd-jvm/gc-overhead', 'linkerd-jvm/gc-pause', 'linkerd-jvm/safepoint',
                    'cpu/saturated', 'cpu/pressure', 'memory/swap', 'memory/alloc-stall') ORDER BY rule)
), behind AS (
  SELECT group_concat(entity, ', ') AS peers FROM (SELECT entity FROM finding WHERE rule = 'sockets/sendq-stuck' ORDER BY entity LIMIT 3)
), judged AS (
  SELECT r.*, a.n AS adverts, a.intervals AS advert_intervals, m.comm, m.listener, m.waiting, m.stopped,
         (SELECT rules FROM found) AS rules, (SELECT peers FROM behind) AS behind,
         (SELECT count(*) FROM cap) AS captures,
         coalesce(a.n > 0 OR r.closed, r.closed, 1) AS shut,
         CASE WHEN r.dir = 'in' THEN coalesce(m.listener, '*:' || r.port)
              ELSE 'to ' || CASE WHEN r.peer LIKE '::ffff:%.%' THEN substr(r.peer, 8)
                                 WHEN instr(r.peer, ':') > 0 THEN '[' || r.peer || ']' ELSE r.peer END || ':' || r.port END AS entity
    FROM ranged r
    LEFT JOIN advert a ON a.dir = r.dir AND a.port = r.port AND a.peer = r.peer
    LEFT JOIN mate m ON m.dir = r.dir AND m.port = r.port AND m.peer = r.peer
)
SELECT CASE WHEN j.hit >= p.min_captures AND j.shut THEN 'warn' ELSE 'ok' END AS level,
       j.entity,
       ''                                        AS explains_entity,
       j.stuck,
       j.sockets,
       j.hit                                     AS hit_captures,
       j.captures,
       j.bytes                                   AS unread_bytes,
       cast(j.adverts AS INT)                    AS zero_windows,
       j.advert_intervals                        AS zero_window_intervals,
       j.closed                                  AS buffer_full,
       j.waiting                                 AS accept_queue,
       (SELECT max(last) FROM setting WHERE name = 'net.ipv4.tcp_rmem') AS tcp_rmem,
       coalesce(' (' || j.comm || ')', '')       AS _owner,
       CASE WHEN j.adverts > 0 THEN cast(j.adverts AS INT) || ' zero windows were advertised meanwhile, in ' || j.advert_intervals || CASE j.advert_intervals WHEN 1 THEN ' interval' ELSE ' intervals' END
            WHEN j.closed THEN 'receive buffers were full' || CASE WHEN j.from_start THEN ' when the recording began' ELSE '' END
            WHEN j.adverts = 0 THEN 'no zero window was advertised: the peers are not held up'
            ELSE 'zero windows are not recorded' END AS _window,
       CASE WHEN j.stopped THEN '; its process was stopped' ELSE '' END
         || CASE WHEN j.waiting > 0 THEN '; up to ' || j.waiting || ' connections waited for accept' ELSE '' END
         || coalesce('; see ' || j.rules, '')
         || coalesce('; itself it waits for ' || j.behind || ' (sockets/sendq-stuck)', '') AS _why,
       1 + coalesce(j.adverts > 0, 0) + (coalesce(j.stopped, 0) OR coalesce(j.waiting > 0, 0) OR j.rules IS NOT NULL) AS votes,
       (SELECT l.snap FROM line l WHERE l.dir = j.dir AND l.port = j.port AND l.peer = j.peer ORDER BY l.bytes DESC, l.snap LIMIT 1) AS at,
       j.first_at, j.last_at
  FROM judged j JOIN p
 UNION ALL
SELECT 'ok', '', NULL, 0, NULL, 0, (SELECT count(*) FROM cap), 0, NULL, NULL, NULL, NULL, NULL, '', 'no program left data unread', '', 0, NULL, NULL, NULL
 WHERE NOT EXISTS (SELECT 1 FROM stuck)
 ORDER BY 1 DESC, 6 DESC, 2;
