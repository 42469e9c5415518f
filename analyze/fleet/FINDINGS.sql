-- section: FINDINGS
-- order: 10
-- about: by rule, over the hosts on which it could be judged; the host with the worst one stands first
-- empty: nothing was found on any host
-- table: causes, and what no cause explains
-- data: title
-- always: rule, level, on
-- top: 40
WITH seen AS (
  SELECT f.*, s.host, s.name,
         CASE f.level WHEN 'crit' THEN 0 WHEN 'warn' THEN 1 ELSE 2 END AS rank,
         coalesce(f.first_ns, f.worst_ns, f.last_ns) AS from_ns, coalesce(f.last_ns, f.worst_ns, f.first_ns) AS to_ns
    FROM finding f JOIN shown s ON s.id = f.bundle
   WHERE f.suppressed IS NULL AND f.folded_rule IS NULL
), of_bundle AS (
  SELECT bundle, host, name, rule, min(rank) AS rank, min(place) AS place, count(*) AS n, min(from_ns) AS from_ns, max(to_ns) AS to_ns
    FROM seen GROUP BY bundle, rule
), of_host AS (            -- of a host with several bundles the worst one
  SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY name, rule ORDER BY rank, n DESC, place, host) AS of_its FROM of_bundle) WHERE of_its = 1
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY rule ORDER BY rank, n DESC, place, host) AS nth, count(*) OVER (PARTITION BY rule) AS hosts
    FROM of_host
), named AS (
  SELECT rule, group_concat(host, ', ') || CASE WHEN max(hosts) > 4 THEN ', +' || (max(hosts) - 4) ELSE '' END AS text
    FROM (SELECT * FROM ranked WHERE nth <= 4 ORDER BY rule, nth) GROUP BY rule
), judged AS (
  SELECT r.rule, count(DISTINCT s.name) AS n FROM rule_result r JOIN shown s ON s.id = r.bundle
   WHERE r.outcome IN ('findings', 'ok') GROUP BY r.rule
), edge AS (               -- it comes to one more host, or leaves one
  SELECT rule, from_ns AS at_ns, 1 AS step FROM of_bundle WHERE from_ns IS NOT NULL UNION ALL
  SELECT rule, to_ns, -1 FROM of_bundle WHERE to_ns IS NOT NULL
), present AS (            -- what ends at a moment was still there at that moment
  SELECT rule, at_ns, sum(step) OVER (PARTITION BY rule ORDER BY at_ns, step DESC ROWS UNBOUNDED PRECEDING) AS n FROM edge
), together AS (
  SELECT rule, at_ns, n, row_number() OVER (PARTITION BY rule ORDER BY n DESC, at_ns) AS nth FROM present
)
SELECT r.rule, CASE min(r.rank) WHEN 0 THEN 'crit' WHEN 1 THEN 'warn' ELSE 'info' END AS level,
       count(*) || ' of ' || max(coalesce(j.n, 0), count(*)) AS "on",
       named.text AS hosts,
       CASE WHEN t.n > 1 THEN t.n || ' at ' || strftime('%H:%M:%SZ', t.at_ns / 1000000000, 'unixepoch') END AS "at once", (SELECT title FROM seen WHERE seen.rule = r.rule ORDER BY version DESC LIMIT 1) AS title
  FROM ranked r
  JOIN named ON named.rule = r.rule
  LEFT JOIN judged j ON j.rule = r.rule
  LEFT JOIN together t ON t.rule = r.rule AND t.nth = 1
 GROUP BY r.rule
 ORDER BY min(r.rank), count(*) DESC, r.rule;
-- table: symptoms, folded under their cause on each host
-- always: rule, on
-- top: 20
SELECT f.rule, count(DISTINCT s.name) AS "on", group_concat(DISTINCT f.folded_rule) AS "explained by"
  FROM finding f JOIN shown s ON s.id = f.bundle
 WHERE f.suppressed IS NULL AND f.folded_rule IS NOT NULL
 GROUP BY f.rule ORDER BY count(DISTINCT s.name) DESC, f.rule;
-- table: suppressed by the site file
SELECT f.rule, count(DISTINCT s.name) AS "on", min(f.suppressed) AS reason
  FROM finding f JOIN shown s ON s.id = f.bundle
 WHERE f.suppressed IS NOT NULL
 GROUP BY f.rule ORDER BY count(DISTINCT s.name) DESC, f.rule;
