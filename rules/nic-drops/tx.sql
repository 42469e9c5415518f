-- rule:     nic-drops/tx
-- version:  2
-- schema:   1
-- title:    An interface dropped or failed to send packets
-- tags:     nic loss transmit
-- requires: netdev >= 2
-- wants:    qdisc, nic
-- param:    min_drops  packets  dropped or failed in the window
-- param:    warn_pct   percent  of the packets that were to be sent
-- message:  {entity}: {lost} of {tried} packets were not sent ({lost_pct}%): {drops} dropped, {errors} errors (carrier {carrier}, fifo {fifo}, collisions {collisions}), in {intervals_hit} of {intervals} intervals
-- meaning:  The driver, or the other end of a virtual device, refused frames. Drops of a traffic shaper are not here: nic-drops/qdisc.
-- remedy:   See where it was, and the link's speed and duplex:
--             tc -s qdisc show dev {entity}
--             ethtool {entity}
--             ip -s -s link show {entity}
--           Carrier errors are cable, optics or duplex; fifo errors a bus that cannot keep up.
-- verify:   The TX columns drop, errs and carrier of /proc/net/dev stand still.
-- but:      An interface that is down drops what is sent to it. Drops (not errors) of an interface that is known for a veth are
--           left to cgroup/veth-drops, so that the same packets are told once.
-- see:      net/core/net-procfs.c; Documentation/networking/statistics.rst
WITH p AS (
  SELECT coalesce(:min_drops, 10)   AS min_drops,
         coalesce(:warn_pct, 0.001) AS warn_pct
), d AS (
  SELECT entity,
         max(CASE WHEN name = 'tx_drop'    THEN increase END) AS drops,
         max(CASE WHEN name = 'tx_errs'    THEN increase END) AS errors,
         max(CASE WHEN name = 'tx_carrier' THEN increase END) AS carrier,
         max(CASE WHEN name = 'tx_fifo'    THEN increase END) AS fifo,
         max(CASE WHEN name = 'tx_colls'   THEN increase END) AS collisions,
         max(CASE WHEN name = 'tx_packets' THEN increase END) AS sent,
         max(CASE WHEN name IN ('tx_drop', 'tx_errs') THEN active END) AS active,
         max(intervals) AS intervals,
         max(CASE WHEN name IN ('tx_drop', 'tx_errs') AND increase > 0 THEN peak_snap END) AS peak_snap,
         min(CASE WHEN name IN ('tx_drop', 'tx_errs') THEN first_active END) AS first_active,
         max(CASE WHEN name IN ('tx_drop', 'tx_errs') THEN last_active END)  AS last_active
    FROM counter
   WHERE source = 'netdev' AND name IN ('tx_drop', 'tx_errs', 'tx_carrier', 'tx_fifo', 'tx_colls', 'tx_packets')
   GROUP BY entity
), veth AS (
  SELECT entity FROM series WHERE source = 'nic' AND name = 'driver' AND last = 'veth'
), r AS (
  SELECT d.*, CASE WHEN veth.entity IS NULL THEN d.drops ELSE 0 END + d.errors AS lost, d.sent + d.drops + d.errors AS tried,
         (CASE WHEN veth.entity IS NULL THEN d.drops ELSE 0 END + d.errors) * 100.0 / nullif(d.sent + d.drops + d.errors, 0) AS pct
    FROM d LEFT JOIN veth ON veth.entity = d.entity
)
SELECT CASE WHEN r.lost IS NULL                                                         THEN 'skip'
            WHEN r.lost < p.min_drops OR (r.active < 2 AND r.intervals > 1)             THEN 'ok'
            WHEN r.pct >= p.warn_pct                                                    THEN 'warn'
            ELSE 'ok' END              AS level,
       r.entity,
       r.lost,
       r.tried,
       round(r.pct, 4)                 AS lost_pct,
       r.drops,
       r.errors,
       coalesce(r.carrier, 0)          AS carrier,
       coalesce(r.fifo, 0)             AS fifo,
       coalesce(r.collisions, 0)       AS collisions,
       r.active                        AS intervals_hit,
       r.intervals,
       r.peak_snap                     AS at,
       r.first_active                  AS first_at,
       r.last_active                   AS last_at
  FROM r JOIN p
 ORDER BY r.lost DESC, r.entity;
