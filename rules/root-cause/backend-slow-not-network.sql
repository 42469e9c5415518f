-- rule:     root-cause/backend-slow-not-network
-- version:  1
-- schema:   1
-- title:    A backend is slow, not the network to it
-- tags:     root-cause linkerd latency
-- requires: linkerd >= 4, netstat >= 4
-- wants:    tcp_info, linkerd_endpoints, cgroup, owners
-- applies:  linkerd
-- after:    linkerd-backend/*, linkerd-jvm/*, cgroup/cpu-throttled
-- explains: linkerd-backend/similarly-slow, linkerd-backend/latency-spike, linkerd-backend/p999-200ms, linkerd-backend/timeouts, linkerd-backend/concurrency
-- min_span: 180s
-- param:    min_n       requests  in a minute, fewer are not judged
-- param:    p99_ms      ms        p99 of a minute that is slow
-- param:    minutes     minutes   slow ones that nothing here explains
-- param:    share_pct   percent   of the slow minutes that must be such
-- param:    stalls_pct  percent   probes and timeouts over the slowest hundredth of the requests: fewer do not explain it
-- param:    rtt_pct     percent   round trip over p99, from here on the way is long
-- param:    sendq_bytes bytes     waiting on a socket (mean), from here on requests do not leave
-- param:    own_pct     percent   of the time in collections or at safepoints, or of the quota's periods stopped: from here on it is linkerd
-- param:    times_p50   times     p99 over p50: below, and with no finding that this explains, it may be so by nature
-- message:  {entity}: p99 is {p99_ms} ms (p50 {p50_ms} ms), and in {minutes_hit} of {slow} slow minutes (of {minutes}) nothing here explains it: {stalls} probes and timeouts for {slowest} slowest requests, round trip {_rtt}, {_sendq} waiting to be sent, {_own}
-- meaning:  The requests leave, are acknowledged within a round trip, and then the answer takes its time. A lost packet, a full send
--           queue, a long way, a stop-the-world collection or a used-up CPU quota would leave a trace on this host, in the same
--           minute. The round trip is held against the p99, which is what is slow: a median of 2 ms says nothing of it. Pauses that
--           take 1% of a minute can make its p99 alone, so minutes with a pause of half the p99 and so much in all are left out.
-- remedy:   Profile or scale the backend; on one of its hosts ({_backend}):
--             pidstat -t 1
--             ss -ltn
--           and the latency of what it calls itself. Until then: more endpoints (now {size}), a timeout, or a retry budget.
-- verify:   p99 of {entity} falls below {:p99_ms} ms after the change.
-- but:      Reports, long polls and uploads take long by nature: without a tail and without other findings this is info. A proxy,
--           a sidecar or a load balancer in between acknowledges itself: then it is what lies behind it. Loss of the backend's own
--           answers is repaired there and shows here only where linkerd's own requests are probed. Nothing is shifted: this
--           rests on the absence of causes, not on the coincidence of one.
-- see:      linkerd-backend/similarly-slow, root-cause/loss-tail-200ms, root-cause/gc-tail; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:min_n, 100)        AS min_n,
         coalesce(:p99_ms, 100)       AS p99_ms,
         coalesce(:minutes, 3)        AS minutes,
         coalesce(:share_pct, 60)     AS share_pct,
         coalesce(:stalls_pct, 10)    AS stalls_pct,
         coalesce(:rtt_pct, 20)       AS rtt_pct,
         coalesce(:sendq_bytes, 1000) AS sendq_bytes,
         coalesce(:own_pct, 5)        AS own_pct,
         coalesce(:times_p50, 5)      AS times_p50
), minute AS (             -- w 0 ended before the window
  SELECT w.router, w.id, w.snap, w.n, w.p50, w.p99, w.p99 >= p.p99_ms AS slow
    FROM window w JOIN p
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n AND w.w > 0
), guilty AS (             -- clients worth the joins below
  SELECT m.router, m.id FROM minute m JOIN p GROUP BY m.router, m.id HAVING sum(m.slow) >= max(p.minutes)
), wire AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, e.peer, e.port, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms, sum(f.sendq_bytes) * 1.0 / nullif(sum(f.n), 0) AS sendq,
         sum(f.segs_out) AS segs, sum(f.retrans) AS retrans
    FROM guilty g JOIN endpoint e ON e.router = g.router AND e.client = g.id
    JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   GROUP BY e.router, e.client, e.peer, e.port
), wires AS (
  SELECT router, client, avg(rtt_ms) AS rtt_ms, avg(sendq) AS sendq, sum(segs) AS segs, sum(retrans) AS retrans
    FROM wire GROUP BY router, client
), shook AS (              -- a handshake takes a round trip at least
  SELECT router, id, sum(p50 * n) / sum(n) AS ms FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'connect_latency_ms' AND n > 0 GROUP BY router, id
), jvm AS (                -- entity of one among several linkerds: 127.0.0.1:9990/
  SELECT entity, max(CASE WHEN kind = 'gauge' THEN last - first ELSE increase END / 10.0 / nullif(span, 0)) AS gc_pct
    FROM series WHERE source = 'linkerd' AND kind <> 'text' AND resets = 0 AND last >= first
     AND name IN ('jvm/gc/msec', 'jvm/safepoint/total_time_millis')   -- safepoints hold the collections, and other stops
   GROUP BY entity
), frozen AS (             -- from one freeze to the next, as they were seen: its period is an option of linkerd
  SELECT router, snap, coalesce(lag(snap) OVER (PARTITION BY router ORDER BY snap),
           (SELECT max(x.snap) FROM snapshot x WHERE x.mono <= t0)) AS prev
    FROM (SELECT router, snap, max(t0) AS t0 FROM window
           WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' GROUP BY router, snap)
), pause AS (
  SELECT w.router AS jvm, w.snap, sum(w.sum) AS all_ms, max(w.max) AS ms FROM window w
   WHERE w.scope = '' AND w.metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\' AND w.n > 0 GROUP BY w.router, w.snap
), paused AS (             -- share of the minute, of a longer one when captures are missing
  SELECT f.router, f.snap, g.ms, g.all_ms / 10.0 / nullif(b.mono - a.mono, 0) AS pct
    FROM frozen f JOIN pause g ON g.snap = f.snap AND substr(f.router, 1, length(g.jvm)) = g.jvm
    LEFT JOIN snapshot a ON a.snap = f.prev LEFT JOIN snapshot b ON b.snap = f.snap
), owner AS (              -- 'http|server|0.0.0.0/4140'
  SELECT max(l.pid) AS pid FROM listener l
   WHERE l.port IN (SELECT cast(substr(entity, instr(entity, '|server|') + 8 + instr(substr(entity, instr(entity, '|server|') + 8), '/')) AS INT)
                      FROM series WHERE source = 'linkerd' AND name = 'requests' AND instr(entity, '|server|') > 0)
), quota AS (
  SELECT t.increase * 100.0 / max(n.increase, t.increase, 1) AS pct
    FROM owner o JOIN series g ON g.source = 'task' AND g.name = 'cgroup' AND substr(g.entity, 1, length(o.pid) + 1) = o.pid || ':'
    JOIN series t ON t.source = 'cgroup' AND t.name = 'nr_throttled' AND t.entity = substr(g.last, 2)
    JOIN series n ON n.source = 'cgroup' AND n.name = 'nr_periods' AND n.entity = t.entity
), moved AS (              -- TCPTimeouts holds those of SYNs as well, so TCPSynRetrans is not added
  SELECT f.router, f.snap, total(v.delta) AS n
    FROM frozen f
    JOIN series s ON s.source = 'netstat' AND s.entity = '' AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts')
    JOIN sample v ON v.series = s.id AND v.snap > f.prev AND v.snap <= f.snap
   WHERE (f.router, f.snap) IN (SELECT m.router, m.snap FROM guilty g JOIN minute m ON m.router = g.router AND m.id = g.id AND m.slow)
   GROUP BY f.router, f.snap
), told AS (
  SELECT count(*) > 0 AS known FROM series
   WHERE source = 'netstat' AND entity = '' AND name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts') AND intervals > 0
), mark AS (
  SELECT m.router, m.id, m.snap, m.n, m.p50, m.p99,
         CASE WHEN x.segs > 0 AND x.retrans = 0 THEN 0 ELSE coalesce(v.n, 0) END AS stalls,
         CASE WHEN x.segs > 0 AND x.retrans = 0 THEN 1 ELSE coalesce(v.n, 0) * 10000.0 < p.stalls_pct * m.n END
           AND coalesce(g.pct < p.own_pct AND (g.pct < 1 OR g.ms < 0.5 * m.p99), 1) AS clear
    FROM guilty k JOIN p JOIN minute m ON m.router = k.router AND m.id = k.id AND m.slow
    LEFT JOIN wires x ON x.router = m.router AND x.client = m.id
    LEFT JOIN moved v ON v.router = m.router AND v.snap = m.snap
    LEFT JOIN paused g ON g.router = m.router AND g.snap = m.snap
), tally AS (
  SELECT router, id, max(CASE WHEN k = 1 THEN snap END) AS at, sum(clear) AS clear, sum(n) / 100 AS slowest, sum(stalls) AS stalls, max(p99) AS worst,
         sum(p50 * n) / sum(n) AS p50, sum(p99 * n) / sum(n) AS p99, min(snap) AS first_at, max(snap) AS last_at
    FROM (SELECT *, row_number() OVER (PARTITION BY router, id ORDER BY clear DESC, p99 DESC, snap) AS k FROM mark) GROUP BY router, id
), client AS (
  SELECT router, id, count(*) AS minutes, sum(slow) AS slow FROM minute GROUP BY router, id
), all_clients AS (
  SELECT DISTINCT router, id FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms'
), judged AS (
  SELECT a.router, a.id, c.minutes, c.slow, t.clear, t.slowest, t.stalls, t.p50, t.p99, t.at, t.first_at, t.last_at,
         coalesce(x.rtt_ms, s.ms) AS rtt_ms, x.rtt_ms IS NOT NULL AS seen, x.sendq,
         (SELECT j.gc_pct FROM jvm j WHERE substr(a.router, 1, length(j.entity)) = j.entity ORDER BY length(j.entity) DESC LIMIT 1) AS gc_pct,
         (SELECT max(pct) FROM quota) AS throttled_pct,
         (SELECT CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']:' ELSE peer || ':' END || port FROM wire w
           WHERE w.router = a.router AND w.client = a.id ORDER BY w.segs DESC, peer, port LIMIT 1) AS backend,
         EXISTS (SELECT 1 FROM finding f WHERE f.entity = a.router || '|client|' || a.id AND f.level IN ('warn', 'crit')
                    AND f.rule IN ('linkerd-backend/similarly-slow', 'linkerd-backend/latency-spike', 'linkerd-backend/p999-200ms',
                                   'linkerd-backend/timeouts', 'linkerd-backend/concurrency')) AS symptom
    FROM all_clients a
    LEFT JOIN client c ON c.router = a.router AND c.id = a.id
    LEFT JOIN tally t ON t.router = a.router AND t.id = a.id
    LEFT JOIN wires x ON x.router = a.router AND x.client = a.id
    LEFT JOIN shook s ON s.router = a.router AND s.id = a.id
)
SELECT CASE WHEN coalesce(j.minutes, 0) < p.minutes OR NOT told.known  THEN 'skip'
            WHEN j.slow < p.minutes                                    THEN 'ok'
            WHEN j.clear < p.minutes
              OR j.clear * 100.0 < p.share_pct * j.slow                THEN 'ok'   -- the network, or pauses
            WHEN j.rtt_ms * 100.0 >= p.rtt_pct * j.p99                 THEN 'ok'   -- a long way
            WHEN j.sendq >= p.sendq_bytes                              THEN 'ok'   -- requests do not leave
            WHEN j.gc_pct >= p.own_pct OR j.throttled_pct >= p.own_pct THEN 'ok'   -- linkerd itself
            WHEN j.rtt_ms IS NULL                                      THEN 'info' -- slow, but how far is it?
            WHEN j.symptom OR j.p99 >= p.times_p50 * j.p50             THEN 'warn'
            ELSE 'info' END                    AS level,
       j.router || '|client|' || j.id          AS entity,
       round(j.p99, 1)                         AS p99_ms,
       round(j.p50, 1)                         AS p50_ms,
       coalesce(j.clear, 0)                    AS minutes_hit,
       coalesce(j.slow, 0)                     AS slow,
       coalesce(j.minutes, 0)                  AS minutes,
       cast(j.stalls AS INT)                   AS stalls,
       j.slowest,
       round(j.rtt_ms, 2)                      AS rtt_ms,
       round(j.sendq)                          AS sendq_bytes,
       round(j.gc_pct, 2)                      AS gc_pct,
       round(j.throttled_pct, 2)               AS throttled_pct,
       (SELECT cast(g.p50 AS INT) FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/size'
           AND g.entity = j.router || '|client|' || j.id) AS size,
       coalesce(round(j.rtt_ms, 2) || CASE WHEN j.seen THEN ' ms' ELSE ' ms (of handshakes)' END, 'unknown') AS _rtt,
       coalesce(cast(round(j.sendq) AS INT) || ' bytes a socket', 'an unknown amount') AS _sendq,
       CASE WHEN j.gc_pct IS NULL AND j.throttled_pct IS NULL THEN 'whether linkerd itself stood still is not known'
            ELSE 'linkerd ' || coalesce(round(j.gc_pct, 2) || '% of the time in collections or at safepoints', '')
              || CASE WHEN j.gc_pct IS NOT NULL AND j.throttled_pct IS NOT NULL THEN ', ' ELSE '' END
              || coalesce('stopped in ' || round(j.throttled_pct, 2) || '% of its quota''s periods', '') END AS _own,
       coalesce(j.backend, 'addresses in client_state.json') AS _backend,
       1 + j.seen + (j.gc_pct IS NOT NULL)     AS votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p JOIN told
 ORDER BY level = 'warn' DESC, j.p99 DESC, entity;
