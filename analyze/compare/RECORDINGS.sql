-- section: RECORDINGS
-- order: 70
-- about: what was compared
-- table:
-- always: snapshots, missed, not_evaluated
SELECT upper(s.side) AS side, b.path AS bundle, b.host, strftime('%Y-%m-%d %H:%M:%SZ', b.started_ns / 1000000000, 'unixepoch') AS started, b.window_s, b.interval_s,
       b.snapshots, b.missed, b.end_reason AS "end", b.verdict, b.crit, b.warn, b.info, b.folded, b.ok, b.not_evaluated, b.errors AS failed
  FROM side s JOIN bundle b ON b.id = s.id ORDER BY s.side DESC;
-- table: rules that only one of them could judge
-- top: 10
SELECT o.rule, CASE WHEN o.outcome IN ('findings', 'ok') THEN 'OLD' ELSE 'NEW' END AS "judged in",
       CASE WHEN o.outcome IN ('findings', 'ok') THEN n.outcome || coalesce(': ' || n.why, '') ELSE o.outcome || coalesce(': ' || o.why, '') END AS "in the other"
  FROM rule_result o JOIN rule_result n ON n.rule = o.rule
 WHERE o.bundle = (SELECT id FROM side WHERE side = 'old') AND n.bundle = (SELECT id FROM side WHERE side = 'new')
   AND (o.outcome IN ('findings', 'ok')) <> (n.outcome IN ('findings', 'ok')) ORDER BY o.rule;
