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
SELECT rule, by AS "judged in", replace(CASE by WHEN 'OLD' THEN new ELSE old END, 'not evaluated: ', '') AS "in the other",
       CASE WHEN blind THEN 'yes' END AS "may hide a finding"
  FROM judged WHERE by IN ('OLD', 'NEW') ORDER BY blind DESC, by DESC, rule;
-- table: rules that neither could judge, and that may hide a finding
-- top: 10
SELECT rule, replace(new, 'not evaluated: ', '') AS "in NEW", CASE WHEN old <> new THEN replace(old, 'not evaluated: ', '') END AS "in OLD"
  FROM judged WHERE by = 'neither' AND blind ORDER BY rule;
