-- rule:     limits/fd-linkerd
-- version:  1
-- schema:   1
-- title:    A process is near its limit of open files
-- tags:     limits files linkerd
-- requires: task >= 1
-- wants:    linkerd
-- param:    warn_pct  percent  of the soft limit
-- param:    crit_pct  percent  of the soft limit
-- message:  {entity}: up to {fds} of {limit} file descriptors open ({used_pct}%), {last} at the end
-- meaning:  Each connection needs one. At the limit accept() and connect() fail with EMFILE: new callers wait in the accept queue until
--           it overflows, and requests to backends fail.
-- remedy:   Raise it while it runs, and for the next start in its unit:
--             prlimit --nofile={_more} -p {_pid}   # now {limit} files
--             systemctl edit UNIT   # [Service] LimitNOFILE={_more}
--           Then see what holds them: sockets/close-wait (a leak), linkerd-pool (no reuse).
-- verify:   Less than 50% in a new recording.
-- but:      Judged are the processes that were watched (linkerd, java, and those of --pid and --comm) and what the JVM says of itself.
--           A process of another user shows its descriptors to root alone. Some programs raise their limit by themselves.
-- see:      getrlimit(2) RLIMIT_NOFILE; proc_pid_limits(5); limits/nofile-low
WITH p AS (
  SELECT coalesce(:warn_pct, 80) AS warn_pct,
         coalesce(:crit_pct, 95) AS crit_pct
), used AS (
  SELECT f.id, f.source, f.entity, f.hi, f.last, f.peak_snap AS hi_snap,
         (SELECT l.last FROM gauge l WHERE l.source = f.source AND l.entity = f.entity AND l.name = 'fd_limit') AS most,
         cast(f.entity AS INT) AS pid
    FROM series f WHERE f.source = 'task' AND f.name = 'fds' AND f.kind = 'gauge' AND f.hi > 0
   UNION ALL
  SELECT f.id, f.source, CASE f.entity WHEN '' THEN 'jvm' ELSE f.entity || ' jvm' END, f.hi, f.last, f.peak_snap,
         (SELECT l.last FROM gauge l WHERE l.source = f.source AND l.entity = f.entity
             AND l.name = replace(f.name, 'fd_count', 'fd_limit')), NULL
    FROM series f WHERE f.source = 'linkerd' AND f.name = 'jvm/fd_count' AND f.kind = 'gauge'
), seen AS (
  SELECT DISTINCT source, snap FROM capture WHERE source IN ('task', 'linkerd') AND state IN ('ok', 'fallback')
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
SELECT CASE WHEN coalesce(u.most, 0) <= 0                 THEN 'skip'
            WHEN u.hi * 100.0 >= p.crit_pct * u.most      THEN 'crit'
            WHEN u.hi * 100.0 >= p.warn_pct * u.most      THEN 'warn'
            ELSE 'ok' END                         AS level,
       u.entity,
       cast(u.hi AS INT)                          AS fds,
       cast(u.last AS INT)                        AS last,
       cast(u.most AS INT)                        AS "limit",
       max(65536, 2 * cast(coalesce(u.most, 0) AS INT)) AS _more,
       round(u.hi * 100.0 / nullif(u.most, 0), 1) AS used_pct,
       coalesce(u.pid, 'PID')                     AS _pid,
       CASE WHEN coalesce(u.most, 0) <= 0 THEN 'the limit is not known, or there is none' ELSE '' END AS why,
       times.hit                                  AS captures_hit,
       times.captures,
       u.hi_snap                                  AS at,
       times.first_at, times.last_at
  FROM used u JOIN p LEFT JOIN times ON times.id = u.id
 ORDER BY used_pct DESC, u.entity;
