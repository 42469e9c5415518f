-- What stands above a fleet's sections: one row; subject, verdict and worst are the report's, the rest are facts (facts.h).
WITH b AS (
  SELECT s.host, s.name, b.* FROM shown s JOIN bundle b ON b.id = s.id
), n AS (
  SELECT count(*) AS bundles, count(DISTINCT CASE WHEN error IS NULL THEN name END) AS hosts, count(error) AS failed,
         count(CASE WHEN verdict = 'crit' THEN 1 END) AS crit, count(CASE WHEN verdict = 'warn' THEN 1 END) AS warn,
         count(CASE WHEN verdict = 'info' THEN 1 END) AS info, count(CASE WHEN verdict = 'ok' THEN 1 END) AS ok,
         count(CASE WHEN verdict = 'skip' THEN 1 END) AS skip,
         min(started_ns) AS first_ns, max(ended_ns) AS last_ns, min(window_s) AS least_s, max(window_s) AS most_s,
         sum(CASE WHEN end_reason <> 'complete' THEN 1 ELSE 0 END) AS short, sum(not_evaluated + errors) AS unsure
    FROM b
), kernels AS (
  SELECT group_concat(kernel || CASE n WHEN 1 THEN '' ELSE ' (' || n || ')' END, ', ') AS text
    FROM (SELECT kernel, count(*) AS n, row_number() OVER (ORDER BY count(*) DESC, kernel) AS nth
            FROM b WHERE kernel IS NOT NULL GROUP BY kernel) WHERE nth <= 4
), systems AS (
  SELECT group_concat(os || CASE n WHEN 1 THEN '' ELSE ' (' || n || ')' END, ', ') AS text
    FROM (SELECT os, count(*) AS n, row_number() OVER (ORDER BY count(*) DESC, os) AS nth
            FROM b WHERE os IS NOT NULL GROUP BY os) WHERE nth <= 4
)
SELECT n.hosts || CASE n.hosts WHEN 1 THEN ' host' ELSE ' hosts' END
         || CASE WHEN n.bundles = n.hosts THEN '' ELSE ', ' || n.bundles || CASE n.bundles WHEN 1 THEN ' bundle' ELSE ' bundles' END END AS subject,
       CASE WHEN n.bundles = 0 THEN 'no bundle to judge'
            ELSE n.crit || ' crit, ' || n.warn || ' warn, ' || n.info || ' info, ' || n.ok || ' ok of ' || n.bundles
                 || CASE n.bundles WHEN 1 THEN ' bundle' ELSE ' bundles' END
                 || coalesce(', ' || nullif(n.skip, 0) || ' without a verdict', '')
                 || coalesce('; ' || nullif(n.failed, 0) || ' could not be judged', '') END AS verdict,
       CASE WHEN n.crit > 0 THEN 'crit' WHEN n.warn > 0 THEN 'warn' WHEN n.failed + n.skip = n.bundles THEN 'skip'
            WHEN n.info > 0 THEN 'info' ELSE 'ok' END AS worst,
       n.bundles, n.failed, (SELECT count(*) FROM kept) AS kept, coalesce(n.unsure, 0) AS unsure,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.first_ns / 1000000000, 'unixepoch') || ' .. '
         || strftime('%Y-%m-%dT%H:%M:%SZ', n.last_ns / 1000000000, 'unixepoch') AS "when",
       CASE WHEN n.least_s = n.most_s THEN human(n.least_s, 's') || ' each'
            ELSE human(n.least_s, 's') || ' to ' || human(n.most_s, 's') || ' each' END AS window,
       (SELECT 'all of the domain ' || substr(domain, 2) FROM shared) AS machine,
       'kernel ' || kernels.text AS system, systems.text AS os,
       (n.bundles - n.failed) || ' of ' || n.bundles || CASE n.bundles WHEN 1 THEN ' bundle' ELSE ' bundles' END || ' judged'
         || coalesce(', ' || (SELECT nullif(count(*), 0) FROM kept) || ' of them by an earlier run alone', '')
         || coalesce(', ' || nullif(n.short, 0) || ' of them ended early', '') AS evidence
  FROM n JOIN kernels JOIN systems;
