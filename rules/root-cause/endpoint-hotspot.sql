-- rule:     root-cause/endpoint-hotspot
-- version:  1
-- schema:   1
-- title:    One endpoint of a linkerd client gets most of its traffic
-- tags:     root-cause linkerd balancing tcp
-- requires: tcp_info >= 5, linkerd_endpoints >= 1
-- wants:    linkerd
-- applies:  linkerd
-- after:    linkerd-backend/imbalance
-- explains: linkerd-backend/imbalance
-- min_span: 30s
-- param:    times_fair     times      share of the bytes sent over the fair share (1/endpoints)
-- param:    points         percent    and so many points above the fair share
-- param:    min_bytes      bytes      sent to the client's endpoints in the window, less is not judged
-- param:    interval_pct   percent    of the mean interval's bytes: quieter intervals are not judged
-- param:    intervals      intervals  in which the same endpoint got so much
-- param:    share_pct      percent    of the judged intervals
-- message:  {entity}: {top} got {top_pct}% of {sent_bytes} sent to {endpoints} endpoints (fair: {fair_pct}%), that much in {intervals_hit} of {intervals} intervals; it gave {received_pct}% of the answers' bytes and holds {conns_pct}% of the connections: {_reading}; round trip {top_rtt_ms} ms, the others {rtt_ms} ms
-- meaning:  linkerd's metrics have no numbers per endpoint: this joins its list of addresses with what the kernel counts on each
--           socket. Two random choices by load keep shares near the fair one; one endpoint that is far above it in interval after
--           interval is pinned, by weights, by long-lived streams, or because the others are out. It is then slow for all, while
--           the client's medians look well. An upload or two make an endpoint hot for an interval, not for half of them.
-- remedy:   {_remedy}
--             curl -s http://127.0.0.1:9990/client_state.json
--             ss -tino dst {top_peer}
--           loadbalancer/meanweight is {meanweight}, available {available} of {endpoints}.
-- verify:   In a new recording the share of {top} is below 1.5 times the fair share.
-- but:      Requests with large bodies for the one and small ones for the others skew the bytes sent all the time: when neither its
--           answers nor its connections are more as well, only linkerd-backend/imbalance speaks. Sockets that live shorter than a capture interval are not in the sums. An endpoint that two
--           clients share is not judged. This is a share over time, no coincidence of two series: nothing is shifted.
-- see:      linkerd docs, load_balancer; linkerd-backend/imbalance, linkerd-backend/pool-degraded; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:times_fair, 2)      AS times_fair,
         coalesce(:points, 20)         AS points,
         coalesce(:min_bytes, 1000000) AS min_bytes,
         coalesce(:interval_pct, 10)   AS interval_pct,
         coalesce(:intervals, 3)       AS intervals,
         coalesce(:share_pct, 50)      AS share_pct
), owner AS (
  SELECT peer, port, count(*) AS n FROM endpoint GROUP BY peer, port
), client AS (
  SELECT e.router, e.client, count(*) AS size, 100.0 / count(*) AS fair, max(o.n) > 1 AS shared
    FROM endpoint e JOIN owner o ON o.peer = e.peer AND o.port = e.port GROUP BY e.router, e.client
), flow AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, e.peer, e.port, f.snap, f.bytes_sent AS sent, f.bytes_received AS received, f.n, f.rtt_mean_ns / 1e6 AS rtt_ms
    FROM client c JOIN endpoint e ON e.router = c.router AND e.client = c.client
    JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   WHERE c.size > 1 AND NOT c.shared AND f.bytes_sent IS NOT NULL
), share AS (
  SELECT router, client, peer, port, sum(sent) AS sent, total(received) AS received, sum(n) AS n, avg(rtt_ms) AS rtt_ms,
         row_number() OVER (PARTITION BY router, client ORDER BY sum(sent) DESC, peer, port) AS r
    FROM flow GROUP BY router, client, peer, port
), total AS (
  SELECT router, client, sum(sent) AS sent, sum(received) AS received, sum(n) AS n,
         avg(CASE WHEN r > 1 THEN rtt_ms END) AS rtt_ms FROM share GROUP BY router, client
), step AS (
  SELECT f.router, f.client, f.snap, sum(f.sent) AS sent, sum(CASE WHEN f.peer = s.peer AND f.port = s.port THEN f.sent ELSE 0 END) AS top
    FROM flow f JOIN share s ON s.router = f.router AND s.client = f.client AND s.r = 1
   GROUP BY f.router, f.client, f.snap
), mean AS (
  SELECT router, client, avg(sent) AS sent FROM step GROUP BY router, client
), mark AS (               -- of two endpoints, twice the fair share would be everything
  SELECT t.*, t.top * 100.0 / t.sent >= min(p.times_fair * c.fair, 95) AND t.top * 100.0 / t.sent - c.fair >= p.points AS hit
    FROM step t JOIN p JOIN client c ON c.router = t.router AND c.client = t.client
    JOIN mean m ON m.router = t.router AND m.client = t.client
   WHERE t.sent > 0 AND t.sent * 100 >= p.interval_pct * m.sent
), tally AS (
  SELECT router, client, count(*) AS intervals, sum(hit) AS hot, max(CASE WHEN hit THEN top END) AS peak,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at
    FROM mark GROUP BY router, client
), judged AS (
  SELECT c.router, c.client, c.router || '|client|' || c.client AS entity, c.size, c.fair, c.shared, s.peer, s.port, t.sent,
         k.intervals, k.hot, k.first_at, k.last_at, s.rtt_ms AS top_rtt, t.rtt_ms,
         s.sent * 100.0 / nullif(t.sent, 0) AS pct, s.received * 100.0 / nullif(t.received, 0) AS received_pct, s.n * 100.0 / nullif(t.n, 0) AS conns_pct,
         (SELECT m.snap FROM mark m WHERE m.router = c.router AND m.client = c.client AND m.hit AND m.top = k.peak ORDER BY m.snap LIMIT 1) AS at
    FROM client c
    LEFT JOIN share s ON s.router = c.router AND s.client = c.client AND s.r = 1
    LEFT JOIN total t ON t.router = c.router AND t.client = c.client
    LEFT JOIN tally k ON k.router = c.router AND k.client = c.client
), voted AS (
  SELECT j.*, coalesce(j.received_pct >= min(p.times_fair * j.fair, 95), 0) AS by_answers,
         coalesce(j.conns_pct >= min(p.times_fair * j.fair, 95), 0) AS by_conns
    FROM judged j JOIN p
)
SELECT CASE WHEN v.size < 2 OR v.shared                                        THEN 'skip'
            WHEN v.sent IS NULL OR v.sent < p.min_bytes                        THEN 'skip'
            WHEN v.pct < min(p.times_fair * v.fair, 95) OR v.pct - v.fair < p.points THEN 'ok'
            WHEN v.intervals < p.intervals                                     THEN 'skip'
            WHEN NOT v.by_answers AND NOT v.by_conns                           THEN 'ok'   -- as many requests, but larger ones
            WHEN v.hot >= p.intervals
             AND v.hot * 100.0 >= p.share_pct * v.intervals                    THEN 'warn'
            ELSE 'ok' END                        AS level,
       v.entity,
       CASE WHEN instr(v.peer, ':') > 0 THEN '[' || v.peer || ']:' ELSE v.peer || ':' END || v.port AS top,
       v.peer                                    AS top_peer,
       round(v.pct, 1)                           AS top_pct,
       round(v.fair, 1)                          AS fair_pct,
       v.sent                                    AS sent_bytes,
       v.size                                    AS endpoints,
       coalesce(v.hot, 0)                        AS intervals_hit,
       coalesce(v.intervals, 0)                  AS intervals,
       round(v.received_pct, 1)                  AS received_pct,
       round(v.conns_pct, 1)                     AS conns_pct,
       round(v.top_rtt, 2)                       AS top_rtt_ms,
       round(v.rtt_ms, 2)                        AS rtt_ms,
       CASE WHEN v.by_conns THEN 'connections are pinned to it' ELSE 'its connections carry more each' END AS _reading,
       CASE WHEN v.by_conns THEN 'Look at address weights and at what removed the others (linkerd-backend/failure-accrual); a restart of linkerd spreads pinned connections anew.'
            ELSE 'Look for long h2 streams or callers that keep one connection, and at loadBalancer.kind; let connections end after a while (clientSession.lifeTimeMs).' END AS _remedy,
       (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/meanweight' AND g.entity = v.entity) AS meanweight,
       (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/available' AND g.entity = v.entity) AS available,
       1 + v.by_answers + v.by_conns             AS votes,
       v.at, v.first_at, v.last_at
  FROM voted v JOIN p
 ORDER BY level = 'warn' DESC, v.pct DESC, v.entity;
