-- plot: recording
-- title: The recording itself
-- order: 120
-- about: how long reading everything took at each tick, and how late ticks were; where this is high, all the other plots are coarser, or the host was too busy to let the recorder run
-- source: stat
-- rules: collection-quality/*, root-cause/observer-effect, clock/*
-- panel: time that a tick's captures took
-- kind: bars
-- empty: the captures' times are not known
WITH t AS (
  SELECT c.snap, sum(c.cost_s) AS cost, max(c.cost_s) AS most FROM capture c WHERE c.cost_s > 0 GROUP BY c.snap
)
SELECT 'all captures' AS series, curve_held(NULL, x.mono - coalesce(x.dt, 0), x.mono, t.cost) AS time_s FROM t JOIN snapshot x ON x.snap = t.snap UNION ALL
SELECT 'the longest', curve_held(NULL, x.mono - coalesce(x.dt, 0), x.mono, t.most) FROM t JOIN snapshot x ON x.snap = t.snap;
-- panel: ticks late
-- kind: bars
-- empty: no tick was late
SELECT 'late' AS series, curve_held(NULL, mono - coalesce(dt, 0), mono, late_s) AS late_s FROM snapshot WHERE late_s > 0.001;
-- panel: captures that failed
-- kind: bars
-- empty: no capture failed
SELECT 'failed' AS series, curve_over('stat', x.mono - coalesce(x.dt, 0), x.mono, c.n) AS captures
  FROM (SELECT snap, count(*) AS n FROM capture WHERE state NOT IN ('ok', 'absent', 'fallback', 'thinned') GROUP BY snap) c
  JOIN snapshot x ON x.snap = c.snap;
