-- section: SOFTNET
-- order: 50
-- about: packets through each CPU's backlog, from softnet_stat; growth over the window
-- source: softnet
-- empty: no packet was processed in the window
-- table: per CPU: dropped and flow limit in packets, squeezes in times, backlog in packets
-- always: dropped, time_squeeze
-- top: 32
SELECT s.entity AS cpu,
       max(CASE WHEN name = 'processed' THEN increase * 1.0 / nullif(span, 0) END) AS processed_per_s,
       max(CASE WHEN name = 'processed' THEN peak_per_s END) AS max_per_s,
       max(CASE WHEN name = 'dropped' THEN increase END) AS dropped,
       100.0 * max(CASE WHEN name = 'dropped' THEN increase END)
         / nullif(max(CASE WHEN name = 'processed' THEN increase END), 0) AS dropped_pct,
       max(CASE WHEN name = 'dropped' THEN peak_per_s END) AS dropped_max_per_s,
       max(CASE WHEN name = 'time_squeeze' THEN increase END) AS time_squeeze,
       max(CASE WHEN name = 'time_squeeze' THEN peak_per_s END) AS squeezed_max_per_s,
       max(CASE WHEN name = 'received_rps' THEN increase * 1.0 / nullif(span, 0) END) AS rps_per_s,
       max(CASE WHEN name = 'flow_limit' THEN increase END) AS flow_limit,
       max(CASE WHEN name = 'backlog_len' THEN hi END) AS backlog_max,
       (SELECT r.increase * 1.0 / nullif(r.span, 0) FROM series r WHERE r.source = 'softirqs' AND r.entity = s.entity AND r.name = 'NET_RX') AS net_rx_per_s,
       spark(max(CASE WHEN name = 'processed' THEN id END)) AS processed_spark
  FROM series s WHERE source = 'softnet'
 GROUP BY s.entity HAVING max(intervals) > 0 ORDER BY max(CASE WHEN name = 'dropped' THEN increase END) DESC,
                            max(CASE WHEN name = 'processed' THEN increase END) DESC, s.entity;
-- table: since boot (totals, no rates)
-- always: dropped, time_squeeze
-- top: 32
SELECT entity AS cpu,
       max(CASE WHEN name = 'processed' THEN total END) AS processed,
       coalesce(max(CASE WHEN name = 'dropped' THEN total END), 0) AS dropped,
       coalesce(max(CASE WHEN name = 'time_squeeze' THEN total END), 0) AS time_squeeze,
       100.0 * max(CASE WHEN name = 'dropped' THEN total END) / max(CASE WHEN name = 'processed' THEN total END) AS dropped_pct,
       max(CASE WHEN name = 'received_rps' THEN total END) AS rps,
       max(CASE WHEN name = 'flow_limit' THEN total END) AS flow_limit
  FROM since_boot WHERE source = 'softnet' GROUP BY entity
 ORDER BY max(CASE WHEN name = 'dropped' THEN total END) DESC, max(CASE WHEN name = 'processed' THEN total END) DESC, entity;
-- table: what limits it
SELECT name AS sysctl, value, CASE name WHEN 'net.core.netdev_max_backlog' THEN 'packets in the backlog of a CPU'
            WHEN 'net.core.netdev_budget' THEN 'packets of a run, all NICs' WHEN 'net.core.netdev_budget_usecs' THEN 'us of a run'
            WHEN 'net.core.dev_weight' THEN 'packets of a NIC in a run' WHEN 'net.core.rps_sock_flow_entries' THEN 'flows (RFS)'
            ELSE 'CPUs with a flow limit' END AS "is in", CASE WHEN changed THEN last END AS changed_to FROM setting
 WHERE name IN ('net.core.netdev_max_backlog', 'net.core.netdev_budget', 'net.core.netdev_budget_usecs', 'net.core.dev_weight',
                'net.core.flow_limit_cpu_bitmap', 'net.core.rps_sock_flow_entries')
 ORDER BY name;
