-- rule:     collection-quality/ethtool-unsupported
-- version:  1
-- schema:   1
-- title:    A NIC's driver has no statistics
-- tags:     evidence nic ethtool
-- requires: netdev >= 1
-- message:  ethtool -S has nothing for {entity}{_driver}: {why}; ring overflows cannot be judged there
-- meaning:  Old virtio drivers (virtual machines of some clouds) and most virtual devices keep no statistics of their own. What is left is
--           /proc/net/dev, whose drop column mixes several causes, and softnet_stat.
-- remedy:   None on this host. Where the cloud offers another NIC type (gVNIC, ENA) it has counters.
-- verify:   ethtool -S {entity} prints statistics.
-- but:      Bridges, bonds and tunnels have none by nature; only devices with hardware below are listed.
-- see:      nic-drops/ring-overflow; nic-drops/rx
WITH c AS (                -- interfaces that ethtool was asked for
  SELECT entity, sum(state = 'ok') AS good, max(CASE WHEN state <> 'ok' THEN coalesce(nullif(note, ''), state) END) AS why
    FROM capture WHERE source = 'ethtool' GROUP BY entity
), d AS (
  SELECT entity, max(CASE WHEN name = 'driver' THEN last END) AS driver, max(CASE WHEN name = 'bus' THEN last END) AS bus
    FROM series WHERE source = 'nic' GROUP BY entity
)
SELECT CASE WHEN c.good > 0                                   THEN 'ok'
            WHEN coalesce(d.bus, '') IN ('', 'N/A', 'tap')    THEN 'ok'    -- no hardware below it
            ELSE 'info' END                  AS level,
       c.entity,
       coalesce(' (' || d.driver || ')', '') AS _driver,
       coalesce(c.why, '')                   AS why
  FROM c LEFT JOIN d ON d.entity = c.entity
 ORDER BY level, c.entity;
