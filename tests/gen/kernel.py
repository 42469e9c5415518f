"""What each version of Linux prints: the names of its counters, in its order.

A table is a text of names; `Name>=4.19` is printed since that version, `Name<4.12` until
it.  Sources: net/ipv4/proc.c, net/ipv6/proc.c, mm/vmstat.c, fs/proc/meminfo.c,
net/netfilter/nf_conntrack_standalone.c, net/core/neighbour.c, net/core/net-procfs.c.
"""
import re


class Kernel:
    """A release such as 5.14.0-503.el9.x86_64; `k >= (4, 19)` compares versions."""

    def __init__(self, release):
        self.release = release
        self.version = tuple(int(n) for n in re.findall(r'\d+', release)[:3])

    def __ge__(self, version):
        return self.version[:len(version)] >= version

    def names(self, table):
        """The names of a table that this version has."""
        return [m.group(1) for m in map(NAME.match, table.split()) if self._has(m)]

    def _has(self, match):
        since, until = (tuple(map(int, v.split('.'))) if v else None for v in match.group(2, 3))
        return (since is None or self >= since) and (until is None or not self >= until)

    def softnet_columns(self):
        for since, columns in (((6, 3), 15), ((5, 10), 13), ((3, 11), 11), ((2, 6, 35), 10)):
            if self >= since:
                return columns
        return 9


NAME = re.compile(r'([^<>=]+)(?:>=([\d.]+))?(?:<([\d.]+))?$')

TCP_EXT = '''
SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned OutOfWindowIcmps
LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSPassive<4.12 PAWSActive PAWSEstab BeyondWindow>=6.17
TSEcrRejected>=6.16 PAWSOldAck>=6.14 PAWSTimewait>=6.15 DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows
ListenDrops TCPPrequeued<4.14 TCPDirectCopyFromBacklog<4.14 TCPDirectCopyFromPrequeue<4.14 TCPPrequeueDropped<4.14
TCPHPHits TCPHPHitsToUser<4.14 TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging
TCPFACKReorder<4.15 TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo
TCPLoss<3.2 TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPForwardRetrans<4.15
TCPSlowStartRetrans TCPTimeouts TCPLossProbes>=3.10 TCPLossProbeRecovery>=3.10 TCPRenoRecoveryFail TCPSackRecoveryFail
TCPSchedulerFailed<4.17 TCPRcvCollapsed TCPBacklogCoalesce>=5.0 TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv
TCPDSACKOfoRecv TCPAbortOnSyn<3.2 TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger
TCPAbortFailed TCPMemoryPressures TCPMemoryPressuresChrono>=4.13 TCPSACKDiscard TCPDSACKIgnoredOld
TCPDSACKIgnoredNoUndo TCPSpuriousRTOs TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure>=4.13 TCPSackShifted TCPSackMerged
TCPSackShiftFallback TCPBacklogDrop>=2.6.34 PFMemallocDrop>=4.15 TCPMinTTLDrop>=2.6.34 TCPDeferAcceptDrop>=2.6.34
IPReversePathFilter>=2.6.36 TCPTimeWaitOverflow>=2.6.37 TCPReqQFullDoCookies>=3.1 TCPReqQFullDrop>=3.1
TCPRetransFail>=3.3 TCPRcvCoalesce>=3.4 TCPOFOQueue>=3.4 TCPOFODrop>=3.4 TCPOFOMerge>=3.4 TCPChallengeACK>=3.6
TCPSYNChallenge>=3.6 TCPFastOpenActive>=3.6 TCPFastOpenActiveFail>=3.13 TCPFastOpenPassive>=3.7
TCPFastOpenPassiveFail>=3.7 TCPFastOpenListenOverflow>=3.7 TCPFastOpenCookieReqd>=3.7 TCPFastOpenBlackhole>=4.13
TCPSpuriousRtxHostQueues>=3.11 BusyPollRxPackets>=3.11 TCPAutoCorking>=3.14 TCPFromZeroWindowAdv>=3.15
TCPToZeroWindowAdv>=3.15 TCPWantZeroWindowAdv>=3.15 TCPSynRetrans>=3.15 TCPOrigDataSent>=3.15
TCPHystartTrainDetect>=3.19 TCPHystartTrainCwnd>=3.19 TCPHystartDelayDetect>=3.19 TCPHystartDelayCwnd>=3.19
TCPACKSkippedSynRecv>=4.0 TCPACKSkippedPAWS>=4.0 TCPACKSkippedSeq>=4.0 TCPACKSkippedFinWait2>=4.0
TCPACKSkippedTimeWait>=4.0 TCPACKSkippedChallenge>=4.0 TCPWinProbe>=4.2 TCPKeepAlive>=4.2 TCPMTUPFail>=4.13
TCPMTUPSuccess>=4.13 TCPDelivered>=4.18 TCPDeliveredCE>=4.18 TCPAckCompressed>=4.18 TCPZeroWindowDrop>=4.19
TCPRcvQDrop>=4.19 TCPWqueueTooBig>=5.2 TCPFastOpenPassiveAltKey>=5.3 TcpTimeoutRehash>=5.6 TcpDuplicateDataRehash>=5.6
TCPDSACKRecvSegs>=5.9 TCPDSACKIgnoredDubious>=5.9 TCPMigrateReqSuccess>=5.14 TCPMigrateReqFailure>=5.14 TCPPLBRehash>=6.2
TCPAORequired>=6.7 TCPAOBad>=6.7 TCPAOKeyNotFound>=6.7 TCPAOGood>=6.7 TCPAODroppedIcmps>=6.7
'''

