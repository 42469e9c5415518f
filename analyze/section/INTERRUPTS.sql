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
