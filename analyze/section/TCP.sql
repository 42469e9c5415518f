-- section: TCP
-- order: 110
-- about: the kernel's TCP counters over the window
-- source: snmp netstat
-- empty: no TCP counter moved in the window
-- table: ratios
-- layout: list
SELECT (SELECT increase * 1.0 / nullif(span, 0) FROM counter WHERE source = 'snmp' AND name = 'TcpActiveOpens') AS "connections opened_per_s",
       (SELECT increase * 1.0 / nullif(span, 0) FROM counter WHERE source = 'snmp' AND name = 'TcpPassiveOpens') AS "connections accepted_per_s",
       (SELECT increase * 1.0 / nullif(span, 0) FROM counter WHERE source = 'snmp' AND name = 'TcpOutSegs') AS "segments sent_per_s",
       100.0 * r.retrans / nullif(r.out, 0) AS "retransmitted of sent_pct",
       100.0 * (SELECT increase FROM counter WHERE source = 'netstat' AND name = 'TcpExtTCPLossProbes') / nullif(r.retrans, 0) AS "loss probes of retransmits_pct",
       100.0 * (SELECT increase FROM counter WHERE source = 'netstat' AND name = 'TcpExtTCPSynRetrans')
             / nullif((SELECT increase FROM counter WHERE source = 'snmp' AND name = 'TcpActiveOpens'), 0) AS "SYNs sent again_pct",
       100.0 * (SELECT increase FROM counter WHERE source = 'netstat' AND name = 'TcpExtListenDrops')
             / nullif((SELECT sum(increase) FROM counter WHERE source IN ('snmp', 'netstat') AND name IN ('TcpPassiveOpens', 'TcpExtListenDrops')), 0) AS "dropped at a listener_pct",
       100.0 * (SELECT increase FROM counter WHERE source = 'snmp' AND name = 'TcpEstabResets')
             / nullif((SELECT sum(increase) FROM counter WHERE source = 'snmp' AND name IN ('TcpActiveOpens', 'TcpPassiveOpens')), 0) AS "reset of opened_pct"
  FROM (SELECT (SELECT increase FROM counter WHERE source = 'snmp' AND name = 'TcpRetransSegs') AS retrans,
               (SELECT increase FROM counter WHERE source = 'snmp' AND name = 'TcpOutSegs') AS out) r
 WHERE r.out IS NOT NULL;
