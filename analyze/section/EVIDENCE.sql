-- section: EVIDENCE
-- order: 190
-- about: what this report stands on, and what it lacks
-- source: stat
-- table: window
-- layout: list
SELECT max(CASE WHEN k = 'window_asked_s' THEN 0 + v END) AS asked_s, max(CASE WHEN k = 'window_s' THEN 0 + v END) AS got_s,
       max(CASE WHEN k = 'ticks_taken' THEN v END) || ' taken of ' || max(CASE WHEN k = 'ticks_asked' THEN v END) || ' asked, '
         || coalesce(max(CASE WHEN k = 'ticks_missed' THEN v END), 0) || ' missed, ' || coalesce(max(CASE WHEN k = 'ticks_late' THEN v END), 0) || ' late' AS ticks,
       (SELECT max(late_s) FROM snapshot) AS latest_by_s,
       (SELECT count(*) FROM snapshot WHERE abs(step_s) > 0.1) || ' jumps of the wall clock' AS clock,
       max(CASE WHEN k = 'since' THEN v END) || ' .. ' || max(CASE WHEN k = 'until' THEN v END)
         || ' of ' || max(CASE WHEN k = 'recorded_from' THEN v END) || ' .. ' || max(CASE WHEN k = 'recorded_to' THEN v END) AS judged,
       max(CASE WHEN k = 'end_reason' THEN v END) || coalesce(': ' || nullif(max(CASE WHEN k = 'end_detail' THEN v END), ''), '') AS "end",
       CASE WHEN max(CASE WHEN k = 'input' THEN v END) = 'sosreport' THEN max(CASE WHEN k = 'started' THEN v END)
         || coalesce(', by ' || max(CASE WHEN k = 'time_from' THEN v END), '') END AS taken,
       (SELECT nullif(max(c.t) - min(c.t), 0) FROM meta m CROSS JOIN capture c WHERE m.k = 'input') AS "files apart by_s",
       max(CASE WHEN k = 'tool' THEN v END) || ' ' || max(CASE WHEN k = 'tool_version' THEN v END) AS recorder,
       max(CASE WHEN k = 'options' THEN v END) AS options,
       CASE WHEN max(CASE WHEN k = 'uid' THEN v END) = 0 THEN 'root' ELSE 'user ' || max(CASE WHEN k = 'uid' THEN v END) END AS privileges,
       max(CASE WHEN k = 'netns' THEN 'net:[' || v || ']' END) AS "network namespace",
       max(CASE WHEN k = 'bundle_sha256' THEN v END) AS sha256, max(CASE WHEN k = 'note' THEN v END) AS note,
       max(CASE WHEN k = 'box' THEN v END) AS "read in a box"
  FROM meta;
-- table: recordings, joined to one window
-- always: ticks
SELECT name, started, ended, ticks, first_snap || ' .. ' || last_snap AS snapshots,
       CASE WHEN ticks = 0 AND shared > 0 THEN 'adds nothing: its ' || shared || ' ticks are in the one before'
            WHEN ticks = 0 THEN 'nothing of it is judged'
            WHEN shared > 0 THEN 'its first ' || shared || ' ticks are in the one before, and are taken from there'
            WHEN boot > before THEN 'after a boot: counters began anew' END AS remark,
       CASE WHEN gap_s >= 0 THEN gap_s END AS gap_before_s, end_reason AS "end", kernel
  FROM (SELECT b.*, x.boot, (SELECT max(boot) FROM snapshot y WHERE y.snap < x.snap) AS before,
               CASE WHEN x.dt IS NULL THEN x.mono - (SELECT max(mono) FROM snapshot y WHERE y.snap < x.snap) END AS gap_s
          FROM bundle b LEFT JOIN snapshot x ON x.snap = b.first_snap)
 WHERE (SELECT count(*) FROM bundle) > 1 ORDER BY part;
-- table: their SHA-256
SELECT name, bundle_sha256 AS sha256 FROM bundle WHERE ticks > 0 AND (SELECT count(*) FROM bundle) > 1 ORDER BY part;
-- table: what recording cost
-- layout: list
SELECT 100.0 * max(CASE WHEN k = 'self_cpu_ns' THEN 0 + v END) / 1e9 / nullif(max(CASE WHEN k = 'window_s' THEN 0 + v END), 0) AS "of one CPU_pct",
       max(CASE WHEN k = 'self_rss_bytes' THEN 0 + v END) AS memory_bytes,
       max(CASE WHEN k = 'raw_bytes' THEN 0 + v END) AS read_bytes, max(CASE WHEN k = 'bundle_bytes' THEN 0 + v END) AS bundle_bytes
  FROM meta HAVING max(CASE WHEN k = 'self_cpu_ns' THEN 0 + v END) IS NOT NULL;
