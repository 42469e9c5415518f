-- What stands above a comparison: one row; subject, verdict and worst are the report's, the rest are facts (facts.h).
-- `unsure` counts findings of which nobody can tell, `blind` rules that may hide one of NEW; `worst` is that of what NEW has and
-- OLD had not, or not as bad.  With nothing of that kind it is only ok where nothing may be hidden, and nothing rose that should be zero.
WITH o AS (
  SELECT b.* FROM bundle b JOIN side s ON s.id = b.id AND s.side = 'old'
), n AS (
  SELECT b.* FROM bundle b JOIN side s ON s.id = b.id AND s.side = 'new'
), c AS (
  SELECT count(CASE WHEN fate = 'gone' THEN 1 END) AS gone, count(CASE WHEN fate = 'new' THEN 1 END) AS new,
         count(CASE WHEN fate = 'same' THEN 1 END) AS same, count(CASE WHEN fate = 'unknown' THEN 1 END) AS unsure,
         count(CASE WHEN change = 'worse' THEN 1 END) AS worse, count(CASE WHEN change = 'better' THEN 1 END) AS better,
         coalesce(max(CASE WHEN fate = 'new' OR change = 'worse' OR fate = 'unknown' THEN new_rank END), 0) AS rank
    FROM pair WHERE counts
), j AS (
  SELECT count(CASE WHEN by = 'both' THEN 1 END) AS both, count(CASE WHEN by IN ('OLD', 'NEW') THEN 1 END) AS one,
         count(CASE WHEN by = 'neither' THEN 1 END) AS neither, count(CASE WHEN blind THEN 1 END) AS blind
    FROM judged
), z AS (                  -- of what should be zero: what was not there, or half as much, and the most of it
  SELECT count(*) AS risen,
         (SELECT name || CASE entity WHEN '' THEN '' ELSE ' ' || entity END || ' from ' || human(old, unit) || ' to ' || human(new, unit)
            FROM rate WHERE risen ORDER BY unit = 'per_s' DESC, new DESC, name, entity LIMIT 1) AS most
    FROM rate WHERE risen
), l AS (                  -- the best measure of the load that both have
  SELECT * FROM load WHERE old >= 1 AND new IS NOT NULL OR new >= 1 AND old IS NOT NULL ORDER BY place LIMIT 1
)
SELECT CASE WHEN o.host = n.host AND o.machine_hash <> n.machine_hash AND o.boot_id IS NOT n.boot_id
            THEN coalesce(nullif(o.host, ''), 'no name') || ', two hosts of that name side by side'
            WHEN o.host <> n.host AND o.machine_hash = n.machine_hash
            THEN o.host || ' and ' || n.host || ', of one machine id: renamed, or copies of an image'
            WHEN o.host = n.host AND o.host <> '' THEN o.host || ', before and after'
            WHEN o.host = n.host THEN 'two recordings'
            ELSE coalesce(nullif(o.host, ''), 'a host without a name') || ' and ' || coalesce(nullif(n.host, ''), 'a host without a name')
                 || ', two hosts side by side' END AS subject,
       c.gone || CASE c.gone WHEN 1 THEN ' finding gone, ' ELSE ' findings gone, ' END || c.new || ' new, ' || c.same || ' same'
         || CASE WHEN c.worse + c.better = 0 THEN ''
                 ELSE ' (' || coalesce(nullif(c.worse, 0) || ' worse', '') || CASE WHEN c.worse * c.better > 0 THEN ', ' ELSE '' END
                      || coalesce(nullif(c.better, 0) || ' better', '') || ')' END
         || coalesce('; ' || nullif(c.unsure, 0) || ' cannot be told', '')
         || '; ' || j.both || CASE j.both WHEN 1 THEN ' rule' ELSE ' rules' END || ' judged in both'
         || coalesce(', ' || nullif(j.one, 0) || ' in only one', '') || coalesce(', ' || nullif(j.neither, 0) || ' in neither', '')
         || CASE WHEN j.blind > 0 THEN ': ' || j.blind || ' of these may hide a finding of NEW' ELSE '' END
         || CASE z.risen WHEN 0 THEN '' WHEN 1 THEN '; what should be zero rose: ' || z.most
                 ELSE '; ' || z.risen || ' rates that should be zero rose, ' || z.most END AS verdict,
       CASE WHEN o.verdict = 'skip' AND n.verdict = 'skip' THEN 'skip'
            WHEN c.rank > 0 THEN CASE c.rank WHEN 3 THEN 'crit' WHEN 2 THEN 'warn' ELSE 'info' END
            WHEN j.blind > 0 OR c.unsure > 0 THEN 'skip'
            WHEN z.risen > 0 THEN 'info'
            ELSE 'ok' END AS worst,
       c.gone, c.new, c.same, c.worse, c.better, c.unsure,
       j.both AS judged_in_both, j.one AS judged_in_one, j.neither AS judged_in_neither, j.blind, z.risen,
       'OLD ' || strftime('%Y-%m-%d %H:%M:%SZ', o.started_ns / 1000000000, 'unixepoch') || ', ' || human(o.window_s, 's')
         || '; NEW ' || strftime('%Y-%m-%d %H:%M:%SZ', n.started_ns / 1000000000, 'unixepoch') || ', ' || human(n.window_s, 's') AS "when",
       'kernel ' || CASE WHEN o.kernel = n.kernel THEN o.kernel ELSE o.kernel || ', then ' || n.kernel END AS system,
       CASE WHEN o.os = n.os THEN o.os ELSE o.os || ', then ' || n.os END AS os,
       CASE WHEN o.started_ns > n.started_ns THEN 'OLD was recorded after NEW' END AS origin,
       CASE WHEN l.new < 0.5 * l.old OR l.new > 2 * l.old
            THEN 'NEW had ' || CASE WHEN l.old > 0 THEN printf(CASE WHEN l.ratio < 10 THEN '%.2f' ELSE '%.0f' END, l.ratio) || ' times' ELSE 'more than' END || ' the load of OLD ('
                 || human(l.old, l.unit) || ', then ' || human(l.new, l.unit) || ' ' || l.what || '): '
                 || CASE WHEN l.new < l.old THEN 'fewer findings may be due to less load' ELSE 'new findings may be due to more load' END END AS note,
       o.path AS old_path, n.path AS new_path, o.sha256 AS old_sha256, n.sha256 AS new_sha256, o.host AS old_host, n.host AS new_host
  FROM o JOIN n JOIN c JOIN j JOIN z LEFT JOIN l ON 1;
