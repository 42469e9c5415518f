-- rule:     memory/oom
-- version:  1
-- schema:   1
-- title:    The kernel killed a process for want of memory
-- tags:     memory
-- requires: vmstat >= 2
-- param:    min_kills  processes  in the window
-- message:  {kills} processes killed by the OOM killer, in {intervals_hit} of {intervals} intervals
-- meaning:  Memory, of the host or of one control group, was used up and the kernel took a process to free some. Its connections are
--           reset; whoever restarts it makes all of them anew.
-- remedy:   See who was killed, and whose limit it was:
--             dmesg -T | grep -iE "out of memory|oom-kill"
--           then raise that limit (memory.max), make its heap smaller, or give the host more memory.
-- verify:   oom_kill in /proc/vmstat stands still.
-- but:      The counter is the host's: on a host with containers it may be the limit of a container that has nothing to do with
--           what is looked at.
-- see:      proc(5), /proc/vmstat; Documentation/admin-guide/cgroup-v2.rst, memory.events
WITH p AS (
  SELECT coalesce(:min_kills, 1) AS min_kills
)
SELECT CASE WHEN c.increase IS NULL        THEN 'skip'
            WHEN c.increase >= p.min_kills THEN 'crit'
            ELSE 'ok' END        AS level,
       ''                        AS entity,
       c.increase                AS kills,
       c.active                  AS intervals_hit,
       c.intervals,
       CASE WHEN c.increase > 0 THEN c.peak_snap END AS at,
       c.first_active            AS first_at,
       c.last_active             AS last_at
  FROM counter c JOIN p
 WHERE c.source = 'vmstat' AND c.entity = '' AND c.name = 'oom_kill'
 ORDER BY entity;
