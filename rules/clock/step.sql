-- rule:     clock/step
-- version:  1
-- schema:   1
-- title:    The wall clock was stepped during the window
-- tags:     clock evidence
-- requires: tick >= 2
-- param:    min_step_s  seconds  between two ticks against the monotonic clock
-- message:  the wall clock jumped by {step_s} s between two ticks ({steps} jumps in {ticks} ticks)
-- meaning:  Time stamps of logs before and after the jump do not fit together, and programs that use the wall clock for timeouts
--           misfire. The rates of this report are not affected: they use the monotonic clock.
-- remedy:   See what sets the clock:
--             chronyc tracking
--             timedatectl timesync-status
--           Let it slew; allow steps only at boot, in chrony.conf:
--             makestep 1 3
-- verify:   No jump in a new recording.
-- but:      A host that was suspended, or a virtual machine that was moved.
-- see:      clock_gettime(2); chrony.conf(5), makestep
WITH p AS (
  SELECT coalesce(:min_step_s, 0.5) AS min_step_s
), w AS (                  -- a bare column beside max(): SQLite takes it from the row that has the maximum
  SELECT max(abs(step_s)) AS worst, step_s, snap FROM snapshot WHERE step_s IS NOT NULL
), n AS (
  SELECT count(*) AS ticks, sum(CASE WHEN abs(step_s) >= p.min_step_s THEN 1 ELSE 0 END) AS steps,
         min(CASE WHEN abs(step_s) >= p.min_step_s THEN snap END) AS first_at,
         max(CASE WHEN abs(step_s) >= p.min_step_s THEN snap END) AS last_at
    FROM snapshot JOIN p
)
SELECT CASE WHEN w.worst IS NULL         THEN 'skip'
            WHEN w.worst >= p.min_step_s THEN 'warn'
            ELSE 'ok' END       AS level,
       ''                       AS entity,
       round(w.step_s, 3)       AS step_s,
       n.steps,
       n.ticks,
       w.snap                   AS at,
       n.first_at,
       n.last_at
  FROM w JOIN n JOIN p
 ORDER BY entity;
