-- rule:     collection-quality/l5d-histogram-frozen
-- version:  1
-- schema:   1
-- title:    linkerd's histograms stood still
-- tags:     evidence linkerd latency
-- requires: linkerd >= 6
-- applies:  linkerd
-- min_span: 90s
-- param:    still_s  s  without a new minute while requests completed; never less than a minute and two pauses of the recording
-- message:  {endpoint}: no histogram changed for {still_s} s while {requests} requests completed ({minutes} minutes in the recording)
-- meaning:  linkerd freezes its histograms once a minute, all together, and shows the frozen ones until the next time. These were not
--           renewed, so latencies are older than the counters beside them, and rules that compare minutes have few to go by.
-- remedy:   Look at the interval that linkerd was started with, -io.buoyant.telemetry.admin.histogramSnapshotInterval: longer than a
--           minute it is meant like that. Record over several of them:
--             nettape-collect --for 10m
--           If the interval is a minute, the timer is stuck: /admin/threads tells where.
-- verify:   This finding is absent in a new recording.
-- but:      The count and sum of a histogram are of its last minute as well: they are no counters. Traffic so even that two minutes
--           are the same in all statistics of all histograms does not happen.
-- see:      linkerd docs, telemetry
WITH p AS (
  SELECT coalesce(:still_s, 90) AS still_s
), try AS (                -- with several linkerds every entity begins with that of its captures
  SELECT c.entity, min(x.mono) AS a, max(x.mono) AS b, max(c.dt) AS pause, (SELECT count(DISTINCT entity) FROM capture WHERE source = 'linkerd') AS n
    FROM capture c JOIN snapshot x ON x.snap = c.snap WHERE c.source = 'linkerd' AND c.state = 'ok' GROUP BY c.entity
), one AS (
  SELECT entity, a, b, coalesce(pause, 0) AS pause, CASE WHEN n > 1 THEN entity || '/' ELSE '' END AS prefix FROM try
), freeze AS (             -- all histograms of a linkerd are frozen together
  SELECT DISTINCT router, w, snap FROM window
), mark AS (               -- each freeze, the beginning and the end
  SELECT entity, a AS t FROM one
   UNION
  SELECT entity, b FROM one
   UNION
  SELECT o.entity, x.mono FROM one o
    JOIN freeze w ON w.w > 0 AND substr(w.router, 1, length(o.prefix)) = o.prefix
    JOIN snapshot x ON x.snap = w.snap
), gap AS (
  SELECT entity, lag(t) OVER (PARTITION BY entity ORDER BY t) AS t0, t AS t1 FROM mark
), ranked AS (
  SELECT g.*, row_number() OVER (PARTITION BY g.entity ORDER BY g.t1 - g.t0 DESC, g.t0) AS r FROM gap g WHERE g.t0 IS NOT NULL
), moved AS (              -- requests of clients within the longest gap
  SELECT r.entity, r.t0, r.t1, total(m.delta) AS n, max(x.mono) - min(x.mono) AS over_s, max(x.snap) AS at
    FROM ranked r JOIN one o ON o.entity = r.entity
    JOIN series s ON s.source = 'linkerd' AND s.name = 'requests' AND instr(s.entity, '|client|') > 0
     AND instr(s.entity, '|service|') = 0 AND substr(s.entity, 1, length(o.prefix)) = o.prefix
    JOIN sample m ON m.series = s.id AND m.delta > 0
     AND m.snap >= (SELECT snap FROM snapshot WHERE mono > r.t0 ORDER BY mono LIMIT 1)
     AND m.snap <= (SELECT snap FROM snapshot WHERE mono <= r.t1 ORDER BY mono DESC LIMIT 1)
    JOIN snapshot x ON x.snap = m.snap
   WHERE r.r = 1 GROUP BY r.entity, r.t0, r.t1
), minute AS (
  SELECT o.entity, count(DISTINCT w.w) AS n
    FROM one o JOIN freeze w ON substr(w.router, 1, length(o.prefix)) = o.prefix GROUP BY o.entity
)
SELECT CASE WHEN v.n IS NULL OR v.n = 0                             THEN 'skip'
            WHEN v.t1 - v.t0 >= max(p.still_s, 60 + 2 * o.pause)
             AND v.over_s >= 60                                     THEN 'info'
            ELSE 'ok' END                                           AS level,
       o.entity,
       CASE o.entity WHEN '' THEN 'linkerd' ELSE o.entity END       AS endpoint,
       round(v.t1 - v.t0)                                           AS still_s,
       cast(v.n AS INT)                                             AS requests,
       coalesce(k.n, 0)                                             AS minutes,
       v.at
  FROM one o JOIN p LEFT JOIN moved v ON v.entity = o.entity LEFT JOIN minute k ON k.entity = o.entity
 ORDER BY still_s DESC, o.entity;
