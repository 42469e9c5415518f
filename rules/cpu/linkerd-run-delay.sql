-- rule:     cpu/linkerd-run-delay
-- version:  2
-- schema:   1
-- title:    The threads of a watched process wait for a CPU
-- tags:     cpu latency linkerd
-- requires: thread >= 3
-- wants:    cgroup, task
-- min_span: 10s
-- param:    warn_pct    percent  of the time in which its threads ran or wanted to
-- param:    min_pct     percent  of the recording's time that is waited, all threads together; less does not matter
-- message:  {entity}: its threads waited {wait_pct}% of the time in which they wanted a CPU, {wait_s_per_min} s in each minute, so in {intervals_hit} of {intervals} intervals ({threads} threads; most: {top} with {top_pct}% of it)
-- meaning:  A thread that is ready and has no CPU is late with everything: each request pays for it, in linkerd once on the event loop
--           and again at the backend's reply. The host's CPUs need not look full: a quota, a small share or CPUs that are set aside
--           do the same. A request meets a wait about as often as there is one: below {:min_pct}% of the time, all threads together,
--           not even p95 sees it, and a program that starts elsewhere for a moment does as much (0.9% was seen in a healthy
--           recording, more than 30% with six busy programs on two CPUs). {_quota}
-- remedy:   Give it CPU: raise its quota or weight (cgroup/cpu-throttled), take neighbours away, and let it run where interrupts
--           do not (irq-balance/app-collision). With more event loops than CPUs, fewer, on linkerd's command line:
--             -com.twitter.finagle.netty4.numWorkers=N
-- verify:   Less than 2% in a new recording.
-- but:      Garbage collection starts a thread for each CPU at once: on few CPUs they wait for one another. Time that a quota made them
--           stop counts as waiting too. Of a process with more than 512 threads the first 512 are seen.
-- see:      Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat; cpu/saturated
WITH p AS (
  SELECT coalesce(:warn_pct, 10) AS warn_pct,
         coalesce(:min_pct, 3)   AS min_pct
), t AS (                  -- '814/815:finagle/netty4-'
  SELECT entity, cast(entity AS INT) AS pid, substr(entity, instr(entity, ':') + 1) AS comm,
         max(CASE WHEN name = 'run_ns'  THEN increase END) AS run_ns,
         max(CASE WHEN name = 'wait_ns' THEN increase END) AS wait_ns,
         max(CASE WHEN name = 'wait_ns' THEN span END)     AS span,
         max(CASE WHEN name = 'wait_ns' THEN intervals END) AS intervals
    FROM counter WHERE source = 'thread' GROUP BY entity
), top AS (
  SELECT pid, comm, wait_ns, row_number() OVER (PARTITION BY pid ORDER BY wait_ns DESC, entity) AS r
    FROM t WHERE wait_ns > 0
), j AS (
  SELECT t.pid, count(*) AS threads, sum(t.run_ns) AS run_ns, sum(t.wait_ns) AS wait_ns, max(t.span) AS span,
         max(t.intervals) AS intervals,
         max(CASE WHEN t.entity LIKE t.pid || '/' || t.pid || ':%' THEN t.comm END) AS comm
    FROM t GROUP BY t.pid
), late AS (
  SELECT j.pid FROM j JOIN p
   WHERE j.wait_ns * 100.0 >= p.min_pct * j.span * 1e9 AND j.wait_ns * 100.0 >= p.warn_pct * (j.run_ns + j.wait_ns)
), step AS (               -- all threads of such a process, interval by interval
  SELECT l.pid, m.snap, total(CASE s.name WHEN 'wait_ns' THEN m.delta END) AS wait_ns, total(m.delta) AS wanted_ns, max(m.dt) AS dt
    FROM late l CROSS JOIN series s ON s.source = 'thread' AND s.name IN ('run_ns', 'wait_ns') AND cast(s.entity AS INT) = l.pid
    CROSS JOIN sample m ON m.series = s.id
   WHERE m.delta > 0 AND m.dt > 0 GROUP BY l.pid, m.snap
), ranked AS (
  SELECT s.pid, s.snap, row_number() OVER (PARTITION BY s.pid ORDER BY s.wait_ns / s.dt DESC, s.snap) AS r
    FROM step s JOIN p WHERE s.wait_ns * 100.0 >= p.min_pct * s.dt * 1e9 AND s.wait_ns * 100.0 >= p.warn_pct * s.wanted_ns
), times AS (
  SELECT pid, count(*) AS hits, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM ranked GROUP BY pid
)
SELECT CASE WHEN j.wait_ns IS NULL OR coalesce(j.span, 0) = 0                          THEN 'skip'
            WHEN j.pid IN (SELECT pid FROM late)                                       THEN 'warn'
            ELSE 'ok' END                                                  AS level,
       j.pid || coalesce(':' || j.comm, '')                                AS entity,
       round(j.wait_ns * 100.0 / nullif(j.run_ns + j.wait_ns, 0), 1)       AS wait_pct,
       round(j.wait_ns * 60 / 1e9 / nullif(j.span, 0), 2)                  AS wait_s_per_min,
       round(j.wait_ns / 1e7 / nullif(j.span, 0), 2)                       AS of_time_pct,
       j.wait_ns,
       j.run_ns,
       j.threads,
       coalesce(top.comm, 'none')                                          AS top,
       round(top.wait_ns * 100.0 / nullif(j.wait_ns, 0), 1)                AS top_pct,
       coalesce((SELECT 'Its control group was stopped by its quota ' || c.increase || ' times here.'
                   FROM series g JOIN counter c ON c.source = 'cgroup' AND c.name = 'nr_throttled' AND c.increase > 0
                    AND '/' || c.entity = g.first
                  WHERE g.source = 'task' AND g.name = 'cgroup' AND cast(g.entity AS INT) = j.pid LIMIT 1),
                'No quota of its control group was seen to stop it.')      AS _quota,
       coalesce(times.hits, 0)                                             AS intervals_hit,
       j.intervals,
       times.at, times.first_at, times.last_at
  FROM j
  LEFT JOIN times ON times.pid = j.pid
  LEFT JOIN top ON top.pid = j.pid AND top.r = 1
 ORDER BY wait_pct DESC, entity;
