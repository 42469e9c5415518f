-- rule:     tcp-listen/backlog-small
-- version:  1
-- schema:   1
-- title:    A listener's backlog is small for the rate at which connections come
-- tags:     tcp listen
-- requires: listener >= 2, snmp >= 4
-- wants:    sysctl, netstat
-- min_span: 60s
-- param:    max_backlog  connections  larger ones are never called small
-- param:    stall_s      seconds      without accept() that the backlog should survive
-- message:  {entity}{_owner}: a backlog of {backlog} connections; at {opens_per_s} new connections a second (worst interval) it holds {holds_ms} ms of them, and less than {_stall_ms} ms in {intervals_hit} of {intervals} intervals
-- meaning:  128 was the default of net.core.somaxconn before kernel 5.4 and still is the backlog of many programs. A pause of 200 ms,
--           an ordinary garbage collection, then overflows the queue and costs clients 1 s each. The host counts connections
--           for all listeners together: this one's own rate may be lower ({listeners} listen here).
-- remedy:   The host's limit, then the program's backlog (now {backlog}; linkerd: socketOptions.backlog: 4096); restart it.
--             {_somaxconn}
-- verify:   Send-Q of {entity} in ss -ltn is 1024 or more.
-- but:      A listener that gets few of the host's connections.
-- see:      listen(2); linkerd docs, server parameters; tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:max_backlog, 128) AS max_backlog,
         coalesce(:stall_s, 0.2)     AS stall_s
), l AS (
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity,
         addr, max(backlog) AS backlog, max(comm) AS comm
    FROM listener GROUP BY addr, port
), d AS (                  -- 0: nobody connected, or before 4.7; what dropped had connections
  SELECT entity, increase AS drops FROM counter WHERE source = 'listener' AND name = 'drops'
), c AS (
  SELECT peak_per_s, peak_snap, intervals FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpPassiveOpens'
), pace AS (
  SELECT m.snap, m.delta / m.dt AS per_s
    FROM series x JOIN sample m ON m.series = x.id
   WHERE x.source = 'snmp' AND x.entity = '' AND x.name = 'TcpPassiveOpens' AND m.delta > 0 AND m.dt > 0
), times AS (
  SELECT b.backlog, count(*) AS hit, min(pace.snap) AS first_at, max(pace.snap) AS last_at
    FROM p JOIN (SELECT DISTINCT backlog FROM l) b JOIN pace ON pace.per_s * p.stall_s >= b.backlog
   WHERE b.backlog BETWEEN 1 AND p.max_backlog GROUP BY b.backlog
), s AS (
  SELECT max(CASE WHEN name = 'net.core.somaxconn' THEN last END) AS somaxconn FROM setting
)
SELECT CASE WHEN l.backlog > p.max_backlog OR l.backlog = 0                                      THEN 'ok'
            WHEN c.peak_per_s * p.stall_s >= l.backlog AND coalesce(d.drops, 0) > 0              THEN 'warn'
            WHEN c.peak_per_s * p.stall_s >= l.backlog                                           THEN 'info'
            ELSE 'ok' END                                                AS level,
       l.entity,
       l.backlog,
       round(c.peak_per_s, 1)                                            AS opens_per_s,
       CASE WHEN c.peak_per_s > 0 THEN round(l.backlog * 1000.0 / c.peak_per_s) END AS holds_ms,
       coalesce(d.drops, 0)                                              AS drops,
       (SELECT count(*) FROM l)                                          AS listeners,
       coalesce(' (' || l.comm || ')', '')                               AS _owner,
       coalesce(s.somaxconn, '?')                                        AS somaxconn,
       CASE WHEN l.backlog < s.somaxconn THEN '# net.core.somaxconn is ' || s.somaxconn || ' connections and does not limit it'
            ELSE 'sysctl -w net.core.somaxconn=4096   # now ' || coalesce(s.somaxconn, '?') || ' connections' END AS _somaxconn,
       coalesce(t.hit, 0)                                                AS intervals_hit,
       c.intervals,
       round(p.stall_s * 1000)                                           AS _stall_ms,
       c.peak_snap                                                       AS at,
       t.first_at, t.last_at
  FROM l JOIN c JOIN p JOIN s LEFT JOIN d ON d.entity = l.entity LEFT JOIN times t ON t.backlog = l.backlog
 ORDER BY level = 'warn' DESC, level = 'info' DESC, l.backlog, l.entity;
