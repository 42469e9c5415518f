-- rule:     nic-drops/ring-small
-- version:  1
-- schema:   1
-- title:    A receive ring that ran over is smaller than it could be
-- tags:     nic loss receive ring
-- requires: nic >= 1, ethtool >= 2
-- after:    nic-drops/ring-overflow
-- param:    max_pct  percent  of the ring's maximum, from which there is little left to gain
-- message:  {entity}: its receive ring ran over and has {ring} of {ring_max} possible descriptors
-- meaning:  The cheapest headroom is unused: a larger ring holds a longer burst until the CPU comes.
-- remedy:   Make it as large as it can be:
--             ethtool -G {entity} rx {ring_max}   # now {ring} descriptors
-- verify:   This says rx {ring_max}, and nic-drops/ring-overflow is quiet in a new recording:
--             ethtool -g {entity}
-- but:      A larger ring adds latency under overload, and a driver may drop its link for a second when it is changed. A small ring
--           that never runs over is fine, and not told.
-- see:      ethtool(8), -G; nic-drops/ring-overflow
WITH p AS (
  SELECT coalesce(:max_pct, 50) AS max_pct
), ring AS (
  SELECT entity, max(CASE WHEN name = 'ring_rx' THEN last END) AS now, max(CASE WHEN name = 'ring_rx_max' THEN last END) AS most
    FROM gauge WHERE source = 'nic' AND name IN ('ring_rx', 'ring_rx_max') GROUP BY entity
), over AS (
  SELECT entity, max(at) AS at, max(first_at) AS first_at, max(last_at) AS last_at
    FROM finding WHERE rule = 'nic-drops/ring-overflow' AND level IN ('warn', 'crit') GROUP BY entity
)
SELECT CASE WHEN o.entity IS NOT NULL AND r.now * 100.0 < p.max_pct * r.most THEN 'warn'
            ELSE 'ok' END      AS level,
       r.entity,
       r.now                   AS ring,
       r.most                  AS ring_max,
       o.at, o.first_at, o.last_at
  FROM ring r JOIN p
  LEFT JOIN over o ON o.entity = r.entity
 WHERE r.now > 0 AND r.most > 0
 ORDER BY o.entity IS NULL, r.entity;
