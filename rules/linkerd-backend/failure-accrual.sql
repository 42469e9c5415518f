-- rule:     linkerd-backend/failure-accrual
-- version:  1
-- schema:   1
-- title:    Failure accrual takes endpoints out
-- tags:     linkerd errors balancing
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_removals  removals  in the window: a healthy client has none
-- param:    crit_pct      percent   of the endpoints' time taken out that is critical
-- message:  {entity}: failure accrual took endpoints out {removals} times and back {revivals} times{_out}
-- meaning:  After consecutive failures (5 by default) an endpoint gets no requests for a back-off, then a single probe ({probes} here);
--           its share falls on the others, which may fail next. failure_accrual/removed_for_ms grows by the whole back-off at the
--           moment of the removal, so the share is what was planned. linkerd tells no endpoint's name.
-- remedy:   The addresses of the client that have no connection are the ones that are out:
--             curl -s http://127.0.0.1:9990/client_state.json
--             ss -tn state established
--           Look there for restarts and errors; failures of this client are in linkerd-backend/failure-ratio and
--           linkerd-backend/connect-failures. failureAccrual (failures, backoff) of the client is only the messenger.
-- verify:   failure_accrual/removals of {entity} stands still for ten minutes.
-- but:      Each restart of a backend takes it out once. With one or two endpoints the balancer uses dead ones too.
-- see:      linkerd docs, failure_accrual; linkerd-backend/pool-degraded
WITH p AS (
  SELECT coalesce(:min_removals, 1) AS min_removals,
         coalesce(:crit_pct, 20)    AS crit_pct
), client AS (
  SELECT s.entity, s.span, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), grown AS (             -- a counter made by its first event, after the client was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > c.born AS fresh
    FROM series s JOIN client c ON c.entity = s.entity
   WHERE s.source = 'linkerd' AND s.name LIKE 'failure\_accrual/%' ESCAPE '\'
), accrual AS (
  SELECT entity, name, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
), tally AS (
  SELECT entity,
         max(CASE WHEN name LIKE '%/removals' THEN n END)            AS removals,
         max(CASE WHEN name LIKE '%/revivals' THEN n END)            AS revivals,
         max(CASE WHEN name LIKE '%/probes' THEN n END)              AS probes,
         max(CASE WHEN name LIKE '%/removed_for_ms' THEN n END)      AS out_ms,
         max(CASE WHEN name LIKE '%/removals' THEN active END)       AS hit,
         max(CASE WHEN name LIKE '%/removals' THEN intervals END)    AS intervals,
         max(CASE WHEN name LIKE '%/removals' THEN peak_snap END)    AS at,
         max(CASE WHEN name LIKE '%/removals' THEN first_active END) AS first_at,
         max(CASE WHEN name LIKE '%/removals' THEN last_active END)  AS last_at
    FROM accrual GROUP BY entity
), judged AS (
  SELECT c.entity, coalesce(t.removals, 0) AS removals, coalesce(t.revivals, 0) AS revivals, coalesce(t.probes, 0) AS probes,
         c.span, g.p50 AS size, t.hit, t.intervals, t.at, t.first_at, t.last_at,
         min(t.out_ms * 100.0 / nullif(c.span * 1000 * g.p50, 0), 100) AS out_pct
    FROM client c LEFT JOIN tally t ON t.entity = c.entity
    LEFT JOIN gauge g ON g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'loadbalancer/size'
)
SELECT CASE WHEN coalesce(j.span, 0) = 0          THEN 'skip'
            WHEN j.removals < p.min_removals      THEN 'ok'
            WHEN j.out_pct >= p.crit_pct          THEN 'crit'
            ELSE 'warn' END      AS level,
       j.entity,
       j.removals, j.revivals, j.probes,
       round(j.out_pct, 1)       AS out_pct,
       j.size,
       coalesce(', ' || round(j.out_pct, 1) || '% of the time of its ' || cast(j.size AS INT) || ' endpoints', '') AS _out,
       j.hit                     AS intervals_hit,
       j.intervals,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.removals DESC, j.entity;
