-- rule:     tcp-retransmit/ofo
-- version:  1
-- schema:   1
-- title:    Segments from the peers arrive with gaps
-- tags:     tcp loss reordering receive
-- requires: netstat >= 4, snmp >= 4
-- min_span: 30s
-- param:    min_segments  segments  put aside because an earlier one lacked
-- param:    info_pct      percent   of the segments received
-- param:    warn_pct      percent   of the segments received
-- message:  {ofo} of {in_segs} received segments came out of order ({ofo_pct}%), in {intervals_hit} of {intervals} intervals; {old} duplicates of what had arrived, {delayed_lost} delayed ACKs that came too late
-- meaning:  A segment that comes before an earlier one waits in the out-of-order queue. Either the earlier one was lost on its way here or
--           the two changed places: what peers retransmit is not in TcpRetransSegs of this host. Duplicates of data that had
--           arrived (TCPDSACKOldSent, {old}) say that peers retransmit needlessly: then this host's ACKs get lost or late. Segments
--           that GRO merged count once, so the true share is larger.
-- remedy:   This host's receive side first (nic-drops, softirq/backlog-drop):
--             ip -s link
--           Then record on the peers, where the same loss shows as tcp-retransmit/ratio, and follow the way:
--             mtr -n -T -P PORT PEER
-- verify:   This grows ten times slower:
--             nstat -az TcpExtTCPOFOQueue
-- but:      Downloads over the Internet lose packets at each climb of the sender's window: there 1% is usual.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPOFOQueue, TcpExtTCPDSACKOldSent); tcp-retransmit/reordering
WITH p AS (
  SELECT coalesce(:min_segments, 100) AS min_segments,
         coalesce(:info_pct, 1)       AS info_pct,
         coalesce(:warn_pct, 5)       AS warn_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPOFOQueue'     THEN increase END) AS ofo,
         max(CASE WHEN name = 'TcpExtTCPDSACKOldSent' THEN increase END) AS old,
         max(CASE WHEN name = 'TcpExtDelayedACKLost'  THEN increase END) AS delayed_lost,
         max(CASE WHEN name = 'TcpExtTCPOFOQueue'     THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtTCPOFOQueue'     THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPOFOQueue' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPOFOQueue'     THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPOFOQueue'     THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), o AS (
  SELECT max(increase) AS in_segs FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpInSegs'
)
SELECT CASE WHEN n.ofo IS NULL OR o.in_segs IS NULL              THEN 'skip'
            WHEN n.ofo < p.min_segments                          THEN 'ok'
            WHEN n.ofo * 100.0 >= p.warn_pct * o.in_segs         THEN 'warn'
            WHEN n.ofo * 100.0 >= p.info_pct * o.in_segs         THEN 'info'
            ELSE 'ok' END                              AS level,
       ''                                              AS entity,
       n.ofo,
       o.in_segs,
       round(n.ofo * 100.0 / nullif(o.in_segs, 0), 2)  AS ofo_pct,
       coalesce(n.old, '?')                            AS old,
       coalesce(n.delayed_lost, '?')                   AS delayed_lost,
       n.active                                        AS intervals_hit,
       n.intervals,
       n.peak_snap                                     AS at,
       n.first_active                                  AS first_at,
       n.last_active                                   AS last_at
  FROM n JOIN o JOIN p
 ORDER BY entity;
