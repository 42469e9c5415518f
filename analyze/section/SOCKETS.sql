-- section: SOCKETS
-- order: 90
-- about: TCP sockets by state and peer over the captures of ss
-- source: tcp tcp_info
-- empty: no TCP socket was there
-- table: states, in sockets
SELECT state, min(n) AS min, median(n) AS med, max(n) AS max, spark_over(t0, t1, n) AS over_time_spark
  FROM (SELECT s.state, x.mono AS t0, coalesce((SELECT y.mono FROM snapshot y WHERE y.snap > x.snap AND EXISTS (SELECT 1 FROM tcp_state z WHERE z.snap = y.snap) ORDER BY y.snap LIMIT 1), x.mono) AS t1,
               coalesce((SELECT n FROM tcp_state t WHERE t.snap = x.snap AND t.state = s.state), 0) AS n
          FROM (SELECT DISTINCT state FROM tcp_state) s
          JOIN (SELECT snap, mono FROM snapshot WHERE snap IN (SELECT snap FROM tcp_state)) x)
 GROUP BY state ORDER BY max(n) DESC, state;
-- table: states by our listening port, in sockets: min / median / max of the captures
-- top: 20
SELECT port,
       max(CASE WHEN state = 'ESTAB' THEN said END) AS "ESTAB", max(CASE WHEN state = 'TIME-WAIT' THEN said END) AS "TIME-WAIT",
       max(CASE WHEN state = 'SYN-RECV' THEN said END) AS "SYN-RECV", max(CASE WHEN state = 'CLOSE-WAIT' THEN said END) AS "CLOSE-WAIT",
       max(CASE WHEN state LIKE 'FIN-WAIT%' THEN said END) AS "FIN-WAIT", max(CASE WHEN state IN ('LAST-ACK', 'CLOSING') THEN said END) AS "LAST-ACK, CLOSING"
  FROM (SELECT port, state, min(n) || ' / ' || CAST(median(n) AS INT) || ' / ' || max(n) AS said, max(n) AS most
          FROM (SELECT k.port, k.state, x.snap,
                       coalesce((SELECT sum(n) FROM tcp_peer t WHERE t.snap = x.snap AND t.dir = 'in' AND t.port = k.port AND t.state = k.state), 0) AS n
                  FROM (SELECT DISTINCT port, state FROM tcp_peer WHERE dir = 'in') k
                  JOIN (SELECT DISTINCT snap FROM tcp_state) x)
         GROUP BY port, state)
 GROUP BY port ORDER BY max(most) DESC, port;
-- table: most connections (ESTAB) by peer; "in" counts our port, "out" the peer's
-- top: 15
SELECT dir, peer, port, max(n) AS max, median(n) AS med_when_there
  FROM tcp_peer WHERE state = 'ESTAB' GROUP BY dir, peer, port ORDER BY max(n) DESC, dir, peer, port;
-- table: TIME-WAIT by peer
-- top: 10
SELECT dir, peer, port, max(n) AS max, median(n) AS med_when_there
  FROM tcp_peer WHERE state = 'TIME-WAIT' GROUP BY dir, peer, port ORDER BY max(n) DESC, dir, peer, port;
-- table: local ports in use towards one destination, of net.ipv4.ip_local_port_range, TIME-WAIT included
-- top: 10
SELECT u.peer, u.port, u.most AS ports_max, u.time_wait AS "of them TIME-WAIT", r.hi - r.lo + 1 AS range_ports, 100.0 * u.most / nullif(r.hi - r.lo + 1, 0) AS used_pct
  FROM (SELECT peer, port, max(n) AS most, max(tw) AS time_wait
          FROM (SELECT snap, peer, port, sum(n) AS n, sum(CASE WHEN state = 'TIME-WAIT' THEN n END) AS tw
                  FROM tcp_peer WHERE dir = 'out' AND peer <> '*' GROUP BY snap, peer, port) GROUP BY peer, port) u
  JOIN (SELECT 0 + two AS lo, 0 + ltrim(substr(two, instr(two, ' '))) AS hi
          FROM (SELECT trim(replace(value, char(9), ' ')) AS two FROM setting WHERE name = 'net.ipv4.ip_local_port_range')) r
 WHERE u.most * 100.0 >= r.hi - r.lo ORDER BY u.most DESC, u.peer, u.port;
-- table: half open, half closed by peer
-- top: 10
SELECT state, dir, peer, port, max(n) AS max
  FROM tcp_peer WHERE state IN ('SYN-SENT', 'SYN-RECV', 'CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2', 'LAST-ACK', 'CLOSING')
 GROUP BY state, dir, peer, port ORDER BY max(n) DESC, state, dir, peer, port;
