-- plot: requests
-- title: Requests through linkerd
-- order: 10
-- about: what linkerd's servers took in, what of it failed or was tried again, and what waited; failures without retries reach the caller
-- source: linkerd
-- rules: linkerd-backend/*, linkerd-pool/*, root-cause/retry-storm, root-cause/pool-queueing, root-cause/no-connection-reuse
-- panel: requests of all servers
-- kind: lines
-- empty: no request came
SELECT 'requests' AS series, curve_over('linkerd', x.mono - g.dt, x.mono, g.grown / g.dt) AS requests_per_s
  FROM (SELECT m.snap, sum(m.delta) AS grown, max(m.dt) AS dt FROM series s JOIN sample m ON m.series = s.id
         WHERE s.source = 'linkerd' AND s.name = 'requests' AND s.entity GLOB '*|server|*' AND s.increase > 0 AND m.delta > 0 AND m.dt > 0
         GROUP BY m.snap) g JOIN snapshot x ON x.snap = g.snap;
-- panel: failures, retries, connects
-- kind: lines
-- empty: no request failed, and none was tried again
WITH what(place, series, name, entity) AS (VALUES
  (1, 'failures',         'failures',         '*|server|*'),
  (2, 'requeues',         'retries/requeues', '*|client|*'),
  (3, 'connects',         'connects',         '*|client|*'),
  (4, 'failed connects',  'connect/failures/*', '*|client|*')
), growth AS (
  SELECT w.place, w.series, m.snap, sum(m.delta) AS grown, max(m.dt) AS dt
    FROM what w JOIN series s ON s.source = 'linkerd' AND s.name GLOB w.name AND s.entity GLOB w.entity AND s.increase > 0
    JOIN sample m ON m.series = s.id
   WHERE m.delta > 0 AND m.dt > 0 AND instr(s.entity, '|service|') = 0
   GROUP BY w.place, m.snap
)
SELECT g.series, curve_over('linkerd', x.mono - g.dt, x.mono, g.grown / g.dt) AS v_per_s
  FROM growth g JOIN snapshot x ON x.snap = g.snap GROUP BY g.place ORDER BY g.place;
-- panel: pending requests, the servers with the most
-- kind: lines
-- top: 4
-- empty: no request was pending when linkerd was asked
SELECT substr(s.entity, instr(s.entity, '|server|') + 8) AS series, curve(s.id) AS pending
  FROM series s
 WHERE s.source = 'linkerd' AND s.name = 'pending' AND s.kind = 'gauge' AND s.hi > 0 AND s.entity GLOB '*|server|*'
 ORDER BY s.hi DESC, s.entity;
-- panel: pending requests, the clients with the most
-- kind: multiples
-- top: 12
-- empty: no request was pending at a client when linkerd was asked
SELECT substr(s.entity, instr(s.entity, '|client|') + 8) AS series, curve(s.id) AS pending
  FROM series s
 WHERE s.source = 'linkerd' AND s.name = 'pending' AND s.kind = 'gauge' AND s.hi > 0 AND instr(s.entity, '|service|') = 0 AND s.entity GLOB '*|client|*'
 ORDER BY s.hi DESC, s.mean DESC, s.entity;
