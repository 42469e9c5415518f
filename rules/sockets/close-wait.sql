-- rule:     sockets/close-wait
-- version:  1
-- schema:   1
-- title:    Connections that the peer has closed are never closed here
-- tags:     tcp sockets leak
-- requires: tcp >= 3
-- wants:    tcp_info, listener
-- min_span: 60s
-- param:    warn_sockets  sockets  in CLOSE-WAIT all the time
-- param:    crit_sockets  sockets  in CLOSE-WAIT all the time
-- param:    hold_s        seconds  before the last capture in which they were always there
-- message:  {entity}{_owner}: at least {held} sockets in CLOSE-WAIT in each of {_held_captures} captures of the last {:hold_s} s, {last} at the end; {:warn_sockets} or more in {captures_hit} of {captures} captures{_proof}
-- meaning:  The peer has sent its FIN and this host has acknowledged it; only the program itself can end CLOSE-WAIT, by close(): there
--           is no timeout. A program that does not is leaking file descriptors until it meets its limit (linkerd once
--           held 83 such sockets for days). An entity that begins with "to" is what this host connected to.
-- remedy:   See whose they are, then upgrade or restart it; a program of your own lacks a close() after read() returned 0:
--             ss -tnp state close-wait
-- verify:   This shows none that is still there a minute later:
--             ss -tn state close-wait
-- but:      A program that answers long after its caller has shut down its side (half-close) is right to wait. Where no cookies
--           tell one socket from the next, ten busy closings in a row look the same.
-- see:      ss(8); linkerd issue 1178; limits/fd-linkerd
WITH p AS (
  SELECT coalesce(:warn_sockets, 10)   AS warn_sockets,
         coalesce(:crit_sockets, 1000) AS crit_sockets,
         coalesce(:hold_s, 60)         AS hold_s
), seen AS (               -- captures of the last minute; ticks are not that exact
  SELECT DISTINCT c.snap
    FROM capture c JOIN snapshot x ON x.snap = c.snap JOIN p
   WHERE c.source = 'tcp' AND c.state IN ('ok', 'fallback')
     AND x.mono >= (SELECT max(mono) FROM snapshot WHERE snap IN (SELECT snap FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')))
                   - p.hold_s - 1
), inward AS (             -- as ss names the listener, so that findings about it meet
  SELECT port, coalesce((SELECT min(CASE WHEN instr(l.addr, ':') > 0 THEN '[' || l.addr || ']' ELSE l.addr END)
                           FROM listener l WHERE l.port = t.port), '*') || ':' || port AS entity,
         (SELECT max(comm) FROM listener l WHERE l.port = t.port) AS comm
    FROM (SELECT DISTINCT port FROM tcp_peer WHERE dir = 'in') t
), named AS (
  SELECT t.snap, t.n, t.state, i.entity, i.comm FROM tcp_peer t JOIN inward i ON i.port = t.port WHERE t.dir = 'in'
   UNION ALL
  SELECT snap, n, state, CASE WHEN peer = '*' THEN 'to many others'
                              WHEN peer LIKE '::ffff:%.%' THEN 'to ' || substr(peer, 8) || ':' || port
                              WHEN instr(peer, ':') > 0 THEN 'to [' || peer || ']:' || port
                              ELSE 'to ' || peer || ':' || port END, NULL
    FROM tcp_peer WHERE dir = 'out'
), wait AS (
  SELECT n.entity, n.snap, sum(n.n) AS n
    FROM named n JOIN seen ON seen.snap = n.snap WHERE n.state = 'CLOSE-WAIT' GROUP BY n.entity, n.snap
), total AS (
  SELECT count(*) AS captures, min(snap) AS a, max(snap) AS b FROM seen
), crowd AS (              -- all of the window, to say since when
  SELECT n.entity, n.snap, sum(n.n) AS n FROM named n WHERE n.state = 'CLOSE-WAIT' GROUP BY n.entity, n.snap
), times AS (
  SELECT c.entity, count(*) AS n, min(c.snap) AS first_at, max(c.snap) AS last_at
    FROM crowd c JOIN p WHERE c.n >= p.warn_sockets GROUP BY c.entity
), most AS (
  SELECT entity, snap, row_number() OVER (PARTITION BY entity ORDER BY n DESC, snap) AS r FROM crowd
), held AS (               -- a capture in which there was none has no row
  SELECT w.entity, CASE WHEN count(*) = total.captures THEN min(w.n) ELSE 0 END AS held, max(w.n) AS hi,
         max(CASE WHEN w.snap = total.b THEN w.n ELSE 0 END) AS last
    FROM wait w JOIN total GROUP BY w.entity
), tally AS (
  SELECT e.entity, e.comm, coalesce(h.held, 0) AS held, coalesce(h.hi, 0) AS hi, coalesce(h.last, 0) AS last
    FROM (SELECT entity, max(comm) AS comm FROM named GROUP BY entity) e
    LEFT JOIN held h ON h.entity = e.entity
), info AS (               -- the same socket, by its cookie, in the first and the last dump of that time
  SELECT min(c.snap) AS a, max(c.snap) AS b
    FROM capture c WHERE c.source = 'tcp_info' AND c.state = 'ok' AND c.snap >= (SELECT min(snap) FROM seen)
), same AS (
  SELECT CASE WHEN s.lport IN (SELECT port FROM inward) THEN (SELECT entity FROM inward WHERE port = s.lport)
              WHEN s.peer LIKE '::ffff:%.%' THEN 'to ' || substr(s.peer, 8) || ':' || s.pport
              WHEN instr(s.peer, ':') > 0 THEN 'to [' || s.peer || ']:' || s.pport
              ELSE 'to ' || s.peer || ':' || s.pport END AS entity,
         count(*) AS listed,
         sum(EXISTS (SELECT 1 FROM tcp_socket o
                      WHERE o.snap = info.a AND o.state = 'CLOSE-WAIT' AND o.sk = s.sk AND o.lport = s.lport)) AS n
    FROM tcp_socket s JOIN info
   WHERE info.a < info.b AND s.snap = info.b AND s.state = 'CLOSE-WAIT' AND s.sk > 0
   GROUP BY 1
)
SELECT CASE WHEN t.held < p.warn_sockets                                              THEN 'ok'
            WHEN s.listed >= p.warn_sockets AND s.n < p.warn_sockets                  THEN 'ok'
            WHEN t.held >= p.crit_sockets                                             THEN 'crit'
            ELSE 'warn' END                               AS level,
       t.entity,
       t.held,
       t.last,
       t.hi                                               AS close_wait_max,
       coalesce(f.n, 0)                                   AS captures_hit,
       (SELECT count(DISTINCT snap) FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')) AS captures,
       total.captures                                     AS _held_captures,
       s.n                                                AS same_sockets,
       coalesce(' (' || t.comm || ')', '')                AS _owner,
       coalesce('; ' || nullif(s.n, 0) || ' are the same sockets all the time', '') AS _proof,
       most.snap                                          AS at,
       f.first_at, f.last_at
  FROM tally t JOIN p JOIN total
  LEFT JOIN same s ON s.entity = t.entity
  LEFT JOIN times f ON f.entity = t.entity
  LEFT JOIN most ON most.entity = t.entity AND most.r = 1
 ORDER BY t.held DESC, t.entity;
