-- plot: jvm
-- title: linkerd's Java
-- order: 110
-- about: a heap that comes close to its most is collected again and again, and all requests wait meanwhile
-- source: linkerd
-- rules: linkerd-jvm/*, root-cause/gc-tail, root-cause/accept-stall, limits/fd-linkerd
-- panel: heap
-- kind: lines
-- empty: linkerd told nothing of its heap
SELECT CASE name WHEN 'jvm/heap/used' THEN 'used' WHEN 'jvm/heap/max' THEN 'most' ELSE 'after collecting' END AS series, curve(id) AS heap_bytes
  FROM series WHERE source = 'linkerd' AND kind = 'gauge' AND hi > 0 AND instr(entity, '|') = 0
   AND name IN ('jvm/heap/used', 'jvm/heap/max', 'jvm/mem/postGC/used', 'jvm/postGC/used')
 ORDER BY name = 'jvm/heap/max' DESC, name, entity;
-- panel: time spent collecting garbage
-- kind: bars
-- empty: linkerd told of no time spent collecting garbage
WITH gc AS (               -- a gauge or a counter, as the form of metrics.json has it; a fall is a restart
  SELECT x.mono, m.value - lag(m.value) OVER w AS grown_ms, x.mono - lag(x.mono) OVER w AS dt, s.id
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'linkerd' AND s.name = 'jvm/gc/msec' AND s.kind <> 'text' AND instr(s.entity, '|') = 0
  WINDOW w AS (PARTITION BY s.id ORDER BY m.snap)
)
SELECT 'collecting' AS series, curve_over('linkerd', mono - dt, mono, grown_ms / dt / 10) AS time_pct
  FROM gc WHERE grown_ms > 0 AND dt > 0;
-- panel: the longest pause of each minute
-- kind: steps
-- top: 4
-- empty: linkerd told of no pause
SELECT replace(replace(metric, 'jvm/gc/', ''), '/pause_msec', '') AS series, curve_held(NULL, t0, t1, max) AS pause_ms
  FROM window WHERE scope = '' AND metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\' AND n > 0
 GROUP BY metric ORDER BY max(max) DESC, metric;
