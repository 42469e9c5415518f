-- rule:     nic-drops/rx-errors
-- version:  2
-- schema:   1
-- title:    An interface received damaged frames
-- tags:     nic loss hardware
-- requires: netdev >= 2
-- wants:    ethtool, nic
-- param:    min_errors     frames     in the window that warn although they came in few intervals
-- param:    min_intervals  intervals  with errors that warn however few they are
-- param:    warn_pct       percent    of the frames received
-- param:    crit_pct       percent    of the frames received
-- message:  {entity}: {errors} receive errors among {arrived} frames ({error_pct}%), {frame} of them frame errors, in {intervals_hit} of {intervals} intervals; {crc}
-- meaning:  CRC, alignment and length errors come from the wire: cable, optics, a duplex mismatch, a switch port. They are lost
--           packets, and software cannot mend them. Healthy is zero.
-- remedy:   Look at speed and duplex (now {speed}, {duplex}):
--             ethtool {entity}
--           Replace cable or transceiver, try another switch port, and read the port's own error counters.
-- verify:   The RX errs column of {entity} in /proc/net/dev stands still.
-- but:      Some drivers count missed frames as errors too: see nic-drops/ring-overflow.
-- see:      Documentation/networking/statistics.rst (rx_errors, rx_crc_errors)
WITH p AS (
  SELECT coalesce(:min_errors, 10)   AS min_errors,
         coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:warn_pct, 0.0001) AS warn_pct,
         coalesce(:crit_pct, 0.001)  AS crit_pct
), d AS (
  SELECT entity,
         max(CASE WHEN name = 'rx_errs'    THEN increase END) AS errors,
         max(CASE WHEN name = 'rx_frame'   THEN increase END) AS frame,
         max(CASE WHEN name = 'rx_packets' THEN increase END) AS packets,
         max(CASE WHEN name = 'rx_errs'    THEN active END)   AS active,
         max(CASE WHEN name = 'rx_errs'    THEN intervals END) AS intervals,
         max(CASE WHEN name = 'rx_errs' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'rx_errs'    THEN first_active END) AS first_active,
         max(CASE WHEN name = 'rx_errs'    THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netdev' AND name IN ('rx_errs', 'rx_frame', 'rx_packets') GROUP BY entity
), crc AS (
  SELECT nic AS entity, group_concat(name || ' +' || increase, ', ') AS said
    FROM (SELECT nic, name, increase FROM nic_counter
           WHERE meaning IN ('crc', 'rx_error') AND name <> 'rx_errors' AND increase > 0
           ORDER BY meaning, increase DESC, name)
   GROUP BY nic
), link AS (
  SELECT entity, (max(CASE WHEN name = 'speed' THEN last END) / 1000000) || ' Mbit/s' AS speed,
         max(CASE WHEN name = 'duplex' THEN last END) AS duplex
    FROM series WHERE source = 'nic' AND name IN ('speed', 'duplex') GROUP BY entity
), r AS (
  SELECT d.*, d.errors + d.packets AS arrived, d.errors * 100.0 / nullif(d.errors + d.packets, 0) AS pct FROM d
)
SELECT CASE WHEN r.errors IS NULL                                                   THEN 'skip'
            WHEN r.errors = 0 OR r.pct < p.warn_pct
              OR (r.errors < p.min_errors AND r.active < p.min_intervals)           THEN 'ok'
            WHEN r.pct >= p.crit_pct                                                THEN 'crit'
            ELSE 'warn' END               AS level,
       r.entity,
       r.errors,
       r.arrived,
       round(r.pct, 5)                    AS error_pct,
       coalesce(r.frame, 0)               AS frame,
       r.active                           AS intervals_hit,
       r.intervals,
       coalesce(c.said, 'ethtool -S names none of them') AS crc,
       coalesce(l.speed, 'unknown speed') AS speed,
       coalesce(l.duplex, 'unknown duplex') AS duplex,
       r.peak_snap                        AS at,
       r.first_active                     AS first_at,
       r.last_active                      AS last_at
  FROM r JOIN p
  LEFT JOIN crc c ON c.entity = r.entity
  LEFT JOIN link l ON l.entity = r.entity
 ORDER BY r.errors DESC, r.entity;
