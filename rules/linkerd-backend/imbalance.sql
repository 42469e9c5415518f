-- rule:     linkerd-backend/imbalance
-- version:  1
-- schema:   1
-- title:    Endpoints of one linkerd client carry very unequal load
-- tags:     linkerd balancing tcp
-- requires: tcp_info >= 4, linkerd_endpoints >= 1
-- wants:    linkerd
-- applies:  linkerd
-- min_span: 30s
-- param:    times_fair   times        top share over the fair share (1/endpoints)
-- param:    share_above  ratio        and so much above the fair share
-- param:    min_bytes    bytes        sent to the client's endpoints in the window, less is not judged
-- param:    conn_ratio   times        most loaded endpoint's connections over the mean
-- param:    min_conns    connections  of the client, fewer are not judged by their number
-- message:  {entity}: {top} got {top_pct}% of {sent_bytes} sent to {endpoints} endpoints (fair: {fair_pct}%) and holds {top_conns} of {conns} connections
-- meaning:  Least-loaded balancing with two random choices keeps the endpoints' shares near 1, and within about 1.5 even with
--           EWMA's preference for fast hosts. One endpoint with a multiple of the fair share is pinned: long-lived or h2
--           streams, weights, or the others were removed. metrics.json has no numbers per endpoint: this is from the
--           kernel's socket counters (bytes_sent) and linkerd's list of the client's addresses.
-- remedy:   Compare the client's addresses with what is connected:
--             curl -s http://127.0.0.1:9990/client_state.json
--             ss -tino dst {top_peer}
--           Check loadBalancer.kind, address weights (loadbalancer/meanweight is {meanweight}), hostConnectionPool, and
--           whether long h2 streams pin callers; a restart of linkerd spreads pinned connections anew.
-- verify:   In a new recording the top endpoint's share is below 1.5 times the fair share.
-- but:      A few very large requests skew bytes, not requests. Zone-aware weights do this on purpose. An endpoint that two
--           clients share is not judged, as its bytes cannot be told apart; neither are clients without an address list.
-- see:      linkerd docs, load_balancer; linkerd-backend/pool-degraded
WITH p AS (
  SELECT coalesce(:times_fair, 2)      AS times_fair,
         coalesce(:share_above, 0.2)   AS share_above,
         coalesce(:min_bytes, 1000000) AS min_bytes,
         coalesce(:conn_ratio, 3)      AS conn_ratio,
         coalesce(:min_conns, 12)      AS min_conns
), taken AS (
  SELECT count(DISTINCT snap) AS n FROM capture WHERE source = 'tcp_info' AND state IN ('ok', 'fallback')
), owner AS (
  SELECT peer, port, count(*) AS n FROM endpoint GROUP BY peer, port
), share AS (              -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, e.peer, e.port,
         coalesce(sum(f.bytes_sent), 0) AS sent, count(f.bytes_sent) > 0 AS counted,
         coalesce(sum(f.n), 0) * 1.0 / taken.n AS conns,
         owner.n - 1 AS others
    FROM endpoint e JOIN taken JOIN owner ON owner.peer = e.peer AND owner.port = e.port
    LEFT JOIN tcp_flow f ON f.dir = 'out' AND f.peer IN (e.peer, '::ffff:' || e.peer) AND f.port = e.port
   WHERE taken.n > 0
   GROUP BY e.router, e.client, e.peer, e.port
), total AS (
  SELECT router, client, count(*) AS endpoints, sum(sent) AS sent, sum(counted) AS counted, sum(conns) AS conns,
         max(conns) AS conns_hi, sum(others) AS shared
    FROM share GROUP BY router, client
), mark AS (               -- by bytes, where there are enough of them and one stands out; else by connections
  SELECT s.*, t.sent >= p.min_bytes AND max(s.sent) OVER (PARTITION BY s.router, s.client)
                >= min(p.times_fair / t.endpoints, 0.9) * t.sent AS of_bytes
    FROM share s JOIN p JOIN total t ON t.router = s.router AND t.client = s.client
), ranked AS (             -- the endpoint that stands out
  SELECT mark.*, row_number() OVER (PARTITION BY router, client
           ORDER BY CASE WHEN of_bytes THEN sent ELSE conns END DESC, sent DESC, conns DESC, peer, port) AS r
    FROM mark
), judged AS (
  SELECT t.*, r.peer, r.port, r.sent AS top_sent, r.conns AS top_conns,
         r.sent * 1.0 / nullif(t.sent, 0) AS top_share, 1.0 / t.endpoints AS fair,
         t.sent >= p.min_bytes AND t.counted > 0 AS by_bytes,
         t.conns >= p.min_conns AS by_conns,
         (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'loadbalancer/meanweight'
             AND g.entity = t.router || '|client|' || t.client) AS meanweight
    FROM total t JOIN p JOIN ranked r ON r.router = t.router AND r.client = t.client AND r.r = 1
), uneven AS (             -- the thresholds, for all of the window and for each capture
  SELECT j.*, j.by_bytes AND j.top_share >= min(p.times_fair * j.fair, 0.9)     -- of two endpoints, twice the fair share would be everything
              AND j.top_share - j.fair >= p.share_above AS in_bytes,
         j.by_conns AND j.conns_hi >= p.conn_ratio * j.conns * j.fair AS in_conns
    FROM judged j JOIN p
), step AS (               -- what was sent since the capture before, and what is connected
  SELECT u.router, u.client, f.snap, u.in_bytes, u.fair, sum(f.bytes_sent) AS sent, sum(f.n) AS conns,
         sum(CASE WHEN e.peer = u.peer AND e.port = u.port THEN f.bytes_sent ELSE 0 END) AS top_sent,
         sum(CASE WHEN e.peer = u.peer AND e.port = u.port THEN f.n ELSE 0 END) AS top_conns
    FROM uneven u JOIN endpoint e ON e.router = u.router AND e.client = u.client
    JOIN tcp_flow f ON f.dir = 'out' AND f.peer IN (e.peer, '::ffff:' || e.peer) AND f.port = e.port
   WHERE u.in_bytes OR u.in_conns
   GROUP BY u.router, u.client, f.snap
), apart AS (
  SELECT s.router, s.client, s.snap, CASE WHEN s.in_bytes THEN s.top_sent * 1.0 / s.sent ELSE s.top_conns * 1.0 / s.conns END AS share,
         CASE WHEN s.in_bytes THEN s.top_sent >= min(p.times_fair * s.fair, 0.9) * s.sent AND s.top_sent - s.fair * s.sent >= p.share_above * s.sent
              ELSE s.top_conns >= p.conn_ratio * s.conns * s.fair END AS hit
    FROM step s JOIN p WHERE CASE WHEN s.in_bytes THEN s.sent ELSE s.conns END > 0
), times AS (
  SELECT router, client, count(*) AS captures, sum(hit) AS hit, min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at,
         (SELECT m.snap FROM apart m WHERE m.router = apart.router AND m.client = apart.client AND m.hit ORDER BY m.share DESC, m.snap LIMIT 1) AS at
    FROM apart GROUP BY router, client
)
SELECT CASE WHEN j.endpoints < 2                         THEN 'skip'   -- nothing to compare: linkerd-backend/pool-tiny
            WHEN j.shared > 0                            THEN 'skip'
            WHEN NOT j.by_bytes AND NOT j.by_conns       THEN 'skip'
            WHEN j.in_bytes OR j.in_conns                THEN 'warn'
            ELSE 'ok' END                         AS level,
       j.router || '|client|' || j.client         AS entity,
       CASE WHEN instr(j.peer, ':') > 0 THEN '[' || j.peer || ']:' ELSE j.peer || ':' END || j.port AS top,
       j.peer                                     AS top_peer,
       round(j.top_share * 100, 1)                AS top_pct,
       round(j.fair * 100, 1)                     AS fair_pct,
       j.sent                                     AS sent_bytes,
       j.endpoints,
       round(j.top_conns, 1)                      AS top_conns,
       round(j.conns_hi, 1)                       AS conns_hi,
       round(j.conns, 1)                          AS conns,
       j.shared,
       j.meanweight,
       t.hit                                      AS captures_hit,
       t.captures,
       t.at, t.first_at, t.last_at
  FROM uneven j
  LEFT JOIN times t ON t.router = j.router AND t.client = j.client
 ORDER BY j.top_share / j.fair DESC, entity;
