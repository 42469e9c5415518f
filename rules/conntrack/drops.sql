-- rule:     conntrack/drops
-- version:  1
-- schema:   1
-- title:    Connection tracking drops packets
-- tags:     conntrack netfilter drops
-- requires: conntrack >= 2
-- wants:    sysctl
-- applies:  conntrack
-- param:    min_failed  packets  whose entry could not be inserted
-- message:  {_reading}: drop {drops} packets, early_drop {early_drops} entries, insert_failed {insert_failed} entries, in up to {intervals_hit} of {intervals} intervals of one CPU
-- meaning:  drop without insert_failed, and early_drop (an unanswered connection was thrown out for a new one), mean that the table is
--           full: new connections lose their SYN and take 1, 3, 7 s. insert_failed means that two packets of one new flow met, as
--           when a resolver asks for A and AAAA from one socket at once: one of the two is lost, and the lookup takes 5 s.
-- remedy:   A full table (now up to {connections} of {limit}):
--             sysctl -w net.netfilter.nf_conntrack_max={_more}
--           Failed insertions: "options single-request-reopen" in /etc/resolv.conf, or a resolver on this host; and by CPU:
--             conntrack -S
-- verify:   This stands still:
--             conntrack -S
-- but:      A few insert_failed are lost races of UDP that its sender repeats; below {:min_failed} they are not judged. A packet
--           that fails to be inserted is counted in drop as well, therefore these are subtracted.
-- see:      nf_conntrack-sysctl.rst; conntrack(8); conntrack/near-full
WITH p AS (
  SELECT coalesce(:min_failed, 10) AS min_failed
), c AS (
  SELECT sum(CASE WHEN name = 'drop' THEN increase END)          AS drops,
         sum(CASE WHEN name = 'early_drop' THEN increase END)    AS early,
         sum(CASE WHEN name = 'insert_failed' THEN increase END) AS failed,
         max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_at, max(last_active) AS last_at
    FROM counter WHERE source = 'conntrack' AND entity <> '' AND name IN ('drop', 'early_drop', 'insert_failed')
), worst AS (
  SELECT peak_snap FROM counter
   WHERE source = 'conntrack' AND entity <> '' AND name IN ('drop', 'early_drop', 'insert_failed') AND increase > 0
   ORDER BY name = 'insert_failed', peak_per_s DESC, entity LIMIT 1
), fill AS (
  SELECT cast(max(hi) AS INT) AS hi FROM gauge WHERE source = 'conntrack' AND entity = '' AND name IN ('count', 'entries')
), k AS (
  SELECT max(cast(last AS INT)) AS most FROM setting WHERE name IN ('net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max')
), judged AS (
  SELECT c.*, max(coalesce(c.drops, 0) - coalesce(c.failed, 0), 0) + coalesce(c.early, 0) AS full FROM c
)
SELECT CASE WHEN j.drops IS NULL AND j.early IS NULL AND j.failed IS NULL THEN 'skip'
            WHEN j.full > 0                THEN 'crit'
            WHEN j.failed >= p.min_failed  THEN 'warn'
            ELSE 'ok' END                     AS level,
       ''                                     AS entity,
       coalesce(j.drops, 0)                   AS drops,
       coalesce(j.early, 0)                   AS early_drops,
       coalesce(j.failed, 0)                  AS insert_failed,
       coalesce(j.active, 0)                  AS intervals_hit,
       coalesce(j.intervals, 0)               AS intervals,
       fill.hi                                AS connections,
       k.most                                 AS "limit",
       CASE WHEN j.full > 0 THEN 'the table was full'
            WHEN j.failed > 0 THEN 'packets of new flows met and one of each two was lost'
            ELSE 'nothing was dropped' END    AS _reading,
       coalesce(2 * k.most, 524288)           AS _more,
       worst.peak_snap                        AS at,
       j.first_at, j.last_at
  FROM judged j JOIN p JOIN fill JOIN k LEFT JOIN worst
 ORDER BY entity;
