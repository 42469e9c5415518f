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
), talk AS (               -- of clients and servers; a minute's histograms are frozen together
  SELECT router, scope, id, count(DISTINCT w) AS minutes,
         sum(CASE WHEN metric = 'connection_requests' THEN n END)         AS closed,
         sum(CASE WHEN metric = 'connection_requests' THEN sum END)       AS carried,
         sum(CASE WHEN metric = 'connection_duration' THEN n END)         AS ended,
         sum(CASE WHEN metric = 'connection_duration' THEN p50 * n END)   AS lived,
         sum(CASE WHEN metric = 'request_latency_ms' THEN n END)          AS requests,
         sum(metric = 'connection_requests' AND n > 0)                    AS hit,
         min(CASE WHEN metric = 'connection_requests' AND n > 0 THEN snap END) AS first_at,
         max(CASE WHEN metric = 'connection_requests' AND n > 0 THEN snap END) AS last_at
    FROM window
   WHERE scope IN ('client', 'server') AND service = ''
     AND metric IN ('connection_requests', 'connection_duration', 'request_latency_ms')
   GROUP BY router, scope, id
), tally AS (
  SELECT t.router, t.scope, t.id, t.minutes,
         coalesce(t.closed, 0)                            AS closed,
         t.carried * 1.0 / nullif(t.closed, 0)            AS requests_mean,
         t.lived / nullif(t.ended, 0)                     AS life_p50,
         t.carried * 100.0 / nullif(t.requests, 0)        AS carried_pct,
         coalesce(t.requests, 0)                          AS requests,
         t.hit, t.first_at, t.last_at,
         (SELECT w.snap FROM window w
           WHERE w.router = t.router AND w.scope = t.scope AND w.id = t.id AND w.service = '' AND w.metric = 'connection_requests' AND w.n > 0
           ORDER BY w.n DESC, w.w LIMIT 1)                AS at
    FROM talk t
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
