-- rule:     memory/alloc-stall
-- version:  1
-- schema:   1
-- title:    Allocations waited for reclaim
-- tags:     memory latency
-- requires: vmstat >= 3
-- wants:    sysctl, meminfo
-- param:    min_stalls     stalls     direct reclaims and compactions in the window
-- param:    min_intervals  intervals  with some of them
-- message:  {stalls} allocations had to free memory themselves ({reclaims} by reclaim, {compactions} by compaction), in {intervals_hit} of {intervals} intervals
-- meaning:  kswapd did not keep up, so that whoever allocates has to reclaim or compact before it goes on: milliseconds in the middle
--           of a request or a system call. Packet buffers that may not wait fail instead.
-- remedy:   Free memory (memory/low), and let kswapd begin earlier, with twice what there is now:
--             sysctl -w vm.min_free_kbytes={next_min_free}   # now {min_free} kB
-- verify:   allocstall_* and compact_stall in /proc/vmstat stand still.
-- but:      Transparent huge pages compact by themselves: compactions without reclaims are theirs. A limit of a control group is
--           reclaimed without being counted here.
-- see:      Documentation/admin-guide/sysctl/vm.rst, min_free_kbytes
WITH p AS (
  SELECT coalesce(:min_stalls, 10)   AS min_stalls,
         coalesce(:min_intervals, 2) AS min_intervals
), names AS (              -- one counter before 4.8, then one a zone
  SELECT *, name = 'compact_stall' AS compaction FROM counter
   WHERE source = 'vmstat' AND entity = '' AND (name = 'allocstall' OR name LIKE 'allocstall\_%' ESCAPE '\' OR name = 'compact_stall')
), c AS (
  SELECT sum(increase) AS stalls, coalesce(sum(CASE WHEN compaction THEN increase END), 0) AS compactions,
         max(active) AS active, max(intervals) AS intervals, min(first_active) AS first_at, max(last_active) AS last_at
    FROM names
), worst AS (              -- a bare column beside max(): of the row that has the maximum
  SELECT max(increase), peak_snap FROM names WHERE increase > 0
), s AS (
  SELECT max(CASE WHEN name = 'vm.min_free_kbytes' THEN cast(last AS INT) END) AS min_free FROM setting
)
SELECT CASE WHEN c.stalls IS NULL                                           THEN 'skip'
            WHEN c.stalls >= p.min_stalls AND c.active >= p.min_intervals   THEN 'warn'
            ELSE 'ok' END                      AS level,
       ''                                      AS entity,
       c.stalls,
       c.stalls - c.compactions                AS reclaims,
       c.compactions,
       c.active                                AS intervals_hit,
       c.intervals,
       coalesce(s.min_free, '?')               AS min_free,
       2 * coalesce(s.min_free, 65536)         AS next_min_free,
       worst.peak_snap                         AS at,
       c.first_at,
       c.last_at
  FROM c JOIN p JOIN s JOIN worst
 ORDER BY entity;
