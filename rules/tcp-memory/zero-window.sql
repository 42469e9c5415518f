-- rule:     tcp-memory/zero-window
-- version:  1
-- schema:   1
-- title:    Programs on this host do not read: zero windows were advertised
-- tags:     tcp window receive
-- requires: netstat >= 4
-- wants:    tcp_info
-- param:    info_per_s     per_s      zero windows advertised, on average, that are information when they came in few intervals
-- param:    min_intervals  intervals  with any of them; fewer are a burst
-- param:    min_share_pct  percent    of all intervals that these must be
-- message:  {adverts} zero windows advertised ({adverts_per_s}/s) in {intervals_hit} of {intervals} intervals, {reopened} reopened, {wanted} more wanted; up to {recvq_bytes} unread{_where}
-- meaning:  A receive buffer was full and this host told the peer to stop: the program does not read as fast as data comes, because it
--           waits for CPU, a garbage collection, a lock, or passes on the slowness of where it writes to (backpressure). The network is
--           not the cause. A zero window is counted when it begins: one that lasts for minutes counts once, and shows as unread bytes.
--           Opening again is TCPFromZeroWindowAdv ({reopened} here). Few in a long window (below {:min_share_pct}% of the intervals) are no finding.
-- remedy:   Who has unread data: ss -tnp state established | awk '$1 > 0'
--           For that program: CPU limits (cgroup), garbage collection, and what it writes to. A larger buffer (tcp_rmem) only delays it.
-- verify:   nstat -az TcpExtTCPToZeroWindowAdv stands still; Recv-Q of its sockets is mostly 0.
-- but:      A bulk transfer at full speed does it for moments (505 in 2 of 12 intervals over loopback): information only. Transfers that are
--           throttled on purpose, or written to a slow disk. Small SO_RCVBUFs of single programs.
-- see:      RFC 9293 section 3.8.6; Documentation/networking/snmp_counter.rst (TcpExtTCPToZeroWindowAdv)
WITH p AS (
  SELECT coalesce(:info_per_s, 1)     AS info_per_s,
         coalesce(:min_intervals, 3)  AS min_intervals,
         coalesce(:min_share_pct, 20) AS min_share_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN increase END)  AS adverts,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN per_s END)     AS per_s,
         max(CASE WHEN name = 'TcpExtTCPFromZeroWindowAdv' THEN increase END)  AS reopened,
         max(CASE WHEN name = 'TcpExtTCPWantZeroWindowAdv' THEN increase END)  AS wanted,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN active END)    AS active,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), f AS (                  -- by what is read: our port when the peer connected, else the peer
  SELECT CASE dir WHEN 'in' THEN 'at port ' || port
              ELSE 'from ' || CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']' ELSE peer END || ':' || port END AS place,
         snap, sum(recvq_bytes) AS recvq
    FROM tcp_flow GROUP BY place, snap
), top AS (
  SELECT place, recvq FROM f WHERE recvq > 0 ORDER BY recvq DESC, place, snap LIMIT 1
)
SELECT CASE WHEN n.adverts IS NULL                                            THEN 'skip'   -- not counted before 3.15
            WHEN n.active >= p.min_intervals
                 AND n.active * 100.0 >= p.min_share_pct * n.intervals        THEN 'warn'
            WHEN n.per_s >= p.info_per_s                                      THEN 'info'   -- bursts
            ELSE 'ok' END                            AS level,
       ''                                            AS entity,
       n.adverts,
       round(n.per_s, 2)                             AS adverts_per_s,
       coalesce(n.reopened, '?')                     AS reopened,
       coalesce(n.wanted, '?')                       AS wanted,
       coalesce((SELECT recvq FROM top), 0)          AS recvq_bytes,
       coalesce(' ' || (SELECT place FROM top), '')  AS _where,
       n.active                                      AS intervals_hit,
       n.intervals,
       n.peak_snap                                   AS at,
       n.first_active                                AS first_at,
       n.last_active                                 AS last_at
  FROM n JOIN p
 ORDER BY entity;