IP_EXT = '''
InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets InMcastOctets
OutMcastOctets InBcastOctets OutBcastOctets InCsumErrors>=3.10 InNoECTPkts>=3.10 InECT1Pkts>=3.10 InECT0Pkts>=3.10
InCEPkts>=3.10 ReasmOverlaps>=4.18
'''

SNMP = {
    'Ip': '''Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards
InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates
OutTransmits>=6.8''',
    'Icmp': '''InMsgs InErrors InCsumErrors>=3.10 InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos
InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors OutRateLimitGlobal>=6.0
OutRateLimitHost>=6.0 OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps
OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps''',
    'Tcp': '''RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs
RetransSegs InErrs OutRsts InCsumErrors>=3.10''',
    'Udp': '''InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors>=3.10 IgnoredMulti>=4.0
MemErrors>=5.11''',
    'UdpLite': '''InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors>=3.10 IgnoredMulti>=4.0
MemErrors>=5.11''',
}

SNMP6 = '''
Ip6InReceives Ip6InHdrErrors Ip6InTooBigErrors Ip6InNoRoutes Ip6InAddrErrors Ip6InUnknownProtos Ip6InTruncatedPkts
Ip6InDiscards Ip6InDelivers Ip6OutForwDatagrams Ip6OutRequests Ip6OutDiscards Ip6OutNoRoutes Ip6ReasmTimeout
Ip6ReasmReqds Ip6ReasmOKs Ip6ReasmFails Ip6FragOKs Ip6FragFails Ip6FragCreates Ip6InMcastPkts Ip6OutMcastPkts
Ip6InOctets Ip6OutOctets Ip6InMcastOctets Ip6OutMcastOctets Ip6InBcastOctets Ip6OutBcastOctets Ip6InNoECTPkts>=3.10
Ip6InECT1Pkts>=3.10 Ip6InECT0Pkts>=3.10 Ip6InCEPkts>=3.10 Ip6OutTransmits>=6.8 Icmp6InMsgs Icmp6InErrors Icmp6OutMsgs
Icmp6OutErrors>=3.0 Icmp6InCsumErrors>=3.10 Icmp6InDestUnreachs Icmp6InPktTooBigs Icmp6InTimeExcds Icmp6InParmProblems
Icmp6InEchos Icmp6InEchoReplies Icmp6InRouterSolicits Icmp6InRouterAdvertisements Icmp6InNeighborSolicits
Icmp6InNeighborAdvertisements Icmp6InRedirects Icmp6InMLDv2Reports Icmp6OutDestUnreachs Icmp6OutPktTooBigs
Icmp6OutTimeExcds Icmp6OutParmProblems Icmp6OutEchos Icmp6OutEchoReplies Icmp6OutRouterSolicits
Icmp6OutRouterAdvertisements Icmp6OutNeighborSolicits Icmp6OutNeighborAdvertisements Icmp6OutRedirects
Icmp6OutMLDv2Reports Udp6InDatagrams Udp6NoPorts Udp6InErrors Udp6OutDatagrams Udp6RcvbufErrors Udp6SndbufErrors
Udp6InCsumErrors>=3.10 Udp6IgnoredMulti>=4.0 Udp6MemErrors>=5.11 UdpLite6InDatagrams UdpLite6NoPorts UdpLite6InErrors
UdpLite6OutDatagrams UdpLite6RcvbufErrors UdpLite6SndbufErrors UdpLite6InCsumErrors>=3.10 UdpLite6MemErrors>=5.11
'''

