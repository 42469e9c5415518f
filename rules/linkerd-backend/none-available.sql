-- rule:     linkerd-backend/none-available
-- version:  1
-- schema:   1
-- title:    A linkerd client has no endpoint to send to
-- tags:     linkerd balancing
-- requires: linkerd >= 2
-- applies:  linkerd
-- param:    captures    captures  with an empty or wholly unavailable pool before it counts
-- param:    min_demand  requests  that were tried in those intervals
-- param:    warmup_s    seconds   of linkerd's life that do not count
-- message:  {entity}: no endpoint in {empty_captures} of {captures} captures while {demand} requests wanted one; {no_brokers} failed for want of an address
-- meaning:  With an empty pool (size 0) every request fails at once, with NoBrokersAvailableException; with a pool whose
--           endpoints are all marked dead (available 0) the balancer sends to dead ones. There is no healthy level.
--           A request that gets no connection is not in the client's requests counter: it is in
--           service_creation/failures, so both are counted as demand.
-- remedy:   Did discovery give an address? Endpoints known at the end of the window: {size_last}.
--             curl -s http://127.0.0.1:9990/client_state.json
--             curl -s http://127.0.0.1:9990/bound-names.json
--             curl -s 'http://127.0.0.1:9990/delegator.json?path=/svc/NAME'   # where the dtab ends
--           No address: the namer (namerd, consul, k8s, files), the service's name, the dtab. Addresses, but none
--           available: the backends are down or refuse; try one:
--             nc -vz HOST PORT
-- verify:   loadbalancer/available is above 0 and the NoBrokersAvailable counters stand still.
-- but:      The first {:warmup_s} seconds after linkerd's start are left out. A pool that is empty without anybody asking is
--           reported as info.
-- see:      Finagle user guide, Load Balancing; linkerd issue 920; linkerd-backend/pool-degraded
WITH p AS (
  SELECT coalesce(:captures, 2)    AS captures,
         coalesce(:min_demand, 10) AS min_demand,
         coalesce(:warmup_s, 60)   AS warmup_s
), seen AS (               -- captures after linkerd's first minute; jvm/uptime is in ms
  SELECT DISTINCT c.snap
    FROM capture c JOIN p
   WHERE c.source = 'linkerd' AND c.state = 'ok'
     AND coalesce((SELECT m.value FROM series u JOIN sample m ON m.series = u.id
                    WHERE u.source = 'linkerd' AND u.entity = '' AND u.name = 'jvm/uptime' AND m.snap <= c.snap
                    ORDER BY m.snap DESC LIMIT 1) >= p.warmup_s * 1000.0, 1)
), pool AS (
  SELECT s.id, s.entity, s.lo,
         (SELECT min(snap) FROM sample WHERE series = s.id) AS born,
         (SELECT max(snap) FROM sample WHERE series = s.id) AS died
    FROM series s WHERE s.source = 'linkerd' AND s.name IN ('loadbalancer/available', 'loadbalancer/size')
), step AS (               -- the lower of available and size at each capture
  SELECT pool.entity, seen.snap,
         min((SELECT m.value FROM sample m WHERE m.series = pool.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1)) AS usable
    FROM pool JOIN seen ON seen.snap BETWEEN pool.born AND pool.died
   WHERE pool.entity IN (SELECT entity FROM pool WHERE lo <= 0)
   GROUP BY pool.entity, seen.snap
), tally AS (
  SELECT entity, count(*) AS captures, sum(usable = 0) AS empty,
         min(CASE WHEN usable = 0 THEN snap END) AS first_at,
         max(CASE WHEN usable = 0 THEN snap END) AS last_at
    FROM step GROUP BY entity
   UNION ALL                -- never empty: no matter when
  SELECT entity, (SELECT count(*) FROM seen WHERE seen.snap BETWEEN x.born AND x.died), 0, NULL, NULL
    FROM (SELECT entity, min(born) AS born, max(died) AS died, min(lo) AS lo FROM pool GROUP BY entity) x WHERE x.lo > 0
), demand AS (             -- what was tried in the intervals that end with nothing available
  SELECT s.entity, sum(m.delta) AS n
    FROM series s JOIN sample m ON m.series = s.id
    JOIN step ON step.entity = s.entity AND step.snap = m.snap AND step.usable = 0
   WHERE s.source = 'linkerd' AND s.name IN ('requests', 'service_creation/failures')
   GROUP BY s.entity
), refused AS (            -- a chain of causes counts once under each name: the greatest, not the sum
  SELECT entity, max(n) AS n, max(at) AS at
    FROM (SELECT s.entity, s.id,
                 sum(CASE WHEN m.delta IS NOT NULL THEN m.delta
                          -- a counter made by its first event, after requests was already there, began at 0
                          WHEN m.snap = (SELECT min(snap) FROM sample WHERE series = s.id)
                           AND m.snap > coalesce((SELECT min(q.snap) FROM series r JOIN sample q ON q.series = r.id
                                                   WHERE r.source = 'linkerd' AND r.entity = s.entity AND r.name = 'requests'), m.snap)
                          THEN m.value END) AS n,
                 max(coalesce(s.last_active, 0), min(m.snap)) AS at
            FROM series s JOIN sample m ON m.series = s.id JOIN seen ON seen.snap = m.snap
           WHERE s.source = 'linkerd'
             AND (s.name LIKE '%NoBrokersAvailable%' OR s.name LIKE '%AllEndpointsUnavailable%')
             AND NOT (instr(s.entity, '|client|') > 0 AND instr(s.entity, '|service|') > 0)
           GROUP BY s.id)
   GROUP BY entity
), who AS (
  SELECT entity FROM tally UNION SELECT entity FROM refused
), judged AS (
  SELECT who.entity, coalesce(t.captures, (SELECT count(*) FROM seen)) AS captures, coalesce(t.empty, 0) AS empty,
         t.first_at, t.last_at, coalesce(d.n, 0) AS demand, coalesce(r.n, 0) AS refused, r.at,
         (SELECT g.last FROM gauge g WHERE g.source = 'linkerd' AND g.entity = who.entity AND g.name = 'loadbalancer/size') AS size_last
    FROM who LEFT JOIN tally t ON t.entity = who.entity
    LEFT JOIN demand d ON d.entity = who.entity
    LEFT JOIN refused r ON r.entity = who.entity
)
SELECT CASE WHEN j.refused >= 1                                        THEN 'crit'
            WHEN j.empty >= p.captures AND j.demand >= p.min_demand    THEN 'crit'
            WHEN j.empty >= p.captures                                 THEN 'info'
            ELSE 'ok' END                               AS level,
       j.entity,
       j.empty                                          AS empty_captures,
       j.captures,
       j.demand,
       j.refused                                        AS no_brokers,
       j.size_last,
       coalesce(j.first_at, CASE WHEN j.refused THEN j.at END) AS at,
       j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.refused DESC, j.demand DESC, j.empty DESC, j.entity;
