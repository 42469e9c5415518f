-- rule:     root-cause/ephemeral-exhaustion
-- version:  1
-- schema:   1
-- title:    Local ports towards one backend run out because connections are not reused
-- tags:     root-cause tcp sockets connect pooling linkerd
-- requires: tcp >= 3, sysctl >= 1
-- wants:    linkerd, linkerd_endpoints, snmp
-- after:    sockets/ephemeral-ports, linkerd-pool/client-no-reuse, linkerd-backend/connect-failures
-- explains: sockets/ephemeral-ports, linkerd-pool/client-no-reuse, linkerd-backend/connect-failures
-- param:    full_pct   percent    of the local ports in use that fires by itself
-- param:    errors_pct percent    in use that fires together with failed connects: half of the ports is for connect()
-- param:    crit_pct   percent    in use that is critical without failed connects
-- param:    intervals  intervals  (captures of the sockets) so full, and intervals with failed connects, fewer prove nothing
-- param:    share_pct  percent    of the intervals with failed connects in which the ports were that full
-- param:    reuse      ratio      connects over requests of a client that does not keep its connections
-- param:    tw_pct     percent    of the sockets in TIME-WAIT: connections end soon after they began
-- message:  {entity}{_whose}: up to {ports} of {range_ports} local ports in use ({used_pct}%, {timewait} in TIME-WAIT), {captures_hit} of {captures} captures above {_bar}%; {_errors}; {_reuse}
-- meaning:  Each connection to one address and port needs a local port of its own, also for the minute it is in TIME-WAIT; at
--           range / 60 new connections a second (here {limit_per_s}) they run out and connect() fails with EADDRNOTAVAIL: a BindException
--           in linkerd, a ConnectException with its native transport. connect() takes ports of one parity first, so from half of the range on
--           it searches long, and programs that bind first fail. Refused connects fail too, but count as TcpAttemptFails; those
--           that find no port do not. The range is not the cause: connections that are not reused are.
-- remedy:   {_remedy}
--           As a stopgap:
--             sysctl -w net.ipv4.ip_local_port_range="10240 65535"   # now {port_range}
--             sysctl -w net.ipv4.tcp_tw_reuse=1   # now {tw_reuse}; needs tcp_timestamps, now {timestamps}
-- verify:   Less than {:errors_pct}% in a new recording, and connects / requests of the client below 0.02.
-- but:      Sockets are counted by destination: with several local addresses each has a range of its own. TIME-WAIT does not
--           count where tcp_tw_reuse lets connect() take it over. Ports reserved by ip_local_reserved_ports are not taken off.
--           A load test with as many connections on purpose looks the same, without TIME-WAIT.
-- see:      ip-sysctl ip_local_port_range, tcp_tw_reuse; sockets/ephemeral-ports; linkerd-pool/client-no-reuse; nettape-rules(5), Root causes
WITH p AS (
  SELECT coalesce(:full_pct, 70)   AS full_pct,
         coalesce(:errors_pct, 45) AS errors_pct,
         coalesce(:crit_pct, 90)   AS crit_pct,
         coalesce(:intervals, 3)   AS intervals,
         coalesce(:share_pct, 50)  AS share_pct,
         coalesce(:reuse, 0.1)     AS reuse,
         coalesce(:tw_pct, 50)     AS tw_pct
), knob AS (
  SELECT max(CASE WHEN name = 'net.ipv4.ip_local_port_range' THEN replace(value, char(9), ' ') END) AS port_range,
         max(CASE WHEN name = 'net.ipv4.tcp_tw_reuse' THEN cast(value AS INT) END)                 AS tw_reuse,
         max(CASE WHEN name = 'net.ipv4.tcp_timestamps' THEN cast(value AS INT) END)               AS timestamps
    FROM setting WHERE name IN ('net.ipv4.ip_local_port_range', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_timestamps')
), range AS (              -- '32768 60999', with a tab or blanks between
  SELECT *, nullif(cast(substr(port_range, instr(port_range, ' ') + 1) AS INT) - cast(port_range AS INT) + 1, 0) AS ports
    FROM knob WHERE port_range IS NOT NULL
), many AS (               -- destinations that can be that full at all: the sum of a handful of states
  SELECT DISTINCT t.port, CASE WHEN t.peer LIKE '::ffff:%.%' THEN substr(t.peer, 8) ELSE t.peer END AS peer
    FROM tcp_peer t JOIN range r JOIN p
   WHERE t.dir = 'out' AND t.peer <> '*' AND t.n * 100.0 * 5 >= r.ports * min(p.errors_pct, p.full_pct)
), step AS (               -- a JVM's IPv6 sockets with mapped addresses take ports of the same range
  SELECT m.peer, m.port, t.snap, sum(t.n) AS n, sum(CASE WHEN t.state = 'TIME-WAIT' THEN t.n ELSE 0 END) AS tw,
         m.peer LIKE '127.%' OR m.peer = '::1' AS loopback
    FROM many m JOIN tcp_peer t ON t.dir = 'out' AND t.port = m.port AND t.peer IN (m.peer, '::ffff:' || m.peer) AND t.state <> 'LISTEN'
   GROUP BY m.peer, m.port, t.snap
), level AS (              -- what connect() cannot take
  SELECT s.*, CASE WHEN coalesce(r.timestamps, 1) <> 0 AND (r.tw_reuse = 1 OR (r.tw_reuse = 2 AND s.loopback))
                   THEN s.n - s.tw ELSE s.n END * 100.0 / r.ports AS pct
    FROM step s JOIN range r
), seen AS (
  SELECT count(DISTINCT snap) AS n FROM capture WHERE source = 'tcp' AND state IN ('ok', 'cut', 'interrupted', 'fallback')
), tally AS (
  SELECT l.peer, l.port, max(l.pct) AS pct, sum(l.pct >= p.full_pct) AS full, sum(l.pct >= p.errors_pct) AS half,
         sum(l.tw) * 100.0 / sum(l.n) AS tw_pct,
         min(CASE WHEN l.pct >= p.errors_pct THEN l.snap END) AS first_at, max(CASE WHEN l.pct >= p.errors_pct THEN l.snap END) AS last_at
    FROM level l JOIN p GROUP BY l.peer, l.port
), owner AS (
  SELECT t.peer, t.port, min(e.router || '|client|' || e.client) AS client
    FROM tally t JOIN endpoint e ON e.peer = t.peer AND e.port = t.port GROUP BY t.peer, t.port
), failing AS (            -- one failure counts under several names: the greatest. sure: cannot be a refused connect
  SELECT s.id, s.entity, s.name, s.increase, s.name LIKE '%BindException%' AS sure,
         row_number() OVER (PARTITION BY s.entity ORDER BY s.name LIKE '%BindException%' DESC, s.increase DESC, s.name) AS r
    FROM owner o JOIN series s ON s.source = 'linkerd' AND s.entity = o.client
   WHERE s.increase > 0 AND (s.name LIKE '%BindException%' OR s.name LIKE '%NoRouteToHost%' OR s.name LIKE '%ConnectException%')
), host AS (
  SELECT max(increase) AS refused FROM series WHERE source = 'snmp' AND entity = '' AND name = 'TcpAttemptFails'
), error AS (              -- refused connects are in TcpAttemptFails too
  SELECT o.peer, o.port, f.id, f.name, f.increase, f.sure FROM owner o JOIN host JOIN failing f ON f.entity = o.client AND f.r = 1
   WHERE f.sure OR host.refused * 2 < f.increase
), taken AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state IN ('ok', 'cut', 'interrupted', 'fallback')
), grid AS (
  SELECT snap, lag(snap) OVER w AS prev, row_number() OVER w AS i FROM taken WINDOW w AS (ORDER BY snap)
), mark AS (               -- without a look at the sockets in an interval nothing is known of it
  SELECT e.peer, e.port, g.i, coalesce((SELECT v.delta FROM sample v WHERE v.series = e.id AND v.snap = g.snap), 0) > 0 AS a,
         (SELECT max(l.pct) FROM level l WHERE l.peer = e.peer AND l.port = e.port AND l.snap > g.prev AND l.snap <= g.snap) >= p.errors_pct AS b
    FROM error e JOIN p JOIN grid g ON g.prev IS NOT NULL
), beside AS (
  SELECT *, lag(b) OVER w AS before, lead(b) OVER w AS behind FROM mark WINDOW w AS (PARTITION BY peer, port ORDER BY i)
), fit AS (                -- the ports full in the interval before, in the same, in the next one
  SELECT peer, port, shift, sum(a AND x) AS h, sum(a AND x IS NOT NULL) AS n, sum(NOT a AND x) AS qh, sum(NOT a AND x IS NOT NULL) AS q
    FROM (SELECT b.peer, b.port, b.a, s.shift, CASE s.shift WHEN -1 THEN b.before WHEN 0 THEN b.b ELSE b.behind END AS x
            FROM beside b JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) s)
   GROUP BY peer, port, shift
), best AS (
  SELECT *, row_number() OVER (PARTITION BY peer, port ORDER BY h * 1.0 / nullif(n, 0) DESC, abs(shift), shift) AS r FROM fit
), judged AS (
  SELECT t.*, o.client, e.name, e.increase AS failed, b.shift, b.h, b.n AS known, b.qh, b.q,
         coalesce(b.shift <= 0 AND b.h >= p.intervals AND b.h * 100.0 >= p.share_pct * b.n, 0) AS proven,
         (SELECT l.n FROM level l WHERE l.peer = t.peer AND l.port = t.port ORDER BY l.pct DESC, l.snap LIMIT 1) AS n,
         (SELECT l.tw FROM level l WHERE l.peer = t.peer AND l.port = t.port ORDER BY l.pct DESC, l.snap LIMIT 1) AS tw,
         (SELECT l.snap FROM level l WHERE l.peer = t.peer AND l.port = t.port ORDER BY l.pct DESC, l.snap LIMIT 1) AS at,
         (SELECT max(increase) FROM series WHERE source = 'linkerd' AND name = 'connects' AND entity = o.client) AS connects,
         (SELECT max(increase) FROM series WHERE source = 'linkerd' AND name = 'requests' AND entity = o.client) AS requests
    FROM tally t JOIN p LEFT JOIN owner o ON o.peer = t.peer AND o.port = t.port
    LEFT JOIN error e ON e.peer = t.peer AND e.port = t.port
    LEFT JOIN best b ON b.peer = t.peer AND b.port = t.port AND b.r = 1
), voted AS (
  SELECT j.*, coalesce(j.connects >= p.reuse * j.requests AND j.connects > 0, j.tw_pct >= p.tw_pct) AS churn FROM judged j JOIN p
), every AS (
  SELECT * FROM voted
   UNION ALL
  SELECT NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0
   WHERE NOT EXISTS (SELECT 1 FROM level)
)
SELECT CASE WHEN r.ports IS NULL                                       THEN 'skip'
            WHEN v.half < p.intervals                                  THEN 'ok'
            WHEN v.proven                                              THEN 'crit'
            WHEN v.full < p.intervals                                  THEN 'ok'
            WHEN v.pct >= p.crit_pct                                   THEN 'crit'
            ELSE 'warn' END                    AS level,
       CASE WHEN v.peer IS NULL THEN '' WHEN instr(v.peer, ':') > 0 THEN '[' || v.peer || ']:' || v.port
            ELSE v.peer || ':' || v.port END   AS entity,
       v.client                                AS explains_entity,
       v.n                                     AS ports,
       r.ports                                 AS range_ports,
       round(v.pct, 1)                         AS used_pct,
       v.tw                                    AS timewait,
       CASE WHEN v.full >= p.intervals THEN v.full ELSE v.half END AS captures_hit,
       seen.n                                  AS captures,
       CASE WHEN v.full >= p.intervals THEN p.full_pct ELSE p.errors_pct END AS _bar,
       v.h                                     AS failing_and_full,
       v.known                                 AS failing,
       v.qh                                    AS quiet_full,
       v.q                                     AS quiet,
       -v.shift                                AS shift_intervals,
       v.failed                                AS failed_connects,
       v.connects,
       v.requests,
       r.ports / 60                            AS limit_per_s,
       r.port_range, r.tw_reuse, r.timestamps,
       coalesce(' (' || v.client || ')', '')   AS _whose,
       CASE WHEN v.failed IS NULL THEN 'no failed connects are known'
            ELSE v.failed || ' ' || v.name || ', in ' || v.h || ' of ' || v.known || ' intervals with some the ports were '
                 || p.errors_pct || '% full' || CASE v.shift WHEN -1 THEN ' the interval before' ELSE '' END
                 || ', in ' || v.qh || ' of ' || v.q || ' without' END AS _errors,
       CASE WHEN v.connects IS NOT NULL AND v.requests IS NOT NULL THEN v.connects || ' connects for ' || v.requests || ' requests'
            ELSE round(v.tw_pct, 1) || '% of the sockets in TIME-WAIT' END AS _reuse,
       CASE WHEN v.churn AND v.client IS NOT NULL
            THEN 'Keep the connections of ' || v.client || ' open: keep-alive at the backend, a longer idle time, no small pool (linkerd-pool/client-no-reuse).'
            WHEN v.churn THEN 'Keep connections open: let the program that calls this address use a pool.'
            ELSE 'So many connections are open at once: fewer (a pool with a limit), or more addresses of the backend or of this host.' END AS _remedy,
       1 + v.proven + v.churn                  AS votes,
       v.at, v.first_at, v.last_at
  FROM every v JOIN p JOIN range r JOIN seen
 ORDER BY v.proven DESC, v.pct DESC, entity;
