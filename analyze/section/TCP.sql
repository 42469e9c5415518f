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
-- table: counters that moved, losses and refusals first; in how many of the intervals
-- top: 60
SELECT name AS counter, increase AS growth, lo AS min_per_s, p50 AS med_per_s, peak_per_s AS max_per_s,
       active || '/' || intervals AS "moved in", (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = first_active) AS "first",
       (SELECT substr(at, 12, 8) FROM snapshot WHERE snap = last_active) AS "last", spark(id) AS over_time_spark
  FROM series
 WHERE source IN ('snmp', 'netstat') AND name LIKE 'Tcp%' AND kind = 'counter' AND increase > 0
 ORDER BY (name LIKE '%Drop%' OR name LIKE '%Overflow%' OR name LIKE '%Retrans%' OR name LIKE '%Fail%' OR name LIKE '%Timeout%' OR name LIKE '%LossProbe%'
           OR name LIKE '%Prune%' OR name LIKE '%Collapsed%' OR name LIKE '%Pressure%' OR name LIKE '%AbortOn%' OR name LIKE '%ReqQFull%'
           OR name LIKE '%Errs%' OR name LIKE '%ZeroWindow%' OR name LIKE '%Rst%' OR name LIKE '%Reset%') DESC, increase DESC, name;
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
