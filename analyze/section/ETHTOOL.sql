-- section: ETHTOOL
-- order: 70
-- about: the drivers' own counters that moved, and how the interfaces are set
-- source: ethtool
-- empty: no counter of a driver moved in the window
-- table: counters that moved, what sounds like a loss first
-- top: 40
SELECT entity AS interface, name AS counter,
       CASE WHEN name LIKE '%allowance%' THEN 'cloud' WHEN name LIKE '%pause%' OR name LIKE '%pfc%' OR name LIKE '%xon%' OR name LIKE '%xoff%' THEN 'pause'
            WHEN name LIKE '%crc%' OR name LIKE '%align%' OR name LIKE '%symbol%' OR name LIKE '%phy%' OR name LIKE '%carrier%' OR name LIKE '%frame%' THEN 'wire'
            WHEN name LIKE '%no_buf%' OR name LIKE '%no_dma%' OR name LIKE '%out_of_buf%' OR name LIKE '%missed%' OR name LIKE '%fifo%' OR name LIKE '%overrun%'
              OR name LIKE '%busy%' THEN 'ring' ELSE '' END AS kind, increase AS growth, increase * 1.0 / nullif(span, 0) AS mean_per_s, peak_per_s AS max_per_s,
       spark(id) AS over_time_spark
  FROM series
 WHERE source = 'ethtool' AND kind IN ('counter', 'counter32') AND increase > 0
 ORDER BY (name LIKE '%drop%' OR name LIKE '%err%' OR name LIKE '%miss%' OR name LIKE '%disc%' OR name LIKE '%fail%' OR name LIKE '%fifo%'
           OR name LIKE '%no_buf%' OR name LIKE '%no_dma%' OR name LIKE '%out_of_buf%' OR name LIKE '%exceeded%' OR name LIKE '%timeout%'
           OR name LIKE '%pause%' OR name LIKE '%crc%' OR name LIKE '%busy%' OR name LIKE '%overrun%') DESC,
          increase DESC, entity, name;
-- table: counters since boot, what sounds like a loss first (totals, no rates)
-- top: 40
SELECT entity AS interface, name AS counter, total FROM since_boot WHERE source = 'ethtool'
 ORDER BY (name LIKE '%drop%' OR name LIKE '%err%' OR name LIKE '%miss%' OR name LIKE '%disc%' OR name LIKE '%fail%' OR name LIKE '%fifo%'
           OR name LIKE '%no_buf%' OR name LIKE '%no_dma%' OR name LIKE '%out_of_buf%' OR name LIKE '%exceeded%' OR name LIKE '%timeout%'
           OR name LIKE '%pause%' OR name LIKE '%crc%' OR name LIKE '%busy%' OR name LIKE '%overrun%') DESC,
          total DESC, entity, name;
-- table: rings and channels (set / possible)
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
