-- rule:     tcp-retransmit/resets
-- version:  1
-- schema:   1
-- title:    Many connections were reset
-- tags:     tcp reset errors
-- requires: snmp >= 4
-- wants:    netstat
-- min_span: 30s
-- param:    min_resets  resets   fewer are noise
-- param:    warn_pct    percent  of the connections opened in either direction
-- message:  {resets} resets for {opens} opened connections ({resets_pct}%), in {intervals_hit} of {intervals} intervals: {killed} established connections ended so, {strays} more RSTs were sent; {on_close} closed with unread data, {on_data} by data after the close or by linger 0
-- meaning:  TcpEstabResets counts established connections that ended without a FIN, whoever began it; TcpOutRsts every RST that this host
--           sent. A reset by this host's own application is in both, so TCPAbortOnClose, TCPAbortOnData and TCPAbortOnLinger are taken
--           off OutRsts before they are added. What is left are answers to packets that no socket wants: connects to closed ports,
--           data for connections that were forgotten. Much unread data at close is an application that answers before it has
--           read the request; its peer may lose the answer.
-- remedy:   See who:
--             tcpdump -ni any -c 100 'tcp[13] & 4 != 0'
--           Unread data at close: the program must read to the end, or shutdown(2) its sending side first and read until end of file.
--           Peers that reset idle connections: keep idle times here below those of the peer or load balancer.
-- verify:   These grow by less than 1% of the connections:
--             nstat -az TcpEstabResets TcpOutRsts TcpExtTCPAbortOnClose
-- but:      Health checks that end with a RST, connects to closed ports, scanners, clients that are killed.
-- see:      RFC 1213 (tcpEstabResets, tcpOutRsts); Documentation/networking/snmp_counter.rst (TcpExtTCPAbortOnClose); RFC 1122 4.2.2.13
WITH p AS (
  SELECT coalesce(:min_resets, 50) AS min_resets,
         coalesce(:warn_pct, 5)    AS warn_pct
), c AS (
  SELECT max(CASE WHEN name = 'TcpEstabResets'  THEN increase END)  AS killed,
         max(CASE WHEN name = 'TcpOutRsts'      THEN increase END)  AS rsts,
         max(CASE WHEN name = 'TcpActiveOpens'  THEN increase END)  AS active_opens,
         max(CASE WHEN name = 'TcpPassiveOpens' THEN increase END)  AS passive_opens,
         max(CASE WHEN name IN ('TcpEstabResets', 'TcpOutRsts') THEN active END)       AS active,
         max(CASE WHEN name IN ('TcpEstabResets', 'TcpOutRsts') THEN intervals END)    AS intervals,
         min(CASE WHEN name IN ('TcpEstabResets', 'TcpOutRsts') THEN first_active END) AS first_active,
         max(CASE WHEN name IN ('TcpEstabResets', 'TcpOutRsts') THEN last_active END)  AS last_active
    FROM counter WHERE source = 'snmp' AND entity = ''
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPAbortOnClose' THEN increase END) AS on_close,
         sum(CASE WHEN name IN ('TcpExtTCPAbortOnData', 'TcpExtTCPAbortOnLinger') THEN increase END) AS on_data
    FROM counter WHERE source = 'netstat' AND entity = ''
), r AS (
  SELECT c.*, n.*, coalesce(c.active_opens, 0) + coalesce(c.passive_opens, 0) AS opens,
         max(c.rsts - coalesce(n.on_close, 0) - coalesce(n.on_data, 0), 0) AS strays
    FROM c JOIN n
), top AS (
  SELECT peak_snap FROM counter
   WHERE source = 'snmp' AND entity = '' AND name IN ('TcpEstabResets', 'TcpOutRsts') AND increase > 0
   ORDER BY increase DESC, name LIMIT 1
)
SELECT CASE WHEN r.killed IS NULL OR r.rsts IS NULL OR coalesce(r.active_opens, r.passive_opens) IS NULL THEN 'skip'
            WHEN r.killed + r.strays >= p.min_resets
                 AND (r.killed + r.strays) * 100.0 >= p.warn_pct * r.opens                     THEN 'warn'
            ELSE 'ok' END                                        AS level,
       ''                                                        AS entity,
       r.killed + r.strays                                       AS resets,
       r.opens,
       round((r.killed + r.strays) * 100.0 / nullif(r.opens, 0), 1) AS resets_pct,
       r.killed,
       r.strays,
       coalesce(r.on_close, '?')                                 AS on_close,
       coalesce(r.on_data, '?')                                  AS on_data,
       r.active                                                  AS intervals_hit,
       r.intervals,
       (SELECT peak_snap FROM top)                               AS at,
       r.first_active                                            AS first_at,
       r.last_active                                             AS last_at
  FROM r JOIN p
 ORDER BY entity;