CONNTRACK = '''
entries searched<5.9 clashres>=5.9 found new invalid ignore delete delete_list<5.15 chainlength>=5.15 insert insert_failed
drop early_drop icmp_error expect_new expect_create expect_delete search_restart>=2.6.37
'''

NEIGH = '''
entries allocs destroys hash_grows lookups hits res_failed rcv_probes_mcast rcv_probes_ucast periodic_gc_runs
forced_gc_runs unresolved_discards>=2.6.31 table_fulls>=4.3
'''

MEMINFO = '''
MemTotal MemFree MemAvailable>=3.14 Buffers Cached SwapCached Active Inactive Active(anon) Inactive(anon) Active(file)
Inactive(file) Unevictable Mlocked SwapTotal SwapFree Zswap>=5.19 Zswapped>=5.19 Dirty Writeback AnonPages Mapped Shmem
KReclaimable>=4.20 Slab SReclaimable SUnreclaim KernelStack PageTables SecPageTables>=6.0 NFS_Unstable Bounce WritebackTmp
CommitLimit Committed_AS VmallocTotal VmallocUsed VmallocChunk Percpu>=4.20 HardwareCorrupted AnonHugePages>=2.6.38
HugePages_Total HugePages_Free HugePages_Rsvd HugePages_Surp Hugepagesize Hugetlb>=4.19 DirectMap4k DirectMap2M DirectMap1G
'''

VMSTAT = '''
nr_free_pages nr_zone_inactive_anon>=4.8 nr_zone_active_anon>=4.8 nr_zone_inactive_file>=4.8 nr_zone_active_file>=4.8
nr_zone_unevictable>=4.8 nr_zone_write_pending>=4.8 nr_mlock numa_hit numa_miss numa_foreign numa_interleave numa_local
numa_other nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable
nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_refault>=3.15<5.9 workingset_refault_anon>=5.9
workingset_refault_file>=5.9 nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback nr_shmem nr_vmscan_write
nr_dirtied nr_written nr_kernel_stack>=4.8 nr_page_table_pages nr_dirty_threshold nr_dirty_background_threshold pgpgin
pgpgout pswpin pswpout pgalloc_dma pgalloc_dma32 pgalloc_normal pgalloc_movable allocstall<4.10 allocstall_dma>=4.10
allocstall_dma32>=4.10 allocstall_normal>=4.10 allocstall_movable>=4.10 pgfree pgactivate pgdeactivate pglazyfree>=4.12
pgfault pgmajfault pgrefill>=4.8 pgsteal_kswapd>=4.8 pgsteal_direct>=4.8 pgscan_kswapd>=4.8 pgscan_direct>=4.8
pgscan_direct_throttle>=3.6 pginodesteal slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly
kswapd_high_wmark_hit_quickly pageoutrun pgrotated drop_pagecache>=3.15 drop_slab>=3.15 oom_kill>=4.13 compact_stall
compact_fail compact_success htlb_buddy_alloc_success htlb_buddy_alloc_fail unevictable_pgs_culled
unevictable_pgs_scanned unevictable_pgs_rescued unevictable_pgs_mlocked unevictable_pgs_munlocked thp_fault_alloc>=2.6.39
thp_fault_fallback>=2.6.39 thp_split<4.5 thp_split_page>=4.5 balloon_inflate>=3.18 balloon_deflate>=3.18
swap_ra>=4.14 swap_ra_hit>=4.14
'''

SOFTIRQS = ('HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU')
