-- section: SETTINGS
-- order: 50
-- about: what was set otherwise at the end of each window; "-" is not there
-- empty: no setting that both recorded differs
-- table: sysctl
-- top: 60
SELECT name, coalesce(old, '-') AS old, coalesce(new, '-') AS new FROM changed WHERE kind = 'sysctl' ORDER BY old IS NULL OR new IS NULL, name;
-- table: queues, rings, offloads, limits
-- top: 60
SELECT CASE entity WHEN '' THEN '' ELSE entity || ' ' END || CASE kind WHEN 'offload' THEN 'offload ' WHEN 'qdisc' THEN 'qdisc ' ELSE '' END || name AS setting,
       coalesce(old, '-') AS old, coalesce(new, '-') AS new, kind
  FROM changed
 WHERE kind NOT IN ('sysctl', 'version') AND NOT (kind = 'nic' AND name IN ('driver', 'driver_version', 'firmware'))
 ORDER BY old IS NULL OR new IS NULL, kind, entity, name;
