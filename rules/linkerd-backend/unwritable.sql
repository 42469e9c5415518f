-- rule:     linkerd-backend/unwritable
-- version:  1
-- schema:   1
-- title:    Connections stay unwritable: the peer reads too slowly
-- tags:     linkerd tcp
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 30s
-- param:    warn_pct  percent  of the time of all connections in which nothing could be written
-- message:  {entity}: connections could not be written to for {unwritable_pct}% of their time ({unwritable_s} s on {connections} connections)
-- meaning:  Netty's write buffer was full: the peer reads slowly, or the path to it is congested. Of a client that is the backend
--           (requests wait in linkerd's memory), of a server the caller: then it is info, since a slow download is the
--           caller's own affair.
-- remedy:   Look at the sockets of these peers: Send-Q, and rwnd_limited in
--             ss -tin state established
--           rwnd_limited: the peer's program does not read. Else the path: tcp-retransmit/ratio.
-- verify:   socket_unwritable_ms of {entity} grows by less than 1% of the connections' time.
-- but:      Bulk transfers fill every buffer; that is what they are for.
-- see:      Finagle metrics, Transport
WITH p AS (
  SELECT coalesce(:warn_pct, 5) AS warn_pct
), busy AS (
  SELECT c.entity, c.increase AS ms, c.span, c.active, c.intervals, c.peak_snap, c.first_active, c.last_active, g.mean AS connections
    FROM counter c
    LEFT JOIN gauge g ON g.source = 'linkerd' AND g.entity = c.entity AND g.name = 'connections'
   WHERE c.source = 'linkerd' AND c.name = 'socket_unwritable_ms' AND instr(c.entity, '|service|') = 0
), judged AS (
  SELECT *, ms * 100.0 / nullif(span * 1000 * connections, 0) AS pct FROM busy
)
SELECT CASE WHEN j.ms IS NULL OR j.connections IS NULL               THEN 'skip'
            WHEN j.connections < 1 OR j.pct < p.warn_pct             THEN 'ok'
            WHEN instr(j.entity, '|server|') > 0                     THEN 'info'
            ELSE 'warn' END            AS level,
       j.entity,
       round(min(j.pct, 100), 1)       AS unwritable_pct,
       round(j.ms / 1000.0, 1)         AS unwritable_s,
       round(j.connections, 1)         AS connections,
       j.active                        AS intervals_hit,
       j.intervals,
       j.peak_snap                     AS at,
       j.first_active                  AS first_at,
       j.last_active                   AS last_at
  FROM judged j JOIN p
 ORDER BY unwritable_pct DESC, j.entity;
