-- rule:     linkerd-backend/connect-latency
-- version:  1
-- schema:   1
-- title:    Connecting to a backend takes long
-- tags:     linkerd latency connect
-- requires: linkerd >= 4
-- wants:    tcp_info, linkerd_endpoints, netstat
-- applies:  linkerd
-- min_span: 60s
-- param:    min_n      connects  in a minute, fewer are not judged
-- param:    retry_ms   ms        p99 from here on holds at least one SYN retry (the first waits 1 s)
-- param:    crit_ms    ms        p99 that is critical
-- param:    slow_ms    ms        p99 below this is never slow
-- param:    times_rtt  times     p99 over the round trip that is slow
-- message:  {entity}: connects took p99 {p99_ms} ms (max {max_ms} ms) in the worst of {minutes} minutes, {slow_minutes} slow, {connects} connects; round trip {rtt_ms} ms; {_reading}
-- meaning:  A handshake needs one round trip. A p99 near or above 1 s means that SYNs or SYN-ACKs were lost or dropped and sent
--           again: after 1, 3, 7, 15 s before kernel 6.5, after 1, 2, 3, 4, 5, 7, 11 s since (tcp_syn_linear_timeouts). Below
--           that it is TLS or a busy backend. The histogram is frozen once a minute and holds successful connects only;
--           this host re-sent {syn_retrans} SYNs or SYN-ACKs in the window.
-- remedy:   On the backend, whose accept queue or firewall drops SYNs silently:
--             nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop
--             ss -ltnm
--           and raise the backlog of its listener (and net.core.somaxconn) if they grow. Here: fewer connects are the
--           better cure, see linkerd-pool/client-no-reuse.
-- verify:   connect_latency_ms p99 is near the round trip; TcpExtTCPSynRetrans stands still.
-- but:      connect_latency_ms includes the TLS handshake, and DNS or cold starts of a backend can take tens of ms.
-- see:      Finagle metrics, Transport; ip-sysctl tcp_syn_linear_timeouts; tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_n, 10)      AS min_n,
         coalesce(:retry_ms, 950)  AS retry_ms,
         coalesce(:crit_ms, 1000)  AS crit_ms,
         coalesce(:slow_ms, 50)    AS slow_ms,
         coalesce(:times_rtt, 10)  AS times_rtt
), wire AS (               -- a JVM's sockets are IPv6 ones with mapped addresses
  SELECT e.router, e.client, avg(f.rtt_mean_ns) / 1e6 AS rtt_ms
    FROM endpoint e JOIN tcp_flow f ON f.dir = 'out' AND f.port = e.port AND f.peer IN (e.peer, '::ffff:' || e.peer)
   GROUP BY e.router, e.client
), minute AS (
  SELECT w.router, w.id, w.snap, w.n, w.p99, w.max, wire.rtt_ms,
         w.p99 >= p.retry_ms OR (w.p99 >= p.slow_ms AND w.p99 >= p.times_rtt * wire.rtt_ms) AS slow,
         row_number() OVER (PARTITION BY w.router, w.id ORDER BY w.p99 DESC, w.w) AS worst
    FROM window w JOIN p LEFT JOIN wire ON wire.router = w.router AND wire.client = w.id
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'connect_latency_ms' AND w.n >= p.min_n
), tally AS (
  SELECT router, id, count(*) AS minutes, sum(coalesce(slow, 0)) AS slow,
         min(CASE WHEN slow THEN snap END) AS first_at, max(CASE WHEN slow THEN snap END) AS last_at
    FROM minute GROUP BY router, id
), client AS (
  SELECT router, id, sum(n) AS connects FROM window
   WHERE scope = 'client' AND service = '' AND metric = 'connect_latency_ms' GROUP BY router, id
)
SELECT CASE WHEN t.minutes IS NULL                          THEN 'skip'
            WHEN m.p99 >= p.crit_ms                         THEN 'crit'
            WHEN t.slow > 0                                 THEN 'warn'
            WHEN m.p99 >= p.slow_ms AND m.rtt_ms IS NULL    THEN 'skip'   -- slow for which round trip?
            ELSE 'ok' END                  AS level,
       c.router || '|client|' || c.id      AS entity,
       m.p99                               AS p99_ms,
       m.max                               AS max_ms,
       t.slow                              AS slow_minutes,
       coalesce(t.minutes, 0)              AS minutes,
       c.connects,
       round(m.rtt_ms, 2)                  AS rtt_ms,
       (SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPSynRetrans') AS syn_retrans,
       CASE WHEN m.p99 >= p.retry_ms THEN 'at least one in a hundred needed a second SYN'
            ELSE 'slow, but below the first SYN retry' END AS _reading,
       m.snap                              AS at,
       t.first_at, t.last_at
  FROM client c JOIN p
  LEFT JOIN tally t ON t.router = c.router AND t.id = c.id
  LEFT JOIN minute m ON m.router = c.router AND m.id = c.id AND m.worst = 1
 ORDER BY m.p99 DESC, entity;
