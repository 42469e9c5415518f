-- rule:     sockets/idle-many
-- version:  1
-- schema:   1
-- title:    Most connections are idle
-- tags:     tcp sockets pooling linkerd
-- requires: tcp_info >= 2
-- wants:    sysctl
-- param:    idle_pct     percent  of the connections silent for a minute and more
-- param:    min_sockets  sockets  of the port, fewer cost nothing
-- message:  {entity}: {idle} of {sockets} connections ({idle_pct}%) sent and received nothing for a minute and more, in {captures_hit} of {captures} captures; most of them with {peer} ({peer_idle})
-- meaning:  An idle connection costs a file descriptor and some memory on both sides, and a request that is sent on one may meet a peer, a
--           NAT or a firewall that has forgotten it: linkerd-pool/idle-close-race. linkerd keeps idle connections without end unless
--           told otherwise, and TCP keepalive is off by default.
-- remedy:   Let linkerd close them before others forget them, in the client of its router (servers: serverSession):
--             hostConnectionPool:
--               idleTimeMs: 60000
--           and ask the peers meanwhile, with net.ipv4.tcp_keepalive_time below the firewalls' timeout (now {keepalive_s} s):
--             socketOptions:
--               keepAlive: true
-- verify:   Fewer than half are idle in a new recording, and connects do not grow.
-- but:      Websockets, watches and streams are silent by design. A pool that is sized for the peak of the day idles at night:
--           linkerd-pool/oversized. Judged by port, since no single peer has so many.
-- see:      linkerd docs, config.md (hostConnectionPool, socketOptions); tcp(7), SO_KEEPALIVE
WITH p AS (
  SELECT coalesce(:idle_pct, 70)     AS idle_pct,
         coalesce(:min_sockets, 500) AS min_sockets
), f AS (
  SELECT snap, dir, port, peer AS said, n, idle FROM tcp_flow WHERE idle IS NOT NULL
), step AS (
  SELECT dir, port, snap, sum(n) AS n, sum(idle) AS idle FROM f GROUP BY dir, port, snap
), ranked AS (             -- the capture in the middle stands for all
  SELECT s.dir, s.port, s.snap, s.n, s.idle, s.n >= p.min_sockets AND s.idle * 100.0 >= p.idle_pct * s.n AS hit,
         row_number() OVER (PARTITION BY s.dir, s.port ORDER BY s.idle * 1.0 / max(s.n, 1), s.snap) AS r,
         count(*) OVER (PARTITION BY s.dir, s.port) AS captures
    FROM step s JOIN p
), tally AS (
  SELECT dir, port, captures, sum(hit) AS hits, min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at,
         max(CASE WHEN r = (captures + 1) / 2 THEN n END) AS n, max(CASE WHEN r = (captures + 1) / 2 THEN idle END) AS idle,
         max(CASE WHEN r = (captures + 1) / 2 THEN snap END) AS mid
    FROM ranked GROUP BY dir, port, captures
), peer AS (
  SELECT dir, port, peer, sum(idle) AS idle, row_number() OVER (PARTITION BY dir, port ORDER BY sum(idle) DESC, peer) AS r
    FROM (SELECT dir, port, CASE WHEN said LIKE '::ffff:%.%' THEN substr(said, 8) ELSE said END AS peer, idle
            FROM f WHERE (dir, port, snap) IN (SELECT dir, port, mid FROM tally))
   GROUP BY dir, port, peer
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_keepalive_time' THEN last END) AS keepalive FROM setting
)
SELECT CASE WHEN t.hits >= 2 AND t.hits * 2 >= t.captures THEN 'info'
            ELSE 'ok' END                                       AS level,
       -- as ss names the listener, so that findings about it meet
       CASE WHEN t.dir = 'out' THEN 'to port ' || t.port
            ELSE coalesce((SELECT min(CASE WHEN instr(l.addr, ':') > 0 THEN '[' || l.addr || ']' ELSE l.addr END)
                             FROM listener l WHERE l.port = t.port), '*') || ':' || t.port END AS entity,
       t.idle,
       t.n                                                      AS sockets,
       round(t.idle * 100.0 / nullif(t.n, 0), 1)                AS idle_pct,
       t.hits                                                   AS captures_hit,
       t.captures,
       CASE WHEN peer.idle > 0 THEN peer.peer ELSE 'nobody' END AS peer,
       coalesce(peer.idle, 0)                                   AS peer_idle,
       coalesce(s.keepalive, '?')                               AS keepalive_s,
       CASE WHEN t.hits > 0 THEN t.mid END                      AS at,
       t.first_at, t.last_at
  FROM tally t JOIN s
  LEFT JOIN peer ON peer.dir = t.dir AND peer.port = t.port AND peer.r = 1
 ORDER BY t.idle DESC, entity;
