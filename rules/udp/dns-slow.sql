-- rule:     udp/dns-slow
-- version:  1
-- schema:   1
-- title:    linkerd's DNS lookups are slow or fail
-- tags:     linkerd dns udp
-- requires: linkerd >= 2
-- wants:    snmp, conntrack
-- applies:  linkerd
-- param:    slow_ms      ms       99th percentile of a minute
-- param:    min_lookups  lookups  in the minute, or in the window
-- param:    failed_pct   percent  of the lookups
-- message:  {entity}: p99 of a lookup up to {p99_ms} ms in {slow_minutes} of {minutes} minutes; {failures} of {lookups} lookups failed ({failures_pct}%)
-- meaning:  A resolver that gets no answer asks again after 5 s, so a p99 near a multiple of 5000 ms is a lost datagram. In the window this
--           host dropped {udp_drops} datagrams at full UDP buffers, and {insert_failed} packets lost a race in connection tracking. An
--           address that cannot be resolved takes its backend out, and new hosts are learned late.
-- remedy:   Ask the same server by hand, more than once:
--             dig @SERVER NAME
--           A resolver with a cache on this host (systemd-resolved, dnsmasq), and in /etc/resolv.conf:
--             options ndots:1 single-request-reopen
-- verify:   p99 of {entity}/lookup_ms is below {:slow_ms} ms in a new recording, and its failures stand still.
-- but:      Only linkerd's own lookups (io.l5d.fs and others with host names): most namers need none, then there is nothing to judge.
--           A name that does not exist is a failed lookup too. The JVM caches answers.
-- see:      Finagle metrics, Name Resolution; resolv.conf(5); udp/rcvbuf-errors; conntrack/drops
WITH p AS (
  SELECT coalesce(:slow_ms, 1000)   AS slow_ms,
         coalesce(:min_lookups, 10) AS min_lookups,
         coalesce(:failed_pct, 1)   AS failed_pct
), tried AS (              -- 'inet/dns/dns_lookups' (to 1.0), 'successes' and 'failures' of the same scope
  SELECT CASE entity WHEN '' THEN '' ELSE entity || ' ' END || substr(name, 1, instr(name, 'inet/dns/') + 7) AS entity,
         max(CASE WHEN name LIKE '%inet/dns/dns_lookups' THEN increase END)         AS asked,
         max(CASE WHEN name LIKE '%inet/dns/successes' THEN increase END)           AS good,
         max(CASE WHEN name LIKE '%inet/dns/failures' OR name LIKE '%inet/dns/dns_lookup_failures' THEN increase END) AS bad,
         max(CASE WHEN name LIKE '%inet/dns/%failures' AND increase > 0 THEN peak_snap END)    AS at,
         min(CASE WHEN name LIKE '%inet/dns/%failures' AND increase > 0 THEN first_active END) AS first_at,
         max(CASE WHEN name LIKE '%inet/dns/%failures' AND increase > 0 THEN last_active END)  AS last_at
    FROM counter
   WHERE source = 'linkerd' AND (name LIKE '%inet/dns/dns_lookups' OR name LIKE '%inet/dns/successes' OR name LIKE '%inet/dns/failures'
                                 OR name LIKE '%inet/dns/dns_lookup_failures')
   GROUP BY 1
), slow AS (               -- w 0 ended before the window
  SELECT CASE w.router || w.id WHEN '' THEN '' ELSE w.router || w.id || ' ' END || substr(w.metric, 1, instr(w.metric, 'inet/dns/') + 7) AS entity,
         count(*) AS minutes, sum(w.p99 >= p.slow_ms) AS hit, max(w.p99) AS p99
    FROM window w JOIN p
   WHERE w.metric LIKE '%inet/dns/lookup_ms' AND w.w > 0 AND w.n >= p.min_lookups
   GROUP BY 1
), every AS (
  SELECT entity FROM tried UNION SELECT entity FROM slow
), judged AS (
  SELECT e.entity, t.bad, max(coalesce(t.asked, 0), coalesce(t.good, 0) + coalesce(t.bad, 0)) AS asked, s.minutes, s.hit, s.p99,
         t.at, t.first_at, t.last_at
    FROM every e LEFT JOIN tried t ON t.entity = e.entity LEFT JOIN slow s ON s.entity = e.entity
), host AS (
  SELECT sum(CASE WHEN source = 'snmp' THEN increase END) AS drops, sum(CASE WHEN source = 'conntrack' THEN increase END) AS failed
    FROM counter
   WHERE (source = 'snmp' AND name = 'UdpRcvbufErrors') OR (source = 'conntrack' AND name = 'insert_failed')
)
SELECT CASE WHEN j.hit > 0                                                                       THEN 'warn'
            WHEN j.asked >= p.min_lookups AND j.bad * 100.0 >= p.failed_pct * j.asked AND j.bad > 0 THEN 'warn'
            WHEN j.asked < p.min_lookups AND coalesce(j.minutes, 0) = 0                          THEN 'skip'
            ELSE 'ok' END                                 AS level,
       j.entity,
       coalesce(round(j.p99), '?')                        AS p99_ms,
       coalesce(j.hit, 0)                                 AS slow_minutes,
       coalesce(j.minutes, 0)                             AS minutes,
       j.asked                                            AS lookups,
       coalesce(j.bad, 0)                                 AS failures,
       coalesce(round(j.bad * 100.0 / nullif(j.asked, 0), 2), 0) AS failures_pct,
       coalesce(host.drops, 0)                            AS udp_drops,
       coalesce(host.failed, 0)                           AS insert_failed,
       'too few lookups in the window'                    AS why,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p JOIN host
 ORDER BY level = 'warn' DESC, j.p99 DESC, j.bad DESC, j.entity;
