-- rule:     linkerd-pool/ab-symptom
-- version:  1
-- schema:   1
-- title:    The traffic looks like ApacheBench without keep-alive
-- tags:     linkerd pooling loadtest
-- requires: tcp >= 3, linkerd >= 4
-- applies:  linkerd
-- min_span: 10s
-- param:    peer_pct      percent            of the sockets on the port that one peer holds
-- param:    min_ratio     connects/requests  hardly any request finds a connection open
-- param:    min_per_s     connects/s         slower is no load generator
-- param:    leftover_pct  percent            of all sockets on the port: that peer's in TIME-WAIT, FIN-WAIT-2, CLOSE-WAIT, LAST-ACK
-- message:  {entity}: {peer} holds {peer_pct}% of the sockets on port {port} and opens {connects_per_s} connections/s for {requests} requests ({connects} connects); {leftover_pct}% of the sockets are its leftovers
-- meaning:  ab speaks HTTP/1.0 without keep-alive unless told -k: a connection for each request, and sockets left behind in
--           TIME-WAIT, FIN-WAIT-2 or CLOSE-WAIT. What the other findings say of this port (connects, TIME-WAIT, SYN drops) then
--           describes the load generator, not linkerd. The number of TIME-WAIT sockets stops at the peer's port range,
--           so the rate of connects is the better measure of churn.
-- remedy:   Measure with slow_cooker or wrk, or at least ab -k, and record again:
--             wrk -c 50 -d 60s http://HOST:{port}/
-- verify:   connects / requests of {server} is below 0.01 with wrk.
-- but:      A NAT, an ingress or a load balancer in front looks like one peer: then it is that one which does not pool. When the
--           peer closes first, TIME-WAIT is on its side and there are no leftovers here: that is reported as info.
-- see:      linkerd issue 2268; linkerd-pool/server-no-reuse, sockets/timewait-share
WITH p AS (
  SELECT coalesce(:peer_pct, 90)     AS peer_pct,
         coalesce(:min_ratio, 0.9)   AS min_ratio,
         coalesce(:min_per_s, 100)   AS min_per_s,
         coalesce(:leftover_pct, 80) AS leftover_pct
), server AS (             -- '0.0.0.0/4140'
  SELECT s.*, cast(substr(server, instr(server, '/') + 1) AS INT) AS port, s.connects / nullif(s.span, 0) AS rate,
         (SELECT peak_snap FROM counter c WHERE c.source = 'linkerd' AND c.entity = s.entity AND c.name = 'connects') AS at
    FROM linkerd_server s
), caller AS (             -- summed over the captures: shares of the window; a JVM's IPv4 callers have mapped addresses
  SELECT port, CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, sum(n) AS n,
         sum(CASE WHEN state IN ('TIME-WAIT', 'FIN-WAIT-2', 'CLOSE-WAIT', 'LAST-ACK') THEN n ELSE 0 END) AS leftover,
         min(snap) AS first_at, max(snap) AS last_at
    FROM tcp_peer WHERE dir = 'in' AND state <> 'LISTEN' GROUP BY 1, 2
), total AS (
  SELECT port, sum(n) AS n, max(CASE WHEN peer <> '*' THEN n END) AS top FROM caller GROUP BY port
), judged AS (
  SELECT s.*, t.n AS sockets, c.peer, c.n * 100.0 / t.n AS peer_pct, c.leftover * 100.0 / t.n AS leftover_pct, c.first_at, c.last_at
    FROM server s
    LEFT JOIN total t ON t.port = s.port
    LEFT JOIN caller c ON c.port = s.port
     AND c.peer = (SELECT min(x.peer) FROM caller x WHERE x.port = s.port AND x.peer <> '*' AND x.n = t.top)
)
SELECT CASE WHEN j.requests IS NULL OR j.connects IS NULL
              OR j.connects + j.requests = 0                      THEN 'skip'
            WHEN coalesce(j.rate, 0) < p.min_per_s
              OR j.connects < p.min_ratio * j.requests            THEN 'ok'
            WHEN j.peer IS NULL                                   THEN 'skip'   -- nobody was seen on that port
            WHEN j.peer_pct < p.peer_pct                          THEN 'ok'
            WHEN j.leftover_pct >= p.leftover_pct                 THEN 'warn'
            ELSE 'info' END               AS level,
       j.entity, j.server, j.port, j.peer,
       round(j.peer_pct, 1)               AS peer_pct,
       round(j.leftover_pct, 1)           AS leftover_pct,
       j.connects,
       j.requests,
       round(j.rate, 1)                   AS connects_per_s,
       j.sockets,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.rate DESC, j.entity;
