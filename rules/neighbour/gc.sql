-- rule:     neighbour/gc
-- version:  1
-- schema:   1
-- title:    The kernel keeps searching the neighbour table for entries to throw out
-- tags:     arp ndp neighbour
-- requires: neigh >= 2
-- wants:    sysctl
-- min_span: 30s
-- param:    info_per_s  per second  forced collections, mean over the window
-- message:  {entity}: {per_s} forced garbage collections/s ({runs} in the window), up to {entries} entries; gc_thresh2 is {limit} entries
-- meaning:  Above gc_thresh2 each new entry makes the kernel look for old ones, at most every five seconds (0.2/s);
--           above gc_thresh3 every entry does. Hosts that are talked to are resolved again and again, and each first packet waits.
-- remedy:   Raise the thresholds above the number of hosts on the link:
--             sysctl -w net.{_family}.neigh.default.gc_thresh3={_more}
--             sysctl -w net.{_family}.neigh.default.gc_thresh2={_half}   # now {limit} entries
-- verify:   forced_gc_runs of /proc/net/stat/{entity} stands still.
-- but:      Table and thresholds are of the host, and only its first network namespace shows them. A scan causes it for a moment.
-- see:      ip-sysctl neigh/default/gc_thresh2; neighbour/table-full
WITH p AS (
  SELECT coalesce(:info_per_s, 0.1) AS info_per_s
), k AS (
  SELECT 'arp_cache' AS entity, 'ipv4' AS family,
         (SELECT cast(last AS INT) FROM setting WHERE name = 'net.ipv4.neigh.default.gc_thresh2') AS high
   UNION ALL
  SELECT 'ndisc_cache', 'ipv6', (SELECT cast(last AS INT) FROM setting WHERE name = 'net.ipv6.neigh.default.gc_thresh2')
)
SELECT CASE WHEN c.increase IS NULL          THEN 'skip'
            WHEN c.per_s >= p.info_per_s     THEN 'info'
            ELSE 'ok' END                     AS level,
       c.entity,
       c.increase                             AS runs,
       round(c.per_s, 2)                      AS per_s,
       (SELECT cast(hi AS INT) FROM gauge g WHERE g.source = 'neigh' AND g.entity = c.entity AND g.name = 'entries') AS entries,
       k.high                                 AS "limit",
       k.family                               AS _family,
       max(8192, coalesce(4 * k.high, 0))     AS _more,
       max(8192, coalesce(4 * k.high, 0)) / 2 AS _half,
       c.active                               AS intervals_hit,
       c.intervals,
       c.peak_snap                            AS at,
       c.first_active                         AS first_at,
       c.last_active                          AS last_at
  FROM counter c JOIN k ON k.entity = c.entity JOIN p
 WHERE c.source = 'neigh' AND c.name = 'forced_gc_runs'
 ORDER BY c.increase DESC, c.entity;
