-- section: INTERRUPTS
-- order: 40
-- about: who interrupts which CPU, per second over the window
-- source: interrupts
-- empty: no interrupt was counted in the window
-- table: network queues
-- top: 64
SELECT nic, queue, irq, name, allowed, total AS irqs_per_s,
       group_concat(cpu || printf(' %.0f%%', 100.0 * rate / total), '  ') AS share
  FROM (SELECT i.nic, i.queue, i.irq, i.name, i.affinity AS allowed, s.entity AS cpu,
               s.increase * 1.0 / nullif(s.span, 0) AS rate,
               (SELECT sum(b.increase * 1.0 / nullif(b.span, 0)) FROM series b WHERE b.source = 'interrupts' AND b.name = i.irq) AS total
          FROM irq i JOIN series s ON s.source = 'interrupts' AND s.name = i.irq AND s.increase > 0
         WHERE i.nic IS NOT NULL ORDER BY s.increase DESC)
 GROUP BY irq ORDER BY nic, total DESC, 0 + irq;
-- table: network interrupts by CPU
-- top: 64
SELECT cpu, sum(irqs) * 1.0 / nullif(max(span), 0) AS irqs_per_s,
       group_concat(nic || printf(' %.0f%%', pct), '  ') AS "share of each interface"
  FROM irq_share WHERE irqs > 0 GROUP BY cpu ORDER BY sum(irqs) DESC, cpu;
-- table: all others
-- top: 20
SELECT s.name AS irq, max(i.name) AS name, sum(s.increase * 1.0 / nullif(s.span, 0)) AS irqs_per_s,
       max(s.increase * 1.0 / nullif(s.span, 0)) AS busiest_cpu_per_s,
       (SELECT b.entity FROM series b WHERE b.source = 'interrupts' AND b.name = s.name ORDER BY b.increase DESC, b.entity LIMIT 1) AS busiest
  FROM series s LEFT JOIN irq i ON i.irq = s.name
 WHERE s.source = 'interrupts' AND s.increase > 0 AND i.nic IS NULL
 GROUP BY s.name ORDER BY sum(s.increase) DESC, s.name;
-- table: network queues since boot (totals, no rates)
-- top: 64
SELECT i.nic, i.queue, i.irq, i.name, i.affinity AS allowed, sum(b.total) AS total,
       group_concat(b.entity || ' ' || b.total, '  ') AS "by CPU"
  FROM irq i JOIN (SELECT * FROM since_boot WHERE source = 'interrupts' ORDER BY total DESC) b ON b.name = i.irq
 WHERE i.nic IS NOT NULL GROUP BY i.irq ORDER BY i.nic, sum(b.total) DESC, 0 + i.irq;
-- table: all others since boot (totals, no rates)
-- top: 20
SELECT b.name AS irq, max(i.name) AS name, sum(b.total) AS total, max(b.total) AS "most on a CPU"
  FROM since_boot b LEFT JOIN irq i ON i.irq = b.name
 WHERE b.source = 'interrupts' AND i.nic IS NULL GROUP BY b.name ORDER BY sum(b.total) DESC, b.name;
-- table: softirqs of the network since boot (totals, no rates)
-- top: 32
SELECT entity AS cpu, max(CASE WHEN name = 'NET_RX' THEN total END) AS net_rx, max(CASE WHEN name = 'NET_TX' THEN total END) AS net_tx
  FROM since_boot WHERE source = 'softirqs' GROUP BY entity HAVING count(CASE WHEN name LIKE 'NET_%' THEN 1 END) > 0
 ORDER BY 0 + substr(entity, 4);
