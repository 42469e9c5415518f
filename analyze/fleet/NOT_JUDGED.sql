-- section: NOT_JUDGED
-- order: 50
-- about: what this report does not cover; it is not "ok"
-- empty: every bundle was read, and every rule was evaluated on every host
-- table: bundles that could not be read
SELECT b.path AS bundle, b.error AS why
  FROM shown s JOIN bundle b ON b.id = s.id WHERE b.error IS NOT NULL ORDER BY b.path;
-- table: could not be read this time: what an earlier run stored of them stands
SELECT k.path AS bundle, s.host, k.why FROM kept k LEFT JOIN shown s ON s.id = k.id ORDER BY k.path;
-- table: given more than once, counted once (equal SHA-256)
SELECT g.path AS bundle, b.path AS "the same as"
  FROM given g JOIN bundle b ON b.id = g.id
 WHERE g.place > (SELECT min(o.place) FROM given o WHERE o.id = g.id) ORDER BY g.place;
-- table: bundles whose end is missing
SELECT s.host, b.end_reason AS "end", b.snapshots, b.window_s, b.window_asked_s AS asked_s
  FROM shown s JOIN bundle b ON b.id = s.id
 WHERE b.end_reason <> 'complete' AND b.error IS NULL ORDER BY s.host;
-- table: rules not evaluated, or that failed, of the bundles with a snapshot
-- top: 15
WITH r AS (
  SELECT rule, outcome, why, count(*) AS n, row_number() OVER (PARTITION BY rule, outcome ORDER BY count(*) DESC, why) AS nth,
         count(*) OVER (PARTITION BY rule, outcome) AS reasons, sum(count(*)) OVER (PARTITION BY rule, outcome) AS hosts
    FROM rule_result
   WHERE bundle IN (SELECT s.id FROM shown s JOIN bundle b ON b.id = s.id AND b.snapshots > 0) AND outcome IN ('not evaluated', 'failed')
   GROUP BY rule, outcome, why
)
SELECT rule, hosts || ' of ' || (SELECT count(*) FROM shown s JOIN bundle b ON b.id = s.id AND b.snapshots > 0) AS "on", CASE outcome WHEN 'failed' THEN 'failed: ' ELSE '' END
         || why || CASE reasons WHEN 1 THEN '' ELSE ' (on ' || n || '; ' || (reasons - 1) || ' other reasons)' END AS why
  FROM r WHERE nth = 1
 ORDER BY outcome = 'failed' DESC, hosts DESC, rule;
