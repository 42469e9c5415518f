-- rule:     tcp-retransmit/peer
-- version:  1
-- schema:   1
-- title:    One peer has most of the retransmits
-- tags:     tcp loss peer
-- requires: tcp_info >= 2
-- param:    min_retrans  segments  sent again to it, fewer are not judged
-- param:    min_pct      percent   of all retransmits that went to it
-- param:    max_segs_pct percent   of all segments that it may have had: who has most traffic has most loss
-- param:    min_peers    peers     with traffic; one of two proves nothing
-- message:  {peer}: {retrans} of {all_retrans} retransmits ({retrans_pct}%) in {segs_pct}% of the segments; {peers} peers had traffic; round trip {rtt_ms} ms on average
-- meaning:  The other peers are reached through the same NIC and queues of this host and lose little: the cause is on the way to this
--           one, or the peer itself. The counts are of sockets in tcp_info, over {captures} captures: what a connection sent after
--           its last capture is not in them, and of one that lived between two nothing is.
-- remedy:   Record on that host too:
--             nettape-collect --for 2m
--           and look at the way there:
--             mtr -n -T -P PORT {peer}
--             ss -tin dst {peer}
-- verify:   This shows no growing retrans:
--             ss -tin dst {peer}
-- but:      A peer that is switched off has retransmits only (tcp-retransmit/backoff). Peers far away lose more than those near by.
-- see:      ss(8); linux/tcp.h (tcpi_total_retrans, tcpi_segs_out)
WITH p AS (
  SELECT coalesce(:min_retrans, 10)   AS min_retrans,
         coalesce(:min_pct, 70)       AS min_pct,
         coalesce(:max_segs_pct, 50)  AS max_segs_pct,
         coalesce(:min_peers, 3)      AS min_peers
), f AS (                  -- an IPv4 peer of an IPv6 socket is the same peer
  SELECT CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, peer AS said,
         sum(segs_out) AS segs, sum(retrans) AS retrans, sum(rtt_mean_ns) AS rtt_ns, count(rtt_mean_ns) AS rtts,
         min(CASE WHEN retrans > 0 THEN snap END) AS first_at, max(CASE WHEN retrans > 0 THEN snap END) AS last_at
    FROM tcp_flow WHERE segs_out IS NOT NULL GROUP BY dir, tcp_flow.peer, port
), one AS (
  SELECT peer, sum(segs) AS segs, sum(retrans) AS retrans, sum(rtt_ns) * 1.0 / nullif(sum(rtts), 0) AS rtt_ns,
         min(first_at) AS first_at, max(last_at) AS last_at
    FROM f GROUP BY peer
), total AS (
  SELECT sum(segs) AS segs, sum(retrans) AS retrans, sum(segs > 0) AS peers,
         (SELECT count(DISTINCT snap) FROM tcp_flow) AS captures
    FROM one
), top AS (
  SELECT * FROM one WHERE peer <> '*' ORDER BY retrans DESC, segs, peer LIMIT 1
), judged AS (
  SELECT top.*, total.segs AS all_segs, total.retrans AS all_retrans, total.peers, total.captures,
         top.retrans >= p.min_retrans AND total.peers >= p.min_peers
           AND top.retrans * 100.0 >= p.min_pct * total.retrans
           AND top.segs * 100.0 <= p.max_segs_pct * total.segs AS hit,
         p.min_peers
    FROM top JOIN total JOIN p
)
SELECT CASE WHEN j.hit                                      THEN 'warn'
            WHEN j.peers < j.min_peers                      THEN 'skip'
            ELSE 'ok' END                                   AS level,
       CASE WHEN j.hit THEN j.peer ELSE '' END              AS entity,
       j.peer,
       j.retrans,
       j.all_retrans,
       round(j.retrans * 100.0 / nullif(j.all_retrans, 0), 1) AS retrans_pct,
       round(j.segs * 100.0 / nullif(j.all_segs, 0), 1)     AS segs_pct,
       j.peers,
       j.captures,
       coalesce(round(j.rtt_ns / 1e6, 2), '?')              AS rtt_ms,
       (SELECT t.snap FROM tcp_flow t
         WHERE t.dir IN ('in', 'out') AND t.peer IN (SELECT said FROM f WHERE f.peer = j.peer) AND t.retrans > 0 AND t.segs_out IS NOT NULL
         GROUP BY t.snap ORDER BY sum(t.retrans) DESC, t.snap LIMIT 1) AS at,
       j.first_at,
       j.last_at,
       CASE WHEN j.peers < j.min_peers THEN 'only ' || j.peers || ' peers had traffic' END AS why
  FROM judged j
 ORDER BY entity;
