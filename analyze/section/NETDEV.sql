-- section: NETDEV
-- order: 60
-- about: each interface's traffic and losses; min, median and max are of the intervals
-- source: netdev
-- empty: no interface moved a byte in the window
-- table: receive: losses in packets over the window
-- top: 40
SELECT entity AS interface,
       max(CASE WHEN name = 'rx_bytes' THEN lo END) AS min_bytes_per_s, max(CASE WHEN name = 'rx_bytes' THEN p50 END) AS med_bytes_per_s,
       max(CASE WHEN name = 'rx_bytes' THEN peak_per_s END) AS max_bytes_per_s,
       max(CASE WHEN name = 'rx_bytes' THEN increase END) AS total_bytes,
       max(CASE WHEN name = 'rx_packets' THEN increase * 1.0 / nullif(span, 0) END) AS packets_per_s,
       max(CASE WHEN name = 'rx_errs' THEN increase END) AS errs,
       max(CASE WHEN name = 'rx_drop' THEN increase END) AS dropped,
       100.0 * max(CASE WHEN name = 'rx_drop' THEN increase END)
         / nullif(max(CASE WHEN name = 'rx_packets' THEN increase END) + max(CASE WHEN name = 'rx_drop' THEN increase END), 0) AS dropped_pct,
       max(CASE WHEN name = 'rx_fifo' THEN increase END) AS fifo,
       max(CASE WHEN name = 'rx_frame' THEN increase END) AS frame,
       max(CASE WHEN name = 'rx_multicast' THEN increase END) AS mcast,
       spark(max(CASE WHEN name = 'rx_bytes' THEN id END)) AS rx_spark
  FROM series WHERE source = 'netdev'
 GROUP BY entity HAVING sum(CASE WHEN name LIKE 'rx%' THEN increase END) > 0
 ORDER BY max(CASE WHEN name = 'rx_bytes' THEN increase END) DESC, entity;
-- table: transmit: losses in packets over the window
-- top: 40
SELECT entity AS interface,
       max(CASE WHEN name = 'tx_bytes' THEN lo END) AS min_bytes_per_s, max(CASE WHEN name = 'tx_bytes' THEN p50 END) AS med_bytes_per_s,
       max(CASE WHEN name = 'tx_bytes' THEN peak_per_s END) AS max_bytes_per_s,
       max(CASE WHEN name = 'tx_bytes' THEN increase END) AS total_bytes,
       max(CASE WHEN name = 'tx_packets' THEN increase * 1.0 / nullif(span, 0) END) AS packets_per_s,
       max(CASE WHEN name = 'tx_errs' THEN increase END) AS errs,
       max(CASE WHEN name = 'tx_drop' THEN increase END) AS dropped,
       100.0 * max(CASE WHEN name = 'tx_drop' THEN increase END)
         / nullif(max(CASE WHEN name = 'tx_packets' THEN increase END) + max(CASE WHEN name = 'tx_drop' THEN increase END), 0) AS dropped_pct,
       max(CASE WHEN name = 'tx_fifo' THEN increase END) AS fifo,
       max(CASE WHEN name = 'tx_colls' THEN increase END) AS colls,
       max(CASE WHEN name = 'tx_carrier' THEN increase END) AS carrier,
       spark(max(CASE WHEN name = 'tx_bytes' THEN id END)) AS tx_spark
  FROM series WHERE source = 'netdev'
 GROUP BY entity HAVING sum(CASE WHEN name LIKE 'tx%' THEN increase END) > 0
 ORDER BY max(CASE WHEN name = 'tx_bytes' THEN increase END) DESC, entity;
-- table: receive since boot (totals, no rates)
-- top: 40
SELECT entity AS interface, max(CASE WHEN name = 'rx_bytes' THEN total END) AS rx_bytes,
       max(CASE WHEN name = 'rx_packets' THEN total END) AS packets,
       max(CASE WHEN name = 'rx_errs' THEN total END) AS errs,
       max(CASE WHEN name = 'rx_drop' THEN total END) AS dropped,
       100.0 * max(CASE WHEN name = 'rx_drop' THEN total END) / nullif(sum(CASE WHEN name IN ('rx_packets', 'rx_drop') THEN total END), 0) AS dropped_pct,
       max(CASE WHEN name = 'rx_fifo' THEN total END) AS fifo,
       max(CASE WHEN name = 'rx_frame' THEN total END) AS frame,
       max(CASE WHEN name = 'rx_compressed' THEN total END) AS compressed,
       max(CASE WHEN name = 'rx_multicast' THEN total END) AS mcast
  FROM since_boot WHERE source = 'netdev' AND name LIKE 'rx%' GROUP BY entity ORDER BY max(CASE WHEN name = 'rx_bytes' THEN total END) DESC, entity;
