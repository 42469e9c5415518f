-- rule:     linkerd-backend/timeouts
-- version:  1
-- schema:   1
-- title:    Requests run into linkerd's timeouts
-- tags:     linkerd errors latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_timeouts  requests  timed out in the window
-- param:    warn_pct      percent   timed out over requests
-- message:  {entity}: {timeouts} of {requests} requests timed out ({timeout_pct}%): {attempts} attempts, {totals} whole requests, {others} others, in {intervals_hit} of {intervals} intervals; pending up to {pending_hi}
-- meaning:  A timeout cuts the latency: p99 and p999 cannot be larger than it, so the histograms hide how slow the backend is.
--           IndividualRequestTimeoutException is client.requestAttemptTimeoutMs, GlobalRequestTimeoutException is
--           service.totalTimeoutMs, which includes retries and waiting for a connection. The exception may be inside others and is
--           then counted under the names of all: each kind counts by its greatest counter.
-- remedy:   Fix the latency of this client first (linkerd-backend/similarly-slow, linkerd-backend/latency-spike,
--           linkerd-backend/concurrency). If slow answers are right, raise client.requestAttemptTimeoutMs or
--           service.totalTimeoutMs, and keep the second well above the first so that a retry has time.
-- verify:   failures/*TimeoutException of {entity} stands still in a new recording.
-- but:      Health checks with a short timeout of their own. What a caller gives up by itself is no timeout of linkerd.
-- see:      linkerd docs, service and client parameters; linkerd-backend/failure-ratio
WITH p AS (
  SELECT coalesce(:min_timeouts, 10) AS min_timeouts,
         coalesce(:warn_pct, 0.5)    AS warn_pct
), asked AS (              -- single clients and services; what a client did for one service is in both
  SELECT s.entity, s.increase AS requests, s.intervals, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests'
     AND (instr(s.entity, '|client|') > 0) + (instr(s.entity, '|service|') > 0) = 1
), grown AS (             -- a counter made by its first event, after requests was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > a.born AS fresh
    FROM series s JOIN asked a ON a.entity = s.entity
   WHERE s.source = 'linkerd' AND s.name LIKE 'failures/%TimeoutException' AND s.name NOT LIKE '%ConnectTimeoutException'
), late AS (
  SELECT entity, CASE WHEN name LIKE '%IndividualRequestTimeoutException' THEN 'attempt'
              WHEN name LIKE '%GlobalRequestTimeoutException'     THEN 'total'
              ELSE 'other' END AS kind,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
), kind AS (
  SELECT entity, kind, max(n) AS n FROM late GROUP BY entity, kind
), tally AS (
  SELECT entity, sum(n) AS n,
         sum(CASE kind WHEN 'attempt' THEN n ELSE 0 END) AS attempts,
         sum(CASE kind WHEN 'total' THEN n ELSE 0 END)   AS totals,
         sum(CASE kind WHEN 'other' THEN n ELSE 0 END)   AS others
    FROM kind GROUP BY entity
), moment AS (           -- the same exception is under several names: what moved at once is one interval
  SELECT g.entity, m.snap, max(CASE WHEN m.delta > 0 THEN m.delta ELSE m.value END) AS n
    FROM grown g CROSS JOIN sample m ON m.series = g.id
   WHERE m.delta > 0 OR (g.fresh AND m.snap = g.made) GROUP BY g.entity, m.snap
), ranked AS (
  SELECT entity, snap, row_number() OVER (PARTITION BY entity ORDER BY n DESC, snap) AS r FROM moment
), times AS (
  SELECT entity, count(*) AS hits, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM ranked GROUP BY entity
)
SELECT CASE WHEN a.requests IS NULL                                 THEN 'skip'
            WHEN coalesce(t.n, 0) < p.min_timeouts                  THEN 'ok'
            WHEN t.n * 100.0 >= p.warn_pct * a.requests             THEN 'warn'
            ELSE 'ok' END                                 AS level,
       a.entity,
       coalesce(t.n, 0)                                   AS timeouts,
       a.requests,
       round(coalesce(t.n, 0) * 100.0 / nullif(a.requests, 0), 2) AS timeout_pct,
       coalesce(t.attempts, 0)                            AS attempts,
       coalesce(t.totals, 0)                              AS totals,
       coalesce(t.others, 0)                              AS others,
       (SELECT g.hi FROM gauge g WHERE g.source = 'linkerd' AND g.entity = a.entity AND g.name = 'pending') AS pending_hi,
       coalesce(k.hits, 0)                                AS intervals_hit,
       a.intervals,
       k.at, k.first_at, k.last_at
  FROM asked a JOIN p
  LEFT JOIN tally t ON t.entity = a.entity
  LEFT JOIN times k ON k.entity = a.entity
 ORDER BY timeout_pct DESC, a.entity;
