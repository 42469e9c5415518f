-- rule:     sockets/timewait-share
-- version:  1
-- schema:   1
-- title:    TIME-WAIT dominates on a listening port
-- tags:     tcp sockets pooling linkerd
-- requires: tcp >= 3
-- wants:    netstat, linkerd
-- min_span: 10s
-- param:    min_timewait  sockets  median over the captures
-- param:    share_pct     percent  of the port's sockets, median over the captures
-- param:    port          port     a linkerd port besides the servers in metrics.json
-- message:  {entity}: {timewait_p50} sockets in TIME-WAIT, {share_pct}% of all on the port (median, peak {timewait_hi}), so many at {captures_hit} of {captures} captures; {top_peer} has {top_pct}% of them; {tw_per_s} sockets/s went into TIME-WAIT on this host
-- meaning:  TIME-WAIT stays for a minute on the side that closes first: here the server closes, after few requests, so the callers
--           do not pool. A TIME-WAIT socket costs hardly any memory; what costs is the handshake of each request. The number
--           is no measure of churn: it stops at the port range of the caller, as new SYNs take over old TIME-WAITs (84,000
--           connections in 5 s left 500). TcpExtTW counts them all, but for the whole host.
-- remedy:   Turn on keep-alive and pooling in the callers, first in {top_peer}; ab needs -k, HTTP/1.0 callers need 1.1. See who it is:
--             ss -tan state time-wait 'sport = :{port}'
--           net.ipv4.tcp_tw_reuse (now {tw_reuse}) does nothing on this side: it is for the one that connects.
-- verify:   The share of TIME-WAIT on the port is below 20%.
-- but:      When the callers close first, TIME-WAIT is with them: few here prove nothing. A port that is not linkerd's is info.
-- see:      vincent.bernat.ch, Coping with the TCP TIME-WAIT state; linkerd-pool/server-no-reuse
WITH p AS (
  SELECT coalesce(:min_timewait, 200) AS min_timewait,
         coalesce(:share_pct, 50)     AS share_pct,
         coalesce(:port, 4140)        AS port
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')
), inward AS (             -- a JVM listens on IPv6: its IPv4 callers have mapped addresses
  SELECT snap, port, state, n, CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer
    FROM tcp_peer WHERE dir = 'in' AND state <> 'LISTEN'
), sums AS (
  SELECT port, snap, sum(n) AS n, sum(CASE WHEN state = 'TIME-WAIT' THEN n ELSE 0 END) AS tw
    FROM tcp_peer WHERE dir = 'in' AND state <> 'LISTEN' GROUP BY port, snap
), step AS (               -- every capture of every port, also those without a socket
  SELECT ports.port, seen.snap, coalesce(s.n, 0) AS n, coalesce(s.tw, 0) AS tw
    FROM (SELECT DISTINCT port FROM sums) ports JOIN seen
    LEFT JOIN sums s ON s.port = ports.port AND s.snap = seen.snap
), ranked AS (
  SELECT step.port, snap, n, tw, tw >= p.min_timewait AND tw * 100.0 >= p.share_pct * n AS hit,
         row_number() OVER (PARTITION BY step.port ORDER BY tw)                           AS by_tw,
         row_number() OVER (PARTITION BY step.port ORDER BY tw * 1.0 / max(n, 1))         AS by_share,
         row_number() OVER (PARTITION BY step.port ORDER BY tw DESC, snap)                AS worst,
         count(*)     OVER (PARTITION BY step.port)                                       AS captures
    FROM step JOIN p
), tally AS (
  SELECT port, captures,
         max(CASE WHEN by_tw = (captures + 1) / 2 THEN tw END)                            AS tw_p50,
         max(CASE WHEN by_share = (captures + 1) / 2 THEN tw * 100.0 / max(n, 1) END)     AS share_pct,
         max(tw) AS tw_hi, max(CASE WHEN worst = 1 THEN snap END) AS at,
         coalesce(sum(hit), 0) AS hits, min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at
    FROM ranked GROUP BY port
), peer AS (
  SELECT port, peer, sum(n) AS n,
         row_number() OVER (PARTITION BY port ORDER BY sum(n) DESC, peer) AS r
    FROM inward WHERE state = 'TIME-WAIT' AND peer <> '*' GROUP BY port, peer
), whole AS (
  SELECT port, sum(n) AS n FROM inward WHERE state = 'TIME-WAIT' GROUP BY port
), proxy AS (
  SELECT port FROM p UNION SELECT cast(substr(server, instr(server, '/') + 1) AS INT) FROM linkerd_server
)
SELECT CASE WHEN t.tw_p50 < p.min_timewait OR t.share_pct < p.share_pct THEN 'ok'
            WHEN t.port IN (SELECT port FROM proxy)                     THEN 'warn'
            ELSE 'info' END                                  AS level,
       -- as ss names the listener, so that findings about it meet
       coalesce((SELECT min(CASE WHEN instr(l.addr, ':') > 0 THEN '[' || l.addr || ']' ELSE l.addr END)
                   FROM listener l WHERE l.port = t.port), '*') || ':' || t.port AS entity,
       t.port,
       t.tw_p50                                              AS timewait_p50,
       round(t.share_pct, 1)                                 AS share_pct,
       t.tw_hi                                               AS timewait_hi,
       t.hits                                                AS captures_hit,
       t.captures,
       peer.peer                                             AS top_peer,
       round(peer.n * 100.0 / nullif(whole.n, 0), 1)         AS top_pct,
       (SELECT round(per_s, 1) FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTW') AS tw_per_s,
       (SELECT value FROM setting WHERE name = 'net.ipv4.tcp_tw_reuse') AS tw_reuse,
       t.at, t.first_at, t.last_at
  FROM tally t JOIN p
  LEFT JOIN peer ON peer.port = t.port AND peer.r = 1
  LEFT JOIN whole ON whole.port = t.port
 ORDER BY t.tw_p50 DESC, t.port;
