-- What the summaries of many bundles say: --fleet-db, --copy-to, --compare.  One text for SQLite and for PostgreSQL:
-- what stands in /*sqlite ...*/ or /*pg ...*/ is for that engine alone.
-- Units are those of the store: _ns nanoseconds since 1970 (wall clock of that host), _s seconds, _bytes bytes.
-- Text is UTF-8 without NUL: bytes of a bundle that are none stand as U+FFFD.
-- A bundle is known by its SHA-256: the first 60 bits are its id, so that two databases can be put together as they are.

CREATE TABLE fleet_schema(version INT NOT NULL);
INSERT INTO fleet_schema VALUES (2);

-- One row a bundle, also one that could not be read.
CREATE TABLE bundle(
  id BIGINT NOT NULL,
  day DATE NOT NULL,             -- UTC day of its first snapshot; '1970-01-01' = not known
  sha256 TEXT NOT NULL,          -- of the file; of a folder: of its members; '' = it could not be opened, id is that of the path
  path TEXT NOT NULL,            -- as it was given
  -- machine_hash: tells hosts of one name apart, see nettape-bundle(5); NULL = not recorded
  host TEXT NOT NULL, boot_id TEXT, machine_hash TEXT, kernel TEXT, arch TEXT, os TEXT, note TEXT,
  cpus INT, mem_total_bytes BIGINT, uid BIGINT,
  started_ns BIGINT, ended_ns BIGINT, window_s DOUBLE PRECISION, window_asked_s DOUBLE PRECISION, interval_s DOUBLE PRECISION,
  snapshots INT, missed INT, end_reason TEXT,
  verdict TEXT NOT NULL,         -- the worst level: crit | warn | info | ok; skip: nothing was judged; failed: see error
  causes INT NOT NULL,           -- root causes among the next three
  crit INT NOT NULL, warn INT NOT NULL, info INT NOT NULL,  -- findings neither folded nor suppressed
  folded INT NOT NULL, suppressed INT NOT NULL,
  ok INT NOT NULL, not_evaluated INT NOT NULL, not_applicable INT NOT NULL, errors INT NOT NULL,  -- rules
  collector_version TEXT, tool_version TEXT NOT NULL,
  error TEXT,                    -- why there is nothing to say of it, else NULL
  PRIMARY KEY(id, day)) /*pg PARTITION BY RANGE (day)*/;

CREATE TABLE finding(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  rule TEXT NOT NULL, entity TEXT NOT NULL,
  place INT NOT NULL,            -- in the order of reading: 1 is the first of its report
  version INT NOT NULL, level TEXT NOT NULL, title TEXT NOT NULL, message TEXT NOT NULL,
  first_ns BIGINT, last_ns BIGINT, worst_ns BIGINT,  -- ends of those intervals; NULL = the rule does not say
  hits BIGINT, hits_of BIGINT, hits_what TEXT,       -- in 3 of 60 intervals
  votes INT NOT NULL,            -- independent inputs that agree; 0 = not said
  cause INT NOT NULL,            -- 1: a root cause
  folded_rule TEXT, folded_entity TEXT,              -- the cause that explains it
  suppressed TEXT,               -- reason, when the site said not to count it
  PRIMARY KEY(bundle, day, rule, entity)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

-- The numbers of a finding; the end of a name says the unit: rate_per_s, share_pct.
CREATE TABLE evidence(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  rule TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL,
  value DOUBLE PRECISION, text TEXT,                 -- a number or a text
  PRIMARY KEY(bundle, day, rule, entity, name)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

-- What became of each rule.
CREATE TABLE rule_result(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  rule TEXT NOT NULL,
  outcome TEXT NOT NULL,         -- findings | ok | not evaluated | not applicable | failed | off
  why TEXT, short_of TEXT,
  PRIMARY KEY(bundle, day, rule)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

-- Key rates and levels, see analyze/metric.sql.
CREATE TABLE metric(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  name TEXT NOT NULL,            -- 'tcp/retransmits', 'nic/rx_bytes'
  entity TEXT NOT NULL,          -- 'eth0', '' = the host
  unit TEXT NOT NULL,            -- per_s bytes_per_s bytes pct ms ns, '' = a count
  value DOUBLE PRECISION,        -- over the window: mean of a rate, median of a level, ratio of sums
  low DOUBLE PRECISION, median DOUBLE PRECISION, p95 DOUBLE PRECISION, high DOUBLE PRECISION,  -- of its intervals
  total DOUBLE PRECISION,        -- growth of a counter
  PRIMARY KEY(bundle, day, name, entity)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

-- The course of some of them: the largest value of each 60th of the window (of fewer when it is short); no row = nobody looked.
CREATE TABLE metric_slice(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  name TEXT NOT NULL, entity TEXT NOT NULL,
  slice INT NOT NULL, slices INT NOT NULL,           -- 0 to slices - 1
  value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY(bundle, day, name, entity, slice)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

-- What the host was set to at the window's end, see analyze/setting.sql.
CREATE TABLE setting(
  bundle BIGINT NOT NULL, day DATE NOT NULL,
  kind TEXT NOT NULL,            -- sysctl nic offload qdisc net version cpu limit daemon
  name TEXT NOT NULL, entity TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(bundle, day, kind, name, entity)) /*sqlite WITHOUT ROWID*/ /*pg PARTITION BY RANGE (day)*/;

CREATE INDEX finding_rule ON finding(rule, level, day);
CREATE INDEX metric_name ON metric(name, day);
CREATE INDEX bundle_host ON bundle(host, started_ns);