-- table: transmit since boot (totals, no rates)
-- top: 40
SELECT entity AS interface, max(CASE WHEN name = 'tx_bytes' THEN total END) AS tx_bytes,
       max(CASE WHEN name = 'tx_packets' THEN total END) AS packets,
       max(CASE WHEN name = 'tx_errs' THEN total END) AS errs,
       max(CASE WHEN name = 'tx_drop' THEN total END) AS dropped,
       100.0 * max(CASE WHEN name = 'tx_drop' THEN total END) / nullif(sum(CASE WHEN name IN ('tx_packets', 'tx_drop') THEN total END), 0) AS dropped_pct,
       max(CASE WHEN name = 'tx_fifo' THEN total END) AS fifo,
       max(CASE WHEN name = 'tx_colls' THEN total END) AS colls,
       max(CASE WHEN name = 'tx_carrier' THEN total END) AS carrier,
       max(CASE WHEN name = 'tx_compressed' THEN total END) AS compressed
  FROM since_boot WHERE source = 'netdev' AND name LIKE 'tx%' GROUP BY entity ORDER BY max(CASE WHEN name = 'tx_bytes' THEN total END) DESC, entity;
-- table: link
-- top: 40
SELECT entity AS interface,
       max(CASE WHEN name = 'driver' THEN first END) AS driver,
       max(CASE WHEN name = 'operstate' THEN last END) AS state,
       max(CASE WHEN name = 'speed' AND first > 0 THEN first END) AS speed_bit_per_s,
       (SELECT 800.0 * max(d.peak_per_s) FROM series d WHERE d.source = 'netdev' AND d.entity = series.entity AND d.name IN ('rx_bytes', 'tx_bytes'))
         / nullif(max(CASE WHEN name = 'speed' AND first > 0 THEN first END)
                  * (max(CASE WHEN name = 'driver' THEN first END) NOT IN ('veth', 'tun', 'bridge')), 0) AS busiest_of_speed_pct,
       max(CASE WHEN name = 'duplex' THEN first END) AS duplex,
       max(CASE WHEN name = 'mtu' THEN first END) AS "mtu B",
       max(CASE WHEN name = 'tx_queue_len' THEN first END) AS "txqueuelen packets",
       max(CASE WHEN name = 'carrier_changes' THEN last - first END) AS carrier_changes,
       max(CASE WHEN name = 'bridge_state' THEN last END) AS "bridge port",
       max(CASE WHEN name = 'numa_node' AND first >= 0 THEN first END) AS numa
  FROM series WHERE source = 'nic' GROUP BY entity ORDER BY entity;
-- table: addresses
-- top: 40
SELECT entity AS interface,
       (SELECT first FROM series m WHERE m.source = 'nic' AND m.entity = s.entity AND m.name = 'master') AS master,
       (SELECT first FROM series m WHERE m.source = 'nic' AND m.entity = s.entity AND m.name = 'address') AS mac,
       group_concat(CASE WHEN name LIKE 'inet:%' THEN substr(name, 6) WHEN name = 'inet' THEN first END, ' ') AS ipv4,
       group_concat(CASE WHEN name LIKE 'inet6:%' THEN substr(name, 7) END, ' ') AS ipv6
  FROM series s
 WHERE (source = 'net_config' AND (name LIKE 'inet:%' OR name LIKE 'inet6:%')) OR (source = 'ifconfig' AND name = 'inet')
 GROUP BY entity ORDER BY entity;
