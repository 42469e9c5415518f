-- What a host is set to, for schema/fleet.sql: kind, name, entity, value as text at the end of the window.
-- Only what somebody sets or installs: addresses, indexes and temperatures differ between any two hosts and say nothing.
SELECT 'sysctl' AS kind, name, entity, CAST(last AS TEXT) AS value
  FROM series WHERE source = 'sysctl' AND last IS NOT NULL
   AND name NOT IN ('kernel.hostname', 'kernel.domainname', 'fs.file-nr', 'fs.inode-nr', 'fs.aio-nr', 'net.netfilter.nf_conntrack_count')
 UNION ALL
SELECT CASE WHEN substr(name, 1, 8) = 'offload:' THEN 'offload' ELSE 'nic' END,
       CASE WHEN substr(name, 1, 8) = 'offload:' THEN substr(name, 9) ELSE name END, entity, CAST(last AS TEXT)
  FROM series
 WHERE source = 'nic' AND last IS NOT NULL AND substr(entity, 1, 4) <> 'veth'
   AND name NOT IN ('address', 'bus', 'ifindex', 'iflink', 'carrier_changes', 'carrier_up_count', 'carrier_down_count', 'flags')
   AND name NOT GLOB 'queue:*:tx_timeout' AND name NOT GLOB 'queue:*:byte_queue_limits*'
 UNION ALL
SELECT 'qdisc', 'kind', entity, CAST(last AS TEXT)
  FROM series WHERE source = 'qdisc' AND name = 'kind' AND last IS NOT NULL AND substr(entity, 1, 4) <> 'veth'
 UNION ALL
SELECT 'net', name, entity, CAST(last AS TEXT)
  FROM series WHERE source = 'net_config' AND last IS NOT NULL
   AND name IN ('bond_mode', 'xmit_hash_policy', 'active_slave', 'vlan_id', 'vlan_parent', 'default_gateway', 'default_gateway6')
 UNION ALL
SELECT 'version', CASE name WHEN 'version' THEN source ELSE source || '_' || name END, entity, CAST(last AS TEXT)
  FROM series WHERE source = 'linkerd_info' AND name IN ('version', 'build') AND last IS NOT NULL
 UNION ALL
SELECT 'version', name, '', CAST(last AS TEXT)
  FROM series WHERE source = 'host' AND entity = '' AND last IS NOT NULL
   AND name IN ('os', 'kernel', 'sys_vendor', 'product_name', 'bios_version', 'current_clocksource')
 UNION ALL
SELECT 'version', 'collector', '', CAST(v AS TEXT) FROM meta WHERE k = 'tool_version'
 UNION ALL
SELECT 'cpu', name, '', CAST(last AS TEXT)
  FROM series WHERE source = 'cpuinfo' AND entity = '' AND name IN ('model', 'count', 'sockets') AND last IS NOT NULL
 UNION ALL                 -- one row for all CPUs that agree, and for each value that some have
SELECT 'cpu', name, CASE WHEN count(*) OVER (PARTITION BY name) = 1 THEN '' ELSE cpus END, value
  FROM (SELECT name, CAST(last AS TEXT) AS value, min(entity) || CASE count(*) WHEN 1 THEN '' ELSE ' and ' || (count(*) - 1) || ' more' END AS cpus
          FROM series WHERE source = 'cpufreq' AND last IS NOT NULL
           AND name IN ('scaling_governor', 'scaling_driver', 'energy_performance_preference', 'scaling_min_freq', 'scaling_max_freq')
         GROUP BY name, CAST(last AS TEXT))
 UNION ALL
SELECT 'limit', name, entity, CAST(last AS TEXT)
  FROM series WHERE source = 'cgroup' AND last IS NOT NULL
   AND name IN ('cpu_quota', 'cpu_period', 'memory_max', 'memory_high', 'pids_max', 'cpu_weight', 'cpu_shares')
 UNION ALL
SELECT 'limit', 'fd_limit', substr(entity, instr(entity, ':') + 1), CAST(min(last) AS TEXT)
  FROM series WHERE source = 'task' AND name = 'fd_limit' AND last IS NOT NULL AND entity NOT LIKE '%:ksoftirqd/%'
 GROUP BY substr(entity, instr(entity, ':') + 1)
 UNION ALL
SELECT 'limit', 'backlog', addr || ':' || port, CAST(max(backlog) AS TEXT) FROM listener GROUP BY addr, port
 UNION ALL
SELECT 'daemon', 'runs', entity, 'yes' FROM series WHERE source = 'daemon' AND name = 'pid' AND last IS NOT NULL;
