-- rule:     tcp-listen/drops-other
-- version:  1
-- schema:   1
-- title:    Listeners dropped packets for another reason than a full accept queue
-- tags:     tcp listen syn
-- requires: netstat >= 2
-- wants:    sysctl, listener
-- param:    min_drops  drops    in the window that are not overflows
-- param:    min_pct    percent  of all listen drops that they must be
-- message:  {drops} of {all_drops} listen drops were no accept queue overflow ({pct}%), in {intervals_hit} of {intervals} intervals
-- meaning:  TcpExtListenDrops counts every drop at a LISTEN socket, TcpExtListenOverflows only those at a full accept queue. The
--           rest: SYN queue full while cookies are off ({synq_drops} here), no memory, no route back to the client, a drop by a
--           security module or BPF program. The client sends its SYN again after 1 s.
-- remedy:   Cookies (tcp_syncookies is {syncookies}) and a longer SYN queue (tcp_max_syn_backlog is {max_syn_backlog}):
--             sysctl -w net.ipv4.tcp_syncookies=1 net.ipv4.tcp_max_syn_backlog={_syn_backlog}
--           Check that there is a way back to the clients, and look for BPF and LSM rules on the port:
--             ip route get CLIENT
-- verify:   These grow together or not at all:
--             nstat -az TcpExtListenDrops TcpExtListenOverflows
-- but:      Spoofed SYNs and scans have no way back by nature.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtListenDrops); tcp-listen/overflow; tcp-listen/synq-full
WITH p AS (
  SELECT coalesce(:min_drops, 5) AS min_drops,
         coalesce(:min_pct, 20)  AS min_pct
), c AS (
  SELECT max(CASE WHEN name = 'TcpExtListenDrops'     THEN increase END) AS all_drops,
         max(CASE WHEN name = 'TcpExtListenOverflows' THEN increase END) AS overflows,
         max(CASE WHEN name = 'TcpExtTCPReqQFullDrop' THEN increase END) AS synq_drops,
         max(CASE WHEN name = 'TcpExtListenDrops'     THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtListenDrops'     THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtListenDrops'     THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtListenDrops'     THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtListenDrops'     THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), d AS (                  -- two counters of one file: their difference holds, a wait of one interval does not
  SELECT c.*, max(coalesce(c.all_drops, 0) - coalesce(c.overflows, 0), 0) AS drops FROM c
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_syncookies'      THEN last END) AS syncookies,
         max(CASE WHEN name = 'net.ipv4.tcp_max_syn_backlog' THEN last END) AS max_syn_backlog
    FROM setting
)
SELECT CASE WHEN d.all_drops IS NULL OR d.overflows IS NULL                         THEN 'skip'
            WHEN d.drops >= p.min_drops AND d.drops * 100.0 >= p.min_pct * d.all_drops THEN 'warn'
            ELSE 'ok' END                                 AS level,
       ''                                                 AS entity,
       d.drops,
       coalesce(d.all_drops, 0)                           AS all_drops,
       round(d.drops * 100.0 / nullif(d.all_drops, 0), 1) AS pct,
       coalesce(d.synq_drops, 0)                          AS synq_drops,
       coalesce(s.syncookies, '?')                        AS syncookies,
       coalesce(s.max_syn_backlog, '?')                   AS max_syn_backlog,
       max(4096, 2 * coalesce(s.max_syn_backlog, 0))      AS _syn_backlog,
       coalesce(d.active, 0)                              AS intervals_hit,
       coalesce(d.intervals, 0)                           AS intervals,
       d.peak_snap                                        AS at,
       d.first_active                                     AS first_at,
       d.last_active                                      AS last_at
  FROM d JOIN p JOIN s
 ORDER BY entity;
