-- rule:     nic-drops/link-flap
-- version:  2
-- schema:   1
-- title:    A link went down, became slower or is half duplex
-- tags:     nic link
-- requires: nic >= 1
-- wants:    ethtool
-- param:    min_changes  changes  of the carrier in the window
-- message:  {entity}: {_reading}
-- meaning:  Without a carrier every flow over the interface stops for seconds: until the link is back, and then until the senders'
--           timeouts are over. A link that came up slower or half duplex lasts on as loss and queues.
-- remedy:   See what the kernel said, and the other end's port; then change cable, optics or port:
--             dmesg -T | grep -i "link is"
--             cat /proc/net/bonding/*
-- verify:   The full speed and duplex, and a count of changes that stands still:
--             ethtool {entity}
--             cat /sys/class/net/{entity}/carrier_changes
-- but:      Somebody may have taken the interface down, or changed its settings, on purpose: one that is down now by order is
--           information only. Virtual interfaces (veth, bridge, tun) lose their carrier with their container: not judged.
-- see:      Documentation/ABI/testing/sysfs-class-net, carrier_changes; ethtool(8)
WITH p AS (
  SELECT coalesce(:min_changes, 1) AS min_changes
), n AS (
  SELECT s.entity,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.increase END)                    AS changes,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.peak_snap END)                   AS seen_at,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.first_active END)                AS first_at,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.last_active END)                 AS last_at,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.active END)                      AS active,
         max(CASE WHEN s.name = 'carrier_changes' THEN s.intervals END)                   AS intervals,
         max(CASE WHEN s.name = 'speed' AND s.first > 0 THEN s.first END)                 AS speed_first,
         max(CASE WHEN s.name = 'speed' AND s.last > 0 THEN s.last END)                   AS speed_last,
         max(CASE WHEN s.name = 'duplex' THEN lower(s.last) END)                          AS duplex,
         max(CASE WHEN s.name = 'operstate' THEN s.last END)                              AS operstate,
         max(CASE WHEN s.name = 'flags' THEN lower(substr(s.last, -1)) END)               AS flag_digit,
         max(CASE WHEN s.name = 'bus' THEN s.last END)                                    AS bus,
         max(CASE WHEN s.name = 'driver' THEN s.last END)                                 AS driver
    FROM series s
   WHERE s.source = 'nic' AND s.name IN ('carrier_changes', 'speed', 'duplex', 'operstate', 'flags', 'bus', 'driver')
   GROUP BY s.entity
), told AS (               -- drivers count it too, some of them each change
  SELECT nic, group_concat(name || ' +' || increase, ', ') AS said
    FROM (SELECT nic, name, increase FROM nic_counter WHERE meaning = 'link_down' AND increase > 0 ORDER BY increase DESC, name) GROUP BY nic
), j AS (                  -- IFF_UP is the lowest bit: an odd digit
  SELECT n.*, coalesce(instr('13579bdf', n.flag_digit), 1) > 0 AS up,
         coalesce(n.speed_last < n.speed_first, 0) AS slower,
         n.duplex = 'half' AND n.operstate = 'up' AS half
    FROM n
   WHERE n.bus IS NOT NULL AND n.bus NOT IN ('', 'N/A', 'n/a', 'tun', 'tap') AND coalesce(n.driver, '') NOT IN ('veth', 'bridge', 'tun')
)
SELECT CASE WHEN j.changes IS NULL AND coalesce(j.half, 0) = 0 AND j.speed_last IS NULL THEN 'skip'
            WHEN j.changes >= p.min_changes AND NOT j.up                 THEN 'info'
            WHEN j.changes >= p.min_changes OR j.slower                  THEN 'crit'
            WHEN j.half                                                  THEN 'warn'
            ELSE 'ok' END      AS level,
       j.entity,
       coalesce(j.changes, 0)  AS changes,
       j.speed_first           AS speed_first_bit_per_s,
       j.speed_last            AS speed_last_bit_per_s,
       j.duplex,
       j.operstate,
       coalesce(j.changes, 0) || ' changes of the carrier in the window, now ' || coalesce(j.operstate, 'unknown')
         || CASE WHEN NOT j.up THEN ' (taken down by order)' ELSE '' END
         || CASE WHEN j.slower THEN '; from ' || (j.speed_first / 1000000) || ' to ' || (j.speed_last / 1000000) || ' Mbit/s' ELSE '' END
         || CASE WHEN j.half THEN '; half duplex' ELSE '' END
         || coalesce('; its driver counts ' || t.said, '') AS _reading,
       j.active                AS intervals_hit,
       j.intervals,
       CASE WHEN j.changes > 0 THEN j.seen_at END AS at,
       j.first_at, j.last_at
  FROM j JOIN p LEFT JOIN told t ON t.nic = j.entity
 ORDER BY changes DESC, j.entity;
