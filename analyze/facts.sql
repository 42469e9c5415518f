-- What stands above the findings: one row, each column one sentence or NULL.  See facts.h.
WITH m AS (
  SELECT max(CASE WHEN k = 'started' THEN v END) AS started, max(CASE WHEN k = 'started' THEN substr(v, 1, 11) END) AS day, max(CASE WHEN k = 'ended' THEN v END) AS ended,
         max(CASE WHEN k = 'window_asked_s' THEN 0 + v END) AS asked, max(CASE WHEN k = 'window_s' THEN 0 + v END) AS got,
         max(CASE WHEN k = 'interval_s' THEN 0 + v END) AS every, max(CASE WHEN k = 'ticks_taken' THEN 0 + v END) AS taken,
         max(CASE WHEN k = 'ticks_missed' THEN 0 + v END) AS missed, max(CASE WHEN k = 'cpus' THEN 0 + v END) AS cpus,
         max(CASE WHEN k = 'uid' THEN 0 + v END) AS uid, max(CASE WHEN k = 'end_reason' THEN v END) AS reason,
         max(CASE WHEN k = 'kernel' THEN v END) AS kernel, max(CASE WHEN k = 'arch' THEN v END) AS arch,
         max(CASE WHEN k = 'recorded_from' THEN v END) AS recorded_from, max(CASE WHEN k = 'recorded_to' THEN v END) AS recorded_to,
         max(CASE WHEN k = 'bundles' THEN 0 + v END) AS bundles,
         max(CASE WHEN k = 'input' THEN v END) AS input, max(CASE WHEN k = 'tool_version' THEN v END) AS sos_version,
         max(CASE WHEN k = 'case' THEN v END) AS ticket, max(CASE WHEN k = 'obfuscated' THEN v END) AS obfuscated,
         max(CASE WHEN k = 'time_from' THEN v END) AS time_from, max(CASE WHEN k = 'files_listed' THEN 0 + v END) AS listed
    FROM meta
), s AS (
  SELECT count(CASE WHEN state IN ('ok', 'partial') THEN 1 END) AS recorded, count(CASE WHEN state = 'partial' THEN 1 END) AS gaps,
         sum(bad) AS bad FROM source
), lost AS (
  SELECT group_concat(source || ' (' || state || ')', ', ') AS text
    FROM (SELECT source, state FROM source WHERE state NOT IN ('ok', 'partial', 'not-collected', 'absent') ORDER BY source)
), nics AS (               -- those that are hardware, or a hypervisor's
  SELECT group_concat(text, ', ') || CASE WHEN max(more) > 0 THEN ' and ' || max(more) || ' more' ELSE '' END AS text
    FROM (SELECT entity || coalesce(' ' || human(max(CASE WHEN name = 'speed' AND first > 0 THEN first END), 'bit/s'), '')
                 || coalesce(' ' || max(CASE WHEN name = 'driver' THEN first END), '')
                 || coalesce(' ' || max(CASE WHEN name = 'channels_combined' THEN first || CASE first WHEN 1 THEN ' queue' ELSE ' queues' END END), '') AS text,
                 count(*) OVER () - 3 AS more
            FROM series WHERE source = 'nic'
             AND entity IN (SELECT entity FROM series WHERE source = 'nic' AND name = 'bus' AND first NOT IN ('', 'N/A', 'tap', 'tun'))
           GROUP BY entity ORDER BY max(CASE WHEN name = 'operstate' THEN first = 'up' END) DESC, entity LIMIT 3)
), l5d AS (
  SELECT (SELECT count(*) FROM linkerd_client) AS clients, (SELECT count(*) FROM linkerd_server) AS servers,
         (SELECT count(*) FROM (SELECT router FROM linkerd_server UNION SELECT router FROM linkerd_client)) AS routers,
         (SELECT max(first) FROM series WHERE source = 'linkerd_info' AND name = 'version') AS version,
         (SELECT max(pid) FROM listener WHERE port IN (4140, 9990)) AS pid,
         (SELECT sum(requests * 1.0 / nullif(span, 0)) FROM linkerd_server) AS rate
)
SELECT CASE WHEN recorded_from IS NULL
            THEN replace(substr(started, 1, 19), 'T', ' ')
                 || coalesce(' .. ' || CASE WHEN substr(ended, 1, 10) = substr(started, 1, 10) THEN substr(ended, 12, 8)
                                            ELSE replace(substr(ended, 1, 19), 'T', ' ') END, '') || ' UTC'
            ELSE 'judged ' || started || ' .. ' || replace(ended, day, '') || ' of ' || replace(recorded_from, day, '')
                 || ' .. ' || replace(recorded_to, day, '') END AS "when",
       CASE WHEN input = 'sosreport' THEN 'one snapshot'
              || coalesce(', up ' || human(coalesce((SELECT first FROM series WHERE source = 'host' AND name = 'uptime_s'),
                                                    (SELECT 0 + v FROM meta WHERE k = 'uptime_s')), 's'), '')
            ELSE
       human(got, 's') || CASE WHEN bundles > 1 THEN ' in ' || bundles || ' recordings'
                               WHEN asked > 0 THEN ' of ' || human(asked, 's') || ' asked' ELSE '' END END AS window,
       CASE WHEN input = 'sosreport' THEN 'totals since boot, no rates' ELSE
       taken || ' ticks' || coalesce(' every ' || human(every, 's'), '') || coalesce(', ' || nullif(missed, 0) || ' missed', '') END AS ticks,
       'kernel ' || kernel || coalesce(' ' || arch, '') AS system,
       cpus || CASE cpus WHEN 1 THEN ' CPU' ELSE ' CPUs' END
         || coalesce(', ' || human((SELECT first FROM series WHERE source = 'meminfo' AND name = 'MemTotal'), 'B'), '') AS machine,
       (SELECT first FROM series WHERE source = 'host' AND name = 'os') AS os,
       recorded || ' sources recorded' || coalesce(', ' || nullif(gaps, 0) || ' of them with gaps', '')
         || coalesce('; not ' || lost.text, '') AS evidence,
       CASE WHEN input = 'sosreport'
            THEN 'a sosreport' || coalesce(' of sos ' || sos_version, '') || coalesce(', case ' || ticket, '')
                 || CASE WHEN obfuscated = 1 THEN ', obfuscated' ELSE '' END || coalesce(', time by ' || time_from, ', time unknown')
                 || coalesce('; ' || nullif(listed, 0) || ' files of the network in no form that is read', '')
            WHEN EXISTS (SELECT 1 FROM note WHERE member = 'bundle.json')
            THEN 'bundle.json is missing or damaged: host and options are not known' END AS origin,
       CASE WHEN uid > 0 THEN 'recorded without root' END AS privileges,
       CASE reason WHEN 'complete' THEN NULL WHEN 'cut' THEN CASE input WHEN 'sosreport' THEN 'the archive was cut: its end is missing' ELSE 'the bundle was cut: its end is missing' END
                   ELSE 'ended early: ' || reason END AS "end",
       nics.text AS nics,
       CASE WHEN servers + clients > 0
            THEN 'linkerd' || coalesce(' ' || version, '') || coalesce(' (pid ' || pid || ')', '') || ': '
              || routers || CASE routers WHEN 1 THEN ' router, ' ELSE ' routers, ' END
              || servers || CASE servers WHEN 1 THEN ' server, ' ELSE ' servers, ' END
              || clients || CASE clients WHEN 1 THEN ' client' ELSE ' clients' END || coalesce(', requests ' || human(rate, 'per_s'), '') END AS linkerd
  FROM m JOIN s JOIN lost JOIN l5d JOIN nics;
