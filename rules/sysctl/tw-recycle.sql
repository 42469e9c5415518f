-- rule:     sysctl/tw-recycle
-- version:  1
-- schema:   1
-- title:    tcp_tw_recycle drops connections of clients behind NAT
-- tags:     sysctl tcp nat
-- requires: sysctl >= 1, meta
-- wants:    netstat
-- param:    gone  version  of the kernel (a.b.c as a*1000000 + b*1000 + c) that has no such setting
-- message:  net.ipv4.tcp_tw_recycle is {value}; {dropped} SYNs with an old time stamp were dropped in the window
-- meaning:  With it the kernel remembers the last time stamp of each address and drops SYNs with an older one. Behind one NAT address
--           are many hosts with clocks of their own: some of them cannot connect, now and then, without any error.
-- remedy:   Switch it off, and take it out of /etc/sysctl.conf and /etc/sysctl.d:
--             sysctl -w net.ipv4.tcp_tw_recycle=0   # now 1
--           For outgoing connections net.ipv4.tcp_tw_reuse=1 is safe.
-- verify:   This stands still:
--             nstat -az TcpExtPAWSPassive
-- but:      A host that no NAT and no load balancer connects to is not harmed, until one does.
-- see:      vincent.bernat.ch, Coping with the TCP TIME-WAIT state; removed in Linux 4.12
WITH p AS (
  SELECT coalesce(:gone, 4012000) AS gone
), s AS (
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_tw_recycle' THEN cast(last AS INT) END) AS value, count(*) AS known FROM setting
), k AS (
  SELECT max(cast(v AS INT)) AS kernel FROM meta WHERE k = 'kernel_num'
), n AS (
  SELECT max(increase) AS dropped, max(CASE WHEN increase > 0 THEN peak_snap END) AS at, max(first_active) AS first_at, max(last_active) AS last_at
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtPAWSPassive'
)
SELECT CASE WHEN s.value >= 1                            THEN 'crit'
            WHEN s.value = 0 OR k.kernel >= p.gone       THEN 'ok'
            ELSE 'skip' END        AS level,
       ''                          AS entity,
       s.value,
       coalesce(n.dropped, 0)      AS dropped,
       n.at, n.first_at, n.last_at
  FROM s JOIN k JOIN p JOIN n
 ORDER BY entity;
