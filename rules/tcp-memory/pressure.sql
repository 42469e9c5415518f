-- rule:     tcp-memory/pressure
-- version:  1
-- schema:   1
-- title:    TCP's memory of the whole host is short
-- tags:     tcp memory
-- requires: sockstat >= 2, sysctl
-- wants:    netstat
-- param:    min_pressures  times  that the host came under pressure
-- message:  TCP uses up to {mem_pages} pages, limits of tcp_mem: {low} {pressure} {high} ({used_pct}% of the highest); under pressure {pressures} times, {pressure_s} s in all, in {intervals_hit} of {intervals} intervals
-- meaning:  Above the second limit windows no longer grow and what can be given back is; above the third new data is refused, segments
--           are dropped and sockets without owner are reset. The cause is data that nobody takes: received and unread, or sent and
--           not acknowledged. Limits and use are of the whole host, also when this was recorded in a container.
-- remedy:   See who holds it, and the queues:
--             ss -tnmp | grep -B1 -E 'skmem:.(r|t)[1-9]'
--             ss -tn | sort -k2,3 -rn | head
--           Programs that do not read, or peers that do not acknowledge, come first. Else, in pages ({page_bytes} each):
--             sysctl -w net.ipv4.tcp_mem='{_double}'   # now {low} pages {pressure} {high}
-- verify:   mem stays below {low} pages:
--             grep ^TCP /proc/net/sockstat
-- but:      Limits are made from the host's memory at boot; somebody may have set them low on purpose.
-- see:      tcp(7) (tcp_mem); Documentation/networking/snmp_counter.rst (TcpExtTCPMemoryPressures); tcp-memory/rcvq-drop
WITH p AS (
  SELECT coalesce(:min_pressures, 1) AS min_pressures
), words AS (              -- three numbers between tabs or blanks
  SELECT ltrim(replace(last, char(9), ' ')) AS a FROM setting WHERE name = 'net.ipv4.tcp_mem'
), words2 AS (
  SELECT a, ltrim(substr(a, instr(a, ' '))) AS b FROM words WHERE instr(a, ' ') > 0
), limits AS (
  SELECT max(CAST(a AS INTEGER)) AS low, max(CAST(b AS INTEGER)) AS pressure,
         max(CAST(ltrim(substr(b, instr(b, ' '))) AS INTEGER)) AS high
    FROM words2 WHERE instr(b, ' ') > 0
), g AS (
  SELECT max(hi) AS mem, max(hi_snap) AS hi_snap FROM gauge
   WHERE source = 'sockstat' AND entity = '' AND name = 'TCP_mem'
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPMemoryPressures'       THEN increase END)  AS times,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressuresChrono' THEN increase END)  AS ns,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressures'       THEN active END)    AS active,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressures'       THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressures' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressures'       THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPMemoryPressures'       THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
)
SELECT CASE WHEN g.mem IS NULL OR l.high IS NULL         THEN 'skip'
            WHEN g.mem >= l.high                         THEN 'crit'
            WHEN g.mem >= l.pressure                     THEN 'warn'
            WHEN n.times >= p.min_pressures              THEN 'warn'
            ELSE 'ok' END                                AS level,
       ''                                                AS entity,
       CAST(g.mem AS INTEGER)                            AS mem_pages,
       l.low,
       l.pressure,
       l.high,
       round(g.mem * 100.0 / nullif(l.high, 0), 1)       AS used_pct,
       coalesce(n.times, '?')                            AS pressures,
       coalesce(round(n.ns / 1e9, 3), '?')               AS pressure_s,
       coalesce((SELECT v FROM meta WHERE k = 'page_size_bytes'), '?') AS page_bytes,
       (2 * l.low) || ' ' || (2 * l.pressure) || ' ' || (2 * l.high) AS _double,
       coalesce(n.active, 0)                             AS intervals_hit,
       coalesce(n.intervals, 0)                          AS intervals,
       coalesce(n.peak_snap, g.hi_snap)                  AS at,
       coalesce(n.first_active, g.hi_snap)               AS first_at,
       coalesce(n.last_active, g.hi_snap)                AS last_at
  FROM g JOIN limits l JOIN n JOIN p
 ORDER BY entity;
