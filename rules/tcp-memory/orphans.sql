-- rule:     tcp-memory/orphans
-- version:  1
-- schema:   1
-- title:    Many sockets without owner wait to send their last data
-- tags:     tcp memory close
-- requires: sockstat >= 2
-- wants:    sysctl, netstat
-- param:    warn_pct    percent  of tcp_max_orphans
-- param:    min_aborts  sockets  reset for lack of memory
-- message:  up to {orphans} orphaned sockets, {orphans_pct}% of tcp_max_orphans ({max_orphans}); {aborts} reset for lack of memory in {intervals_hit} of {intervals} intervals
-- meaning:  The program has closed them, the peer has not acknowledged their last data or FIN: clients that went away, or loss. Each
--           holds memory that cannot be swapped. Above tcp_max_orphans (above half or a quarter of it for sockets that retransmit) the
--           kernel resets them: TCPAbortOnMemory. Reset sockets of programs that still run count there too when TCP memory is full.
-- remedy:   See where they go:
--             ss -tno state fin-wait-1
--             ss -tno state last-ack
--           Give up sooner (0 stands for 8 retries), or make room (some 64 kB a socket at worst):
--             sysctl -w net.ipv4.tcp_orphan_retries={_retries}   # now {retries} retries
--             sysctl -w net.ipv4.tcp_max_orphans={_more}   # now {max_orphans} sockets
-- verify:   orphan falls in the first, the second stands still:
--             grep ^TCP /proc/net/sockstat
--             nstat -az TcpExtTCPAbortOnMemory
-- but:      FIN-WAIT-2 and TIME-WAIT are not in it. The number is of the whole host, also in a container.
-- see:      tcp(7) (tcp_max_orphans, tcp_orphan_retries); Documentation/networking/snmp_counter.rst (TcpExtTCPAbortOnMemory)
WITH p AS (
  SELECT coalesce(:warn_pct, 50)  AS warn_pct,
         coalesce(:min_aborts, 1) AS min_aborts
), g AS (
  SELECT max(hi) AS orphans, max(hi_snap) AS hi_snap FROM gauge
   WHERE source = 'sockstat' AND entity = '' AND name = 'TCP_orphan'
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_max_orphans'    THEN CAST(last AS INTEGER) END) AS max_orphans,
         max(CASE WHEN name = 'net.ipv4.tcp_orphan_retries' THEN last END)                  AS retries
    FROM setting
), n AS (
  SELECT max(increase) AS aborts, max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPAbortOnMemory'
)
SELECT CASE WHEN n.aborts >= p.min_aborts                                THEN 'crit'
            WHEN g.orphans IS NULL OR s.max_orphans IS NULL              THEN 'skip'
            WHEN g.orphans * 100.0 >= p.warn_pct * s.max_orphans         THEN 'warn'
            ELSE 'ok' END                                       AS level,
       ''                                                       AS entity,
       coalesce(CAST(g.orphans AS INTEGER), '?')                AS orphans,
       coalesce(s.max_orphans, '?')                             AS max_orphans,
       coalesce(round(g.orphans * 100.0 / nullif(s.max_orphans, 0), 1), '?') AS orphans_pct,
       coalesce(n.aborts, '?')                                  AS aborts,
       coalesce(s.retries, '?')                                 AS retries,
       CASE WHEN s.retries IN (1, 2, 3) THEN max(s.retries - 1, 1) ELSE 3 END AS _retries,
       max(262144, 2 * coalesce(s.max_orphans, 0))              AS _more,
       coalesce(n.active, 0)                                    AS intervals_hit,
       coalesce(n.intervals, 0)                                 AS intervals,
       coalesce(n.peak_snap, g.hi_snap)                         AS at,
       coalesce(n.first_active, g.hi_snap)                      AS first_at,
       coalesce(n.last_active, g.hi_snap)                       AS last_at
  FROM g JOIN s JOIN n JOIN p
 ORDER BY entity;
