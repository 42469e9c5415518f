-- rule:     linkerd-pool/server-no-reuse
-- version:  1
-- schema:   1
-- title:    Callers do not reuse their connections to linkerd
-- tags:     linkerd pooling connect
-- requires: linkerd >= 4
-- wants:    tcp
-- applies:  linkerd
-- min_span: 30s
-- param:    min_requests  requests           in the window, fewer are not judged
-- param:    warn_ratio    connects/requests  0.2 = fewer than five requests on a connection
-- param:    crit_ratio    connects/requests  0.5 = fewer than two
-- message:  {entity}: {connects} connections opened for {requests} requests, {requests_per_connect} requests per connection ({connects_per_s} connects/s), so in {intervals_hit} of {intervals} intervals; top caller {top_peer}
-- meaning:  Pooled callers stay below 0.01 connects per request. Without reuse each request pays a handshake, the side that closes
--           first collects TIME-WAIT, and a burst fills the accept queue, whose drops cost a caller a second.
--           connects counts connections that linkerd accepted; both numbers are live counters of the same window.
-- remedy:   In the caller: keep-alive and a connection pool, HTTP/1.1 and not 1.0 (linkerd serves no keep-alive to 1.0);
--           ab needs -k, curl in a loop opens a connection each time. Who it is:
--             ss -tan 'sport = :{port}'
-- verify:   connects / requests of {server} is below 0.05 in a new recording.
-- but:      Health checkers and load balancers that only connect count here without a request: few peers, at a steady low
--           rate. h2 callers have one connection and never come here.
-- see:      linkerd issue 2268; linkerd-pool/short-lived, sockets/timewait-share, root-cause/no-connection-reuse
WITH p AS (
  SELECT coalesce(:min_requests, 500) AS min_requests,
         coalesce(:warn_ratio, 0.2)   AS warn_ratio,
         coalesce(:crit_ratio, 0.5)   AS crit_ratio
), server AS (             -- '0.0.0.0/4140'
  SELECT *, cast(substr(server, instr(server, '/') + 1) AS INT) AS port FROM linkerd_server
), caller AS (             -- a JVM listens on IPv6: its IPv4 callers have mapped addresses
  SELECT port, CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, sum(n) AS n
    FROM tcp_peer WHERE dir = 'in' AND peer <> '*' GROUP BY 1, 2
), opened AS (
  SELECT entity, intervals, resets FROM counter WHERE source = 'linkerd' AND name = 'connects'
), step AS (               -- of those that are to be told of
  SELECT v.entity, m.snap, total(CASE s.name WHEN 'connects' THEN m.delta END) AS connects, total(CASE s.name WHEN 'requests' THEN m.delta END) AS requests
    FROM p CROSS JOIN server v JOIN series s ON s.source = 'linkerd' AND s.entity = v.entity AND s.name IN ('connects', 'requests')
    CROSS JOIN sample m ON m.series = s.id
   WHERE v.requests >= p.min_requests AND v.connects >= p.warn_ratio * v.requests AND m.delta > 0
   GROUP BY v.entity, m.snap
), ranked AS (
  SELECT s.entity, s.snap, row_number() OVER (PARTITION BY s.entity ORDER BY s.connects DESC, s.snap) AS r
    FROM step s JOIN p WHERE s.connects > 0 AND s.connects >= p.warn_ratio * s.requests
), times AS (
  SELECT entity, count(*) AS hits, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM ranked GROUP BY entity
)
SELECT CASE WHEN s.requests IS NULL OR s.connects IS NULL
              OR s.requests < p.min_requests                THEN 'skip'
            WHEN s.connects >= p.crit_ratio * s.requests    THEN 'crit'
            WHEN s.connects >= p.warn_ratio * s.requests    THEN 'warn'
            ELSE 'ok' END                                 AS level,
       s.entity, s.server, s.router, s.port,
       s.connects,
       s.requests,
       round(s.connects * 1.0 / nullif(s.requests, 0), 4) AS connects_per_request,
       round(s.requests * 1.0 / nullif(s.connects, 0), 2) AS requests_per_connect,
       round(s.connects / nullif(s.span, 0), 1)           AS connects_per_s,
       s.connections                                      AS connections_p50,
       (SELECT peer FROM caller WHERE caller.port = s.port ORDER BY n DESC, peer LIMIT 1) AS top_peer,
       opened.resets,
       coalesce(t.hits, 0)                                AS intervals_hit,
       opened.intervals,
       t.at, t.first_at, t.last_at
  FROM server s JOIN p LEFT JOIN opened ON opened.entity = s.entity LEFT JOIN times t ON t.entity = s.entity
 ORDER BY connects_per_request DESC, s.entity;
