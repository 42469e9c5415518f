-- plot: endpoints
-- title: Peers that this host connects to
-- order: 70
-- about: a small plot an endpoint, all of one scale, those with the most segments first; the one that differs from its neighbours is the one to look at
-- source: tcp_info
-- rules: linkerd-backend/imbalance, linkerd-backend/similarly-slow, linkerd-backend/connect-*, tcp-retransmit/peer, sockets/peer-concentration, root-cause/endpoint-hotspot, root-cause/loss-localised-to-peer, root-cause/remote-syn-drop
-- panel: connections
-- kind: multiples
-- top: 12
-- empty: no connection to a peer was seen
WITH look AS (
  SELECT x.snap, x.mono AS t1, lag(x.mono) OVER (ORDER BY x.snap) AS t0
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_flow)
)
SELECT f.peer || ':' || f.port AS series, curve_over('tcp_info', coalesce(l.t0, l.t1), l.t1, f.n) AS connections
  FROM tcp_flow f JOIN look l ON l.snap = f.snap WHERE f.dir = 'out'
 GROUP BY f.peer, f.port ORDER BY sum(f.segs_out) DESC, f.peer, f.port;
-- panel: round trip, mean over its connections
-- kind: multiples
-- top: 12
-- empty: no round trip was told
WITH look AS (
  SELECT x.snap, x.mono AS t1, lag(x.mono) OVER (ORDER BY x.snap) AS t0
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_flow)
)
SELECT f.peer || ':' || f.port AS series, curve_held('tcp_info', coalesce(l.t0, l.t1), l.t1, f.rtt_mean_ns) AS rtt_ns
  FROM tcp_flow f JOIN look l ON l.snap = f.snap WHERE f.dir = 'out'
 GROUP BY f.peer, f.port HAVING max(f.rtt_mean_ns) > 0 ORDER BY sum(f.segs_out) DESC, f.peer, f.port;
-- panel: segments sent again
-- kind: multiples
-- top: 12
-- empty: nothing was sent again to a peer
WITH look AS (
  SELECT x.snap, x.mono AS t1, lag(x.mono) OVER (ORDER BY x.snap) AS t0
    FROM snapshot x WHERE x.snap IN (SELECT snap FROM tcp_flow)
)
SELECT f.peer || ':' || f.port AS series, curve_over('tcp_info', l.t0, l.t1, 100.0 * f.retrans / nullif(f.segs_out, 0)) AS retransmitted_pct
  FROM tcp_flow f JOIN look l ON l.snap = f.snap WHERE f.dir = 'out' AND l.t0 IS NOT NULL
 GROUP BY f.peer, f.port ORDER BY sum(f.segs_out) DESC, f.peer, f.port;
