-- rule:     linkerd-pool/too-many-waiters
-- version:  1
-- schema:   1
-- title:    Requests are refused because the pool's queue is full
-- tags:     linkerd pooling errors
-- requires: linkerd >= 4
-- applies:  linkerd
-- param:    min_refused  requests  refused in the window: a healthy client has none
-- message:  {entity}: {refused} requests refused at once, the queue for a connection was full ({waited} requests had to wait, up to {waiters_hi} at a time)
-- meaning:  hostConnectionPool.maxSize connections to a host were busy and maxWaiters requests waited for one: the next ones fail
--           without being sent. Neither limit is set by default.
-- remedy:   In the client of {entity} raise, or remove, the limits that somebody set:
--             hostConnectionPool:
--               maxSize: N
--               maxWaiters: M
--           or add hosts; the limits are per host. If the backend is slow, mend that first: linkerd-backend/concurrency.
-- verify:   pool_num_too_many_waiters of {entity} stands still under the same load.
-- but:      A limit may be set to shed load on purpose: then the refusals are meant, and still errors to the callers.
-- see:      Finagle user guide, Pooling; linkerd-pool/waiters
WITH p AS (
  SELECT coalesce(:min_refused, 1) AS min_refused
), client AS (
  SELECT s.entity, s.increase AS requests, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), pool AS (               -- a counter made by its first event, after the client was already there, began at 0
  SELECT s.entity, s.name, s.peak_snap, s.first_active, s.last_active, s.intervals,
         coalesce(s.increase, 0)
           + CASE WHEN (SELECT min(snap) FROM sample WHERE series = s.id) > c.born THEN s.first ELSE 0 END AS n
    FROM series s JOIN client c ON c.entity = s.entity
   WHERE s.source = 'linkerd' AND s.name IN ('pool_num_too_many_waiters', 'pool_num_waited')
)
SELECT CASE WHEN c.requests IS NULL       THEN 'skip'
            WHEN r.n >= p.min_refused     THEN 'crit'
            ELSE 'ok' END      AS level,
       c.entity,
       coalesce(r.n, 0)        AS refused,
       coalesce(w.n, 0)        AS waited,
       (SELECT g.hi FROM gauge g WHERE g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'pool_waiters') AS waiters_hi,
       c.requests,
       r.peak_snap             AS at,
       r.first_active          AS first_at,
       r.last_active           AS last_at
  FROM client c JOIN p
  LEFT JOIN pool r ON r.entity = c.entity AND r.name = 'pool_num_too_many_waiters'
  LEFT JOIN pool w ON w.entity = c.entity AND w.name = 'pool_num_waited'
 ORDER BY refused DESC, c.entity;
