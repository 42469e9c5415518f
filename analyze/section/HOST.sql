-- section: HOST
-- order: 10
-- about: what the host is, and how loaded it was
-- source: stat loadavg meminfo
-- table:
-- layout: list
SELECT (SELECT v FROM meta WHERE k = 'host') AS host,
       (SELECT v FROM meta WHERE k = 'kernel') || coalesce(' ' || (SELECT v FROM meta WHERE k = 'arch'), '') AS kernel,
       (SELECT first FROM series WHERE source = 'host' AND name = 'os') AS os,
       (SELECT group_concat(v, ' ') FROM (SELECT v FROM (SELECT name, first AS v FROM series WHERE source IN ('host', 'dmi') AND name IN ('sys_vendor', 'product_name')) ORDER BY name DESC)) AS hardware,
       (SELECT first FROM series WHERE source = 'cpuinfo' AND entity = '' AND name = 'model') AS processor,
       (SELECT v FROM meta WHERE k = 'cpus')
         || coalesce(', cores ' || (SELECT s.first * c.first FROM series s JOIN series c ON c.source = 'cpuinfo' AND c.name = 'cores_per_socket' WHERE s.source = 'cpuinfo' AND s.name = 'sockets'), '')
         || coalesce(', threads per socket ' || (SELECT first FROM series WHERE source = 'cpuinfo' AND name = 'threads_per_socket'), '')
         || coalesce(', sockets ' || (SELECT first FROM series WHERE source = 'cpuinfo' AND entity = '' AND name = 'sockets'), '')
         || coalesce(', NUMA nodes ' || nullif((SELECT count(DISTINCT entity) FROM series WHERE source = 'host' AND entity LIKE 'node%'), 0), '') AS cpus,
       (SELECT first FROM series WHERE source = 'meminfo' AND name = 'MemTotal') AS memory_bytes,
       coalesce((SELECT first FROM series WHERE source = 'host' AND name = 'uptime_s'), (SELECT 0 + v FROM meta WHERE k = 'uptime_s')) AS up_s,
       (SELECT first FROM series WHERE source = 'host' AND name = 'current_clocksource') AS clock,
       (SELECT group_concat(one, ', ') FROM (SELECT last || coalesce(printf(' (%.0f %%)', 100.0 * last / nullif((SELECT 0 + v FROM meta WHERE k = 'cpus'), 0)), '') AS one
          FROM series WHERE source = 'loadavg' AND name IN ('load1', 'load5', 'load15') AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%') ORDER BY 0 + substr(name, 5))) AS "load averages, of all CPUs",
       (SELECT nullif(value, '0') FROM setting WHERE name = 'kernel.tainted' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')) AS "tainted kernel, bits",
       (SELECT group_concat(what, ', ') FROM (
          SELECT CASE WHEN b.what IS NULL THEN 'bit ' || n.bit ELSE b.what END AS what
            FROM (WITH RECURSIVE n(bit) AS (SELECT 0 UNION ALL SELECT bit + 1 FROM n WHERE bit < 62) SELECT bit FROM n) n
            LEFT JOIN (SELECT 0 AS bit, 'proprietary module' AS what UNION ALL SELECT 1, 'module forced in' UNION ALL SELECT 2, 'kernel out of specification'
                       UNION ALL SELECT 3, 'module forced out' UNION ALL SELECT 4, 'machine check' UNION ALL SELECT 5, 'bad page' UNION ALL SELECT 6, 'tainted by a user'
                       UNION ALL SELECT 7, 'it died (oops)' UNION ALL SELECT 8, 'ACPI table overridden' UNION ALL SELECT 9, 'warning' UNION ALL SELECT 10, 'staging driver'
                       UNION ALL SELECT 11, 'firmware bug worked around' UNION ALL SELECT 12, 'out-of-tree module' UNION ALL SELECT 13, 'unsigned module' UNION ALL SELECT 14, 'soft lockup'
                       UNION ALL SELECT 15, 'live patch' UNION ALL SELECT 16, 'distribution''s own (aux)' UNION ALL SELECT 17, 'randomised structs' UNION ALL SELECT 18, 'in-kernel test') b ON b.bit = n.bit
           WHERE (SELECT (0 + value) >> n.bit & 1 FROM setting WHERE name = 'kernel.tainted' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%'))
           ORDER BY n.bit)) AS "tainted by";
-- table: how the kernel was built and booted, and what guards it
-- layout: list
SELECT (SELECT first FROM series WHERE source = 'host' AND name = 'version' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')) AS "kernel build",
       (SELECT first FROM series WHERE source = 'host' AND name = 'cmdline') AS "kernel command line",
       (SELECT first FROM series WHERE source = 'host' AND name = 'grub_default') AS "booted next",
       (SELECT group_concat(v, ', ') FROM (SELECT CASE name WHEN 'selinux' THEN first WHEN 'selinux_mode' THEN 'now ' || first WHEN 'selinux_config' THEN 'at boot ' || first ELSE 'policy ' || first END AS v
          FROM series WHERE source = 'host' AND name LIKE 'selinux%' ORDER BY name = 'selinux' DESC, name = 'selinux_mode' DESC, name)) AS "SELinux",
       (SELECT first FROM series WHERE source = 'cpuinfo' AND name = 'flags' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')) AS "CPU flags",
       (SELECT CAST(last AS INT) FROM series WHERE source = 'stat' AND entity = '' AND name = 'processes' AND EXISTS(SELECT 1 FROM meta WHERE k = 'input' AND v LIKE 'sosreport%')) AS "processes since boot";
-- table: load over the window, in threads or as said
SELECT CASE name WHEN 'load1' THEN 'load average of 1 min, ' || coalesce((SELECT v FROM meta WHERE k = 'cpus'), '?') || ' CPUs'
            WHEN 'procs_running' THEN 'threads that run or wait for a CPU' WHEN 'procs_blocked' THEN 'threads blocked on I/O'
            WHEN 'ctxt' THEN 'context switches/s' ELSE 'new processes/s' END AS what,
       lo AS min, p50 AS med, hi AS max, spark(id) AS over_time_spark
  FROM series
 WHERE (source = 'loadavg' AND name = 'load1')
    OR (source = 'stat' AND entity = '' AND name IN ('procs_running', 'procs_blocked', 'ctxt', 'processes') AND (kind = 'gauge' OR intervals > 0))
 ORDER BY source, kind DESC, name DESC;
-- table: pressure stall: share of the window in which somebody (some) or all (full) waited for it
SELECT entity AS resource,
       max(CASE WHEN name = 'some_total' THEN increase END) / 1e7 / max(span) AS some_pct,
       max(CASE WHEN name = 'some_total' THEN peak_per_s END) / 1e7 AS some_worst_pct,
       max(CASE WHEN name = 'full_total' THEN increase END) / 1e7 / max(span) AS full_pct,
       max(CASE WHEN name = 'full_total' THEN peak_per_s END) / 1e7 AS full_worst_pct,
       spark(max(CASE WHEN name = 'some_total' THEN id END)) AS some_spark
  FROM series WHERE source = 'pressure' AND kind = 'counter' GROUP BY entity ORDER BY entity;
-- table: open files, of fs.file-max
SELECT CAST(max(CASE WHEN name = 'open' THEN hi END) AS INT) AS open_max, max(CASE WHEN name = 'max' THEN last END) AS "limit",
       100.0 * max(CASE WHEN name = 'open' THEN hi END) / nullif(max(CASE WHEN name = 'max' THEN last END), 0) AS used_pct
  FROM series WHERE source = 'files' HAVING count(*) > 0;
