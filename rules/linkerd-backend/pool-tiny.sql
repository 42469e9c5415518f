-- rule:     linkerd-backend/pool-tiny
-- version:  1
-- schema:   1
-- title:    A linkerd client has only one or two endpoints to choose from
-- tags:     linkerd balancing
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    max_size      endpoints   a pool of at most so many is tiny
-- param:    captures_pct  percent     share of the captures in which it must be tiny
-- param:    min_requests  requests    a client with fewer in the window is not judged
-- param:    min_per_s     requests/s  a slower client is not judged
-- message:  {entity}: {size_p50} endpoint(s) in {tiny_captures} of {captures} captures, with {requests} requests ({requests_per_s}/s); {_reading}
-- meaning:  The balancer compares two randomly picked endpoints and takes the less loaded one. With one endpoint
--           there is nothing to compare, with two it always sees the same pair, and a slow one keeps a large share
--           of the traffic: the tail of the client is the tail of that host. loadbalancer/size counts the whole
--           replica set, not an aperture, so a small number is what discovery gave. linkerd has no numbers per
--           endpoint: one endpoint's latency is visible here only because the pool is one endpoint.
-- remedy:   The pool held {size_lo} to {size_hi} endpoints, {size_last} at the end. Is that what should be there?
--             curl -s http://127.0.0.1:9990/client_state.json   # the addresses that linkerd uses
--             curl -s http://127.0.0.1:9990/bound-names.json
--             curl -s 'http://127.0.0.1:9990/delegator.json?path=/svc/NAME'
--           If discovery is right, add hosts to the service; three or more leave the balancer a choice.
-- verify:   loadbalancer/size rises above {:max_size}; in a new recording the client's p99 no longer follows one host.
-- but:      Clients whose id begins with %/ (a transformer such as io.l5d.port or localnode picks the host) or $/ (a fixed
--           address such as $/inet/127.1/8080) have one endpoint by design: these are reported as info.
-- see:      Finagle user guide, Load Balancing; linkerd docs, load_balancer; linkerd-backend/imbalance
WITH p AS (
  SELECT coalesce(:max_size, 2)       AS max_size,
         coalesce(:captures_pct, 80)  AS captures_pct,
         coalesce(:min_requests, 300) AS min_requests,
         coalesce(:min_per_s, 1)      AS min_per_s
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok'
), pool AS (               -- a deregistered gauge is absent, not 0: only captures between its first and last value count
  SELECT s.id, s.entity, s.lo, s.hi, s.p50, s.last,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born,
         (SELECT max(snap) FROM sample WHERE series = s.id) AS died
    FROM series s WHERE s.source = 'linkerd' AND s.name = 'loadbalancer/size'
), step AS (               -- samples may hold changes only: the last value before a capture stands
  SELECT pool.entity, seen.snap,
         (SELECT m.value FROM sample m WHERE m.series = pool.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS size
    FROM p JOIN pool ON pool.lo <= p.max_size JOIN seen ON seen.snap BETWEEN pool.born AND pool.died
), tally AS (
  SELECT step.entity, count(*) AS captures,
         sum(size BETWEEN 1 AND p.max_size) AS tiny, sum(size = 1) AS one,
         min(CASE WHEN size BETWEEN 1 AND p.max_size THEN snap END) AS first_at,
         max(CASE WHEN size BETWEEN 1 AND p.max_size THEN snap END) AS last_at,
         min(CASE WHEN size BETWEEN 1 AND p.max_size THEN cast(size AS INT) * 1000000000 + snap END) % 1000000000 AS at  -- the smallest, the first of them
    FROM step JOIN p GROUP BY step.entity
   UNION ALL                -- never so small: no matter when
  SELECT entity, (SELECT count(*) FROM seen WHERE seen.snap BETWEEN pool.born AND pool.died), 0, 0, NULL, NULL, NULL FROM pool JOIN p WHERE pool.lo > p.max_size
), judged AS (
  SELECT c.*, t.captures, t.tiny, t.one, t.at, t.first_at, t.last_at, pool.lo, pool.hi, pool.p50, pool.last,
         c.requests / nullif(c.span, 0) AS rate,
         substr(c.client, 1, 2) IN ('%/', '$/') AS fixed
    FROM linkerd_client c JOIN tally t ON t.entity = c.entity JOIN pool ON pool.entity = c.entity
)
SELECT CASE WHEN j.tiny = 0 AND j.hi < 1                         THEN 'skip'   -- empty: linkerd-backend/none-available speaks
            WHEN j.tiny * 100.0 < p.captures_pct * j.captures    THEN 'ok'
            WHEN j.requests IS NULL OR j.requests < p.min_requests
              OR j.rate < p.min_per_s                            THEN 'skip'
            WHEN j.fixed                                         THEN 'info'
            WHEN j.one * 100.0 >= p.captures_pct * j.captures    THEN 'warn'
            ELSE 'info' END                    AS level,
       j.entity,
       j.p50                                   AS size_p50,
       j.lo                                    AS size_lo,
       j.hi                                    AS size_hi,
       j.last                                  AS size_last,
       j.tiny                                  AS tiny_captures,
       j.captures,
       j.requests,
       round(j.rate, 1)                        AS requests_per_s,
       CASE WHEN j.fixed THEN 'its id fixes the host, so this is by design'
            WHEN j.one * 100.0 >= p.captures_pct * j.captures THEN 'there is nothing to balance over'
            ELSE 'one slow host keeps a large share' END AS _reading,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.p50, j.requests DESC, j.entity;
