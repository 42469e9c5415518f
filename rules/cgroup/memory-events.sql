-- rule:     cgroup/memory-events
-- version:  1
-- schema:   1
-- title:    A control group reached its memory limit
-- tags:     memory container latency
-- requires: cgroup >= 2
-- param:    high_events  events  above memory.high in the window
-- param:    max_events   events  at memory.max (v1: failcnt) in the window; fewer are a remark
-- message:  {entity}: {oom_kills} processes killed, {oom} times out of memory, {at_max} times at the limit, {high} times above memory.high; up to {_used} of {_limit}
-- meaning:  At the limit whoever allocates has to free memory of the group first, in the middle of a request or of a packet: the JVM and
--           its sockets stall for milliseconds to seconds, and when nothing can be freed a process is killed. The host may have
--           plenty of memory meanwhile.
-- remedy:   Raise the limit (now {_limit}) above heap, metaspace, threads and sockets together, or lower the heap (JVM_HEAP_MAX):
--           kubectl set resources, MemoryMax= of a unit, or by hand:
--             echo BYTES > /sys/fs/cgroup/{entity}/memory.max
-- verify:   memory.events of {entity} stands still (v1: memory.failcnt and memory.oom_control).
-- but:      Files that are read and written count towards the limit as cache: a group that writes logs sits at it for ever, and its cache
--           is dropped without harm. So events at the limit alone are a remark until there are {:max_events}, and none of them is
--           critical but a kill. memory.events is of the group and all below it.
-- see:      Documentation/admin-guide/cgroup-v2.rst, memory.events; memory/oom
WITH p AS (
  SELECT coalesce(:high_events, 10) AS high_events,
         coalesce(:max_events, 10)  AS max_events
), g AS (
  SELECT entity,
         max(CASE WHEN name = 'memory_high_events' THEN increase END) AS high,
         max(CASE WHEN name IN ('memory_max_events', 'memory_failcnt') THEN increase END) AS at_max,
         max(CASE WHEN name = 'memory_oom_events' THEN increase END)  AS oom,
         max(CASE WHEN name = 'memory_oom_kills' THEN increase END)   AS kills,
         max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_at, max(last_active) AS last_at
    FROM counter WHERE source = 'cgroup' AND name IN ('memory_high_events', 'memory_max_events', 'memory_failcnt', 'memory_oom_events', 'memory_oom_kills')
   GROUP BY entity
), worst AS (              -- when the gravest kind had its worst interval
  SELECT entity, peak_snap,
         row_number() OVER (PARTITION BY entity
           ORDER BY CASE name WHEN 'memory_oom_kills' THEN 0 WHEN 'memory_oom_events' THEN 1 WHEN 'memory_high_events' THEN 3 ELSE 2 END, name) AS r
    FROM counter WHERE source = 'cgroup' AND name LIKE 'memory_%' AND increase > 0
), l AS (
  SELECT entity, max(CASE WHEN name = 'memory_max' THEN last END) AS top, max(CASE WHEN name = 'memory_high' THEN last END) AS high,
         max(CASE WHEN name = 'memory_current' THEN hi END) AS used
    FROM gauge WHERE source = 'cgroup' GROUP BY entity
)
SELECT CASE WHEN coalesce(g.high, g.at_max, g.oom, g.kills) IS NULL       THEN 'skip'
            WHEN coalesce(g.kills, 0) + coalesce(g.oom, 0) > 0            THEN 'crit'
            WHEN g.high >= p.high_events OR g.at_max >= p.max_events      THEN 'warn'
            WHEN g.at_max > 0                                             THEN 'info'
            ELSE 'ok' END                              AS level,
       g.entity,
       coalesce(g.kills, 0)                            AS oom_kills,
       coalesce(g.oom, 0)                              AS oom,
       coalesce(g.at_max, 0)                           AS at_max,
       coalesce(g.high, 0)                             AS high,
       cast(l.used AS INT)                             AS used_bytes,
       cast(coalesce(l.top, l.high) AS INT)            AS limit_bytes,
       coalesce(round(l.used / 1048576.0, 1) || ' MiB', 'an unknown amount')              AS _used,
       coalesce(round(coalesce(l.top, l.high) / 1048576.0, 1) || ' MiB', 'no limit of its own') AS _limit,
       g.active                                        AS intervals_hit,
       g.intervals,
       worst.peak_snap                                 AS at,
       g.first_at, g.last_at
  FROM g JOIN p
  LEFT JOIN l ON l.entity = g.entity
  LEFT JOIN worst ON worst.entity = g.entity AND worst.r = 1
 ORDER BY oom_kills DESC, oom DESC, at_max DESC, g.entity;
