-- rule:     linkerd-pool/short-lived
-- version:  1
-- schema:   1
-- title:    Connections live briefly or carry few requests
-- tags:     linkerd pooling connect
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    min_closed    connections  closed in the minutes of the window, fewer say nothing
-- param:    few_requests  requests     mean on a closed connection that is few
-- param:    brief_ms      ms           median life of a closed connection that is brief
-- param:    carried_pct   percent      of all requests that closed connections must have carried
-- message:  {entity}: {closed} connections closed in {minutes} minutes after {requests_mean} requests and {life_p50_ms} ms each (mean, typical minute's median); they carried {carried_pct}% of {requests} requests
-- meaning:  connection_requests and connection_duration are written when a connection closes: direct proof that connections are
--           not reused. They hold closed connections only, so long-lived ones are invisible: what counts is which share of
--           all requests the short-lived ones carried. Histograms are of whole minutes.
-- remedy:   Of a server: in its callers keep-alive on, HTTP/1.1, a pool (ab -k). Of a client: on the backend a longer
--           keep-alive timeout and more requests per connection (nginx: keepalive_requests 10000), no Connection: close.
-- verify:   connection_requests.avg is 100 or more, or connections hardly close any more.
-- but:      Health checks close after one request: when they carried less than {:carried_pct}% of the requests this is info.
-- see:      Finagle metrics, Transport; linkerd-pool/server-no-reuse, linkerd-pool/client-no-reuse
WITH p AS (
  SELECT coalesce(:min_closed, 50)   AS min_closed,
         coalesce(:few_requests, 3)  AS few_requests,
         coalesce(:brief_ms, 1000)   AS brief_ms,
         coalesce(:carried_pct, 20)  AS carried_pct
), talk AS (               -- of clients and servers, per minute
  SELECT router, scope, id, w, min(snap) AS snap,
         max(CASE WHEN metric = 'connection_requests' THEN n END)   AS closed,
         max(CASE WHEN metric = 'connection_requests' THEN sum END) AS carried,
         max(CASE WHEN metric = 'connection_duration' THEN n END)   AS ended,
         max(CASE WHEN metric = 'connection_duration' THEN p50 END) AS life_p50,
         max(CASE WHEN metric = 'request_latency_ms' THEN n END)    AS requests,
         row_number() OVER (PARTITION BY router, scope, id
           ORDER BY coalesce(max(CASE WHEN metric = 'connection_requests' THEN n END), 0) DESC, w) AS worst
    FROM window
   WHERE scope IN ('client', 'server') AND service = ''
     AND metric IN ('connection_requests', 'connection_duration', 'request_latency_ms')
   GROUP BY router, scope, id, w
), tally AS (
  SELECT router, scope, id, count(*) AS minutes,
         coalesce(sum(closed), 0)                                        AS closed,
         sum(carried) * 1.0 / nullif(sum(closed), 0)                     AS requests_mean,
         sum(life_p50 * ended) / nullif(sum(ended), 0)                   AS life_p50,
         sum(carried) * 100.0 / nullif(sum(requests), 0)                 AS carried_pct,
         coalesce(sum(requests), 0)                                      AS requests,
         sum(coalesce(closed, 0) > 0)                                    AS hit,
         max(CASE WHEN closed > 0 AND worst = 1 THEN snap END)           AS at,
         min(CASE WHEN closed > 0 THEN snap END)                         AS first_at,
         max(CASE WHEN closed > 0 THEN snap END)                         AS last_at
    FROM talk GROUP BY router, scope, id
)
SELECT CASE WHEN t.closed = 0 AND t.requests = 0                                             THEN 'skip'
            WHEN t.closed < p.min_closed                                                     THEN 'ok'
            WHEN t.requests_mean > p.few_requests AND coalesce(t.life_p50 > p.brief_ms, 1)   THEN 'ok'
            WHEN t.carried_pct < p.carried_pct                                               THEN 'info'
            ELSE 'warn' END                        AS level,
       t.router || '|' || t.scope || '|' || t.id   AS entity,
       t.closed,
       t.hit                                       AS minutes_hit,
       t.minutes,
       round(t.requests_mean, 2)                   AS requests_mean,
       round(t.life_p50, 1)                        AS life_p50_ms,
       round(min(t.carried_pct, 100), 1)           AS carried_pct,
       t.requests,
       t.at, t.first_at, t.last_at
  FROM tally t JOIN p
 ORDER BY t.closed DESC, entity;
