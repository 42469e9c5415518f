-- rule:     sysctl/port-range
-- version:  1
-- schema:   1
-- title:    The range of local ports is narrow for what this host connects to
-- tags:     sysctl tcp sockets connect
-- requires: sysctl >= 1, tcp >= 1
-- after:    sockets/ephemeral-ports
-- param:    min_ports  ports    a range of that many is wide enough
-- param:    min_pct    percent  of the range in use towards one destination, below which the width does not matter
-- message:  {ports} local ports ({range}), and {used} of them ({used_pct}%) towards {peer} at worst
-- meaning:  Each connection to one address and port needs a local port of its own, also in TIME-WAIT. The default range has 28,232.
-- remedy:   Widen it, and reserve what listens in it (net.ipv4.ip_local_reserved_ports):
--             sysctl -w net.ipv4.ip_local_port_range="10240 65535"   # now {range}
-- verify:   sockets/ephemeral-ports is quiet in a new recording.
-- but:      A narrow range is right where a NAT or a firewall in front of the host has as many ports for it.
-- see:      Documentation/networking/ip-sysctl.rst, ip_local_port_range; sockets/ephemeral-ports
WITH p AS (
  SELECT coalesce(:min_ports, 20000) AS min_ports,
         coalesce(:min_pct, 30)      AS min_pct
), s AS (                  -- '32768 60999', with a tab or a blank between
  SELECT max(CASE WHEN name = 'net.ipv4.ip_local_port_range' THEN replace(last, char(9), ' ') END) AS range FROM setting
), r AS (
  SELECT range, cast(substr(range, instr(range, ' ') + 1) AS INT) - cast(range AS INT) + 1 AS ports FROM s
), step AS (
  SELECT peer, port, snap, sum(n) AS n FROM tcp_peer
   WHERE dir = 'out' AND peer <> '*' AND state <> 'LISTEN' GROUP BY peer, port, snap
), top AS (
  SELECT CASE WHEN instr(peer, ':') > 0 THEN '[' || peer || ']:' ELSE peer || ':' END || port AS peer, n, snap
    FROM step ORDER BY n DESC, peer, port, snap LIMIT 1
), f AS (
  SELECT count(*) AS n FROM finding WHERE rule = 'sockets/ephemeral-ports' AND level IN ('warn', 'crit')
)
SELECT CASE WHEN r.range IS NULL OR r.ports <= 0                THEN 'skip'
            WHEN r.ports >= p.min_ports                         THEN 'ok'
            WHEN coalesce(t.n, 0) * 100.0 < p.min_pct * r.ports THEN 'ok'
            WHEN f.n > 0                                        THEN 'warn'
            ELSE 'info' END                         AS level,
       ''                                           AS entity,
       r.ports,
       r.range,
       coalesce(t.n, 0)                             AS used,
       round(coalesce(t.n, 0) * 100.0 / nullif(r.ports, 0), 1) AS used_pct,
       coalesce(t.peer, 'nobody')                   AS peer,
       t.snap                                       AS at
  FROM r JOIN p JOIN f LEFT JOIN top t
 ORDER BY entity;
