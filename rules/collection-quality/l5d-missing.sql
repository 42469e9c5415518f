-- rule:     collection-quality/l5d-missing
-- version:  1
-- schema:   1
-- title:    linkerd's metrics are missing
-- tags:     evidence linkerd
-- requires: linkerd >= 0, tick >= 2
-- applies:  linkerd
-- param:    bad_pct  percent  of the tries that failed, from here on worth knowing
-- message:  {endpoint}: {good} of {captures} tries brought metrics.json; {reason}
-- meaning:  Without metrics.json no linkerd rule can be evaluated: this report says nothing about clients, pools, latency and
--           connects, which is not the same as nothing being wrong. linkerd was {known}. Its admin server listens on
--           127.0.0.1:9990 only since 1.2.0 (before, on all addresses), may speak TLS, and security.pathBlacklist may hide
--           /admin/metrics.json.
-- remedy:   Try it on the host, in linkerd's own network namespace (a container or pod has one):
--             curl -s 'http://127.0.0.1:9990/admin/metrics.json?tree=1' | head -c 300
--             nsenter -t PID -n curl -s 'http://127.0.0.1:9990/admin/metrics.json?tree=1' | head -c 300
--           then record with the address that answers:
--             nettape-collect --metrics http://127.0.0.1:9990
--             nsenter -t PID -n nettape-collect --metrics http://127.0.0.1:9990
--           Refused: another port (admin.port; 9991 is namerd's, not linkerd's). Timed out: linkerd hangs or is busy.
-- verify:   This finding is absent in a new recording.
-- but:      A host that only has something else listening on 4140 or 9990.
-- see:      linkerd docs, admin; collection-quality/not-root
WITH p AS (
  SELECT coalesce(:bad_pct, 20) AS bad_pct
), known AS (
  SELECT coalesce(max(CASE WHEN k = 'l5d_asked' THEN v END), 0) + 0 AS asked,
         coalesce(max(CASE WHEN k = 'l5d_seen' THEN v END), 0) + 0  AS seen
    FROM meta
), whole AS (              -- one row, also when the bundle has nothing of it
  SELECT coalesce(max(state), 'not-collected') AS state, coalesce(max(note), '') AS note, coalesce(max(good), 0) AS good,
         coalesce(max(bad), 0) AS bad
    FROM source WHERE source = 'linkerd'
), try AS (                -- of the metrics alone: the client list of older linkerds is missing without harm
  SELECT entity, count(*) AS tries,  -- the worst is the failure that took longest
         (SELECT x.snap FROM capture x WHERE x.source = 'linkerd' AND x.entity = c.entity AND x.state <> 'ok'
             AND x.member NOT LIKE '%client_state%' AND x.member NOT LIKE '%server_info%' ORDER BY x.cost_s DESC, x.snap LIMIT 1) AS at, sum(state = 'ok') AS good,
         max(CASE WHEN state <> 'ok' THEN state || coalesce(': ' || nullif(nullif(note, ''), state), '') END) AS reason,
         min(CASE WHEN state <> 'ok' THEN snap END) AS first_at, max(CASE WHEN state <> 'ok' THEN snap END) AS last_at
    FROM capture c
   WHERE source = 'linkerd' AND member NOT LIKE '%client_state%' AND member NOT LIKE '%server_info%'
   GROUP BY entity
), each AS (
  SELECT entity, tries, good, reason, at, first_at, last_at FROM try
   UNION ALL
  SELECT '', bad, good, state || CASE note WHEN '' THEN '' ELSE ': ' || note END, NULL, NULL, NULL
    FROM whole WHERE NOT EXISTS (SELECT 1 FROM try)
)
SELECT CASE WHEN e.good = 0 AND known.asked + known.seen = 0            THEN 'skip'   -- nobody said that there is one
            WHEN e.good = 0 OR whole.good = 0                           THEN 'warn'
            WHEN (e.tries - e.good) * 100.0 >= p.bad_pct * e.tries      THEN 'info'
            ELSE 'ok' END                                   AS level,
       e.entity,
       CASE e.entity WHEN '' THEN 'linkerd' ELSE e.entity END AS endpoint,
       e.good,
       e.tries - e.good                                     AS captures_hit,
       e.tries                                              AS captures,
       CASE WHEN e.reason IS NOT NULL THEN e.reason
            WHEN whole.good = 0 THEN whole.state || ': ' || whole.note
            ELSE 'all well' END                             AS reason,
       CASE WHEN known.asked THEN 'asked for with --metrics' WHEN known.seen THEN 'seen on this host'
            ELSE 'not known of' END                         AS known,
       e.at, e.first_at, e.last_at
  FROM each e JOIN p JOIN known JOIN whole
 ORDER BY e.good, e.entity;
