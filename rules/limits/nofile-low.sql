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
--             systemctl edit UNIT      ([Service] LimitNOFILE={_more})
--             prlimit --nofile={_more} -p {_pid}      (now {limit})
-- verify:   The limit in /proc/{_pid}/limits is 65536.
-- but:      A program whose number of connections is bounded needs no more. The soft limit at the end of the recording counts.
-- see:      getrlimit(2) RLIMIT_NOFILE; limits/fd-linkerd
WITH p AS (
  SELECT coalesce(:low_limit, 4096) AS low_limit,
         coalesce(:used_pct, 25)    AS used_pct
), used AS (
  SELECT f.entity, f.hi, f.hi_snap, cast(f.entity AS INT) AS pid,
         (SELECT l.last FROM gauge l WHERE l.source = 'task' AND l.entity = f.entity AND l.name = 'fd_limit') AS most
    FROM gauge f WHERE f.source = 'task' AND f.name = 'fds' AND f.hi > 0
)
SELECT CASE WHEN coalesce(u.most, 0) <= 0                                              THEN 'skip'
            WHEN u.most <= p.low_limit AND u.hi * 100.0 >= p.used_pct * u.most         THEN 'info'
            ELSE 'ok' END                         AS level,
       u.entity,
       cast(u.hi AS INT)                          AS fds,
       cast(u.most AS INT)                        AS "limit",
       max(65536, 2 * cast(coalesce(u.most, 0) AS INT)) AS _more,
       round(u.hi * 100.0 / nullif(u.most, 0), 1) AS open_pct,
       u.pid                                      AS _pid,
       CASE WHEN coalesce(u.most, 0) <= 0 THEN 'the limit is not known, or there is none' ELSE '' END AS why,
       u.hi_snap                                  AS at
  FROM used u JOIN p
 ORDER BY level = 'info' DESC, open_pct DESC, u.entity;
