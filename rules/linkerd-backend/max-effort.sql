-- rule:     linkerd-backend/max-effort
-- version:  1
-- schema:   1
-- title:    The balancer found no healthy endpoint
-- tags:     linkerd balancing
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_times  times    given up in the window
-- param:    warn_pct   percent  of the requests
-- message:  {entity}: the balancer gave up {times} times on finding a healthy endpoint ({times_pct}% of {requests} requests); {available_lo} of {size} endpoints available at least
-- meaning:  The balancer draws again when what it drew is closed or busy, 5 times by default (maxEffort), and then takes any endpoint, a
--           dead one perhaps. A healthy pool never comes to that; it needs most of the endpoints to be out.
-- remedy:   linkerd-backend/pool-degraded and linkerd-backend/failure-accrual of {entity} say what is out. Until that is mended
--           loadBalancer.maxEffort: 10 of this client finds the healthy ones more often.
-- verify:   loadbalancer/max_effort_exhausted of {entity} stands still in a new recording.
-- but:      Tiny pools: with a single endpoint one removal is enough.
-- see:      linkerd docs, load_balancer; linkerd-backend/pool-tiny
WITH p AS (
  SELECT coalesce(:min_times, 1)  AS min_times,
         coalesce(:warn_pct, 0.1) AS warn_pct
), client AS (
  SELECT s.entity, s.increase AS requests, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), grown AS (             -- a counter made by its first event, after the client was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > c.born AS fresh
    FROM series s JOIN client c ON c.entity = s.entity
   WHERE s.source = 'linkerd' AND s.name = 'loadbalancer/max_effort_exhausted'
), spent AS (
  SELECT entity, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
)
SELECT CASE WHEN c.requests IS NULL                                         THEN 'skip'
            WHEN x.n >= p.min_times AND x.n * 100.0 >= p.warn_pct * c.requests THEN 'warn'
            ELSE 'ok' END                                     AS level,
       c.entity,
       coalesce(x.n, 0)                                       AS times,
       c.requests,
       round(coalesce(x.n, 0) * 100.0 / nullif(c.requests, 0), 2) AS times_pct,
       (SELECT g.lo FROM gauge g WHERE g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'loadbalancer/available') AS available_lo,
       (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'loadbalancer/size') AS size,
       x.active                                               AS intervals_hit,
       x.intervals,
       x.peak_snap                                            AS at,
       x.first_active                                         AS first_at,
       x.last_active                                          AS last_at
  FROM client c JOIN p LEFT JOIN spent x ON x.entity = c.entity
 ORDER BY times DESC, c.entity;
