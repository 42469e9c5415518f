-- rule:     nic-drops/cloud-allowance
-- version:  2
-- schema:   1
-- title:    The cloud instance exceeded its network allowance
-- tags:     nic cloud loss
-- requires: ethtool >= 3
-- param:    min_lost       packets    beyond the conntrack or link-local allowance: they are dropped
-- param:    min_shaped     packets    beyond the bandwidth or packet rate allowance: they are queued or dropped
-- param:    min_intervals  intervals  with some of them
-- message:  {entity}: {lost} packets dropped and {shaped} queued or dropped by the hypervisor, in {intervals_hit} of {intervals} intervals: {counters}
-- meaning:  The provider limits bandwidth, packets a second, tracked connections and link-local services (DNS, metadata, time) of an
--           instance outside of it: nothing but these counters of the driver tells. Lost here are retransmissions without any drop.
-- remedy:   bw, pps: a larger instance, or one without burst credits. conntrack: fewer and longer connections
--           (linkerd-pool/client-no-reuse), or security groups that need no tracking. linklocal: a DNS cache on this host.
-- verify:   This shows the same values of *_allowance_exceeded a minute later:
--             ethtool -S {entity}
-- but:      bw and pps also count packets that were only queued: they are a warning, not critical.
-- see:      drivers/net/ethernet/amazon/ena (ena_ethtool.c)
WITH p AS (
  SELECT coalesce(:min_lost, 1)      AS min_lost,
         coalesce(:min_shaped, 10)   AS min_shaped,
         coalesce(:min_intervals, 2) AS min_intervals
), names AS (
  SELECT *, meaning = 'allowance_lost' AS hard FROM nic_counter WHERE meaning IN ('allowance_lost', 'allowance_shaped')
), sums AS (
  SELECT nic, count(increase) AS known,
         coalesce(sum(CASE WHEN hard THEN increase END), 0)         AS lost,
         coalesce(sum(CASE WHEN NOT hard THEN increase END), 0)     AS shaped,
         coalesce(max(CASE WHEN hard THEN active END), 0)           AS hard_active,
         coalesce(max(CASE WHEN NOT hard THEN active END), 0)       AS soft_active,
         max(active) AS active, max(intervals) AS intervals, min(first_active) AS first_at, max(last_active) AS last_at
    FROM names GROUP BY nic
), worst AS (
  SELECT nic, peak_snap, row_number() OVER (PARTITION BY nic ORDER BY hard DESC, increase DESC, name) AS r
    FROM names WHERE increase > 0
), said AS (
  SELECT nic, group_concat(name || ' +' || increase, ', ') AS counters
    FROM (SELECT nic, name, increase FROM names WHERE increase > 0 ORDER BY increase DESC, name) GROUP BY nic
)
SELECT CASE WHEN s.known = 0                                                    THEN 'skip'
            WHEN s.lost >= p.min_lost AND s.hard_active >= p.min_intervals      THEN 'crit'
            WHEN s.shaped >= p.min_shaped AND s.soft_active >= p.min_intervals  THEN 'warn'
            ELSE 'ok' END           AS level,
       s.nic                        AS entity,
       s.lost,
       s.shaped,
       s.active                     AS intervals_hit,
       s.intervals,
       coalesce(t.counters, 'none') AS counters,
       w.peak_snap                  AS at,
       s.first_at,
       s.last_at
  FROM sums s JOIN p
  LEFT JOIN worst w ON w.nic = s.nic AND w.r = 1
  LEFT JOIN said t ON t.nic = s.nic
 ORDER BY s.lost DESC, s.shaped DESC, s.nic;
