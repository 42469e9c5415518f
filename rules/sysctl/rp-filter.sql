-- rule:     sysctl/rp-filter
-- version:  1
-- schema:   1
-- title:    The reverse path filter drops packets
-- tags:     sysctl ip routing
-- requires: netstat >= 2
-- wants:    sysctl
-- param:    min_drops  packets  in the window
-- message:  {drops} packets dropped by the reverse path filter, in {intervals_hit} of {intervals} intervals (net.ipv4.conf.all.rp_filter={all_value})
-- meaning:  A packet whose answer would leave by another interface than it came in by is dropped when the filter is strict (1). With
--           asymmetric routes, several uplinks or VPNs these are good packets, and their connections hang.
-- remedy:   Repair the routes, or let any route back do (the higher of all and the interface's own value holds):
--             sysctl -w net.ipv4.conf.all.rp_filter=2   # now {all_value}
-- verify:   This stands still:
--             nstat -az TcpExtIPReversePathFilter
-- but:      Forged source addresses are what the filter is for: see what they are with net.ipv4.conf.all.log_martians=1. Dropped
--           broadcasts and multicasts of a second interface in the same network harm nobody.
-- see:      Documentation/networking/ip-sysctl.rst, rp_filter; RFC 3704
WITH p AS (
  SELECT coalesce(:min_drops, 10) AS min_drops
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.conf.all.rp_filter' THEN last END) AS value FROM setting
)
SELECT CASE WHEN c.increase IS NULL           THEN 'skip'
            WHEN c.increase >= p.min_drops    THEN 'warn'
            ELSE 'ok' END           AS level,
       ''                           AS entity,
       c.increase                   AS drops,
       c.active                     AS intervals_hit,
       c.intervals,
       coalesce(s.value, '?')       AS all_value,
       CASE WHEN c.increase > 0 THEN c.peak_snap END AS at,
       c.first_active               AS first_at,
       c.last_active                AS last_at
  FROM counter c JOIN p JOIN s
 WHERE c.source = 'netstat' AND c.entity = '' AND c.name = 'TcpExtIPReversePathFilter'
 ORDER BY entity;