-- table: bonds
SELECT s.entity AS bond, max(CASE WHEN name = 'bond_mode' THEN last END) AS mode, max(CASE WHEN name = 'mii_status' THEN last END) AS mii,
       max(CASE WHEN name = 'active_slave' THEN last END) AS active, max(CASE WHEN name = 'xmit_hash_policy' THEN last END) AS hash,
       max(CASE WHEN name = 'aggregator' THEN last END) AS aggregator, max(CASE WHEN name = 'partner_mac' THEN last END) AS partner
  FROM series s WHERE source = 'net_config' GROUP BY s.entity HAVING max(CASE WHEN name = 'bond_mode' THEN 1 END) = 1 ORDER BY s.entity;
-- table: their slaves
SELECT entity AS bond, slave, max(CASE WHEN what = 'mii_status' THEN last END) AS mii, max(CASE WHEN what = 'link_failures' THEN last END) AS "link failures since boot",
       max(CASE WHEN what = 'speed' THEN last END) AS speed, max(CASE WHEN what = 'aggregator' THEN last END) AS aggregator,
       max(CASE WHEN what = 'churn' THEN last END) AS churn, max(CASE WHEN what = 'permanent_mac' THEN last END) AS "permanent mac"
  FROM (SELECT entity, substr(name, 7, instr(substr(name, 7), ':') - 1) AS slave, substr(name, 7 + instr(substr(name, 7), ':')) AS what, last
          FROM series WHERE source = 'net_config' AND name LIKE 'slave:%')
 GROUP BY entity, slave ORDER BY entity, slave;
-- table: bridge ports: addresses behind them (fdb), multicast groups, VLANs (*: untagged frames)
-- top: 40
SELECT s.entity AS port, (SELECT first FROM series m WHERE m.source = 'nic' AND m.entity = s.entity AND m.name = 'master') AS bridge,
       (SELECT last FROM series m WHERE m.source = 'nic' AND m.entity = s.entity AND m.name = 'bridge_state') AS state,
       CAST(max(CASE WHEN name = 'fdb_learned' THEN last END) AS INT) AS learned, CAST(max(CASE WHEN name = 'fdb_permanent' THEN last END) AS INT) AS set_by_hand,
       CAST(max(CASE WHEN name = 'mdb_groups' THEN last END) AS INT) AS groups, max(CASE WHEN name = 'bridge_vlans' THEN last END) AS vlans
  FROM series s WHERE source = 'net_config' AND name IN ('fdb_learned', 'fdb_permanent', 'mdb_groups', 'bridge_vlans') GROUP BY s.entity
HAVING (SELECT 1 FROM series m WHERE m.source = 'nic' AND m.entity = s.entity AND m.name = 'master') OR max(CASE WHEN name = 'fdb_learned' THEN last END) > 0
       OR max(CASE WHEN name IN ('mdb_groups', 'bridge_vlans') THEN 1 END)
 ORDER BY s.entity;
-- table: as the files ifcfg-* set them
-- top: 40
SELECT entity AS file, max(CASE WHEN name = 'ifcfg:TYPE' THEN first END) AS type, max(CASE WHEN name = 'ifcfg:DEVICE' THEN first END) AS device, max(CASE WHEN name = 'ifcfg:ONBOOT' THEN first END) AS onboot,
       max(CASE WHEN name = 'ifcfg:BOOTPROTO' THEN first END) AS bootproto,
       max(CASE WHEN name = 'ifcfg:IPADDR' THEN first END) || coalesce('/' || max(CASE WHEN name IN ('ifcfg:PREFIX', 'ifcfg:NETMASK') THEN first END), '') AS address,
       max(CASE WHEN name = 'ifcfg:GATEWAY' THEN first END) AS gateway, max(CASE WHEN name IN ('ifcfg:MASTER', 'ifcfg:TEAM_MASTER', 'ifcfg:BRIDGE') THEN first END) AS master,
       max(CASE WHEN name = 'ifcfg:MTU' THEN first END) AS "mtu B", max(CASE WHEN name = 'ifcfg:HWADDR' THEN first END) AS hwaddr,
       max(CASE WHEN name IN ('ifcfg:BONDING_OPTS', 'ifcfg:ETHTOOL_OPTS') THEN first END) AS options
  FROM series WHERE source = 'net_config' AND name LIKE 'ifcfg:%' GROUP BY entity ORDER BY entity;
