-- section: HOSTS
-- order: 20
-- about: one row a bundle, the worst first; rates are means over its window, load is requests or else segments received
-- empty: no bundle
-- table:
-- data: bundle, full_name
-- always: host, verdict
WITH worst AS (            -- rules with findings that a reader sees, in the order of that host's report
  SELECT bundle, rule, min(place) AS place,
         row_number() OVER (PARTITION BY bundle ORDER BY min(place)) AS nth, count(*) OVER (PARTITION BY bundle) AS n
    FROM finding
   WHERE bundle IN (SELECT id FROM shown) AND folded_rule IS NULL AND suppressed IS NULL AND level IN ('crit', 'warn')
   GROUP BY bundle, rule
), said AS (
  SELECT bundle, CASE WHEN rule GLOB 'root-cause/*' THEN substr(rule, 12) ELSE rule END
         || CASE WHEN n > 1 THEN ' +' || (n - 1) ELSE '' END AS text
    FROM worst WHERE nth = 1
), rate AS (
  SELECT bundle, sum(CASE WHEN name = 'linkerd/requests' THEN value END) AS requests,
         max(CASE WHEN name = 'linkerd/p999' THEN high END) AS p999,
         max(CASE WHEN name = 'tcp/retransmit_ratio' THEN value END) AS retransmitted,
         max(CASE WHEN name = 'tcp/listen_drops' THEN value END) AS listen_drops,
         max(CASE WHEN name = 'softnet/drops' THEN value END) AS softnet_drops,
         max(CASE WHEN name = 'cpu/busy' THEN value END) AS busy,
         sum(CASE WHEN name = 'nic/rx_bytes' THEN value END) AS rx,
         max(CASE WHEN name = 'linkerd/requests' AND value > 0 THEN 1 ELSE 0 END) AS asked
    FROM metric WHERE bundle IN (SELECT id FROM shown) GROUP BY bundle
), load AS (
  SELECT m.bundle, cells(m.slice, m.slices, m.value) AS spark
    FROM metric_slice m JOIN rate r ON r.bundle = m.bundle
   WHERE m.name = CASE r.asked WHEN 1 THEN 'linkerd/requests' ELSE 'tcp/in_segments' END
   GROUP BY m.bundle
)
SELECT s.host, b.verdict, coalesce(said.text, s.error, '') AS "worst finding",
       r.requests AS requests_per_s, r.p999 AS p999_ms, r.retransmitted AS retrans_pct, r.listen_drops AS "listen drops_per_s",
       r.softnet_drops AS "softnet drops_per_s", r.busy AS CPU_pct, r.rx AS rx_bytes_per_s, load.spark AS load_spark,
       b.path AS bundle, b.host AS full_name
  FROM shown s JOIN bundle b ON b.id = s.id
  LEFT JOIN said ON said.bundle = s.id
  LEFT JOIN rate r ON r.bundle = s.id
  LEFT JOIN load ON load.bundle = s.id
 ORDER BY CASE b.verdict WHEN 'crit' THEN 0 WHEN 'warn' THEN 1 WHEN 'failed' THEN 2 WHEN 'skip' THEN 3 WHEN 'info' THEN 4 ELSE 5 END,
          b.crit DESC, b.warn DESC, b.info DESC, s.host;
