-- rule:     sockets/peer-concentration
-- version:  1
-- schema:   1
-- title:    One peer holds most of the connections to linkerd
-- tags:     tcp sockets linkerd context
-- requires: tcp >= 3
-- wants:    linkerd, listener
-- applies:  linkerd
-- min_span: 10s
-- param:    min_sockets  sockets  of that peer, mean over the captures
-- param:    share_pct    percent  of the established connections of the port
-- param:    port         port     a linkerd port besides the servers in metrics.json
-- message:  {entity}: {top_peer} holds {share_pct}% of the established connections ({top_mean} of {all_mean} connections, mean of {captures} captures)
-- meaning:  It is no fault by itself, but it tells how to read the rest: one proxy, a NAT or a load test in front of linkerd makes
--           its loss, its port range and its habits look like those of everybody.
-- remedy:   None is needed. Find out what {top_peer} is, and see the other findings in that light; behind a NAT or a proxy its
--           local ports (28,232 by default) are what limits new connections.
-- verify:   A recording without that peer does not have this finding.
-- but:      A sidecar or an ingress in front is normal; 127.0.0.1 is this host itself.
-- see:      sockets/timewait-share; linkerd-pool/ab-symptom
WITH p AS (
  SELECT coalesce(:min_sockets, 100) AS min_sockets,
         coalesce(:share_pct, 80)    AS share_pct,
         coalesce(:port, 4140)       AS port
), proxy AS (
  SELECT port FROM p UNION SELECT cast(substr(server, instr(server, '/') + 1) AS INT) FROM linkerd_server
), total AS (
  SELECT count(DISTINCT snap) AS captures FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')
), inward AS (             -- a JVM listens on IPv6: its IPv4 callers have mapped addresses
  SELECT CASE WHEN t.peer LIKE '::ffff:%.%' THEN substr(t.peer, 8) ELSE t.peer END AS peer, t.port,
         sum(CASE WHEN t.state = 'ESTAB' THEN t.n ELSE 0 END) AS n
    FROM tcp_peer t JOIN proxy ON proxy.port = t.port WHERE t.dir = 'in' GROUP BY 1, t.port
), ranked AS (             -- the rest, '*', is many: it counts, and is nobody
  SELECT port, peer, n, sum(n) OVER (PARTITION BY port) AS every,
         row_number() OVER (PARTITION BY port ORDER BY peer = '*', n DESC, peer) AS r
    FROM inward
), step AS (               -- capture by capture
  SELECT k.port, t.snap, sum(t.n) AS every,
         sum(CASE WHEN CASE WHEN t.peer LIKE '::ffff:%.%' THEN substr(t.peer, 8) ELSE t.peer END = k.peer THEN t.n ELSE 0 END) AS n
    FROM ranked k JOIN tcp_peer t ON t.dir = 'in' AND t.port = k.port AND t.state = 'ESTAB'
   WHERE k.r = 1 GROUP BY k.port, t.snap
), held AS (
  SELECT s.port, s.snap, row_number() OVER (PARTITION BY s.port ORDER BY s.n DESC, s.snap) AS worst
    FROM step s JOIN p WHERE s.n >= p.min_sockets AND s.n * 100.0 >= p.share_pct * s.every
), times AS (
  SELECT port, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at
    FROM held GROUP BY port
)
SELECT CASE WHEN k.peer <> '*' AND k.n >= p.min_sockets * total.captures AND k.n * 100.0 >= p.share_pct * k.every THEN 'info'
            ELSE 'ok' END                                     AS level,
       coalesce((SELECT min(CASE WHEN instr(l.addr, ':') > 0 THEN '[' || l.addr || ']' ELSE l.addr END)
                   FROM listener l WHERE l.port = k.port), '*') || ':' || k.port AS entity,
       k.peer                                                 AS top_peer,
       round(k.n * 100.0 / nullif(k.every, 0), 1)             AS share_pct,
       round(k.n * 1.0 / total.captures)                      AS top_mean,
       round(k.every * 1.0 / total.captures)                  AS all_mean,
       w.hit                                                  AS captures_hit,
       total.captures,
       w.at, w.first_at, w.last_at
  FROM ranked k JOIN p JOIN total LEFT JOIN times w ON w.port = k.port
 WHERE k.r = 1
 ORDER BY level = 'info' DESC, k.n DESC, k.port;
