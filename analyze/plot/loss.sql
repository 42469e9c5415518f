-- plot: loss
-- title: Is it loss that makes the tail?
-- order: 80
-- about: each point is a minute of a client; when minutes of more loss have the larger p999, loss makes the tail; a p999 just above a multiple of 200 ms is a request that waited for a timeout of TCP
-- source: linkerd snmp
-- rules: linkerd-backend/p999-200ms, tcp-retransmit/tail, tcp-retransmit/ratio, root-cause/loss-tail-200ms, root-cause/backend-slow-not-network
-- panel: p999 of a minute against the share of segments that the host sent again in it
-- kind: scatter
-- empty: no minute of a client had 100 requests
WITH minute AS (
  SELECT DISTINCT t0, t1 FROM window WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n >= 100
), sent AS (
  SELECT s.name, x.mono, m.delta FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'snmp' AND s.entity = '' AND s.name IN ('TcpRetransSegs', 'TcpOutSegs') AND m.delta > 0
), loss AS (
  SELECT n.t0, n.t1, 100.0 * coalesce(sum(CASE WHEN s.name = 'TcpRetransSegs' THEN s.delta END), 0)
                     / nullif(sum(CASE WHEN s.name = 'TcpOutSegs' THEN s.delta END), 0) AS pct
    FROM minute n JOIN sent s ON s.mono > n.t0 AND s.mono <= n.t1 GROUP BY n.t0, n.t1
)
SELECT w.id AS client, l.pct AS sent_again_pct, w.p999 AS p999_ms
  FROM window w JOIN loss l ON l.t0 = w.t0 AND l.t1 = w.t1
 WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= 100 AND l.pct IS NOT NULL
 ORDER BY w.p999 DESC, w.id;
-- panel: p999 from 190 ms on, what is left above the last multiple of 200 ms
-- kind: histogram
-- empty: no minute of a client had a p999 of 190 ms
WITH RECURSIVE bin(at) AS (SELECT 0 UNION ALL SELECT at + 20 FROM bin WHERE at < 180),
rest AS (
  SELECT CAST(p999 AS INT) % 200 / 20 * 20 AS at FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'request_latency_ms' AND n >= 100 AND p999 >= 190
)
SELECT bin.at AS above_the_multiple_ms, bin.at + 20 AS to_ms, (SELECT count(*) FROM rest WHERE rest.at = bin.at) AS minutes
  FROM bin WHERE EXISTS (SELECT 1 FROM rest) ORDER BY bin.at;
