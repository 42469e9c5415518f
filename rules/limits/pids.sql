-- rule:     limits/pids
-- version:  1
-- schema:   1
-- title:    A control group or the host is near its limit of threads
-- tags:     limits threads cgroup
-- requires: loadavg >= 1
-- wants:    cgroup, sysctl
-- param:    warn_pct  percent  of the limit
-- message:  {entity}: up to {threads} of {limit} threads ({used_pct}%); the limit is {_what}
-- meaning:  Processes and threads count alike. At the limit fork() and clone() fail with EAGAIN: Java says "unable to create native
--           thread", and nobody can log in to see why.
-- remedy:   A thread for each request or connection is a mistake of the program; else the limit is too low.
--           Find who has so many, and give room:
--             ps -eo nlwp,pid,comm --sort=-nlwp | head
--             {_room}
-- verify:   Less than 50% in a new recording.
-- but:      In a container the host's number counts the threads of all, and its limit may not be the one in force there. A group whose
--           parent has a lower limit meets that first.
-- see:      cgroup-v2.rst pids.max; systemd.resource-control(5) TasksMax; proc_sys_kernel(5) pid_max, threads-max
WITH p AS (
  SELECT coalesce(:warn_pct, 80) AS warn_pct
), k AS (
  SELECT min(cast(last AS INT)) AS most, max(CASE WHEN name = 'kernel.pid_max' THEN cast(last AS INT) END) AS pids,
         max(CASE WHEN name = 'kernel.threads-max' THEN cast(last AS INT) END) AS threads
    FROM setting WHERE name IN ('kernel.pid_max', 'kernel.threads-max')
), used AS (
  SELECT l.id, l.source, '' AS entity, l.hi, k.most, l.peak_snap AS hi_snap, 'kernel.pid_max or kernel.threads-max' AS what,
         'sysctl -w kernel.pid_max='
           || max(4194304, coalesce(k.pids, 0)) || ' kernel.threads-max=' || max(1000000, 2 * coalesce(k.threads, 0))
           || '   # now ' || coalesce(k.pids, '?') || ' and ' || coalesce(k.threads, '?') || ' threads' AS room
    FROM k JOIN series l ON l.source = 'loadavg' AND l.entity = '' AND l.name = 'total' AND l.kind = 'gauge'
   UNION ALL
  SELECT c.id, c.source, CASE c.entity WHEN '' THEN 'root group' ELSE c.entity END, c.hi,
         (SELECT m.last FROM gauge m WHERE m.source = 'cgroup' AND m.entity = c.entity AND m.name = 'pids_max'), c.peak_snap,
         'pids.max of the group',
         'systemctl edit UNIT   # [Service] TasksMax=8192, of a container its limit; now '
           || coalesce((SELECT cast(m.last AS INT) FROM gauge m WHERE m.source = 'cgroup' AND m.entity = c.entity AND m.name = 'pids_max'), '?') || ' threads'
    FROM series c WHERE c.source = 'cgroup' AND c.name = 'pids_current' AND c.kind = 'gauge'
), seen AS (
  SELECT DISTINCT source, snap FROM capture WHERE source IN ('loadavg', 'cgroup') AND state IN ('ok', 'fallback')
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT u.id, u.most, seen.snap, (SELECT m.value FROM sample m WHERE m.series = u.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS n
    FROM used u JOIN p ON u.most > 0 AND u.hi * 100.0 >= p.warn_pct * u.most
    JOIN seen ON seen.source = u.source AND seen.snap BETWEEN (SELECT min(snap) FROM sample WHERE series = u.id)
                                                          AND (SELECT max(snap) FROM sample WHERE series = u.id)
), times AS (
  SELECT s.id, count(*) AS captures, sum(s.n * 100.0 >= p.warn_pct * s.most) AS hit,
         min(CASE WHEN s.n * 100.0 >= p.warn_pct * s.most THEN s.snap END) AS first_at,
         max(CASE WHEN s.n * 100.0 >= p.warn_pct * s.most THEN s.snap END) AS last_at
    FROM step s JOIN p GROUP BY s.id
)
SELECT CASE WHEN u.hi IS NULL OR coalesce(u.most, 0) <= 0 THEN 'skip'
            WHEN u.hi * 100.0 >= p.warn_pct * u.most      THEN 'warn'
            ELSE 'ok' END                         AS level,
       u.entity,
       cast(u.hi AS INT)                          AS threads,
       cast(u.most AS INT)                        AS "limit",
       round(u.hi * 100.0 / nullif(u.most, 0), 1) AS used_pct,
       u.what                                     AS _what,
       u.room                                     AS _room,
       CASE WHEN coalesce(u.most, 0) <= 0 THEN 'no limit is known' ELSE '' END AS why,
       times.hit                                  AS captures_hit,
       times.captures,
       u.hi_snap                                  AS at,
       times.first_at, times.last_at
  FROM used u JOIN p LEFT JOIN times ON times.id = u.id
 ORDER BY used_pct DESC, u.entity;
