-- rule:     neighbour/table-full
-- version:  1
-- schema:   1
-- title:    The neighbour table is full: new hosts on the link cannot be reached
-- tags:     arp ndp neighbour
-- requires: neigh >= 2
-- wants:    sysctl
-- param:    near_pct  percent  of gc_thresh3
-- message:  {entity}: {fulls} new entries refused because the table was full; up to {entries} of {limit} entries ({used_pct}%)
-- meaning:  An address on the link needs an entry before the first packet goes there. At gc_thresh3 the kernel throws out unused ones
--           and, when none is left, refuses: connects stall or fail with EHOSTUNREACH or ENOBUFS, and the log has "neighbour:
--           {entity}: neighbor table overflow!". Hosts in large flat networks, with many containers, reach the default of 1024.
-- remedy:   Raise all three, here to twice what is needed now:
--             sysctl -w net.{_family}.neigh.default.gc_thresh3={_more}   # now {limit} entries
--             sysctl -w net.{_family}.neigh.default.gc_thresh2={_half}
--             sysctl -w net.{_family}.neigh.default.gc_thresh1={_quarter}
-- verify:   The column table_fulls of /proc/net/stat/{entity} stands still, and entries stay below half of gc_thresh3.
-- but:      Table and limits are of the host, and only its first network namespace shows them: in a container there is nothing to
--           judge. Without the limits refused entries alone count. A scan of a whole network fills it for a moment. Permanent entries need not count (since 5.0).
-- see:      ip-sysctl neigh/default/gc_thresh3; arp(7); neighbour/gc
WITH p AS (
  SELECT coalesce(:near_pct, 90) AS near_pct
), k AS (
  SELECT 'arp_cache' AS entity, 'ipv4' AS family,
         (SELECT cast(last AS INT) FROM setting WHERE name = 'net.ipv4.neigh.default.gc_thresh3') AS most
   UNION ALL
  SELECT 'ndisc_cache', 'ipv6', (SELECT cast(last AS INT) FROM setting WHERE name = 'net.ipv6.neigh.default.gc_thresh3')
), t AS (
  SELECT k.*, e.hi, e.hi_snap, c.increase AS fulls, c.active, c.intervals, c.peak_snap, c.first_active, c.last_active
    FROM k
    LEFT JOIN gauge e   ON e.source = 'neigh' AND e.entity = k.entity AND e.name = 'entries'
    LEFT JOIN counter c ON c.source = 'neigh' AND c.entity = k.entity AND c.name = 'table_fulls'
)
SELECT CASE WHEN t.fulls > 0                                  THEN 'crit'
            WHEN t.hi * 100.0 >= p.near_pct * t.most AND t.hi > 0 THEN 'warn'
            WHEN t.fulls IS NULL AND t.most IS NULL           THEN 'skip'
            ELSE 'ok' END                       AS level,
       t.entity,
       coalesce(t.fulls, 0)                     AS fulls,
       coalesce(t.active, 0)                    AS intervals_hit,
       cast(t.hi AS INT)                        AS entries,
       t.most                                   AS "limit",
       round(t.hi * 100.0 / nullif(t.most, 0), 1) AS used_pct,
       t.family                                 AS _family,
       max(8192, coalesce(2 * t.most, 0))       AS _more,
       max(8192, coalesce(2 * t.most, 0)) / 2   AS _half,
       max(8192, coalesce(2 * t.most, 0)) / 4   AS _quarter,
       CASE WHEN t.fulls > 0 THEN t.peak_snap ELSE t.hi_snap END AS at,
       t.first_active                           AS first_at,
       t.last_active                            AS last_at
  FROM t JOIN p
 WHERE t.hi IS NOT NULL OR t.fulls IS NOT NULL
 ORDER BY t.fulls DESC, t.hi DESC, t.entity;
