-- rule:     root-cause/loss-tail-200ms
-- version:  1
-- schema:   1
-- title:    Packet loss makes the tail of a linkerd client
-- tags:     root-cause linkerd tcp loss latency
-- requires: linkerd >= 4, netstat >= 4
-- wants:    tcp_info, linkerd_endpoints, snmp
-- applies:  linkerd
-- after:    linkerd-backend/p999-200ms, tcp-retransmit/*
-- explains: linkerd-backend/p999-200ms, tcp-retransmit/tail, tcp-retransmit/ratio
-- min_span: 120s
-- param:    min_n       requests  in a minute; below, p999 is just the slowest request
-- param:    minutes     minutes   with such a p999 and with enough loss to explain it
-- param:    share_pct   percent   of the judged minutes
-- param:    times_p90   times     p999 over p90 of a minute
-- param:    p50_ms      ms        p50 of such a minute is below this
-- param:    stalls_pct  percent   probes and timeouts over requests in the same minute that explain a p999
-- message:  {entity}: p999 is {p999_ms} ms in {hit_minutes} of {minutes} minutes, and in {explained_minutes} of them this host sent {stalls} tail probes and timeouts for {requests} requests; {retrans_pct}% of all segments were retransmits; {direction}{_worst_peer}
-- meaning:  The steps at 200 and 400 ms come from lost last segments: about 0.1% of the requests being hit puts the p999 there. From linkerd
--           alone loss and a slow backend look the same; the kernel tells them apart: a backend that sleeps 200 ms causes no probes,
--           and lost packets towards this client's addresses do. Where packets get lost shows in what answers the probe: a share near 1
--           of TCPLossProbeRecovery ({forward_share} here) means the way out loses, near 1 of TCPDSACKRecv ({reverse_share} here) the way back.
-- remedy:   Follow the loss: retransmits by peer and the findings nic-drops/*, softirq/* and tcp-retransmit/*. Out of this host: its
--           queues, the NIC's tx counters, the switch. Back to it: rx drops, ring, softnet of this host, then the backend's side.
--             tc -s qdisc
--             ss -tino state established   # retrans of the client's addresses
--           As a mitigation only, on a route inside one network:
--             ip route change NETWORK dev DEVICE rto_min 20ms
-- verify:   The p999 leaves the band and retransmits are below 0.01% of segments sent.
-- but:      MIB counters are of the whole host: when the sockets to this client's addresses were seen and had no retransmits, the
--           loss is elsewhere and this is not reported. Loss of the backend's answers is repaired by the backend: record there.
-- see:      RFC 8985; snmp_counter.rst (TCPLossProbes, TCPLossProbeRecovery, TCPDSACKRecv); linkerd-backend/p999-200ms
WITH p AS (
  SELECT coalesce(:min_n, 1000)       AS min_n,
         coalesce(:minutes, 2)        AS minutes,
         coalesce(:share_pct, 40)     AS share_pct,
         coalesce(:times_p90, 5)      AS times_p90,
         coalesce(:p50_ms, 100)       AS p50_ms,
         coalesce(:stalls_pct, 0.05)  AS stalls_pct
), wire AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, e.peer, e.port, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms, sum(f.segs_out) AS segs, sum(f.retrans) AS retrans
    FROM endpoint e JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   GROUP BY e.router, e.client, e.peer, e.port
), wires AS (
  SELECT router, client, avg(rtt_ms) AS rtt_ms, sum(segs) AS segs, sum(retrans) AS retrans FROM wire GROUP BY router, client
), hit AS (                -- minutes at least half inside the window whose p999 is in the band: 5 ms of bucket error below, 10 ms + 3 round trips + 2% above
  SELECT w.router, w.id, w.snap, w.t0, w.t1, w.n, w.p999, (w.t1 - max(w.t0, 0)) / nullif(w.t1 - w.t0, 0) AS covered
    FROM window w JOIN p LEFT JOIN wires x ON x.router = w.router AND x.client = w.id
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n
     AND w.w > 0 AND w.t1 - max(w.t0, 0) >= 0.5 * (w.t1 - w.t0)
     AND w.p999 >= 195 AND w.p999 < 995 AND w.p50 < p.p50_ms AND w.p999 >= p.times_p90 * w.p90
     AND w.p999 <= 200 * cast((w.p999 + 5) / 200 AS INT) + 10 + 3 * coalesce(x.rtt_ms, 1) + 0.02 * w.p999
), span AS (               -- all clients share the minutes
  SELECT DISTINCT t0, t1 FROM hit
), moved AS (              -- without SYNs: these are TCPTimeouts too
  SELECT span.t0, span.t1,
         total(CASE WHEN s.name = 'TcpExtTCPLossProbes' THEN v.delta END)
           + max(total(CASE s.name WHEN 'TcpExtTCPTimeouts' THEN v.delta WHEN 'TcpExtTCPSynRetrans' THEN -v.delta END), 0) AS n
    FROM span JOIN snapshot x ON x.mono > span.t0 AND x.mono <= span.t1
    JOIN series s ON s.source = 'netstat' AND s.entity = '' AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')
    JOIN sample v ON v.series = s.id AND v.snap = x.snap
   GROUP BY span.t0, span.t1
), stall AS (
  SELECT m.*, coalesce(v.n, 0) AS stalls FROM hit m LEFT JOIN moved v ON v.t0 = m.t0 AND v.t1 = m.t1
), tally AS (
  SELECT s.router, s.id, count(*) AS hit, sum(s.stalls * 100.0 >= p.stalls_pct * s.n * s.covered) AS explained,
         sum(s.p999) / count(*) AS p999, sum(s.stalls) AS stalls, sum(s.n) AS n,
         min(s.snap) AS first_at, max(s.snap) AS last_at, max(s.stalls) AS worst
    FROM stall s JOIN p GROUP BY s.router, s.id
), mib AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPLossProbes' THEN increase END)        AS probes,
         max(CASE WHEN name = 'TcpExtTCPLossProbeRecovery' THEN increase END) AS recovered,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv' THEN increase END)         AS dsack,
         max(CASE WHEN name = 'TcpRetransSegs' THEN increase END)             AS retrans,
         max(CASE WHEN name = 'TcpOutSegs' THEN increase END)                 AS sent
    FROM counter WHERE source IN ('netstat', 'snmp') AND entity = ''
), client AS (
  SELECT w.router, w.id, sum(w.n >= p.min_n AND w.w > 0 AND w.t1 - max(w.t0, 0) >= 0.5 * (w.t1 - w.t0)) AS minutes
    FROM window w JOIN p WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms'
   GROUP BY w.router, w.id
), joined AS (
  SELECT c.router, c.id, c.minutes, CASE WHEN c.minutes > 0 THEN coalesce(t.hit, 0) END AS hit,
         CASE WHEN c.minutes > 0 THEN coalesce(t.explained, 0) END AS explained, t.p999, t.stalls, t.n, t.first_at, t.last_at,
         x.segs, x.retrans, mib.recovered * 1.0 / nullif(mib.probes, 0) AS forward, mib.dsack * 1.0 / nullif(mib.probes, 0) AS reverse,
         mib.retrans * 100.0 / nullif(mib.sent, 0) AS retrans_pct,
         (SELECT s.snap FROM stall s WHERE s.router = t.router AND s.id = t.id AND s.stalls = t.worst ORDER BY s.snap LIMIT 1) AS at,
         (SELECT '; most retransmits towards ' || CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']' ELSE peer END || ':' || port || ' (' || wire.retrans || ' of ' || x.retrans || ')'
            FROM wire WHERE wire.router = c.router AND wire.client = c.id AND wire.retrans > 0
           ORDER BY wire.retrans DESC, peer LIMIT 1) AS worst_peer
    FROM client c JOIN mib
    LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
    LEFT JOIN wires x ON x.router = c.router AND x.client = c.id
), judged AS (             -- the minutes agree; the host's retransmits do; this client's own sockets do
  SELECT *, 1 + coalesce(retrans_pct >= 0.02, 0) + coalesce(retrans > 0, 0) AS votes FROM joined
)
SELECT CASE WHEN coalesce(j.minutes, 0) < p.minutes            THEN 'skip'
            WHEN j.explained < p.minutes
              OR j.explained * 100.0 < p.share_pct * j.minutes THEN 'ok'
            WHEN j.segs > 0 AND j.retrans = 0                  THEN 'ok'   -- its own connections lose nothing
            WHEN j.votes < 2                                   THEN 'warn'
            ELSE 'crit' END                      AS level,
       j.router || '|client|' || j.id            AS entity,
       ''                                        AS explains_entity,
       round(j.p999, 1)                          AS p999_ms,
       j.hit                                     AS hit_minutes,
       coalesce(j.minutes, 0)                    AS minutes,
       j.explained                               AS explained_minutes,
       cast(j.stalls AS INT)                     AS stalls,
       j.n                                       AS requests,
       round(j.retrans_pct, 3)                   AS retrans_pct,
       round(j.forward, 2)                       AS forward_share,
       round(j.reverse, 2)                       AS reverse_share,
       j.segs                                    AS client_segs_out,
       j.retrans                                 AS client_retrans,
       CASE WHEN j.forward >= 0.7 AND coalesce(j.reverse, 0) < 0.3 THEN 'packets from this host get lost'
            WHEN j.reverse >= 0.7 AND coalesce(j.forward, 0) < 0.3 THEN 'packets towards this host get lost'
            WHEN j.forward >= 0.2 AND j.reverse >= 0.2             THEN 'packets get lost in both directions'
            ELSE 'in which direction is not clear' END AS direction,
       coalesce(j.worst_peer, '')                AS _worst_peer,
       j.votes,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.explained DESC, entity;
