-- rule:     sockets/ephemeral-ports
-- version:  1
-- schema:   1
-- title:    Local ports towards one destination are nearly used up
-- tags:     tcp sockets connect
-- requires: tcp >= 1, sysctl >= 1
-- wants:    linkerd
-- param:    info_pct  percent  of the range: connect() begins to search long
-- param:    warn_pct  percent  of the range
-- param:    crit_pct  percent  of the range
-- message:  {entity}: {_reading}
-- meaning:  Each connection to one address and port needs a local port of its own, also for the minute that it is in TIME-WAIT. When
--           the range is used up connect() fails with EADDRNOTAVAIL, in linkerd a BindException. Before that it gets slow: half of
--           the ports (one parity) is for connect(), so above 50% each search scans the other half. With tcp_tw_reuse = 1 (2: loopback
--           only) connect() takes over TIME-WAIT ports after a second, so these do not count then.
-- remedy:   Keep connections open (linkerd-pool/client-no-reuse): that is the cause. As a stopgap:
--             {_range}
--             {_reuse}
--           More source addresses or more backend addresses multiply the range.
-- verify:   Less than 50% in a new recording.
-- but:      Sockets are counted by destination; with several local addresses each has the range of its own, and the share is
--           lower. Ports in net.ipv4.ip_local_reserved_ports are not taken off the range.
-- see:      ip-sysctl ip_local_port_range, tcp_tw_reuse; vincent.bernat.ch, Coping with the TCP TIME-WAIT state
WITH p AS (
  SELECT coalesce(:info_pct, 50) AS info_pct,
         coalesce(:warn_pct, 70) AS warn_pct,
         coalesce(:crit_pct, 90) AS crit_pct
), knob AS (
  SELECT max(CASE WHEN name = 'net.ipv4.ip_local_port_range' THEN replace(value, char(9), ' ') END) AS port_range,
         max(CASE WHEN name = 'net.ipv4.tcp_tw_reuse' THEN cast(value AS INT) END)                 AS tw_reuse,
         max(CASE WHEN name = 'net.ipv4.tcp_timestamps' THEN cast(value AS INT) END)               AS timestamps
    FROM setting
), range AS (              -- '32768 60999', with a tab or a blank between
  SELECT *, cast(substr(port_range, instr(port_range, ' ') + 1) AS INT) - cast(port_range AS INT) + 1 AS ports
    FROM knob WHERE port_range IS NOT NULL
), outward AS (            -- a JVM's IPv6 sockets with mapped addresses take ports of the same range
  SELECT port, snap, state, n, CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer
    FROM tcp_peer WHERE dir = 'out' AND peer <> '*' AND state <> 'LISTEN'
), step AS (
  SELECT peer, port, snap, sum(n) AS n, sum(CASE WHEN state = 'TIME-WAIT' THEN n ELSE 0 END) AS tw,
         peer LIKE '127.%' OR peer = '::1' AS loopback
    FROM outward GROUP BY peer, port, snap
), worst AS (
  SELECT step.*, row_number() OVER (PARTITION BY peer, port ORDER BY n DESC, snap) AS r FROM step
), total AS (
  SELECT count(DISTINCT snap) AS captures FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')
), held AS (
  SELECT s.peer, s.port, count(*) AS hit, min(s.snap) AS first_at, max(s.snap) AS last_at
    FROM step s JOIN range JOIN p WHERE s.n * 100.0 >= p.info_pct * range.ports GROUP BY s.peer, s.port
), judged AS (             -- what connect() cannot take
  SELECT CASE WHEN instr(w.peer, ':') > 0 THEN '[' || w.peer || ']:' ELSE w.peer || ':' END || w.port AS entity,
         w.n, w.tw, w.snap AS at, h.first_at, h.last_at, h.hit AS captures_hit, total.captures, NULL AS intervals_hit, NULL AS intervals,
         range.ports,
         w.n * 100.0 / nullif(range.ports, 0) AS used_pct,
         CASE WHEN coalesce(range.timestamps, 1) <> 0 AND (range.tw_reuse = 1 OR (range.tw_reuse = 2 AND w.loopback))
              THEN w.n - w.tw ELSE w.n END * 100.0 / nullif(range.ports, 0) AS held_pct,
         NULL AS bind_failures
    FROM worst w JOIN range JOIN total LEFT JOIN held h ON h.peer = w.peer AND h.port = w.port WHERE w.r = 1
   UNION ALL               -- the proof from linkerd; an exception counts under several names: the greatest
  SELECT entity, NULL, NULL, peak_snap, first_active, last_active, NULL, NULL, active, intervals, range.ports, NULL, NULL, max(increase)
    FROM counter CROSS JOIN range
   WHERE source = 'linkerd' AND name LIKE '%BindException%'
     AND increase > 0 GROUP BY entity
)
SELECT CASE WHEN j.bind_failures > 0                     THEN 'crit'
            WHEN j.held_pct >= p.crit_pct                THEN 'crit'
            WHEN j.held_pct >= p.warn_pct                THEN 'warn'
            WHEN j.used_pct >= p.info_pct                THEN 'info'
            ELSE 'ok' END                  AS level,
       j.entity,
       j.n                                 AS ports,
       j.ports                             AS range_ports,
       round(j.used_pct, 1)                AS used_pct,
       round(j.held_pct, 1)                AS held_pct,
       j.tw                                AS timewait,
       coalesce(j.bind_failures, 0)        AS bind_failures,
       range.port_range, range.tw_reuse, range.timestamps,
       CASE WHEN range.ports >= 55000 THEN '# net.ipv4.ip_local_port_range is wide already: ' || range.port_range
            ELSE 'sysctl -w net.ipv4.ip_local_port_range="10240 65535"   # now ' || range.port_range END AS _range,
       CASE WHEN range.tw_reuse = 1 AND coalesce(range.timestamps, 1) <> 0
            THEN '# net.ipv4.tcp_tw_reuse is 1 already: ports in TIME-WAIT are taken again after a second'
            WHEN range.tw_reuse = 1 THEN 'sysctl -w net.ipv4.tcp_timestamps=1   # now 0: without it tcp_tw_reuse=1 does nothing'
            ELSE 'sysctl -w net.ipv4.tcp_tw_reuse=1   # now ' || coalesce(range.tw_reuse, '?') || '; needs tcp_timestamps, now '
                 || coalesce(range.timestamps, '?') END AS _reuse,
       CASE WHEN j.bind_failures > 0
            THEN j.bind_failures || ' connects failed for want of a local port (BindException); the range has ' || j.ports
            ELSE j.n || ' of ' || j.ports || ' local ports in use at worst (' || round(j.used_pct, 1) || '%), '
              || j.tw || ' of them in TIME-WAIT' END AS _reading,
       j.captures_hit, j.captures, j.intervals_hit, j.intervals,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p JOIN range
 ORDER BY j.bind_failures DESC, j.held_pct DESC, j.entity;
