-- rule:     tcp-memory/peer-zero-window
-- version:  1
-- schema:   1
-- title:    Peers read too slowly: sending waits for their window
-- tags:     tcp window send
-- requires: tcp_info >= 2
-- wants:    netstat
-- param:    min_busy_s    s        that a socket had data to send in this window, less is not judged
-- param:    info_pct      percent  of this time that was spent waiting for the peer's window
-- param:    warn_pct      percent  of this time
-- param:    warn_sockets  sockets  that waited for more than info_pct of their time; fewer are single slow clients
-- param:    min_probes    probes   of closed windows, sent by the host
-- message:  {limited_s} of {busy_s} s with data to send were spent waiting for peers' windows ({limited_pct}%), {slow_sockets} of {sockets} busy sockets{_peer}; {probes} probes of closed windows
-- meaning:  The peer's receive buffer was full or is too small: it does not read, and what is sent here waits in this host's memory. Neither
--           loss nor this host is the cause. The time is the growth of each socket's rwnd_limited and busy between its first and last
--           capture, so what lived shorter is not in it; totals of a connection's life are not judged.
-- remedy:   Record on the peer; there tcp-memory/zero-window names the program. Give it CPU, or more of it.
--             nettape-collect --for 2m
--           Look at single sockets:
--             ss -tino state established | grep -B1 rwnd_limited
-- verify:   rwnd_limited of the sockets to that peer grows no more.
-- but:      Downloads to slow clients; transfers that the reader throttles on purpose; a peer whose buffer is below bandwidth times round trip.
-- see:      ss(8); linux/tcp.h (tcpi_rwnd_limited, tcpi_busy_time); tcp-memory/sndbuf-limited
WITH p AS (
  SELECT coalesce(:min_busy_s, 1)   AS min_busy_s,
         coalesce(:info_pct, 10)    AS info_pct,
         coalesce(:warn_pct, 50)    AS warn_pct,
         coalesce(:warn_sockets, 3) AS warn_sockets,
         coalesce(:min_probes, 10)  AS min_probes
), grown AS (              -- absent = never yet; busy only ever grows, so its ends are its extremes
  SELECT local, lport, peer, pport, min(snap) AS first_snap, max(snap) AS last_snap,
         max(coalesce(busy_ns, 0)) - min(coalesce(busy_ns, 0)) AS busy,
         max(coalesce(rwnd_limited_ns, 0)) - min(coalesce(rwnd_limited_ns, 0)) AS limited
    FROM tcp_socket WHERE state IN ('ESTAB', 'CLOSE-WAIT')
   GROUP BY sk, lport, pport, peer, local
), one AS (
  SELECT g.*, g.limited * 100.0 >= p.info_pct * g.busy AS slow FROM grown g JOIN p WHERE g.busy >= p.min_busy_s * 1e9
), c AS (
  SELECT count(*) AS sockets, sum(busy) AS busy, sum(limited) AS limited, coalesce(sum(slow), 0) AS slow,
         min(CASE WHEN slow THEN first_snap END) AS first_at, max(CASE WHEN slow THEN last_snap END) AS last_at
    FROM one
), n AS (
  SELECT max(increase) AS probes, max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPWinProbe'
)
SELECT CASE WHEN c.slow >= p.warn_sockets AND c.limited * 100.0 >= p.warn_pct * c.busy THEN 'warn'
            WHEN c.limited * 100.0 >= p.info_pct * c.busy AND c.limited > 0            THEN 'info'
            WHEN n.probes >= p.min_probes                                              THEN 'info'
            WHEN c.sockets = 0 AND n.probes IS NULL                                    THEN 'skip'
            ELSE 'ok' END                                     AS level,
       ''                                                     AS entity,
       round(coalesce(c.limited, 0) / 1e9, 2)                 AS limited_s,
       round(coalesce(c.busy, 0) / 1e9, 2)                    AS busy_s,
       round(coalesce(c.limited * 100.0 / nullif(c.busy, 0), 0), 1) AS limited_pct,
       c.slow                                                 AS slow_sockets,
       c.sockets,
       coalesce(n.probes, '?')                                AS probes,
       coalesce(' (most to ' || (SELECT peer FROM one WHERE slow GROUP BY peer ORDER BY sum(limited) DESC, peer LIMIT 1)
                || ')', '')                                   AS _peer,
       coalesce(n.peak_snap, c.last_at)                       AS at,
       coalesce(n.first_active, c.first_at)                   AS first_at,
       coalesce(n.last_active, c.last_at)                     AS last_at
  FROM c JOIN n JOIN p
 ORDER BY entity;
