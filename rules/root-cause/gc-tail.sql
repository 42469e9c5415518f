-- rule:     root-cause/gc-tail
-- version:  1
-- schema:   1
-- title:    Garbage collection makes the tail of a linkerd client
-- tags:     root-cause linkerd jvm latency
-- requires: linkerd >= 4
-- wants:    netstat, tcp_info, linkerd_endpoints
-- applies:  linkerd
-- after:    linkerd-jvm/*, linkerd-backend/*
-- explains: linkerd-jvm/gc-pause, linkerd-jvm/gc-overhead, linkerd-backend/p999-200ms, linkerd-backend/latency-spike
-- min_span: 180s
-- param:    min_n       requests  in a minute, fewer are not judged
-- param:    pause_ms    ms        longest pause of a minute that can be seen in it
-- param:    minutes     minutes   whose slowest request took as long as the longest pause
-- param:    share_pct   percent   of the minutes with such a pause
-- param:    lift        times     as often as minutes without such a pause are as slow
-- param:    stalls_pct  percent   probes and timeouts over requests, from here on lost packets explain it as well
-- message:  {entity}: the slowest request took as long as the longest collection in {minutes_hit} of {paused} minutes with a pause of {:pause_ms} ms or more{_when}, {quiet_slow} of {quiet} minutes without one were as slow; pauses up to {pause_ms} ms, slowest {slowest_ms} ms, p999 {p999_ms} ms; {_loss}
-- meaning:  In a pause every request in flight, and each that comes meanwhile, gets slower by what is left of it: the slowest request
--           of a minute then follows the longest pause of that minute (0.8 to 1.6 times, and 20 ms of its own), not steps of 200 ms
--           as after a lost packet. Both are frozen at the same moment, so they are compared minute by minute. Pauses of 200 ms
--           look like retransmission timers; the kernel's probes and timeouts tell them apart.
-- remedy:   A heap of one size, large enough (now {_heap}), and a collector with short pauses, in the environment of linkerd:
--             JVM_HEAP_MIN=2048M JVM_HEAP_MAX=2048M
--             JVM_OPTIONS="-XX:+UseG1GC -XX:MaxGCPauseMillis=50"
-- verify:   jvm/gc/*/pause_msec.max stays below {:pause_ms} ms, and the slowest requests follow.
-- but:      With a pause of the same length in every minute there is nothing to compare with, and a backend whose slowest answer
--           takes that long looks the same: then the confidence is lower. A concurrent collector's cycles count as pauses.
-- see:      Finagle metrics, Jvm; linkerd-jvm/gc-pause, linkerd-backend/p999-200ms; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:min_n, 1000)      AS min_n,
         coalesce(:pause_ms, 50)     AS pause_ms,
         coalesce(:minutes, 3)       AS minutes,
         coalesce(:share_pct, 50)    AS share_pct,
         coalesce(:lift, 3)          AS lift,
         coalesce(:stalls_pct, 0.05) AS stalls_pct
), pause AS (              -- of all collectors; entity of one among several linkerds: 127.0.0.1:9990/
  SELECT router AS jvm, snap, max(max) AS ms FROM window
   WHERE scope = '' AND metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\' AND n > 0 GROUP BY router, snap
), jvm AS (
  SELECT DISTINCT router AS jvm FROM window WHERE scope = '' AND metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\'
), asked AS (
  SELECT w.router, w.id, count(*) AS minutes, sum(w.max >= 0.8 * p.pause_ms) AS slow FROM window w JOIN p
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n AND w.w > 0
   GROUP BY w.router, w.id
), minute AS (             -- w 0 ended before the window; a minute without collections has no row of pauses
  SELECT w.router, w.id, w.w, w.snap, w.n, w.p999, w.max, j.jvm, coalesce(g.ms, 0) AS pause,
         EXISTS (SELECT 1 FROM window s WHERE s.router = w.router AND s.scope = 'server' AND s.metric = 'request_latency_ms'
                    AND s.snap = w.snap AND s.max >= 0.8 * g.ms) AS server_too
    FROM asked a JOIN p
    JOIN window w ON w.router = a.router AND w.scope = 'client' AND w.id = a.id AND w.service = '' AND w.metric = 'request_latency_ms'
    JOIN jvm j ON substr(w.router, 1, length(j.jvm)) = j.jvm
    LEFT JOIN pause g ON g.jvm = j.jvm AND g.snap = w.snap
   WHERE a.slow >= p.minutes AND (SELECT count(*) FROM pause WHERE ms >= p.pause_ms) >= p.minutes AND w.n >= p.min_n AND w.w > 0
), beside AS (
  SELECT *, lag(pause) OVER v AS before, lead(pause) OVER v AS behind FROM minute WINDOW v AS (PARTITION BY router, id ORDER BY w)
), fit AS (                -- the pause of the minute before, of the same, of the next one
  SELECT b.router, b.id, b.shift, sum(b.x >= p.pause_ms) AS n,
         sum(b.x >= p.pause_ms AND b.max BETWEEN 0.8 * b.x AND 1.6 * b.x + 20) AS h
    FROM (SELECT b.router, b.id, b.max, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.pause ELSE b.behind END AS x
            FROM beside b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s) b JOIN p
   GROUP BY b.router, b.id, b.shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY router, id ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), shift) AS r FROM fit
), mark AS (               -- seen with the best shift
  SELECT b.*, CASE f.shift WHEN -1 THEN b.before WHEN 0 THEN b.pause ELSE b.behind END AS cause
    FROM beside b JOIN best f ON f.router = b.router AND f.id = b.id AND f.r = 1
), hit AS (
  SELECT m.*, m.cause >= p.pause_ms AND m.max BETWEEN 0.8 * m.cause AND 1.6 * m.cause + 20 AS b,
         row_number() OVER (PARTITION BY m.router, m.id ORDER BY m.cause >= p.pause_ms AND m.max BETWEEN 0.8 * m.cause AND 1.6 * m.cause + 20 DESC,
                            m.max DESC, m.snap) AS k,
         -- what was in flight in a pause may end in the next minute, which is no quiet one then
         coalesce(m.before >= p.pause_ms AND m.max BETWEEN 0.8 * m.before AND 1.6 * m.before + 20, 0) AS spilt
    FROM mark m JOIN p
), least AS (              -- as slow as the shortest of the pauses that were seen
  SELECT router, id, min(0.8 * cause) AS ms FROM hit WHERE b GROUP BY router, id
), frozen AS (             -- from one freeze to the next, as they were seen: its period is an option of linkerd
  SELECT router, snap, coalesce(lag(snap) OVER (PARTITION BY router ORDER BY snap),
           (SELECT max(x.snap) FROM snapshot x WHERE x.mono <= t0)) AS prev
    FROM (SELECT router, snap, max(t0) AS t0 FROM window
           WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' GROUP BY router, snap)
), kernel AS (
  SELECT id, name FROM series WHERE source = 'netstat' AND entity = ''
     AND name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')
), moved AS (              -- without SYNs: these are TCPTimeouts too
  SELECT f.router, f.snap, total(CASE WHEN k.name = 'TcpExtTCPLossProbes' THEN v.delta END)
           + max(total(CASE k.name WHEN 'TcpExtTCPTimeouts' THEN v.delta WHEN 'TcpExtTCPSynRetrans' THEN -v.delta END), 0) AS n
    FROM frozen f JOIN kernel k JOIN sample v ON v.series = k.id AND v.snap > f.prev AND v.snap <= f.snap
   WHERE (f.router, f.snap) IN (SELECT router, snap FROM hit WHERE b)
   GROUP BY f.router, f.snap
), wires AS (              -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, sum(f.segs_out) AS segs, sum(f.retrans) AS retrans
    FROM endpoint e JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   WHERE EXISTS (SELECT 1 FROM hit WHERE hit.router = e.router AND hit.id = e.client AND hit.b)
   GROUP BY e.router, e.client
), tally AS (
  SELECT h.router, h.id, h.jvm, sum(h.cause >= p.pause_ms) AS paused, sum(h.b) AS matched,
         sum(h.cause < p.pause_ms AND NOT h.spilt) AS quiet, sum(h.cause < p.pause_ms AND NOT h.spilt AND h.max >= l.ms) AS quiet_slow,
         max(CASE WHEN h.b THEN h.cause END) AS pause, max(CASE WHEN h.b THEN h.max END) AS slowest,
         max(CASE WHEN h.b THEN h.p999 END) AS p999, sum(CASE WHEN h.b THEN h.n END) AS n,
         sum(CASE WHEN h.b THEN coalesce(v.n, 0) END) AS stalls, sum(h.b AND h.server_too) AS server_too,
         max(CASE WHEN h.b AND h.k = 1 THEN h.snap END) AS at,
         min(CASE WHEN h.b THEN h.snap END) AS first_at, max(CASE WHEN h.b THEN h.snap END) AS last_at
    FROM hit h JOIN p
    LEFT JOIN least l ON l.router = h.router AND l.id = h.id
    LEFT JOIN moved v ON v.router = h.router AND v.snap = h.snap
   GROUP BY h.router, h.id, h.jvm
), client AS (
  SELECT DISTINCT router, id FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms'
), judged AS (
  SELECT c.router, c.id, t.jvm, a.minutes, t.paused, t.matched, t.quiet, t.quiet_slow, t.pause, t.slowest, t.p999, t.n,
         t.server_too, t.first_at, t.last_at, f.shift,
         t.at,
         CASE WHEN x.segs > 0 AND x.retrans = 0 THEN 0 WHEN EXISTS (SELECT 1 FROM kernel) THEN t.stalls END AS stalls
    FROM client c
    LEFT JOIN asked a ON a.router = c.router AND a.id = c.id
    LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
    LEFT JOIN best f ON f.router = c.router AND f.id = c.id AND f.r = 1
    LEFT JOIN wires x ON x.router = c.router AND x.client = c.id
)
SELECT CASE WHEN coalesce(j.minutes, 0) < p.minutes              THEN 'skip'
            WHEN NOT EXISTS (SELECT 1 FROM jvm)                  THEN 'skip'
            WHEN coalesce(j.matched, 0) < p.minutes              THEN 'ok'
            WHEN j.matched * 100.0 < p.share_pct * j.paused      THEN 'ok'
            WHEN j.shift > 0                                     THEN 'ok'   -- slow before the pause
            WHEN j.quiet_slow * p.lift * j.paused
                 > 1.0 * j.matched * j.quiet                     THEN 'ok'   -- as slow without
            WHEN j.stalls * 100.0 >= p.stalls_pct * j.n
             AND j.stalls > 0                                    THEN 'ok'   -- lost packets say the same
            ELSE 'warn' END                    AS level,
       j.router || '|client|' || j.id          AS entity,
       j.jvm                                   AS explains_entity,
       coalesce(j.matched, 0)                  AS minutes_hit,
       coalesce(j.minutes, 0)                  AS minutes,
       j.paused,
       j.quiet_slow,
       j.quiet,
       -j.shift                                AS shift_minutes,
       j.pause                                 AS pause_ms,
       j.slowest                               AS slowest_ms,
       j.p999                                  AS p999_ms,
       j.n                                     AS requests,
       cast(j.stalls AS INT)                   AS stalls,
       coalesce(cast(j.stalls AS INT) || ' tail probes and timeouts for ' || j.n || ' requests in those minutes',
                'what TCP repaired is not known') AS _loss,
       CASE j.shift WHEN -1 THEN ' in the minute before' ELSE '' END AS _when,
       coalesce((SELECT cast(g.last / 1048576 AS INT) || ' MiB' FROM gauge g
                  WHERE g.source = 'linkerd' AND g.entity = j.jvm AND g.name = 'jvm/heap/max'), 'unknown') AS _heap,
       1 + (j.stalls IS NOT NULL) + coalesce(j.server_too * 2 >= j.matched AND j.quiet > 0, 0) AS votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY level = 'warn' DESC, j.matched DESC, entity;
