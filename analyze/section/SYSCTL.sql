-- section: SYSCTL
-- order: 140
-- about: settings beside what they limit, and how near the window came
-- source: sysctl
-- empty: no setting was recorded
-- table: limits; usual: the kernel's own value where this host has another
WITH kernel(k) AS (SELECT 0 + coalesce((SELECT v FROM meta WHERE k = 'kernel_num'), 0))
SELECT s.name AS sysctl, replace(s.value, char(9), ' ') AS value, w.unit, nullif(u.usual, replace(s.value, char(9), ' ')) AS "usual", w.limits, w.seen,
       (SELECT group_concat(rule, ', ') FROM (SELECT DISTINCT rule FROM finding WHERE rule GLOB u.rules AND suppressed IS NULL AND level <> 'info' ORDER BY rule)) AS findings
  FROM (SELECT 'net.core.somaxconn' AS name, 'connections' AS unit, 'accept queue' AS limits,
               (SELECT 'longest queue ' || CAST(max(hi) AS INT) FROM series WHERE source = 'listener' AND name = 'queue') AS seen
        UNION ALL SELECT 'net.ipv4.tcp_max_syn_backlog', 'connections', 'half open',
               (SELECT 'dropped ' || increase FROM counter WHERE source = 'netstat' AND name = 'TcpExtTCPReqQFullDrop' AND increase > 0)
        UNION ALL SELECT 'net.core.netdev_max_backlog', 'packets', 'backlog of a CPU',
               (SELECT 'dropped ' || sum(increase) FROM counter WHERE source = 'softnet' AND name = 'dropped')
        UNION ALL SELECT 'net.core.netdev_budget', 'packets', 'run of all NICs',
               (SELECT 'squeezed ' || sum(increase) FROM counter WHERE source = 'softnet' AND name = 'time_squeeze')
        UNION ALL SELECT 'net.core.netdev_budget_usecs', 'us', 'run of all NICs', NULL
        UNION ALL SELECT 'net.ipv4.ip_local_port_range', 'ports', 'to one peer',
               (SELECT 'most ' || max(n) FROM (SELECT sum(n) AS n FROM tcp_peer WHERE dir = 'out' AND peer <> '*' GROUP BY snap, peer, port))
        UNION ALL SELECT 'net.ipv4.tcp_max_tw_buckets', 'sockets', 'TIME-WAIT',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_tw')
        UNION ALL SELECT 'net.ipv4.tcp_max_orphans', 'sockets', 'orphaned',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_orphan')
        UNION ALL SELECT 'net.ipv4.tcp_mem', 'pages', 'TCP memory',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'TCP_mem')
        UNION ALL SELECT 'net.ipv4.udp_mem', 'pages', 'UDP memory',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'sockstat' AND name = 'UDP_mem')
        UNION ALL SELECT 'net.netfilter.nf_conntrack_max', 'connections', 'tracked',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'conntrack' AND entity = '' AND name = 'count')
        UNION ALL SELECT 'net.ipv4.neigh.default.gc_thresh3', 'entries', 'IPv4 neighbours',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'neigh' AND entity = 'arp_cache' AND name = 'entries')
        UNION ALL SELECT 'fs.file-max', 'files', 'open',
               (SELECT 'most ' || CAST(hi AS INT) FROM series WHERE source = 'files' AND name = 'open')
        UNION ALL SELECT 'net.ipv4.tcp_rmem', 'bytes', 'receive buffer', NULL
        UNION ALL SELECT 'net.ipv4.tcp_wmem', 'bytes', 'send buffer', NULL
        UNION ALL SELECT 'net.core.rmem_max', 'bytes', 'SO_RCVBUF', NULL
        UNION ALL SELECT 'net.core.wmem_max', 'bytes', 'SO_SNDBUF', NULL) w
  JOIN setting s ON s.name = w.name
  JOIN (          -- the kernel's own value where it is a constant, and whose findings are about it
        SELECT 'net.core.somaxconn' AS name, CASE WHEN k >= 5004000 THEN '4096' ELSE '128' END AS usual, 'tcp-listen/*' AS rules FROM kernel
        UNION ALL SELECT 'net.ipv4.tcp_max_syn_backlog', NULL, 'tcp-listen/syn*'
        UNION ALL SELECT 'net.core.netdev_max_backlog', '1000', 'softirq/backlog-*'
        UNION ALL SELECT 'net.core.netdev_budget', '300', 'softirq/time-squeeze'
        UNION ALL SELECT 'net.core.netdev_budget_usecs', NULL, 'softirq/time-squeeze'
        UNION ALL SELECT 'net.ipv4.ip_local_port_range', '32768 ' || CASE WHEN k >= 4002000 THEN '60999' ELSE '61000' END, 's*/*port*' FROM kernel
        UNION ALL SELECT 'net.ipv4.tcp_max_tw_buckets', NULL, 'sockets/timewait-overflow'
        UNION ALL SELECT 'net.ipv4.tcp_max_orphans', NULL, 'tcp-memory/orphans'
        UNION ALL SELECT 'net.ipv4.tcp_mem', NULL, '*/*tcp-mem*'
        UNION ALL SELECT 'net.ipv4.udp_mem', NULL, 'udp/*'
        UNION ALL SELECT 'net.netfilter.nf_conntrack_max', NULL, 'conntrack/*'
        UNION ALL SELECT 'net.ipv4.neigh.default.gc_thresh3', '1024', 'neighbour/table-full'
        UNION ALL SELECT 'fs.file-max', NULL, 'limits/file-max'
        UNION ALL SELECT 'net.ipv4.tcp_rmem', NULL, 'tcp-memory/buffer*'
        UNION ALL SELECT 'net.ipv4.tcp_wmem', NULL, 'tcp-memory/*buf*'
        UNION ALL SELECT 'net.core.rmem_max', '212992', 'udp/rcvbuf*'
        UNION ALL SELECT 'net.core.wmem_max', '212992', 'udp/sndbuf*'
  ) u ON u.name = w.name;
