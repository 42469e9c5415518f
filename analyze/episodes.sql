-- When each finding was, as shares of the window: from its first to its last moment, and its worst.
-- A snapshot ends its interval; one moment alone is its own beginning and end.
WITH w AS (
  SELECT min(mono) AS t0, nullif(max(mono) - min(mono), 0) AS span FROM snapshot
), tick AS (
  SELECT snap, mono, coalesce(lag(mono) OVER (ORDER BY snap), mono) AS before FROM snapshot
)
SELECT f.rule, f.entity, (b.before - w.t0) / w.span, (c.mono - w.t0) / w.span,
       (a.before - w.t0) / w.span, (a.mono - w.t0) / w.span
  FROM finding f JOIN w
  JOIN tick a ON a.snap = coalesce(f.at, f.first_at)
  JOIN tick b ON b.snap = min(coalesce(f.first_at, f.at), coalesce(f.at, f.first_at))
  JOIN tick c ON c.snap = max(coalesce(f.last_at, f.at, f.first_at), coalesce(f.at, f.first_at))
 WHERE f.suppressed IS NULL AND w.span > 0
 ORDER BY f.rule, f.entity;
