-- section: LATENCY
-- order: 30
-- about: linkerd's latency in ms, OLD beside NEW: the median of its minutes, and the worst of them
-- empty: not in both recordings: linkerd's histograms of whole minutes
-- table:
-- always: old_p99_ms, new_p99_ms
-- top: 16
WITH q AS (
  SELECT CASE WHEN name GLOB 'linkerd/client_*' THEN 'client' ELSE 'server' END AS side, entity,
         substr(name, CASE WHEN name GLOB 'linkerd/client_*' THEN 16 ELSE 9 END) AS q, old, new, old_high, new_high
    FROM rate WHERE name IN ('linkerd/p50', 'linkerd/p99', 'linkerd/p999', 'linkerd/client_p50', 'linkerd/client_p99', 'linkerd/client_p999')
)
SELECT entity, max(CASE q WHEN 'p50' THEN old END) AS old_p50_ms, max(CASE q WHEN 'p50' THEN new END) AS new_p50_ms,
       max(CASE q WHEN 'p99' THEN old END) AS old_p99_ms, max(CASE q WHEN 'p99' THEN new END) AS new_p99_ms,
       max(CASE q WHEN 'p999' THEN old END) AS old_p999_ms, max(CASE q WHEN 'p999' THEN new END) AS new_p999_ms,
       max(CASE q WHEN 'p999' THEN old_high END) AS old_worst_p999_ms, max(CASE q WHEN 'p999' THEN new_high END) AS new_worst_p999_ms
  FROM q GROUP BY side, entity ORDER BY side DESC, max(CASE q WHEN 'p99' THEN max(old, new) END) DESC, entity;
