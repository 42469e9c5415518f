-- rule:     linkerd-backend/connect-failures
-- version:  1
-- schema:   1
-- title:    Connections to a backend fail
-- tags:     linkerd errors connect
-- requires: linkerd >= 4
-- wants:    snmp
-- applies:  linkerd
-- min_span: 30s
-- param:    min_failed  attempts  failed in the window, fewer are not worth a word
-- param:    warn_pct    percent   failed over attempted connects
-- param:    crit_pct    percent   failed over attempted connects
-- message:  {entity}: {failed} of {attempts} attempts to connect failed ({failed_pct}%), {cancelled} more were given up; mostly {top}; this host's attempts that failed: {host_fails}
-- meaning:  The backend refuses (nothing listens there: an answer at once) or does not answer (a firewall, a dead host, dropped
--           SYNs: after the connect timeout of a second). linkerd tries another endpoint where it can, so callers may see only the
--           lost time. One failure is counted under the names of each of its causes: the greatest counts, not the sum.
--           connects counts attempts up to linkerd 1.1.0 and successes later; the share is taken over connects plus failed, so
--           with an old one it may be down to half as large.
-- remedy:   Which addresses, and whether they listen:
--             curl -s http://127.0.0.1:9990/client_state.json
--             ss -tn state syn-sent   # no answer at all: host, firewall, security group
--           Refused: the service is down there, or discovery still lists an address that is gone.
-- verify:   failures/*ConnectionFailedException of {entity} stands still in a new recording.
-- but:      A rolling deploy fails some connects to each host that is down.
-- see:      Finagle metrics, Transport; linkerd-backend/connect-latency, linkerd-backend/failure-accrual
WITH p AS (
  SELECT coalesce(:min_failed, 5) AS min_failed,
         coalesce(:warn_pct, 1)   AS warn_pct,
         coalesce(:crit_pct, 5)   AS crit_pct
), client AS (
  SELECT s.entity, s.increase AS connects, (SELECT min(snap) FROM sample WHERE series = s.id) AS born
    FROM series s
   WHERE s.source = 'linkerd' AND s.name = 'connects' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
), grown AS (             -- a counter made by its first event, after the client was already there, began at 0
  SELECT s.*, (SELECT min(snap) FROM sample WHERE series = s.id) AS made,
         s.first > 0 AND (SELECT min(snap) FROM sample WHERE series = s.id) > c.born AS fresh
    FROM series s JOIN client c ON c.entity = s.entity
   WHERE s.source = 'linkerd'
     AND (s.name LIKE '%ConnectionFailedException' OR s.name LIKE '%ConnectException' OR s.name LIKE '%ConnectTimeoutException'
          OR s.name LIKE '%NoRouteToHostException' OR s.name = 'cancelled_connects')
), failed AS (
  SELECT entity, name, CASE WHEN fresh THEN active + 1 ELSE active END AS active, CASE WHEN fresh THEN intervals + 1 ELSE intervals END AS intervals,
         CASE WHEN active > 0 THEN peak_snap WHEN fresh THEN made END AS peak_snap,
         CASE WHEN fresh THEN made ELSE first_active END AS first_active,
         CASE WHEN active > 0 THEN last_active WHEN fresh THEN made END AS last_active,
         coalesce(increase, 0) + CASE WHEN fresh THEN first ELSE 0 END AS n
    FROM grown
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY n DESC, length(name) DESC, name) AS r
    FROM failed WHERE name <> 'cancelled_connects'
), slow AS (               -- the histogram of failed connects sees what has no counter
  SELECT router || '|client|' || id AS entity, sum(n) AS n
    FROM window WHERE scope = 'client' AND service = '' AND metric = 'failed_connect_latency_ms' AND w > 0
   GROUP BY router, id
), judged AS (
  SELECT c.entity, c.connects, max(coalesce(r.n, 0), coalesce(w.n, 0)) AS failed, coalesce(g.n, 0) AS cancelled,
         r.name AS top, r.active, r.intervals, r.peak_snap, r.first_active, r.last_active
    FROM client c
    LEFT JOIN ranked r ON r.entity = c.entity AND r.r = 1
    LEFT JOIN failed g ON g.entity = c.entity AND g.name = 'cancelled_connects'
    LEFT JOIN slow w ON w.entity = c.entity
)
SELECT CASE WHEN j.connects IS NULL                                                  THEN 'skip'
            WHEN j.failed < p.min_failed                                             THEN 'ok'
            WHEN j.failed * 100.0 >= p.crit_pct * (j.connects + j.failed)            THEN 'crit'
            WHEN j.failed * 100.0 >= p.warn_pct * (j.connects + j.failed)            THEN 'warn'
            ELSE 'ok' END                                                 AS level,
       j.entity,
       j.failed,
       coalesce(j.connects, 0) + j.failed                                 AS attempts,
       round(j.failed * 100.0 / nullif(j.connects + j.failed, 0), 1)      AS failed_pct,
       j.cancelled,
       CASE WHEN j.failed > 0 THEN coalesce(j.top, 'without a name') ELSE 'none' END AS top,
       (SELECT max(increase) FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpAttemptFails') AS host_fails,
       j.active                                                           AS intervals_hit,
       j.intervals,
       j.peak_snap                                                        AS at,
       j.first_active                                                     AS first_at,
       j.last_active                                                      AS last_at
  FROM judged j JOIN p
 ORDER BY failed_pct DESC, j.entity;
