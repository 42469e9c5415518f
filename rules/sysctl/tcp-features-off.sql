-- rule:     sysctl/tcp-features-off
-- version:  1
-- schema:   1
-- title:    A feature that TCP needs is switched off
-- tags:     sysctl tcp
-- requires: sysctl >= 1
-- message:  {entity} is 0: {_harm}
-- meaning:  All of them are on by default since 2.4 and negotiated with each peer: switched off here, no connection of this host has
--           them. They were switched off in old tuning guides, and for weaknesses that are repaired.
-- remedy:   Switch it on, and take the 0 out of /etc/sysctl.d:
--             sysctl -w {entity}=1   # now 0
--           New connections have it; old ones have to be made anew.
-- verify:   This shows sack, ts and wscale on new connections:
--             ss -ti
-- but:      Hardening on purpose: time stamps tell the uptime of kernels before 4.10, and SACK had to be off for some days of 2019
--           (CVE-2019-11477) where a kernel could not be updated.
-- see:      Documentation/networking/ip-sysctl.rst (tcp_sack, tcp_timestamps, tcp_window_scaling)
WITH feature(name, harm) AS (
  VALUES ('net.ipv4.tcp_sack', 'after a loss the sender does not know what arrived, and several losses in one window take a timeout'),
         ('net.ipv4.tcp_timestamps', 'round trips are measured once a window, and net.ipv4.tcp_tw_reuse does nothing'),
         ('net.ipv4.tcp_window_scaling', 'a connection has at most 64 kB on its way: 5 Mbit/s at a round trip of 100 ms')
)
SELECT CASE WHEN s.value IS NULL            THEN 'skip'
            WHEN cast(s.last AS INT) = 0    THEN 'warn'
            ELSE 'ok' END       AS level,
       f.name                   AS entity,
       s.last                   AS value,
       f.harm                   AS _harm
  FROM feature f LEFT JOIN setting s ON s.name = f.name
 ORDER BY f.name;
