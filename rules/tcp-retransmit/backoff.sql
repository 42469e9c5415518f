-- rule:     tcp-retransmit/backoff
-- version:  1
-- schema:   1
-- title:    Connections wait for peers that do not answer
-- tags:     tcp loss blackhole
-- requires: tcp_info >= 2
-- wants:    tcp
-- param:    min_backoff   doublings  of a connection's retransmission timer
-- param:    min_sockets   sockets    that reached it
-- param:    min_captures  captures   that show such a socket
-- param:    crit_sockets  sockets    fewer are never critical
-- param:    crit_pct      percent    of the established connections
-- message:  {sockets} connections had their retransmission timer doubled {:min_backoff} times or more (up to {backoff_max}), in {captures_hit} of {captures} captures; {established} established; most ({peer_sockets}) to {peer}
-- meaning:  So many retransmits in a row found no answer: the peer is gone, its packets are dropped on the way, or all of this connection's
--           large ones are (tcp-retransmit/pmtu). The application sees nothing until the kernel gives up, by default after about
--           15 minutes. Sockets that were closed by their application or still connect are not in it, nor those whose peer has
--           closed its window: probes of that double the same timer (timer:persist).
-- remedy:   Is it there, with small and with large packets?
--             ss -tino state established dst {peer}
--             ping {peer}
--             ping -M do -s 1472 {peer}
--           Let dead peers be found sooner: TCP_USER_TIMEOUT or timeouts of the application.
-- verify:   This prints 0 in three looks:
--             ss -tino state established | grep -c backoff:
-- but:      Clients that were switched off or left their network while data was sent to them.
-- see:      ss(8); tcp(7) (TCP_USER_TIMEOUT, tcp_retries2); RFC 6298 section 5
WITH p AS (
  SELECT coalesce(:min_backoff, 3)   AS min_backoff,
         coalesce(:min_sockets, 2)   AS min_sockets,
         coalesce(:min_captures, 2)  AS min_captures,
         coalesce(:crit_sockets, 10) AS crit_sockets,
         coalesce(:crit_pct, 10)     AS crit_pct
), b AS (
  SELECT t.snap, t.local, t.lport, t.peer, t.pport, t.backoff
    FROM tcp_socket t JOIN p
   WHERE t.backoff >= p.min_backoff AND t.state IN ('ESTAB', 'CLOSE-WAIT') AND coalesce(t.timer, '') <> 'persist'
), distinct_b AS (
  SELECT local, lport, peer, pport, max(backoff) AS backoff FROM b GROUP BY local, lport, peer, pport
), sums AS (
  SELECT count(*) AS sockets, max(backoff) AS backoff_max,
         (SELECT count(DISTINCT snap) FROM b) AS captures_hit,
         (SELECT good FROM source WHERE source = 'tcp_info') AS captures,
         (SELECT max(n) FROM tcp_state WHERE state = 'ESTAB') AS established,
         (SELECT min(snap) FROM b) AS first_at, (SELECT max(snap) FROM b) AS last_at
    FROM distinct_b
), top AS (
  SELECT peer, count(*) AS n FROM distinct_b GROUP BY peer ORDER BY n DESC, peer LIMIT 1
)
SELECT CASE WHEN s.sockets < p.min_sockets OR s.captures_hit < p.min_captures       THEN 'ok'
            WHEN s.sockets >= p.crit_sockets AND s.established IS NOT NULL
                 AND s.sockets * 100.0 >= p.crit_pct * s.established                THEN 'crit'
            ELSE 'warn' END                              AS level,
       ''                                                AS entity,
       s.sockets,
       coalesce(s.backoff_max, 0)                        AS backoff_max,
       s.captures_hit,
       s.captures,
       coalesce(s.established, '?')                      AS established,
       coalesce((SELECT peer FROM top), 'none')          AS peer,
       coalesce((SELECT n FROM top), 0)                  AS peer_sockets,
       (SELECT snap FROM b GROUP BY snap ORDER BY count(*) DESC, snap LIMIT 1) AS at,
       s.first_at,
       s.last_at
  FROM sums s JOIN p
 ORDER BY entity;
