-- rule:     linkerd-backend/lb-churn
-- version:  1
-- schema:   1
-- title:    The endpoints of a client change all the time
-- tags:     linkerd balancing discovery
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    min_changes  changes  adds and removes together in the window
-- param:    times_size   times    and so many times the pool's size
-- param:    settle_s     s        after linkerd's start in which changes are not counted
-- message:  {entity}: {adds} endpoints added and {removes} removed in a pool of {size} endpoints, in {change_intervals} of {intervals} intervals; {rebuilds} rebuilds
-- meaning:  Discovery flaps. Each removed endpoint closes its pooled connections, each added one begins cold: new handshakes, and
--           for a moment more load for the others.
-- remedy:   Find out what flaps: readiness checks of the backend (Kubernetes, Consul) and the name server's log at the time. See what
--           linkerd is told:
--             curl -s http://127.0.0.1:9990/client_state.json
--           enableProbation of the load balancer keeps removed endpoints in use as long as they answer.
-- verify:   loadbalancer/adds and loadbalancer/removes of {entity} stand still without deploys.
-- but:      A deploy replaces each endpoint once, which is just twice the size; autoscaling. A client that was idle for ten minutes is
--           made anew, with its whole pool.
-- see:      linkerd docs, load_balancer; linkerd-pool/client-no-reuse
WITH p AS (
  SELECT coalesce(:min_changes, 10) AS min_changes,
         coalesce(:times_size, 2)   AS times_size,
         coalesce(:settle_s, 60)    AS settle_s
), start AS (              -- monotonic second at which linkerd's first minute is over
  SELECT s.entity, x.mono + p.settle_s - m.value / 1000.0 AS t
    FROM p JOIN series s ON s.source = 'linkerd' AND s.name = 'jvm/uptime'
    JOIN sample m ON m.series = s.id AND m.snap = (SELECT min(snap) FROM sample WHERE series = s.id)
    JOIN snapshot x ON x.snap = m.snap
), client AS (
  SELECT s.id, s.entity, s.name, s.intervals
    FROM series s
   WHERE s.source = 'linkerd' AND instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') = 0
     AND s.name IN ('loadbalancer/adds', 'loadbalancer/removes', 'loadbalancer/rebuilds')
), step AS (
  SELECT c.entity, c.name, m.snap, m.delta,
         row_number() OVER (PARTITION BY c.entity ORDER BY c.name = 'loadbalancer/rebuilds', m.delta DESC, m.snap) AS r
    FROM client c JOIN sample m ON m.series = c.id AND m.delta > 0
    JOIN snapshot x ON x.snap = m.snap
   WHERE NOT EXISTS (SELECT 1 FROM start
                      WHERE substr(c.entity, 1, length(start.entity)) = start.entity AND x.mono < start.t)
), tally AS (
  SELECT entity,
         sum(CASE WHEN name = 'loadbalancer/adds' THEN delta ELSE 0 END)     AS adds,
         sum(CASE WHEN name = 'loadbalancer/removes' THEN delta ELSE 0 END)  AS removes,
         sum(CASE WHEN name = 'loadbalancer/rebuilds' THEN delta ELSE 0 END) AS rebuilds,
         count(DISTINCT CASE WHEN name <> 'loadbalancer/rebuilds' THEN snap END) AS hit,
         max(CASE WHEN r = 1 THEN snap END) AS at,
         min(CASE WHEN name <> 'loadbalancer/rebuilds' THEN snap END) AS first_at,
         max(CASE WHEN name <> 'loadbalancer/rebuilds' THEN snap END) AS last_at
    FROM step GROUP BY entity
), pool AS (
  SELECT c.entity, max(c.intervals) AS intervals,
         (SELECT g.p50 FROM gauge g WHERE g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'loadbalancer/size') AS size
    FROM client c WHERE c.name <> 'loadbalancer/rebuilds' GROUP BY c.entity
)
SELECT CASE WHEN l.intervals = 0                                                     THEN 'skip'
            WHEN coalesce(t.adds + t.removes, 0)
                 >= max(p.min_changes, p.times_size * coalesce(l.size, 0) + 1)       THEN 'warn'   -- a deploy makes 2 * size
            ELSE 'ok' END          AS level,
       l.entity,
       coalesce(t.adds, 0)         AS adds,
       coalesce(t.removes, 0)      AS removes,
       l.size,
       coalesce(t.hit, 0)          AS change_intervals,
       l.intervals,
       coalesce(t.rebuilds, 0)     AS rebuilds,
       CASE WHEN t.hit > 0 THEN t.at END AS at,
       t.first_at, t.last_at
  FROM pool l JOIN p LEFT JOIN tally t ON t.entity = l.entity
 ORDER BY adds + removes DESC, l.entity;
