-- section: RATES
-- order: 40
-- about: means over each window, a second, so that windows of any length compare; --all has those that hardly changed, too
-- empty: no rate or level differs by a fifth or more
-- table: what should be zero
-- data: unit, old_value, new_value, change_value, change_pct
SELECT name AS metric, entity, human(old, unit) AS old, human(new, unit) AS new,
       CASE WHEN new = old THEN '' WHEN new > old THEN '+' ELSE '-' END || human(abs(change), unit) AS change,
       CASE WHEN old = 0 AND new > 0 THEN 'from none' WHEN new = 0 AND old > 0 THEN 'none now' WHEN change_pct IS NOT NULL THEN printf('%+.0f%%', change_pct) END AS relative,
       unit, old AS old_value, new AS new_value, change AS change_value, change_pct
  FROM rate WHERE fault AND (notable OR (SELECT all_rows FROM shown) AND (old <> 0 OR new <> 0))
 ORDER BY new < old, abs(change_pct) IS NOT NULL, max(abs(old), abs(new)) DESC, name, entity;
-- table: the rest
-- top: 40
-- data: unit, old_value, new_value, change_value, change_pct
SELECT name AS metric, entity, human(old, unit) AS old, human(new, unit) AS new,
       CASE WHEN new = old THEN '' WHEN new > old THEN '+' ELSE '-' END || human(abs(change), unit) AS change,
       CASE WHEN change_pct IS NOT NULL THEN printf('%+.0f%%', change_pct) WHEN new > 0 THEN 'from none' END AS relative,
       unit, old AS old_value, new AS new_value, change AS change_value, change_pct
  FROM rate WHERE NOT fault AND name NOT GLOB 'linkerd/*p[59]*' AND (notable OR (SELECT all_rows FROM shown) AND (old <> 0 OR new <> 0))
 ORDER BY substr(name, 1, instr(name, '/')), name, entity;