-- table: behaviour
SELECT name AS sysctl, replace(value, char(9), ' ') AS value,
       CASE WHEN name LIKE '%retries' THEN 'retries' WHEN name LIKE '%\_time' ESCAPE '\' OR name LIKE '%timeout' THEN 's'
            WHEN name LIKE '%lowat' THEN 'bytes' WHEN name <> 'vm.swappiness' AND value GLOB '[0-9]' THEN 'switch' END AS unit
  FROM setting
 WHERE name IN ('net.ipv4.tcp_congestion_control', 'net.core.default_qdisc', 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_fin_timeout',
                'net.ipv4.tcp_abort_on_overflow', 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_early_retrans', 'net.ipv4.tcp_recovery', 'net.ipv4.tcp_sack',
                'net.ipv4.tcp_timestamps', 'net.ipv4.tcp_syn_retries', 'net.ipv4.tcp_synack_retries', 'net.ipv4.tcp_mtu_probing', 'net.ipv4.tcp_keepalive_time',
                'net.ipv4.tcp_notsent_lowat', 'vm.swappiness')
 ORDER BY name;
-- table: changed in the window
SELECT name AS sysctl, replace(value, char(9), ' ') AS "first", replace(last, char(9), ' ') AS "at the end"
  FROM setting WHERE changed AND name NOT IN ('fs.inode-nr', 'fs.aio-nr', 'fs.file-nr', 'net.netfilter.nf_conntrack_count') ORDER BY name;
-- table: further settings of the network, as a sosreport has them
-- top: 80
SELECT name AS sysctl, replace(value, char(9), ' ') AS value FROM setting
 WHERE EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')
   AND name IN ('net.core.busy_poll', 'net.core.busy_read', 'net.core.dev_weight', 'net.core.optmem_max', 'net.core.rmem_default', 'net.core.wmem_default',
                'net.core.rps_sock_flow_entries', 'net.core.netdev_tstamp_prequeue', 'net.core.bpf_jit_enable', 'net.ipv4.icmp_echo_ignore_all', 'net.ipv4.ip_forward', 'net.ipv4.ip_local_reserved_ports',
                'net.ipv4.ip_nonlocal_bind', 'net.ipv4.ipfrag_high_thresh', 'net.ipv4.ipfrag_low_thresh', 'net.ipv4.ipfrag_time',
                'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_low_latency', 'net.ipv4.tcp_tw_recycle', 'net.ipv4.tcp_window_scaling',
                'net.ipv4.tcp_moderate_rcvbuf', 'net.ipv4.tcp_adv_win_scale', 'net.ipv4.tcp_no_metrics_save', 'net.ipv4.tcp_retries1', 'net.ipv4.tcp_retries2', 'net.ipv4.tcp_orphan_retries',
                'net.ipv4.tcp_ecn', 'net.ipv4.tcp_dsack', 'net.ipv4.tcp_fack', 'net.ipv4.tcp_frto', 'net.ipv4.tcp_fastopen', 'net.ipv4.tcp_reordering', 'net.ipv4.tcp_rfc1337',
                'net.ipv4.tcp_available_congestion_control', 'net.ipv4.tcp_autocorking', 'net.ipv4.tcp_limit_output_bytes', 'net.ipv4.tcp_challenge_ack_limit',
                'net.ipv4.udp_rmem_min', 'net.ipv4.udp_wmem_min', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter', 'net.ipv4.conf.all.arp_ignore', 'net.ipv4.conf.all.arp_announce',
                'net.ipv4.conf.all.arp_filter', 'net.ipv4.neigh.default.gc_thresh1', 'net.ipv4.neigh.default.gc_thresh2', 'net.ipv6.conf.all.disable_ipv6', 'net.ipv6.conf.default.disable_ipv6',
                'net.ipv6.conf.all.forwarding', 'net.ipv6.neigh.default.gc_thresh1', 'net.ipv6.neigh.default.gc_thresh2', 'net.ipv6.neigh.default.gc_thresh3', 'net.bridge.bridge-nf-call-iptables',
                'net.netfilter.nf_conntrack_buckets', 'net.netfilter.nf_conntrack_count', 'net.netfilter.nf_conntrack_tcp_timeout_established')
 ORDER BY name;
