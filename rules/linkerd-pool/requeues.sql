-- rule:     linkerd-pool/requeues
-- version:  2
-- schema:   1
-- title:    Many requests are sent again
-- tags:     linkerd retries errors
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_again  requests  sent again in the window, fewer are not worth a word
-- param:    warn_pct   percent   of the requests
-- message:  {entity}: {again} of {requests} requests were sent again ({again_pct}%): {_kind}
-- meaning:  A client requeues what failed before it was written (a connection that died, a refused connect); a service
--           retries what its responseClassifier calls a failure that may be repeated. Callers do not see it, but it
--           costs them time and the backends extra load: the first sign of connections that die under requests.
-- remedy:   Of a client: let linkerd close idle connections before the backend does, with hostConnectionPool.idleTimeMs below
--           the backend's keep-alive timeout (linkerd-pool/idle-close-race), and roll backends with draining.
--           Of a service: the failures themselves, linkerd-backend/failure-ratio.
-- verify:   Requeues and retries of {entity} are below 0.1% of its requests.
-- but:      A deploy of the backend closes every connection once.
-- see:      linkerd docs, retries; linkerd-pool/retry-budget
WITH p AS (
  SELECT coalesce(:min_again, 20) AS min_again,
         coalesce(:warn_pct, 1)   AS warn_pct
), asked AS (              -- single clients and services; what a client did for one service is in both
  SELECT s.entity, s.increase AS requests, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests'
     AND (instr(s.entity, '|client|') > 0) + (instr(s.entity, '|service|') > 0) = 1
     AND NOT (instr(s.entity, '|client|') > 0    -- of clients that proxy's metrics do not tell it
              AND EXISTS (SELECT 1 FROM meta WHERE k = 'l5d_proxy' AND v = 'linkerd2-proxy'))
), grown AS (             -- a counter made by its first event, after requests was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > a.born AS fresh
    FROM series s JOIN asked a ON a.entity = s.entity
   WHERE s.source = 'linkerd'
     AND s.name = CASE WHEN instr(s.entity, '|client|') > 0 THEN 'retries/requeues' ELSE 'retries/total' END
), again AS (
  SELECT entity, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
)
SELECT CASE WHEN a.requests IS NULL                         THEN 'skip'
            WHEN x.n >= p.min_again
             AND x.n * 100.0 >= p.warn_pct * a.requests     THEN 'warn'
            ELSE 'ok' END                                        AS level,
       a.entity,
       coalesce(x.n, 0)                                          AS again,
       a.requests,
       round(coalesce(x.n, 0) * 100.0 / nullif(a.requests, 0), 2) AS again_pct,
       CASE WHEN EXISTS (SELECT 1 FROM meta WHERE k = 'l5d_proxy') THEN 'retries of the proxy'
            WHEN instr(a.entity, '|client|') > 0 THEN 'requeues, before the request was written'
            ELSE 'retries, after a failed answer' END            AS _kind,
       x.active                                                  AS intervals_hit,
       x.intervals,
       x.peak_snap                                               AS at,
       x.first_active                                            AS first_at,
       x.last_active                                             AS last_at
  FROM asked a JOIN p LEFT JOIN again x ON x.entity = a.entity
 ORDER BY again_pct DESC, a.entity;
