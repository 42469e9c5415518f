-- rule:     softirq/backlog-drop
-- version:  1
-- schema:   1
-- title:    Received packets dropped: a CPU's backlog queue was full
-- tags:     network receive kernel softnet
-- requires: softnet >= 2
-- wants:    sysctl
-- param:    warn_drops      packets   growth on one CPU over the window that is worth a word
-- param:    warn_intervals  intervals  fewer intervals with drops are one burst: information only
-- param:    crit_drops      packets   growth on one CPU that is critical
-- param:    crit_ratio      ratio     dropped of all packets that CPU processed that is critical
-- message:  {entity}: {drops} packets dropped before the stack saw them, in {intervals_hit} of {intervals} intervals;
--           worst {peak_drops_per_s}/s at {at}
-- meaning:  The per-CPU input queue (net.core.netdev_max_backlog) was full. Packets get into it through RPS, veth, bridges,
--           tunnels, loopback and drivers without NAPI; a plain NAPI driver does not use it, so look at those first.
--           The counter is the host's: every container sees the same one.
-- remedy:   net.core.netdev_max_backlog is {max_backlog}. Double it until the counter stands still:
--             sysctl -w net.core.netdev_max_backlog={next_backlog}
--           If only a few CPUs drop, spread the load instead:
--             grep . /sys/class/net/*/queues/rx-*/rps_cpus
--           {flow_limited} drops of all CPUs came from the flow limit, net.core.flow_limit_cpu_bitmap, which counts on the CPU
--           that queues, not on the one that drops: softirq/flow-limit.
-- verify:   The second column stands still for ten minutes under the same load:
--             watch -d cat /proc/net/softnet_stat
-- but:      Drops in a single interval may be one burst, hence information only.
-- see:      Linux Documentation/admin-guide/sysctl/net.rst, netdev_max_backlog
--           Linux Documentation/networking/scaling.rst, RPS and RPS flow limit
WITH p AS (
  SELECT coalesce(:warn_drops, 1)      AS warn_drops,
         coalesce(:warn_intervals, 2)  AS warn_intervals,
         coalesce(:crit_drops, 100)    AS crit_drops,
         coalesce(:crit_ratio, 0.0001) AS crit_ratio
), s AS (
  SELECT max(CASE WHEN name = 'net.core.netdev_max_backlog' THEN last END) AS max_backlog FROM setting
), f AS (                  -- counted by the CPU that queues: which CPU's backlog was full it does not tell
  SELECT coalesce(sum(increase), 0) AS increase FROM counter WHERE source = 'softnet' AND name = 'flow_limit'
)
SELECT CASE WHEN c.increase IS NULL               THEN 'skip'   -- one capture, or nothing but resets
            WHEN c.increase < p.warn_drops        THEN 'ok'
            WHEN c.active < p.warn_intervals      THEN 'info'
            WHEN c.increase >= p.crit_drops
              OR c.increase >= p.crit_ratio * n.increase THEN 'crit'
            ELSE 'warn' END        AS level,
       c.entity,
       c.increase                  AS drops,
       round(c.peak_per_s, 1)      AS peak_drops_per_s,
       c.peak_snap                 AS at,
       c.first_active              AS first_at,
       c.last_active               AS last_at,
       c.active                    AS intervals_hit,
       c.intervals,
       n.increase                  AS processed,
       round(c.increase * 100.0 / nullif(n.increase, 0), 4) AS dropped_pct,
       f.increase                  AS flow_limited,
       s.max_backlog,
       2 * coalesce(s.max_backlog, 1000) AS next_backlog,
       c.resets
  FROM counter c
  JOIN p
  JOIN s
  LEFT JOIN counter n ON n.source = 'softnet' AND n.name = 'processed'  AND n.entity = c.entity
  JOIN f
 WHERE c.source = 'softnet' AND c.name = 'dropped'
 ORDER BY c.increase DESC, c.entity;
