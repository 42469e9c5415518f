-- rule:     neighbour/failed
-- version:  1
-- schema:   1
-- title:    Hosts on the link do not answer for their addresses
-- tags:     arp ndp neighbour
-- requires: neigh >= 3
-- param:    min_events     events     failed resolutions or discarded packets in the window
-- param:    min_intervals  intervals  with such events
-- message:  {entity}: {failed} address resolutions failed and {discards} packets that waited for one were discarded, in {intervals_hit} of {intervals} intervals
-- meaning:  Before the first packet to an address on the link the kernel asks who has it. Nobody answered: the host is down, in another
--           VLAN, or never was. Packets wait meanwhile, a few of them, and are discarded; connects fail with "no route to host"
--           after 3 s.
-- remedy:   See which, and whether the address is still in somebody's configuration or in linkerd's name resolution:
--             ip neigh show nud failed
--             ip neigh show nud incomplete
--           When it is the gateway, look at the link and the VLAN.
-- verify:   unresolved_discards and res_failed of /proc/net/stat/{entity} stand still.
-- but:      Who scans unused addresses, or a backend that was just taken away, causes it. The counters are of the host, so it may
--           be another network namespace, and only the host's first one shows them.
-- see:      ip-neighbour(8); arp(7); sockets/syn-sent
WITH p AS (
  SELECT coalesce(:min_events, 10)   AS min_events,
         coalesce(:min_intervals, 2) AS min_intervals
), t AS (
  SELECT entity,
         max(CASE WHEN name = 'res_failed' THEN increase END)           AS failed,
         max(CASE WHEN name = 'unresolved_discards' THEN increase END)  AS discards,
         max(CASE WHEN name = 'res_failed' THEN active END)             AS failed_hit,
         max(CASE WHEN name = 'unresolved_discards' THEN active END)    AS discards_hit,
         max(intervals) AS intervals,
         max(CASE WHEN name = 'res_failed' THEN peak_snap END)          AS failed_at,
         max(CASE WHEN name = 'unresolved_discards' THEN peak_snap END) AS discards_at,
         min(first_active) AS first_at, max(last_active) AS last_at
    FROM counter
   WHERE source = 'neigh' AND entity IN ('arp_cache', 'ndisc_cache') AND name IN ('res_failed', 'unresolved_discards')
   GROUP BY entity
)
SELECT CASE WHEN t.failed IS NULL AND t.discards IS NULL                           THEN 'skip'
            WHEN t.failed >= p.min_events AND t.failed_hit >= p.min_intervals      THEN 'warn'
            WHEN t.discards >= p.min_events AND t.discards_hit >= p.min_intervals  THEN 'warn'
            ELSE 'ok' END                                           AS level,
       t.entity,
       coalesce(t.failed, 0)                                        AS failed,
       coalesce(t.discards, 0)                                      AS discards,
       max(coalesce(t.failed_hit, 0), coalesce(t.discards_hit, 0))  AS intervals_hit,
       t.intervals,
       CASE WHEN t.discards > 0 THEN t.discards_at WHEN t.failed > 0 THEN t.failed_at END AS at,
       t.first_at, t.last_at
  FROM t JOIN p
 ORDER BY level = 'warn' DESC, coalesce(t.discards, 0) + coalesce(t.failed, 0) DESC, t.entity;
