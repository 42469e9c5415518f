-- plot: sockets
-- title: TCP sockets
-- order: 60
-- about: how many there were in each state when they were looked at, and whose they are; listeners are left out
-- source: tcp tcp_info
-- rules: sockets/*, linkerd-pool/*, root-cause/no-connection-reuse, root-cause/ephemeral-exhaustion, root-cause/receiver-not-reading, tcp-memory/orphans
-- panel: by state, all
-- kind: stacked
-- top: 8
-- empty: there was no TCP socket
WITH look AS (
  SELECT x.snap, x.mono AS t0, coalesce(lead(x.mono) OVER (ORDER BY x.snap), x.mono) AS t1
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_state)
)
SELECT t.state, curve_over('tcp', l.t0, l.t1, t.n) AS sockets
  FROM look l JOIN tcp_state t ON t.snap = l.snap WHERE t.state <> 'LISTEN' AND t.n > 0
 GROUP BY t.state ORDER BY avg(t.n) * count(*) DESC, t.state;
-- panel: by state, of the listening port with the most
-- kind: stacked
-- top: 6
-- empty: no listening port had a connection
WITH look AS (
  SELECT x.snap, x.mono AS t0, coalesce(lead(x.mono) OVER (ORDER BY x.snap), x.mono) AS t1
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_state)
), busiest AS (
  SELECT port FROM tcp_peer WHERE dir = 'in' GROUP BY port ORDER BY sum(n) DESC, port LIMIT 1
), one AS (
  SELECT p.port, p.state, p.snap, sum(p.n) AS n FROM tcp_peer p JOIN busiest b ON b.port = p.port
   WHERE p.dir = 'in' GROUP BY p.state, p.snap
)
SELECT ':' || o.port || ' ' || o.state AS series, curve_over('tcp', l.t0, l.t1, o.n) AS sockets
  FROM one o JOIN look l ON l.snap = o.snap GROUP BY o.state ORDER BY sum(o.n) DESC, o.state;
-- panel: TIME-WAIT by peer, those with the most
-- kind: stacked
-- top: 5
-- empty: no socket was in TIME-WAIT
WITH look AS (
  SELECT x.snap, x.mono AS t0, coalesce(lead(x.mono) OVER (ORDER BY x.snap), x.mono) AS t1
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_state)
)
SELECT CASE p.dir WHEN 'in' THEN p.peer || ' at :' || p.port ELSE p.peer || ':' || p.port END AS series,
       curve_over('tcp', l.t0, l.t1, p.n) AS sockets
  FROM tcp_peer p JOIN look l ON l.snap = p.snap WHERE p.state = 'TIME-WAIT'
 GROUP BY p.dir, p.peer, p.port ORDER BY max(p.n) DESC, p.dir, p.peer, p.port;
