-- rule:     root-cause/no-connection-reuse
-- version:  1
-- schema:   1
-- title:    Callers open a connection for each request to linkerd
-- tags:     root-cause linkerd pooling tcp
-- requires: linkerd >= 4
-- wants:    tcp, netstat, listener
-- applies:  linkerd
-- after:    linkerd-pool/server-no-reuse, linkerd-pool/short-lived, linkerd-pool/ab-symptom, sockets/timewait-share, tcp-listen/*
-- explains: linkerd-pool/server-no-reuse, linkerd-pool/short-lived, sockets/timewait-share, tcp-listen/overflow, tcp-listen/queue-high
-- min_span: 30s
-- param:    min_requests  requests           in the window, fewer are not judged
-- param:    min_ratio     connects/requests  0.2 = fewer than five requests on a connection
-- param:    tw_share_pct  percent            of the port's sockets in TIME-WAIT that agrees
-- param:    min_votes     inputs             that must agree, the ratio included
-- message:  {entity}: {requests_per_connect} requests per connection ({connects} connects for {requests} requests); {_kernel}{_load_generator}
-- meaning:  TIME-WAIT on the port and dropped SYNs together mean that pooling is not used in front of linkerd: each request pays a
--           handshake, bursts of them fill the accept queue, and whoever's SYN is dropped waits a second. linkerd's own counters
--           (connects over requests) are the proof; the kernel's are the second witness. When the callers close first TIME-WAIT
--           stays with them, so its absence here proves nothing; TcpPassiveOpens ({passive_opens} here) then agrees.
-- remedy:   Turn on keep-alive and a pool in the callers, first {top_peer}: HTTP/1.1, ab -k. A larger backlog only hides the bursts, and
--           tcp_tw_reuse does nothing on the side that accepts.
--             ss -tan 'sport = :{port}'
-- verify:   connects / requests of {server} is below 0.05 and TcpExtListenDrops stands still in a new recording.
-- but:      Health checkers that only connect raise connects without requests. Without listener drops (kernels before 4.7) the
--           dropped SYNs are those of the whole host. In
--           another network namespace than linkerd's the kernel's numbers are not of its connections and are left out.
-- see:      linkerd-pool/server-no-reuse, sockets/timewait-share, tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_requests, 500) AS min_requests,
         coalesce(:min_ratio, 0.2)    AS min_ratio,
         coalesce(:tw_share_pct, 50)  AS tw_share_pct,
         coalesce(:min_votes, 2)      AS min_votes
), server AS (             -- '0.0.0.0/4140'
  SELECT *, cast(substr(server, instr(server, '/') + 1) AS INT) AS port FROM linkerd_server
), inward AS (             -- a JVM listens on IPv6: its IPv4 callers have mapped addresses
  SELECT port, CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, sum(n) AS n, sum(CASE WHEN state = 'TIME-WAIT' THEN n ELSE 0 END) AS tw
    FROM tcp_peer WHERE dir = 'in' AND state <> 'LISTEN' GROUP BY 1, 2
), sockets AS (
  SELECT port, sum(n) AS n, sum(tw) AS tw FROM inward GROUP BY port
), caller AS (             -- by TIME-WAIT where there is any, else by sockets
  SELECT i.port, i.peer, CASE WHEN s.tw > 0 THEN i.tw * 100.0 / s.tw ELSE i.n * 100.0 / s.n END AS pct,
         row_number() OVER (PARTITION BY i.port ORDER BY CASE WHEN s.tw > 0 THEN i.tw ELSE i.n END DESC, i.peer) AS r
    FROM inward i JOIN sockets s ON s.port = i.port WHERE i.peer <> '*'
), judged AS (
  SELECT s.*, t.tw * 100.0 / nullif(t.n, 0) AS tw_pct, c.peer, c.pct,
         (SELECT sum(increase) FROM counter WHERE source = 'listener' AND name = 'drops' AND entity LIKE '%:' || s.port) AS port_drops,
         (SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtListenDrops')           AS host_drops,
         (SELECT increase FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpPassiveOpens')                AS passive,
         EXISTS (SELECT 1 FROM finding f WHERE f.rule = 'linkerd-pool/short-lived' AND f.entity = s.entity AND f.level = 'warn') AS short_lived,
         EXISTS (SELECT 1 FROM finding f WHERE f.rule = 'linkerd-pool/ab-symptom' AND f.entity = s.entity) AS ab,
         (SELECT peak_snap FROM counter k WHERE k.source = 'linkerd' AND k.entity = s.entity AND k.name = 'connects')     AS at,
         (SELECT first_active FROM counter k WHERE k.source = 'linkerd' AND k.entity = s.entity AND k.name = 'connects')  AS first_at,
         (SELECT last_active FROM counter k WHERE k.source = 'linkerd' AND k.entity = s.entity AND k.name = 'connects')   AS last_at
    FROM server s LEFT JOIN sockets t ON t.port = s.port LEFT JOIN caller c ON c.port = s.port AND c.r = 1
), voted AS (              -- linkerd's ratio; TIME-WAIT here; dropped SYNs; the kernel's accepts; linkerd's histograms of closed connections
  SELECT j.*, 1 + coalesce(j.here AND j.tw_pct >= p.tw_share_pct, 0) + coalesce(j.drops > 0, 0)
                + coalesce(j.passive >= 0.8 * j.connects, 0) + j.short_lived AS votes
    FROM (SELECT *, CASE WHEN here THEN coalesce(port_drops, host_drops, 0) END AS drops
            -- a kernel that accepted far fewer than linkerd is that of another network namespace
            FROM (SELECT *, coalesce(passive >= 0.5 * connects, 1) AS here FROM judged)) j JOIN p
)
SELECT CASE WHEN v.requests IS NULL OR v.connects IS NULL
              OR v.requests < p.min_requests             THEN 'skip'
            WHEN v.connects < p.min_ratio * v.requests   THEN 'ok'
            WHEN v.votes < p.min_votes                   THEN 'ok'   -- linkerd-pool/server-no-reuse stands alone
            WHEN v.drops > 0                             THEN 'crit'
            ELSE 'warn' END                            AS level,
       v.entity,
       '*:' || v.port                                  AS explains_entity,
       v.server, v.port,
       round(v.requests * 1.0 / nullif(v.connects, 0), 2) AS requests_per_connect,
       v.connects, v.requests,
       CASE WHEN v.here THEN round(v.tw_pct, 1) END    AS tw_pct,
       CASE WHEN v.here THEN v.peer END                AS top_peer,
       CASE WHEN v.here THEN round(v.pct, 1) END       AS top_pct,
       v.drops                                         AS syn_drops,
       CASE WHEN NOT v.here THEN 'the kernel recorded here accepted only ' || v.passive || ', so linkerd is in another network namespace'
            ELSE coalesce(round(v.tw_pct, 1) || '% of the sockets on port ' || v.port || ' are in TIME-WAIT; ', '')
              || coalesce('top caller ' || v.peer || ' (' || round(v.pct, 1) || '%); ', '')
              || v.drops || CASE WHEN v.port_drops IS NULL THEN ' SYNs dropped on this host' ELSE ' SYNs dropped at this port' END
       END                                             AS _kernel,
       v.passive                                       AS passive_opens,
       CASE WHEN v.ab THEN '; it looks like a load generator (linkerd-pool/ab-symptom)' ELSE '' END AS _load_generator,
       v.votes,
       v.at, v.first_at, v.last_at
  FROM voted v JOIN p
 ORDER BY v.drops DESC, v.connects DESC, v.entity;
