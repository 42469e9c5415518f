-- rule:     root-cause/ksoftirqd-starved
-- version:  1
-- schema:   1
-- title:    Programs hold the CPU that packets wait for
-- tags:     root-cause softirq cpu ksoftirqd
-- requires: stat >= 4, softnet >= 4
-- wants:    task, interrupts, nic, netdev
-- after:    softirq/*, irq-balance/*, cpu/*, nic-drops/*, cgroup/*
-- explains: softirq/ksoftirqd-starved, softirq/backlog-drop, softirq/backlog-depth, softirq/time-squeeze, irq-balance/app-collision,
--           nic-drops/rx, nic-drops/tx, cgroup/veth-drops, root-cause/softnet-nic-cpu-loss
-- param:    wait_pct      percent   of an interval that ksoftirqd was ready to run and did not
-- param:    app_pct       percent   user, nice and system of that CPU in the interval: who took it
-- param:    idle_pct      percent   of that CPU: with more, and ksoftirqd not recorded, nobody waits
-- param:    min_intervals intervals with both
-- param:    share_pct     percent   of these in which packets of that CPU were dropped or left over
-- param:    min_lift      times     more packets a second than in the other intervals
-- param:    min_squeezes  squeezes  in the window, when nothing was dropped
-- message:  {entity}: {_wait} in {hit_intervals} of {intervals} intervals, while programs used {app_pct}% of the CPU; in {event_intervals} of these {dropped} packets were dropped and {squeezes} polls ended with packets left{_task}
-- meaning:  Under load packets are handled by the thread ksoftirqd/N, which competes with programs at nice 0 like any other: what holds
--           the CPU decides how long packets wait and when the backlog overflows. The limits of softirq (netdev_max_backlog,
--           netdev_budget) only make the queue in front of the busy CPU longer. {_nics}
-- remedy:   See who runs there:
--             ps -eLo psr,pcpu,ni,comm --sort=-pcpu | awk '$1 == {_nr}' | head
--           Move it, or the packets:
--             taskset -apc OTHER-CPUS PID
--             echo OTHER-CPU > /proc/irq/IRQ/smp_affinity_list
--             echo 1 > /sys/class/net/DEVICE/threaded   # Linux 5.12 and later: NAPI in threads that can be scheduled
-- verify:   In a new recording the run delay of ksoftirqd/{_nr} is below 1% of the time, and softnet of {entity} stands still.
-- but:      Drops that come as often without the programs are not theirs, when there are enough other intervals to compare with.
--           ksoftirqd also waits while softirqs run at the end of interrupts: that is no program's doing, so user and system time decide.
--           Programs with a higher priority hide it: softirqs then run at the end of interrupts, and ksoftirqd does not wait
--           (measured with nice -10). Where run delays are not recorded (no schedstat) a full CPU stands for it: a warning.
--           On guests steal looks alike: see cpu/steal.
-- see:      Documentation/scheduler/sched-stats.rst; Documentation/networking/scaling.rst; softirq/ksoftirqd-starved
WITH p AS (
  SELECT coalesce(:wait_pct, 5)      AS wait_pct,
         coalesce(:app_pct, 50)      AS app_pct,
         coalesce(:idle_pct, 5)      AS idle_pct,
         coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:share_pct, 50)    AS share_pct,
         coalesce(:min_lift, 3)      AS min_lift,
         coalesce(:min_squeezes, 10) AS min_squeezes
), thread AS (             -- ksoftirqd/3; without schedstat its times are 0 for ever
  SELECT 'cpu' || substr(c.first, 11) AS cpu, w.id, w.active, w.peak_per_s, w.last > 0 OR r.last > 0 AS measured
    FROM series c
    JOIN series w ON w.source = 'task' AND w.name = 'wait_ns' AND w.entity = c.entity
    LEFT JOIN series r ON r.source = 'task' AND r.name = 'run_ns' AND r.entity = c.entity
   WHERE c.source = 'task' AND c.name = 'comm' AND substr(c.first, 1, 10) = 'ksoftirqd/'
), net AS (                -- CPUs of which packets were dropped or left over
  SELECT entity AS cpu, sum(CASE name WHEN 'dropped' THEN increase END) AS dropped,
         sum(CASE name WHEN 'time_squeeze' THEN increase END) AS squeezes
    FROM series WHERE source = 'softnet' AND name IN ('dropped', 'time_squeeze') GROUP BY entity
), suspect AS (            -- only these are looked at by interval
  SELECT n.cpu, t.id AS waits, coalesce(t.measured, 0) AS measured FROM net n JOIN p LEFT JOIN thread t ON t.cpu = n.cpu
   WHERE (n.dropped > 0 OR n.squeezes >= p.min_squeezes)
     AND (coalesce(t.measured, 0) = 0 OR (t.active >= p.min_intervals AND t.peak_per_s >= p.wait_pct * 1e7))
), need AS (
  SELECT max(measured) AS tasks FROM suspect HAVING count(*) > 0
), seen AS (               -- intervals end where all that is compared was captured
  SELECT x.snap FROM need CROSS JOIN snapshot x
   WHERE (need.tasks = 0
          OR EXISTS (SELECT 1 FROM capture c WHERE c.source = 'task' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback')))
     AND EXISTS (SELECT 1 FROM capture c WHERE c.source = 'stat' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback'))
     AND EXISTS (SELECT 1 FROM capture c WHERE c.source = 'softnet' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), tick AS (
  SELECT x.snap, cast(min(s.snap) OVER (ORDER BY x.snap DESC) AS INT) AS ends
    FROM need CROSS JOIN snapshot x LEFT JOIN seen s ON s.snap = x.snap
), waited AS (
  SELECT u.cpu, t.ends, total(m.delta) AS ns, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM suspect u CROSS JOIN sample m ON m.series = u.waits JOIN tick t ON t.snap = m.snap
   WHERE u.measured GROUP BY u.cpu, t.ends
), used AS (
  SELECT e.entity AS cpu, t.ends, total(CASE WHEN e.name IN ('user', 'nice', 'system') THEN m.delta END) AS app,
         total(CASE WHEN e.name IN ('idle', 'iowait') THEN m.delta END) AS idle, total(m.delta) AS ns
    FROM series e CROSS JOIN sample m ON m.series = e.id JOIN tick t ON t.snap = m.snap
   WHERE e.source = 'stat' AND e.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
     AND e.entity IN (SELECT cpu FROM suspect) AND m.delta > 0
   GROUP BY e.entity, t.ends
), struck AS (
  SELECT e.entity AS cpu, t.ends, total(CASE WHEN e.name = 'dropped' THEN m.delta END) AS dropped, total(CASE WHEN e.name = 'time_squeeze' THEN m.delta END) AS squeezes
    FROM series e CROSS JOIN sample m ON m.series = e.id JOIN tick t ON t.snap = m.snap
   WHERE e.source = 'softnet' AND e.name IN ('dropped', 'time_squeeze') AND e.entity IN (SELECT cpu FROM suspect) AND m.delta > 0
   GROUP BY e.entity, t.ends
), step AS (
  SELECT s.snap, x.mono - lag(x.mono) OVER (ORDER BY s.snap) AS dt FROM seen s JOIN snapshot x ON x.snap = s.snap
), line AS (
  SELECT u.cpu, s.snap, u.measured, coalesce(w.ns, 0) AS wait_ns, s.dt, c.app, c.ns AS cpu_ns,
         c.app * 100.0 >= p.app_pct * c.ns
           AND CASE WHEN u.measured THEN w.ns >= p.wait_pct * 1e7 * s.dt ELSE c.idle * 100.0 < p.idle_pct * c.ns END AS hit,
         coalesce(n.dropped, 0) AS dropped, coalesce(n.squeezes, 0) AS squeezes
    FROM suspect u JOIN step s JOIN p
    JOIN used c ON c.cpu = u.cpu AND c.ends = s.snap
    LEFT JOIN waited w ON w.cpu = u.cpu AND w.ends = s.snap
    LEFT JOIN struck n ON n.cpu = u.cpu AND n.ends = s.snap
   WHERE s.dt > 0 AND coalesce(w.reset, 0) = 0
), mark AS (
  SELECT *, coalesce(hit, 0) AS a, dropped + squeezes > 0 AS b,
         lag(dropped + squeezes > 0) OVER w AS earlier, lead(dropped + squeezes > 0) OVER w AS later,
         lead(dropped) OVER w AS dropped_later, lead(squeezes) OVER w AS squeezes_later
    FROM line WINDOW w AS (PARTITION BY cpu ORDER BY snap)
), tally AS (
  SELECT cpu, max(measured) AS measured, count(*) AS intervals, sum(a) AS hit, coalesce(sum(a AND b), 0) AS same, coalesce(sum(a AND later), 0) AS later,
         coalesce(sum(a AND earlier), 0) AS earlier, sum(NOT a AND b) AS same_not,
         total(wait_ns) / 1e7 / sum(dt) AS wait_pct, coalesce(total(CASE WHEN a THEN app END) * 100.0 / nullif(total(CASE WHEN a THEN cpu_ns END), 0),
                                                         total(app) * 100.0 / nullif(total(cpu_ns), 0)) AS app_pct,
         total(CASE WHEN a THEN dropped END) AS dropped_same, total(CASE WHEN a THEN squeezes END) AS squeezes_same,
         total(CASE WHEN a THEN dropped_later END) AS dropped_later, total(CASE WHEN a THEN squeezes_later END) AS squeezes_later,
         total(dropped) AS all_dropped, total(squeezes) AS all_squeezes, total(CASE WHEN a THEN dt END) AS hit_s, total(dt) AS all_s,
         min(CASE WHEN a THEN snap END) AS first_at, max(CASE WHEN a THEN snap END) AS last_at
    FROM mark GROUP BY cpu
), shifted AS (            -- packets that come to a waiting thread are lost now or later; that they were lost before proves nothing
  SELECT *, max(same, later) AS both, CASE WHEN earlier > same AND earlier > later THEN -1 WHEN later > same THEN 1 ELSE 0 END AS shift,
         CASE WHEN later > same THEN dropped_later ELSE dropped_same END AS dropped,
         CASE WHEN later > same THEN squeezes_later ELSE squeezes_same END AS squeezes
    FROM tally
), compared AS (           -- by drops, or by squeezes where nothing is dropped; half of one stands for none
  SELECT s.*, CASE WHEN s.intervals - s.hit < p.min_intervals THEN NULL
                   WHEN s.all_dropped > 0 THEN (s.dropped / nullif(s.hit_s, 0)) / (max(s.all_dropped - s.dropped, 0.5) / (s.all_s - s.hit_s))
                   ELSE (s.squeezes / nullif(s.hit_s, 0)) / (max(s.all_squeezes - s.squeezes, 0.5) / (s.all_s - s.hit_s)) END AS lift
    FROM shifted s JOIN p
), irqs AS (
  SELECT i.nic, e.entity AS cpu, sum(e.increase) AS n FROM irq i JOIN series e ON e.source = 'interrupts' AND e.name = i.irq
   WHERE EXISTS (SELECT 1 FROM suspect) AND i.nic IS NOT NULL AND e.increase > 0 GROUP BY i.nic, e.entity
), irq_total AS (
  SELECT nic, sum(n) AS n FROM irqs GROUP BY nic
), nic AS (                -- whose packets they are, by interrupts or RPS
  SELECT cpu, group_concat(nic, char(10)) AS lines, group_concat(nic, ', ') AS list FROM (
    SELECT u.cpu, i.nic FROM irqs i JOIN irq_total t ON t.nic = i.nic JOIN suspect u ON u.cpu = i.cpu WHERE i.n * 5 >= t.n
     UNION
    SELECT u.cpu, r.nic FROM suspect u
      JOIN (SELECT entity AS nic, replace(lower(last), ',', '') AS mask FROM series
             WHERE EXISTS (SELECT 1 FROM suspect) AND source = 'nic' AND name GLOB 'queue:rx-*:rps_cpus'
               AND replace(replace(last, '0', ''), ',', '') <> '') r
     WHERE substr(u.cpu, 4) / 4 < length(r.mask)
       AND ((instr('0123456789abcdef', substr(r.mask, length(r.mask) - substr(u.cpu, 4) / 4, 1)) - 1) >> (substr(u.cpu, 4) % 4)) & 1)
   GROUP BY cpu
), device AS (             -- interfaces that count the same drops, and no more than the CPU did
  SELECT s.cpu, group_concat(n.entity, char(10)) AS lines FROM series n JOIN shifted s
   WHERE n.source = 'netdev' AND n.name IN ('rx_drop', 'tx_drop') AND n.increase > 0 AND n.increase <= s.dropped
     AND n.first_active >= s.first_at - 1 AND n.last_active <= s.last_at + 1
   GROUP BY s.cpu
), watched AS (            -- of the few programs that are recorded the one that ran most there
  SELECT g.cpu, g.task, g.pct FROM (
    SELECT 'cpu' || cast(w.p50 AS INT) AS cpu, w.entity AS task, r.increase / 1e7 / nullif(r.span, 0) AS pct,
           row_number() OVER (PARTITION BY cast(w.p50 AS INT) ORDER BY r.increase DESC, w.entity) AS k
      FROM series w JOIN series r ON r.source = 'task' AND r.entity = w.entity AND r.name = 'run_ns'
     WHERE w.source = 'task' AND w.name = 'processor' AND w.entity NOT LIKE '%:ksoftirqd/%') g
   WHERE g.k = 1 AND g.pct >= 10
), judged AS (
  SELECT s.*, coalesce(n.lines || char(10), '') || coalesce(d.lines, '') AS lines, n.list, w.task, w.pct AS task_pct,
         s.hit >= p.min_intervals AND s.shift >= 0 AND s.both * 100.0 >= p.share_pct * s.hit
           AND (s.dropped > 0 OR s.squeezes >= p.min_squeezes) AND coalesce(s.lift, p.min_lift) >= p.min_lift AS hits
    FROM compared s JOIN p
    LEFT JOIN nic n ON n.cpu = s.cpu
    LEFT JOIN device d ON d.cpu = s.cpu
    LEFT JOIN watched w ON w.cpu = s.cpu
)
SELECT CASE WHEN NOT j.hits THEN 'ok' WHEN NOT j.measured THEN 'warn' ELSE 'crit' END AS level,
       j.cpu                                   AS entity,
       char(10) || j.lines                     AS explains_entity,
       round(j.wait_pct, 1)                    AS wait_pct,
       round(j.app_pct, 1)                     AS app_pct,
       j.hit                                   AS hit_intervals,
       j.intervals,
       j.both                                  AS event_intervals,
       j.same_not                              AS other_event_intervals,
       round(j.lift, 1)                        AS lift,
       j.shift,
       cast(j.dropped AS INT)                  AS dropped,
       cast(j.squeezes AS INT)                 AS squeezes,
       j.list                                  AS nics,
       CASE WHEN j.measured THEN 'ksoftirqd waited for its CPU (' || round(j.wait_pct, 1) || '% of the window)'
            ELSE 'the CPU was full (how long ksoftirqd waited is not recorded)' END AS _wait,
       coalesce('; ' || j.task || ' ran there ' || round(j.task_pct, 1) || '% of the time', '') AS _task,
       coalesce('It takes the packets of ' || j.list || '.', '') AS _nics,
       substr(j.cpu, 4)                        AS _nr,
       1 + j.measured + (j.lift IS NOT NULL)     AS votes,
       (SELECT k.snap FROM mark k WHERE k.cpu = j.cpu AND k.a ORDER BY k.dropped + k.squeezes DESC, k.snap LIMIT 1) AS at,
       j.first_at, j.last_at
  FROM judged j
 UNION ALL
SELECT 'ok', '', NULL, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0, 0, NULL, 'no CPU dropped packets or left them over while its ksoftirqd waited,', '', '', '', 0, NULL, NULL, NULL
 WHERE NOT EXISTS (SELECT 1 FROM line)
 ORDER BY 1, 6 DESC, 2;
