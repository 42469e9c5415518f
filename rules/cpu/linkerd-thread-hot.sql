-- rule:     cpu/linkerd-thread-hot
-- version:  1
-- schema:   1
-- title:    One thread of a watched process uses a CPU up
-- tags:     cpu latency linkerd
-- requires: thread >= 4
-- min_span: 10s
-- param:    hot_pct        percent    of one CPU in an interval
-- param:    min_intervals  intervals  that are so
-- message:  {entity}: {hot_intervals} of {intervals} intervals at {hot_limit_pct}% of a CPU or more (median {cpu_pct}%, worst {peak_pct}%)
-- meaning:  A thread cannot use more than one CPU. When it is an event loop (finagle/netty4), all connections of that loop wait for it,
--           though other loops and CPUs are idle. {_kind}
-- remedy:   See what it does, and spread the load over more loops:
--             top -H -p {_pid}
--             -com.twitter.finagle.netty4.numWorkers=N   # on linkerd's command line
--           Few callers with long connections stay on few loops: let them open more, or reconnect.
-- verify:   The thread is below 70% in a new recording.
-- but:      Threads of the collector and of the compiler of a JVM work in bursts, without harm as long as CPUs are idle: for them it is a
--           remark, and linkerd-jvm/gc-overhead judges. Of a thread's name the kernel keeps 15 bytes.
-- see:      proc_pid_stat(5); Finagle metrics, pending_io_events
WITH p AS (
  SELECT coalesce(:hot_pct, 90)      AS hot_pct,
         coalesce(:min_intervals, 3) AS min_intervals
), used AS (               -- schedstat, else the ticks of stat
  SELECT x.entity, m.snap, sum(m.delta) / 1e7 / max(m.dt) AS pct,
         row_number() OVER (PARTITION BY x.entity ORDER BY sum(m.delta) / max(m.dt) DESC, m.snap) AS worst
    FROM series x JOIN sample m ON m.series = x.id
   WHERE x.source = 'thread' AND m.delta IS NOT NULL
     AND (x.name = 'run_ns' OR x.name IN ('user', 'system')
          AND NOT EXISTS (SELECT 1 FROM series r WHERE r.source = 'thread' AND r.entity = x.entity AND r.name = 'run_ns'))
   GROUP BY x.entity, m.snap
), level AS (
  SELECT entity, sum(CASE WHEN name = 'run_ns' THEN p50_per_s END) / 1e7 AS run_pct,
         sum(CASE WHEN name IN ('user', 'system') THEN p50_per_s END) / 1e7 AS stat_pct, max(intervals) AS intervals,
         sum(increase) AS moved
    FROM counter WHERE source = 'thread' AND name IN ('run_ns', 'user', 'system') GROUP BY entity
), hot AS (
  SELECT u.entity, sum(u.pct >= p.hot_pct) AS n, max(u.pct) AS peak, max(CASE WHEN u.worst = 1 THEN u.snap END) AS at,
         min(CASE WHEN u.pct >= p.hot_pct THEN u.snap END) AS first_at, max(CASE WHEN u.pct >= p.hot_pct THEN u.snap END) AS last_at
    FROM used u JOIN p GROUP BY u.entity
), j AS (
  SELECT l.entity, cast(l.entity AS INT) AS pid, substr(l.entity, instr(l.entity, ':') + 1) AS comm,
         coalesce(l.run_pct, l.stat_pct) AS pct, l.intervals, l.moved, coalesce(h.n, 0) AS n, h.peak, h.at, h.first_at, h.last_at,
         coalesce(h.n, 0) >= p.min_intervals AS is_hot
    FROM level l JOIN p LEFT JOIN hot h ON h.entity = l.entity
), named AS (
  SELECT *, comm LIKE 'GC %' OR comm LIKE 'G1 %' OR comm LIKE 'Gang %' OR comm LIKE 'VM Thread%' OR comm LIKE 'Concurrent %'
              OR comm LIKE 'C_ Compiler%' OR comm LIKE 'ParGC%' OR comm LIKE 'ZWorker%' OR comm LIKE 'Shenandoah%' AS jvm
    FROM j
), shown AS (              -- a process without such a thread is one row
  SELECT entity, pid, comm, pct, peak, n, intervals, at, first_at, last_at, jvm, 1 AS is_hot, moved FROM named WHERE is_hot
   UNION ALL
  SELECT coalesce(max(CASE WHEN entity LIKE pid || '/' || pid || ':%' THEN pid || ':' || comm END), CAST(pid AS TEXT)),
         pid, NULL, max(pct), max(peak), max(n), max(intervals), NULL, NULL, NULL, 0, 0, max(moved)
    FROM named GROUP BY pid HAVING sum(is_hot) = 0
)
SELECT CASE WHEN s.moved IS NULL THEN 'skip'
            WHEN NOT s.is_hot    THEN 'ok'
            WHEN s.jvm           THEN 'info'
            ELSE 'warn' END           AS level,
       s.entity,
       round(s.pct, 1)                AS cpu_pct,
       round(s.peak, 1)               AS peak_pct,
       p.hot_pct                      AS hot_limit_pct,
       s.n                            AS hot_intervals,
       s.intervals,
       s.pid                          AS _pid,
       CASE WHEN s.jvm THEN 'This one belongs to the JVM itself (collector or compiler).'
            WHEN s.comm LIKE 'finagle/netty%' THEN 'This one is an event loop.'
            ELSE '' END               AS _kind,
       s.at, s.first_at, s.last_at
  FROM shown s JOIN p
 ORDER BY s.n DESC, s.pct DESC, s.entity;
