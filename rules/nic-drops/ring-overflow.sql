-- rule:     nic-drops/ring-overflow
-- version:  2
-- schema:   1
-- title:    A NIC's receive ring ran over
-- tags:     nic loss receive ring
-- requires: ethtool >= 2
-- wants:    nic, netdev
-- param:    min_drops  packets  in the window
-- param:    crit_pct   percent  of the packets received
-- message:  {entity}: {drops} packets found no receive buffer ({drop_pct}% of those received), in {intervals_hit} of {intervals} intervals; {counters}; ring {ring}
-- meaning:  Frames came faster than the driver took them out of the ring: the CPU that polls it was late or the ring is small for the
--           burst. The names differ by driver; totals and per-queue counters of the same packets are not added up: the larger
--           of the two counts.
-- remedy:   Make the ring as large as it can be:
--             ethtool -G {entity} rx {ring_max}   # now {ring}
--           Then give the queues more CPU: irq-balance/single-cpu, irq-balance/queue-pinned, softirq/time-squeeze.
-- verify:   This shows the same values a minute later:
--             ethtool -S {entity}
-- but:      A larger ring adds latency under overload, and a driver may drop its link for a second when it is changed.
-- see:      table ethtool_meaning (drivers/net/ethernet, ethtool string tables); Documentation/networking/statistics.rst (rx_missed_errors, rx_fifo_errors)
WITH p AS (
  SELECT coalesce(:min_drops, 10)  AS min_drops,
         coalesce(:crit_pct, 0.01) AS crit_pct
), names AS (              -- host totals first, then what a queue says of itself
  SELECT nic, name, increase, active, intervals, peak_snap, first_active, last_active, part FROM nic_counter WHERE meaning = 'ring_full'
), sums AS (
  SELECT nic,
         max(coalesce(max(CASE WHEN NOT part THEN increase END), 0),
             coalesce(sum(CASE WHEN part THEN increase END), 0)) AS drops,
         count(increase) AS known, max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_active, max(last_active) AS last_active
    FROM names GROUP BY nic
), worst AS (
  SELECT nic, peak_snap, row_number() OVER (PARTITION BY nic ORDER BY increase DESC, name) AS r FROM names WHERE increase > 0
), said AS (
  SELECT nic, group_concat(name || ' +' || increase, ', ') AS counters
    FROM (SELECT nic, name, increase FROM names WHERE increase > 0 ORDER BY increase DESC, name LIMIT 6) GROUP BY nic
), ring AS (
  SELECT entity, max(CASE WHEN name = 'ring_rx' THEN last END) AS now, max(CASE WHEN name = 'ring_rx_max' THEN last END) AS most
    FROM series WHERE source = 'nic' AND name IN ('ring_rx', 'ring_rx_max') GROUP BY entity
)
SELECT CASE WHEN s.known = 0                                                          THEN 'skip'
            WHEN s.drops < p.min_drops OR (s.active < 2 AND s.intervals > 1)          THEN 'ok'
            WHEN s.drops * 100.0 >= p.crit_pct * (n.rx_packets + s.drops)             THEN 'crit'
            ELSE 'warn' END                                          AS level,
       s.nic                                                         AS entity,
       s.drops,
       coalesce(round(s.drops * 100.0 / nullif(n.rx_packets + s.drops, 0), 4), '?') AS drop_pct,
       s.active                                                      AS intervals_hit,
       s.intervals,
       coalesce(t.counters, 'none of its ring counters moved')       AS counters,
       coalesce(r.now || ' of ' || r.most || ' descriptors', 'unknown')                AS ring,
       coalesce(r.most, 4096)                                        AS ring_max,
       w.peak_snap                                                   AS at,
       s.first_active                                                AS first_at,
       s.last_active                                                 AS last_at
  FROM sums s JOIN p
  LEFT JOIN nic n ON n.nic = s.nic
  LEFT JOIN worst w ON w.nic = s.nic AND w.r = 1
  LEFT JOIN said t ON t.nic = s.nic
  LEFT JOIN ring r ON r.entity = s.nic
 ORDER BY s.drops DESC, s.nic;
