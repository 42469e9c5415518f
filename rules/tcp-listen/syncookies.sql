-- rule:     tcp-listen/syncookies
-- version:  1
-- schema:   1
-- title:    SYN cookies were sent
-- tags:     tcp listen syn
-- requires: netstat >= 2
-- wants:    sysctl
-- param:    min_sent       cookies  fewer are noise
-- param:    min_valid_pct  percent  of the cookies that came back; with fewer most SYNs had no client behind them
-- message:  {sent} SYN cookies sent in {intervals_hit} of {intervals} intervals, {valid} came back ({valid_pct}%), {failed} ACKs had no valid one; tcp_syncookies={syncookies}, tcp_timestamps={timestamps}
-- meaning:  A SYN queue was full, and the kernel answered without remembering. Clients get in, but a connection made so has no window
--           scaling and no SACK unless both ends use timestamps, and a lost SYN-ACK is not sent again. If few cookies come back the
--           SYNs were spoofed or the answers get lost; ACKs without a valid one are a flood or come minutes late.
-- remedy:   A longer queue:
--             sysctl -w net.core.somaxconn={_somaxconn} net.ipv4.tcp_max_syn_backlog={_syn_backlog}   # now {somaxconn} and {max_syn_backlog}
--           with a listen() backlog of the program to match, then restart it. Keep tcp_syncookies=1 and tcp_timestamps=1.
--           See who asks:
--             ss -tn state syn-recv
-- verify:   This stands still:
--             nstat -az TcpExtSyncookiesSent
-- but:      One program with a tiny backlog does it for all (listen(4) and 20 clients sent 10). With tcp_syncookies=2 each connection is
--           made so, on purpose: then only a low share that comes back, or failed ones, count.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtSyncookiesSent); ip-sysctl.rst (tcp_syncookies); tcp-listen/synq-full
WITH p AS (
  SELECT coalesce(:min_sent, 10)      AS min_sent,
         coalesce(:min_valid_pct, 50) AS min_valid_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtSyncookiesSent'   THEN increase END) AS sent,
         max(CASE WHEN name = 'TcpExtSyncookiesRecv'   THEN increase END) AS valid,
         max(CASE WHEN name = 'TcpExtSyncookiesFailed' THEN increase END) AS failed,
         max(CASE WHEN name = 'TcpExtSyncookiesSent'   THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtSyncookiesSent'   THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtSyncookiesSent' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtSyncookiesSent'   THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtSyncookiesSent'   THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_syncookies'      THEN last END) AS syncookies,
         max(CASE WHEN name = 'net.ipv4.tcp_timestamps'      THEN last END) AS timestamps,
         max(CASE WHEN name = 'net.ipv4.tcp_max_syn_backlog' THEN last END) AS max_syn_backlog,
         max(CASE WHEN name = 'net.core.somaxconn'           THEN last END) AS somaxconn
    FROM setting
)
SELECT CASE WHEN n.sent IS NULL OR n.valid IS NULL               THEN 'skip'
            WHEN n.sent < p.min_sent                             THEN 'ok'
            WHEN coalesce(n.failed, 0) > 0                       THEN 'warn'
            WHEN n.valid * 100.0 < p.min_valid_pct * n.sent      THEN 'warn'
            WHEN CAST(s.syncookies AS INTEGER) = 2               THEN 'ok'
            ELSE 'info' END                              AS level,
       ''                                                AS entity,
       n.sent,
       n.valid,
       round(n.valid * 100.0 / nullif(n.sent, 0), 1)     AS valid_pct,
       coalesce(n.failed, 0)                             AS failed,
       coalesce(s.syncookies, '?')                       AS syncookies,
       coalesce(s.timestamps, '?')                       AS timestamps,
       coalesce(s.max_syn_backlog, '?')                  AS max_syn_backlog,
       coalesce(s.somaxconn, '?')                        AS somaxconn,
       max(4096, 2 * coalesce(s.max_syn_backlog, 0))     AS _syn_backlog,
       max(4096, 2 * coalesce(s.somaxconn, 0))           AS _somaxconn,
       n.active                                          AS intervals_hit,
       n.intervals,
       n.peak_snap                                       AS at,
       n.first_active                                    AS first_at,
       n.last_active                                     AS last_at
  FROM n JOIN s JOIN p
 ORDER BY entity;
