-- rule:     tcp-retransmit/checksum
-- version:  1
-- schema:   1
-- title:    Segments arrived with a wrong checksum
-- tags:     tcp udp corruption
-- requires: snmp >= 2
-- wants:    netstat
-- param:    warn_errors  packets  with a wrong checksum
-- param:    crit_errors  packets  with a wrong checksum
-- message:  {errors} packets with a wrong checksum in {intervals_hit} of {intervals} intervals: TCP {tcp}, UDP {udp}, ICMP {icmp}, IP {ip}; TcpInErrs grew by {in_errs}
-- meaning:  The link's own check sum was right, or the NIC would have dropped the frame: the data was changed in memory of a device on the
--           way, by a NIC that computes checksums wrongly, or by a tunnel or NAT that does not adjust them. TCP sends again; the
--           16 bits of its sum also let one wrong packet in 65,536 pass as right. TcpInErrs alone is not judged: it also counts SYNs in
--           the middle of connections.
-- remedy:   As a test only, for it costs CPU, on both ends:
--             ethtool -K DEVICE rx off tx off
--           If it stops, update the driver or firmware, or replace the NIC. Else leave out one hop after the other: tunnels, NAT,
--           virtual switches. Compare captures of both ends (outgoing packets always look wrong where the NIC computes their sum):
--             tcpdump -ni DEVICE -vv | grep -i 'cksum.*incorrect'
-- verify:   These stand still:
--             nstat -az TcpInCsumErrors UdpInCsumErrors
-- but:      Tools that inject packets, and single packets from strangers on the Internet: therefore few are a warning only.
-- see:      RFC 9293 section 3.1 (checksum); Documentation/networking/checksum-offloads.rst
WITH p AS (
  SELECT coalesce(:warn_errors, 1)  AS warn_errors,
         coalesce(:crit_errors, 10) AS crit_errors
), e AS (
  SELECT name, increase, active, intervals, peak_snap, first_active, last_active FROM counter
   WHERE entity = '' AND increase IS NOT NULL
     AND ((source = 'snmp' AND name IN ('TcpInCsumErrors', 'UdpInCsumErrors', 'UdpLiteInCsumErrors', 'IcmpInCsumErrors'))
          OR (source = 'netstat' AND name = 'IpExtInCsumErrors'))
), c AS (
  SELECT sum(increase) AS errors, max(active) AS active, max(intervals) AS intervals,
         sum(CASE WHEN name = 'TcpInCsumErrors'  THEN increase ELSE 0 END) AS tcp,
         sum(CASE WHEN name LIKE 'Udp%'          THEN increase ELSE 0 END) AS udp,
         sum(CASE WHEN name = 'IcmpInCsumErrors' THEN increase ELSE 0 END) AS icmp,
         sum(CASE WHEN name LIKE 'IpExt%'        THEN increase ELSE 0 END) AS ip,
         min(first_active) AS first_active, max(last_active) AS last_active
    FROM e
), i AS (
  SELECT max(increase) AS in_errs FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpInErrs'
)
SELECT CASE WHEN c.errors IS NULL              THEN 'skip'   -- not counted before 3.10
            WHEN c.errors >= p.crit_errors     THEN 'crit'
            WHEN c.errors >= p.warn_errors     THEN 'warn'
            ELSE 'ok' END                AS level,
       ''                                AS entity,
       c.errors,
       c.tcp,
       c.udp,
       c.icmp,
       c.ip,
       coalesce(i.in_errs, '?')          AS in_errs,
       c.active                          AS intervals_hit,
       c.intervals,
       (SELECT peak_snap FROM e WHERE increase > 0 ORDER BY increase DESC, name LIMIT 1) AS at,
       c.first_active                    AS first_at,
       c.last_active                     AS last_at
  FROM c JOIN i JOIN p
 ORDER BY entity;
