-- rule:     sysctl/somaxconn-low
-- version:  1
-- schema:   1
-- title:    net.core.somaxconn cuts the backlog of a listener
-- tags:     sysctl tcp listen
-- requires: sysctl >= 1, listener >= 1
-- after:    tcp-listen/overflow
-- param:    enough  connections  a limit of that many is high enough
-- message:  {entity}{_owner}: its backlog is {backlog} connections, all that net.core.somaxconn={somaxconn} allows
-- meaning:  listen(2) takes the smaller of the program's own number and net.core.somaxconn (128 before kernel 5.4, 4096 since). Whatever
--           the program asks for beyond it is cut without a word.
-- remedy:   Raise it:
--             sysctl -w net.core.somaxconn=4096   # now {somaxconn} connections
--           and restart the program: the limit is taken when it listens.
-- verify:   Send-Q of {entity} in ss -ltn is what the program asks for.
-- but:      A program may ask for just that number. Without overflows (tcp-listen/overflow) it is information only.
-- see:      listen(2); linkerd docs, server parameters (socketOptions.backlog)
WITH p AS (
  SELECT coalesce(:enough, 1024) AS enough
), s AS (
  SELECT max(CASE WHEN name = 'net.core.somaxconn' THEN cast(last AS INT) END) AS somaxconn FROM setting
), l AS (
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity,
         max(backlog) AS backlog, max(comm) AS comm
    FROM listener GROUP BY addr, port
), f AS (
  SELECT entity, max(at) AS at FROM finding WHERE rule = 'tcp-listen/overflow' AND level IN ('warn', 'crit') GROUP BY entity
)
SELECT CASE WHEN s.somaxconn IS NULL                                        THEN 'skip'
            WHEN s.somaxconn >= p.enough OR l.backlog <> s.somaxconn        THEN 'ok'
            WHEN f.entity IS NOT NULL                                       THEN 'warn'
            ELSE 'info' END                       AS level,
       l.entity,
       l.backlog,
       s.somaxconn,
       coalesce(' (' || l.comm || ')', '')        AS _owner,
       f.at
  FROM l JOIN p JOIN s LEFT JOIN f ON f.entity = l.entity
 ORDER BY level = 'warn' DESC, level = 'info' DESC, l.entity;
