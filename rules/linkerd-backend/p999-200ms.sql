-- rule:     linkerd-backend/p999-200ms
-- version:  1
-- schema:   1
-- title:    The p999 of a client sits on a multiple of 200 ms
-- tags:     linkerd latency tcp loss
-- requires: linkerd >= 4
-- wants:    netstat, tcp_info, linkerd_endpoints
-- applies:  linkerd
-- min_span: 60s
-- param:    min_n       requests  in a minute; below, p999 is just the slowest request
-- param:    minutes     minutes   with such a p999
-- param:    share_pct   percent   of the judged minutes
-- param:    times_p90   times     p999 over p90 of a minute: the rest of the distribution is fast
-- param:    p50_ms      ms        p50 of such a minute is below this
-- param:    stalls_pct  percent   probes and timeouts over requests in such a minute that support loss
-- message:  {entity}: p999 is {p999_ms} ms (p90 {p90_ms} ms), on a multiple of 200 ms in {hit_minutes} of {minutes} minutes; {stalls} tail probes and timeouts for {requests} requests in these minutes; {_reading}
-- meaning:  Linux waits at least 200 ms (TCP_RTO_MIN) before it sends a lost last segment again, so loss shows as steps near 200,
--           400, 600 ms and not as a smooth tail. They are no exact multiples: with one segment in flight it is the tail loss probe
--           that fires, after about 200 ms + 2 round trips. A loss of 0.05% of the segments is enough to put the p999 of one-segment
--           requests there. A backend that really takes 200 ms gives the same p999, but no probes: the kernel's counters
--           tell them apart. linkerd freezes quantiles once a minute, so both are compared minute by minute. Its name for
--           p999 is p9990 (and p9999 is p99.99).
-- remedy:   With probes: root-cause/loss-tail-200ms says in which direction packets get lost; find where. Without probes: look for a
--           sleep, a poll or a retry timer of 200 ms in the backend or between it and its own backends. Only as a mitigation, on a
--           route inside one network, or for all from Linux 6.11 on:
--             ip route change NETWORK dev DEVICE rto_min 20ms
--             sysctl -w net.ipv4.tcp_rto_min_us=20000   # now {rto_min_us}
-- verify:   The p999 leaves the band 200 ms to 200 ms + 3 round trips in a new recording.
-- but:      Loss on the backend's own outgoing segments is repaired there, so its probes are not in this host's counters: then
--           the same is to be recorded on the backend. Delayed acknowledgements of 200 ms (Windows, BSD) look like this too.
-- see:      ip-sysctl tcp_rto_min_us; RFC 8985 (tail loss probe); tcp-retransmit/tail
WITH p AS (
  SELECT coalesce(:min_n, 1000)       AS min_n,
         coalesce(:minutes, 2)        AS minutes,
         coalesce(:share_pct, 40)     AS share_pct,
         coalesce(:times_p90, 5)      AS times_p90,
         coalesce(:p50_ms, 100)       AS p50_ms,
         coalesce(:stalls_pct, 0.05)  AS stalls_pct
), wire AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms
    FROM endpoint e JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   GROUP BY e.router, e.client
), hit AS (                -- the band: 5 ms of bucket error below, 10 ms + 3 round trips + 2% above
  SELECT w.router, w.id, w.w, w.snap, w.t0, w.t1, w.n, w.p90, w.p999
    FROM window w JOIN p LEFT JOIN wire ON wire.router = w.router AND wire.client = w.id
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n
     AND w.p999 >= 195 AND w.p999 < 995 AND w.p50 < p.p50_ms AND w.p999 >= p.times_p90 * w.p90
     AND w.p999 <= 200 * cast((w.p999 + 5) / 200 AS INT) + 10 + 3 * coalesce(wire.rtt_ms, 1) + 0.02 * w.p999
), span AS (               -- all clients share the minutes; w 0 ended before the window
  SELECT DISTINCT t0, t1 FROM hit WHERE w > 0
), stall AS (              -- of the kernel in each such minute, without SYNs: these are TCPTimeouts too
  SELECT span.t0, span.t1,
         total(CASE WHEN s.name = 'TcpExtTCPLossProbes' THEN v.delta END)
           + max(total(CASE s.name WHEN 'TcpExtTCPTimeouts' THEN v.delta WHEN 'TcpExtTCPSynRetrans' THEN -v.delta END), 0) AS n
    FROM span JOIN snapshot x ON x.mono > span.t0 AND x.mono <= span.t1
    JOIN series s ON s.source = 'netstat' AND s.entity = '' AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')
    JOIN sample v ON v.series = s.id AND v.snap = x.snap
   GROUP BY span.t0, span.t1
), tally AS (
  SELECT m.router, m.id, count(*) AS hit, sum(m.p999) / count(*) AS p999, sum(m.p90) / count(*) AS p90,
         sum(CASE WHEN m.w > 0 THEN m.n END) AS n,
         sum(s.n) AS stalls,
         sum(coalesce(s.n, 0) * 100.0 >= p.stalls_pct * m.n AND s.n > 0) AS supported,
         min(m.snap) AS first_at, max(m.snap) AS last_at
    FROM hit m JOIN p LEFT JOIN stall s ON m.w > 0 AND s.t0 = m.t0 AND s.t1 = m.t1
   GROUP BY m.router, m.id
), client AS (             -- and how many of its minutes are judged
  SELECT w.router, w.id, sum(w.n >= p.min_n) AS minutes
    FROM window w JOIN p WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms'
   GROUP BY w.router, w.id
), kernel AS (
  SELECT count(*) > 0 AS known FROM counter
   WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPLossProbes' AND intervals > 0
)
SELECT CASE WHEN c.minutes < p.minutes                           THEN 'skip'
            WHEN coalesce(t.hit, 0) < p.minutes
              OR t.hit * 100.0 < p.share_pct * c.minutes         THEN 'ok'
            WHEN t.supported > 0                                 THEN 'warn'
            ELSE 'info' END                    AS level,
       c.router || '|client|' || c.id          AS entity,
       round(t.p999, 1)                        AS p999_ms,
       round(t.p90, 1)                         AS p90_ms,
       CASE WHEN c.minutes > 0 THEN round(coalesce(wire.rtt_ms, 1), 2) END AS rtt_ms,
       CASE WHEN c.minutes > 0 THEN coalesce(t.hit, 0) END AS hit_minutes,
       c.minutes,
       CASE WHEN kernel.known THEN cast(coalesce(t.stalls, 0) AS INT) END AS stalls,
       t.n                                     AS requests,
       CASE WHEN c.minutes > 0 THEN coalesce(t.supported, 0) END AS supported_minutes,
       CASE WHEN NOT kernel.known THEN 'no kernel counters to tell loss from a slow backend'
            WHEN t.supported > 0 THEN 'enough to explain it by loss'
            ELSE 'too few to explain it by loss seen from here' END AS _reading,
       (SELECT value FROM setting WHERE name = 'net.ipv4.tcp_rto_min_us') AS rto_min_us,
       t.first_at AS at,
       t.first_at, t.last_at
  FROM client c JOIN p JOIN kernel
  LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
  LEFT JOIN wire ON wire.router = c.router AND wire.client = c.id
 ORDER BY supported_minutes DESC, hit_minutes DESC, entity;
