-- rule:     memory/pressure
-- version:  1
-- schema:   1
-- title:    All tasks stood still waiting for memory
-- tags:     memory latency psi
-- requires: pressure >= 4
-- wants:    vmstat, meminfo
-- min_span: 10s
-- param:    warn_pct  percent  of the window in which nobody could work for want of memory
-- message:  in {full_pct}% of the window nobody could work for want of memory, in {some_pct}% somebody could not (worst interval {peak_pct}%)
-- meaning:  PSI counts the time in which all tasks that were not idle waited for reclaim, for swap or for pages of programs that had
--           been dropped. Nothing answers meanwhile: pauses of the network's programs are a symptom.
-- remedy:   As memory/low: see who holds the memory; less heap or more memory. Swap in use: memory/swap.
--             ps aux --sort=-rss | head
-- verify:   avg60 of full in /proc/pressure/memory is 0 (percent).
-- but:      A control group at its own limit counts here as well, with memory left on the host.
-- see:      Documentation/accounting/psi.rst
WITH p AS (
  SELECT coalesce(:warn_pct, 2) AS warn_pct
), some AS (
  SELECT max(increase / 1e7 / nullif(span, 0)) AS pct FROM counter
   WHERE source = 'pressure' AND entity = 'memory' AND name = 'some_total'
), r AS (
  SELECT c.*, c.increase / 1e7 / nullif(c.span, 0) AS pct
    FROM counter c WHERE c.source = 'pressure' AND c.entity = 'memory' AND c.name = 'full_total'
)
SELECT CASE WHEN r.pct IS NULL          THEN 'skip'
            WHEN r.pct >= p.warn_pct    THEN 'warn'
            ELSE 'ok' END           AS level,
       ''                           AS entity,
       round(r.pct, 1)              AS full_pct,
       round(some.pct, 1)           AS some_pct,
       round(r.peak_per_s / 1e7, 1) AS peak_pct,
       r.active                     AS intervals_hit,
       r.intervals,
       CASE WHEN r.increase > 0 THEN r.peak_snap END AS at,
       r.first_active               AS first_at,
       r.last_active                AS last_at
  FROM r JOIN p JOIN some
 ORDER BY entity;
