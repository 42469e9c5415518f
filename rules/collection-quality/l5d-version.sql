-- rule:     collection-quality/l5d-version
-- version:  2
-- schema:   1
-- title:    What answers for linkerd has no routers
-- tags:     evidence linkerd
-- requires: linkerd >= 1
-- wants:    linkerd_info
-- applies:  linkerd
-- message:  {endpoint} answers without any router of linkerd 1.x, nor as a proxy that is known; it calls itself {name} {version}
-- meaning:  Other servers that are made with Finagle have the same page on the same port: namerd, any twitter-server. Their metrics
--           have no clients and servers of routers, so every linkerd rule says "not evaluated". A linkerd2 proxy or
--           an Envoy has no such page but Prometheus' text, which must be asked for: --metrics http://127.0.0.1:4191/metrics. linkerd 0.x has one, and its older names are understood. Since 0.9.1
--           there is a typed form (metrics.json?tree=1), which is asked for first: the flat one does not tell counters from
--           gauges, nor where the name of a client ends.
-- remedy:   Record with the admin port of a linkerd 1.x:
--             nettape-collect --metrics http://127.0.0.1:9990
-- verify:   This finding is absent in a new recording.
-- but:      A linkerd without a single request since its start may lack some of the names.
-- see:      linkerd CHANGES, 1.0.0; collection-quality/l5d-missing
WITH try AS (              -- with several linkerds every entity begins with that of its captures
  SELECT entity, max(state = 'ok') AS good, max(CASE WHEN state = 'ok' THEN snap END) AS at
    FROM capture WHERE source = 'linkerd' AND entity <> '*' GROUP BY entity   -- '*': a try that was not made, of any
), one AS (
  SELECT entity, at, CASE WHEN (SELECT count(*) FROM try) > 1 THEN entity || '/' ELSE '' END AS prefix
    FROM try WHERE good
), known AS (
  SELECT o.entity, o.at,
         EXISTS (SELECT 1 FROM series s
                  WHERE s.source = 'linkerd' AND substr(s.entity, 1, length(o.prefix)) = o.prefix
                    AND (instr(s.entity, '|') > 0 OR s.name LIKE 'rt/%')) AS has_routers,
         (SELECT max(s.last) FROM series s WHERE s.source = 'linkerd_info' AND s.entity = o.prefix AND s.name = 'name')    AS name,
         (SELECT max(s.last) FROM series s WHERE s.source = 'linkerd_info' AND s.entity = o.prefix AND s.name = 'version') AS version
    FROM one o
)
SELECT CASE WHEN k.has_routers THEN 'ok' ELSE 'info' END      AS level,
       k.entity,
       CASE k.entity WHEN '' THEN 'linkerd''s admin port' ELSE k.entity END AS endpoint,
       coalesce(k.name, 'nothing')                            AS name,
       coalesce(k.version, '')                                AS version,
       k.at
  FROM known k
 ORDER BY k.has_routers, k.entity;
