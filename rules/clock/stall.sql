-- rule:     clock/stall
-- version:  1
-- schema:   1
-- title:    The host (or the collector) stood still
-- tags:     clock evidence latency
-- requires: tick >= 2
-- wants:    stat, vmstat
-- param:    times      intervals  between two ticks
-- param:    min_gap_s  seconds    the same: a shorter gap is nothing
-- param:    steal_pct  percent    of the gap stolen, from which the hypervisor is named
-- param:    busy_pct   percent    of the gap idle, up to which a busy CPU is named
-- message:  for {gap_s} s no tick could be taken (interval {interval_s} s, {gaps} such gaps); {_reading}
-- meaning:  A program of its own standing that wakes by the clock did not run. Whatever else ran on this host may have stood still as
--           long: a request of that moment took as long, and counters of the gap are averages over it, so that its peaks are hidden.
-- remedy:   Look at what the report says of this moment: cpu/steal, memory/swap, memory/alloc-stall, cpu/saturated; and at the
--           hypervisor's log (pause, migration, snapshot of the virtual machine).
-- verify:   No such gap in a new recording.
-- but:      The collector alone may have been stopped (SIGSTOP, a freezer) or starved at its low priority; then other programs did not
--           notice. Nothing here can tell that from a host that stood still without a trace.
-- see:      clock_gettime(2), CLOCK_BOOTTIME; collection-quality/gaps
WITH p AS (
  SELECT coalesce(:times, 3)      AS times,
         coalesce(:min_gap_s, 1)  AS min_gap_s,
         coalesce(:steal_pct, 10) AS steal_pct,
         coalesce(:busy_pct, 10)  AS busy_pct
), i AS (
  SELECT coalesce((SELECT max(v) FROM meta WHERE k = 'interval_s'), (SELECT min(dt) FROM snapshot WHERE dt > 0)) AS s
), gap AS (
  SELECT x.snap, x.dt, x.step_s, row_number() OVER (ORDER BY x.dt DESC, x.snap) AS r
    FROM snapshot x JOIN i JOIN p WHERE x.dt >= p.times * i.s AND x.dt >= p.min_gap_s
), worst AS (
  SELECT snap, dt, step_s FROM gap WHERE r = 1
), used AS (               -- of all CPUs, in the interval that ends the gap; what did not move has no sample
  SELECT total(CASE WHEN s.name = 'steal' THEN m.delta END) * 100.0 / nullif(sum(m.delta), 0)              AS steal_pct,
         total(CASE WHEN s.name IN ('idle', 'iowait') THEN m.delta END) * 100.0 / nullif(sum(m.delta), 0)  AS idle_pct
    FROM worst JOIN sample m ON m.snap = worst.snap JOIN series s ON s.id = m.series
   WHERE s.source = 'stat' AND s.entity = ''
     AND s.name IN ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
), swap AS (
  SELECT sum(m.delta) AS pages
    FROM worst JOIN sample m ON m.snap = worst.snap JOIN series s ON s.id = m.series
   WHERE s.source = 'vmstat' AND (s.name = 'pswpin' OR s.name LIKE 'allocstall%')
), n AS (
  SELECT (SELECT count(*) FROM snapshot WHERE dt IS NOT NULL) AS intervals, (SELECT count(*) FROM gap) AS gaps,
         (SELECT min(snap) FROM gap) AS first_at, (SELECT max(snap) FROM gap) AS last_at,
         (SELECT max(dt) FROM snapshot) AS longest
)
SELECT CASE WHEN n.intervals = 0 THEN 'skip'
            WHEN n.gaps > 0      THEN 'warn'
            ELSE 'ok' END                         AS level,
       ''                                         AS entity,
       round(coalesce(worst.dt, n.longest), 3)    AS gap_s,
       round(i.s, 3)                              AS interval_s,
       n.gaps,
       n.intervals,
       round(used.steal_pct, 1)                   AS steal_pct,
       round(used.idle_pct, 1)                    AS idle_pct,
       swap.pages                                 AS swapped_pages,
       CASE WHEN worst.snap IS NULL                              THEN 'no gap'
            WHEN abs(worst.step_s) >= p.min_gap_s                THEN 'the wall clock moved ' || round(worst.step_s, 1) || ' s against the monotonic one: it was suspended or paused, or the clock was set'
            WHEN used.steal_pct >= p.steal_pct                   THEN 'the hypervisor had ' || round(used.steal_pct, 1) || '% of the CPU time meanwhile'
            WHEN swap.pages > 0                                  THEN 'memory was short: ' || swap.pages || ' pages read from swap or waits for free memory meanwhile'
            WHEN used.idle_pct <= p.busy_pct                     THEN 'the CPUs were ' || round(used.idle_pct, 1) || '% idle: no CPU was left'
            WHEN used.idle_pct IS NULL                           THEN 'what the CPUs did meanwhile is not known'
            ELSE 'the CPUs were ' || round(used.idle_pct, 1) || '% idle: it was stopped, or the machine was paused' END AS _reading,
       worst.snap                                 AS at,
       n.first_at, n.last_at
  FROM n JOIN i JOIN p JOIN used JOIN swap
  LEFT JOIN worst ON 1
 ORDER BY entity;
