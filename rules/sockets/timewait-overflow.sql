-- rule:     sockets/timewait-overflow
-- version:  1
-- schema:   1
-- title:    The limit of TIME-WAIT sockets is reached
-- tags:     tcp sockets
-- requires: netstat >= 2
-- wants:    sockstat, sysctl
-- param:    near_pct  percent  of net.ipv4.tcp_max_tw_buckets
-- message:  {overflows} connections were closed without TIME-WAIT because tcp_max_tw_buckets is reached; up to {timewait_max} sockets in TIME-WAIT of {limit} ({used_pct}%)
-- meaning:  With the limit reached a connection that ends is forgotten at once (the kernel logs "time wait bucket table overflow"):
--           a late segment of it then is answered with a reset, and its last FIN cannot be acknowledged again. It is the
--           consequence of many short connections; each costs a handshake.
-- remedy:   Let the callers keep their connections: sockets/timewait-share names them. A higher limit costs 256 bytes a socket:
--             sysctl -w net.ipv4.tcp_max_tw_buckets={_more}   # now {limit} sockets
-- verify:   This stands still:
--             nstat -az TcpExtTCPTimeWaitOverflow
-- but:      A low limit that somebody set to get rid of TIME-WAIT does what was asked, at the price named above. The number of
--           sockets is of this network namespace, and so is the limit since 4.1.
-- see:      ip-sysctl tcp_max_tw_buckets; sockets/timewait-share
WITH p AS (
  SELECT coalesce(:near_pct, 90) AS near_pct
), o AS (
  SELECT max(increase) AS n, max(active) AS active, max(intervals) AS intervals, max(peak_snap) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPTimeWaitOverflow'
), tw AS (
  SELECT max(hi) AS hi, max(hi_snap) AS snap FROM gauge WHERE source = 'sockstat' AND entity = '' AND name = 'TCP_tw'
), k AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_max_tw_buckets' THEN cast(last AS INT) END) AS buckets FROM setting
)
SELECT CASE WHEN o.n > 0                                                THEN 'warn'
            WHEN tw.hi * 100.0 >= p.near_pct * k.buckets AND tw.hi > 0  THEN 'warn'
            WHEN o.n IS NULL AND (tw.hi IS NULL OR k.buckets IS NULL)   THEN 'skip'
            ELSE 'ok' END                           AS level,
       ''                                           AS entity,
       coalesce(o.n, 0)                             AS overflows,
       coalesce(o.active, 0)                        AS intervals_hit,
       coalesce(o.intervals, 0)                     AS intervals,
       cast(tw.hi AS INT)                           AS timewait_max,
       k.buckets                                    AS "limit",
       round(tw.hi * 100.0 / nullif(k.buckets, 0), 1) AS used_pct,
       max(coalesce(2 * k.buckets, 0), 262144)      AS _more,
       CASE WHEN o.n > 0 THEN o.peak_snap ELSE tw.snap END AS at,
       o.first_active                               AS first_at,
       o.last_active                                AS last_at
  FROM o JOIN tw JOIN k JOIN p
 ORDER BY entity;
