-- section: LOAD
-- order: 20
-- about: whether the two can be compared: what there was to do, a second, over each window
-- empty: neither recording says how much there was to do
-- table:
-- data: unit, old_value, new_value
SELECT what AS measure, coalesce(human(old, unit), '-') AS old, coalesce(human(new, unit), '-') AS new,
       CASE WHEN ratio >= 0.995 AND ratio < 1.005 THEN 'the same' WHEN ratio IS NOT NULL THEN printf(CASE WHEN ratio < 10 THEN '%.2f' ELSE '%.0f' END, ratio) || ' times' END AS "NEW to OLD",
       unit, old AS old_value, new AS new_value
  FROM load WHERE old > 0 OR new > 0 ORDER BY place;
