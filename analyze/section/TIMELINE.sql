-- section: TIMELINE
-- order: 180
-- about: what happened together; each row is scaled to its peak, the worst moment of each slice
-- empty: nothing happened, and no finding has a time
-- table:
-- layout: timeline
-- data: lane, unit, sum, highest
-- top: 90
--
-- A counter becomes a row by one line here; lines of one place are one row.  `unit` is that of
-- its growth ('1' or 'ns'), `least` the rate a second (of ns: the share) that its worst interval
-- must have; entity and name are patterns.  Drivers' own counters come in by what they mean: they count
-- one packet under several names, so the largest of an interface counts, or the sum of its queues.
WITH what(place, event, unit, least, source, entity, name) AS (VALUES
  (200, 'retransmits',             '1',  0,    'snmp',      '',           'TcpRetransSegs'),
  (201, '- fast',                  '1',  0,    'netstat',   '',           'TcpExtTCPFastRetrans'),
  (202, '- in slow start',         '1',  0,    'netstat',   '',           'TcpExtTCPSlowStartRetrans'),
  (203, '- tail loss probes',      '1',  0,    'netstat',   '',           'TcpExtTCPLossProbes'),
  (204, '- timeouts (RTO)',        '1',  0,    'netstat',   '',           'TcpExtTCPTimeouts'),
  (205, '- of SYN, SYN-ACK',       '1',  0,    'netstat',   '',           'TcpExtTCPSynRetrans'),
  (206, '- lost again',            '1',  0,    'netstat',   '',           'TcpExtTCPLostRetransmit'),
  (210, 'DSACKs received',         '1',  0,    'netstat',   '',           'TcpExtTCPDSACKRecv'),
  (211, 'reordering seen',         '1',  0,    'netstat',   '',           'TcpExtTCPSACKReorder'),
  (211, 'reordering seen',         '1',  0,    'netstat',   '',           'TcpExtTCPTSReorder'),
  (220, 'listen overflows',        '1',  0,    'netstat',   '',           'TcpExtListenOverflows'),
  (221, 'listen drops',            '1',  0,    'netstat',   '',           'TcpExtListenDrops'),
  (222, 'SYN queue full, dropped', '1',  0,    'netstat',   '',           'TcpExtTCPReqQFullDrop'),
  (223, 'SYN cookies sent',        '1',  0,    'netstat',   '',           'TcpExtSyncookiesSent'),
  (224, 'TCP backlog drops',       '1',  0,    'netstat',   '',           'TcpExtTCPBacklogDrop'),
  (230, 'zero windows advertised', '1',  0,    'netstat',   '',           'TcpExtTCPToZeroWindowAdv'),
  (231, 'receive queue pruned',    '1',  0,    'netstat',   '',           'TcpExtPruneCalled'),
  (232, 'receive queue drops',     '1',  0,    'netstat',   '',           'TcpExtTCPRcvQDrop'),
  (233, 'TCP memory pressure',     '1',  0,    'netstat',   '',           'TcpExtTCPMemoryPressures'),
  (240, 'resets sent',             '1',  0,    'snmp',      '',           'TcpOutRsts'),
  (241, 'connections reset',       '1',  0,    'snmp',      '',           'TcpEstabResets'),
  (242, 'connects failed',         '1',  0,    'snmp',      '',           'TcpAttemptFails'),
  (243, 'aborts',                  '1',  0,    'netstat',   '',           'TcpExtTCPAbortOn*'),
  (244, 'TIME-WAIT overflows',     '1',  0,    'netstat',   '',           'TcpExtTCPTimeWaitOverflow'),
  (300, 'softnet drops',           '1',  0,    'softnet',   '*',          'dropped'),
  (301, 'softnet time squeezes',   '1',  0,    'softnet',   '*',          'time_squeeze'),
  (302, 'softnet flow limit',      '1',  0,    'softnet',   '*',          'flow_limit'),
  (310, 'NIC receive drops',       '1',  0,    'netdev',    '*',          'rx_drop'),
  (311, 'NIC receive errors',      '1',  0,    'netdev',    '*',          'rx_errs'),
  (312, 'NIC send drops, errors',  '1',  0,    'netdev',    '*',          'tx_drop'),
  (312, 'NIC send drops, errors',  '1',  0,    'netdev',    '*',          'tx_errs'),
  (313, 'carrier changes',         '1',  0,    'nic',       '*',          'carrier_changes'),
  (320, 'qdisc drops',             '1',  0,    'qdisc',     '*',          'dropped'),
  (321, 'qdisc requeues',          '1',  0,    'qdisc',     '*',          'requeues'),
  (330, 'UDP receive buffer full', '1',  0,    'snmp',      '',           'UdpRcvbufErrors'),
  (330, 'UDP receive buffer full', '1',  0,    'snmp6',     '',           'Udp6RcvbufErrors'),
  (331, 'UDP send buffer full',    '1',  0,    'snmp',      '',           'UdpSndbufErrors'),
  (332, 'UDP without a port',      '1',  0,    'snmp',      '',           'UdpNoPorts'),
  (340, 'IP discards',             '1',  0,    'snmp',      '',           'Ip*Discards'),
  (341, 'IP without a route',      '1',  0,    'snmp',      '',           'IpOutNoRoutes'),
  (342, 'fragments not joined',    '1',  0,    'snmp',      '',           'IpReasmFails'),
  (350, 'conntrack drops',         '1',  0,    'conntrack', 'cpu*',       'drop'),
  (350, 'conntrack drops',         '1',  0,    'conntrack', 'cpu*',       'early_drop'),
  (350, 'conntrack drops',         '1',  0,    'conntrack', 'cpu*',       'insert_failed'),
  (351, 'neighbours not resolved', '1',  0,    'neigh',     '*',          'res_failed'),
  (352, 'neighbour table full',    '1',  0,    'neigh',     '*',          'table_fulls'),
  (410, 'CPU steal',               'ns', 0.01, 'stat',      '',           'steal'),
  (411, 'CPU quota throttling',    'ns', 0,    'cgroup',    '*',          'throttled_ns'),
  (412, 'CPU pressure',            'ns', 0.1,  'pressure',  'cpu',        'some_total'),
  (413, 'memory pressure',         'ns', 0.01, 'pressure',  'memory',     'some_total'),
  (414, 'I/O pressure',            'ns', 0.1,  'pressure',  'io',         'some_total'),
  (420, 'allocation stalls',       '1',  0,    'vmstat',    '',           'allocstall*'),
  (421, 'pages swapped',           '1',  0,    'vmstat',    '',           'pswpin'),
  (421, 'pages swapped',           '1',  0,    'vmstat',    '',           'pswpout'),
  (422, 'OOM kills',               '1',  0,    'vmstat',    '',           'oom_kill'),
  (120, 'linkerd: requests',       '1',  0,    'linkerd',   '*|server|*', 'requests'),
  (121, 'linkerd: failures',       '1',  0,    'linkerd',   '*|server|*', 'failures'),
  (122, 'linkerd: requeues',       '1',  0,    'linkerd',   '*|client|*', 'retries/requeues'),
  (123, 'linkerd: connects',       '1',  0,    'linkerd',   '*|client|*', 'connects'),
  (124, 'linkerd: hosts ejected',  '1',  0,    'linkerd',   '*|client|*', 'failure_accrual/removals')
), driver(place, event, meaning) AS (VALUES
  (315, 'NIC ring full (driver)',  'ring_full'),
  (316, 'NIC drops (driver)',      'rx_drop'),
  (316, 'NIC drops (driver)',      'no_memory'),
  (317, 'NIC send drops (driver)', 'tx_drop'),
  (318, 'cloud limits exceeded',   'allowance_lost'),
  (318, 'cloud limits exceeded',   'allowance_shaped'),
  (319, 'NIC hung or reset',       'tx_timeout'),
  (319, 'NIC hung or reset',       'device_error')
), part AS (               -- of each entity
  SELECT w.place, w.event, w.unit, w.least, w.source, m.snap, max(m.dt) AS dt,
         sum(m.delta) AS grown
    FROM what w JOIN series s ON s.source = w.source AND s.name GLOB w.name AND s.entity GLOB w.entity
     AND s.kind IN ('counter', 'counter32') AND s.increase > 0
    JOIN sample m ON m.series = s.id
   WHERE m.delta > 0 AND m.dt > 0 AND NOT (w.source = 'linkerd' AND instr(s.entity, '|service|') > 0)
   GROUP BY w.place, s.entity, m.snap
   UNION ALL
  SELECT d.place, d.event, '1', 0, 'ethtool', m.snap, max(m.dt),
         max(coalesce(max(CASE WHEN NOT n.part THEN m.delta END), 0), coalesce(sum(CASE WHEN n.part THEN m.delta END), 0))
    FROM driver d JOIN ethtool_meaning n ON n.meaning = d.meaning
    JOIN series s ON s.source = 'ethtool' AND s.name = n.name AND s.entity = n.entity AND s.increase > 0
    JOIN sample m ON m.series = s.id
   WHERE m.delta > 0 AND m.dt > 0
   GROUP BY d.place, n.nic, m.snap
), growth AS (             -- of all series of a place together, in each interval
  SELECT place, event, unit, least, source, snap, sum(grown) AS grown, max(dt) AS dt FROM part GROUP BY place, snap
), gc AS (                 -- a gauge or a counter, as the form of metrics.json has it; a fall is a restart
  SELECT x.mono, m.value - lag(m.value) OVER (ORDER BY m.snap) AS grown_ms, x.mono - lag(x.mono) OVER (ORDER BY m.snap) AS dt
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'linkerd' AND s.name = 'jvm/gc/msec' AND s.kind <> 'text' AND instr(s.entity, '|') = 0
), cpu AS (                -- of all CPUs together
  SELECT m.snap, max(m.dt) AS dt, sum(m.delta) AS spent, sum(CASE WHEN s.name NOT IN ('idle', 'iowait') THEN m.delta END) AS busy,
         sum(CASE WHEN s.name = 'softirq' THEN m.delta END) AS softirq
    FROM series s JOIN sample m ON m.series = s.id
   WHERE s.source = 'stat' AND s.entity = '' AND s.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
     AND m.delta >= 0
   GROUP BY m.snap HAVING sum(m.delta) > 0
), tick AS (
  SELECT *, lag(snap) OVER (ORDER BY snap) AS snap_before, lag(mono) OVER (ORDER BY snap) AS mono_before, lag(boot) OVER (ORDER BY snap) AS boot_before
    FROM snapshot
), once AS (               -- single events, each held over the interval that showed it
  SELECT 502 AS place, 'ticks missed' AS event, mono_before AS t0, mono AS t1, snap - snap_before - 1 AS v FROM tick WHERE snap > snap_before + 1
   UNION ALL
  SELECT 503, 'ticks late by 0.5 s or more', mono_before, mono, 1 FROM tick WHERE late_s >= 0.5
   UNION ALL
  SELECT 504, 'clock set', mono_before, mono, 1 FROM tick WHERE abs(step_s) > 0.1
   UNION ALL
  SELECT 505, 'reboot', mono_before, mono, 1 FROM tick WHERE boot > boot_before
   UNION ALL
  SELECT 501, 'counters reset', x.mono - m.dt, x.mono, 1
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.resets > 0 AND s.kind IN ('counter', 'counter32') AND m.delta IS NULL AND m.value IS NOT NULL AND m.dt > 0
   UNION ALL
  SELECT 510, 'settings changed', mono, mono, n
    FROM (SELECT x.mono, count(*) AS n FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
           WHERE s.source = 'sysctl' AND s.entity = '' AND s.first IS NOT s.last AND m.value IS NOT s.first GROUP BY m.snap)
   UNION ALL
  SELECT 314, 'link state changes', coalesce(mono_before, mono), mono, 1
    FROM (SELECT x.mono, m.value, lag(m.value) OVER w AS value_before, lag(x.mono) OVER w AS mono_before
            FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
           WHERE s.kind = 'text' AND s.source = 'ifconfig' AND s.name = 'flags' AND s.first IS NOT NULL
          WINDOW w AS (PARTITION BY s.id ORDER BY m.snap))
   WHERE value_before IS NOT NULL AND value IS NOT value_before
), timed AS (              -- findings that say when; one moment alone is its own beginning and end
  SELECT f.rule || CASE f.entity WHEN '' THEN '' ELSE ' ' || f.entity END AS event, f.level,
         CASE f.level WHEN 'crit' THEN 0 WHEN 'warn' THEN 1 ELSE 2 END AS rank, f.explained_by IS NOT NULL AS folded,
         a.mono_before AS a0, a.mono AS a1, b.mono_before AS b0, c.mono AS c1
    FROM finding f
    LEFT JOIN tick a ON a.snap = coalesce(f.at, f.first_at)
    LEFT JOIN tick b ON b.snap = coalesce(f.first_at, f.at)
    LEFT JOIN tick c ON c.snap = coalesce(f.last_at, f.at, f.first_at)
   WHERE f.suppressed IS NULL AND coalesce(f.at, f.first_at) IS NOT NULL
), events AS (
  SELECT g.place, g.event, CASE g.unit WHEN 'ns' THEN 'pct' ELSE 'per_s' END AS unit, g.unit AS sum_unit, sum(g.grown) AS sum,
         max(g.grown / g.dt) / CASE g.unit WHEN 'ns' THEN 1e7 ELSE 1 END AS highest,
         strip(g.source, x.mono - g.dt, x.mono, g.grown / g.dt / CASE g.unit WHEN 'ns' THEN 1e7 ELSE 1 END) AS time_spark
    FROM growth g JOIN snapshot x ON x.snap = g.snap
   GROUP BY g.place HAVING max(g.grown / g.dt) >= max(g.least) * CASE g.unit WHEN 'ns' THEN 1e9 ELSE 1 END
   UNION ALL
  SELECT place, event, '1', '1', sum(v), max(v), strip(NULL, t0, t1, v) FROM once GROUP BY place
   UNION ALL
  SELECT 400, 'CPU busy', 'pct', '', NULL, max(busy * 100.0 / spent), strip('stat', x.mono - c.dt, x.mono, busy * 100.0 / spent)
    FROM cpu c JOIN snapshot x ON x.snap = c.snap HAVING max(busy * 100.0 / spent) >= 50
   UNION ALL
  SELECT 401, 'CPU in softirqs', 'pct', '', NULL, max(softirq * 100.0 / spent), strip('stat', x.mono - c.dt, x.mono, softirq * 100.0 / spent)
    FROM cpu c JOIN snapshot x ON x.snap = c.snap HAVING max(softirq * 100.0 / spent) >= 5
   UNION ALL
  SELECT 130, 'linkerd: garbage coll.', 'pct', 'ms', sum(grown_ms), max(grown_ms / dt) / 10, strip('linkerd', mono - dt, mono, grown_ms / dt / 10)
    FROM gc WHERE grown_ms > 0 AND dt > 0 HAVING sum(grown_ms) > 0
   UNION ALL
  SELECT 100 + (metric = 'p999'), 'client latency ' || metric, 'ms', '', NULL, max(v), strip('linkerd', t0, t1, v)
    FROM (SELECT 'p99' AS metric, t0, t1, p99 AS v FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0
           UNION ALL
          SELECT 'p999', t0, t1, p999 FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n > 0)
   GROUP BY metric HAVING max(v) > 0
)
SELECT event, time_spark, total, peak, lane, unit, sum, highest
  FROM (SELECT 0 AS kind, place AS a, 0 AS b, event, time_spark, human(sum, sum_unit) AS total, human(highest, unit) AS peak, NULL AS lane,
               unit, sum, highest FROM events
         UNION ALL
        SELECT 1, rank, folded, event, strip(NULL, t0, t1, v), NULL, NULL, level, NULL, NULL, NULL
          FROM (SELECT event, level, rank, folded, b0 AS t0, c1 AS t1, 1 AS v FROM timed UNION ALL
                SELECT event, level, rank, folded, a0, a1, 2 FROM timed)
         GROUP BY rank, folded, event)
 ORDER BY kind, a, b, event;
