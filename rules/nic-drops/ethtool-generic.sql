-- rule:     nic-drops/ethtool-generic
-- version:  1
-- schema:   1
-- title:    A driver's own problem counter grew
-- tags:     nic ethtool
-- requires: ethtool >= 3
-- param:    min_events     events     in the window
-- param:    min_intervals  intervals  in which it grew
-- message:  {nic}: {counter} grew by {events} in {intervals_hit} of {intervals} intervals (worst {peak_per_s}/s)
-- meaning:  Drivers count what standard statistics have no place for: buffers that could not be had, pause frames, queues stopped, limits
--           of a cloud's network (allowance_exceeded). The name looks like a problem; what it means is the driver's to say.
-- remedy:   Look the name up in Documentation/networking/device_drivers of the kernel, or in the driver's source:
--             ethtool -S {nic} | grep {counter}
-- verify:   The counter stands still in a new recording.
-- but:      Some drivers count normal events under names that sound bad; checksum offload and flow steering names are left out.
-- see:      nic-drops/ring-overflow, nic-drops/rx-errors for those that have a rule of their own
WITH p AS (
  SELECT coalesce(:min_events, 10)   AS min_events,
         coalesce(:min_intervals, 2) AS min_intervals
), c AS (
  SELECT CASE WHEN instr(entity, ':') > 0 THEN substr(entity, 1, instr(entity, ':') - 1) ELSE entity END AS nic,
         entity || ' ' || trim(name) AS entity, trim(name) AS name, lower(name) AS low, increase, active, intervals, peak_per_s,
         peak_snap, first_active, last_active
    FROM counter WHERE source = 'ethtool'
), bad AS (
  SELECT * FROM c
   WHERE (low LIKE '%drop%' OR low LIKE '%disc%' OR low LIKE '%err%' OR low LIKE '%fifo%' OR low LIKE '%no_buf%' OR low LIKE '%fail%'
          OR low LIKE '%miss%' OR low LIKE '%oob%' OR low LIKE '%fcs%' OR low LIKE '%full%' OR low LIKE '%pause%' OR low LIKE '%xoff%'
          OR low LIKE '%lost%' OR low LIKE '%timeout%' OR low LIKE '%exceeded%' OR low LIKE '%overflow%' OR low LIKE '%nodesc%'
          OR low LIKE '%stopped%' OR low LIKE '%busy%' OR low LIKE '%collision%')
     AND low NOT LIKE '%csum_none%' AND low NOT LIKE 'veb.%' AND low NOT LIKE 'fdir_miss%' AND low NOT LIKE '%filter%'
     AND low NOT LIKE '%csum_good%' AND low NOT LIKE '%full_duplex%' AND low NOT LIKE '%xdp_%'
     AND low NOT LIKE '%missed_errors%' AND low NOT LIKE '%no_buffer%' AND low NOT LIKE '%out_of_buffer%'
     AND low NOT LIKE '%no_dma_resources%' AND low NOT LIKE '%crc%' AND low NOT GLOB 'rx_queue_[0-9]*_drops'
)
SELECT CASE WHEN bad.increase IS NULL THEN 'skip'
            WHEN bad.increase >= p.min_events AND (bad.active >= p.min_intervals OR bad.intervals = 1) THEN 'info'
            ELSE 'ok' END                 AS level,
       bad.entity,
       bad.nic,
       bad.name                           AS counter,
       bad.increase                       AS events,
       bad.active                         AS intervals_hit,
       bad.intervals,
       round(bad.peak_per_s, 1)           AS peak_per_s,
       CASE WHEN bad.increase > 0 THEN bad.peak_snap END AS at,
       bad.first_active                   AS first_at,
       bad.last_active                    AS last_at
  FROM bad JOIN p
 UNION ALL                                -- the driver has statistics, none of them of that kind
SELECT 'ok', n.nic, n.nic, '', 0, 0, 0, 0, NULL, NULL, NULL
  FROM (SELECT DISTINCT nic FROM c) n WHERE NOT EXISTS (SELECT 1 FROM bad WHERE bad.nic = n.nic)
 ORDER BY events DESC, entity;
