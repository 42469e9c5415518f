-- section: TIMELINE
-- order: 180
-- about: what happened when; losses and stalls of each slice of the window
-- source: stat
-- empty: nothing happened
-- table:
-- always: from
-- top: 120
SELECT strftime('%H:%M:%S', min(x.t - x.dt) + 0.5, 'unixepoch') AS "from",
       sum(e.retrans) AS retrans, sum(e.probes) AS "loss probes", sum(e.listen) AS "listen drops", sum(e.nic) AS "nic drops", sum(e.qdisc) AS "qdisc drops",
       sum(e.softnet) AS "softnet drops", sum(e.squeeze) AS squeezed, sum(e.resets) AS "resets sent",
       sum(e.busy) * 100.0 / nullif(sum(e.busy) + coalesce(sum(e.idle), 0), 0) AS busy_pct,
       sum(e.softirq) * 100.0 / nullif(sum(e.busy) + coalesce(sum(e.idle), 0), 0) AS softirq_pct,
       sum(e.steal) * 100.0 / nullif(sum(e.busy) + coalesce(sum(e.idle), 0), 0) AS steal_pct,
       sum(e.stall) AS allocstall, sum(e.requests) AS requests, sum(e.failures) AS failures,
       (SELECT max(w.p99) FROM window w WHERE w.scope = 'client' AND w.metric = 'request_latency_ms' AND w.n > 0
           AND w.t1 >= min(x.mono) AND w.t0 < max(x.mono)) AS p99_ms,
       sum(x.late_s > 0.5) AS "late ticks", sum(abs(x.step_s) > 0.1) AS "clock steps"
  FROM snapshot x
  LEFT JOIN (SELECT m.snap,
               sum(CASE WHEN s.name = 'TcpRetransSegs' THEN m.delta END) AS retrans,
               sum(CASE WHEN s.name = 'TcpExtTCPLossProbes' THEN m.delta END) AS probes,
               sum(CASE WHEN s.name = 'TcpExtListenDrops' THEN m.delta END) AS listen,
               sum(CASE WHEN s.source = 'netdev' THEN m.delta END) AS nic,
               sum(CASE WHEN s.source = 'qdisc' THEN m.delta END) AS qdisc,
               sum(CASE WHEN s.source = 'softnet' AND s.name = 'dropped' THEN m.delta END) AS softnet,
               sum(CASE WHEN s.source = 'softnet' AND s.name = 'time_squeeze' THEN m.delta END) AS squeeze,
               sum(CASE WHEN s.name = 'TcpOutRsts' THEN m.delta END) AS resets,
               sum(CASE WHEN s.source = 'stat' AND s.name NOT IN ('idle', 'iowait') THEN m.delta END) AS busy,
               sum(CASE WHEN s.source = 'stat' AND s.name IN ('idle', 'iowait') THEN m.delta END) AS idle,
               sum(CASE WHEN s.source = 'stat' AND s.name = 'softirq' THEN m.delta END) AS softirq,
               sum(CASE WHEN s.source = 'stat' AND s.name = 'steal' THEN m.delta END) AS steal,
               sum(CASE WHEN s.source = 'vmstat' THEN m.delta END) AS stall,
               sum(CASE WHEN s.source = 'linkerd' AND s.name = 'requests' THEN m.delta END) AS requests,
               sum(CASE WHEN s.source = 'linkerd' AND s.name = 'failures' THEN m.delta END) AS failures
          FROM series s JOIN sample m ON m.series = s.id
         WHERE (s.source = 'snmp' AND s.name IN ('TcpRetransSegs', 'TcpOutRsts'))
            OR (s.source = 'netstat' AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtListenDrops'))
            OR (s.source = 'netdev' AND s.name IN ('rx_drop', 'rx_fifo', 'rx_errs', 'tx_drop', 'tx_errs'))
            OR (s.source = 'qdisc' AND s.name = 'dropped')
            OR (s.source = 'softnet' AND s.name IN ('dropped', 'time_squeeze'))
            OR (s.source = 'stat' AND s.entity = '' AND s.name IN ('user', 'nice', 'system', 'irq', 'softirq', 'steal', 'idle', 'iowait'))
            OR (s.source = 'vmstat' AND s.name LIKE 'allocstall%')
            OR (s.source = 'linkerd' AND s.name IN ('requests', 'failures') AND instr(s.entity, '|server|') > 0)
         GROUP BY m.snap) e ON e.snap = x.snap
 WHERE x.dt IS NOT NULL
 GROUP BY CAST((x.mono - x.dt / 2) / (SELECT CASE WHEN max(mono) <= 30 THEN 1 WHEN max(mono) <= 900 THEN 10 WHEN max(mono) <= 7200 THEN 60 ELSE 600 END FROM snapshot) AS INT)
 ORDER BY min(x.snap);
