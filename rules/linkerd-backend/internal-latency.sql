-- rule:     linkerd-backend/internal-latency
-- version:  1
-- schema:   1
-- title:    Time is spent inside linkerd
-- tags:     linkerd latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    min_n    requests  of the server in a minute, fewer are not judged
-- param:    gap_ms   ms        server's p99 over the slowest p99 below it
-- param:    gap_pct  percent   and so much of the server's p99
-- param:    minutes  minutes   with such a gap
-- message:  {entity}: p99 is {server_p99_ms} ms but that of the slowest {_below} is {below_p99_ms} ms: {gap_ms} ms are linkerd's own, in {hit_minutes} of {minutes} minutes
-- meaning:  Of requests spread over several clients the p99 cannot be above the p99 of the slowest client, unless time passes before
--           or after the client's part: waiting for a pooled connection or for connecting (neither is in a client's latency),
--           binding a name, garbage collection, CPU. Retries add time too, so where there were any the services' latency (which
--           includes retries) is compared as well: {retries} retries and requeues in this router. All are of the same frozen minute.
-- remedy:   Look at linkerd-pool/waiters, linkerd-backend/connect-latency, linkerd-jvm/gc-pause and linkerd-backend/bindcache-churn
--           of this recording first. If none of them fired, while it is slow:
--             curl -s 'http://127.0.0.1:9990/admin/pprof/profile?seconds=10' > profile
--             curl -s http://127.0.0.1:9990/admin/threads
-- verify:   The two p99 are within 50 ms of each other in a new recording.
-- but:      Requests without a client (no route, refused by a limit) are in the server's latency only. A client that vanished
--           within the minute is not compared.
-- see:      linkerd docs, metrics; Finagle metrics, Public
WITH p AS (
  SELECT coalesce(:min_n, 500)   AS min_n,
         coalesce(:gap_ms, 50)   AS gap_ms,
         coalesce(:gap_pct, 50)  AS gap_pct,
         coalesce(:minutes, 2)   AS minutes
), again AS (
  SELECT substr(entity, 1, instr(entity, '|') - 1) AS router, sum(increase) AS n
    FROM counter
   WHERE source = 'linkerd' AND (instr(entity, '|client|') > 0) + (instr(entity, '|service|') > 0) = 1
     AND name IN ('retries/total', 'retries/requeues')
   GROUP BY substr(entity, 1, instr(entity, '|') - 1)
), below AS (              -- of each minute; all histograms are frozen together
  SELECT w.router, w.snap,
         max(CASE WHEN w.scope = 'client' THEN w.p99 END)  AS client_p99,
         max(CASE WHEN w.scope = 'service' THEN w.p99 END) AS service_p99,
         coalesce(max(a.n), 0) AS retries
    FROM window w LEFT JOIN again a ON a.router = w.router
   WHERE w.metric = 'request_latency_ms' AND w.scope IN ('client', 'service') AND w.service = ''
   GROUP BY w.router, w.snap
), minute AS (
  SELECT s.router, s.id, s.snap, s.p99, s.n, b.retries,
         CASE WHEN b.retries > 0 THEN max(b.client_p99, coalesce(b.service_p99, 0)) ELSE b.client_p99 END AS below,
         b.retries > 0 AND b.service_p99 > b.client_p99 AS of_service
    FROM window s JOIN p JOIN below b ON b.router = s.router AND b.snap = s.snap
   WHERE s.scope = 'server' AND s.metric = 'request_latency_ms' AND s.n >= p.min_n AND b.client_p99 IS NOT NULL
), mark AS (
  SELECT m.*, m.p99 - m.below >= p.gap_ms AND (m.p99 - m.below) * 100.0 >= p.gap_pct * m.p99 AS hit,
         row_number() OVER (PARTITION BY m.router, m.id ORDER BY m.p99 - m.below DESC, m.snap) AS r
    FROM minute m JOIN p
), tally AS (
  SELECT router, id, count(*) AS minutes, sum(hit) AS hit,
         max(CASE WHEN r = 1 THEN p99 END)        AS p99,
         max(CASE WHEN r = 1 THEN below END)      AS below,
         max(CASE WHEN r = 1 THEN of_service END) AS of_service,
         max(CASE WHEN r = 1 THEN snap END)       AS at,
         max(retries)                             AS retries,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at
    FROM mark GROUP BY router, id
), server AS (
  SELECT DISTINCT router, id FROM window WHERE scope = 'server' AND metric = 'request_latency_ms'
)
SELECT CASE WHEN coalesce(t.minutes, 0) < p.minutes THEN 'skip'
            WHEN t.hit >= p.minutes                 THEN 'warn'
            ELSE 'ok' END                       AS level,
       s.router || '|server|' || s.id           AS entity,
       t.p99                                    AS server_p99_ms,
       t.below                                  AS below_p99_ms,
       t.p99 - t.below                          AS gap_ms,
       coalesce(t.hit, 0)                       AS hit_minutes,
       coalesce(t.minutes, 0)                   AS minutes,
       t.retries,
       CASE WHEN t.of_service THEN 'service' ELSE 'client' END AS _below,
       t.at, t.first_at, t.last_at
  FROM server s JOIN p LEFT JOIN tally t ON t.router = s.router AND t.id = s.id
 ORDER BY gap_ms DESC, entity;
