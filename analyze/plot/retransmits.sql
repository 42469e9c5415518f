-- plot: retransmits
-- title: What TCP sent again
-- order: 30
-- about: segments sent again by what brought that about; timeouts and probes of the tail cost a request 200 ms and more, fast ones hardly anything; a DSACK says that one was not needed, so the acknowledgement was lost or late and not the data
-- source: netstat snmp
-- rules: tcp-retransmit/*, root-cause/loss-tail-200ms, root-cause/loss-localised-to-peer, root-cause/egress-queue-drops, root-cause/remote-syn-drop, root-cause/mtu-blackhole, root-cause/softnet-nic-cpu-loss
-- panel: by what brought it about
-- kind: stacked
-- empty: nothing was sent again
WITH what(place, series, name) AS (VALUES
  (1, 'fast',             'TcpExtTCPFastRetrans'),
  (2, 'in slow start',    'TcpExtTCPSlowStartRetrans'),
  (3, 'probe of the tail', 'TcpExtTCPLossProbes'),
  (4, 'timeout (RTO)',    'TcpExtTCPTimeouts'),
  (5, 'SYN, SYN-ACK',     'TcpExtTCPSynRetrans')
)
SELECT w.series, curve(s.id) AS segments_per_s FROM what w
  JOIN series s ON s.source = 'netstat' AND s.entity = '' AND s.name = w.name AND s.increase > 0
 ORDER BY w.place;
-- panel: sent again, and told to be needless
-- kind: lines
-- empty: nothing was sent again
WITH what(place, series, source, name) AS (VALUES
  (1, 'sent again',     'snmp',    'TcpRetransSegs'),
  (2, 'DSACK received', 'netstat', 'TcpExtTCPDSACKRecv'),
  (3, 'lost again',     'netstat', 'TcpExtTCPLostRetransmit')
)
SELECT w.series, curve(s.id) AS segments_per_s FROM what w
  JOIN series s ON s.source = w.source AND s.entity = '' AND s.name = w.name AND s.increase > 0
 ORDER BY w.place;
-- panel: share of all segments sent
-- kind: lines
-- empty: nothing was sent again
SELECT 'sent again' AS series, curve_over('snmp', x.mono - r.dt, x.mono, 100.0 * r.delta / o.delta) AS share_pct
  FROM series a JOIN sample r ON r.series = a.id
  JOIN series b ON b.source = 'snmp' AND b.entity = '' AND b.name = 'TcpOutSegs'
  JOIN sample o ON o.series = b.id AND o.snap = r.snap
  JOIN snapshot x ON x.snap = r.snap
 WHERE a.source = 'snmp' AND a.entity = '' AND a.name = 'TcpRetransSegs' AND r.delta > 0 AND o.delta > 0 AND r.dt > 0;
