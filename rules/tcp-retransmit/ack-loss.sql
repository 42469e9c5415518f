-- rule:     tcp-retransmit/ack-loss
-- version:  1
-- schema:   1
-- title:    Retransmits were needless: the original had arrived
-- tags:     tcp loss latency
-- requires: snmp >= 4, netstat >= 4
-- after:    tcp-retransmit/ratio
-- min_span: 30s
-- param:    min_retrans  segments  sent again beside SYNs, fewer are not judged
-- param:    min_pct      percent   of them that the peer reported as duplicates
-- message:  {dsacks} of {retrans} retransmits were reported as duplicates by the peers ({dsacks_pct}%), in {intervals_hit} of {intervals} intervals; {spurious} spurious timeouts, {undone} recoveries undone, {recovered} of {probes} tail probes repaired something
-- meaning:  The peer had the segment already: its acknowledgement got lost or came late, so packets towards this host get lost or wait,
--           not those from it. Measured: loss on the way back alone gives a duplicate for each probe and no TCPLossProbeRecovery,
--           loss on the way out the reverse. It is a warning when the retransmits are many (tcp-retransmit/ratio).
-- remedy:   Look at what this host receives (nic-drops, softirq/backlog-drop), then at the queues and tx counters of the peers, and
--           at the way between:
--             ip -s link
--             tc -s qdisc   # on the peers
-- verify:   This stands still while data is sent:
--             nstat -az TcpExtTCPDSACKRecv
-- but:      A peer that acknowledges later than the timeout (a delayed ACK above 200 ms, a sleeping phone, a frozen machine), packets that
--           the network duplicates, and reordering (tcp-retransmit/reordering) look the same. Peers without SACK report nothing.
-- see:      RFC 2883 (DSACK); Documentation/networking/snmp_counter.rst (TcpExtTCPDSACKRecv); tcp-retransmit/tail
WITH p AS (
  SELECT coalesce(:min_retrans, 20) AS min_retrans,
         coalesce(:min_pct, 50)     AS min_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN increase END) AS events,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecvSegs'     THEN increase END) AS segs,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'        THEN increase END) AS syns,
         max(CASE WHEN name = 'TcpExtTCPSpuriousRTOs'      THEN increase END) AS spurious,
         max(CASE WHEN name = 'TcpExtTCPDSACKUndo'         THEN increase END) AS undone,
         max(CASE WHEN name = 'TcpExtTCPLossProbes'        THEN increase END) AS probes,
         max(CASE WHEN name = 'TcpExtTCPLossProbeRecovery' THEN increase END) AS recovered,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), o AS (
  SELECT max(increase) AS retrans FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpRetransSegs'
), r AS (                  -- DSACKRecv counts options, DSACKRecvSegs (newer kernels) the segments they tell of
  SELECT n.*, coalesce(n.segs, n.events) AS dsacks, max(o.retrans - coalesce(n.syns, 0), 0) AS retrans FROM n JOIN o
)
SELECT CASE WHEN r.dsacks IS NULL OR r.retrans IS NULL                                     THEN 'skip'
            WHEN r.retrans < p.min_retrans OR r.dsacks * 100.0 < p.min_pct * r.retrans     THEN 'ok'
            WHEN EXISTS (SELECT 1 FROM finding WHERE rule = 'tcp-retransmit/ratio')        THEN 'warn'
            ELSE 'info' END                                AS level,
       ''                                                  AS entity,
       r.dsacks,
       r.retrans,
       round(r.dsacks * 100.0 / nullif(r.retrans, 0), 1)   AS dsacks_pct,
       coalesce(r.spurious, '?')                           AS spurious,
       coalesce(r.undone, '?')                             AS undone,
       coalesce(r.recovered, '?')                          AS recovered,
       coalesce(r.probes, '?')                             AS probes,
       r.active                                            AS intervals_hit,
       r.intervals,
       r.peak_snap                                         AS at,
       r.first_active                                      AS first_at,
       r.last_active                                       AS last_at
  FROM r JOIN p
 ORDER BY entity;
