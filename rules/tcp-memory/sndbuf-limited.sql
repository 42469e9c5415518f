-- rule:     tcp-memory/sndbuf-limited
-- version:  1
-- schema:   1
-- title:    Sending waits for send buffers of this host
-- tags:     tcp memory send throughput
-- requires: tcp_info >= 2
-- wants:    sysctl
-- param:    min_busy_s  s        that a socket had data to send in this window, less is not judged
-- param:    min_pct     percent  of this time that its full send buffer was the limit
-- message:  {limited_s} of {busy_s} s with data to send were limited by send buffers ({limited_pct}%), at {slow_sockets} of {sockets} busy sockets{_peer}
-- meaning:  The window and the congestion window would have let more data out, but the send buffer could not hold it until it was acknowledged:
--           it is smaller than bandwidth times round trip. The time is the growth of sndbuf_limited and busy between the first and last
--           capture of each socket; totals of a connection's life are not judged.
-- remedy:   A program that sets SO_SNDBUF ends the automatic size: let it not. Then the maximum, which is now the third of {tcp_wmem}:
--             sysctl -w net.ipv4.tcp_wmem='{_more}'   # now {tcp_wmem} bytes
-- verify:   sndbuf_limited of these sockets grows no more:
--             ss -tino state established
-- but:      It costs throughput of single large transfers only. A program that keeps its buffers small to send fresh data wants it so.
-- see:      ss(8); linux/tcp.h (tcpi_sndbuf_limited); tcp(7) (tcp_wmem); tcp-memory/peer-zero-window
WITH p AS (
  SELECT coalesce(:min_busy_s, 1) AS min_busy_s,
         coalesce(:min_pct, 10)   AS min_pct
), grown AS (              -- absent = never yet; both only ever grow, so their ends are their extremes
  SELECT peer, min(snap) AS first_snap, max(snap) AS last_snap,
         max(coalesce(busy_ns, 0)) - min(coalesce(busy_ns, 0)) AS busy,
         max(coalesce(sndbuf_limited_ns, 0)) - min(coalesce(sndbuf_limited_ns, 0)) AS limited
    FROM tcp_socket WHERE state IN ('ESTAB', 'CLOSE-WAIT')
   GROUP BY sk, lport, pport, peer, local
), one AS (
  SELECT g.*, g.limited * 100.0 >= p.min_pct * g.busy AS slow FROM grown g JOIN p WHERE g.busy >= p.min_busy_s * 1e9
), c AS (
  SELECT count(*) AS sockets, sum(busy) AS busy, sum(limited) AS limited, coalesce(sum(slow), 0) AS slow,
         min(CASE WHEN slow THEN first_snap END) AS first_at, max(CASE WHEN slow THEN last_snap END) AS last_at
    FROM one
), w1 AS (               -- three numbers between tabs; the third is the maximum
  SELECT ltrim(replace(max(last), char(9), ' ')) AS a FROM setting WHERE name = 'net.ipv4.tcp_wmem'
), w2 AS (
  SELECT a, ltrim(substr(a, instr(a, ' '))) AS b FROM w1
), w3 AS (
  SELECT a, ltrim(substr(b, instr(b, ' '))) AS top FROM w2 WHERE instr(b, ' ') > 0
), knob AS (               -- the first two as they are, the third twice as large
  SELECT max(a) AS now, max(substr(a, 1, length(a) - length(top)) || min(max(16777216, 2 * CAST(top AS INTEGER)), 2147483647)) AS more FROM w3
)
SELECT CASE WHEN c.sockets > 0 AND c.limited > 0 AND c.limited * 100.0 >= p.min_pct * c.busy THEN 'info'
            ELSE 'ok' END                                     AS level,
       ''                                                     AS entity,
       round(coalesce(c.limited, 0) / 1e9, 2)                 AS limited_s,
       round(coalesce(c.busy, 0) / 1e9, 2)                    AS busy_s,
       round(coalesce(c.limited * 100.0 / nullif(c.busy, 0), 0), 1) AS limited_pct,
       c.slow                                                 AS slow_sockets,
       c.sockets,
       coalesce(' (most to ' || (SELECT peer FROM one WHERE slow GROUP BY peer ORDER BY sum(limited) DESC, peer LIMIT 1)
                || ')', '')                                   AS _peer,
       coalesce(knob.now, '?')                                AS tcp_wmem,
       coalesce(knob.more, '4096 65536 16777216')             AS _more,
       c.last_at                                              AS at,
       c.first_at,
       c.last_at
  FROM c JOIN knob JOIN p
 ORDER BY entity;
