-- rule:     root-cause/cpu-throttle-latency
-- version:  1
-- schema:   1
-- title:    Requests queue in linkerd because its CPU quota is used up
-- tags:     root-cause linkerd cgroup cpu latency
-- requires: linkerd >= 4, cgroup >= 4
-- wants:    snmp, owners
-- applies:  linkerd
-- after:    cgroup/cpu-throttled, linkerd-backend/internal-latency
-- explains: cgroup/cpu-throttled, linkerd-backend/internal-latency
-- min_span: 60s
-- param:    throttled_pct  percent    of the quota's periods of an interval in which the group was stopped
-- param:    intervals      intervals  so throttled
-- param:    min_intervals  intervals  known: r2 of fewer is chance
-- param:    r2             ratio      of pending with the throttled share, plain and with the request rate held constant
-- param:    retrans_pct    percent    segments sent again, from here on the network is not clean
-- message:  {entity}: requests in flight follow the stops of {group}{_when}: r2 {r2}, {r2_partial} with the request rate held constant, over {intervals} intervals; above the median in {above_throttled} of {intervals_hit} throttled intervals and in {above_quiet} of {quiet} others; {retrans}
-- meaning:  With the quota used up all threads of linkerd stand still until the next period, mostly 100 ms, and requests pile up.
--           More load makes both more stops and more requests in flight, so the two would rise together without one causing the
--           other: what the request rate explains is taken out of both (partial correlation; dividing both by the rate, as is
--           often done, makes a correlation of its own). Stops are counted in periods: the time stopped is a sum over CPUs.
-- remedy:   Raise the CPU limit of {group} (now {_quota}) or take it away: kubectl set resources, CPUQuota= of a unit, or by hand:
--             echo max > /sys/fs/cgroup/{group}/cpu.max
--           Or fewer threads in linkerd, so that they share it out over the period.
-- verify:   nr_throttled stands still in a new recording, and this is absent.
-- but:      When stops follow the request rate closely nothing is left to compare, and only cgroup/cpu-throttled speaks. pending is
--           what a fetch of linkerd's metrics happened to see. A quota of a group above this one is not recorded.
-- see:      cgroup/cpu-throttled; Documentation/admin-guide/cgroup-v2.rst, cpu.stat; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:throttled_pct, 5)  AS throttled_pct,
         coalesce(:intervals, 5)      AS intervals,
         coalesce(:min_intervals, 10) AS min_intervals,
         coalesce(:r2, 0.3)           AS r2,
         coalesce(:retrans_pct, 0.1)  AS retrans_pct
), server AS (
  SELECT g.id AS pending, r.id AS requests, g.entity,
         (SELECT min(snap) FROM sample WHERE series = g.id) AS born, (SELECT max(snap) FROM sample WHERE series = g.id) AS died,
         substr(g.entity, instr(g.entity, '|server|') + 8) AS server
    FROM series g JOIN series r ON r.source = 'linkerd' AND r.name = 'requests' AND r.entity = g.entity
   WHERE g.source = 'linkerd' AND g.name = 'pending' AND g.kind <> 'text' AND instr(g.entity, '|server|') > 0
), owner AS (
  SELECT s.entity, max(l.pid) AS pid FROM server s
    JOIN listener l ON l.port = cast(substr(s.server, instr(s.server, '/') + 1) AS INT) GROUP BY s.entity
), grp AS (                -- linkerd's group, when its pid is known; else any that was stopped is a candidate
  SELECT o.entity, substr(t.last, 2) AS path FROM owner o
    JOIN series t ON t.source = 'task' AND t.name = 'cgroup' AND substr(t.entity, 1, length(o.pid) + 1) = o.pid || ':'
), pair AS (
  SELECT s.*, h.id AS stops, n.id AS periods, h.entity AS path
    FROM server s JOIN series h ON h.source = 'cgroup' AND h.name = 'nr_throttled' AND h.increase > 0
    JOIN series n ON n.source = 'cgroup' AND n.name = 'nr_periods' AND n.entity = h.entity
   WHERE h.entity IN (SELECT path FROM grp WHERE grp.entity = s.entity)
      OR NOT EXISTS (SELECT 1 FROM grp WHERE grp.entity = s.entity)
), taken AS (
  SELECT x.snap FROM snapshot x
   WHERE EXISTS (SELECT 1 FROM capture k WHERE k.source = 'linkerd' AND k.snap = x.snap AND k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
     AND EXISTS (SELECT 1 FROM capture k WHERE k.source = 'cgroup' AND k.snap = x.snap AND k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), grid AS (               -- from one tick that has both to the next
  SELECT t.snap, lag(t.snap) OVER w AS prev, row_number() OVER w AS i,
         CASE WHEN x.boot = lag(x.boot) OVER w THEN x.mono - lag(x.mono) OVER w END AS dt
    FROM taken t JOIN snapshot x ON x.snap = t.snap WINDOW w AS (ORDER BY t.snap)
), grown AS (              -- a delta of NULL with a dt is a reset: unknown; no sample is no change
  SELECT s.entity, s.path, s.pending, g.i, g.snap, g.dt,
         (SELECT CASE WHEN max(v.delta IS NULL AND v.dt > 0) THEN NULL ELSE total(v.delta) END
            FROM sample v WHERE v.series = s.requests AND v.snap > g.prev AND v.snap <= g.snap) AS requests,
         (SELECT CASE WHEN max(v.delta IS NULL AND v.dt > 0) THEN NULL ELSE total(v.delta) END
            FROM sample v WHERE v.series = s.stops AND v.snap > g.prev AND v.snap <= g.snap) AS stops,
         (SELECT total(v.delta) FROM sample v WHERE v.series = s.periods AND v.snap > g.prev AND v.snap <= g.snap) AS periods
    FROM pair s JOIN grid g ON g.dt > 0 AND g.snap > s.born AND g.snap <= s.died
), step AS (
  SELECT entity, path, i, snap, requests / dt AS z, stops * 100.0 / max(periods, stops, 1) AS x,
         (SELECT v.value FROM sample v WHERE v.series = grown.pending AND v.snap <= grown.snap ORDER BY v.snap DESC LIMIT 1) AS y
    FROM grown
), beside AS (
  SELECT *, lag(x) OVER w AS before, lead(x) OVER w AS behind FROM step WINDOW w AS (PARTITION BY entity, path ORDER BY i)
), shifted AS (            -- the stops in the interval before, in the same, in the next one
  SELECT entity, path, -1 AS shift, before AS x, y, z FROM beside
   UNION ALL SELECT entity, path, 0, x, y, z FROM beside
   UNION ALL SELECT entity, path, 1, behind, y, z FROM beside
), moment AS (
  SELECT entity, path, shift, count(*) AS n,
         sum(x * x) - sum(x) * sum(x) / count(*) AS xx, sum(y * y) - sum(y) * sum(y) * 1.0 / count(*) AS yy,
         sum(z * z) - sum(z) * sum(z) / count(*) AS zz, sum(x * y) - sum(x) * sum(y) / count(*) AS xy,
         sum(x * z) - sum(x) * sum(z) / count(*) AS xz, sum(y * z) - sum(y) * sum(z) / count(*) AS yz
    FROM shifted WHERE x IS NOT NULL AND y IS NOT NULL AND z IS NOT NULL GROUP BY entity, path, shift
), rest AS (               -- what the rate does not explain; an even rate explains nothing
  SELECT *, xy - coalesce(xz * yz / nullif(zz, 0), 0) AS rxy, xx - coalesce(xz * xz / nullif(zz, 0), 0) AS rxx,
         yy - coalesce(yz * yz / nullif(zz, 0), 0) AS ryy
    FROM moment
), fit AS (                -- r2 with the sign of r; residues that are rounding errors are none
  SELECT entity, path, shift, n, xy * abs(xy) / nullif(xx * yy, 0) AS r2,
         CASE WHEN rxx > 1e-6 * xx AND ryy > 1e-6 * yy THEN rxy * abs(rxy) / (rxx * ryy) END AS r2_partial
    FROM rest
), best AS (
  SELECT *, row_number() OVER (PARTITION BY entity, path ORDER BY r2 DESC, abs(shift), shift) AS r FROM fit
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity, path ORDER BY y, i) AS r,
         count(*) OVER (PARTITION BY entity, path) AS n
    FROM step WHERE x IS NOT NULL AND y IS NOT NULL AND z IS NOT NULL
), mid AS (
  SELECT entity, path, y FROM ranked WHERE r = (n + 1) / 2
), tally AS (
  SELECT s.entity, s.path, sum(s.x >= p.throttled_pct) AS act, sum(s.x >= p.throttled_pct AND s.y > m.y) AS above,
         sum(s.x < p.throttled_pct) AS quiet, sum(s.x < p.throttled_pct AND s.y > m.y) AS quiet_above, avg(s.x) AS mean, max(s.x) AS top,
         min(CASE WHEN s.x >= p.throttled_pct THEN s.snap END) AS first_at, max(CASE WHEN s.x >= p.throttled_pct THEN s.snap END) AS last_at
    FROM ranked s JOIN p JOIN mid m ON m.entity = s.entity AND m.path = s.path GROUP BY s.entity, s.path
), net AS (
  SELECT max(CASE WHEN name = 'TcpRetransSegs' THEN increase END) * 100.0
           / nullif(max(CASE WHEN name = 'TcpOutSegs' THEN increase END), 0) AS retrans_pct
    FROM counter WHERE source = 'snmp' AND entity = '' AND name IN ('TcpRetransSegs', 'TcpOutSegs')
), judged AS (
  SELECT t.*, b.n, b.shift, b.r2, b.r2_partial, net.retrans_pct,
         t.act >= p.intervals AND b.shift <= 0 AND b.r2 >= p.r2 AND coalesce(b.r2_partial, 0) >= p.r2
           AND coalesce(net.retrans_pct, 0) < p.retrans_pct AS proven,
         (SELECT s.snap FROM ranked s WHERE s.entity = t.entity AND s.path = t.path AND s.x = t.top ORDER BY s.snap LIMIT 1) AS at
    FROM tally t JOIN p JOIN net JOIN best b ON b.entity = t.entity AND b.path = t.path AND b.r = 1
), one AS (                -- of several groups the one that fits best
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY proven DESC, r2 DESC, path) AS k FROM judged
)
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM pair WHERE pair.entity = s.entity)
             AND EXISTS (SELECT 1 FROM series WHERE source = 'cgroup' AND name = 'nr_throttled')  THEN 'ok'
            WHEN coalesce(j.n, 0) < p.min_intervals   THEN 'skip'
            WHEN j.proven                             THEN 'warn'
            ELSE 'ok' END                           AS level,
       s.entity,
       j.path                                       AS explains_entity,
       j.path                                       AS "group",
       round(j.r2, 2)                               AS r2,
       round(j.r2_partial, 2)                       AS r2_partial,
       coalesce(j.n, 0)                             AS intervals,
       j.act                                        AS intervals_hit,
       j.above                                      AS above_throttled,
       j.quiet,
       j.quiet_above                                AS above_quiet,
       round(j.mean, 1)                             AS throttled_pct,
       -j.shift                                     AS shift_intervals,
       round(j.retrans_pct, 3)                      AS retrans_pct,
       coalesce(round(j.retrans_pct, 3) || '% of the segments were sent again: the network is clean',
                'how much TCP sent again is not known') AS retrans,
       CASE j.shift WHEN -1 THEN ' one interval before' ELSE '' END AS _when,
       coalesce((SELECT round(q.last / 1e6, 1) || ' ms each ' || round(d.last / 1e6, 1) || ' ms' FROM gauge q JOIN gauge d
                  WHERE q.source = 'cgroup' AND q.entity = j.path AND q.name = 'cpu_quota'
                    AND d.source = 'cgroup' AND d.entity = j.path AND d.name = 'cpu_period'), 'unknown') AS _quota,
       'fewer than ' || p.min_intervals || ' intervals in which linkerd and its group are known' AS why,
       1 + coalesce(j.retrans_pct < p.retrans_pct, 0)
         + EXISTS (SELECT 1 FROM finding f WHERE f.rule = 'linkerd-backend/internal-latency' AND f.entity = s.entity
                      AND f.level IN ('warn', 'crit')) AS votes,
       j.at, j.first_at, j.last_at
  FROM server s JOIN p LEFT JOIN one j ON j.entity = s.entity AND j.k = 1
 ORDER BY j.proven DESC, j.r2 DESC, s.entity;
