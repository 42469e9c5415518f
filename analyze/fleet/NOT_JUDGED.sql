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
-- table: rules not evaluated, or that failed, of the bundles with a snapshot, by cause; --all has each
-- data: rule, n
-- top: 15
WITH judged AS (
  SELECT s.id FROM shown s JOIN bundle b ON b.id = s.id AND b.snapshots > 0
), r AS (                  -- what is so on the most bundles is said of a rule
  SELECT rule, outcome, why, count(*) AS n, row_number() OVER (PARTITION BY rule, outcome ORDER BY count(*) DESC, why) AS nth,
         count(*) OVER (PARTITION BY rule, outcome) AS reasons, sum(count(*)) OVER (PARTITION BY rule, outcome) AS bundles
    FROM rule_result
   WHERE bundle IN (SELECT id FROM judged) AND outcome IN ('not evaluated', 'failed')
   GROUP BY rule, outcome, why
), said AS (
  SELECT rule, outcome, bundles, CASE outcome WHEN 'failed' THEN 'failed: ' ELSE '' END
         || CASE WHEN (SELECT all_rows FROM wanted)
                 THEN why || CASE reasons WHEN 1 THEN '' ELSE ' (on ' || n || '; ' || (reasons - 1)
                                || CASE reasons WHEN 2 THEN ' other reason)' ELSE ' other reasons)' END END
                 WHEN why GLOB 'too short: *' THEN 'the window is too short'
                 WHEN why GLOB 'none of the * examined could be judged' THEN 'none of those examined could be judged'
                 ELSE why END AS why
    FROM r WHERE nth = 1
)
SELECT group_concat(rule, ', ') AS rules, bundles || ' of ' || (SELECT count(*) FROM judged) AS "on", why, min(rule) AS rule, count(*) AS n
  FROM (SELECT * FROM said ORDER BY rule)
 GROUP BY outcome, why, bundles, CASE WHEN (SELECT all_rows FROM wanted) THEN rule END
 ORDER BY outcome = 'failed' DESC, bundles DESC, count(*) DESC, why, min(rule);
