-- section: SYSCTL
-- order: 140
-- about: settings beside what they limit, and how near the window came
-- source: sysctl
-- empty: no setting was recorded
-- table: limits
SELECT s.name AS sysctl, replace(s.value, char(9), ' ') AS value, w.limits, w.seen
  FROM (SELECT 'net.core.somaxconn' AS name, 'accept queue' AS limits,
               (SELECT 'longest queue ' || CAST(max(hi) AS INT) FROM series WHERE source = 'listener' AND name = 'queue') AS seen
        UNION ALL SELECT 'net.ipv4.tcp_max_syn_backlog', 'half-open connections',
               (SELECT 'dropped ' || increase FROM counter WHERE source = 'netstat' AND name = 'TcpExtTCPReqQFullDrop' AND increase > 0)
        UNION ALL SELECT 'net.core.netdev_max_backlog', 'packets in a backlog',
               (SELECT 'dropped ' || sum(increase) FROM counter WHERE source = 'softnet' AND name = 'dropped')
        UNION ALL SELECT 'net.core.netdev_budget', 'packets a run',
               (SELECT 'squeezed ' || sum(increase) FROM counter WHERE source = 'softnet' AND name = 'time_squeeze')
        UNION ALL SELECT 'net.core.netdev_budget_usecs', 'time of a run, us', NULL
        UNION ALL SELECT 'net.ipv4.ip_local_port_range', 'ports to one peer',
               (SELECT 'most ' || max(n) FROM (SELECT sum(n) AS n FROM tcp_peer WHERE dir = 'out' AND peer <> '*' GROUP BY snap, peer, port))
        UNION ALL SELECT 'net.ipv4.tcp_max_tw_buckets', 'TIME-WAIT sockets',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_tw')
        UNION ALL SELECT 'net.ipv4.tcp_max_orphans', 'orphaned sockets',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_orphan')
        UNION ALL SELECT 'net.ipv4.tcp_mem', 'TCP memory, pages',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_mem')
        UNION ALL SELECT 'net.ipv4.udp_mem', 'UDP memory, pages',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'UDP_mem')
        UNION ALL SELECT 'net.netfilter.nf_conntrack_max', 'tracked connections',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'conntrack' AND entity = '' AND name = 'count')
        UNION ALL SELECT 'net.ipv4.neigh.default.gc_thresh3', 'IPv4 neighbours',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'neigh' AND entity = 'arp_cache' AND name = 'entries')
        UNION ALL SELECT 'fs.file-max', 'open files',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'files' AND name = 'open')
        UNION ALL SELECT 'net.ipv4.tcp_rmem', 'receive buffer, B', NULL
        UNION ALL SELECT 'net.ipv4.tcp_wmem', 'send buffer, B', NULL
        UNION ALL SELECT 'net.core.rmem_max', 'SO_RCVBUF, B', NULL
        UNION ALL SELECT 'net.core.wmem_max', 'SO_SNDBUF, B', NULL) w
  JOIN setting s ON s.name = w.name;
-- table: behaviour
SELECT name AS sysctl, replace(value, char(9), ' ') AS value FROM setting
 WHERE name IN ('net.ipv4.tcp_congestion_control', 'net.core.default_qdisc', 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_fin_timeout',
                'net.ipv4.tcp_abort_on_overflow', 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_early_retrans', 'net.ipv4.tcp_recovery', 'net.ipv4.tcp_sack',
                'net.ipv4.tcp_timestamps', 'net.ipv4.tcp_syn_retries', 'net.ipv4.tcp_synack_retries', 'net.ipv4.tcp_mtu_probing', 'net.ipv4.tcp_keepalive_time',
                'net.ipv4.tcp_notsent_lowat', 'vm.swappiness')
 ORDER BY name;
-- table: changed in the window
SELECT name AS sysctl, replace(value, char(9), ' ') AS "first", replace(last, char(9), ' ') AS "at the end"
  FROM setting WHERE changed AND name NOT IN ('fs.inode-nr', 'fs.aio-nr', 'fs.file-nr', 'net.netfilter.nf_conntrack_count') ORDER BY name;
