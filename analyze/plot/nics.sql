-- plot: nics
-- title: Network interfaces
-- order: 90
-- about: what the interfaces and their queues carried and lost; the loopback is left out
-- source: netdev qdisc
-- rules: nic-drops/*, cgroup/veth-drops, cgroup/net-limit, root-cause/egress-queue-drops, root-cause/single-core-nic, root-cause/softnet-nic-cpu-loss
-- panel: throughput, the busiest
-- kind: lines
-- top: 6
-- empty: no interface carried anything
SELECT entity || CASE name WHEN 'rx_bytes' THEN ' in' ELSE ' out' END AS series, curve(id, 8) AS throughput_bit_per_s
  FROM series WHERE source = 'netdev' AND name IN ('rx_bytes', 'tx_bytes') AND increase > 0 AND entity <> 'lo' AND entity NOT LIKE '%/lo'
 ORDER BY increase DESC, entity, name;
-- panel: packets, the busiest
-- kind: lines
-- top: 6
-- empty: no interface carried anything
SELECT entity || CASE name WHEN 'rx_packets' THEN ' in' ELSE ' out' END AS series, curve(id) AS packets_per_s
  FROM series WHERE source = 'netdev' AND name IN ('rx_packets', 'tx_packets') AND increase > 0 AND entity <> 'lo' AND entity NOT LIKE '%/lo'
 ORDER BY increase DESC, entity, name;
-- panel: drops and errors, the most
-- kind: lines
-- top: 8
-- empty: no interface and no queue of one dropped a packet
SELECT entity || ' ' || CASE source WHEN 'qdisc' THEN 'qdisc ' ELSE '' END || replace(name, '_', ' ') AS series, curve(id) AS packets_per_s
  FROM series
 WHERE increase > 0 AND (source = 'qdisc' AND name = 'dropped'
    OR source = 'netdev' AND name IN ('rx_errs', 'rx_drop', 'rx_fifo', 'rx_frame', 'tx_errs', 'tx_drop', 'tx_fifo', 'tx_colls', 'tx_carrier'))
 ORDER BY increase DESC, source, entity, name;
