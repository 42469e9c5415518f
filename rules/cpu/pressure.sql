-- rule:     cpu/pressure
-- version:  2
-- schema:   1
-- title:    Runnable tasks waited for a CPU
-- tags:     cpu latency psi
-- requires: pressure >= 4
-- wants:    stat
-- min_span: 30s
-- param:    warn_pct  percent  of the window in which somebody waited
-- param:    crit_pct  percent  the same, where no CPU was left either
-- param:    full_pct  percent  idle, in the middle one of the intervals, below which /proc/stat agrees: the CPUs are full
-- param:    none_pct  percent  the same: none is left
-- message:  in {some_pct}% of the window at least one task waited for a CPU (worst interval {peak_pct}%); {_room}
-- meaning:  PSI counts the time in which somebody was ready to run and did not. It says how much waiting there is, not who waits, nor
--           how long each time: on a host with many CPUs one queue on one of them is enough, and so are threads that wake together
--           and take turns on CPUs that are idle most of the time. By itself it is a warning of low confidence, which stands
--           behind the others; /proc/stat agrees where less than {:full_pct}% of the CPUs was idle (nice does not count as busy), and
--           only where that was less than {:none_pct}% is it critical.
-- remedy:   See who uses the CPUs (top -H) and who has limits (cgroup/cpu-throttled: throttling is pressure too). Raise cpu.weight or
--           the quota of what matters, or give the host more CPUs.
-- verify:   avg60 of some in /proc/pressure/cpu is below 10 (percent).
-- but:      Work in the background that waits for its turn is nobody's loss, and is counted all the same. Whether a watched process
--           waited says cpu/linkerd-run-delay. Inside a container this file is still the host's.
-- see:      Documentation/accounting/psi.rst; cpu/saturated
WITH p AS (
  SELECT coalesce(:warn_pct, 20) AS warn_pct,
         coalesce(:crit_pct, 50) AS crit_pct,
         coalesce(:full_pct, 10) AS full_pct,
         coalesce(:none_pct, 2)  AS none_pct
), host AS (
  SELECT count(*) AS cpus FROM series WHERE source = 'stat' AND name = 'idle' AND entity LIKE 'cpu%'
), used AS (               -- medians of the intervals, as cpu/saturated has them; nice gives way to whatever comes
  SELECT sum(c.p50_per_s) / 1e7 / nullif(host.cpus, 0) AS room_pct, host.cpus,
         max(CASE WHEN c.name = 'idle' THEN 1 END)     AS known,
         (SELECT p50 FROM gauge WHERE source = 'stat' AND entity = '' AND name = 'procs_running') AS running
    FROM counter c JOIN host
   WHERE c.source = 'stat' AND c.entity = '' AND c.name IN ('idle', 'iowait', 'nice')
), seen AS (               -- running: the one that reads the file is one of them
  SELECT CASE WHEN known THEN room_pct END AS room_pct, cpus, running,
         coalesce(known AND room_pct <= p.none_pct, 0)                        AS none,
         coalesce(known AND room_pct <= p.full_pct, 0)                        AS full,
         coalesce(known AND room_pct <= p.full_pct AND running > 2 * cpus, 0) AS queued
    FROM used JOIN p
), r AS (
  SELECT c.*, c.increase / 1e7 / nullif(c.span, 0) AS pct
    FROM series c WHERE c.source = 'pressure' AND c.entity = 'cpu' AND c.name = 'some_total' AND c.kind IN ('counter', 'counter32')
), times AS (              -- intervals as bad as a warning
  SELECT count(*) AS hit, min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM r CROSS JOIN p CROSS JOIN sample m ON m.series = r.id WHERE m.delta / 1e7 >= p.warn_pct * m.dt
)
SELECT CASE WHEN r.pct IS NULL                       THEN 'skip'
            WHEN r.pct >= p.crit_pct AND seen.none   THEN 'crit'
            WHEN r.pct >= p.warn_pct                 THEN 'warn'
            ELSE 'ok' END           AS level,
       ''                           AS entity,
       1 + seen.full + seen.queued  AS votes,
       round(r.pct, 1)              AS some_pct,
       round(r.peak_per_s / 1e7, 1) AS peak_pct,
       round(seen.room_pct, 1)      AS idle_pct,
       nullif(seen.cpus, 0)         AS cpus,
       seen.running,
       CASE WHEN seen.room_pct IS NULL THEN 'how full the CPUs were was not recorded'
            WHEN seen.full THEN seen.cpus || ' CPUs full: ' || round(seen.room_pct, 1) || '% idle (median)'
            ELSE seen.cpus || ' CPUs not full: ' || round(seen.room_pct, 1) || '% idle (median)' END AS _room,
       times.hit                    AS intervals_hit,
       r.intervals,
       CASE WHEN r.increase > 0 THEN r.peak_snap END AS at,
       times.first_at, times.last_at
  FROM r JOIN p JOIN times JOIN seen
 ORDER BY entity;
