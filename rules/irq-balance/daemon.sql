-- rule:     irq-balance/daemon
-- version:  1
-- schema:   1
-- title:    Nobody spreads the interrupts of a NIC
-- tags:     irq nic settings
-- requires: interrupts >= 1, daemon >= 1
-- wants:    task, irq_affinity, host
-- after:    irq-balance/single-cpu, irq-balance/queue-pinned
-- message:  irqbalance does not run, and {default_irqs} of {irqs} interrupts of {entity} may go to any CPU: nobody spreads them ({found})
-- meaning:  An interrupt that may go to every CPU goes to one, mostly the first: the kernel does not spread by itself. irqbalance does it
--           each 10 s by load; else somebody has to write the affinities, once for each queue.
-- remedy:   Let it run, or spread by hand, one CPU a queue:
--             systemctl enable --now irqbalance   # now: not running
--             echo CPU > /proc/irq/IRQ/smp_affinity_list
-- verify:   irqbalance is listed by pgrep -l irqbalance, and {found} is not found in a new recording.
-- but:      Spoken only where a finding says that the interrupts are unbalanced. Affinities that were written by hand, by tuned or by the
--           driver (managed interrupts) are left alone. In a container the host's processes cannot be seen: then it is not evaluated.
-- see:      irqbalance(1); Documentation/core-api/irq/irq-affinity.rst
WITH seen AS (             -- kernel threads are visible: so are all of the host's processes
  SELECT EXISTS(SELECT 1 FROM series WHERE source = 'task' AND entity LIKE '%:ksoftirqd/%') AS processes,
         EXISTS(SELECT 1 FROM series WHERE source = 'daemon' AND entity = 'irqbalance')     AS runs
), host AS (
  SELECT max(CASE WHEN name = 'cpus_online' THEN last END) AS online FROM series WHERE source = 'host' AND entity = ''
), f AS (
  SELECT entity AS nic, group_concat(rule, ', ') AS found, min(at) AS at
    FROM (SELECT entity, rule, at FROM finding
           WHERE rule IN ('irq-balance/single-cpu', 'irq-balance/queue-pinned') ORDER BY rule) GROUP BY entity
), n AS (
  SELECT i.nic, count(*) AS irqs,
         sum(coalesce((SELECT s.last FROM series s WHERE s.source = 'irq_affinity' AND s.entity = i.irq AND s.name = 'smp_affinity_list')
                      = host.online, 1)) AS default_irqs
    FROM irq i JOIN host WHERE i.nic IS NOT NULL GROUP BY i.nic
)
SELECT CASE WHEN NOT seen.processes AND NOT seen.runs THEN 'skip'
            WHEN seen.runs OR f.nic IS NULL           THEN 'ok'
            WHEN n.default_irqs = 0                   THEN 'ok'
            ELSE 'info' END             AS level,
       n.nic                            AS entity,
       n.irqs,
       n.default_irqs,
       coalesce(f.found, 'nothing')     AS found,
       CASE WHEN NOT seen.processes AND NOT seen.runs THEN 'the processes of the host cannot be seen' ELSE '' END AS why,
       f.at
  FROM n JOIN seen LEFT JOIN f ON f.nic = n.nic
 ORDER BY n.nic;
