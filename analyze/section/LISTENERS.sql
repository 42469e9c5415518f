-- section: LISTENERS
-- order: 100
-- about: queues of connections that wait for accept(), and what each listener dropped
-- source: listener
-- empty: nothing listens on a TCP port
-- table: queue and backlog in connections, drops in packets (SYN and ACK)
-- always: queue_max, backlog, drops
-- top: 40
SELECT s.entity AS address,
       (SELECT max(coalesce(l.comm, '') || coalesce(' (' || l.pid || ')', '')) FROM listener l
         WHERE s.entity IN (l.addr || ':' || l.port, '[' || l.addr || ']:' || l.port)) AS owner,
       max(CASE WHEN name = 'queue' THEN p50 END) AS queue_med,
       max(CASE WHEN name = 'queue' THEN hi END) AS queue_max,
       max(CASE WHEN name = 'backlog' THEN last END) AS backlog,
       100.0 * max(CASE WHEN name = 'queue' THEN hi END) / nullif(max(CASE WHEN name = 'backlog' THEN last END), 0) AS full_pct,
       max(CASE WHEN name = 'drops' THEN increase END) AS drops,
       max(CASE WHEN name = 'drops' THEN peak_per_s END) AS drops_max_per_s,
       (SELECT sum(c.opened) * 1.0 / nullif((SELECT span_s FROM source WHERE source = 'tcp'), 0) FROM tcp_churn c
         WHERE c.dir = 'in' AND s.entity GLOB '*:' || c.port) AS "opened on the port_per_s",
       spark(max(CASE WHEN name = 'queue' THEN id END)) AS queue_spark
  FROM series s WHERE source = 'listener' GROUP BY s.entity
 ORDER BY max(CASE WHEN name = 'drops' THEN increase END) DESC, max(CASE WHEN name = 'queue' THEN hi END) DESC, s.entity;
-- table: dropped since each of them listens (totals, no rates)
-- top: 40
SELECT entity AS address, total AS dropped FROM since_boot WHERE source = 'listener' AND name = 'drops' ORDER BY total DESC, entity;
