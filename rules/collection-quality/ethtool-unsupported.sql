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
-- verify:   This prints statistics:
--             ethtool -S {entity}
-- but:      Bridges, bonds and tunnels have none by nature; only devices with hardware below are listed.
-- see:      nic-drops/ring-overflow; nic-drops/rx
WITH c AS (                -- interfaces that ethtool was asked for
  SELECT entity, max(good) AS good, max(bad) AS bad
    FROM (SELECT CASE WHEN instr(entity, ':') > 0 THEN substr(entity, 1, instr(entity, ':') - 1) ELSE entity END AS entity,
                 1 AS good, NULL AS bad
            FROM series WHERE source = 'ethtool'
           UNION ALL
          SELECT entity, 0, min(rowid) FROM capture WHERE +source = 'ethtool' AND state <> 'ok' GROUP BY entity)
   GROUP BY entity
), d AS (
  SELECT entity, max(CASE WHEN name = 'driver' THEN last END) AS driver, max(CASE WHEN name = 'bus' THEN last END) AS bus
    FROM series WHERE source = 'nic' AND name IN ('driver', 'bus') GROUP BY entity
)
SELECT CASE WHEN c.good > 0                                   THEN 'ok'
            WHEN coalesce(d.bus, '') IN ('', 'N/A', 'tap', 'tun') THEN 'ok' -- no hardware below it
            ELSE 'info' END                  AS level,
       c.entity,
       coalesce(' (' || d.driver || ')', '') AS _driver,
       coalesce(nullif(k.note, ''), k.state, '') AS why
  FROM c LEFT JOIN capture k ON k.rowid = c.bad LEFT JOIN d ON d.entity = c.entity
 ORDER BY level, c.entity;
