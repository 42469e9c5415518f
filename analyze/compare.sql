-- Two bundles' summaries side by side, for analyze/compare/*.sql: table side(side, id, path) says which is 'old' and 'new',
-- skipped(side, rule, entity) what a rule looked at and could not judge, entity(side, name) what the recording knows of.

-- A PID or TID is another one after a restart: of such names only the rest is compared.
CREATE TEMP TABLE seen AS
SELECT *, row_number() OVER (PARTITION BY side, rule, alike ORDER BY place) AS nth
  FROM (SELECT s.side, f.*, CASE f.level WHEN 'crit' THEN 3 WHEN 'warn' THEN 2 WHEN 'info' THEN 1 ELSE 0 END AS rank,
               f.hits * 1.0 / nullif(f.hits_of, 0) AS share,
               CASE WHEN instr(f.entity, ':') > 1 AND substr(f.entity, 1, instr(f.entity, ':') - 1) NOT GLOB '*[^0-9/]*'
                         AND substr(f.entity, instr(f.entity, ':') + 1) NOT GLOB 'cpu[0-9]*'
                    THEN '*' || substr(f.entity, instr(f.entity, ':')) ELSE f.entity END AS alike
          FROM finding f JOIN side s ON s.id = f.bundle);

CREATE TEMP TABLE both AS
SELECT o.rule, o.alike, o.nth, o.entity AS old_entity, n.entity AS new_entity
  FROM seen o LEFT JOIN seen n ON n.side = 'new' AND n.rule = o.rule AND n.alike = o.alike AND n.nth = o.nth WHERE o.side = 'old'
 UNION ALL
SELECT n.rule, n.alike, n.nth, NULL, n.entity
  FROM seen n WHERE n.side = 'new' AND NOT EXISTS (
    SELECT 1 FROM seen o WHERE o.side = 'old' AND o.rule = n.rule AND o.alike = n.alike AND o.nth = n.nth);

-- Why nobody can say how the side that lacks a finding stands to it; NULL where it was looked for and is not there.
CREATE TEMP TABLE doubt AS
SELECT b.rule, b.alike, b.nth,
       CASE WHEN r.rule IS NULL THEN 'the rule was not run'
            WHEN r.outcome NOT IN ('findings', 'ok') THEN r.outcome || coalesce(': ' || r.why, '')
            WHEN EXISTS (SELECT 1 FROM skipped k WHERE k.side = x.side AND k.rule = b.rule AND k.entity IN (b.old_entity, b.new_entity))
            THEN 'its numbers are missing there'
            WHEN x.side = 'new' AND EXISTS (SELECT 1 FROM entity e WHERE e.side = 'old' AND e.name = b.old_entity)
                 AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.side = 'new' AND e.name = b.old_entity) AND b.alike = b.old_entity
            THEN 'there is no ' || b.old_entity END AS why
  FROM both b
  JOIN side x ON x.side = CASE WHEN b.new_entity IS NULL THEN 'new' ELSE 'old' END
  LEFT JOIN rule_result r ON r.bundle = x.id AND r.rule = b.rule
 WHERE b.new_entity IS NULL OR b.old_entity IS NULL;

-- fate: gone, new, same, unknown; counts: what the verdict counts (the causes, and what none explains)
CREATE TEMP TABLE pair AS
SELECT b.rule, coalesce(n.title, o.title) AS title, coalesce(b.new_entity, b.old_entity) AS entity,
       CASE WHEN b.old_entity IS NOT NULL AND b.new_entity IS NOT NULL THEN 'same'
            WHEN d.why IS NOT NULL THEN 'unknown'
            WHEN b.old_entity IS NULL THEN 'new' ELSE 'gone' END AS fate,
       CASE WHEN b.old_entity IS NULL OR b.new_entity IS NULL THEN NULL
            WHEN n.rank > o.rank THEN 'worse' WHEN n.rank < o.rank THEN 'better'
            WHEN n.share >= 2 * o.share THEN 'more often' WHEN o.share >= 2 * n.share THEN 'less often' END AS change,
       o.level AS old_level, n.level AS new_level, o.rank AS old_rank, n.rank AS new_rank,
       o.message AS old_message, n.message AS new_message,
       o.hits AS old_hits, o.hits_of AS old_hits_of, n.hits AS new_hits, n.hits_of AS new_hits_of, coalesce(n.hits_what, o.hits_what) AS hits_what,
       o.place AS old_place, n.place AS new_place,
       CASE WHEN n.rule IS NOT NULL THEN n.folded_rule ELSE o.folded_rule END AS under,
       coalesce(n.suppressed, CASE WHEN n.rule IS NULL THEN o.suppressed END) AS suppressed, d.why,
       (o.rule IS NOT NULL AND o.folded_rule IS NULL OR n.rule IS NOT NULL AND n.folded_rule IS NULL)
         AND coalesce(n.suppressed, CASE WHEN n.rule IS NULL THEN o.suppressed END) IS NULL AS counts
  FROM both b
  LEFT JOIN seen o ON o.side = 'old' AND o.rule = b.rule AND o.entity = b.old_entity
  LEFT JOIN seen n ON n.side = 'new' AND n.rule = b.rule AND n.entity = b.new_entity
  LEFT JOIN doubt d ON d.rule = b.rule AND d.alike = b.alike AND d.nth = b.nth;

