-- rule:     collection-quality/wrong-netns
-- version:  1
-- schema:   1
-- title:    The network that was recorded is not linkerd's
-- tags:     evidence linkerd
-- requires: linkerd >= 2, listener >= 1
-- applies:  linkerd
-- param:    min_requests  requests  of linkerd's servers in the window: fewer prove nothing
-- message:  {endpoint}: linkerd's servers ({servers}) took {requests} requests, but nothing listens on their ports in the network that was recorded
-- meaning:  Sockets, listeners and the counters of snmp, netstat and sockstat belong to a network namespace, and the rules judge the one
--           that nettape-collect ran in. linkerd serves in another one (a container, a pod) or on another host: its accept
--           queues, connections and retransmits are not in this recording, whatever the TCP rules say. softnet, interrupts
--           and the CPUs are the host's in any namespace.
-- remedy:   Record in linkerd's own namespace, on its host:
--             nsenter -t PID -n nettape-collect
--           with PID a process of linkerd as the host numbers it.
-- verify:   This finding is absent in a new recording.
-- but:      With hostNetwork the namespaces are the same. A recording of a linkerd on another host with --metrics is
--           meant like that, and still says nothing about its network. Only the ports are compared: another program on the
--           same port hides the mistake.
-- see:      network_namespaces(7); nsenter(1)
WITH p AS (
  SELECT coalesce(:min_requests, 10) AS min_requests
), try AS (                -- with several linkerds every entity begins with that of its captures
  SELECT DISTINCT entity FROM capture WHERE source = 'linkerd'
), one AS (
  SELECT entity, CASE WHEN (SELECT count(*) FROM try) > 1 THEN entity || '/' ELSE '' END AS prefix FROM try
), server AS (             -- id: 0.0.0.0/4140
  SELECT o.entity, substr(c.entity, instr(c.entity, '|server|') + 8) AS id, c.increase AS requests
    FROM one o JOIN counter c
      ON c.source = 'linkerd' AND c.name = 'requests' AND instr(c.entity, '|server|') > 0
     AND substr(c.entity, 1, length(o.prefix)) = o.prefix
   WHERE c.increase > 0
), port AS (
  SELECT entity, id, requests,
         EXISTS (SELECT 1 FROM listener l WHERE l.port = cast(substr(id, instr(id, '/') + 1) AS INT)) AS here
    FROM server
)
SELECT CASE WHEN sum(x.requests) < p.min_requests THEN 'skip'
            WHEN max(x.here) = 0                  THEN 'warn'
            ELSE 'ok' END                AS level,
       x.entity,
       CASE x.entity WHEN '' THEN 'metrics.json' ELSE x.entity END AS endpoint,
       group_concat(x.id, ' ')           AS servers,
       sum(x.requests)                   AS requests,
       sum(x.here)                       AS listening
  FROM (SELECT * FROM port ORDER BY entity, id) x JOIN p
 GROUP BY x.entity
 ORDER BY listening, x.entity;
