-- rule:     tcp-retransmit/abort
-- version:  1
-- schema:   1
-- title:    Connections were given up after all their retries
-- tags:     tcp loss errors
-- requires: netstat >= 2, snmp >= 2
-- wants:    sysctl
-- param:    min_aborts  connections  given up that were established, so far as can be told
-- message:  {aborts} connections given up by timeout in {intervals_hit} of {intervals} intervals, at least {established} of them established; {attempt_fails} connects failed for any reason
-- meaning:  The kernel retransmitted until its limit (tcp_retries2={retries2}, by default some 15 minutes; keepalive or TCP_USER_TIMEOUT
--           where they are set) and then failed the connection: its user waited all that time for an error. TCPAbortOnTimeout also
--           counts connects that nobody answered, and these count in TcpAttemptFails too: what is above AttemptFails were
--           established connections. When all can have been connects this is information only.
-- remedy:   Find the peers that vanish (tcp-retransmit/backoff):
--             ss -tno | grep -E 'timer:.(on|keepalive)'
--           Firewalls and load balancers that forget idle connections: net.ipv4.tcp_keepalive_time below their limit.
--           Fewer retries only where peers are expected to die:
--             sysctl -w net.ipv4.tcp_retries2=8   # now {retries2} retries
-- verify:   This stands still:
--             nstat -az TcpExtTCPAbortOnTimeout
-- but:      Clients that were switched off or left their network. Connects that were refused raise AttemptFails and can hide some.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPAbortOnTimeout); ip-sysctl.rst (tcp_retries2)
WITH p AS (
  SELECT coalesce(:min_aborts, 1) AS min_aborts
), n AS (
  SELECT max(increase) AS aborts, max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPAbortOnTimeout'
), o AS (
  SELECT max(increase) AS fails FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpAttemptFails'
), r AS (
  SELECT n.*, o.fails, max(n.aborts - o.fails, 0) AS established FROM n JOIN o
), s AS (
  SELECT max(last) AS retries2 FROM setting WHERE name = 'net.ipv4.tcp_retries2'
)
SELECT CASE WHEN r.aborts IS NULL OR r.fails IS NULL   THEN 'skip'
            WHEN r.established >= p.min_aborts         THEN 'warn'
            WHEN r.aborts >= p.min_aborts              THEN 'info'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       r.aborts,
       r.established,
       r.fails                           AS attempt_fails,
       coalesce(s.retries2, '?')         AS retries2,
       r.active                          AS intervals_hit,
       r.intervals,
       r.peak_snap                       AS at,
       r.first_active                    AS first_at,
       r.last_active                     AS last_at
  FROM r JOIN s JOIN p
 ORDER BY entity;
