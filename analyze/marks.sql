-- What one must know to read a plot, as shares of the window; without a source it concerns all of them.
WITH w AS (
  SELECT min(mono) AS t0, nullif(max(mono) - min(mono), 0) AS span FROM snapshot
), tick AS (
  SELECT *, lag(snap) OVER (ORDER BY snap) AS snap_before, lag(mono) OVER (ORDER BY snap) AS mono_before,
         lag(boot) OVER (ORDER BY snap) AS boot_before
    FROM snapshot
), mark(t0, t1, what, source) AS (
  SELECT mono_before, mono, (snap - snap_before - 1) || CASE snap - snap_before WHEN 2 THEN ' tick' ELSE ' ticks' END || ' missed', ''
    FROM tick WHERE snap > snap_before + 1
   UNION ALL
  SELECT mono_before, mono, 'the clock was set by ' || human(step_s, 's'), '' FROM tick WHERE abs(step_s) > 0.1
   UNION ALL
  SELECT mono_before, mono, 'reboot', '' FROM tick WHERE boot > boot_before
   UNION ALL
  SELECT x.mono, x.mono, count(*) || CASE count(*) WHEN 1 THEN ' setting' ELSE ' settings' END || ' changed', ''
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'sysctl' AND s.entity = '' AND s.first IS NOT s.last AND m.value IS NOT s.first GROUP BY m.snap
   UNION ALL
  SELECT x.mono - m.dt, x.mono, 'counters of ' || s.source || CASE WHEN min(s.entity) = '' THEN '' ELSE ' ' || min(s.entity) END || ' began anew', s.source
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.resets > 0 AND s.kind IN ('counter', 'counter32') AND m.delta IS NULL AND m.value IS NOT NULL AND m.dt > 0
   GROUP BY s.source, m.snap
)
SELECT what, source, (mark.t0 - w.t0) / w.span, (mark.t1 - w.t0) / w.span
  FROM mark JOIN w WHERE w.span > 0 ORDER BY 3, 1 LIMIT 200;
