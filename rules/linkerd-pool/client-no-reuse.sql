-- rule:     linkerd-pool/client-no-reuse
-- version:  1
-- schema:   1
-- title:    linkerd does not reuse its connections to a backend
-- tags:     linkerd pooling connect
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_requests  requests           in the window, fewer are not judged
-- param:    warn_ratio    connects/requests  0.1 = fewer than ten requests on a connection
-- param:    crit_ratio    connects/requests  0.5 = fewer than two
-- message:  {entity}: {connects} connections opened for {requests} requests, {requests_per_connect} requests per connection; {failed} connects failed; so in {intervals_hit} of {intervals} intervals; {_reading}
-- meaning:  linkerd keeps connections to a backend open without limit by default, so a healthy client opens hardly any under load.
--           Many mean that the backend closes after each response (Connection: close, HTTP/1.0, a short keep-alive), that the
--           pool is limited, or that the binding cache drops the client. Each costs a handshake and a local port for a minute.
--           Beware: connects counts attempts up to linkerd 1.1.0 (Netty 3) and successes later (Netty 4). The level is
--           therefore taken from connects less the failed ones: the least that was opened in either case.
-- remedy:   On the backend: keep-alive on, a longer keep-alive timeout, more requests per connection (nginx: keepalive_requests 10000).
--           In linkerd: hostConnectionPool.idleTimeMs and maxSize of the client where they are set; bindingCache if
--           bindcache evictions grow. {closes} connections were closed in the window.
-- verify:   connects / requests of this client is below 0.02 in a new recording.
-- but:      A deploy of the backend reopens every connection once. A client that returns after ten idle minutes starts anew.
-- see:      linkerd docs, client parameters; linkerd-pool/short-lived, sockets/ephemeral-ports
WITH p AS (
  SELECT coalesce(:min_requests, 500) AS min_requests,
         coalesce(:warn_ratio, 0.1)   AS warn_ratio,
         coalesce(:crit_ratio, 0.5)   AS crit_ratio
), failed AS (             -- one failure counts under several names: the greatest, not the sum
  SELECT entity, max(increase) AS n FROM counter
   WHERE source = 'linkerd' AND (name LIKE '%ConnectionFailedException' OR name LIKE '%ConnectException')
   GROUP BY entity
), other AS (
  SELECT entity,
         max(CASE WHEN name = 'closes' THEN increase END)      AS closes,
         max(CASE WHEN name = 'connects' THEN intervals END)   AS intervals
    FROM counter WHERE source = 'linkerd' GROUP BY entity
), judged AS (
  SELECT c.*, coalesce(f.n, 0) AS failed, max(c.connects - coalesce(f.n, 0), 0) AS least, o.closes, o.intervals
    FROM linkerd_client c LEFT JOIN failed f ON f.entity = c.entity LEFT JOIN other o ON o.entity = c.entity
), step AS (               -- of those that are to be told of: what is kept opens next to none in an interval
  SELECT j.entity, m.snap, total(CASE s.name WHEN 'connects' THEN m.delta END) AS connects, total(CASE s.name WHEN 'requests' THEN m.delta END) AS requests
    FROM p CROSS JOIN judged j JOIN series s ON s.source = 'linkerd' AND s.entity = j.entity AND s.name IN ('connects', 'requests')
    CROSS JOIN sample m ON m.series = s.id
   WHERE j.requests >= p.min_requests AND j.connects >= p.warn_ratio * j.requests AND m.delta > 0
   GROUP BY j.entity, m.snap
), ranked AS (
  SELECT s.entity, s.snap, row_number() OVER (PARTITION BY s.entity ORDER BY s.connects DESC, s.snap) AS r
    FROM step s JOIN p WHERE s.connects > 0 AND s.connects >= p.warn_ratio * s.requests
), times AS (
  SELECT entity, count(*) AS hits, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM ranked GROUP BY entity
)
SELECT CASE WHEN j.requests IS NULL OR j.connects IS NULL
              OR j.requests < p.min_requests               THEN 'skip'
            WHEN j.least >= p.crit_ratio * j.requests      THEN 'crit'
            WHEN j.least >= p.warn_ratio * j.requests      THEN 'warn'
            WHEN j.connects >= p.warn_ratio * j.requests   THEN 'info'
            ELSE 'ok' END                                AS level,
       j.entity,
       j.connects,
       j.requests,
       round(j.connects * 1.0 / nullif(j.requests, 0), 4) AS connects_per_request,
       round(j.requests * 1.0 / nullif(j.connects, 0), 2) AS requests_per_connect,
       j.failed,
       j.least                                           AS connects_least,
       j.closes,
       j.connections                                     AS connections_p50,
       CASE WHEN j.least >= p.warn_ratio * j.requests THEN 'connections are not kept'
            ELSE 'they may be failed attempts only' END  AS _reading,
       coalesce(t.hits, 0)                               AS intervals_hit,
       j.intervals,
       t.at, t.first_at, t.last_at
  FROM judged j JOIN p LEFT JOIN times t ON t.entity = j.entity
 ORDER BY connects_per_request DESC, j.entity;