-- table: longest in CLOSE-WAIT: the peer has closed, the program has not (of the sockets that tcp_info lists)
-- top: 10
SELECT local || ':' || lport AS local, peer || ':' || pport AS peer, max(comm) AS owner,
       max(x.mono) - min(x.mono) AS at_least_s, max(s.lastrcv_ns) AS silent_ns, max(s.recvq) AS unread_bytes, count(*) AS captures
  FROM tcp_socket s JOIN snapshot x ON x.snap = s.snap WHERE s.state = 'CLOSE-WAIT'
 GROUP BY s.local, s.lport, s.peer, s.pport
 ORDER BY max(x.mono) - min(x.mono) DESC, max(s.lastrcv_ns) DESC, 1, 2;
-- table: churn: connections that came and went between two captures
-- top: 15
SELECT dir, peer, port, seen, opened, closed, peak, life_p50_s AS life_at_least_s,
       opened * 1.0 / nullif((SELECT span_s FROM source WHERE source = 'tcp'), 0) AS opened_per_s
  FROM tcp_churn WHERE opened + closed > 0 ORDER BY opened + closed DESC, dir, peer, port;
-- table: as the kernel counts them (sockstat), in sockets
SELECT name AS what, lo AS min, p50 AS med, hi AS max, spark(id) AS over_time_spark
  FROM series WHERE source = 'sockstat' AND hi > 0 AND name NOT LIKE '%mem%' ORDER BY name;
-- table: single sockets that lost, dropped or hold data, as ss last had them (totals of each, no rates)
-- top: 20
SELECT state, local || ':' || lport AS local, peer || ':' || pport AS peer, comm AS owner,
       (SELECT max(p.last) FROM series p WHERE p.source = 'ps' AND p.name = 'user' AND p.entity LIKE tcp_socket.pid || ':%') AS user,
       (SELECT max(p.last) * 100.0 FROM series p WHERE p.source = 'ps' AND p.name = 'cpu_share' AND p.entity LIKE tcp_socket.pid || ':%') AS cpu_pct, recvq AS recvq_bytes, sendq AS sendq_bytes, mem_d AS dropped, mem_bl AS backlog_bytes,
       retrans_total AS retransmitted, lost, dsack_dups AS dsack, reord_seen AS reordered, rtt_ns AS rtt_ns, rto_ns AS rto_ns, cwnd
  FROM tcp_socket WHERE snap = (SELECT max(snap) FROM tcp_socket) AND state <> 'LISTEN' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')
   AND (coalesce(recvq, 0) + coalesce(sendq, 0) + coalesce(mem_d, 0) + coalesce(mem_bl, 0) + coalesce(retrans_total, 0) + coalesce(lost, 0) + coalesce(dsack_dups, 0) + coalesce(reord_seen, 0) > 0)
 ORDER BY coalesce(retrans_total, 0) + coalesce(lost, 0) + coalesce(mem_d, 0) DESC, coalesce(recvq, 0) + coalesce(sendq, 0) DESC, local, peer;
-- table: of other network namespaces, by state
SELECT rtrim(entity, '/') AS namespace, name AS state, CAST(lo AS INT) AS min, p50 AS med, CAST(hi AS INT) AS max
  FROM series WHERE source = 'tcp' AND entity <> '' ORDER BY entity, hi DESC, name;
-- table: peers of other network namespaces, in connections (ESTAB)
-- top: 15
SELECT netns AS namespace, dir, peer, port, max(n) AS max
  FROM netns_peer WHERE state = 'ESTAB' GROUP BY netns, dir, peer, port ORDER BY max(n) DESC, netns, dir, peer, port;
-- table: half open, half closed and waiting in other network namespaces, by peer
-- top: 10
SELECT netns AS namespace, state, dir, peer, port, max(n) AS max
  FROM netns_peer WHERE state <> 'ESTAB' GROUP BY netns, state, dir, peer, port ORDER BY max(n) DESC, netns, state, dir, peer, port;
-- table: local sockets (unix) by type and state
-- layout: list
SELECT max(CASE WHEN name = 'sockets' THEN last END) AS "local sockets",
       max(CASE WHEN name = 'stream_connected' THEN last END) AS "stream, connected", max(CASE WHEN name = 'stream_connecting' THEN last END) AS "stream, waiting for accept",
       max(CASE WHEN name = 'stream_listen' THEN last END) AS "stream, listening", max(CASE WHEN name = 'stream_unconnected' THEN last END) AS "stream, unconnected",
       max(CASE WHEN name = 'seqpacket_connected' THEN last END) AS "seqpacket, connected", max(CASE WHEN name = 'seqpacket_listen' THEN last END) AS "seqpacket, listening",
       sum(CASE WHEN name LIKE 'dgram_%' THEN last END) AS datagram
  FROM series WHERE source = 'unix' AND entity = '' HAVING count(*) > 0;
-- table: local listeners at which connections wait for accept()
-- top: 20
SELECT entity AS path, max(CASE WHEN name = 'queue' THEN last END) AS queue, max(CASE WHEN name = 'backlog' THEN last END) AS backlog
  FROM series WHERE source = 'unix' AND entity <> '' GROUP BY entity
HAVING max(CASE WHEN name = 'queue' THEN last END) > 0 ORDER BY max(CASE WHEN name = 'queue' THEN last END) DESC, entity;
