-- rule:     nic-drops/saturated
-- version:  1
-- schema:   1
-- title:    A link is full
-- tags:     nic capacity
-- requires: netdev >= 6, nic >= 1
-- param:    warn_pct       percent    of the link's speed, in the 95th percentile of the intervals
-- param:    crit_pct       percent    the same
-- param:    min_intervals  intervals  fewer are not judged
-- message:  {entity}: {used_pct}% of its {_speed} Mbit/s in the 95th percentile of {intervals} intervals (received {rx_pct}%, sent {tx_pct}%; worst {peak_pct}%)
-- meaning:  Near the speed of the link queues and drops are what has to be expected: on transmit here (nic-drops/qdisc), on receive in
--           the switch, where nobody on this host sees them.
-- remedy:   Move traffic away, or take a faster link or several. Is the speed what was paid for?
--             ethtool {entity}
-- verify:   Less than 70% in a new recording at the same time of the day.
-- but:      A backup fills a link and harms nobody if the queue is fair (fq). Bursts shorter than an interval are not seen. Virtual
--           interfaces tell a speed that means nothing (virtio, vmxnet3, veth, tun): they are not judged.
-- see:      Documentation/ABI/testing/sysfs-class-net, speed
WITH p AS (
  SELECT coalesce(:warn_pct, 80)     AS warn_pct,
         coalesce(:crit_pct, 95)     AS crit_pct,
         coalesce(:min_intervals, 5) AS min_intervals
), link AS (
  SELECT entity,
         max(CASE WHEN name = 'speed' AND last > 0 THEN last END) AS speed,
         max(CASE WHEN name = 'driver' THEN last END)             AS driver
    FROM series WHERE source = 'nic' AND name IN ('speed', 'driver') GROUP BY entity
), used AS (
  SELECT s.entity, max(s.intervals) AS intervals,
         max(CASE WHEN s.name = 'rx_bytes' THEN s.p95 END) * 800.0 / link.speed AS rx_pct,
         max(CASE WHEN s.name = 'tx_bytes' THEN s.p95 END) * 800.0 / link.speed AS tx_pct,
         link.speed, link.driver
    FROM series s JOIN link ON link.entity = s.entity
   WHERE s.source = 'netdev' AND s.name IN ('rx_bytes', 'tx_bytes') AND s.kind = 'counter' AND link.speed > 0
   GROUP BY s.entity, link.speed, link.driver
), worst AS (
  SELECT entity, peak_per_s, peak_snap, row_number() OVER (PARTITION BY entity ORDER BY peak_per_s DESC, name) AS r
    FROM counter WHERE source = 'netdev' AND name IN ('rx_bytes', 'tx_bytes') AND peak_per_s > 0
), held AS (               -- intervals as full as a warning, one way or the other
  SELECT u.entity, m.snap
    FROM used u CROSS JOIN p
    CROSS JOIN series s ON s.source = 'netdev' AND s.entity = u.entity AND s.name IN ('rx_bytes', 'tx_bytes')
    CROSS JOIN sample m ON m.series = s.id
   WHERE max(u.rx_pct, u.tx_pct) >= p.warn_pct AND m.delta * 800.0 >= p.warn_pct * u.speed * m.dt
), times AS (
  SELECT entity, count(DISTINCT snap) AS hit, min(snap) AS first_at, max(snap) AS last_at FROM held GROUP BY entity
)
SELECT CASE WHEN coalesce(u.driver, '') IN ('virtio_net', 'vmxnet3', 'veth', 'tun', 'bridge', 'dummy', 'ifb', 'hv_netvsc', 'vif')
              OR u.rx_pct IS NULL OR u.tx_pct IS NULL OR u.intervals < p.min_intervals THEN 'skip'
            WHEN max(u.rx_pct, u.tx_pct) >= p.crit_pct                                 THEN 'crit'
            WHEN max(u.rx_pct, u.tx_pct) >= p.warn_pct                                 THEN 'warn'
            ELSE 'ok' END               AS level,
       u.entity,
       round(max(u.rx_pct, u.tx_pct), 1) AS used_pct,
       round(u.rx_pct, 1)               AS rx_pct,
       round(u.tx_pct, 1)               AS tx_pct,
       round(w.peak_per_s * 800.0 / u.speed, 1) AS peak_pct,
       u.speed                          AS speed_bit_per_s,
       cast(u.speed / 1e6 AS INT)       AS _speed,
       u.intervals,
       t.hit                            AS intervals_hit,
       w.peak_snap                      AS at,
       t.first_at, t.last_at,
       CASE WHEN u.intervals >= p.min_intervals THEN 'the speed that virtual interfaces tell means nothing'
            ELSE 'too few intervals' END AS why
  FROM used u JOIN p
  LEFT JOIN worst w ON w.entity = u.entity AND w.r = 1
  LEFT JOIN times t ON t.entity = u.entity
 ORDER BY used_pct DESC, u.entity;
