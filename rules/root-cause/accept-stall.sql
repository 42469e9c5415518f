-- rule:     root-cause/accept-stall
-- version:  1
-- schema:   1
-- title:    The accept queue overflows because linkerd stands still
-- tags:     root-cause linkerd tcp listen jvm cgroup
-- requires: netstat >= 4
-- wants:    listener, linkerd, cgroup, owners
-- applies:  linkerd
-- after:    tcp-listen/*, linkerd-jvm/*, cgroup/cpu-throttled
-- explains: tcp-listen/overflow, tcp-listen/queue-high, linkerd-jvm/gc-pause, linkerd-jvm/gc-overhead, cgroup/cpu-throttled
-- min_span: 30s
-- param:    intervals  intervals  with drops, fewer prove nothing
-- param:    stall_pct  percent    of an interval in collection (of 2 s of it, when it is longer), or of its quota periods stopped
-- param:    share_pct  percent    of the intervals with drops that must have such a stall
-- param:    lift       times      as often as in the intervals without drops
-- message:  {entity}: in {with_stall} of {intervals_hit} intervals with dropped connections linkerd stood still{_when} ({cause}), in {quiet_stall} of {quiet} without; {drops} connections dropped
-- meaning:  While all threads stand still nobody calls accept(), and the queue of finished handshakes fills within backlog / rate of
--           connects seconds. A longer backlog only hides the stall. Collections and quotas are read every few seconds, so what
--           is short is judged by its time and not by its share of the interval: {:stall_pct}% of 2 s. With an interval without
--           drops to compare, a stall that is always there is not called the cause; without any it must be {:stall_pct}% of the
--           whole interval.
-- remedy:   First the stall: {_remedy}
--             {_set}
--           Then room for what is left: net.core.somaxconn (now {somaxconn}) and the listen() backlog (now {backlog};
--           linkerd: socketOptions.backlog: 4096).
-- verify:   TcpExtListenOverflows stands still in a new recording.
-- but:      Many callers that connect at once overflow a short queue of a program that is well; then stalls are no more frequent
--           than else. A stall shorter than {:stall_pct}% of 2 s is not seen. Without skmem of listeners (before 4.7) the drops are
--           those of the whole host, of which another program's may be part. Stopped periods are counted, not the time stopped,
--           which is a sum over CPUs.
-- see:      tcp-listen/overflow, linkerd-jvm/gc-pause, cgroup/cpu-throttled; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:intervals, 3)  AS intervals,
         coalesce(:stall_pct, 10) AS stall_pct,
         coalesce(:share_pct, 60) AS share_pct,
         coalesce(:lift, 3)       AS lift
), served AS (             -- 'http|server|0.0.0.0/4140'
  SELECT DISTINCT substr(entity, instr(entity, '|server|') + 8) AS server FROM series
   WHERE source = 'linkerd' AND name IN ('requests', 'connects') AND instr(entity, '|server|') > 0
), port AS (
  SELECT ':' || substr(server, instr(server, '/') + 1) AS tail FROM served
   UNION SELECT ':4140' WHERE NOT EXISTS (SELECT 1 FROM served)
), own AS (
  SELECT s.id, s.entity, s.increase FROM series s JOIN port ON substr(s.entity, -length(port.tail)) = port.tail
   WHERE s.source = 'listener' AND s.name = 'drops'
), host AS (
  SELECT id, increase FROM series WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtListenOverflows'
), door AS (               -- drops while the host counts no overflow have another reason
  SELECT own.id, own.entity, 'listener' AS source, 1 AS named, own.increase > 0 AND coalesce(host.increase, 1) > 0 AS hit
    FROM own LEFT JOIN host
   UNION ALL
  SELECT id, 'unknown listener', 'netstat', 0, increase > 0 FROM host WHERE NOT EXISTS (SELECT 1 FROM own)
), room AS (
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity,
         min(backlog) AS backlog, max(pid) AS pid
    FROM listener GROUP BY addr, port
), grp AS (                -- linkerd's group, when its pid is known; else any group is a candidate
  SELECT substr(s.last, 2) AS path FROM door JOIN room ON room.entity = door.entity
    JOIN series s ON s.source = 'task' AND s.name = 'cgroup' AND substr(s.entity, 1, length(room.pid) + 1) = room.pid || ':'
), cause AS (
  SELECT 'garbage collection' AS kind, 'linkerd' AS source, id, NULL AS per, entity AS of
    FROM series WHERE source = 'linkerd' AND name = 'jvm/gc/msec' AND kind <> 'text'
   UNION ALL
  SELECT 'the CPU quota', 'cgroup', t.id, n.id, t.entity
    FROM series t JOIN series n ON n.source = 'cgroup' AND n.name = 'nr_periods' AND n.entity = t.entity
   WHERE t.source = 'cgroup' AND t.name = 'nr_throttled'
     AND (t.entity IN (SELECT path FROM grp) OR NOT EXISTS (SELECT 1 FROM grp))
), taken AS (
  SELECT c.source, x.snap FROM (SELECT DISTINCT source FROM cause) c JOIN snapshot x
   WHERE EXISTS (SELECT 1 FROM door WHERE hit)
     AND EXISTS (SELECT 1 FROM capture k WHERE k.source = c.source AND k.snap = x.snap AND k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), grid AS (               -- from one capture of the slow source to its next
  SELECT t.source, t.snap, row_number() OVER w AS i, lag(t.snap) OVER w AS prev,
         CASE WHEN x.boot = lag(x.boot) OVER w THEN x.mono - lag(x.mono) OVER w END AS dt
    FROM taken t JOIN snapshot x ON x.snap = t.snap
  WINDOW w AS (PARTITION BY t.source ORDER BY t.snap)
), step AS (               -- a delta of NULL with a dt is a reset: unknown; no sample is no growth
  SELECT d.entity, c.kind, c.of, g.i, g.snap, g.dt,
         CASE WHEN 2 = (SELECT count(DISTINCT k.snap) FROM capture k WHERE k.source = d.source AND k.snap IN (g.prev, g.snap)
                           AND k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
              THEN (SELECT total(v.delta) FROM sample v WHERE v.series = d.id AND v.snap > g.prev AND v.snap <= g.snap) END AS drops,
         CASE WHEN a.delta < 0 OR (a.delta IS NULL AND a.dt > 0) THEN NULL
              WHEN c.per IS NULL THEN coalesce(a.delta, 0) / 10.0 / g.dt
              ELSE coalesce(a.delta, 0) * 100.0 / max(coalesce(b.delta, 0), coalesce(a.delta, 0), 1) END AS pct
    FROM door d JOIN cause c JOIN grid g ON g.source = c.source AND g.dt > 0
    LEFT JOIN sample a ON a.series = c.id AND a.snap = g.snap
    LEFT JOIN sample b ON b.series = c.per AND b.snap = g.snap
   WHERE d.hit
), mark AS (
  SELECT s.entity, s.kind, s.of, s.i, s.snap, s.drops, s.drops > 0 AS a, s.pct >= p.stall_pct AS whole,
         CASE s.kind WHEN 'garbage collection' THEN s.pct * s.dt >= p.stall_pct * min(s.dt, 2) ELSE s.pct >= p.stall_pct END AS b
    FROM step s JOIN p
), beside AS (
  SELECT *, lag(b) OVER w AS before, lead(b) OVER w AS behind FROM mark
  WINDOW w AS (PARTITION BY entity, kind, of ORDER BY i)
), fit AS (                -- the cause in the interval before, in the same, in the next one
  SELECT entity, kind, of, shift, sum(a AND x) AS h, sum(a AND x IS NOT NULL) AS n, sum(NOT a AND x) AS qh, sum(NOT a AND x IS NOT NULL) AS q
    FROM (SELECT b.entity, b.kind, b.of, b.a, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.b ELSE b.behind END AS x
            FROM beside b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s)
   GROUP BY entity, kind, of, shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY entity, kind, of ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), shift) AS r FROM fit
), tally AS (
  SELECT entity, kind, of, sum(a) AS n, sum(a AND whole) AS whole, cast(total(drops) AS INT) AS drops,
         min(CASE WHEN a THEN snap END) AS first_at, max(CASE WHEN a THEN snap END) AS last_at, max(drops) AS worst
    FROM mark GROUP BY entity, kind, of
), judged AS (
  SELECT t.*, b.shift, b.h, b.n AS known, b.qh, b.q,
         b.shift <= 0 AND b.n >= p.intervals AND b.h >= p.intervals AND b.h * 100.0 >= p.share_pct * b.n
           AND CASE WHEN b.q > 0 THEN b.h * 1.0 / b.n >= p.lift * b.qh / b.q
                    ELSE t.whole * 100.0 >= p.share_pct * t.n END AS proven,
         (SELECT m.snap FROM mark m WHERE m.entity = t.entity AND m.kind = t.kind AND m.of = t.of AND m.drops = t.worst
           ORDER BY m.snap LIMIT 1) AS at,
         EXISTS (SELECT 1 FROM finding f WHERE f.entity = t.of AND f.level IN ('warn', 'crit')
                    AND (f.rule LIKE 'linkerd-jvm/gc-%' OR f.rule = 'cgroup/cpu-throttled')) AS told
    FROM tally t JOIN p JOIN best b ON b.entity = t.entity AND b.kind = t.kind AND b.of = t.of AND b.r = 1
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY proven DESC, h * 1.0 / nullif(known, 0) DESC, qh, kind, of) AS r FROM judged
)
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM cause)    THEN 'skip'
            WHEN NOT d.hit OR coalesce(j.n, 0) = 0   THEN 'ok'
            WHEN coalesce(j.known, 0) < p.intervals  THEN 'skip'
            WHEN NOT j.proven                        THEN 'ok'
            WHEN d.named AND j.q > 0                 THEN 'crit'
            ELSE 'warn' END                    AS level,
       d.entity,
       j.of                                    AS explains_entity,
       j.kind                                  AS cause,
       j.h                                     AS with_stall,
       coalesce(j.known, 0)                    AS intervals_hit,
       coalesce(j.known, 0) + coalesce(j.q, 0) AS intervals,
       j.qh                                    AS quiet_stall,
       j.q                                     AS quiet,
       -j.shift                                AS shift_intervals,
       j.drops,
       room.backlog,
       (SELECT max(last) FROM setting WHERE name = 'net.core.somaxconn') AS somaxconn,
       CASE j.shift WHEN -1 THEN ' one interval earlier' ELSE '' END     AS _when,
       CASE j.kind WHEN 'garbage collection'
            THEN 'a larger heap (now ' || coalesce((SELECT cast(last / 1048576 AS INT) || ' MiB' FROM gauge
                   WHERE source = 'linkerd' AND entity = j.of AND name = 'jvm/heap/max'), 'unknown')
                 || ') and a collector with short pauses:'
            ELSE 'a higher CPU limit for ' || j.of || ' (now ' || coalesce((SELECT round(last / 1e6, 1) || ' ms a period' FROM gauge
                   WHERE source = 'cgroup' AND entity = j.of AND name = 'cpu_quota'), 'unknown') || '):' END AS _remedy,
       CASE j.kind WHEN 'garbage collection' THEN 'JVM_HEAP_MIN=2048M JVM_HEAP_MAX=2048M JVM_OPTIONS=-XX:+UseG1GC'
            ELSE 'systemctl edit UNIT   # [Service] CPUQuota=; of a container its limits.cpu' END AS _set,
       CASE WHEN NOT EXISTS (SELECT 1 FROM cause) THEN 'neither collections nor quota periods of linkerd were recorded'
            WHEN coalesce(j.known, 0) < p.intervals THEN 'fewer than ' || p.intervals || ' intervals with drops' END AS why,
       1 + d.named + j.told                    AS votes,
       j.at, j.first_at, j.last_at
  FROM door d JOIN p
  LEFT JOIN ranked j ON j.entity = d.entity AND j.r = 1
  LEFT JOIN room ON room.entity = d.entity
 ORDER BY coalesce(j.proven, 0) DESC, j.drops DESC, d.entity;
