-- section: ENDPOINTS
-- order: 170
-- about: the addresses behind linkerd's clients, and the traffic with each peer
-- source: tcp_info linkerd
-- empty: no traffic with a peer was seen
-- table: behind linkerd's clients
-- top: 40
SELECT e.router, e.client, e.peer || ':' || e.port AS endpoint, p.med AS connections, p.most AS max,
       100.0 * p.med / nullif((SELECT sum(q.med) FROM endpoint f
                                 JOIN (SELECT peer, port, median(n) AS med FROM tcp_peer WHERE dir = 'out' AND state = 'ESTAB' GROUP BY peer, port) q
                                   ON q.peer = f.peer AND q.port = f.port WHERE f.router = e.router AND f.client = e.client), 0) AS share_pct,
       100.0 / (SELECT count(*) FROM endpoint f WHERE f.router = e.router AND f.client = e.client) AS fair_pct,
       t.rtt AS rtt_mean_ns, t.rtt_max AS rtt_max_ns, 100.0 * t.retrans / nullif(t.segs, 0) AS retransmitted_pct,
       t.sendq AS sendq_max_bytes, t.recvq AS recvq_max_bytes,
       (SELECT group_concat(state || ' ' || most, ', ')
          FROM (SELECT state, max(n) AS most FROM tcp_peer q WHERE q.dir = 'out' AND q.peer = e.peer AND q.port = e.port GROUP BY state ORDER BY max(n) DESC, state)) AS "sockets by state, most"
  FROM endpoint e
  LEFT JOIN (SELECT peer, port, median(n) AS med, max(n) AS most FROM tcp_peer WHERE dir = 'out' AND state = 'ESTAB' GROUP BY peer, port) p
    ON p.peer = e.peer AND p.port = e.port
  LEFT JOIN (SELECT peer, port, avg(rtt_mean_ns) AS rtt, max(rtt_max_ns) AS rtt_max, sum(retrans) AS retrans, sum(segs_out) AS segs,
                    max(sendq_bytes) AS sendq, max(recvq_bytes) AS recvq
               FROM tcp_flow WHERE dir = 'out' GROUP BY peer, port) t ON t.peer = e.peer AND t.port = e.port
 ORDER BY e.router, e.client, p.med DESC, e.peer, e.port;
-- table: top talkers: traffic by peer (tcp_info)
-- top: 20
SELECT dir, peer, port, max(n) AS sockets,
       sum(bytes_sent) * 1.0 / nullif((SELECT span_s FROM source WHERE source = 'tcp_info'), 0) AS sent_bytes_per_s,
       sum(bytes_received) * 1.0 / nullif((SELECT span_s FROM source WHERE source = 'tcp_info'), 0) AS received_bytes_per_s,
       (sum(segs_out) + sum(segs_in)) * 1.0 / nullif((SELECT span_s FROM source WHERE source = 'tcp_info'), 0) AS segs_per_s,
       100.0 * sum(retrans) / nullif(sum(segs_out), 0) AS retransmitted_pct,
       avg(rtt_mean_ns) AS rtt_mean_ns, max(rtt_max_ns) AS rtt_max_ns, max(rto_max_ns) AS rto_max_ns,
       max(recvq_bytes) AS recvq_max_bytes, max(sendq_bytes) AS sendq_max_bytes
  FROM tcp_flow GROUP BY dir, peer, port
 ORDER BY sum(bytes_sent) + sum(bytes_received) DESC, max(n) DESC, dir, peer, port;
