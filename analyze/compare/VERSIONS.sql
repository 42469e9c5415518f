-- section: VERSIONS
-- order: 60
-- about: kernel, drivers, firmware, linkerd, collector: those that differ
-- empty: all versions that both recorded are the same
-- table:
SELECT name AS of, entity, coalesce(old, '-') AS old, coalesce(new, '-') AS new
  FROM changed WHERE kind = 'version' OR kind = 'nic' AND name IN ('driver', 'driver_version', 'firmware') ORDER BY name = 'kernel' DESC, name, entity;
