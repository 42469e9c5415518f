-- nettape's store, one bundle a file.  Derived data: rebuilt from the bundle, never migrated.
-- Dialect floor SQLite 3.28 (no STRICT, generated columns, ->>, FILTER, iif, NULLS LAST).
-- Units: _ns nanoseconds, _s seconds, _pct percent, _bytes bytes; counts have no suffix.
PRAGMA application_id = 0x4E544150;  -- 'NTAP'
PRAGMA user_version = 1;

-- What the bundle says of itself and of the host.  Keys:
--   host kernel kernel_num (6.1.12 -> 6001012) arch boot_id machine_hash os tool tool_version format note
--   uid caps netns cpus page_size_bytes mem_total_bytes
--   window_asked_s window_s interval_s started ended (UTC text) ticks_asked ticks_taken ticks_late ticks_missed
--   end_reason (complete | signal | size | disk | cut: no end.json) bundle_sha256 bundle_bytes raw_bytes
--   bundle_sha256_of (file | members: of a folder that of sha256sum's list of its files, see report.schema.json |
--   joined: of the lines of table bundle)
--   since until recorded_from recorded_to (UTC text: the window asked for within a longer recording)
--   bundles (joined to one window: sums over them, window_s without the gaps; the facts of the host are the last one's)
--   input (sosreport: no bundle) case obfuscated (1) time_from uptime_s files_read files_spare files_listed files_others
--   since_boot (1: --since-boot)
--   self_cpu_ns self_rss_bytes l5d_asked (1: --metrics given) l5d_seen (1: answered, or a listener on 4140/9990)
--   l5d_proxy (linkerd2-proxy | envoy | other: source linkerd is of such ones' Prometheus text alone)
CREATE TABLE meta(k TEXT PRIMARY KEY, v) WITHOUT ROWID;

-- One row a bundle that the window is made of, in the order of time; one, unless several were joined.
-- The columns behind `ended` are what meta has of a single one, see there.
CREATE TABLE bundle(
  part    INTEGER PRIMARY KEY, -- 0, 1, ...
  name    TEXT NOT NULL,       -- of the file
  ticks   INT NOT NULL,        -- that are judged; 0: none lies in the window, or all are `shared`
  shared  INT NOT NULL,        -- ticks that a bundle before has as well: judged there
  first_snap INT, last_snap INT,
  shift   INT,                 -- a snapshot less this is the tick's number in the bundle
  started TEXT, ended TEXT,    -- UTC, of the ticks that are judged
  host TEXT, kernel TEXT, boot_id TEXT, tool_version TEXT, window_asked_s REAL, interval_s REAL,
  ticks_asked INT, ticks_missed INT, ticks_late INT, end_reason TEXT, end_detail TEXT,
  self_cpu_ns INT, self_rss_bytes INT, raw_bytes INT, bundle_bytes INT, bundle_sha256 TEXT, options TEXT, note TEXT);

-- One row a tick that was taken; a gap in the numbers is a missed tick.
CREATE TABLE snapshot(
  snap   INTEGER PRIMARY KEY,  -- index of the tick's deadline: 0, 1, 2, ...
  t      REAL NOT NULL,        -- wall clock, unix seconds
  mono   REAL NOT NULL,        -- monotonic seconds since the first tick
  dt     REAL,                 -- monotonic seconds since the previous row; NULL = first, another boot, or a bundle's behind a gap
  late_s REAL NOT NULL,        -- how long after its deadline it began
  step_s REAL,                 -- wall clock moved this much against the monotonic one since the previous row
  boot   INT NOT NULL,         -- 0, +1 after each reboot inside the window
  at     TEXT NOT NULL);       -- t as 'YYYY-MM-DD HH:MM:SSZ'

-- One row a source the analyzer knows, also when the bundle has nothing of it.
CREATE TABLE source(
  source TEXT PRIMARY KEY,     -- softnet, netstat, ... (the names that requires: uses)
  state  TEXT NOT NULL,        -- ok | partial | absent | denied | timeout | unparsable | not-collected
  good   INT NOT NULL,         -- snapshots with a good capture of it
  bad    INT NOT NULL,         -- captures that failed or could not be parsed
  first_snap INT, last_snap INT,
  span_s REAL NOT NULL,        -- seconds from its first to its last good capture
  note   TEXT NOT NULL) WITHOUT ROWID;  -- why, in words, for "not evaluated"

-- One row a capture of a member; dt is since the last good capture of the same member: every rate uses it.
CREATE TABLE capture(
  member TEXT NOT NULL,        -- 'proc/net/dev', 'cmd/ethtool_-S_eth0'
  snap   INT NOT NULL,
  source TEXT,                 -- NULL = no parser knows it
  entity TEXT NOT NULL,        -- what the member is about: 'eth0', '127.0.0.1:9990', or ''
  t      REAL,                 -- monotonic seconds since the first tick, middle of the read
  dt     REAL,                 -- seconds; NULL = first good one, or bad
  cost_s REAL,                 -- how long the read took
  state  TEXT NOT NULL,        -- ok absent denied timeout busy cut interrupted fallback thinned error
  bytes  INT,
  note   TEXT);                -- errno text or the collector's remark
-- They grow with the table: a sort of it all at the end would be the only memory that grows with the window.
CREATE INDEX capture_source ON capture(source, snap, state, entity);
CREATE INDEX capture_bad ON capture(state) WHERE state <> 'ok';

-- What could not be read, line by line (at most a few per member; the rest is counted in the last one).
CREATE TABLE note(member TEXT NOT NULL, snap INT, line INT, text TEXT NOT NULL);

-- One row a series, with the summary of the window.
-- For counters lo, hi, mean, p50, p95 are of the per-second rates of its intervals; for gauges of the values.
CREATE TABLE series(
  id     INTEGER PRIMARY KEY,
  source TEXT NOT NULL,        -- softnet softirqs interrupts stat netdev ifconfig ethtool qdisc snmp netstat snmp6 ...
  entity TEXT NOT NULL,        -- cpu3, eth0, 24:cpu0 ..., '' = the host; 'NETNS/eth0' below another namespace
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL,        -- counter | counter32 | gauge | text
  unit   TEXT NOT NULL,        -- 1 B ns page bit/s ratio ? ('' for text)
  n      INT NOT NULL,         -- captures in which it had a value
  first, last,                 -- values (text for kind text)
  lo REAL, hi REAL, mean REAL, p50 REAL, p95 REAL,
  increase INT,                -- counters: growth over the usable intervals; NULL with none
  resets INT NOT NULL,         -- falls that are no wrap
  peak_per_s REAL,             -- worst single interval
  peak_snap INT,               -- counters: the snapshot that ends it; gauges: snapshot of hi
  active INT NOT NULL,         -- intervals in which it moved
  first_active INT, last_active INT,  -- snapshots that end the first and the last of them
  intervals INT NOT NULL,      -- usable intervals
  span   REAL NOT NULL);       -- seconds they cover

-- Values: only changes, plus first and last capture of each series.
CREATE TABLE sample(
  series INT NOT NULL, snap INT NOT NULL,
  value, delta,                -- delta to the capture before; NULL on the first and after a reset
  dt REAL,                     -- seconds of that interval
  PRIMARY KEY(series, snap)) WITHOUT ROWID;

-- Sockets by state, per snapshot (from ss -tan, else from the tcp_info dump, else /proc/net/tcp).
CREATE TABLE tcp_state(snap INT NOT NULL, state TEXT NOT NULL, n INT NOT NULL, PRIMARY KEY(snap, state)) WITHOUT ROWID;

-- The same by peer.  dir 'in': port is our listening port; 'out': port is the peer's.
-- The most numerous 256 (peer, port, dir) a snapshot, the rest under peer '*'.
CREATE TABLE tcp_peer(
  snap INT NOT NULL, dir TEXT NOT NULL, peer TEXT NOT NULL, port INT NOT NULL, state TEXT NOT NULL, n INT NOT NULL,
  PRIMARY KEY(dir, peer, port, state, snap)) WITHOUT ROWID;

-- The same of other network namespaces (--netns, sosreports), whose sockets are in no other table.
CREATE TABLE netns_peer(
  netns TEXT NOT NULL, snap INT NOT NULL, dir TEXT NOT NULL, peer TEXT NOT NULL, port INT NOT NULL, state TEXT NOT NULL, n INT NOT NULL,
  PRIMARY KEY(netns, dir, peer, port, state, snap)) WITHOUT ROWID;

-- Connections that appeared and went away between two captures, by peer, over the window.
CREATE TABLE tcp_churn(
  dir TEXT NOT NULL, peer TEXT NOT NULL, port INT NOT NULL,
  seen INT NOT NULL,           -- distinct connections
  opened INT NOT NULL,         -- not there at the first capture
  closed INT NOT NULL,         -- gone (or in TIME-WAIT) before the last
  peak INT NOT NULL,           -- most at one capture
  life_p50_s REAL,             -- lower bound of the lifetime of those opened and closed in the window
  PRIMARY KEY(dir, peer, port)) WITHOUT ROWID;

-- Per peer and tcp_info capture: growth since the capture before, over sockets seen in both or opened since.
CREATE TABLE tcp_flow(
  snap INT NOT NULL, dir TEXT NOT NULL, peer TEXT NOT NULL, port INT NOT NULL,
  n INT NOT NULL,              -- sockets, not TIME-WAIT
  bytes_sent INT, bytes_received INT, segs_out INT, segs_in INT, retrans INT,  -- NULL on the first capture
  rtt_min_ns INT, rtt_mean_ns INT, rtt_max_ns INT, rto_max_ns INT, -- NULL: none told
  recvq_bytes INT, sendq_bytes INT, unacked INT, lost INT, cwnd_min INT,
  rwnd_limited_ns INT, busy_ns INT,
  idle INT,                    -- ESTAB sockets that sent and received nothing for 60 s or more; NULL: not told
  PRIMARY KEY(dir, peer, port, snap)) WITHOUT ROWID;

-- Listeners as ss -ltnm shows them, each tick, when something about them changed (and first and last).
-- The same numbers are series: source 'listener', entity 'ADDR:PORT', names queue, backlog, drops.
-- Sockets that share an address (SO_REUSEPORT) are one: longest queue, smallest backlog, sum of drops.
CREATE TABLE listener(
  snap INT NOT NULL, addr TEXT NOT NULL, port INT NOT NULL,
  pid INT, comm TEXT,          -- from ss -tanp at the first and last tick; NULL = unknown
  queue INT NOT NULL,          -- connections waiting for accept(); full = queue > backlog
  backlog INT NOT NULL,        -- limit: min(listen(2) argument, somaxconn)
  drops INT,                   -- packets dropped at this listener since it listens; NULL before 4.7
  PRIMARY KEY(addr, port, snap)) WITHOUT ROWID;

-- Single sockets of the tcp_info captures: the worst 500 a snapshot by retransmits, queues and rtt.
-- Columns after `cong`: see analyze/sock.def, same names and units.
CREATE TABLE tcp_socket(
  snap INT NOT NULL, state TEXT NOT NULL, local TEXT NOT NULL, lport INT NOT NULL,
  peer TEXT NOT NULL, pport INT NOT NULL, comm TEXT, timer TEXT, cong TEXT,
  @SOCK_COLUMNS@);
-- A socket's life in one piece: the rules that add up what one was limited by need no sort of all of them.
CREATE INDEX tcp_socket_life
  ON tcp_socket(sk, lport, pport, peer, local, state, snap, busy_ns, rwnd_limited_ns, sndbuf_limited_ns);

-- linkerd's histograms, one row a frozen minute; values in the unit of the metric's name (request_latency_ms: ms).
CREATE TABLE window(
  router TEXT NOT NULL, scope TEXT NOT NULL,   -- scope: client | server | service | '' (jvm, ...)
  id TEXT NOT NULL,            -- '#/io.l5d.fs/web', '0.0.0.0/4140', 'svc/web'
  service TEXT NOT NULL,       -- of client/ID/service/SVC, else ''
  metric TEXT NOT NULL,
  w INT NOT NULL,              -- number of the minute, 0 = the one before the window began
  snap INT NOT NULL,           -- first snapshot that shows it
  t0 REAL NOT NULL, t1 REAL NOT NULL,          -- monotonic seconds; t1 = when first seen, t0 = t1 - 60
  n INT NOT NULL, p50 REAL, p90 REAL, p95 REAL, p99 REAL, p999 REAL, p9999 REAL,
  min REAL, max REAL, avg REAL, sum REAL,
  bucketed INT NOT NULL DEFAULT 0, -- 1: of a Prometheus histogram: between the bounds of its buckets; t0 to t1 may be less than a minute
  PRIMARY KEY(router, scope, id, service, metric, w)) WITHOUT ROWID;

-- client -> addresses, from client_state.json (last capture wins).
CREATE TABLE endpoint(router TEXT NOT NULL, client TEXT NOT NULL, peer TEXT NOT NULL, port INT NOT NULL,
  PRIMARY KEY(router, client, peer, port)) WITHOUT ROWID;

-- What an IRQ belongs to.  nic NULL = no NIC's; its counts are series: source 'interrupts', entity 'cpuN', name irq.
CREATE TABLE irq(irq TEXT PRIMARY KEY, nic TEXT, queue TEXT, name TEXT NOT NULL, affinity TEXT) WITHOUT ROWID;

-- What each counter of source 'ethtool' means, by driver: analyze/ethtool_counters.def.
CREATE TABLE ethtool_meaning(
  entity TEXT NOT NULL, name TEXT NOT NULL,    -- of the series
  nic    TEXT NOT NULL,        -- 'eth0', also of 'eth0:rx-1'
  driver TEXT NOT NULL,        -- as ethtool -i says it; '' = not recorded
  meaning TEXT NOT NULL,       -- ring_full no_memory crc rx_error rx_drop tx_full tx_drop tx_error tx_timeout device_error link_down
                               -- pause_tx pause_rx allowance_lost allowance_shaped steering_miss filtered rx_packets benign;
                               -- '' = a name that the catalogue does not know
  problem INT NOT NULL,        -- 1: not from steering_miss on; of unknown names those that sound like a loss
  part   INT NOT NULL,         -- 1: of one queue or priority: the driver may have the total under another name
  queue  INT,                  -- its number
  note   TEXT NOT NULL,        -- the catalogue's remark, or ''
  PRIMARY KEY(entity, name)) WITHOUT ROWID;

-- What the rules found, filled in the order of their after:.  explained_by = rule id of the root cause.
CREATE TABLE finding(
  rule TEXT NOT NULL, version INT NOT NULL, level TEXT NOT NULL,  -- info | warn | crit
  entity TEXT NOT NULL, at INT, first_at INT, last_at INT, votes INT,
  message TEXT NOT NULL, explained_by TEXT, explains_entity TEXT, suppressed TEXT,
  PRIMARY KEY(rule, entity)) WITHOUT ROWID;

-- Views that read like English.
CREATE VIEW counter AS
  SELECT source, entity, name, unit, increase, increase * 1.0 / nullif(span, 0) AS per_s, peak_per_s, peak_snap,
         p50 AS p50_per_s, active, first_active, last_active, intervals, span, resets, first, last
    FROM series WHERE kind IN ('counter', 'counter32');
CREATE VIEW gauge AS
  SELECT source, entity, name, unit, first, last, lo, hi, mean, p50, p95, peak_snap AS hi_snap, n
    FROM series WHERE kind = 'gauge';
CREATE VIEW setting AS
  SELECT name, first AS value, last, first IS NOT last AS changed FROM series WHERE source = 'sysctl' AND entity = '';
CREATE VIEW metric AS
  SELECT s.source, s.entity, s.name, x.at, m.snap, m.value, m.delta, m.delta / nullif(m.dt, 0) AS per_s
    FROM sample m JOIN series s ON s.id = m.series JOIN snapshot x ON x.snap = m.snap;
-- Totals since boot: information, no rates.  Rows where it was asked for (--since-boot) or where one snapshot has no rates;
-- asked: 1 = asked for.
CREATE VIEW since_boot AS
  SELECT source, entity, name, unit, last AS total, EXISTS(SELECT 1 FROM meta WHERE k = 'since_boot') AS asked
    FROM series WHERE kind IN ('counter', 'counter32') AND last > 0
     AND (EXISTS(SELECT 1 FROM meta WHERE k = 'since_boot') OR (SELECT count(*) FROM snapshot) = 1);
CREATE VIEW softnet AS
  SELECT entity AS cpu,
         max(CASE WHEN name = 'processed'    THEN increase END) AS processed,
         max(CASE WHEN name = 'dropped'      THEN increase END) AS dropped,
         max(CASE WHEN name = 'time_squeeze' THEN increase END) AS time_squeeze,
         max(CASE WHEN name = 'received_rps' THEN increase END) AS received_rps,
         max(CASE WHEN name = 'flow_limit'   THEN increase END) AS flow_limit,
         max(CASE WHEN name = 'backlog_len'  THEN hi END)       AS backlog_max,
         max(CASE WHEN name = 'processed'    THEN span END)     AS span
    FROM series WHERE source = 'softnet' GROUP BY entity;
-- Wide ones look each column up in series_name: a query pays for the columns that it reads.
CREATE VIEW nic AS
  SELECT x.entity AS nic,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_bytes'   AND entity = x.entity) AS rx_bytes,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_packets' AND entity = x.entity) AS rx_packets,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_errs'    AND entity = x.entity) AS rx_errs,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_drop'    AND entity = x.entity) AS rx_drop,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_fifo'    AND entity = x.entity) AS rx_fifo,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'rx_frame'   AND entity = x.entity) AS rx_frame,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_bytes'   AND entity = x.entity) AS tx_bytes,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_packets' AND entity = x.entity) AS tx_packets,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_errs'    AND entity = x.entity) AS tx_errs,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_drop'    AND entity = x.entity) AS tx_drop,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_fifo'    AND entity = x.entity) AS tx_fifo,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_colls'   AND entity = x.entity) AS tx_colls,
         (SELECT increase FROM series WHERE source = 'netdev' AND name = 'tx_carrier' AND entity = x.entity) AS tx_carrier,
         (SELECT max(span) FROM series
           WHERE source = 'netdev' AND entity = x.entity AND name IN ('rx_bytes', 'rx_packets', 'rx_errs', 'rx_drop', 'rx_fifo', 'rx_frame',
                 'tx_bytes', 'tx_packets', 'tx_errs', 'tx_drop', 'tx_fifo', 'tx_colls', 'tx_carrier')) AS span
    FROM (SELECT DISTINCT entity FROM series WHERE source = 'netdev') x;
