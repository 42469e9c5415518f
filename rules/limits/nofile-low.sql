-- rule:     limits/nofile-low
-- version:  1
-- schema:   1
-- title:    A process may open few files, and uses a good part of them
-- tags:     limits files linkerd
-- requires: task >= 1
-- param:    low_limit  files    soft limit that counts as low
-- param:    used_pct   percent  of it in use
-- message:  {entity}: the soft limit is {limit} open files, and up to {fds} are open ({open_pct}%)
-- meaning:  4096 and less are defaults of a shell or an old distribution, not a choice for a proxy, where a request can need two
--           descriptors. The next peak, or a slow backend behind which connections gather, meets the limit.
-- remedy:   In the unit of the service, and for the running process:
--             systemctl edit UNIT   # [Service] LimitNOFILE={_more}
--             prlimit --nofile={_more} -p {_pid}   # now {limit} files
-- verify:   The limit in /proc/{_pid}/limits is 65536.
-- but:      A program whose number of connections is bounded needs no more. The soft limit at the end of the recording counts.
-- see:      getrlimit(2) RLIMIT_NOFILE; limits/fd-linkerd
WITH p AS (
  SELECT coalesce(:low_limit, 4096) AS low_limit,
         coalesce(:used_pct, 25)    AS used_pct
), used AS (
  SELECT f.id, f.entity, f.hi, f.peak_snap, f.n, cast(f.entity AS INT) AS pid,
         (SELECT l.last FROM gauge l WHERE l.source = 'task' AND l.entity = f.entity AND l.name = 'fd_limit') AS most
    FROM series f WHERE f.source = 'task' AND f.name = 'fds' AND f.kind = 'gauge' AND f.hi > 0
), step AS (               -- samples are changes: a value stands until the next
  SELECT u.id, m.snap, m.value * 100.0 >= p.used_pct * u.most AS hit,
         coalesce(lead(m.snap) OVER (PARTITION BY u.id ORDER BY m.snap), m.snap + 1) AS until
    FROM p CROSS JOIN used u CROSS JOIN sample m ON m.series = u.id
   WHERE u.most > 0 AND u.most <= p.low_limit AND u.hi * 100.0 >= p.used_pct * u.most
), times AS (
  SELECT s.id, count(*) AS hit, min(c.snap) AS first_at, max(c.snap) AS last_at
    FROM step s JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'task' AND state = 'ok') c ON c.snap >= s.snap AND c.snap < s.until
   WHERE s.hit GROUP BY s.id
)
SELECT CASE WHEN coalesce(u.most, 0) <= 0                                              THEN 'skip'
            WHEN u.most <= p.low_limit AND u.hi * 100.0 >= p.used_pct * u.most         THEN 'info'
            ELSE 'ok' END                         AS level,
       u.entity,
       cast(u.hi AS INT)                          AS fds,
       cast(u.most AS INT)                        AS "limit",
       max(65536, 2 * cast(coalesce(u.most, 0) AS INT)) AS _more,
       round(u.hi * 100.0 / nullif(u.most, 0), 1) AS open_pct,
       min(coalesce(t.hit, 0), u.n)               AS captures_hit,
       u.n                                        AS captures,
       u.pid                                      AS _pid,
       CASE WHEN coalesce(u.most, 0) <= 0 THEN 'the limit is not known, or there is none' ELSE '' END AS why,
       u.peak_snap                                AS at,
       t.first_at, t.last_at
  FROM used u JOIN p
  LEFT JOIN times t ON t.id = u.id
 ORDER BY level = 'info' DESC, open_pct DESC, u.entity;
