-- The key metrics of a bundle, for schema/fleet.sql: one row a metric and entity.  A name is AREA/NAME, lower case.
-- name, entity, unit (a column's ending, see humanize.h; '' = a count), value (what hosts are compared by), low, median, p95,
-- high (of the intervals), total (growth of a counter), slices (its course, a spark; NULL = not kept).
--
-- A series becomes a metric by one line here: `scale` turns its unit into that of the metric, `most` keeps that many entities.
WITH of_counter(name, unit, scale, source, entity, series, course, most) AS (VALUES
  ('tcp/out_segments',      'per_s',       1.0,  'snmp',    '',           'TcpOutSegs',                    1, 1),
  ('tcp/in_segments',       'per_s',       1.0,  'snmp',    '',           'TcpInSegs',                     1, 1),
  ('tcp/retransmits',       'per_s',       1.0,  'snmp',    '',           'TcpRetransSegs',                1, 1),
  ('tcp/timeouts',          'per_s',       1.0,  'netstat', '',           'TcpExtTCPTimeouts',             1, 1),
  ('tcp/syn_retransmits',   'per_s',       1.0,  'netstat', '',           'TcpExtTCPSynRetrans',           1, 1),
  ('tcp/opened',            'per_s',       1.0,  'snmp',    '',           'TcpActiveOpens',                1, 1),
  ('tcp/accepted',          'per_s',       1.0,  'snmp',    '',           'TcpPassiveOpens',               1, 1),
  ('tcp/connects_failed',   'per_s',       1.0,  'snmp',    '',           'TcpAttemptFails',               1, 1),
  ('tcp/connections_reset', 'per_s',       1.0,  'snmp',    '',           'TcpEstabResets',                1, 1),
  ('tcp/resets_sent',       'per_s',       1.0,  'snmp',    '',           'TcpOutRsts',                    0, 1),
  ('tcp/listen_overflows',  'per_s',       1.0,  'netstat', '',           'TcpExtListenOverflows',         1, 1),
  ('tcp/listen_drops',      'per_s',       1.0,  'netstat', '',           'TcpExtListenDrops',             1, 1),
  ('tcp/request_queue_drops', 'per_s',     1.0,  'netstat', '',           'TcpExtTCPReqQFullDrop',         0, 1),
  ('tcp/receive_drops',     'per_s',       1.0,  'netstat', '',           'TcpExtTCPRcvQDrop',             0, 1),
  ('udp/in',                'per_s',       1.0,  'snmp',    '',           'UdpInDatagrams',                0, 1),
  ('udp/receive_drops',     'per_s',       1.0,  'snmp',    '',           'UdpRcvbufErrors',               1, 1),
  ('nic/rx_bytes',          'bytes_per_s', 1.0,  'netdev',  '*',          'rx_bytes',                      1, 8),
  ('nic/tx_bytes',          'bytes_per_s', 1.0,  'netdev',  '*',          'tx_bytes',                      1, 8),
  ('nic/rx_packets',        'per_s',       1.0,  'netdev',  '*',          'rx_packets',                    1, 8),
  ('nic/tx_packets',        'per_s',       1.0,  'netdev',  '*',          'tx_packets',                    0, 8),
  ('nic/rx_drops',          'per_s',       1.0,  'netdev',  '*',          'rx_drop',                       1, 8),
  ('nic/rx_errors',         'per_s',       1.0,  'netdev',  '*',          'rx_errs',                       0, 8),
  ('nic/tx_drops',          'per_s',       1.0,  'netdev',  '*',          'tx_drop',                       0, 8),
  ('host/context_switches', 'per_s',       1.0,  'stat',    '',           'ctxt',                          0, 1),
  ('host/forks',            'per_s',       1.0,  'stat',    '',           'processes',                     0, 1),
  ('cpu/pressure',          'pct',         1e-7, 'pressure', 'cpu',       'some_total',                    1, 1),
  ('memory/pressure',       'pct',         1e-7, 'pressure', 'memory',    'some_total',                    1, 1),
  ('io/pressure',           'pct',         1e-7, 'pressure', 'io',        'some_total',                    0, 1),
  ('memory/oom_kills',      'per_s',       1.0,  'vmstat',  '',           'oom_kill',                      0, 1),
  ('cgroup/throttled',      'pct',         1e-7, 'cgroup',  '*',          'throttled_ns',                  0, 4),
  ('linkerd/requests',      'per_s',       1.0,  'linkerd', '*|server|*', 'requests',                      1, 8),
  ('linkerd/failures',      'per_s',       1.0,  'linkerd', '*|server|*', 'failures',                      1, 8),
  ('linkerd/client_requests', 'per_s',     1.0,  'linkerd', '*|client|*', 'requests',                      0, 16),
  ('linkerd/client_failures', 'per_s',     1.0,  'linkerd', '*|client|*', 'failures',                      0, 16),
  ('linkerd/client_connects', 'per_s',     1.0,  'linkerd', '*|client|*', 'connects',                      0, 16)
), of_gauge(name, unit, scale, source, entity, series, course, most) AS (VALUES
  ('host/load1',            '',            1.0,  'loadavg', '',           'load1',                         1, 1),
  ('host/running',          '',            1.0,  'stat',    '',           'procs_running',                 0, 1),
  ('host/blocked',          '',            1.0,  'stat',    '',           'procs_blocked',                 0, 1),
  ('host/open_files',       '',            1.0,  'files',   '',           'open',                          0, 1),
  ('memory/available',      'bytes',       1.0,  'meminfo', '',           'MemAvailable',                  1, 1),
  ('tcp/in_use',            '',            1.0,  'sockstat', '',          'TCP_inuse',                     1, 1),
  ('tcp/orphans',           '',            1.0,  'sockstat', '',          'TCP_orphan',                    0, 1),
  ('tcp/time_wait',         '',            1.0,  'sockstat', '',          'TCP_tw',                        1, 1),
  ('tcp/memory_pages',      '',            1.0,  'sockstat', '',          'TCP_mem',                       0, 1),
  ('conntrack/entries',     '',            1.0,  'conntrack', '',         'count',                         1, 1),
  ('neighbour/entries',     '',            1.0,  'neigh',   'arp_cache',  'entries',                       0, 1),
  ('linkerd/pending',       '',            1.0,  'linkerd', '*|server|*', 'pending',                       1, 8),
  ('linkerd/connections',   '',            1.0,  'linkerd', '*|server|*', 'connections',                   0, 8),
  ('listener/queue',        '',            1.0,  'listener', '*',         'queue',                         0, 16),
  ('clock/offset',          'ns',          1.0,  'clock',   '',           'offset',                        0, 1),
  ('clock/error_bound',     'ns',          1.0,  'clock',   '',           'maxerror',                      0, 1)
), sum_of(name, unit, source, entity, series, course) AS (VALUES  -- of all entities together, in each interval
  ('softnet/processed',     'per_s',             'softnet',   'cpu*',      'processed',                    1),
  ('softnet/drops',         'per_s',             'softnet',   'cpu*',      'dropped',                      1),
  ('softnet/squeezes',      'per_s',             'softnet',   'cpu*',      'time_squeeze',                 1),
  ('conntrack/drops',       'per_s',             'conntrack', 'cpu*',      'drop',                         1),
  ('conntrack/insert_failed', 'per_s',           'conntrack', 'cpu*',      'insert_failed',                0),
  ('qdisc/drops',           'per_s',             'qdisc',     '*:root',    'dropped',                      1)
), counted AS (
  SELECT w.name, s.entity, w.unit, w.scale, w.course, w.most, s.id, s.increase, s.span, s.lo, s.p50, s.p95, s.peak_per_s,
         row_number() OVER (PARTITION BY w.name ORDER BY s.increase DESC, s.entity) AS nth
    FROM of_counter w
    JOIN series s ON s.source = w.source AND s.name = w.series AND s.entity GLOB w.entity AND s.kind IN ('counter', 'counter32')
   WHERE s.span > 0 AND s.entity <> 'lo' AND instr(s.entity, '|service|') = 0
), held AS (
  SELECT w.name, s.entity, w.unit, w.scale, w.course, w.most, s.id, s.lo, s.p50, s.p95, s.hi,
         row_number() OVER (PARTITION BY w.name ORDER BY s.hi DESC, s.entity) AS nth
    FROM of_gauge w
    JOIN series s ON s.source = w.source AND s.name = w.series AND s.entity GLOB w.entity AND s.kind = 'gauge'
   WHERE s.n > 0 AND instr(s.entity, '|service|') = 0
), took AS (               -- the intervals of each source
  SELECT c.source, c.snap, max(c.dt) AS dt
    FROM capture c
   WHERE c.dt > 0 AND c.state IN ('ok', 'cut', 'interrupted', 'fallback') AND c.source IN (SELECT source FROM sum_of)
   GROUP BY c.source, c.snap
), summed AS (
  SELECT w.name, m.snap, sum(m.delta) AS grown
    FROM sum_of w
    JOIN series s ON s.source = w.source AND s.name = w.series AND s.entity GLOB w.entity AND s.intervals > 0
    JOIN sample m ON m.series = s.id
   WHERE m.delta > 0 AND m.dt > 0
   GROUP BY w.name, m.snap
), rates AS (              -- a counter that stood still has no row: it is zero in that interval
  SELECT w.name, w.unit, w.source, w.course, t.snap, t.dt, coalesce(g.grown, 0) AS grown, coalesce(g.grown, 0) / t.dt AS rate,
         row_number() OVER (PARTITION BY w.name ORDER BY coalesce(g.grown, 0) / t.dt) AS nth, count(*) OVER (PARTITION BY w.name) AS n
    FROM sum_of w
    JOIN took t ON t.source = w.source
    LEFT JOIN summed g ON g.name = w.name AND g.snap = t.snap
   WHERE EXISTS (SELECT 1 FROM series s WHERE s.source = w.source AND s.name = w.series AND s.entity GLOB w.entity AND s.intervals > 0)
), spent AS (              -- CPU time of each interval, all CPUs together
  SELECT m.snap, max(m.dt) AS dt, sum(m.delta) AS total,
         sum(CASE WHEN s.name NOT IN ('idle', 'iowait') THEN m.delta ELSE 0 END) AS busy,
         sum(CASE WHEN s.name = 'softirq' THEN m.delta ELSE 0 END) AS softirq,
         sum(CASE WHEN s.name = 'steal' THEN m.delta ELSE 0 END) AS steal
    FROM series s JOIN sample m ON m.series = s.id
   WHERE s.source = 'stat' AND s.entity = '' AND s.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
     AND m.delta >= 0 AND m.dt > 0
   GROUP BY m.snap HAVING sum(m.delta) > 0
), shares AS (
  SELECT name, snap, dt, part, total, part * 100.0 / total AS pct,
         row_number() OVER (PARTITION BY name ORDER BY part * 100.0 / total) AS nth, count(*) OVER (PARTITION BY name) AS n
    FROM (SELECT 'cpu/busy' AS name, snap, dt, busy AS part, total FROM spent UNION ALL
          SELECT 'cpu/softirq', snap, dt, softirq, total FROM spent UNION ALL
          SELECT 'cpu/steal', snap, dt, steal, total FROM spent)
), each_cpu AS (           -- the window's share of each CPU
  SELECT entity, sum(CASE WHEN name NOT IN ('idle', 'iowait') THEN mean ELSE 0 END) * 100.0 / nullif(sum(mean), 0) AS busy,
         sum(CASE WHEN name = 'softirq' THEN mean ELSE 0 END) * 100.0 / nullif(sum(mean), 0) AS softirq
    FROM series
   WHERE source = 'stat' AND entity <> '' AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), minutes AS (            -- linkerd's histograms
  SELECT router || '|' || scope || '|' || id AS entity, scope, n AS requests, sum, p50, p99, p999
    FROM window WHERE metric = 'request_latency_ms' AND service = '' AND scope IN ('server', 'client') AND n > 0
), asked AS (
  SELECT entity, scope, sum(requests) AS requests, row_number() OVER (PARTITION BY scope ORDER BY sum(requests) DESC, entity) AS nth
    FROM minutes GROUP BY entity
), quantile AS (
  SELECT 'linkerd/' || CASE m.scope WHEN 'client' THEN 'client_' ELSE '' END || q.name AS name, m.entity,
         CASE q.name WHEN 'p50' THEN m.p50 WHEN 'p99' THEN m.p99 ELSE m.p999 END AS v
    FROM minutes m JOIN asked a ON a.entity = m.entity AND a.nth <= 16
    JOIN (SELECT 'p50' AS name UNION ALL SELECT 'p99' UNION ALL SELECT 'p999') q
), states AS (             -- a state that a capture does not name has no socket there
  SELECT s.state, t.snap, coalesce(n.n, 0) AS v
    FROM (SELECT DISTINCT state FROM tcp_state) s
    JOIN (SELECT DISTINCT snap FROM tcp_state) t
    LEFT JOIN tcp_state n ON n.state = s.state AND n.snap = t.snap
)
SELECT name, entity, unit, increase * scale / span AS value, lo * scale AS low, p50 * scale AS median, p95 * scale AS p95,
       peak_per_s * scale AS high, increase AS total, CASE WHEN course THEN slices(id, scale) END AS slices
  FROM counted WHERE nth <= most AND increase IS NOT NULL
 UNION ALL
SELECT name, entity, unit, p50 * scale, lo * scale, p50 * scale, p95 * scale, hi * scale, NULL, CASE WHEN course THEN slices(id, scale) END
  FROM held WHERE nth <= most
 UNION ALL
SELECT r.name, '', r.unit, sum(r.grown) / sum(r.dt), min(r.rate), max(CASE WHEN r.nth = (r.n + 1) / 2 THEN r.rate END),
       max(CASE WHEN r.nth = (r.n * 95 + 99) / 100 THEN r.rate END), max(r.rate), sum(r.grown),
       CASE WHEN r.course THEN strip(r.source, x.mono - r.dt, x.mono, r.rate) END
  FROM rates r JOIN snapshot x ON x.snap = r.snap GROUP BY r.name
 UNION ALL
SELECT s.name, '', 'pct', sum(s.part) * 100.0 / sum(s.total), min(s.pct), max(CASE WHEN s.nth = (s.n + 1) / 2 THEN s.pct END),
       max(CASE WHEN s.nth = (s.n * 95 + 99) / 100 THEN s.pct END), max(s.pct), NULL, strip('stat', x.mono - s.dt, x.mono, s.pct)
  FROM shares s JOIN snapshot x ON x.snap = s.snap GROUP BY s.name
 UNION ALL
SELECT 'cpu/busiest', '', 'pct', max(busy), NULL, NULL, NULL, NULL, NULL, NULL FROM each_cpu WHERE busy IS NOT NULL HAVING count(*) > 0
 UNION ALL
SELECT 'cpu/busiest_softirq', '', 'pct', max(softirq), NULL, NULL, NULL, NULL, NULL, NULL FROM each_cpu WHERE softirq IS NOT NULL HAVING count(*) > 0
 UNION ALL
SELECT 'memory/available_pct', '', 'pct', a.p50 * 100.0 / t.last, a.lo * 100.0 / t.last, a.p50 * 100.0 / t.last, a.p95 * 100.0 / t.last,
       a.hi * 100.0 / t.last, NULL, NULL
  FROM gauge a JOIN gauge t ON t.source = 'meminfo' AND t.name = 'MemTotal' AND t.last > 0
 WHERE a.source = 'meminfo' AND a.name = 'MemAvailable'
 UNION ALL
SELECT 'tcp/retransmit_ratio', '', 'pct', r.increase * 100.0 / o.increase, NULL, NULL, NULL, NULL, NULL, NULL
  FROM counter r JOIN counter o ON o.source = 'snmp' AND o.name = 'TcpOutSegs' AND o.increase > 0
 WHERE r.source = 'snmp' AND r.name = 'TcpRetransSegs' AND r.increase IS NOT NULL
 UNION ALL
SELECT 'tcp/sockets', state, '', median(v), min(v), median(v), NULL, max(v), NULL, NULL FROM states GROUP BY state
 UNION ALL
SELECT name, entity, 'ms', median(v), min(v), median(v), NULL, max(v), NULL, NULL FROM quantile WHERE v IS NOT NULL GROUP BY name, entity
 UNION ALL
SELECT 'clock/step', '', 's', max(abs(step_s)), NULL, NULL, NULL, NULL, NULL, NULL FROM snapshot WHERE step_s IS NOT NULL HAVING count(*) > 0
 UNION ALL
SELECT 'clock/unsynced', '', '', max(CASE WHEN (name = 'status' AND (last & 64) <> 0) OR (name = 'state' AND last = 5) THEN 1 ELSE 0 END),
       NULL, NULL, NULL, NULL, NULL, NULL
  FROM gauge WHERE source = 'clock' AND name IN ('status', 'state') AND last IS NOT NULL HAVING count(*) > 0;
