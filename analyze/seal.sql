-- What the store knows only when everything is in.  Runs once, after the tables are filled.
CREATE UNIQUE INDEX series_name ON series(source, name, entity);
CREATE INDEX series_reset ON series(source) WHERE resets > 0;
CREATE INDEX snapshot_mono ON snapshot(mono);
COMMIT;
ANALYZE;
-- sample is as large as all else together: no plan is to read it but by series.  Since 3.38 a rule with several WITH tables before it
-- would else build a Bloom filter of all of it.
UPDATE sqlite_stat1 SET stat = '4000000000' || substr(stat, instr(stat, ' ')) WHERE tbl = 'sample';
ANALYZE sqlite_master;

-- Which NIC an IRQ belongs to: device/msi_irqs says it outright; else its name begins with the NIC's ("eth0-TxRx-3"),
-- has it in a list ("uhci_hcd:usb3, eth0") or holds its bus address ("virtio0-input.0", "mlx5_comp3@pci:0000:3b:00.0").
UPDATE irq SET nic = coalesce(
  (SELECT entity FROM series WHERE source = 'nic_irqs' AND name = irq.irq),
  (SELECT entity FROM series
    WHERE source = 'netdev' AND name = 'rx_packets'
      AND (irq.name = entity
           OR substr(irq.name, 1, length(entity) + 1) IN (entity || '-', entity || ':', entity || '_', entity || '@')
           OR instr(', ' || irq.name || ',', ', ' || entity || ',') > 0)
    ORDER BY length(entity) DESC LIMIT 1),
  (SELECT entity FROM series
    WHERE source = 'nic' AND name = 'bus' AND first <> '' AND instr(irq.name, first) > 0 LIMIT 1));
UPDATE irq SET queue = ltrim(CASE
    WHEN substr(name, 1, length(nic)) = nic THEN substr(name, length(nic) + 1)
    WHEN instr(name, '-') > 0 THEN substr(name, instr(name, '-') + 1)
    ELSE name END, '-:_@')
 WHERE nic IS NOT NULL;
UPDATE irq SET affinity =
  (SELECT first FROM series
    WHERE source = 'irq_affinity' AND entity = irq.irq AND first <> ''
      AND name IN ('effective_affinity_list', 'smp_affinity_list')
    ORDER BY name LIMIT 1);

-- Only PID/stat says a task's name; its other files are filed under the pid alone.
CREATE TEMP TABLE task_name AS
  SELECT entity, entity || ':' || first AS name FROM series
   WHERE source = 'task' AND name = 'comm' AND instr(entity, ':') = 0;
UPDATE series SET entity = (SELECT name FROM task_name t WHERE t.entity = series.entity)
 WHERE source = 'task' AND entity IN (SELECT entity FROM task_name);
DROP TABLE task_name;

-- A linkerd is here when it answered or when one of its ports is listened on.
INSERT OR REPLACE INTO meta
  SELECT 'l5d_seen', EXISTS(SELECT 1 FROM source WHERE source = 'linkerd' AND good > 0)
                     OR EXISTS(SELECT 1 FROM listener WHERE port IN (4140, 9990));

-- Whose metrics source linkerd is made of, where none are of linkerd 1.x: what they lack is analyze/prometheus.def's to say.
INSERT OR REPLACE INTO meta
  SELECT 'l5d_proxy', CASE WHEN x.least = x.most THEN x.least ELSE 'other' END
    FROM (SELECT min(last) AS least, max(last) AS most, count(*) AS n
            FROM series WHERE source = 'linkerd' AND name = 'proxy' AND kind = 'text') x
   WHERE x.n > 0 AND NOT EXISTS (SELECT 1 FROM capture
                                  WHERE source = 'linkerd' AND state = 'ok' AND member LIKE '%/metrics.json');

-- client_state.json need not say whose its clients are: each router with a client of that id has them.
-- Of several linkerds such a router is "127.0.0.1:9990/".
CREATE TEMP TABLE l5d_client AS SELECT DISTINCT router, client FROM linkerd_client;
CREATE TEMP TABLE l5d_address AS
  SELECT e.router AS said, c.router, e.client, e.peer, e.port
    FROM endpoint e
    JOIN l5d_client c ON c.client = e.client AND substr(c.router, 1, length(e.router)) = e.router
   WHERE e.router = '' OR substr(e.router, -1) = '/';
DELETE FROM endpoint WHERE (router, client) IN (SELECT said, client FROM l5d_address);
INSERT OR IGNORE INTO endpoint SELECT router, client, peer, port FROM l5d_address;
DROP TABLE l5d_client;
DROP TABLE l5d_address;

-- Sums of what the series say of the host.
INSERT OR REPLACE INTO meta
  SELECT 'mem_total_bytes', first FROM series WHERE source = 'meminfo' AND entity = '' AND name = 'MemTotal';
