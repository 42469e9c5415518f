-- rule:     tcp-retransmit/local-fail
-- version:  1
-- schema:   1
-- title:    This host refused its own retransmits
-- tags:     tcp loss qdisc
-- requires: netstat >= 2
-- wants:    qdisc
-- param:    min_fails  segments  retransmits that the host's own stack refused
-- message:  {fails} retransmits failed inside this host in {intervals_hit} of {intervals} intervals{_qdisc}; {queued} were not sent because the original was still queued here
-- meaning:  The segment never left: its queueing discipline was full, the driver or memory refused it, or there was no route. The bottleneck
--           is on this host, and /proc/net/dev does not show it: measured 1371 drops of a tbf with a tx drop count of 0.
--           TCPSpuriousRtxHostQueues ({queued} here) says that a timer fired while the original still waited in a queue here; alone it
--           is a sign of long queues, not of loss.
-- remedy:   Find the queue, and raise its limit or rate (tbf, htb), or txqueuelen of the device below pfifo_fast:
--             tc -s qdisc
--           Check the way out:
--             ip route get PEER
--             ip neigh show nud failed
-- verify:   This stands still:
--             nstat -az TcpExtTCPRetransFail
-- but:      A route or neighbour that went away, a container that was stopped, and firewall rules that refuse packets on output.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPRetransFail, TcpExtTCPSpuriousRtxHostQueues); nic-drops/qdisc
WITH p AS (
  SELECT coalesce(:min_fails, 10) AS min_fails
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPRetransFail'            THEN increase END) AS fails,
         max(CASE WHEN name = 'TcpExtTCPSpuriousRtxHostQueues'  THEN increase END) AS queued,
         max(CASE WHEN name = 'TcpExtTCPRetransFail'            THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtTCPRetransFail'            THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPRetransFail' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPRetransFail'            THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPRetransFail'            THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), q AS (
  SELECT entity, increase FROM counter WHERE source = 'qdisc' AND name = 'dropped' AND increase > 0
   ORDER BY increase DESC, entity LIMIT 1
)
SELECT CASE WHEN n.fails IS NULL         THEN 'skip'   -- not counted before 3.15
            WHEN n.fails >= p.min_fails  THEN 'warn'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       n.fails,
       coalesce(n.queued, 0)             AS queued,
       (SELECT entity FROM q)            AS qdisc,
       (SELECT increase FROM q)          AS qdisc_drops,
       coalesce((SELECT ', while ' || entity || ' dropped ' || increase || ' packets' FROM q), '') AS _qdisc,
       n.active                          AS intervals_hit,
       n.intervals,
       n.peak_snap                       AS at,
       n.first_active                    AS first_at,
       n.last_active                     AS last_at
  FROM n JOIN p
 ORDER BY entity;
