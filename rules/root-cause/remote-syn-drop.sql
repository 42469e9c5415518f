-- rule:     root-cause/remote-syn-drop
-- version:  1
-- schema:   1
-- title:    A backend drops the SYNs of linkerd
-- tags:     root-cause linkerd tcp syn connect
-- requires: linkerd >= 4, netstat >= 4
-- wants:    tcp, tcp_info, linkerd_endpoints
-- applies:  linkerd
-- after:    linkerd-backend/connect-latency, linkerd-backend/connect-failures, tcp-retransmit/syn, sockets/syn-sent, tcp-listen/*
-- explains: linkerd-backend/connect-latency, linkerd-backend/connect-failures, tcp-retransmit/syn
-- min_span: 60s
-- param:    min_n      connects   of a client in a minute, fewer are not judged
-- param:    retry_ms   ms         a connect from here on waited for a second SYN (the first waits 1 s)
-- param:    min_syns   SYNs       sent again in the minutes with such connects
-- param:    intervals  intervals  in which some were
-- param:    lift       times      as many in a minute as in the minutes without such connects
-- message:  {entity}: connects took up to {max_ms} ms (p99 {p99_ms} ms) in {minutes_hit} of {minutes} minutes; in them this host sent {syns} SYNs again, in {syn_intervals} of {_ticks} intervals{_when}, and {quiet_syns} in the {quiet} others; own accept queues overflowed {overflows} times; {_towards}
-- meaning:  The SYN, or its answer, is lost or dropped and sent again after 1 s. Packets that get lost at random hit requests as well,
--           and much more often; connects alone mean a full accept queue or a firewall at the backend. Histograms of connects are
--           frozen once a minute, SYNs are counted each tick: minutes are compared. The kernel counts SYN-ACKs that are sent
--           again for callers here in the same counter: with an overflow of own accept queues, or more sockets waiting in
--           SYN-RECV than in SYN-SENT, they may be those, and this is not reported unless linkerd was seen in SYN-SENT with a
--           second SYN.
-- remedy:   On the backend ({_backend}):
--             nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop
--             ss -ltnm
--           raise its backlog and net.core.somaxconn where they grow; else its firewall and conntrack. nettape-collect there names
--           the listener. Fewer connects are the better cure: linkerd-pool/client-no-reuse.
-- verify:   connect_latency_ms of {entity} is near the round trip, TcpExtTCPSynRetrans stands still.
-- but:      connect_latency_ms includes the TLS handshake and holds successful connects only. A backend that is down gives no
--           histogram: linkerd-backend/connect-failures. A first packet is also lost when an address must be resolved: neighbour/*.
-- see:      linkerd-backend/connect-latency, tcp-retransmit/syn; RFC 6298 section 2; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:min_n, 10)     AS min_n,
         coalesce(:retry_ms, 950) AS retry_ms,
         coalesce(:min_syns, 5)   AS min_syns,
         coalesce(:intervals, 3)  AS intervals,
         coalesce(:lift, 3)       AS lift
), minute AS (             -- w 0 ended before the window
  SELECT w.router, w.id, w.snap, w.n, w.p99, w.max, w.p99 >= p.retry_ms OR w.max >= p.retry_ms AS slow
    FROM window w JOIN p
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'connect_latency_ms' AND w.n >= p.min_n AND w.w > 0
), tally AS (
  SELECT router, id, count(*) AS minutes, sum(slow) AS slow, sum(n) AS connects,
         max(CASE WHEN slow THEN max END) AS max, max(CASE WHEN slow THEN p99 END) AS p99,
         min(CASE WHEN slow THEN snap END) AS first_at, max(CASE WHEN slow THEN snap END) AS last_at
    FROM minute GROUP BY router, id
), frozen AS (             -- all clients of a linkerd share the minutes: from one freeze to the next, as they were seen; only when there is something to explain
  SELECT router, snap, t0, coalesce(lag(snap) OVER (PARTITION BY router ORDER BY snap),
           (SELECT max(x.snap) FROM snapshot x WHERE x.mono <= t0)) AS prev
    FROM (SELECT router, snap, max(t0) AS t0 FROM window
           WHERE EXISTS (SELECT 1 FROM tally WHERE slow > 0)
             AND scope = 'client' AND service = '' AND metric IN ('connect_latency_ms', 'request_latency_ms') GROUP BY router, snap)
), tick AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'netstat' AND state IN ('ok', 'cut', 'interrupted', 'fallback')
), span AS (
  SELECT f.router, f.snap, f.prev, (SELECT count(*) FROM tick WHERE tick.snap > f.prev AND tick.snap <= f.snap) AS ticks,
         f.snap IN (SELECT snap FROM tick) AND f.prev IN (SELECT snap FROM tick) AND b.mono - a.mono <= 90 AS known
    FROM frozen f JOIN snapshot a ON a.snap = f.prev JOIN snapshot b ON b.snap = f.snap
), moved AS (
  SELECT router, snap, ticks, known,
         (SELECT total(v.delta) FROM series c JOIN sample v ON v.series = c.id AND v.snap > span.prev AND v.snap <= span.snap
           WHERE c.source = 'netstat' AND c.entity = '' AND c.name = 'TcpExtTCPSynRetrans') AS syns,
         (SELECT count(*) FROM series c JOIN sample v ON v.series = c.id AND v.snap > span.prev AND v.snap <= span.snap
           WHERE c.source = 'netstat' AND c.entity = '' AND c.name = 'TcpExtTCPSynRetrans' AND v.delta > 0) AS hits,
         (SELECT total(v.delta) FROM series c JOIN sample v ON v.series = c.id AND v.snap > span.prev AND v.snap <= span.snap
           WHERE c.source = 'netstat' AND c.entity = '' AND c.name = 'TcpExtListenOverflows') AS overflows
    FROM span
), place AS (
  SELECT router, snap, row_number() OVER (PARTITION BY router ORDER BY snap) AS i, ticks, syns, hits, overflows, known FROM moved
), shift AS (              -- the minute before, the same, the next one
  SELECT -1 AS s UNION ALL SELECT 0 UNION ALL SELECT 1
), fit AS (
  SELECT m.router, m.id, shift.s, sum(m.slow) AS slow, sum(NOT m.slow) AS quiet,
         total(CASE WHEN m.slow THEN v.syns END) AS syns, total(CASE WHEN NOT m.slow THEN v.syns END) AS quiet_syns,
         sum(CASE WHEN m.slow THEN v.hits END) AS hits, sum(CASE WHEN m.slow THEN v.ticks END) AS ticks,
         total(CASE WHEN m.slow THEN v.overflows END) AS overflows
    FROM tally t JOIN minute m ON m.router = t.router AND m.id = t.id
    JOIN place o ON o.router = m.router AND o.snap = m.snap
    JOIN shift JOIN place v ON v.router = m.router AND v.i = o.i + shift.s AND v.known
   WHERE t.slow > 0
   GROUP BY m.router, m.id, shift.s
), best AS (               -- the shift with the most SYNs in a slow minute; when all are slow nothing can tell shifts apart
  SELECT *, row_number() OVER (PARTITION BY router, id
           ORDER BY CASE WHEN quiet > 0 THEN syns / nullif(slow, 0) ELSE 0 END DESC, abs(s), s) AS r FROM fit
), state AS (
  SELECT sum(CASE WHEN state = 'SYN-SENT' THEN n ELSE 0 END) AS sent, sum(CASE WHEN state = 'SYN-RECV' THEN n ELSE 0 END) AS recv
    FROM tcp_state
), waits AS (              -- towards the client's addresses; a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, e.peer, e.port, sum(t.n) AS n
    FROM endpoint e JOIN tcp_peer t ON t.dir = 'out' AND t.peer IN (e.peer, '::ffff:' || e.peer) AND t.port = e.port AND t.state = 'SYN-SENT'
   GROUP BY e.router, e.client, e.peer, e.port
), again AS (
  SELECT e.router, e.client, count(*) AS n
    FROM tcp_socket t JOIN endpoint e ON e.port = t.pport AND t.peer IN (e.peer, '::ffff:' || e.peer)
   WHERE t.state = 'SYN-SENT' AND (coalesce(t.timer_retr, 0) > 0 OR coalesce(t.retrans_total, 0) > 0 OR coalesce(t.backoff, 0) > 0)
   GROUP BY e.router, e.client
), client AS (
  SELECT DISTINCT router, id FROM window WHERE scope = 'client' AND service = '' AND metric = 'connect_latency_ms'
), judged AS (
  SELECT c.router, c.id, t.minutes, t.slow, t.max, t.p99, t.connects, t.first_at, t.last_at,
         b.s, b.quiet, b.syns, b.quiet_syns, b.hits, b.ticks, b.overflows, b.slow AS known, coalesce(a.n, 0) AS again,
         (SELECT sum(n) FROM waits w WHERE w.router = c.router AND w.client = c.id) AS waiting,
         (SELECT CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']:' ELSE peer || ':' END || port FROM waits w
           WHERE w.router = c.router AND w.client = c.id ORDER BY n DESC, peer, port LIMIT 1) AS backend,
         (SELECT w.snap FROM window w WHERE t.slow > 0 AND w.router = c.router AND w.scope = 'client' AND w.id = c.id AND w.service = ''
             AND w.metric = 'connect_latency_ms' AND w.w > 0 ORDER BY w.max DESC, w.snap LIMIT 1) AS at
    FROM client c
    LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
    LEFT JOIN best b ON b.router = c.router AND b.id = c.id AND b.r = 1
    LEFT JOIN again a ON a.router = c.router AND a.client = c.id
)
SELECT CASE WHEN j.minutes IS NULL                                           THEN 'skip'
            WHEN j.slow = 0                                                  THEN 'ok'
            WHEN coalesce(j.known, 0) = 0                                    THEN 'skip'
            WHEN j.syns < p.min_syns OR j.hits < p.intervals OR j.s > 0      THEN 'ok'
            WHEN j.quiet > 0
             AND j.syns * j.quiet < p.lift * j.quiet_syns * j.known          THEN 'ok'   -- as many in the other minutes
            WHEN j.again = 0 AND (j.overflows > 0 OR state.recv > state.sent) THEN 'ok'   -- SYN-ACKs of own listeners
            ELSE 'warn' END                      AS level,
       j.router || '|client|' || j.id            AS entity,
       ''                                        AS explains_entity,
       coalesce(j.slow, 0)                       AS minutes_hit,
       coalesce(j.minutes, 0)                    AS minutes,
       j.max                                     AS max_ms,
       j.p99                                     AS p99_ms,
       j.connects,
       cast(j.syns AS INT)                       AS syns,
       j.hits                                    AS syn_intervals,
       j.ticks                                   AS _ticks,
       cast(j.quiet_syns AS INT)                 AS quiet_syns,
       j.quiet,
       -j.s                                      AS shift_minutes,
       cast(j.overflows AS INT)                  AS overflows,
       coalesce(j.waiting, 0)                    AS syn_sent,
       CASE WHEN j.waiting > 0 THEN 'seen ' || j.waiting || ' times waiting for ' || j.backend || ' and its like'
            ELSE 'not seen waiting in SYN-SENT' END AS _towards,
       CASE j.s WHEN -1 THEN ' of the minute before' ELSE '' END AS _when,
       coalesce(j.backend, 'addresses in client_state.json') AS _backend,
       1 + (coalesce(j.waiting, 0) > 0) + (j.again > 0 OR coalesce(state.recv, 1) = 0) AS votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p JOIN state
 ORDER BY level = 'warn' DESC, j.syns DESC, entity;
