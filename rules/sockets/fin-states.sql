-- rule:     sockets/fin-states
-- version:  1
-- schema:   1
-- title:    Closing connections pile up: peers do not answer the FIN
-- tags:     tcp sockets
-- requires: tcp >= 3
-- wants:    sysctl
-- min_span: 10s
-- param:    min_sockets  sockets  in closing states, median over the captures
-- param:    share_pct    percent  of the sockets that are neither LISTEN nor TIME-WAIT
-- message:  {closing} sockets are closing, {share_pct}% of all (median of {captures} captures): {unacked} wait for an acknowledgement of the FIN, {fin_wait_2} for the FIN of the peer; most with {top_peer}
-- meaning:  FIN-WAIT-1, LAST-ACK and CLOSING end when the peer acknowledges this host's FIN. When they pile up the peers have vanished
--           without closing: killed clients, ab, a firewall that forgot the connection; each one is sent again for minutes. In
--           FIN-WAIT-2 the peer has acknowledged but does not close itself: it is busy, or leaks sockets in CLOSE-WAIT.
-- remedy:   Find the peers:
--             ss -tno state fin-wait-1 state last-ack state closing
--             ss -tno state fin-wait-2
--           FIN-WAIT-2 without an owner ends after tcp_fin_timeout (now {fin_timeout_s} s):
--             {_fin}
--           That does nothing for FIN-WAIT-1 and LAST-ACK: there it is net.ipv4.tcp_orphan_retries (now {orphan_retries}; 0 means 8).
-- verify:   Closing sockets are below {:share_pct}% in a new recording.
-- but:      A load test that was just stopped, and clients in the mobile network, leave such sockets. FIN-WAIT-2 alone costs little
--           and is info.
-- see:      tcp(7) tcp_fin_timeout, tcp_orphan_retries; linkerd-pool/ab-symptom
WITH p AS (
  SELECT coalesce(:min_sockets, 100) AS min_sockets,
         coalesce(:share_pct, 20)    AS share_pct
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'tcp' AND state IN ('ok', 'fallback')
), step AS (
  SELECT seen.snap,
         coalesce(sum(CASE WHEN t.state IN ('FIN-WAIT-1', 'LAST-ACK', 'CLOSING') THEN t.n END), 0) AS unacked,
         coalesce(sum(CASE WHEN t.state = 'FIN-WAIT-2' THEN t.n END), 0)                           AS fin2,
         coalesce(sum(CASE WHEN t.state NOT IN ('LISTEN', 'TIME-WAIT', 'UNCONN') THEN t.n END), 0)           AS n
    FROM seen LEFT JOIN tcp_state t ON t.snap = seen.snap GROUP BY seen.snap
), ranked AS (
  SELECT step.*, unacked * 100.0 / max(n, 1) AS unacked_pct, (unacked + fin2) * 100.0 / max(n, 1) AS pct,
         row_number() OVER (ORDER BY unacked)                           AS by_unacked,
         row_number() OVER (ORDER BY fin2)                              AS by_fin2,
         row_number() OVER (ORDER BY unacked + fin2)                    AS by_closing,
         row_number() OVER (ORDER BY unacked * 1.0 / max(n, 1))         AS by_unacked_pct,
         row_number() OVER (ORDER BY (unacked + fin2) * 1.0 / max(n, 1)) AS by_pct,
         row_number() OVER (ORDER BY unacked + fin2 DESC, snap)         AS worst,
         count(*) OVER ()                                               AS captures,
         (unacked >= p.min_sockets AND unacked * 100.0 >= p.share_pct * max(n, 1))
           OR (unacked + fin2 >= p.min_sockets AND (unacked + fin2) * 100.0 >= p.share_pct * max(n, 1)) AS held
    FROM step JOIN p
), t AS (
  SELECT max(captures) AS captures,
         max(CASE WHEN by_unacked = (captures + 1) / 2 THEN unacked END)         AS unacked,
         max(CASE WHEN by_fin2 = (captures + 1) / 2 THEN fin2 END)               AS fin2,
         max(CASE WHEN by_closing = (captures + 1) / 2 THEN unacked + fin2 END)  AS closing,
         max(CASE WHEN by_unacked_pct = (captures + 1) / 2 THEN unacked_pct END) AS unacked_pct,
         max(CASE WHEN by_pct = (captures + 1) / 2 THEN pct END)                 AS pct,
         max(unacked + fin2)                                                     AS hi,
         sum(held) AS hit, min(CASE WHEN held THEN snap END) AS first_at, max(CASE WHEN held THEN snap END) AS last_at,
         max(CASE WHEN worst = 1 AND unacked + fin2 > 0 THEN snap END)           AS at
    FROM ranked
), top AS (
  SELECT CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer, sum(n) AS n
    FROM tcp_peer WHERE state IN ('FIN-WAIT-1', 'FIN-WAIT-2', 'LAST-ACK', 'CLOSING') AND peer <> '*'
   GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1
)
SELECT CASE WHEN t.unacked >= p.min_sockets AND t.unacked_pct >= p.share_pct THEN 'warn'
            WHEN t.closing >= p.min_sockets AND t.pct >= p.share_pct         THEN 'info'
            ELSE 'ok' END                    AS level,
       ''                                    AS entity,
       t.closing,
       round(t.pct, 1)                       AS share_pct,
       t.unacked,
       t.fin2                                AS fin_wait_2,
       t.hi                                  AS closing_max,
       t.hit                                 AS captures_hit,
       t.captures,
       (SELECT peer FROM top)                AS top_peer,
       (SELECT last FROM setting WHERE name = 'net.ipv4.tcp_fin_timeout')    AS fin_timeout_s,
       (SELECT last FROM setting WHERE name = 'net.ipv4.tcp_orphan_retries') AS orphan_retries,
       CASE WHEN (SELECT last FROM setting WHERE name = 'net.ipv4.tcp_fin_timeout') <= 15 THEN '# that is short already: leave it'
            ELSE 'sysctl -w net.ipv4.tcp_fin_timeout=15' END AS _fin,
       t.at, t.first_at, t.last_at
  FROM t JOIN p
 WHERE t.captures > 0
 ORDER BY entity;