-- Every rule that applies to one of them at least: who was able to judge it, and whether NEW may have a finding that nobody saw.
-- What is not there to be examined has none; what a host has not in either recording was not missed.
CREATE TEMP TABLE judged AS
SELECT rule, CASE WHEN o_judged AND n_judged THEN 'both' WHEN o_judged THEN 'OLD' WHEN n_judged THEN 'NEW' ELSE 'neither' END AS by,
       old, new,
       NOT n_judged AND new NOT GLOB 'not evaluated: nothing to examine*'
         AND (o_judged OR new GLOB 'failed*' OR new GLOB 'not evaluated: too short:*' OR new GLOB 'not evaluated: one snapshot*'
              OR new GLOB 'not evaluated: *: [0-9]* needed'
              OR new GLOB 'not evaluated: *: denied*' OR new GLOB 'not evaluated: *: timeout*' OR new GLOB 'not evaluated: *: error*') AS blind
  FROM (SELECT o.rule, o.outcome IN ('findings', 'ok') AS o_judged, n.outcome IN ('findings', 'ok') AS n_judged,
               o.outcome || coalesce(': ' || nullif(o.why, ''), '') AS old, n.outcome || coalesce(': ' || nullif(n.why, ''), '') AS new
          FROM rule_result o JOIN side a ON a.side = 'old' AND a.id = o.bundle
          JOIN side b ON b.side = 'new'
          JOIN rule_result n ON n.bundle = b.id AND n.rule = o.rule
         WHERE NOT (o.outcome IN ('off', 'not applicable') AND n.outcome IN ('off', 'not applicable')));

-- Metrics that both have.  A change is worth a line from a fifth on, and above what such numbers differ by anyway;
-- of what should be zero from the first one on.
CREATE TEMP TABLE rate AS
SELECT *, abs(new - old) >= 0.2 * max(abs(old), abs(new)) AND abs(new - old) >=
         CASE WHEN fault THEN 0.01
              WHEN unit = 'per_s' THEN 1 WHEN unit = 'bytes_per_s' THEN 1000 WHEN unit = 'pct' THEN 1 WHEN unit = 'ms' THEN 1
              WHEN unit = 'bytes' THEN 1e7 ELSE 2 END AS notable,
       fault AND new > old AND new >= 2 * old AND new >= 0.01 AS risen
  FROM (SELECT o.name, o.entity, o.unit, o.value AS old, n.value AS new, o.high AS old_high, n.high AS new_high,
               n.value - o.value AS change, (n.value - o.value) * 100.0 / nullif(abs(o.value), 0) AS change_pct,
               o.name GLOB '*drop*' OR o.name GLOB '*fail*' OR o.name GLOB '*overflow*' OR o.name GLOB '*retransmit*' OR o.name GLOB '*timeouts*'
                 OR o.name GLOB '*error*' OR o.name GLOB '*reset*' OR o.name GLOB '*squeeze*' OR o.name GLOB '*oom*' OR o.name GLOB '*throttled*' AS fault
          FROM metric o JOIN side a ON a.side = 'old' AND a.id = o.bundle
          JOIN side b ON b.side = 'new'
          JOIN metric n ON n.bundle = b.id AND n.name = o.name AND n.entity = o.entity
         WHERE o.value IS NOT NULL AND n.value IS NOT NULL AND o.name NOT GLOB 'clock/*');

-- What says how much there was to do, the best of them first.
CREATE TEMP TABLE load AS
SELECT l.place, l.what, l.unit, o.v AS old, n.v AS new, n.v / nullif(o.v, 0) AS ratio
  FROM (SELECT 1 AS place, 'linkerd/requests' AS name, 'requests' AS what, 'per_s' AS unit UNION ALL
        SELECT 2, 'tcp/in_segments', 'TCP segments received', 'per_s' UNION ALL
        SELECT 3, 'nic/rx_packets', 'packets received', 'per_s' UNION ALL
        SELECT 4, 'nic/rx_bytes', 'bytes received', 'bytes_per_s' UNION ALL
        SELECT 5, 'tcp/accepted', 'connections accepted', 'per_s' UNION ALL
        SELECT 6, 'tcp/opened', 'connections opened', 'per_s' UNION ALL
        SELECT 7, 'cpu/busy', 'CPUs busy', 'pct') l
  LEFT JOIN (SELECT name, sum(value) AS v FROM metric WHERE bundle = (SELECT id FROM side WHERE side = 'old') GROUP BY name) o ON o.name = l.name
  LEFT JOIN (SELECT name, sum(value) AS v FROM metric WHERE bundle = (SELECT id FROM side WHERE side = 'new') GROUP BY name) n ON n.name = l.name
 WHERE o.v IS NOT NULL OR n.v IS NOT NULL;

-- Settings and versions that are not the same; a kind that one side did not record says nothing.
CREATE TEMP TABLE changed AS
SELECT s.kind, s.name, s.entity, s.old, s.new
  FROM (SELECT kind, name, entity, max(CASE side WHEN 'old' THEN value END) AS old, max(CASE side WHEN 'new' THEN value END) AS new
          FROM (SELECT x.side, v.kind, v.name, v.entity, v.value FROM setting v JOIN side x ON x.id = v.bundle
                 WHERE v.kind <> 'version' OR v.name <> 'kernel' UNION ALL
                SELECT x.side, 'version', 'kernel', '', b.kernel FROM bundle b JOIN side x ON x.id = b.id WHERE b.kernel IS NOT NULL UNION ALL
                SELECT x.side, 'version', 'architecture', '', b.arch FROM bundle b JOIN side x ON x.id = b.id WHERE b.arch IS NOT NULL UNION ALL
                SELECT x.side, 'cpu', 'online', '', b.cpus FROM bundle b JOIN side x ON x.id = b.id WHERE b.cpus > 0)
         GROUP BY kind, name, entity) s
 WHERE s.old IS NOT s.new
   AND s.kind IN (SELECT 'version' UNION ALL SELECT v.kind FROM setting v JOIN side x ON x.id = v.bundle GROUP BY v.kind HAVING count(DISTINCT x.side) = 2);
