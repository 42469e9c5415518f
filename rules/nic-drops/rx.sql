-- rule:     nic-drops/rx
-- version:  1
-- schema:   1
-- title:    An interface dropped received packets
-- tags:     nic loss receive
-- requires: netdev >= 2
-- wants:    ethtool, softnet, nic
-- param:    min_drops  packets  in the window
-- param:    warn_pct   percent  dropped over received plus dropped
-- param:    crit_pct   percent  dropped over received plus dropped
-- message:  {entity}: {drops} of {arrived} received packets dropped ({drop_pct}%), in {intervals_hit} of {intervals} intervals; {_reading}
-- meaning:  The drop column of /proc/net/dev is rx_dropped plus rx_missed_errors: packets that the NIC had no buffer for, that its
--           driver refused, or that the stack threw away before any protocol saw them (since 2.6.37 also unknown protocols and
--           VLANs that nobody has). A loss of 0.1% already moves the p999 of small requests to 200 ms.
-- remedy:   Ask the NIC which of them it was:
--             ethtool -S {entity} | grep -iE 'drop|miss|err'
--           Ring too small (now {ring}): ethtool -G {entity} rx 4096. Backlog of a CPU full (softnet column 2):
--             sysctl -w net.core.netdev_max_backlog=2048
--           Unknown protocols (LLDP, foreign VLANs) cost nothing: switch them off at the switch port if they disturb.
-- verify:   The RX drop column of /proc/net/dev stands still for ten minutes.
-- but:      Unknown protocols and VLANs are dropped by design; they come at a low and constant rate.
-- see:      net/core/net-procfs.c; Documentation/networking/statistics.rst (rx_dropped, rx_missed_errors)
WITH p AS (
  SELECT coalesce(:min_drops, 10) AS min_drops,
         coalesce(:warn_pct, 0.01) AS warn_pct,
         coalesce(:crit_pct, 0.1)  AS crit_pct
), d AS (
  SELECT c.entity, c.increase AS drops, c.active, c.intervals, c.peak_snap, c.first_active, c.last_active,
         c.increase + n.increase AS arrived,
         c.increase * 100.0 / nullif(c.increase + n.increase, 0) AS pct
    FROM counter c JOIN counter n ON n.source = 'netdev' AND n.name = 'rx_packets' AND n.entity = c.entity
   WHERE c.source = 'netdev' AND c.name = 'rx_drop'
), ring AS (
  SELECT entity, max(CASE WHEN name = 'ring_rx' THEN last END) || ' of ' || max(CASE WHEN name = 'ring_rx_max' THEN last END) AS ring
    FROM series WHERE source = 'nic' AND name IN ('ring_rx', 'ring_rx_max') GROUP BY entity
), missed AS (             -- what the driver says of its ring; the list is nic-drops/ring-overflow's
  SELECT entity, sum(increase) AS n FROM counter
   WHERE source = 'ethtool' AND increase > 0
     AND (name LIKE '%missed_errors%' OR name LIKE '%no_buffer%' OR name LIKE '%out_of_buffer%' OR name LIKE '%fifo_errors%'
          OR name LIKE '%no_dma_resources%')
   GROUP BY entity
)
SELECT CASE WHEN d.drops IS NULL                                                         THEN 'skip'
            WHEN d.drops < p.min_drops OR (d.active < 2 AND d.intervals > 1)             THEN 'ok'
            WHEN d.pct >= p.crit_pct                                                     THEN 'crit'
            WHEN d.pct >= p.warn_pct                                                     THEN 'warn'
            ELSE 'ok' END                AS level,
       d.entity,
       d.drops,
       d.arrived,
       round(d.pct, 3)                   AS drop_pct,
       d.active                          AS intervals_hit,
       d.intervals,
       CASE WHEN m.n > 0 THEN 'its ring ran over: the driver counts ' || m.n || ' packets without a buffer'
            WHEN EXISTS (SELECT 1 FROM counter s WHERE s.source = 'softnet' AND s.name = 'dropped' AND s.increase > 0)
                 THEN 'a CPU''s backlog dropped packets at the same time'
            ELSE 'neither its driver nor softnet says why' END AS _reading,
       coalesce(r.ring, 'unknown')       AS ring,
       CASE WHEN d.drops > 0 THEN d.peak_snap END AS at,
       d.first_active                    AS first_at,
       d.last_active                     AS last_at
  FROM d JOIN p
  LEFT JOIN ring r ON r.entity = d.entity
  LEFT JOIN missed m ON m.entity = d.entity
 ORDER BY d.drops DESC, d.entity;
