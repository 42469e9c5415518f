-- rule:     irq-balance/queues-few
-- version:  1
-- schema:   1
-- title:    A NIC that loads one CPU has queues that are not used
-- tags:     irq nic queue
-- requires: nic >= 1, stat >= 1
-- after:    irq-balance/single-cpu, softirq/cpu-saturated, softirq/netrx-imbalance
-- param:    enough  queues  that are enough for any load a single host sees
-- message:  {entity}: {channels} of {channels_max} queues in use on {cpus} CPUs, while {cause}
-- meaning:  Each queue interrupts a CPU of its own: more of them spread the receive work without any cost between the CPUs.
-- remedy:   Use more of its queues:
--             ethtool -L {entity} combined {wanted}   # now {channels} of {channels_max} queues
-- verify:   No CPU has more than 60% of the interrupts of {entity} in a new recording, and this tells of more queues:
--             ethtool -l {entity}
-- but:      A driver may drop its link for a second when it is changed. Which NIC makes the softirqs of a full CPU is not told: it
--           may be another one.
-- see:      ethtool(8), -L; Documentation/networking/scaling.rst
WITH p AS (
  SELECT coalesce(:enough, 8) AS enough
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), n AS (
  SELECT entity, max(CASE WHEN name = 'channels_combined' THEN last END) AS now, max(CASE WHEN name = 'channels_combined_max' THEN last END) AS most
    FROM gauge WHERE source = 'nic' AND name IN ('channels_combined', 'channels_combined_max') GROUP BY entity
), w AS (
  SELECT n.*, host.cpus, min(n.most, host.cpus, p.enough) AS wanted FROM n JOIN host JOIN p WHERE n.now > 0 AND n.most > 0
), f AS (                  -- single-cpu is about a NIC, the others about the host
  SELECT w.entity, min(f.rule) AS rule, max(f.at) AS at
    FROM w JOIN finding f ON f.level IN ('warn', 'crit')
     AND ((f.rule = 'irq-balance/single-cpu' AND f.entity = w.entity)
          OR f.rule IN ('softirq/cpu-saturated', 'softirq/netrx-imbalance'))
   GROUP BY w.entity
)
SELECT CASE WHEN w.cpus = 0                                    THEN 'skip'
            WHEN f.rule IS NOT NULL AND w.now < w.wanted       THEN 'info'
            ELSE 'ok' END                 AS level,
       w.entity,
       w.now                              AS channels,
       w.most                             AS channels_max,
       w.wanted,
       w.cpus,
       coalesce(f.rule || ' says that one CPU has the work', 'nothing is wrong') AS cause,
       f.at
  FROM w LEFT JOIN f ON f.entity = w.entity
 ORDER BY level = 'info' DESC, w.entity;