CREATE VIEW nic_counter AS  -- the drivers' own counters and what they mean
  SELECT m.nic, m.driver, m.meaning, m.problem, m.part, m.queue, m.note, c.*
    FROM ethtool_meaning m JOIN counter c ON c.source = 'ethtool' AND c.entity = m.entity AND c.name = m.name;
CREATE VIEW irq_share AS  -- interrupts of each NIC by CPU over the window
  SELECT i.nic, s.entity AS cpu, sum(s.increase) AS irqs, max(s.span) AS span,
         sum(s.increase) * 100.0 / nullif((SELECT sum(s2.increase) FROM series s2 JOIN irq i2 ON i2.irq = s2.name
                                            WHERE s2.source = 'interrupts' AND i2.nic = i.nic), 0) AS pct
    FROM series s JOIN irq i ON i.irq = s.name
   WHERE s.source = 'interrupts' AND i.nic IS NOT NULL GROUP BY i.nic, s.entity;
CREATE VIEW tcp AS  -- MIB counters of snmp and netstat that moved
  SELECT source, name, increase, increase * 1.0 / nullif(span, 0) AS per_s, peak_per_s, peak_snap, active, intervals
    FROM series WHERE source IN ('snmp', 'netstat') AND entity = '' AND increase > 0;
CREATE VIEW linkerd_client AS
  SELECT substr(x.entity, 1, instr(x.entity, '|client|') - 1) AS router, substr(x.entity, instr(x.entity, '|client|') + 8) AS client, x.entity,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'requests'               AND entity = x.entity) AS requests,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'success'                AND entity = x.entity) AS success,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'failures'               AND entity = x.entity) AS failures,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'connects'               AND entity = x.entity) AS connects,
         (SELECT p50      FROM series WHERE source = 'linkerd' AND name = 'connections'            AND entity = x.entity) AS connections,
         (SELECT p50      FROM series WHERE source = 'linkerd' AND name = 'pending'                AND entity = x.entity) AS pending,
         (SELECT hi       FROM series WHERE source = 'linkerd' AND name = 'pending'                AND entity = x.entity) AS pending_max,
         (SELECT p50      FROM series WHERE source = 'linkerd' AND name = 'loadbalancer/size'      AND entity = x.entity) AS pool_size,
         (SELECT lo       FROM series WHERE source = 'linkerd' AND name = 'loadbalancer/available' AND entity = x.entity) AS available_min,
         (SELECT span     FROM series WHERE source = 'linkerd' AND name = 'requests'               AND entity = x.entity) AS span
    FROM (SELECT DISTINCT entity FROM series WHERE source = 'linkerd' AND instr(entity, '|client|') > 0 AND instr(entity, '|service|') = 0) x;
CREATE VIEW linkerd_server AS
  SELECT substr(x.entity, 1, instr(x.entity, '|server|') - 1) AS router, substr(x.entity, instr(x.entity, '|server|') + 8) AS server, x.entity,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'requests'               AND entity = x.entity) AS requests,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'success'                AND entity = x.entity) AS success,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'failures'               AND entity = x.entity) AS failures,
         (SELECT increase FROM series WHERE source = 'linkerd' AND name = 'connects'               AND entity = x.entity) AS connects,
         (SELECT p50      FROM series WHERE source = 'linkerd' AND name = 'connections'            AND entity = x.entity) AS connections,
         (SELECT p50      FROM series WHERE source = 'linkerd' AND name = 'pending'                AND entity = x.entity) AS pending,
         (SELECT hi       FROM series WHERE source = 'linkerd' AND name = 'pending'                AND entity = x.entity) AS pending_max,
         (SELECT span     FROM series WHERE source = 'linkerd' AND name = 'requests'               AND entity = x.entity) AS span
    FROM (SELECT DISTINCT entity FROM series WHERE source = 'linkerd' AND instr(entity, '|server|') > 0) x;
