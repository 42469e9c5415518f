-- rule:     root-cause/retry-storm
-- version:  1
-- schema:   1
-- title:    Retries multiply the load on backends that fail
-- tags:     root-cause linkerd retries errors
-- requires: linkerd >= 5
-- applies:  linkerd
-- after:    linkerd-pool/*, linkerd-backend/*
-- explains: linkerd-pool/requeues, linkerd-pool/retry-budget
-- min_span: 30s
-- param:    intervals     intervals  with a storm, fewer prove nothing
-- param:    again_pct     percent    of the requests that came in: sent again
-- param:    min_requests  requests   that came in within an interval, fewer are not judged
-- param:    failed_pct    percent    of a router's attempts that fail in an incident
-- param:    share_pct     percent    of the storm's intervals in which they did
-- param:    times         times      attempts over requests that came in, from here on the load is multiplied
-- message:  {entity}: in {intervals_hit} of {intervals} intervals linkerd sent {:again_pct}% or more of its requests again, in {with_failures} of {judged} of them while attempts failed{_when} ({quiet_failures} of {quiet} others); {again} sent again, {attempts_per_request} attempts a request at worst, {refused} retries refused for want of budget; most by {top}
-- meaning:  Retries help against single failures. When much fails they add their own load to backends that are failing under load.
--           The budget is the brake: by default 20% of the requests and 10 a second, so at little traffic the 10 a second can be
--           more than the traffic. Requeues of clients and retries of services are summed over the router; services' retries
--           are among the attempts of its clients. An attempt is counted when it completes. Some failures are always there, so an
--           incident is {:failed_pct}% of the attempts; and failures go on when the budget stops the retries, so no contrast with
--           the other intervals is asked for.
-- remedy:   Mend what fails first: linkerd-backend/failure-ratio, linkerd-backend/connect-failures of {top}. Then the brake, in
--           retries of client and service (budget there now {budget}, {refused} retries refused):
--             retries:
--               budget:
--                 minRetriesPerSec: 1
--                 percentCanRetry: 0.05
--           Retry at one level only: callers that retry as well multiply it again.
-- verify:   Requeues and retries together are below 5% of the requests in a new recording.
-- but:      A restart of all backends at once is a storm of a few seconds. A router that gets its requests from another router's
--           retries sees them as requests.
-- see:      linkerd docs, retries; linkerd-pool/requeues, linkerd-pool/retry-budget; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:intervals, 3)     AS intervals,
         coalesce(:again_pct, 20)    AS again_pct,
         coalesce(:min_requests, 50) AS min_requests,
         coalesce(:failed_pct, 5)    AS failed_pct,
         coalesce(:share_pct, 70)    AS share_pct,
         coalesce(:times, 1.1)       AS times
), raw AS (                -- single servers, clients and services; what a client did for one service is in both
  SELECT id, entity, name, increase, substr(entity, 1, instr(entity, '|') - 1) AS router,
         -- what may have been born in the window began at 0
         coalesce(increase, 0) + CASE WHEN n < max(n) OVER () THEN first ELSE 0 END AS at_most,
         coalesce(peak_per_s, 0) + CASE WHEN n < max(n) OVER () THEN first ELSE 0 END AS peak, lo,
         instr(entity, '|server|') > 0 AS server, instr(entity, '|client|') > 0 AS client
    FROM series
   WHERE source = 'linkerd' AND name IN ('requests', 'failures', 'retries/requeues', 'retries/total', 'retries/budget_exhausted')
     AND (instr(entity, '|client|') > 0) + (instr(entity, '|service|') > 0) + (instr(entity, '|server|') > 0) = 1
), router AS (
  SELECT router, sum(server AND name = 'requests') AS servers, sum(client AND name = 'requests') AS clients,
         total(CASE WHEN name IN ('retries/requeues', 'retries/total') THEN at_most END) AS at_most,
         total(CASE WHEN name IN ('retries/requeues', 'retries/total') THEN peak END) AS peak,
         total(CASE WHEN server AND name = 'requests' THEN lo END) AS lo
    FROM raw GROUP BY router
), hot AS (                -- the others cannot have such a storm
  SELECT r.router FROM router r JOIN p
   WHERE r.servers > 0 AND r.clients > 0 AND r.at_most * 100 >= p.again_pct * p.min_requests * p.intervals
     AND r.peak * 100 >= p.again_pct * r.lo
), part AS (
  SELECT raw.id, raw.router, (SELECT min(v.snap) FROM sample v WHERE v.series = raw.id) AS born,
         CASE WHEN raw.name = 'requests' THEN CASE WHEN raw.server THEN 'asked' WHEN raw.client THEN 'sent' END
              WHEN raw.name = 'failures' THEN CASE WHEN raw.client THEN 'failed' END
              WHEN raw.name = 'retries/budget_exhausted' THEN 'refused'
              WHEN (raw.name = 'retries/requeues') = raw.client THEN 'again' END AS what
    FROM raw JOIN hot ON hot.router = raw.router WHERE NOT (raw.server AND raw.name <> 'requests')
), born AS (
  SELECT router, min(born) AS snap FROM part GROUP BY router
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state IN ('ok', 'cut', 'interrupted', 'fallback')
), grid AS (
  SELECT seen.snap, row_number() OVER w AS i, x.boot = lag(x.boot) OVER w AS ok
    FROM seen JOIN snapshot x ON x.snap = seen.snap WINDOW w AS (ORDER BY seen.snap)
), piece AS (              -- a counter made by its first event, after the router was already there, began at 0
  SELECT part.router, part.what, v.snap, v.delta IS NULL AND v.dt > 0 AS reset,
         coalesce(v.delta, CASE WHEN v.snap = part.born AND part.born > born.snap THEN v.value END) AS n
    FROM part JOIN born ON born.router = part.router JOIN sample v ON v.series = part.id WHERE part.what IS NOT NULL
), step AS (
  SELECT router, snap, total(CASE what WHEN 'asked' THEN n END) AS asked, total(CASE what WHEN 'sent' THEN n END) AS sent,
         total(CASE what WHEN 'failed' THEN n END) AS failed, total(CASE what WHEN 'again' THEN n END) AS again,
         total(CASE what WHEN 'refused' THEN n END) AS refused, max(what = 'asked' AND reset) AS reset
    FROM piece GROUP BY router, snap
), mark AS (               -- a restart of linkerd is not judged, nor an interval without traffic
  SELECT s.*, g.i, s.asked >= p.min_requests AND s.again * 100 >= p.again_pct * s.asked AS a,
         CASE WHEN s.sent + s.failed > 0 THEN s.failed * 100 >= p.failed_pct * s.sent ELSE 0 END AS b
    FROM step s JOIN p JOIN grid g ON g.snap = s.snap AND g.ok JOIN born ON born.router = s.router AND s.snap > born.snap
   WHERE NOT s.reset
), beside AS (
  SELECT *, lag(b) OVER w AS before, lead(b) OVER w AS behind, lag(i) OVER w AS i0, lead(i) OVER w AS i1
    FROM mark WINDOW w AS (PARTITION BY router ORDER BY i)
), next AS (               -- only true neighbours
  SELECT router, a, b, CASE WHEN i0 = i - 1 THEN before END AS before, CASE WHEN i1 = i + 1 THEN behind END AS behind FROM beside
), fit AS (                -- failures in the interval before, in the same, in the next one
  SELECT router, shift, sum(a AND x) AS h, sum(a AND (shift = 0 OR x IS NOT NULL)) AS n,
         sum(NOT a AND x) AS qh, sum(NOT a AND (shift = 0 OR x IS NOT NULL)) AS q
    FROM (SELECT b.router, b.a, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.b ELSE b.behind END AS x
            FROM next b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s)
   GROUP BY router, shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY router ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), shift) AS r FROM fit
), tally AS (
  SELECT router, count(*) AS intervals, sum(a) AS storm, total(again) AS again, total(refused) AS refused,
         max(CASE WHEN a THEN sent / asked END) AS worst, sum(CASE WHEN a THEN sent END) / nullif(sum(CASE WHEN a THEN asked END), 0) AS times,
         max(CASE WHEN a THEN again END) AS peak,
         min(CASE WHEN a THEN snap END) AS first_at, max(CASE WHEN a THEN snap END) AS last_at
    FROM mark GROUP BY router
), judged AS (
  SELECT r.router, r.servers, r.clients, hot.router IS NOT NULL AS hot, t.intervals, t.storm, t.again, t.refused, t.worst, t.times,
         t.first_at, t.last_at, b.shift, b.h, b.n, b.qh, b.q,
         (SELECT m.snap FROM mark m WHERE m.router = r.router AND m.a AND m.again = t.peak ORDER BY m.snap LIMIT 1) AS at,
         (SELECT raw.entity FROM raw WHERE raw.router = r.router AND raw.name IN ('retries/requeues', 'retries/total')
           ORDER BY raw.at_most DESC, raw.entity LIMIT 1) AS top
    FROM router r LEFT JOIN hot ON hot.router = r.router LEFT JOIN tally t ON t.router = r.router
    LEFT JOIN best b ON b.router = r.router AND b.r = 1
)
SELECT CASE WHEN j.servers = 0 OR j.clients = 0                THEN 'skip'
            WHEN NOT j.hot                                     THEN 'ok'
            WHEN coalesce(j.intervals, 0) < p.intervals        THEN 'skip'
            WHEN j.storm < p.intervals OR j.h < p.intervals
              OR j.h * 100.0 < p.share_pct * j.n               THEN 'ok'
            WHEN j.shift > 0                                   THEN 'ok'
            WHEN j.times >= p.times OR j.refused > 0           THEN 'crit'
            ELSE 'warn' END               AS level,
       j.router                           AS entity,
       j.router || '|**'                  AS explains_entity,
       coalesce(j.storm, 0)               AS intervals_hit,
       j.intervals,
       j.h                                AS with_failures,
       j.n                                AS judged,
       j.qh                               AS quiet_failures,
       j.q                                AS quiet,
       -j.shift                           AS shift_intervals,
       cast(j.again AS INT)               AS again,
       cast(j.refused AS INT)             AS refused,
       round(j.worst, 2)                  AS attempts_per_request,
       j.top,
       (SELECT round(g.p50, 1) FROM gauge g WHERE g.source = 'linkerd' AND g.name = 'retries/budget' AND g.entity = j.top) AS budget,
       CASE j.shift WHEN -1 THEN ' in the interval before' ELSE '' END AS _when,
       1 + coalesce(j.times >= p.times, 0) + coalesce(j.refused > 0, 0) AS votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY coalesce(j.storm, 0) DESC, j.again DESC, j.router;
