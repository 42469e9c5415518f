-- rule:     sysctl/slow-start-idle
-- version:  1
-- schema:   1
-- title:    Connections that pause start slowly again
-- tags:     tcp settings latency
-- requires: sysctl >= 1, tcp_info >= 3
-- param:    rtt_ms       ms         round trip, below which nobody notices
-- param:    min_segs     segments   sent in one go, fewer fit the first window anyway
-- param:    min_sockets  sockets    that pause and send so
-- message:  net.ipv4.tcp_slow_start_after_idle is {value}: {sockets} connections with round trips of {rtt_ms} ms and more pause longer than their RTO and then send {min_segs} segments and more (most: {peer})
-- meaning:  After a pause of one RTO the kernel takes the congestion window down towards {cwnd_first} segments again, so that a pooled
--           connection pays for each long response as a fresh one does: one further round trip each time the window has to double.
-- remedy:   Let connections keep their window:
--             sysctl -w net.ipv4.tcp_slow_start_after_idle=0   # now {value}
-- verify:   cwnd in ss -ti stays where it was after a pause; p99 of large responses falls.
-- but:      Within a data centre a round trip costs nothing: fewer than {:rtt_ms} ms are not judged. What was sent between two captures
--           (10 s) is taken for one go, so many small responses in it look like a large one. Only the worst 500 sockets of a capture.
-- see:      Documentation/networking/ip-sysctl.rst, tcp_slow_start_after_idle; RFC 2861
WITH p AS (
  SELECT coalesce(:rtt_ms, 10)     AS rtt_ms,
         coalesce(:min_segs, 10)   AS min_segs,
         coalesce(:min_sockets, 1) AS min_sockets
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_slow_start_after_idle' THEN last END) AS value FROM setting
), cap AS (
  SELECT snap, lag(snap) OVER (ORDER BY snap) AS before
    FROM (SELECT DISTINCT snap FROM capture WHERE source = 'tcp_info' AND state = 'ok')
), pause AS (              -- quiet at both captures with nothing to send (a closed window is no pause), and a burst in between
  SELECT b.snap, b.sk, CASE WHEN b.peer LIKE '::ffff:%.%' THEN substr(b.peer, 8) ELSE b.peer END AS peer, b.rtt_ns, b.cwnd
    FROM tcp_socket b JOIN cap ON cap.snap = b.snap JOIN p
    JOIN tcp_socket a ON a.snap = cap.before AND a.sk = b.sk AND a.lport = b.lport AND a.pport = b.pport
   WHERE b.state = 'ESTAB' AND a.state = 'ESTAB' AND b.rtt_ns >= p.rtt_ms * 1000000
     AND a.lastsnd_ns > a.rto_ns AND b.lastsnd_ns > b.rto_ns AND coalesce(a.sendq, 0) = 0 AND coalesce(b.sendq, 0) = 0
     AND coalesce(b.bytes_sent, b.bytes_acked) - coalesce(a.bytes_sent, a.bytes_acked) >= p.min_segs * coalesce(b.mss, 1448)
), n AS (
  SELECT count(DISTINCT sk) AS sockets, count(*) AS pauses, min(rtt_ns) AS rtt_ns, min(cwnd) AS cwnd,
         min(snap) AS first_at, max(snap) AS last_at
    FROM pause
), most AS (
  SELECT peer, row_number() OVER (ORDER BY count(*) DESC, peer) AS r FROM pause GROUP BY peer
)
SELECT CASE WHEN s.value IS NULL               THEN 'skip'
            WHEN s.value = 0                   THEN 'ok'
            WHEN n.sockets >= p.min_sockets    THEN 'info'
            ELSE 'ok' END                 AS level,
       ''                                 AS entity,
       s.value,
       n.sockets,
       n.pauses,
       round(coalesce(n.rtt_ns / 1e6, p.rtt_ms), 1) AS rtt_ms,
       p.min_segs,
       coalesce(n.cwnd, 10)               AS cwnd_first,
       coalesce(most.peer, 'none')        AS peer,
       n.first_at, n.last_at
  FROM s JOIN p JOIN n
  LEFT JOIN most ON most.r = 1
 ORDER BY entity;
