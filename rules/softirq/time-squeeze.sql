-- rule:     softirq/time-squeeze
-- version:  1
-- schema:   1
-- title:    A CPU stopped receiving with packets left (softnet time_squeeze)
-- tags:     softirq receive latency
-- requires: softnet >= 4
-- wants:    sysctl
-- param:    warn_per_s     squeezes/s  in one interval
-- param:    min_intervals  intervals   that are as bad as that
-- message:  {entity}: {squeezes} squeezes in {intervals_hit} of {intervals} intervals, {bad_intervals} of them at {warn_per_s} a second or more (worst {peak_per_s}/s); {dropped} packets dropped there
-- meaning:  The receive softirq used up its budget (net.core.netdev_budget packets or netdev_budget_usecs) and left packets for its
--           next turn: a delay, not a loss. A few a minute are normal. Since 3.19 each NAPI is polled once a round, so that one busy
--           queue rarely squeezes (measured: none at 466,000 packets a second): none is no proof of health either.
-- remedy:   Both limits, for raising one does nothing while the other binds:
--             sysctl -w net.core.netdev_budget={_budget}   # now {budget} packets; default 300
--             sysctl -w net.core.netdev_budget_usecs={_usecs}   # now {budget_usecs} us; kernel 4.12 and later
--           and spread the load first when one CPU has it all: irq-balance/single-cpu.
-- verify:   Column 3 of /proc/net/softnet_stat grows slower than once a second.
-- but:      Short bursts. What other tools flag is the total since boot: after a year each host has some, and they say nothing of now.
-- see:      Documentation/admin-guide/sysctl/net.rst (netdev_budget); net/core/dev.c, net_rx_action()
WITH p AS (
  SELECT coalesce(:warn_per_s, 1)    AS warn_per_s,
         coalesce(:min_intervals, 3) AS min_intervals
), s AS (
  SELECT max(CASE WHEN name = 'net.core.netdev_budget'       THEN last END) AS budget,
         max(CASE WHEN name = 'net.core.netdev_budget_usecs' THEN last END) AS budget_usecs
    FROM setting
), bad AS (
  SELECT x.entity, count(*) AS n, min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM series x JOIN sample m ON m.series = x.id JOIN p
   WHERE x.source = 'softnet' AND x.name = 'time_squeeze' AND m.delta >= p.warn_per_s * m.dt
   GROUP BY x.entity
)
SELECT CASE WHEN c.increase IS NULL                                          THEN 'skip'
            WHEN coalesce(b.n, 0) >= p.min_intervals AND d.increase > 0      THEN 'crit'
            WHEN coalesce(b.n, 0) >= p.min_intervals                         THEN 'warn'
            WHEN c.increase > 0 AND c.active >= p.min_intervals              THEN 'info'
            ELSE 'ok' END                  AS level,
       c.entity,
       c.increase                          AS squeezes,
       c.active                            AS intervals_hit,
       c.intervals,
       coalesce(b.n, 0)                    AS bad_intervals,
       p.warn_per_s,
       round(c.peak_per_s, 1)              AS peak_per_s,
       coalesce(d.increase, 0)             AS dropped,
       coalesce(s.budget, '?')             AS budget,
       coalesce(s.budget_usecs, '?')       AS budget_usecs,
       max(600, 2 * coalesce(s.budget, 0)) AS _budget,
       max(16000, 2 * coalesce(s.budget_usecs, 0)) AS _usecs,
       CASE WHEN c.increase > 0 THEN c.peak_snap END AS at,
       coalesce(b.first_at, c.first_active) AS first_at,
       coalesce(b.last_at, c.last_active)   AS last_at
  FROM counter c JOIN p JOIN s
  LEFT JOIN counter d ON d.source = 'softnet' AND d.name = 'dropped' AND d.entity = c.entity
  LEFT JOIN bad b ON b.entity = c.entity
 WHERE c.source = 'softnet' AND c.name = 'time_squeeze'
 ORDER BY c.peak_per_s DESC, c.entity;
