-- rule:     softirq/backlog-depth
-- version:  1
-- schema:   1
-- title:    A CPU's backlog queue is nearly full
-- tags:     network receive kernel softnet
-- requires: softnet >= 4, sysctl >= 1
-- param:    warn_pct       percent    of net.core.netdev_max_backlog
-- param:    min_snapshots  snapshots  that found it so deep
-- message:  {entity}: up to {depth_max} packets waited in its backlog queue ({depth_pct}% of {max_backlog}), above {warn_pct}% in {deep} of {snapshots} snapshots
-- meaning:  Packets get into that queue through RPS, veth, bridges, tunnels, loopback and drivers without NAPI. They wait there for their
--           CPU: latency now, and drops when it is full (softirq/backlog-drop). The value is sampled: a queue seen deep twice is deep often.
-- remedy:   Spread the work over more CPUs (irq-balance/single-cpu, rps_cpus), and give bursts room:
--             sysctl -w net.core.netdev_max_backlog={next_backlog}   # now {max_backlog} packets
-- verify:   Column 12 of /proc/net/softnet_stat stays near 0.
-- but:      Column 12 adds the part that is being processed, which the limit does not count: it can exceed the limit without a drop.
-- see:      Documentation/admin-guide/sysctl/net.rst, netdev_max_backlog; net/core/net-procfs.c
WITH p AS (
  SELECT coalesce(:warn_pct, 50)     AS warn_pct,
         coalesce(:min_snapshots, 2) AS min_snapshots
), s AS (
  SELECT max(CASE WHEN name = 'net.core.netdev_max_backlog' THEN cast(last AS INT) END) AS max_backlog FROM setting
), held AS (               -- a value holds until the next sample
  SELECT x.entity, m.snap, m.value, lead(m.snap) OVER (PARTITION BY m.series ORDER BY m.snap) AS next
    FROM series x JOIN sample m ON m.series = x.id
   WHERE x.source = 'softnet' AND x.name = 'backlog_len'
     AND x.hi * 100.0 >= (SELECT p.warn_pct * s.max_backlog FROM s JOIN p)
), deep AS (
  SELECT h.entity, count(*) AS n, min(k.snap) AS first_at, max(k.snap) AS last_at
    FROM held h JOIN s JOIN p
    JOIN capture k ON k.source = 'softnet' AND k.state = 'ok' AND k.snap >= h.snap AND (h.next IS NULL OR k.snap < h.next)
   WHERE h.value * 100.0 >= p.warn_pct * s.max_backlog
   GROUP BY h.entity
)
SELECT CASE WHEN s.max_backlog IS NULL OR s.max_backlog = 0  THEN 'skip'
            WHEN coalesce(d.n, 0) >= p.min_snapshots         THEN 'warn'
            ELSE 'ok' END                 AS level,
       g.entity,
       g.hi                               AS depth_max,
       round(g.hi * 100.0 / nullif(s.max_backlog, 0), 1) AS depth_pct,
       p.warn_pct,
       coalesce(d.n, 0)                   AS deep,
       g.n                                AS snapshots,
       s.max_backlog,
       2 * s.max_backlog                  AS next_backlog,
       CASE WHEN g.hi > 0 THEN g.hi_snap END AS at,
       d.first_at,
       d.last_at
  FROM gauge g JOIN p JOIN s
  LEFT JOIN deep d ON d.entity = g.entity
 WHERE g.source = 'softnet' AND g.name = 'backlog_len'
 ORDER BY g.hi DESC, g.entity;
