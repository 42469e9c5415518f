-- rule:     nic-drops/ethtool-generic
-- version:  2
-- schema:   1
-- title:    A driver's own problem counter grew
-- tags:     nic ethtool
-- requires: ethtool >= 3
-- param:    min_events     events     in the window
-- param:    min_intervals  intervals  in which it grew
-- message:  {nic}: {counter} grew by {events} in {intervals_hit} of {intervals} intervals (worst {peak_per_s}/s): {_reading}
-- meaning:  Drivers count what standard statistics have no place for: transmit queues that stopped or hung, resets, links that went down.
--           What a name means is read from a catalogue of the drivers' own sources; a name that is not in it is told when it sounds
--           like a loss, and what it means is the driver's to say.
-- remedy:   Look the name up in Documentation/networking/device_drivers of the kernel, or in the driver's source:
--             ethtool -S {nic} | grep {counter}
-- verify:   The counter stands still in a new recording.
-- but:      Drivers may count normal events under names that sound bad. What moved and is in no catalogue is listed in section ETHTOOL.
-- see:      nic-drops/ring-overflow, nic-drops/rx-errors, nic-drops/pause, nic-drops/cloud-allowance, memory/skb-alloc for those that have a
--           rule of their own; nettape-rules(5), table ethtool_meaning
WITH p AS (
  SELECT coalesce(:min_events, 10)   AS min_events,
         coalesce(:min_intervals, 2) AS min_intervals
), c AS (
  SELECT nic, entity || ' ' || name AS entity, name, increase, active, intervals, peak_per_s, peak_snap, first_active, last_active,
         problem AND meaning NOT IN ('ring_full', 'no_memory', 'crc', 'pause_tx', 'pause_rx', 'allowance_lost', 'allowance_shaped') AS bad,
         CASE meaning WHEN 'rx_error'     THEN 'frames received with an error'
                      WHEN 'rx_drop'      THEN 'packets received and dropped'
                      WHEN 'tx_full'      THEN 'the transmit ring was full, so that its queue had to wait'
                      WHEN 'tx_drop'      THEN 'packets to be sent were dropped'
                      WHEN 'tx_error'     THEN 'packets not sent for an error'
                      WHEN 'tx_timeout'   THEN 'a transmit queue hung'
                      WHEN 'device_error' THEN 'the device or its driver had to recover'
                      WHEN 'link_down'    THEN 'the link went down or changed'
                      ELSE 'unknown to the catalogue of ' || coalesce(nullif(driver, ''), 'drivers') || ', but it sounds like a loss' END AS reading, note
    FROM nic_counter
), bad AS (
  SELECT * FROM c WHERE bad
)
SELECT CASE WHEN bad.increase IS NULL THEN 'skip'
            WHEN bad.increase >= p.min_events AND (bad.active >= p.min_intervals OR bad.intervals = 1) THEN 'info'
            ELSE 'ok' END                 AS level,
       bad.entity,
       bad.nic,
       bad.name                           AS counter,
       bad.reading || CASE WHEN bad.note <> '' THEN ' (' || bad.note || ')' ELSE '' END AS _reading,
       bad.increase                       AS events,
       bad.active                         AS intervals_hit,
       bad.intervals,
       round(bad.peak_per_s, 1)           AS peak_per_s,
       CASE WHEN bad.increase > 0 THEN bad.peak_snap END AS at,
       bad.first_active                   AS first_at,
       bad.last_active                    AS last_at
  FROM bad JOIN p
 UNION ALL                                -- the driver has statistics, none of them of that kind
SELECT 'ok', n.nic, n.nic, '', '', 0, 0, 0, 0, NULL, NULL, NULL
  FROM (SELECT DISTINCT nic FROM c) n WHERE NOT EXISTS (SELECT 1 FROM bad WHERE bad.nic = n.nic)
 ORDER BY events DESC, entity;
