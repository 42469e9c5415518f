-- rule:     linkerd-jvm/cpu-count
-- version:  1
-- schema:   1
-- title:    The JVM counts other CPUs than it may use
-- tags:     linkerd jvm cgroup
-- requires: linkerd >= 1
-- wants:    cgroup, owners, task
-- applies:  linkerd
-- param:    many_cpus  CPUs  of a host on which a JVM that sees one is worth a word
-- message:  the JVM of linkerd counts {num_cpus} CPUs; its group may use {limit_cpus}, the host has {host_cpus}, allowed are {allowed}
-- meaning:  Netty's threads, the collector's threads and the fork pools are sized by that number. More than the quota
--           allows: they use it up early in each period and then all stand still until the next. A single one on a large
--           host: one thread does all of linkerd's work, and the JVM chooses the serial collector.
-- remedy:   Raise the CPU limit or the cpuset of its control group, or tell the JVM, in the environment of linkerd:
--             JVM_OPTIONS="-XX:ActiveProcessorCount=N"   # now {num_cpus}
--           Java before 8u191 knows nothing of quotas.
-- verify:   jvm/num_cpus is the quota divided by its period, rounded up.
-- but:      A quota of a group further up is not seen. linkerd is known by its admin port (else 4140) among the listeners: in
--           another network namespace its group stays unknown and only the host's CPUs are compared.
-- see:      Documentation/admin-guide/cgroup-v2.rst, cpu.max; cgroup/cpu-throttled
WITH p AS (
  SELECT coalesce(:many_cpus, 4) AS many_cpus
), jvm AS (                -- entity of one among several linkerds: 127.0.0.1:9990/
  SELECT entity, cast(last AS INT) AS num_cpus,
         CASE WHEN instr(entity, ':') > 0 THEN cast(substr(entity, instr(entity, ':') + 1) AS INT) ELSE 9990 END AS port
    FROM series WHERE source = 'linkerd' AND name = 'jvm/num_cpus' AND kind <> 'text' AND last >= 1
), owner AS (
  SELECT j.entity,
         coalesce((SELECT max(pid) FROM listener WHERE port = j.port),
                  (SELECT max(pid) FROM listener WHERE port = 4140 AND j.entity = '')) AS pid
    FROM jvm j
), task AS (
  SELECT o.entity,
         max(CASE WHEN s.name = 'cgroup' THEN substr(s.last, 2) END)  AS path,
         max(CASE WHEN s.name = 'cpus_allowed' THEN s.last END)       AS allowed
    FROM owner o JOIN series s ON s.source = 'task' AND substr(s.entity, 1, length(o.pid) + 1) = o.pid || ':'
   GROUP BY o.entity
), quota AS (
  SELECT q.entity, (cast(q.last AS INT) + cast(t.last AS INT) - 1) / nullif(cast(t.last AS INT), 0) AS cpus
    FROM gauge q JOIN gauge t ON t.source = 'cgroup' AND t.name = 'cpu_period' AND t.entity = q.entity
   WHERE q.source = 'cgroup' AND q.name = 'cpu_quota' AND q.last > 0
), judged AS (
  SELECT j.entity, j.num_cpus, q.cpus AS limit_cpus, t.allowed,
         (SELECT v + 0 FROM meta WHERE k = 'cpus') AS host_cpus
    FROM jvm j LEFT JOIN task t ON t.entity = j.entity LEFT JOIN quota q ON q.entity = t.path
)
SELECT CASE WHEN j.num_cpus > j.limit_cpus                       THEN 'info'
            WHEN j.num_cpus = 1 AND j.host_cpus >= p.many_cpus
             AND coalesce(j.limit_cpus, 2) > 1                   THEN 'info'
            WHEN j.limit_cpus IS NULL AND j.host_cpus IS NULL    THEN 'skip'
            ELSE 'ok' END                     AS level,
       j.entity,
       j.num_cpus,
       coalesce(j.limit_cpus, 'no limit known') AS limit_cpus,
       coalesce(j.host_cpus, '?')             AS host_cpus,
       coalesce(j.allowed, '?')               AS allowed
  FROM judged j JOIN p
 ORDER BY level, j.entity;
