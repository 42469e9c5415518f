-- rule:     tcp-memory/buffer-vs-bdp
-- version:  1
-- schema:   1
-- title:    TCP's buffers are smaller than what the path can hold
-- tags:     tcp memory throughput sysctl
-- requires: tcp_info >= 2, nic, netdev >= 2, sysctl
-- param:    min_rtt_ms   ms       below this every usual buffer is large enough
-- param:    min_use_pct  percent  of the NIC's speed that was sent or received, on average; an idle link needs no buffers
-- param:    usable_pct   percent  of a buffer that holds data, the rest is overhead
-- message:  {entity} at {speed_mbit} Mbit/s with round trips of {rtt_ms} ms to {peer} holds {bdp_bytes}, one connection at most {usable_bytes} (tcp_rmem up to {rmem_max} bytes, tcp_wmem up to {wmem_max} bytes); {use_pct}% of the link were used, {:min_use_pct}% or more in {intervals_hit} of {intervals} intervals
-- meaning:  A connection sends at most one window in a round trip. With these limits a single one reaches {flow_mbit} Mbit/s at most on
--           that path, however fast the link is. The round trip is the mean of the peer with most traffic among those that far away;
--           which NIC its packets take is not recorded, so each busy NIC is judged.
-- remedy:   Let a connection hold more (now {_rmem} and {_wmem} bytes at most):
--             sysctl -w net.ipv4.tcp_rmem='4096 131072 {_need_r}' net.ipv4.tcp_wmem='4096 65536 {_need_w}'
--           and so for programs that set SO_RCVBUF or SO_SNDBUF:
--             sysctl -w net.core.rmem_max={_need_r} net.core.wmem_max={_need_w}
--           The other end needs the same.
-- verify:   One transfer to {peer} is faster, with a larger cwnd and rcv_space:
--             ss -ti dst {peer}
-- but:      Many connections that share the link do not need it. A queue on the way lengthens the round trip: larger buffers then only
--           lengthen it more.
-- see:      tcp(7) (tcp_rmem, tcp_wmem); RFC 7323; tcp-memory/sndbuf-limited; tcp-memory/peer-zero-window
WITH p AS (
  SELECT coalesce(:min_rtt_ms, 2)   AS min_rtt_ms,
         coalesce(:min_use_pct, 20) AS min_use_pct,
         coalesce(:usable_pct, 50)  AS usable_pct
), words AS (              -- three numbers between tabs or blanks; the third is the maximum
  SELECT name, ltrim(replace(last, char(9), ' ')) AS a FROM setting
   WHERE name IN ('net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem')
), words2 AS (
  SELECT name, ltrim(substr(a, instr(a, ' '))) AS b FROM words WHERE instr(a, ' ') > 0
), lim AS (
  SELECT max(CASE WHEN name LIKE '%rmem' THEN CAST(ltrim(substr(b, instr(b, ' '))) AS INTEGER) END) AS rmem,
         max(CASE WHEN name LIKE '%wmem' THEN CAST(ltrim(substr(b, instr(b, ' '))) AS INTEGER) END) AS wmem
    FROM words2 WHERE instr(b, ' ') > 0
), far AS (                -- of those that far away, the one with most traffic
  SELECT f.peer, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms, sum(coalesce(f.bytes_sent, 0) + coalesce(f.bytes_received, 0)) AS bytes
    FROM tcp_flow f JOIN p WHERE f.rtt_mean_ns >= p.min_rtt_ms * 1e6 AND f.peer <> '*'
   GROUP BY f.peer ORDER BY bytes DESC, f.peer LIMIT 1
), nics AS (
  SELECT g.entity, g.hi AS speed,
         max(CASE WHEN c.name = 'rx_bytes' THEN c.per_s END) AS rx, max(CASE WHEN c.name = 'tx_bytes' THEN c.per_s END) AS tx,
         max(c.intervals) AS intervals
    FROM gauge g JOIN counter c ON c.source = 'netdev' AND c.entity = g.entity AND c.name IN ('rx_bytes', 'tx_bytes')
   WHERE g.source = 'nic' AND g.name = 'speed' AND g.hi > 0
   GROUP BY g.entity, g.hi
), j AS (
  SELECT n.entity, n.speed, max(coalesce(n.rx, 0), coalesce(n.tx, 0)) * 800.0 / n.speed AS use_pct, n.intervals,
         far.peer, far.rtt_ms, n.speed / 8 * far.rtt_ms / 1e3 AS bdp,
         min(l.rmem, l.wmem) * p.usable_pct / 100.0 AS usable, l.rmem, l.wmem, p.min_use_pct,
         CAST(n.speed / 8 * far.rtt_ms / 1e3 * 100 / p.usable_pct AS INTEGER) AS need
    FROM nics n JOIN lim l JOIN p LEFT JOIN far
), step AS (               -- the busier direction of each interval
  SELECT j.entity, m.snap, max(m.delta / m.dt) * 800.0 / j.speed AS use_pct
    FROM j JOIN series x ON x.source = 'netdev' AND x.entity = j.entity AND x.name IN ('rx_bytes', 'tx_bytes')
    CROSS JOIN sample m ON m.series = x.id
   WHERE j.use_pct >= j.min_use_pct AND j.usable < j.bdp AND m.delta > 0 AND m.dt > 0
   GROUP BY j.entity, m.snap
), busy AS (
  SELECT s.entity, s.snap, row_number() OVER (PARTITION BY s.entity ORDER BY s.use_pct DESC, s.snap) AS r
    FROM step s JOIN p WHERE s.use_pct >= p.min_use_pct
), times AS (
  SELECT entity, count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN r = 1 THEN snap END) AS at FROM busy GROUP BY entity
)
SELECT CASE WHEN j.usable IS NULL                                       THEN 'skip'
            WHEN j.use_pct >= j.min_use_pct AND j.usable < j.bdp        THEN 'info'
            ELSE 'ok' END                                 AS level,
       j.entity,
       round(j.speed / 1e6)                               AS speed_mbit,
       round(j.use_pct, 1)                                AS use_pct,
       coalesce(j.peer, 'none')                           AS peer,
       coalesce(round(j.rtt_ms, 2), '?')                  AS rtt_ms,
       CAST(coalesce(j.bdp, 0) AS INTEGER)                AS bdp_bytes,
       CAST(j.usable AS INTEGER)                          AS usable_bytes,
       round(j.usable * 8 / nullif(j.rtt_ms, 0) / 1e3)    AS flow_mbit,
       max(j.rmem, coalesce(j.need, 0))                   AS _need_r,
       max(j.wmem, coalesce(j.need, 0))                   AS _need_w,
       j.rmem                                             AS _rmem,
       j.wmem                                             AS _wmem,
       j.rmem                                             AS rmem_max,
       j.wmem                                             AS wmem_max,
       coalesce(t.hit, 0)                                 AS intervals_hit,
       j.intervals,
       t.at, t.first_at, t.last_at
  FROM j LEFT JOIN times t ON t.entity = j.entity
 ORDER BY j.use_pct DESC, j.entity;
