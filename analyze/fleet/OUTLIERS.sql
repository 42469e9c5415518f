-- section: OUTLIERS
-- order: 30
-- about: hosts unlike the others: metrics by robust z (0.6745 * (value - median) / MAD) of 3.5 or more, over 5 hosts or more
-- empty: fewer than 5 hosts have a metric in common, or none stands out
-- table: metrics; where half of the hosts agree MAD is 0: there z is by the mean distance (value - median) / (1.2533 * mean), marked *
-- data: number, center, spread, z
-- top: 25
WITH v AS (                -- linkerd's clients and listeners are each host's own business
  SELECT m.name, m.entity, m.unit, m.bundle, s.host, s.name AS of_host, m.value
    FROM metric m JOIN shown s ON s.id = m.bundle
   WHERE m.value IS NOT NULL AND substr(m.name, 1, 6) <> 'clock/'
), center AS (
  SELECT name, entity, count(DISTINCT of_host) AS n, median(value) AS center FROM v GROUP BY name, entity HAVING count(DISTINCT of_host) >= 5
), spread AS (
  SELECT v.name, v.entity, c.n, c.center, median(abs(v.value - c.center)) AS mad, avg(abs(v.value - c.center)) AS mean
    FROM v JOIN center c ON c.name = v.name AND c.entity = v.entity GROUP BY v.name, v.entity
), z AS (
  SELECT v.*, p.n, p.center, p.mad, p.mean,
         CASE WHEN p.mad > 0 THEN 0.6745 * (v.value - p.center) / p.mad
              WHEN p.mean > 0 THEN (v.value - p.center) / (1.253314 * p.mean) END AS z
    FROM v JOIN spread p ON p.name = v.name AND p.entity = v.entity
   WHERE abs(v.value - p.center) > 0.1 * abs(p.center)  -- less than a tenth off is nothing to look at, however alike the others
)
SELECT name || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS metric, host, human(value, unit) AS value,
       human(center, unit) AS median, human(CASE WHEN mad > 0 THEN mad ELSE mean END, unit) AS MAD,
       printf('%+.1f', z) || CASE WHEN mad > 0 THEN '' ELSE '*' END AS "robust z", n AS hosts,
       value AS number, center, CASE WHEN mad > 0 THEN mad ELSE mean END AS spread, z
  FROM z WHERE abs(z) >= 3.5
 ORDER BY abs(z) DESC, metric, host;
-- table: settings that few hosts have, where three quarters or more agree
-- top: 25
WITH v AS (
  SELECT t.kind || ' ' || t.name || CASE t.entity WHEN '' THEN '' ELSE ' ' || t.entity END AS setting, t.value, s.host
    FROM setting t JOIN shown s ON s.id = t.bundle
), n AS (
  SELECT setting, value, count(*) AS n, sum(count(*)) OVER (PARTITION BY setting) AS hosts,
         row_number() OVER (PARTITION BY setting ORDER BY count(*) DESC, value) AS nth, min(host) AS host
    FROM v GROUP BY setting, value
)
SELECT few.setting, replace(few.value, char(9), ' ') AS value, few.n || ' of ' || few.hosts AS "on",
       few.host || CASE few.n WHEN 1 THEN '' ELSE ', +' || (few.n - 1) END AS hosts, replace(most.value, char(9), ' ') AS "the others"
  FROM n few JOIN n most ON most.setting = few.setting AND most.nth = 1
 WHERE few.nth > 1 AND few.hosts >= 5 AND most.n >= 0.75 * few.hosts
 ORDER BY few.n, few.setting, few.value;
