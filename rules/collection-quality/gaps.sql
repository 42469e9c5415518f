-- rule:     collection-quality/gaps
-- version:  2
-- schema:   1
-- title:    Ticks are missing from the window
-- tags:     evidence
-- requires: tick >= 2
-- param:    warn_pct  percent  of the ticks that are missing
-- message:  {missed} of {asked} ticks are missing ({missed_pct}%); the longest gap is {longest_s} s at an interval of {interval_s} s, the latest tick began {late_ms} ms late
-- meaning:  The host (or the collector's process) did not get to run when a tick was due. Totals over the window still hold; peaks
--           within a gap are hidden in its average. That the host was too busy to run us is itself evidence: look at CPU and steal.
-- remedy:   Find what held the CPU at the time, or record again with a longer interval:
--             nettape-collect --every 5s
-- verify:   No tick is missing in a new recording.
-- but:      A process that was stopped (SIGSTOP), a suspended host. One long gap with few ticks in it: clock/stall.
-- see:      nettape-collect(1), --every
WITH p AS (
  SELECT coalesce(:warn_pct, 5) AS warn_pct
), n AS (                  -- gaps in the numbers, and those behind the last tick, which only the end record knows
  SELECT taken, taken + missed AS asked, missed, late
    FROM (SELECT count(*) AS taken, max(late_s) AS late,
                 max(max(snap) - min(snap) + 1 - count(*),
                     coalesce((SELECT v FROM meta WHERE k = 'ticks_missed'), 0)) AS missed
            FROM snapshot)
), i AS (
  SELECT coalesce((SELECT max(v) FROM meta WHERE k = 'interval_s'), (SELECT min(dt) FROM snapshot WHERE dt > 0)) AS s
), g AS (                  -- a bare column beside max(): SQLite takes it from the row that has the maximum
  SELECT max(dt) AS longest, snap FROM snapshot WHERE dt IS NOT NULL
), gap AS (
  SELECT min(snap) AS first_at, max(snap) AS last_at
    FROM (SELECT snap, snap - lag(snap) OVER (ORDER BY snap) AS step FROM snapshot) WHERE step > 1
)
SELECT CASE WHEN g.longest IS NULL                                              THEN 'skip'
            WHEN n.missed * 100.0 >= p.warn_pct * n.asked                       THEN 'warn'
            WHEN n.missed > 0                                                   THEN 'info'
            ELSE 'ok' END                                AS level,
       ''                                                AS entity,
       n.missed,
       n.asked,
       round(n.missed * 100.0 / n.asked, 1)              AS missed_pct,
       round(g.longest, 3)                               AS longest_s,
       round(i.s, 3)                                     AS interval_s,
       round(n.late * 1000, 1)                           AS late_ms,
       g.snap                                            AS at,
       gap.first_at, gap.last_at
  FROM n JOIN i JOIN g JOIN p JOIN gap
 ORDER BY entity;
