-- rule:     linkerd-pool/retry-budget
-- version:  2
-- schema:   1
-- title:    The retry budget is spent
-- tags:     linkerd retries errors
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_refused  requests  that could not be sent again: a healthy client has none
-- param:    crit_pct     percent   of the requests that is critical
-- param:    low_pct      percent   of its median to which the budget may fall before it is info
-- message:  {entity}: {refused} failed requests were not sent again, the retry budget was spent ({refused_pct}% of {requests} requests); budget {budget_lo} retries at least, {budget_p50} normally
-- meaning:  A budget keeps retries from multiplying an overload: by default 20% of the requests and 10 a second. Beyond it
--           failures go to the callers. Below {:crit_pct}% of the requests that is a warning: a moment without budget is what it is for.
-- remedy:   Mend the failures first: linkerd-backend/failure-ratio, linkerd-backend/connect-failures, linkerd-pool/requeues. A
--           larger retries.budget (minRetriesPerSec, percentCanRetry) adds load to what already fails: with care.
-- verify:   retries/budget_exhausted of {entity} stands still in a new recording.
-- but:      A client that is new has no budget yet but the 10 a second.
-- see:      linkerd docs, retries; Finagle metrics, Retries
WITH p AS (
  SELECT coalesce(:min_refused, 1)  AS min_refused,
         coalesce(:crit_pct, 0.1)   AS crit_pct,
         coalesce(:low_pct, 10)     AS low_pct
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
   WHERE s.source = 'linkerd' AND s.name = 'retries/budget_exhausted'
), spent AS (
  SELECT entity, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
), budget AS (
  SELECT entity, lo, p50 FROM gauge WHERE source = 'linkerd' AND name = 'retries/budget'
)
SELECT CASE WHEN a.requests IS NULL                            THEN 'skip'
            WHEN x.n >= p.min_refused
             AND x.n * 100.0 >= p.crit_pct * a.requests        THEN 'crit'
            WHEN x.n >= p.min_refused                          THEN 'warn'
            WHEN b.p50 > 0 AND b.lo * 100.0 < p.low_pct * b.p50 THEN 'info'
            ELSE 'ok' END                                        AS level,
       a.entity,
       coalesce(x.n, 0)                                          AS refused,
       a.requests,
       round(coalesce(x.n, 0) * 100.0 / nullif(a.requests, 0), 2) AS refused_pct,
       b.lo                                                      AS budget_lo,
       b.p50                                                     AS budget_p50,
       x.active                                                  AS intervals_hit,
       x.intervals,
       x.peak_snap                                               AS at,
       x.first_active                                            AS first_at,
       x.last_active                                             AS last_at
  FROM asked a JOIN p
  LEFT JOIN spent x ON x.entity = a.entity
  LEFT JOIN budget b ON b.entity = a.entity
 ORDER BY refused DESC, a.entity;
