-- rule:     memory/skb-alloc
-- version:  2
-- schema:   1
-- title:    Packets were lost for want of memory
-- tags:     memory loss nic
-- requires: netstat >= 2
-- wants:    ethtool, sysctl, meminfo
-- message:  {_reading}, in {intervals_hit} of {intervals} intervals
-- meaning:  A packet that arrives needs memory at once: an interrupt cannot wait for pages to be freed. With too few free pages in reserve
--           the NIC's ring stays empty and frames are lost, or the packet is made from the emergency reserve and thrown away,
--           because only sockets that swap over the network may use that (PFMemallocDrop).
-- remedy:   Keep more pages in reserve for such moments:
--             sysctl -w vm.min_free_kbytes={target_kb}   # now {min_free_kb} of {mem_kb} kB
--           and find what takes the memory: memory/low, memory/alloc-stall. dmesg may have "page allocation failure" of that time.
-- verify:   {_what} stands still.
-- but:      A driver that fails to allocate tries again and may still have buffers in its ring: then nothing was lost, and rx_missed or
--           rx_dropped stand still. dmesg is not recorded. Names that the catalogue (table ethtool_meaning) lacks are not seen.
-- see:      Documentation/networking/snmp_counter.rst; Documentation/admin-guide/sysctl/vm.rst, min_free_kbytes
WITH s AS (
  SELECT max(CASE WHEN name = 'vm.min_free_kbytes' THEN last END) AS min_free FROM setting
), m AS (
  SELECT max(last) / 1024 AS kb FROM gauge WHERE source = 'meminfo' AND entity = '' AND name = 'MemTotal'
), c AS (
  SELECT '' AS entity, name AS what, increase, active, intervals, peak_snap, first_active, last_active
    FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtPFMemallocDrop'
   UNION ALL
  SELECT entity || ' ' || name, name || ' of ' || entity, increase, active, intervals, peak_snap, first_active, last_active
    FROM nic_counter WHERE meaning = 'no_memory'
), known AS (              -- a kernel that never dropped one so may not list the counter (before 3.6)
  SELECT * FROM c
   UNION ALL
  SELECT '', 'TcpExtPFMemallocDrop', 0, 0, 0, NULL, NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM c)
)
SELECT CASE WHEN k.increase IS NULL THEN 'skip'
            WHEN k.increase > 0     THEN 'crit'
            ELSE 'ok' END                              AS level,
       k.entity,
       k.increase                                      AS failures,
       k.what                                          AS _what,
       k.increase || CASE WHEN k.entity = '' THEN ' packets dropped because they were made from the emergency reserve (TcpExtPFMemallocDrop)'
                          ELSE ' times no memory for a packet (' || k.what || ')' END AS _reading,
       coalesce(s.min_free, '?')                       AS min_free_kb,
       coalesce(m.kb, '?')                             AS mem_kb,
       max(2 * coalesce(s.min_free, 0), min(262144, coalesce(m.kb / 50, 262144))) AS target_kb,
       k.active                                        AS intervals_hit,
       k.intervals,
       CASE WHEN k.increase > 0 THEN k.peak_snap END   AS at,
       k.first_active                                  AS first_at,
       k.last_active                                   AS last_at
  FROM known k JOIN s JOIN m
 ORDER BY k.increase DESC, k.entity;