-- table: sources
-- layout: list
SELECT (SELECT group_concat(source || ' ' || good, ', ') FROM (SELECT source, good FROM source WHERE state = 'ok' AND bad = 0 ORDER BY source)) AS "complete (captures)";
-- table: files of the report
-- layout: list
SELECT max(CASE WHEN k = 'files_read' THEN v END) AS "read", max(CASE WHEN k = 'files_spare' THEN v END) AS "not needed, another says more",
       max(CASE WHEN k = 'files_known' THEN v END) AS "of the network, known, but not used",
       max(CASE WHEN k = 'files_listed' THEN v END) AS "of the network, in no form that is read", max(CASE WHEN k = 'files_others' THEN v END) AS "not wanted"
  FROM meta HAVING max(CASE WHEN k = 'input' THEN v END) = 'sosreport';
-- table: which file each source came from
SELECT source, min(member) AS file, nullif(count(*) - 1, 0) AS "and more", nullif(group_concat(DISTINCT nullif(state, 'ok')), '') AS remark
  FROM meta m CROSS JOIN capture WHERE m.k = 'input' AND m.v LIKE 'sosreport%' AND source IS NOT NULL AND state IN ('ok', 'cut', 'interrupted', 'fallback')
 GROUP BY source ORDER BY source;
-- table: files that could not be used
-- top: 60
SELECT member AS file, state, group_concat(DISTINCT source) AS "for", max(note) AS why
  FROM meta m CROSS JOIN capture WHERE m.k = 'input' AND m.v LIKE 'sosreport%' AND state NOT IN ('ok', 'interrupted', 'fallback')
 GROUP BY member, state ORDER BY state, member;
-- table: sources that lack something
-- always: good, bad
SELECT source, state, good, bad, CASE WHEN instr(note, ': ') > 0 THEN substr(note, instr(note, ': ') + 2) || ' ' || substr(note, 1, instr(note, ': ') - 1) ELSE note END AS note
  FROM source WHERE state <> 'ok' OR bad > 0
 ORDER BY CASE state WHEN 'ok' THEN 3 WHEN 'not-collected' THEN 2 WHEN 'absent' THEN 1 ELSE 0 END, source;
-- table: captures: how often, how much, how long the reading took; the slowest first
-- always: captures, failed
-- top: 15
SELECT c.source, captures - coalesce(not_taken, 0) AS captures, coalesce(failed, 0) AS failed, every_s, read_bytes, fetch_min_s, fetch_med_s, fetch_max_s, error,
       (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = first_bad) AS first_error,
       (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = last_bad) AS last_error
  FROM (SELECT source, count(*) AS captures, median(dt) AS every_s, sum(bytes) AS read_bytes, min(cost_s) AS fetch_min_s,
               median(cost_s) AS fetch_med_s, max(cost_s) AS fetch_max_s
          FROM capture WHERE source IS NOT NULL GROUP BY source) c
  LEFT JOIN (SELECT source, sum(state NOT IN ('cut', 'fallback')) AS not_taken, sum(state NOT IN ('cut', 'fallback', 'thinned')) AS failed,
                    max(CASE WHEN state <> 'thinned' THEN state || coalesce(': ' || nullif(note, ''), '') END) AS error,
                    min(CASE WHEN state <> 'thinned' THEN snap END) AS first_bad, max(CASE WHEN state <> 'thinned' THEN snap END) AS last_bad
               FROM capture WHERE state <> 'ok' GROUP BY source) b ON b.source = c.source
 ORDER BY fetch_max_s DESC, c.source;
-- table: single files that took long
-- top: 10
SELECT member, count(*) AS times, sum(bytes) AS read_bytes, avg(cost_s) AS mean_s, max(cost_s) AS longest_s FROM capture
 WHERE cost_s > 0 AND member IN (SELECT member FROM capture WHERE cost_s >= 0.01) GROUP BY member ORDER BY max(cost_s) DESC, member;
-- table: lines that could not be used
-- top: 20
SELECT member, snap, line, text FROM note ORDER BY member, snap, line;
-- table: members that no parser knows
-- top: 20
SELECT member, count(*) AS captures, sum(bytes) AS read_bytes FROM capture
 WHERE source IS NULL AND state IN ('ok', 'cut', 'interrupted', 'fallback') AND coalesce(note, '') IN ('', 'no form that is known') GROUP BY member ORDER BY member;
-- table: files that are known, but not used
-- top: 60
SELECT note AS why, count(*) AS files, min(member) AS "the first" FROM meta m CROSS JOIN capture
 WHERE m.k = 'input' AND m.v LIKE 'sosreport%' AND source IS NULL AND coalesce(note, '') NOT IN ('', 'no form that is known')
 GROUP BY note ORDER BY min(member);
