-- rule:     tcp-retransmit/syn
-- version:  1
-- schema:   1
-- title:    SYNs or SYN-ACKs had to be sent again
-- tags:     tcp syn latency
-- requires: netstat >= 4, snmp >= 4
-- wants:    tcp
-- min_span: 30s
-- param:    min_syns  segments  SYNs and SYN-ACKs sent again, fewer are noise
-- param:    warn_pct  percent   of the connections opened in either direction
-- param:    crit_syns segments  fewer are never critical: one unreachable target alone makes ten
-- param:    crit_pct  percent   of the connections opened in either direction
-- message:  {syns} SYNs or SYN-ACKs sent again for {opens} opened connections ({syns_pct}%), in {intervals_hit} of {intervals} intervals; at most {syn_sent} sockets in SYN-SENT{_towards}, {syn_recv} in SYN-RECV{_from}
-- meaning:  The first answer is awaited for a second, so each of them makes a connect take 1 s longer. TCPSynRetrans counts SYNs of
--           clients here and SYN-ACKs of listeners here alike, so it is held against ActiveOpens and PassiveOpens together. Many
--           sockets in SYN-SENT: our SYNs or their answers get lost, or the other side drops them at a full queue. Many in
--           SYN-RECV: our SYN-ACKs or the final ACKs get lost.
-- remedy:   On the peer, whose accept queue may be full:
--             nstat -az TcpExtListenDrops TcpExtListenOverflows
--           On the way: firewall rules, connection tracking (insert_failed, drop), neighbours that do not answer:
--             conntrack -S
--             ip neigh show nud failed
--           See who:
--             ss -tno state syn-sent
--             ss -tno state syn-recv
-- verify:   This stands still while connections are opened:
--             nstat -az TcpExtTCPSynRetrans
-- but:      Probes of a target that is down. SYN-ACKs to scanners and spoofed addresses, which nobody answers: then SYN-RECV is full.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPSynRetrans); RFC 6298 section 2; tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:min_syns, 5)   AS min_syns,
         coalesce(:warn_pct, 1)   AS warn_pct,
         coalesce(:crit_syns, 50) AS crit_syns,
         coalesce(:crit_pct, 5)   AS crit_pct
), n AS (
  SELECT max(increase) AS syns, max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPSynRetrans'
), o AS (
  SELECT sum(increase) AS opens FROM counter
   WHERE source = 'snmp' AND entity = '' AND name IN ('TcpActiveOpens', 'TcpPassiveOpens')
), st AS (
  SELECT max(CASE WHEN state = 'SYN-SENT' THEN n END) AS syn_sent,
         max(CASE WHEN state = 'SYN-RECV' THEN n END) AS syn_recv
    FROM tcp_state
), who AS (                -- the peer with the most of each, summed over the captures
  SELECT state, peer, port, row_number() OVER (PARTITION BY state ORDER BY sum(n) DESC, peer, port) AS r
    FROM tcp_peer WHERE state IN ('SYN-SENT', 'SYN-RECV') GROUP BY state, peer, port
)
SELECT CASE WHEN n.syns IS NULL OR o.opens IS NULL                                           THEN 'skip'
            WHEN n.syns < p.min_syns                                                         THEN 'ok'
            WHEN n.syns >= p.crit_syns AND n.syns * 100.0 >= p.crit_pct * o.opens            THEN 'crit'
            WHEN n.syns * 100.0 >= p.warn_pct * o.opens                                      THEN 'warn'
            ELSE 'ok' END                                AS level,
       ''                                                AS entity,
       n.syns,
       o.opens,
       round(n.syns * 100.0 / nullif(o.opens, 0), 2)     AS syns_pct,
       coalesce(st.syn_sent, 0)                          AS syn_sent,
       coalesce(st.syn_recv, 0)                          AS syn_recv,
       coalesce((SELECT ' (most to ' || CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']' ELSE peer END || ':' || port || ')'
                   FROM who WHERE state = 'SYN-SENT' AND r = 1), '') AS _towards,
       coalesce((SELECT ' (most from ' || peer || ' to port ' || port || ')'
                   FROM who WHERE state = 'SYN-RECV' AND r = 1), '') AS _from,
       n.active                                          AS intervals_hit,
       n.intervals,
       n.peak_snap                                       AS at,
       n.first_active                                    AS first_at,
       n.last_active                                     AS last_at
  FROM n JOIN o JOIN st JOIN p
 ORDER BY entity;
