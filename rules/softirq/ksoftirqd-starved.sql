-- rule:     softirq/ksoftirqd-starved
-- version:  1
-- schema:   1
-- title:    ksoftirqd waited for its CPU while packets waited for it
-- tags:     softirq cpu latency
-- requires: task >= 4, stat >= 4
-- wants:    softnet
-- min_span: 10s
-- param:    warn_pct    percent   of the window that ksoftirqd was ready to run and did not
-- param:    crit_pct    percent   the same
-- param:    min_app_pct percent   user, nice and system of that CPU: who took it
-- param:    min_squeeze squeezes  of that CPU, when it dropped nothing
-- message:  ksoftirqd of {entity} waited {wait_pct}% of the window for its CPU, which programs used to {app_pct}%; {dropped} packets dropped, {squeezes} squeezes there
-- meaning:  Under load the kernel hands packet processing to the thread ksoftirqd/N, which competes with programs like any other at
--           nice 0. Its run delay (field 2 of schedstat) is direct evidence of waiting; together with drops or squeezes of the same
--           CPU it is packets that waited. Waiting without network events is contention and no fault of the network; without programs
--           on the CPU it is ksoftirqd competing with other kernel work.
-- remedy:   Keep the programs off the CPUs that receive, or the interrupts off theirs:
--             taskset -pc OTHER-CPUS PID
--             echo OTHER-CPU > /proc/irq/IRQ/smp_affinity_list
--           or let NAPI run in threads of its own that can be scheduled:
--             echo 1 > /sys/class/net/DEVICE/threaded   # Linux 5.12 and later
-- verify:   The run delay of ksoftirqd is below 1% of the time, and softnet does not drop.
-- but:      CPUs that are shared with another guest: see steal.
-- see:      Documentation/scheduler/sched-stats.rst; Documentation/networking/scaling.rst
WITH p AS (
  SELECT coalesce(:warn_pct, 5)     AS warn_pct,
         coalesce(:crit_pct, 20)    AS crit_pct,
         coalesce(:min_app_pct, 50) AS min_app_pct,
         coalesce(:min_squeeze, 10) AS min_squeeze
), k AS (                  -- one thread a CPU: ksoftirqd/3
  SELECT n.entity AS pid, 'cpu' || substr(n.first, 11) AS cpu
    FROM series n WHERE n.source = 'task' AND n.name = 'comm' AND substr(n.first, 1, 10) = 'ksoftirqd/'
), w AS (
  SELECT k.cpu, k.pid, c.increase AS wait_ns, c.span, c.active, c.intervals, c.peak_snap, c.first_active, c.last_active
    FROM k LEFT JOIN counter c ON c.source = 'task' AND c.name = 'wait_ns' AND c.entity = k.pid
), used AS (
  SELECT entity AS cpu,
         sum(CASE WHEN name IN ('user', 'nice', 'system') THEN increase ELSE 0 END) * 100.0 / nullif(sum(increase), 0) AS app_pct
    FROM counter
   WHERE source = 'stat' AND entity LIKE 'cpu%'
     AND name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
   GROUP BY entity
), j AS (
  SELECT w.*, w.wait_ns / 1e7 / nullif(w.span, 0) AS wait_pct, u.app_pct,
         coalesce(n.dropped, 0) AS dropped, coalesce(n.time_squeeze, 0) AS squeezes,
         n.cpu IS NULL AS blind
    FROM w LEFT JOIN used u ON u.cpu = w.cpu LEFT JOIN softnet n ON n.cpu = w.cpu
)
SELECT CASE WHEN j.wait_ns IS NULL OR j.app_pct IS NULL                              THEN 'skip'
            WHEN j.wait_pct < p.warn_pct OR j.app_pct < p.min_app_pct                THEN 'ok'
            WHEN j.blind                                                             THEN 'skip'
            WHEN j.dropped = 0 AND j.squeezes < p.min_squeeze                        THEN 'ok'
            WHEN j.wait_pct >= p.crit_pct                                            THEN 'crit'
            ELSE 'warn' END        AS level,
       j.cpu                       AS entity,
       round(j.wait_pct, 1)        AS wait_pct,
       round(j.app_pct, 1)         AS app_pct,
       j.dropped,
       j.squeezes,
       j.active                    AS intervals_hit,
       j.intervals,
       j.peak_snap                 AS at,
       j.first_active              AS first_at,
       j.last_active               AS last_at
  FROM j JOIN p
 ORDER BY j.wait_pct DESC, j.cpu;
