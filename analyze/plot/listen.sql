-- plot: listen
-- title: Accept queues
-- order: 50
-- about: a connection that finds its listener's queue full is dropped, and its client tries again after 1, 3 and 7 s; the queues were looked at once a tick, so a short peak may be missed
-- source: netstat listener
-- rules: tcp-listen/*, root-cause/accept-stall, sysctl/somaxconn-low
-- panel: connections dropped
-- kind: bars
-- empty: no accept queue overflowed, nothing was dropped
WITH what(place, series, name) AS (VALUES
  (1, 'dropped',        'TcpExtListenDrops'),
  (2, 'queue was full', 'TcpExtListenOverflows')
)
SELECT w.series, curve(s.id) AS connections_per_s FROM what w
  JOIN series s ON s.source = 'netstat' AND s.entity = '' AND s.name = w.name AND s.increase > 0
 ORDER BY w.place;
-- panel: connections waiting for accept(), the longest queues
-- kind: lines
-- top: 5
-- empty: no connection waited when the queues were looked at
SELECT s.entity || coalesce(' (backlog ' || CAST(b.last AS INT) || ')', '') AS series, curve(s.id) AS waiting
  FROM series s LEFT JOIN series b ON b.source = 'listener' AND b.name = 'backlog' AND b.entity = s.entity
 WHERE s.source = 'listener' AND s.name = 'queue' AND s.hi > 0 ORDER BY s.hi DESC, s.entity;
