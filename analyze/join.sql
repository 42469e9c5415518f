-- Meta of several bundles that are judged as one: what each says of itself is added up.
CREATE TEMP TABLE joined AS SELECT * FROM bundle WHERE ticks > 0;
INSERT OR REPLACE INTO meta
SELECT 'bundles', count(*) FROM joined UNION ALL
SELECT 'window_asked_s', sum(window_asked_s) FROM joined HAVING count(window_asked_s) = count(*) UNION ALL
SELECT 'interval_s', max(interval_s) FROM joined HAVING max(interval_s) IS NOT NULL UNION ALL
SELECT 'ticks_asked', sum(ticks_asked) FROM joined HAVING count(ticks_asked) = count(*) UNION ALL
SELECT 'ticks_missed', sum(ticks_missed) FROM joined HAVING sum(ticks_missed) IS NOT NULL UNION ALL
SELECT 'ticks_late', sum(ticks_late) FROM joined HAVING sum(ticks_late) IS NOT NULL UNION ALL
SELECT 'self_cpu_ns', sum(self_cpu_ns) FROM joined HAVING count(self_cpu_ns) = count(*) UNION ALL
SELECT 'self_rss_bytes', max(self_rss_bytes) FROM joined HAVING max(self_rss_bytes) IS NOT NULL UNION ALL
SELECT 'raw_bytes', sum(raw_bytes) FROM joined UNION ALL
SELECT 'bundle_bytes', sum(bundle_bytes) FROM joined UNION ALL
SELECT 'options', group_concat(options, ' | ') FROM (SELECT options FROM joined WHERE options <> '' GROUP BY options ORDER BY min(part)) UNION ALL
SELECT 'note', group_concat(note, ' | ') FROM (SELECT note FROM joined WHERE note <> '' GROUP BY note ORDER BY min(part));
-- The worst end is that of all of them.
INSERT OR REPLACE INTO meta
SELECT k, v FROM (
  SELECT 'end_reason' AS k, end_reason AS v, end_reason, part FROM joined UNION ALL
  SELECT 'end_detail', end_detail, end_reason, part FROM joined)
 WHERE part = (SELECT part FROM joined WHERE end_reason IS NOT NULL ORDER BY end_reason = 'complete', part DESC LIMIT 1) AND v IS NOT NULL;
DELETE FROM meta WHERE v IS NULL OR k IN ('self_user_ns', 'self_sys_ns', 'written_bytes');
DROP TABLE joined;
