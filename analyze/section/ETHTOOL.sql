-- section: ETHTOOL
-- order: 70
-- about: the drivers' own counters that moved, and how the interfaces are set
-- source: ethtool
-- empty: no counter of a driver moved in the window
-- table: counters that moved, what means a loss first
-- top: 40
SELECT s.entity AS interface, s.name AS counter, replace(coalesce(nullif(m.meaning, ''), 'unknown'), '_', ' ') AS meaning,
       s.increase AS growth, s.increase * 1.0 / nullif(s.span, 0) AS mean_per_s, s.peak_per_s AS max_per_s, spark(s.id) AS over_time_spark
  FROM series s JOIN ethtool_meaning m ON m.entity = s.entity AND m.name = s.name
 WHERE s.source = 'ethtool' AND s.kind IN ('counter', 'counter32') AND s.increase > 0
 ORDER BY m.problem DESC, s.increase DESC, s.entity, s.name;
-- table: counters that moved and are in no catalogue of their driver
-- top: 100
SELECT s.entity AS interface, coalesce(nullif(m.driver, ''), 'not recorded') AS driver, s.name AS counter, s.increase AS growth,
       s.peak_per_s AS max_per_s, CASE WHEN m.problem THEN 'yes' ELSE '' END AS "sounds like a loss"
  FROM series s JOIN ethtool_meaning m ON m.entity = s.entity AND m.name = s.name
 WHERE s.source = 'ethtool' AND s.kind IN ('counter', 'counter32') AND s.increase > 0 AND m.meaning = ''
 ORDER BY m.problem DESC, s.increase DESC, s.entity, s.name;
-- table: counters since boot, what means a loss first (totals, no rates)
-- top: 40
SELECT b.entity AS interface, b.name AS counter, replace(coalesce(nullif(m.meaning, ''), 'unknown'), '_', ' ') AS meaning, b.total
  FROM since_boot b JOIN ethtool_meaning m ON m.entity = b.entity AND m.name = b.name
 WHERE b.source = 'ethtool'
 ORDER BY m.problem DESC, b.total DESC, b.entity, b.name;
-- table: rings in descriptors, channels in queues: set / possible
-- top: 40
SELECT entity AS interface,
       max(CASE WHEN name = 'driver' THEN first END) AS driver,
       max(CASE WHEN name = 'ring_rx' THEN first END) || coalesce(' / ' || max(CASE WHEN name = 'ring_rx_max' THEN first END), '') AS "ring rx",
       max(CASE WHEN name = 'ring_tx' THEN first END) || coalesce(' / ' || max(CASE WHEN name = 'ring_tx_max' THEN first END), '') AS "ring tx",
       max(CASE WHEN name = 'channels_combined' THEN first END) || coalesce(' / ' || max(CASE WHEN name = 'channels_combined_max' THEN first END), '') AS combined,
       max(CASE WHEN name = 'channels_rx' THEN first END) || coalesce(' / ' || max(CASE WHEN name = 'channels_rx_max' THEN first END), '') AS "channels rx",
       max(CASE WHEN name = 'channels_tx' THEN first END) || coalesce(' / ' || max(CASE WHEN name = 'channels_tx_max' THEN first END), '') AS "channels tx",
       max(CASE WHEN name = 'pause_rx' THEN first END) AS "pause rx", max(CASE WHEN name = 'pause_tx' THEN first END) AS "pause tx",
       max(CASE WHEN name = 'coalesce_rx_usecs' THEN first END) AS coalesce_rx_ns,
       max(CASE WHEN name = 'firmware' THEN first END) AS firmware
  FROM series WHERE source = 'nic'
 GROUP BY entity HAVING count(CASE WHEN name LIKE 'ring_%' OR name LIKE 'channels_%' OR name LIKE 'coalesce_%' THEN 1 END) > 0
 ORDER BY entity;
-- table: offloads that are on
-- top: 40
SELECT entity AS interface, group_concat(short, ' ') AS "on"
  FROM (SELECT entity, CASE name WHEN 'offload:rx-checksumming' THEN 'rx-csum' WHEN 'offload:tx-checksumming' THEN 'tx-csum'
                 WHEN 'offload:tcp-segmentation-offload' THEN 'tso' WHEN 'offload:generic-segmentation-offload' THEN 'gso'
                 WHEN 'offload:generic-receive-offload' THEN 'gro' WHEN 'offload:large-receive-offload' THEN 'lro'
                 WHEN 'offload:scatter-gather' THEN 'sg' WHEN 'offload:receive-hashing' THEN 'rxhash' WHEN 'offload:rx-gro-hw' THEN 'gro-hw'
                 WHEN 'offload:ntuple-filters' THEN 'ntuple' WHEN 'offload:rx-gro-list' THEN 'gro-list' END AS short
          FROM series WHERE source = 'nic' AND name LIKE 'offload:%' AND first LIKE 'on%' ORDER BY name)
 WHERE short IS NOT NULL GROUP BY entity ORDER BY entity;
-- table: drivers and links, as ethtool has them
-- top: 40
SELECT entity AS interface, max(CASE WHEN name = 'driver' THEN first END) AS driver, max(CASE WHEN name = 'driver_version' THEN first END) AS version,
       max(CASE WHEN name = 'firmware' AND first <> '' THEN first END) AS firmware, max(CASE WHEN name = 'bus' AND first <> '' THEN first END) AS bus,
       max(CASE WHEN name = 'link' THEN last END) AS link, max(CASE WHEN name = 'speed' AND first > 0 THEN first END) AS speed_bit_per_s,
       max(CASE WHEN name = 'duplex' THEN first END) AS duplex, max(CASE WHEN name = 'autoneg' THEN first END) AS autoneg
  FROM series WHERE source = 'nic' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')
 GROUP BY entity HAVING count(CASE WHEN name IN ('driver', 'link', 'speed') THEN 1 END) > 0 ORDER BY entity;
-- table: devlink: what the drivers report of their own health, and what the hardware dropped (totals, no rates)
-- always: errors
-- top: 20
SELECT h.entity AS reporter, (SELECT max(d.first) FROM series d WHERE d.source = 'devlink' AND d.name = 'netdev' AND h.entity LIKE d.entity || ':%') AS interface,
       max(CASE WHEN h.name = 'state' THEN h.last END) AS state, max(CASE WHEN h.name = 'errors' THEN h.last END) AS errors,
       max(CASE WHEN h.name = 'recoveries' THEN h.last END) AS recoveries, max(CASE WHEN h.name = 'dropped' THEN h.last END) AS dropped
  FROM series h WHERE h.source = 'devlink' AND h.name IN ('state', 'errors', 'recoveries', 'dropped') GROUP BY h.entity
HAVING max(CASE WHEN h.name IN ('errors', 'dropped') THEN h.last END) > 0 OR max(CASE WHEN h.name = 'state' THEN h.last END) NOT IN ('healthy')
 ORDER BY max(CASE WHEN h.name IN ('errors', 'dropped') THEN h.last END) DESC, h.entity;
-- table: network devices on the PCI bus
-- top: 40
SELECT p.entity AS bus, p.first AS model, (SELECT group_concat(n.entity, ' ') FROM series n WHERE n.source = 'nic' AND n.name = 'bus' AND n.first = p.entity) AS interface
  FROM series p WHERE p.source = 'pci' AND p.name = 'model' ORDER BY p.entity;
