-- rule:     tcp-listen/overflow
-- version:  1
-- schema:   1
-- title:    An accept queue overflowed: new connections were dropped
-- tags:     tcp listen syn
-- requires: netstat >= 2
-- wants:    listener, sysctl
-- param:    crit_drops      connections  dropped at one listener (or by the host) that are critical
-- param:    crit_intervals  intervals    with drops that are critical however few they are
-- message:  {entity}{_owner}: {drops} connection attempts dropped at its full accept queue, in {intervals_hit} of {intervals} intervals; queue up to {queue_max} of {backlog} connections
-- meaning:  The kernel finishes a handshake by itself and queues the connection until the program calls accept(). With the queue
--           full (more waiting than the backlog) it drops SYNs and final ACKs: the client sends its SYN again after 1, 3, 7 s,
--           so users see connects that take seconds, not errors. The drops are counted by listener (skmem d) since 4.7, and by
--           the host as TcpExtListenOverflows: {host_overflows} here in this window.
-- remedy:   Find out why {entity} does not accept: garbage collection, CPU, one accept thread. Then give it room, the host's limit first:
--             {_somaxconn}
--           Raise the program's own listen() backlog (its limit is now min(backlog, somaxconn) = {backlog}; linkerd:
--           socketOptions.backlog: {_more}). Both take effect when it listens anew: restart it.
-- verify:   This stands still:
--             nstat -az TcpExtListenOverflows
--           In ss -ltn Recv-Q of {entity} stays below half of Send-Q.
-- but:      Port scans, and a listener that is closing down. A full queue shows as Recv-Q one above Send-Q. TCPBacklogDrop is another
--           matter since kernel 4.4, whatever older guides tell: tcp-listen/backlogdrop.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtListenOverflows); listen(2); ss(8)
WITH p AS (
  SELECT coalesce(:crit_drops, 10)    AS crit_drops,
         coalesce(:crit_intervals, 3) AS crit_intervals
), host AS (
  SELECT max(CASE WHEN name = 'TcpExtListenOverflows' THEN increase END)  AS overflows,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN active END)    AS active,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), s AS (
  SELECT max(CASE WHEN name = 'net.core.somaxconn' THEN last END) AS somaxconn FROM setting
), queue AS (
  SELECT CASE WHEN instr(addr, ':') > 0 THEN '[' || addr || ']' ELSE addr END || ':' || port AS entity,
         max(queue) AS queue_max, max(backlog) AS backlog, max(queue > backlog) AS was_full, max(comm) AS comm
    FROM listener GROUP BY addr, port
), one AS (                -- a listener that drops while the host counts no overflow drops for another reason
  SELECT q.entity, q.queue_max, q.backlog, q.comm,
         d.increase AS drops, d.active, d.intervals, d.peak_snap, d.first_active, d.last_active,
         coalesce(d.increase, 0) > 0 AND coalesce(h.overflows, 0) > 0 AS hit
    FROM queue q JOIN host h
    LEFT JOIN counter d ON d.source = 'listener' AND d.name = 'drops' AND d.entity = q.entity
), every AS (
  SELECT * FROM one
   UNION ALL               -- overflows that no listener here accounts for: before 4.7, or another namespace's
  SELECT 'unknown listener', NULL, NULL, NULL, h.overflows, h.active, h.intervals, h.peak_snap, h.first_active,
         h.last_active, 1
    FROM host h WHERE h.overflows > 0 AND NOT EXISTS (SELECT 1 FROM one WHERE hit)
   UNION ALL
  SELECT 'all listeners', NULL, NULL, NULL, 0, h.active, h.intervals, NULL, NULL, NULL, 0
    FROM host h WHERE h.overflows = 0 AND NOT EXISTS (SELECT 1 FROM one)
)
SELECT CASE WHEN h.overflows IS NULL AND e.drops IS NULL                           THEN 'skip'
            WHEN e.hit AND (e.drops >= p.crit_drops OR e.active >= p.crit_intervals) THEN 'crit'
            WHEN e.hit                                                             THEN 'warn'
            ELSE 'ok' END                          AS level,
       e.entity,
       coalesce(e.drops, 0)                        AS drops,
       coalesce(e.active, 0)                       AS intervals_hit,
       coalesce(e.intervals, h.intervals, 0)       AS intervals,
       coalesce(e.queue_max, '?')                  AS queue_max,
       coalesce(e.backlog, '?')                    AS backlog,
       coalesce(h.overflows, 0)                    AS host_overflows,
       coalesce(s.somaxconn, '?')                  AS somaxconn,
       coalesce(' (' || e.comm || ')', '')         AS _owner,
       max(4096, 2 * coalesce(e.backlog, 0))       AS _more,
       CASE WHEN e.backlog < s.somaxconn
            THEN '# net.core.somaxconn is ' || s.somaxconn || ' and does not limit it: the program asks for ' || e.backlog || ' only'
            ELSE 'sysctl -w net.core.somaxconn=' || max(4096, 2 * coalesce(s.somaxconn, 0)) || '   # now ' || coalesce(s.somaxconn, '?') || ' connections' END AS _somaxconn,
       e.peak_snap                                 AS at,
       e.first_active                              AS first_at,
       e.last_active                               AS last_at
  FROM every e JOIN p JOIN host h JOIN s
 ORDER BY e.hit DESC, coalesce(e.drops, 0) DESC, e.entity;
