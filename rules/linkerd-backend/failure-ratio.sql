-- rule:     linkerd-backend/failure-ratio
-- version:  1
-- schema:   1
-- title:    Requests of a linkerd client or service fail
-- tags:     linkerd errors
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    min_requests  requests  in the window, fewer are not judged
-- param:    warn_pct      percent   failures over requests
-- param:    crit_pct      percent   failures over requests
-- message:  {entity}: {failures} of {requests} requests failed ({failed_pct}%), mostly {top} ({top_count}); {status_5xx} answers were 5xx
-- meaning:  A client counts single attempts; a service counts what callers got after retries. ResponseClassificationSyntheticException
--           is no exception: it stands for an answer that the response classifier calls a failure, usually a 5xx.
--           requests grows when a request completes, so hanging ones are in neither number: they show as pending.
-- remedy:   Start with {top}. All of them, by client:
--             curl -s 'http://127.0.0.1:9990/admin/metrics.json?tree=1' | jq '.rt[].client[].failures'
--           A 5xx comes from the backend: its log at the time of the worst interval. ConnectException and
--           ChannelClosedException are connections: linkerd-backend/connect-latency, linkerd-pool/client-no-reuse. Timeouts are
--           service.totalTimeoutMs or client.requestAttemptTimeoutMs. Check responseClassifier if 5xx are wanted.
-- verify:   The ratio is below 0.1% in a new recording.
-- but:      A deploy in the window, or callers that cancel, fail some requests.
-- see:      Finagle metrics, Public; linkerd docs, response_classifiers
WITH p AS (
  SELECT coalesce(:min_requests, 200) AS min_requests,
         coalesce(:warn_pct, 1)       AS warn_pct,
         coalesce(:crit_pct, 5)       AS crit_pct
), asked AS (              -- single clients and services; what a client did for one service is in both
  SELECT s.entity, s.increase AS requests, s.resets,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'requests'
     AND (instr(s.entity, '|client|') > 0) + (instr(s.entity, '|service|') > 0) = 1
), grown AS (             -- a counter made by its first event, after requests was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > asked.born AS fresh
    FROM series s JOIN asked ON asked.entity = s.entity
   WHERE s.source = 'linkerd' AND (s.name = 'failures' OR s.name LIKE 'failures/%' OR s.name = 'status/5XX')
), failed AS (
  SELECT entity, name, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
), ranked AS (             -- a chain of causes counts under each of its names: the longest says most
  SELECT entity, substr(name, 10) AS name, n,
         row_number() OVER (PARTITION BY entity ORDER BY n DESC, length(name) DESC, name) AS r
    FROM failed WHERE name LIKE 'failures/%.%' AND n > 0
)
SELECT CASE WHEN a.requests IS NULL OR a.requests < p.min_requests       THEN 'skip'
            WHEN coalesce(f.n, 0) * 100.0 >= p.crit_pct * a.requests     THEN 'crit'
            WHEN coalesce(f.n, 0) * 100.0 >= p.warn_pct * a.requests     THEN 'warn'
            ELSE 'ok' END                                AS level,
       a.entity,
       coalesce(f.n, 0)                                  AS failures,
       a.requests,
       round(coalesce(f.n, 0) * 100.0 / nullif(a.requests, 0), 2) AS failed_pct,
       coalesce(t.name, 'without a name')                AS top,
       coalesce(t.n, 0)                                  AS top_count,
       coalesce(x.n, 0)                                  AS status_5xx,
       a.resets,
       f.active                                          AS intervals_hit,
       f.intervals,
       f.peak_snap                                       AS at,
       f.first_active                                    AS first_at,
       f.last_active                                     AS last_at
  FROM asked a JOIN p
  LEFT JOIN failed f ON f.entity = a.entity AND f.name = 'failures'
  LEFT JOIN failed x ON x.entity = a.entity AND x.name = 'status/5XX'
  LEFT JOIN ranked t ON t.entity = a.entity AND t.r = 1
 ORDER BY failed_pct DESC, a.entity;
