-- rule:     root-cause/observer-effect
-- version:  1
-- schema:   1
-- title:    Fetching linkerd's metrics disturbs it
-- tags:     root-cause evidence linkerd
-- requires: linkerd >= 4
-- wants:    netstat, listener, task, owners
-- applies:  linkerd
-- after:    collection-quality/l5d-heavy, tcp-listen/*
-- explains: collection-quality/l5d-heavy, tcp-listen/overflow
-- min_span: 30s
-- param:    fetch_ms   ms         a fetch that takes so long is a heavy one
-- param:    intervals  intervals  with a heavy fetch, fewer prove nothing
-- param:    share_pct  percent    of them in which linkerd was disturbed
-- param:    lift       times      as often as in the intervals without one
-- param:    often_pct  percent    of the intervals may have a heavy fetch: else there is nothing to compare with
-- param:    times_cpu  times      linkerd's CPU time of an interval over the median interval that is a disturbance
-- param:    cpu_pct    percent    of a CPU, and at least so much
-- message:  {endpoint}: {effect} in {intervals_hit} of {intervals} intervals with a fetch of {:fetch_ms} ms or more{_when}, and in {disturbed_else} of {quiet} without; a fetch takes {fetch_ms} ms (mean of the heavy ones)
-- meaning:  linkerd makes the whole text of all clients and services for a fetch, and its threads share the CPUs and the collector
--           with the requests. What nettape itself causes is in this recording's tail then, and so is what a monitoring causes that
--           fetches as often. linkerd's own gauges (pending) cannot show it: they are only known at the moments of the fetches. So
--           the kernel is asked, each tick: connections dropped at linkerd's queues, and the CPU time of its process.
-- remedy:   Record with longer pauses (now a fetch each {pace_s} s, {_size}):
--             nettape-collect --pace metrics=30s --pace client-state=1m
--           Use linkerd 1.4.4 or later, whose admin server has threads of its own, and let every monitoring fetch less often.
-- verify:   This is absent in a new recording, and the slowest requests are faster.
-- but:      CPU alone is a cost, not harm: only dropped connections are. A linkerd that is busy answers late, so a busy interval
--           may have made the fetch slow; the one before is looked at too, and a disturbance that comes first is none of this.
-- see:      linkerd issues 2009, 2113; collection-quality/l5d-heavy; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:fetch_ms, 100) AS fetch_ms,
         coalesce(:intervals, 3)  AS intervals,
         coalesce(:share_pct, 60) AS share_pct,
         coalesce(:lift, 3)       AS lift,
         coalesce(:often_pct, 50) AS often_pct,
         coalesce(:times_cpu, 2)  AS times_cpu,
         coalesce(:cpu_pct, 5)    AS cpu_pct
), fetch AS (
  SELECT entity, count(*) AS n, avg(dt) AS pace_s, avg(bytes) AS bytes, sum(cost_s * 1000 >= p.fetch_ms) AS heavy,
         avg(CASE WHEN cost_s * 1000 >= p.fetch_ms THEN cost_s END) * 1000 AS fetch_ms
    FROM capture JOIN p
   WHERE source = 'linkerd' AND state IN ('ok', 'cut', 'interrupted', 'fallback') AND member LIKE '%/metrics.json%' GROUP BY entity
), served AS (             -- '127.0.0.1:9990/http|server|0.0.0.0/4140', the first part only with several linkerds
  SELECT DISTINCT substr(entity, 1, instr(entity, '|') - 1) AS router, substr(entity, instr(entity, '|server|') + 8) AS server FROM series
   WHERE source = 'linkerd' AND name IN ('requests', 'connects') AND instr(entity, '|server|') > 0
), door AS (               -- linkerd's listeners
  SELECT DISTINCT f.entity, ':' || substr(v.server, instr(v.server, '/') + 1) AS tail
    FROM fetch f JOIN served v ON instr(v.router, '/') = 0 OR substr(v.router, 1, length(f.entity) + 1) = f.entity || '/'
   UNION SELECT entity, ':4140' FROM fetch WHERE NOT EXISTS (SELECT 1 FROM served)
), owner AS (
  SELECT f.entity, coalesce((SELECT max(pid) FROM listener l WHERE ':' || l.port = substr(f.entity, instr(f.entity, ':'))),
                            (SELECT max(l.pid) FROM listener l JOIN door d ON d.entity = f.entity AND ':' || l.port = d.tail)) AS pid
    FROM fetch f
), effect AS (
  SELECT d.entity, 'connections dropped at ' || s.entity AS kind, 'listener' AS source, s.id, s.entity AS of, 1 AS harm
    FROM door d JOIN series s ON s.source = 'listener' AND s.name = 'drops' AND substr(s.entity, -length(d.tail)) = d.tail AND s.increase > 0
   UNION ALL
  SELECT o.entity, 'CPU time of ' || s.entity, 'task', s.id, '', 0
    FROM owner o JOIN series s ON s.source = 'task' AND s.name = 'run_ns' AND substr(s.entity, 1, length(o.pid) + 1) = o.pid || ':'
), taken AS (
  SELECT e.source, x.snap FROM (SELECT DISTINCT source FROM effect) e JOIN snapshot x
   WHERE EXISTS (SELECT 1 FROM capture k WHERE k.source = e.source AND k.snap = x.snap AND k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), grid AS (
  SELECT t.source, t.snap, row_number() OVER w AS i, lag(t.snap) OVER w AS prev,
         CASE WHEN x.boot = lag(x.boot) OVER w THEN x.mono - lag(x.mono) OVER w END AS dt
    FROM taken t JOIN snapshot x ON x.snap = t.snap WINDOW w AS (PARTITION BY t.source ORDER BY t.snap)
), step AS (               -- a tick reads the kernel first, so its fetch is in the interval that begins there
  SELECT e.entity, e.kind, e.of, e.harm, g.i, g.snap,
         CASE WHEN v.delta IS NULL AND v.dt > 0 THEN NULL ELSE coalesce(v.delta, 0) / (CASE WHEN e.harm THEN 1 ELSE g.dt * 1e7 END) END AS x,
         EXISTS (SELECT 1 FROM capture k JOIN p WHERE k.source = 'linkerd' AND k.snap >= g.prev AND k.snap < g.snap
                    AND k.entity = e.entity AND k.member LIKE '%/metrics.json%' AND k.cost_s * 1000 >= p.fetch_ms) AS a
    FROM effect e JOIN fetch f ON f.entity = e.entity AND f.heavy > 0
    JOIN grid g ON g.source = e.source AND g.dt > 0
    LEFT JOIN sample v ON v.series = e.id AND v.snap = g.snap
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity, kind ORDER BY x, i) AS r, count(*) OVER (PARTITION BY entity, kind) AS n
    FROM step WHERE x IS NOT NULL
), mark AS (
  SELECT s.entity, s.kind, s.of, s.harm, s.i, s.snap, s.x, s.a,
         CASE WHEN s.harm THEN s.x > 0 ELSE s.x >= p.cpu_pct AND s.x >= p.times_cpu * m.x END AS b
    FROM ranked s JOIN p JOIN ranked m ON m.entity = s.entity AND m.kind = s.kind AND m.r = (m.n + 1) / 2
), beside AS (
  SELECT *, lag(b) OVER w AS before, lead(b) OVER w AS behind FROM mark WINDOW w AS (PARTITION BY entity, kind ORDER BY i)
), fit AS (                -- the disturbance in the interval before the fetch's, in the same, in the next one
  SELECT entity, kind, shift, sum(a AND x) AS h, sum(a AND x IS NOT NULL) AS n, sum(NOT a AND x) AS qh, sum(NOT a AND x IS NOT NULL) AS q
    FROM (SELECT b.entity, b.kind, b.a, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.b ELSE b.behind END AS x
            FROM beside b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s)
   GROUP BY entity, kind, shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY entity, kind ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), -shift) AS r FROM fit
), tally AS (
  SELECT entity, kind, of, harm, sum(a) AS heavy, count(*) AS n, max(CASE WHEN a AND b THEN x END) AS peak,
         min(CASE WHEN a THEN snap END) AS first_at, max(CASE WHEN a THEN snap END) AS last_at
    FROM mark GROUP BY entity, kind, of, harm
), judged AS (
  SELECT t.*, b.shift, b.h, b.n AS known, b.qh, b.q,
         b.shift >= 0 AND b.h >= p.intervals AND b.h * 100.0 >= p.share_pct * b.n AND b.qh <= b.h
           AND b.q > 0 AND b.h * 1.0 / b.n >= p.lift * b.qh / b.q AND t.heavy * 100.0 <= p.often_pct * t.n AS proven,
         (SELECT m.snap FROM mark m WHERE m.entity = t.entity AND m.kind = t.kind AND m.a AND m.b AND m.x = t.peak ORDER BY m.snap LIMIT 1) AS at
    FROM tally t JOIN p JOIN best b ON b.entity = t.entity AND b.kind = t.kind AND b.r = 1
), one AS (
  SELECT *, sum(proven) OVER (PARTITION BY entity) AS agree,
         row_number() OVER (PARTITION BY entity ORDER BY proven DESC, harm DESC, h DESC, kind) AS r
    FROM judged
)
SELECT CASE WHEN f.heavy < p.intervals                            THEN 'ok'
            WHEN j.kind IS NULL                                   THEN 'skip'
            WHEN j.heavy * 100.0 > p.often_pct * j.n              THEN 'skip'
            WHEN j.known < p.intervals                            THEN 'skip'
            WHEN j.proven                                         THEN 'info'
            ELSE 'ok' END                        AS level,
       f.entity,
       j.of                                      AS explains_entity,
       CASE f.entity WHEN '' THEN 'linkerd' ELSE f.entity END AS endpoint,
       CASE WHEN j.harm THEN j.kind ELSE p.times_cpu || ' times the usual ' || j.kind END AS effect,
       j.h                                       AS intervals_hit,
       j.known                                   AS intervals,
       j.qh                                      AS disturbed_else,
       j.q                                       AS quiet,
       j.shift                                   AS shift_intervals,
       round(f.fetch_ms, 1)                      AS fetch_ms,
       round(f.pace_s, 1)                        AS pace_s,
       f.n                                       AS fetches,
       coalesce(cast(f.bytes / 1000 AS INT) || ' kB', 'of unknown size') AS _size,
       CASE j.shift WHEN 1 THEN ' (one interval later)' ELSE '' END AS _when,
       CASE WHEN j.kind IS NULL THEN 'neither linkerd''s listener nor its process is known: as root, and in its network namespace'
            WHEN j.heavy * 100.0 > p.often_pct * j.n THEN 'heavy fetches in most intervals leave nothing to compare with: record with --pace metrics=10s'
            ELSE 'too few intervals with a heavy fetch are known' END AS why,
       coalesce(j.agree, 0) + EXISTS (SELECT 1 FROM finding x WHERE x.rule = 'collection-quality/l5d-heavy' AND x.entity = f.entity
                                         AND x.level IN ('warn', 'crit')) AS votes,
       j.at, j.first_at, j.last_at
  FROM fetch f JOIN p LEFT JOIN one j ON j.entity = f.entity AND j.r = 1
 ORDER BY j.proven DESC, f.fetch_ms DESC, f.entity;
