-- rule:     linkerd-pool/idle-close-race
-- version:  1
-- schema:   1
-- title:    A backend closes pooled connections as they are used
-- tags:     linkerd pooling errors
-- requires: linkerd >= 4
-- wants:    snmp
-- applies:  linkerd
-- min_span: 30s
-- param:    min_closed  requests  that lost their connection, fewer are not worth a word
-- param:    warn_pct    percent   of the requests
-- param:    steady_pct  percent   of the intervals in which requests completed: else it is an outage
-- message:  {entity}: {closed} of {requests} requests lost their connection ({closed_pct}%) while traffic went on; {io_errors} connections broke with an IOException; connections of this host reset: {host_resets}
-- meaning:  ChannelClosedException: the connection was closed with a request on it. In steady traffic that is mostly the race
--           between linkerd, which keeps idle connections without limit, and a backend that closes idle ones: the request is
--           written in the moment of the close. linkerd may repeat only some of them.
-- remedy:   Let linkerd close first. Keep-alive timeout of the backend less a second:
--             client.clientSession.idleTimeMs: 59000   # backend: 60 s
--           in older versions hostConnectionPool.idleTimeMs. Or raise the backend's timeout, and its requests per connection.
-- verify:   failures/*ChannelClosedException of {entity} is below 0.01% of its requests.
-- but:      Backends that crash or are deployed close connections as well: then the failures come in bursts, and
--           linkerd-backend/connect-failures or linkerd-backend/failure-accrual fire beside this.
-- see:      linkerd docs, client parameters; linkerd-pool/requeues
WITH p AS (
  SELECT coalesce(:min_closed, 10)  AS min_closed,
         coalesce(:warn_pct, 0.1)   AS warn_pct,
         coalesce(:steady_pct, 80)  AS steady_pct
), client AS (
  SELECT s.entity, s.increase AS requests, s.active, s.intervals, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), broken AS (             -- a counter made by its first event, after the client was already there, began at 0
  SELECT s.entity, s.peak_snap, s.first_active, s.last_active, s.name LIKE '%ChannelClosedException' AS is_closed,
         coalesce(s.increase, 0)
           + CASE WHEN (SELECT min(snap) FROM sample WHERE series = s.id) > c.born THEN s.first ELSE 0 END AS n
    FROM series s JOIN client c ON c.entity = s.entity
   WHERE s.source = 'linkerd' AND (s.name LIKE 'failures/%ChannelClosedException' OR s.name = 'exn/java.io.IOException')
), ranked AS (             -- one exception counts under each chain of causes: the greatest, not the sum
  SELECT *, row_number() OVER (PARTITION BY entity, is_closed ORDER BY n DESC, peak_snap) AS r FROM broken
)
SELECT CASE WHEN c.requests IS NULL                               THEN 'skip'
            WHEN coalesce(x.n, 0) < p.min_closed
              OR x.n * 100.0 < p.warn_pct * c.requests            THEN 'ok'
            WHEN c.active * 100.0 < p.steady_pct * c.intervals    THEN 'ok'
            ELSE 'warn' END                                       AS level,
       c.entity,
       coalesce(x.n, 0)                                           AS closed,
       c.requests,
       round(coalesce(x.n, 0) * 100.0 / nullif(c.requests, 0), 2) AS closed_pct,
       coalesce(io.n, 0)                                          AS io_errors,
       c.active                                                   AS busy_intervals,
       c.intervals,
       (SELECT max(increase) FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpEstabResets') AS host_resets,
       x.peak_snap                                                AS at,
       x.first_active                                             AS first_at,
       x.last_active                                              AS last_at
  FROM client c JOIN p
  LEFT JOIN ranked x ON x.entity = c.entity AND x.is_closed AND x.r = 1
  LEFT JOIN ranked io ON io.entity = c.entity AND NOT io.is_closed AND io.r = 1
 ORDER BY closed_pct DESC, c.entity;
