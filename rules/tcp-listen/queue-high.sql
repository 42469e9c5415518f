-- rule:     tcp-listen/queue-high
-- version:  1
-- schema:   1
-- title:    An accept queue was more than half full
-- tags:     tcp listen
-- requires: listener >= 3
-- wants:    sysctl
-- param:    min_backlog  connections  a smaller backlog is tcp-listen/backlog-small's business
-- param:    warn_pct     percent      of the backlog that was in use
-- param:    warn_queue   connections  waiting, whatever the backlog
-- message:  {entity}{_owner}: up to {queue_max} connections waited for accept(), {used_pct}% of its backlog of {backlog}
-- meaning:  Recv-Q of a LISTEN socket is the number of finished handshakes that the program has not accepted. A healthy server keeps
--           it near zero; at more than Send-Q (the backlog) new connections are dropped: tcp-listen/overflow.
--           A listener has two queues, this one and that of half-open handshakes (tcp-listen/synq-full); neither is the receive
--           queue of a connection, though ss puts them into the same column.
-- remedy:   Find out why {entity} accepts late (garbage collection, CPU, one accept thread; linkerd: /admin/threads), then
--           raise its backlog (now {backlog}; linkerd: socketOptions.backlog: {_more}), the host's limit first:
--             {_somaxconn}
-- verify:   Recv-Q of {entity} in ss -ltn stays below a tenth of Send-Q.
-- but:      One look a tick misses short peaks: a quiet queue proves little.
-- see:      ss(8); listen(2); tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_backlog, 16) AS min_backlog,
         coalesce(:warn_pct, 50)    AS warn_pct,
         coalesce(:warn_queue, 64)  AS warn_queue
), l AS (                  -- a bare column beside max(): SQLite takes it from the row that has the maximum
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity,
         addr, port, max(queue) AS queue_max, snap, backlog
    FROM listener GROUP BY addr, port
), o AS (
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity, max(comm) AS comm
    FROM listener GROUP BY addr, port
), step AS (               -- rows hold changes only: the last one before a capture stands
  SELECT l.entity, seen.snap,
         (SELECT x.queue >= p.warn_queue OR (x.backlog >= p.min_backlog AND x.queue * 100.0 >= p.warn_pct * x.backlog)
            FROM listener x WHERE x.addr = l.addr AND x.port = l.port AND x.snap <= seen.snap ORDER BY x.snap DESC LIMIT 1) AS high
    FROM l JOIN p ON l.queue_max >= p.warn_queue OR (l.backlog >= p.min_backlog AND l.queue_max * 100.0 >= p.warn_pct * l.backlog)
    JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'listener' AND state IN ('ok', 'fallback')) seen
), times AS (
  SELECT entity, count(high) AS captures, sum(high) AS hit,
         min(CASE WHEN high THEN snap END) AS first_at, max(CASE WHEN high THEN snap END) AS last_at
    FROM step GROUP BY entity
), s AS (
  SELECT max(CASE WHEN name = 'net.core.somaxconn' THEN last END) AS somaxconn FROM setting
)
SELECT CASE WHEN l.queue_max >= p.warn_queue THEN 'warn'
            WHEN l.backlog >= p.min_backlog AND l.queue_max * 100.0 >= p.warn_pct * l.backlog THEN 'warn'
            ELSE 'ok' END                                     AS level,
       l.entity,
       l.queue_max,
       l.backlog,
       round(l.queue_max * 100.0 / max(l.backlog, 1), 1)      AS used_pct,
       coalesce(' (' || o.comm || ')', '')                    AS _owner,
       coalesce(s.somaxconn, '?')                             AS somaxconn,
       max(4096, 2 * l.backlog)                               AS _more,
       CASE WHEN l.backlog < s.somaxconn THEN '# net.core.somaxconn is ' || s.somaxconn || ' and does not limit it'
            ELSE 'sysctl -w net.core.somaxconn=' || max(4096, 2 * coalesce(s.somaxconn, 0)) || '   # now ' || coalesce(s.somaxconn, '?') || ' connections' END AS _somaxconn,
       t.hit                                                  AS captures_hit,
       t.captures,
       l.snap                                                 AS at,
       t.first_at, t.last_at
  FROM l JOIN o ON o.entity = l.entity JOIN p JOIN s LEFT JOIN times t ON t.entity = l.entity
 ORDER BY level = 'warn' DESC, l.queue_max DESC, l.entity;
