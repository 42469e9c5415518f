-- rule:     tcp-memory/zero-window
-- version:  2
-- schema:   1
-- title:    Programs on this host do not read: zero windows were advertised
-- tags:     tcp window receive
-- requires: netstat >= 4
-- wants:    tcp_info
-- param:    info_per_s    per_s     zero windows advertised, on average, that are information when they are soon over
-- param:    min_captures  captures  at which a window was closed
-- param:    min_share_pct percent   of all captures that these must be
-- param:    min_ms        ms        that a window stays closed, on average; less is a moment's work of a program that reads
-- param:    full_pct      percent   of a socket's receive buffer in use at the end: what closed and did not open again is closed still
-- message:  {adverts} zero windows advertised ({adverts_per_s}/s), {reopened} reopened; one or more was closed at {captures_hit} of {captures} captures, up to {closed_max} sockets at once{_each}; up to {recvq_bytes} unread{_where}
-- meaning:  A receive buffer was full and this host told the peer to stop: the program does not read as fast as data comes, because it
--           waits for CPU, a garbage collection, a lock, or passes on the slowness of where it writes to (backpressure). The network is
--           not the cause. The kernel counts a zero window when it begins and when it ends (TCPToZeroWindowAdv,
--           TCPFromZeroWindowAdv), not how long it lasts. What has begun and not ended at a capture is closed then, so the share of
--           captures with one is the share of time, and how many are closed on average over how many begin a second is how
--           long each lasts (Little's law). Those that are soon over hold nobody up, however many: below {:min_share_pct}% of the captures
--           or {:min_ms} ms each they are information only, and below {:info_per_s} a second none.
-- remedy:   See who has unread data:
--             ss -tnp state established | awk '$1 > 0'
--           For that program: CPU limits (cgroup), garbage collection, and what it writes to. A larger buffer (tcp_rmem) only delays it.
-- verify:   This stands still:
--             nstat -az TcpExtTCPToZeroWindowAdv
--           Recv-Q of its sockets is mostly 0.
-- but:      A transfer at the speed of memory closes windows for some ms at a time while the reader waits for its turn (505 in 2
--           of 12 intervals over loopback): information only. Transfers that are throttled on purpose, or written to a slow disk.
--           Small SO_RCVBUFs of single programs. A socket that is destroyed with its window closed never counts as opened:
--           without a full buffer at the end such ones are left out.
-- see:      RFC 9293 section 3.8.6; Documentation/networking/snmp_counter.rst (TcpExtTCPToZeroWindowAdv)
WITH p AS (
  SELECT coalesce(:info_per_s, 1)      AS info_per_s,
         coalesce(:min_captures, 3)    AS min_captures,
         coalesce(:min_share_pct, 10)  AS min_share_pct,
         coalesce(:min_ms, 20)         AS min_ms,
         coalesce(:full_pct, 80)       AS full_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN increase END)  AS adverts,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN per_s END)     AS per_s,
         max(CASE WHEN name = 'TcpExtTCPFromZeroWindowAdv' THEN increase END)  AS reopened,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPToZeroWindowAdv'   THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), f AS (                  -- by what is read: our port when the peer connected, else the peer
  SELECT CASE dir WHEN 'in' THEN 'at port ' || port
              ELSE 'from ' || CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']' ELSE peer END || ':' || port END AS place,
         snap, sum(recvq_bytes) AS recvq
    FROM tcp_flow WHERE recvq_bytes > 0 GROUP BY place, snap
), top AS (
  SELECT place, recvq FROM f ORDER BY recvq DESC, place, snap LIMIT 1
), ending AS (             -- whether some buffer is full at the last capture of sockets
  SELECT EXISTS (SELECT 1 FROM tcp_socket s
                  WHERE s.snap = (SELECT max(snap) FROM tcp_flow) AND s.recvq > 0 AND s.mem_r * 100.0 >= p.full_pct * s.mem_rb) AS full
    FROM p
), moved AS (              -- closed less opened since the first capture
  SELECT m.snap, sum(total(CASE s.name WHEN 'TcpExtTCPToZeroWindowAdv' THEN m.delta ELSE -m.delta END)) OVER (ORDER BY m.snap) AS open
    FROM n CROSS JOIN series s JOIN sample m ON m.series = s.id
   WHERE s.source = 'netstat' AND s.entity = '' AND s.name IN ('TcpExtTCPToZeroWindowAdv', 'TcpExtTCPFromZeroWindowAdv')
     AND (n.adverts > 0 OR n.reopened > 0)
   GROUP BY m.snap
), closed AS (             -- and opened later: fewest from there on; a value stands until the next
  SELECT snap, coalesce(lead(snap) OVER (ORDER BY snap), snap) AS until,
         open - min(min(open) OVER (ORDER BY snap DESC),
                    CASE WHEN ending.full THEN (SELECT min(open) FROM moved) ELSE open END) AS windows
    FROM moved JOIN ending
), instant AS (
  SELECT c.snap, coalesce(k.windows, 0) AS windows
    FROM (SELECT snap FROM capture WHERE source = 'netstat' AND state IN ('ok', 'fallback') GROUP BY snap) c
    LEFT JOIN closed k ON c.snap >= k.snap AND c.snap < k.until
   WHERE c.snap < (SELECT max(snap) FROM capture WHERE source = 'netstat' AND state IN ('ok', 'fallback'))
), times AS (              -- all captures but the last, after which nothing is known
  SELECT count(*) AS captures, coalesce(sum(windows > 0), 0) AS hits, max(windows) AS most, avg(windows) AS mean,
         min(CASE WHEN windows > 0 THEN snap END) AS first_at, max(CASE WHEN windows > 0 THEN snap END) AS last_at,
         (SELECT snap FROM instant WHERE windows > 0 ORDER BY windows DESC, snap LIMIT 1) AS at
    FROM instant
), r AS (
  SELECT n.*, t.*, t.mean * 1000 / nullif(n.per_s, 0) AS each_ms FROM n JOIN times t
)
SELECT CASE WHEN r.adverts IS NULL                                           THEN 'skip'   -- not counted before 3.15
            WHEN r.hits >= p.min_captures AND r.hits * 100.0 >= p.min_share_pct * r.captures
                 AND coalesce(r.each_ms >= p.min_ms, 1)                      THEN 'warn'
            WHEN r.per_s >= p.info_per_s                                     THEN 'info'   -- soon over
            ELSE 'ok' END                            AS level,
       ''                                            AS entity,
       r.adverts,
       round(r.per_s, 2)                             AS adverts_per_s,
       coalesce(r.reopened, '?')                     AS reopened,
       r.hits                                        AS captures_hit,
       r.captures,
       cast(r.most AS INT)                           AS closed_max,
       CASE WHEN r.hits > 0 THEN round(r.each_ms) END AS closed_ms,
       CASE WHEN r.hits > 0 AND r.each_ms IS NOT NULL THEN ', each for about ' || cast(round(r.each_ms) AS INT) || ' ms' ELSE '' END AS _each,
       coalesce((SELECT recvq FROM top), 0)          AS recvq_bytes,
       coalesce(' ' || (SELECT place FROM top), '')  AS _where,
       coalesce(r.at, r.peak_snap)                   AS at,
       coalesce(r.first_at, r.first_active)          AS first_at,
       coalesce(r.last_at, r.last_active)            AS last_at
  FROM r JOIN p
 ORDER BY entity;