-- table: counters that moved, by what they count, and in how many of the intervals
-- layout: groups
-- top: 80
WITH kind(place, what, name) AS (VALUES
  (1, 'sent again, segments', 'TcpRetransSegs'), (1, 'sent again, segments', 'TcpExtTCPFastRetrans'),
  (1, 'sent again, segments', 'TcpExtTCPSlowStartRetrans'), (1, 'sent again, segments', 'TcpExtTCPLostRetransmit'),
  (1, 'sent again, segments', 'TcpExtTCPRetransFail'), (1, 'sent again, segments', 'TcpExtTCPSpuriousRtxHostQueues'),
  (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPTimeouts'), (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPLossProbe*'),
  (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTcpTimeoutRehash'),
  (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPSpuriousRTOs'), (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCP*Recovery'),
  (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPLossFailures'), (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPSackFailures'),
  (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCPRenoFailures'), (2, 'timeouts, tail probes, recoveries, times', 'TcpExtTCP*Undo'),
  (3, 'SYNs and cookies, segments', 'TcpExtTCPSyn*'), (3, 'SYNs and cookies, segments', 'TcpExtSyncookies*'),
  (3, 'SYNs and cookies, segments', 'TcpExtTCPReqQFull*'), (3, 'SYNs and cookies, segments', 'TcpExtTCPFastOpen*'),
  (4, 'listeners, connections', 'TcpExtListen*'), (4, 'listeners, connections', 'TcpExtTCPDeferAcceptDrop'),
  (4, 'listeners, connections', 'TcpExtTCPMigrateReq*'), (5, 'opened and refused, connections', 'TcpActiveOpens'),
  (5, 'opened and refused, connections', 'TcpPassiveOpens'), (5, 'opened and refused, connections', 'TcpAttemptFails'),
  (6, 'resets, segments, and what was given up, connections', 'TcpEstabResets'),
  (6, 'resets, segments, and what was given up, connections', 'TcpOutRsts'),
  (6, 'resets, segments, and what was given up, connections', 'TcpExtTCPAbort*'),
  (6, 'resets, segments, and what was given up, connections', 'TcpExtEmbryonicRsts'),
  (6, 'resets, segments, and what was given up, connections', 'TcpExtTCPRcvQDrop'),
  (7, 'duplicates that peers report (DSACK), segments', 'TcpExt*DSACK*'), (8, 'order of arrival, segments', 'TcpExtTCP*Reorder'),
  (8, 'order of arrival, segments', 'TcpExtTCPOFO*'), (8, 'order of arrival, segments', 'TcpExtTCPSACK*'),
  (8, 'order of arrival, segments', 'TcpExtTCPSackMerged'), (8, 'order of arrival, segments', 'TcpExtTCPSackShift*'),
  (8, 'order of arrival, segments', 'TcpExtOfoPruned'), (9, 'memory and windows, times', 'TcpExtPrune*'),
  (9, 'memory and windows, times', 'TcpExt*Pruned'), (9, 'memory and windows, times', 'TcpExtTCPRcvCollapsed'),
  (9, 'memory and windows, times', 'TcpExtTCPMemoryPressure*'), (9, 'memory and windows, times', 'TcpExt*ZeroWindow*'),
  (9, 'memory and windows, times', 'TcpExtTCPBacklogDrop'), (9, 'memory and windows, times', 'TcpExtTCPBacklogCoalesce'),
  (9, 'memory and windows, times', 'TcpExtTCPMinTTLDrop'), (10, 'not taken on arrival, segments', 'TcpInErrs'),
  (10, 'not taken on arrival, segments', 'TcpInCsumErrors'), (10, 'not taken on arrival, segments', 'TcpExtPAWS*'),
  (10, 'not taken on arrival, segments', 'TcpExtTCPACKSkipped*'), (10, 'not taken on arrival, segments', 'TcpExtTCPChallengeACK'),
  (10, 'not taken on arrival, segments', 'TcpExtTCPMD5*'), (10, 'not taken on arrival, segments', 'TcpExtTCPAO*'),
  (10, 'not taken on arrival, segments', 'TcpExtTSEcrRejected'), (10, 'not taken on arrival, segments', 'TcpExtBeyondWindow'),
  (11, 'TIME-WAIT, sockets', 'TcpExtTW*'), (11, 'TIME-WAIT, sockets', 'TcpExtTCPTimeWaitOverflow')
)
SELECT coalesce(g.what, 'traffic, segments') AS what, g.counter, g.increase AS growth, g.lo AS min_per_s, g.p50 AS med_per_s, g.peak_per_s AS max_per_s,
       g.active || '/' || g.intervals AS "moved in", (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = g.first_active) AS "first",
       (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = g.last_active) AS "last", spark(g.id) AS over_time_spark
  FROM (SELECT s.*, s.name AS counter, (SELECT min(k.place) FROM kind k WHERE s.name GLOB k.name) AS place,
               (SELECT what FROM kind k WHERE s.name GLOB k.name ORDER BY k.place LIMIT 1) AS what
          FROM series s WHERE s.source IN ('snmp', 'netstat') AND s.name LIKE 'Tcp%' AND s.kind = 'counter' AND s.increase > 0) g
 ORDER BY coalesce(g.place, 99), g.increase DESC, g.counter;
-- table: ratios since boot (no rates)
-- layout: list
SELECT 100.0 * (SELECT total FROM since_boot WHERE name = 'TcpRetransSegs' AND entity = '') / (SELECT total FROM since_boot WHERE name = 'TcpOutSegs' AND entity = '') AS "retransmitted of sent_pct",
       100.0 * (SELECT total FROM since_boot WHERE name = 'TcpExtTCPSynRetrans' AND entity = '') / (SELECT total FROM since_boot WHERE name = 'TcpActiveOpens' AND entity = '') AS "SYNs sent again_pct",
       100.0 * (SELECT total FROM since_boot WHERE name = 'TcpExtListenDrops' AND entity = '')
             / (SELECT sum(total) FROM since_boot WHERE name IN ('TcpPassiveOpens', 'TcpExtListenDrops') AND entity = '') AS "dropped at a listener_pct"
 WHERE EXISTS (SELECT 1 FROM since_boot WHERE name = 'TcpOutSegs');
-- table: since boot, losses and refusals first (totals, no rates)
-- top: 80
SELECT entity AS namespace, name AS counter, total FROM (SELECT rtrim(entity, '/') AS entity, name, total FROM since_boot WHERE source IN ('snmp', 'netstat') AND name LIKE 'Tcp%')
 ORDER BY entity, (name LIKE '%Drop%' OR name LIKE '%Overflow%' OR name LIKE '%Retrans%' OR name LIKE '%Fail%' OR name LIKE '%Timeout%' OR name LIKE '%LossProbe%'
           OR name LIKE '%Prune%' OR name LIKE '%Collapsed%' OR name LIKE '%Pressure%' OR name LIKE '%AbortOn%' OR name LIKE '%ReqQFull%'
           OR name LIKE '%Errs%' OR name LIKE '%ZeroWindow%' OR name LIKE '%Rst%' OR name LIKE '%Reset%') DESC, total DESC, name;
