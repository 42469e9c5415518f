/*
 * The names of schema/README.md, "Names in the store", against the parsers of /proc,
 * /sys, /etc and the tools: what is listed below comes out of a sample with that kind and unit and
 * is in the table, and what the table names comes out of one of the samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/parse.h"

#define NAME_MAX_BYTES 80
#define POINTS_MAX     1000
#define README_MAX     (64 * KIB)

/* Member NULL: the first of the parser's. */
static const struct sample {
	const char *format, *member, *text;
} samples[] = {
	{"stat",            NULL,
         "cpu  1 2 3 4 5 6 7 8 9 10\ncpu3 1 2 3 4 5 6 7 8 9 10\nintr 5 1\nctxt 1\nbtime 1\n"
         "processes 1\nprocs_running 1\nprocs_blocked 0\nsoftirq 9 1\n"												},
	{"softnet",         NULL,
         "00000001 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 "
         "00000004 00000005 00000006 00000003\n"														       },
	{"softirqs",        NULL,
         "      CPU3\n HI: 0\n TIMER: 1\n NET_TX: 1\n NET_RX: 1\n BLOCK: 1\n IRQ_POLL: 1\n"
         " TASKLET: 1\n SCHED: 1\n HRTIMER: 1\n RCU: 1\n"													      },
	{"interrupts",      NULL,
         "           CPU3\n 24:  1  PCI-MSI 1-edge  eth0\nNMI:  0  Non-maskable interrupts\n"
         "LOC:  5  Local timer interrupts\nERR:  0\n"														  },
	{"loadavg",         NULL,								"0.01 0.02 0.03 1/2 3\n"                                              },
	{"meminfo",         NULL,								"MemTotal: 2 kB\nMemAvailable: 1 kB\nHugePages_Total: 0\n"            },
	{"vmstat",          NULL,
         "nr_free_pages 1\nnr_dirtied 1\nnr_written 1\nnr_vmscan_write 1\n"
         "nr_foll_pin_acquired 1\nnr_dirty_threshold 1\npgfault 1\npgpgin 1\npgpgout 1\n"                                                                              },
	{"schedstat",       NULL,								"version 15\ncpu3 1 2 3 4 5 6 7 8 9\n"                                },
	{"pressure",        "proc/pressure/cpu",
         "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
         "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"													    },
	{"netdev",          NULL,
         " face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop "
         "fifo colls carrier compressed\n eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"                                                                              },
	{"snmp",            NULL,
         "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoMin RtoMax MaxConn CurrEstab RetransSegs\n"
         "Tcp: 200 120000 -1 3 4\n"																    },
	{"netstat",         NULL,
         "TcpExt: ListenOverflows TCPMemoryPressuresChrono\nTcpExt: 1 2\n"
         "IpExt: InOctets\nIpExt: 9\nMPTcpExt: MPCurrEstab\nMPTcpExt: 0\n"											     },
	{"snmp6",           NULL,								"Ip6InReceives 1\n"						   },
	{"sockstat",        NULL,
         "sockets: used 1\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 1\nUDP: inuse 1 mem 1\n"
         "FRAG: inuse 0 memory 0\nTCP6: inuse 1\n"														     },
	{"conntrack",       NULL,
         "entries clashres found new invalid ignore delete chainlength insert insert_failed drop "
         "early_drop icmp_error expect_new expect_create expect_delete search_restart\n"
         "1 2 3 4 5 6 7 8 9 a b c d e f 10 11\n"														       },
	{"conntrack_count", NULL,								"1\n"								 },
	{"neigh",           NULL,
         "entries allocs destroys hash_grows lookups hits res_failed rcv_probes_mcast "
         "rcv_probes_ucast periodic_gc_runs forced_gc_runs unresolved_discards table_fulls\n"
         "1 2 3 4 5 6 7 8 9 a b c d\n"																 },
	{"file_nr",         NULL,								"1 0 2\n"							     },
	{"task_stat",       "proc/814/stat",
         "814 (java) S 1 1 1 0 -1 0 5 0 7 0 1 2 0 0 20 0 63 0 9 0 0 0 1 1 0 0 0 0 0 0 0 0 0 0 17 "
         "3\n"																			 },
	{"task_schedstat",  "proc/814/schedstat",                                                "1 2 3\n"							     },
	{"task_status",     "proc/814/status",
         "VmHWM:\t2 kB\nVmRSS:\t1 kB\nVmSwap:\t1 "
         "kB\nCpus_allowed_list:\t0-3\nvoluntary_ctxt_switches:\t1\n"
         "nonvoluntary_ctxt_switches:\t1\n"															    },
	{"task_limits",     "proc/814/limits",						   "Max open files  20000  20000  files\n"                               },
	{"task_fd",         "proc/814/fd",						       "3\n"								 },
	{"task_cgroup",     "proc/814/cgroup",						   "0::/x\n"							     },
	{"sysctl",          "proc/sys/net/core/somaxconn",                                       "128\n"							       },
	{"cgroup",          NULL,								"0::/x\n"							     },
	{"cgroup_limits",   "sys/fs/cgroup/cpu.max",                                             "200000 100000\n"                                                     },
	{"cgroup_limits",   "sys/fs/cgroup/cpu.weight",                                          "100\n"							       },
	{"cgroup_limits",   "sys/fs/cgroup/cpu/cpu.shares",                                      "1024\n"                                                              },
	{"cgroup_limits",   "sys/fs/cgroup/cpu.stat",
         "usage_usec 1\nnr_periods 1\nnr_throttled 0\nthrottled_usec 1\n"											      },
	{"cgroup_limits",   "sys/fs/cgroup/memory.max",                                          "1\n"								 },
	{"cgroup_limits",   "sys/fs/cgroup/memory.high",                                         "1\n"								 },
	{"cgroup_limits",   "sys/fs/cgroup/memory.current",                                      "1\n"								 },
	{"cgroup_limits",   "sys/fs/cgroup/memory/memory.failcnt",                               "1\n"                                                                 },
	{"cgroup_limits",   "sys/fs/cgroup/memory.events",                                       "high 1\nmax 1\noom 1\noom_kill 1\n"                                  },
	{"task_threads",    "proc/814/task",
         "815/stat:815 (finagle/netty4-) S 1 1 1 0 -1 0 5 0 7 0 1 2\n815/schedstat:1 2 3\n"                                                                            },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor",              "powersave\n"                                                         },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/scaling_driver",                "intel_pstate\n"                                                      },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/energy_performance_preference",
         "powersave\n"																		 },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/scaling_min_freq",              "1\n"                                                                 },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/scaling_max_freq",              "1\n"                                                                 },
	{"cpufreq",         "sys/devices/system/cpu/cpu3/cpufreq/cpuinfo_max_freq",              "1\n"                                                                 },
	{"adjtimex",        "cmd/adjtimex_--print",
         "offset: 1\nmaxerror: 1\nesterror: 1\nstatus: 1\nreturn value = 0\n"											  },
	{"pgrep",           "cmd/pgrep_-lx_irqbalance",                                          "1 irqbalance\n"                                                      },
	{"cgroup_limits",   "sys/fs/cgroup/pids.max",                                            "1\n"								 },
	{"cgroup_limits",   "sys/fs/cgroup/pids.current",                                        "1\n"								 },
	{"cgroup_limits",   "sys/fs/cgroup/cpu/a/b.scope/cpu.stat",                              "nr_throttled 1\n"                                                    },
	{"os_release",      NULL,								"PRETTY_NAME=\"a\"\nID=b\nVERSION_ID=1\n"                             },
	{"version",         NULL,								"Linux version 6.1.0-generic (x@y) #1\n"                              },
	{"uptime",          NULL,								"1.00 2.00\n"							 },
	{"cpu_online",      NULL,								"0-3\n"							       },
	{"host_sysfs",      "sys/devices/system/node/node0/cpulist",                             "0-3\n"                                                               },
	{"host_sysfs",      "sys/devices/system/clocksource/clocksource0/current_clocksource",   "tsc\n"                                                               },
	{"host_sysfs",      "sys/devices/system/clocksource/clocksource0/available_clocksource",
         "tsc hpet\n"																		  },
	{"host_sysfs",      "sys/class/dmi/id/sys_vendor",                                       "a\n"								 },
	{"host_sysfs",      "sys/class/dmi/id/product_name",                                     "b\n"								 },
	{"host_sysfs",      "sys/class/dmi/id/bios_version",                                     "c\n"								 },
	{"cpuinfo",         NULL,
         "processor : 0\nmodel name : x\ncpu MHz : 2300.000\nphysical id : 0\nsiblings : 2\n"
         "cpu cores : 1\nflags : lm aes\n"															     },
	{"cmdline",         NULL,								"ro quiet\n"							  },
	{"thp",             "sys/kernel/mm/transparent_hugepage/enabled",                        "always [never]\n"                                                    },
	{"thp",             "sys/kernel/mm/transparent_hugepage/defrag",                         "always [never]\n"                                                    },
	{"sestatus",        NULL,
         "SELinux status: enabled\nCurrent mode: enforcing\nMode from config file: "
         "enforcing\nLoaded policy name: targeted\n"														   },
	{"grub",            NULL,								"saved_entry=x\n"						     },
	{"proc_unix",       NULL,
         "0: 2 0 00010000 0001 01 7 /run/web.sock\n0: 3 0 00000000 0001 03 8\n0: 3 0 00000000 0001 "
         "02 0 /run/web.sock\n0: 2 0 00000000 0002 01 9\n"													     },
	{"ss_xa",           NULL,								"u_str LISTEN 0 5 /run/web.sock 7 * 0\n"                              },
	{"ss_uanp",         NULL,								"UNCONN 0 0 127.0.0.1:53 0.0.0.0:* users:((\"dns\",pid=1,fd=3))\n"    },
	{"tc_filter",       "cmd/tc_-s_filter_show_dev_eth0_ingress",
         "filter protocol ip pref 1 u32 handle 0x1\n Sent 1 bytes 2 pkt (dropped 3, overlimits 0 "
         "requeues 0)\n"																	       },
	{"devlink",         "cmd/devlink_health",
         "pci/0000:3b:00.0: type eth netdev eth0\n driver x\n running:\n fw 1\n reporter tx\n "
         "state healthy error 0 recover 0\n name a type drop action drop\n bytes 1 packets 2\n"                                                                        },
	{"lspci",           NULL,								"3b:00.0 Ethernet controller: x\n"                                    },
	{"bridge_fdb",      NULL,								"02:00:00:00:00:01 dev eth0 master br0\n"                             },
	{"bridge_mdb",      NULL,								"dev br0 port eth0 grp 239.1.1.1 temp\n"                              },
	{"bridge_vlan",     NULL,								"port vlan-id\neth0 1 PVID\n"                                         },
	{"ifcfg",           "etc/sysconfig/network-scripts/ifcfg-eth0",                          "MTU=1500\n"                                                          },
	{"irq_affinity",    "proc/irq/24/smp_affinity_list",                                     "0-3\n"                                                               },
	{"irq_affinity",    "proc/irq/24/effective_affinity_list",                               "3\n"                                                                 },
	{"irq_affinity",    "proc/irq/24/node",						  "0\n"								 },
	{"msi_irqs",        "cmd/ls_.sys.class.net.eth0.device.msi_irqs",                        "38\n"                                                                },
	{"nic_sysfs",       "sys/class/net/eth0/mtu",                                            "1500\n"							      },
	{"nic_sysfs",       "sys/class/net/eth0/speed",                                          "10000\n"							     },
	{"nic_sysfs",       "sys/class/net/eth0/duplex",                                         "full\n"							      },
	{"nic_sysfs",       "sys/class/net/eth0/operstate",                                      "up\n"								},
	{"nic_sysfs",       "sys/class/net/eth0/carrier",                                        "1\n"								 },
	{"nic_sysfs",       "sys/class/net/eth0/carrier_changes",                                "1\n"								 },
	{"nic_sysfs",       "sys/class/net/eth0/tx_queue_len",                                   "1000\n"                                                              },
	{"nic_sysfs",       "sys/class/net/eth0/ifindex",                                        "2\n"								 },
	{"nic_sysfs",       "sys/class/net/eth0/iflink",                                         "2\n"								 },
	{"nic_sysfs",       "sys/class/net/eth0/address",                                        "02:00:5e:10:00:01\n"                                                 },
	{"nic_sysfs",       "sys/class/net/eth0/flags",                                          "0x1003\n"							    },
	{"nic_sysfs",       "sys/class/net/eth0/gro_flush_timeout",                              "0\n"                                                                 },
	{"nic_sysfs",       "sys/class/net/eth0/device/numa_node",                               "-1\n"                                                                },
	{"nic_sysfs",       "sys/class/net/eth0/queues/rx-0/rps_cpus",                           "3\n"                                                                 },
	{"route",           NULL,
         "Iface Destination Gateway Flags Mask\neth0 00000000 010200C0 0003 00000000\n"                                                                                },
	{"ipv6_route",      NULL,
         "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
         "fd000000000000000000000000000001 00000400 00000002 00000000 00000003 eth0\n"                                                                                 },
	{"arp",             NULL,								"192.0.2.1 0x1 0x2 02:00:5e:10:00:05 * eth0\n"                        },
	{"if_inet6",        NULL,								"fe800000000000000000000000000001 02 40 20 80 eth0\n"                 },
	{"vlan",            NULL,								"eth0 | 7 | bond0\n"						  },
	{"ptype",           NULL,								"Type Device      Function\nALL  eth0     packet_rcv\n"               },
	{"bonding",         "proc/net/bonding/bond0",
         "Bonding Mode: x\nTransmit Hash Policy: y\nCurrently Active Slave: eth0\nMII Status: up\n"
         "802.3ad info\nActive Aggregator Info:\n\tAggregator ID: 1\n\tPartner Mac Address: "
         "02:00:5e:20:00:01\n"
         "Slave Interface: eth0\nMII Status: up\nSpeed: 10000 Mbps\nLink Failure Count: "
         "2\nPermanent HW addr: 02:00:5e:10:00:01\n"
         "Aggregator ID: 1\nActor Churn State: none\nPartner Churn State: none\n"										      },
	{"protocols",       NULL,								"protocol size sockets memory press\nTCP 1 2 3 no\n"                  },
	{"ip_neigh",        NULL,
         "192.0.2.9 dev eth0  used 4/28/435probes 6 FAILED \nfd00::1 dev eth0 lladdr "
         "02:fc:00:00:00:05 STALE\n"																   },
	{"ip_rule",         "cmd/ip_-4_rule",						    "100:\tfrom 192.0.2.0/24 lookup uplink2\n"                            },
	{"ip_rule",         "cmd/ip_-6_rule",						    "100:\tfrom fd00::/64 lookup uplink2\n"                               },
	{"ip_route",        "cmd/ip_route",						      "default via 192.0.2.1 dev eth0 table NAME\n"                         },
	{"ps_aux",          NULL,
         "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 814 1.0 0.1 4 2 ? - 10:00 "
         "0:01 java\n"
         "root - 1.0 - - - - Dl 10:00 0:01 -\n"															},
	{"ip_link",         NULL,								"3: eth0: <UP> mtu 1500 qdisc noqueue master br0 state UP qlen 1000\n"},
	{"ip_address",      NULL,								"3: eth0: <UP> mtu 1500\n  inet 192.0.2.1/24 scope global eth0\n"     },
	{"ss_ltnm",         NULL,
         "LISTEN 2 1 192.0.2.1:8080 0.0.0.0:*\n\t skmem:(r0,rb1,t0,tb1,f0,w0,o0,bl0,d7)\n"                                                                             },
	{"ss_summary",      NULL,								"TCP:   50 (estab 18, closed 15, orphaned 0, timewait 4)\n"           },
	{"proc_udp",        NULL,
         " 1: 0100007F:0035 00000000:0000 07 00000000:00000010 00:00000000 00000000 0 0 1873 2 0 "
         "17\n"																			},
	{"ethtool_S",       "cmd/ethtool_-S_eth0",
         "NIC statistics:\n     rx_drops: 1\n     peer_ifindex: 2\n"												   },
	{"ethtool_i",       "cmd/ethtool_-i_eth0",
         "driver: d\nversion: 1\nfirmware-version: f\nbus-info: 0000:00:03.0\n"											},
	{"ethtool_g",       "cmd/ethtool_-g_eth0",
         "Pre-set maximums:\nRX: 2\nTX: 2\nCurrent hardware settings:\nRX: 1\nTX: 1\n"                                                                                 },
	{"ethtool_l",       "cmd/ethtool_-l_eth0",
         "Pre-set maximums:\nRX: 2\nTX: 2\nCombined: 2\nCurrent hardware settings:\nRX: 1\nTX: "
         "1\nCombined: 1\n"																	    },
	{"ethtool_a",       "cmd/ethtool_-a_eth0",					       "Autonegotiate: on\nRX: on\nTX: off\n"                                },
	{"ethtool_c",       "cmd/ethtool_-c_eth0",
         "Adaptive RX: off  TX: off\nrx-usecs: 50\nrx-frames: 1\n"												     },
	{"ethtool_link",    "cmd/ethtool_eth0",
         "\tSpeed: 10000Mb/s\n\tDuplex: Full\n\tAuto-negotiation: off\n\tLink detected: yes\n"                                                                         },
	{"ifconfig",        NULL,
         "eth0: flags=4163<UP>  mtu 1500\n  inet 192.0.2.1  netmask 0.0.0.0\n  inet6 ::1  "
         "prefixlen 128\n"
         "  ether 02:00:00:00:00:01\n  RX packets 1  bytes 2\n  RX errors 3  dropped 4  overruns 5 "
         " frame 6\n"
         "  TX packets 1  bytes 2\n  TX errors 3  dropped 4 overruns 5  carrier 6  collisions 7\n"                                                                     },
	{"tc_qdisc",        NULL,
         "qdisc tbf 1: dev eth0 root\n Sent 1 bytes 2 pkt (dropped 3, overlimits 4 requeues 5)\n"
         " backlog 6b 7p requeues 5\n"																 },
	{"server_info",     NULL,
         "{\"name\":\"linkerd\",\"version\":\"1.7.4\",\"build\":\"x\",\"uptime\":1}"                                                                                   },
};

static const struct expected {
	const char *source, *entity, *names; /* names: blank-separated */
	enum kind kind;
	enum unit unit;
} expected[] = {
	{"stat",         "",			"user nice system idle iowait irq softirq steal guest guest_nice",
         KIND_COUNTER,															    UNIT_NS   },
	{"stat",         "cpu3",                    "user guest_nice",							    KIND_COUNTER,   UNIT_NS   },
	{"stat",         "",			"ctxt processes softirq_total intr_total",                                    KIND_COUNTER,   UNIT_COUNT},
	{"stat",         "",			"procs_running procs_blocked",                                                KIND_GAUGE,     UNIT_COUNT},
	{"softnet",      "cpu3",                    "processed dropped time_squeeze received_rps flow_limit",
         KIND_COUNTER32,															  UNIT_COUNT},
	{"softnet",      "cpu3",                    "backlog_len",								KIND_GAUGE,     UNIT_COUNT},
	{"softirqs",     "cpu3",                    "HI TIMER NET_TX NET_RX BLOCK IRQ_POLL TASKLET SCHED HRTIMER RCU",
         KIND_COUNTER32,															  UNIT_COUNT},
	{"interrupts",   "cpu3",                    "24 LOC NMI",								 KIND_COUNTER32, UNIT_COUNT},
	{"loadavg",      "",			"load1 load5 load15 running total",                                           KIND_GAUGE,     UNIT_COUNT},
	{"meminfo",      "",			"MemTotal MemAvailable",						      KIND_GAUGE,     UNIT_BYTE },
	{"meminfo",      "",			"HugePages_Total",							    KIND_GAUGE,     UNIT_COUNT},
	{"vmstat",       "",			"nr_free_pages nr_dirty_threshold",                                           KIND_GAUGE,     UNIT_PAGE },
	{"vmstat",       "",			"nr_dirtied nr_written nr_vmscan_write nr_foll_pin_acquired",                 KIND_COUNTER,
         UNIT_PAGE																	  },
	{"vmstat",       "",			"pgpgin pgpgout",							     KIND_COUNTER,   UNIT_BYTE },
	{"schedstat",    "cpu3",                    "run_ns wait_ns",							     KIND_COUNTER,   UNIT_NS   },
	{"schedstat",    "cpu3",                    "timeslices",								 KIND_COUNTER,   UNIT_COUNT},
	{"pressure",     "cpu",                     "some_avg10 some_avg60 some_avg300",                                          KIND_GAUGE,     UNIT_RATIO},
	{"pressure",     "cpu",                     "some_total full_total",						      KIND_COUNTER,   UNIT_NS   },
	{"netdev",       "eth0",                    "rx_bytes tx_bytes",							  KIND_COUNTER,   UNIT_BYTE },
	{"netdev",       "eth0",
         "rx_packets rx_errs rx_drop rx_fifo rx_frame rx_compressed rx_multicast tx_packets "
         "tx_errs "
         "tx_drop tx_fifo tx_colls tx_carrier tx_compressed",                                                                     KIND_COUNTER,   UNIT_COUNT},
	{"snmp",         "",			"TcpRetransSegs",							     KIND_COUNTER,   UNIT_COUNT},
	{"snmp",         "",			"TcpCurrEstab TcpMaxConn IpForwarding IpDefaultTTL",                          KIND_GAUGE,     UNIT_COUNT},
	{"snmp",         "",			"TcpRtoMin TcpRtoMax",							KIND_GAUGE,     UNIT_NS   },
	{"netstat",      "",			"TcpExtListenOverflows",						      KIND_COUNTER,   UNIT_COUNT},
	{"netstat",      "",			"IpExtInOctets",							      KIND_COUNTER,   UNIT_BYTE },
	{"netstat",      "",			"TcpExtTCPMemoryPressuresChrono",                                             KIND_COUNTER,   UNIT_NS   },
	{"netstat",      "",			"MPTcpExtMPCurrEstab",							KIND_GAUGE,     UNIT_COUNT},
	{"snmp6",        "",			"Ip6InReceives",							      KIND_COUNTER,   UNIT_COUNT},
	{"sockstat",     "",                        "TCP_inuse TCP_orphan TCP_tw TCP_alloc UDP_inuse TCP6_inuse sockets_used",
         KIND_GAUGE,															      UNIT_COUNT},
	{"sockstat",     "",                        "TCP_mem UDP_mem",							    KIND_GAUGE,     UNIT_PAGE },
	{"sockstat",     "",                        "FRAG_memory",								KIND_GAUGE,     UNIT_BYTE },
	{"conntrack",    "cpu0",
         "found invalid insert insert_failed drop early_drop icmp_error search_restart clashres "
         "chainlength",                                                                                                           KIND_COUNTER32, UNIT_COUNT},
	{"conntrack",    "",                        "entries count",							      KIND_GAUGE,     UNIT_COUNT},
	{"neigh",        "arp_cache",               "entries",								    KIND_GAUGE,     UNIT_COUNT},
	{"neigh",        "arp_cache",
         "allocs destroys hash_grows lookups hits res_failed forced_gc_runs unresolved_discards "
         "table_fulls",                                                                                                           KIND_COUNTER,   UNIT_COUNT},
	{"files",        "",			"open max",								   KIND_GAUGE,     UNIT_COUNT},
	{"thread",       "814/815:finagle/netty4-", "user system run_ns wait_ns",                                                 KIND_COUNTER,   UNIT_NS   },
	{"cpufreq",      "cpu3",                    "scaling_governor scaling_driver energy_performance_preference",
         KIND_TEXT,															       UNIT_TEXT },
	{"cpufreq",      "cpu3",                    "scaling_min_freq scaling_max_freq cpuinfo_max_freq",                         KIND_GAUGE,
         UNIT_COUNT																	 },
	{"clock",        "",			"status state",							       KIND_GAUGE,     UNIT_COUNT},
	{"clock",        "",			"offset maxerror esterror",						   KIND_GAUGE,     UNIT_NS   },
	{"daemon",       "irqbalance",              "pid",									KIND_GAUGE,     UNIT_COUNT},
	{"cgroup",       "",			"memory_high_events memory_max_events memory_oom_events memory_oom_kills",
         KIND_COUNTER,															    UNIT_COUNT},
	{"task",         "814",                     "comm state cpus_allowed cgroup",                                             KIND_TEXT,      UNIT_TEXT },
	{"task",         "814",                     "run_ns wait_ns user system",                                                 KIND_COUNTER,   UNIT_NS   },
	{"task",         "814",                     "timeslices minflt majflt vol_ctxt nonvol_ctxt",                              KIND_COUNTER,   UNIT_COUNT},
	{"task",         "814",                     "rss rss_peak swap",							  KIND_GAUGE,     UNIT_BYTE },
	{"task",         "814",                     "threads fds processor fd_limit",                                             KIND_GAUGE,     UNIT_COUNT},
	{"task",         "814",                     "starttime",								  KIND_GAUGE,     UNIT_NS   },
	{"sysctl",       "",			"net.core.somaxconn",							 KIND_TEXT,      UNIT_TEXT },
	{"cgroup",       "",			"path",								       KIND_TEXT,      UNIT_TEXT },
	{"cgroup",       "",			"cpu_quota cpu_period",						       KIND_GAUGE,     UNIT_NS   },
	{"cgroup",       "",			"memory_max memory_high memory_current",                                      KIND_GAUGE,     UNIT_BYTE },
	{"cgroup",       "",			"pids_max pids_current cpu_weight cpu_shares",                                KIND_GAUGE,     UNIT_COUNT},
	{"cgroup",       "",			"memory_failcnt nr_periods nr_throttled",                                     KIND_COUNTER,   UNIT_COUNT},
	{"cgroup",       "a/b.scope",               "nr_throttled",							       KIND_COUNTER,   UNIT_COUNT},
	{"cgroup",       "",			"throttled_ns usage_ns",						      KIND_COUNTER,   UNIT_NS   },
	{"host",         "",
         "os os_id os_version_id version kernel cpus_online current_clocksource "
         "available_clocksource sys_vendor product_name bios_version",                                                            KIND_TEXT,      UNIT_TEXT },
	{"host",         "node0",                   "cpulist",								    KIND_TEXT,      UNIT_TEXT },
	{"host",         "",			"uptime_s idle_s",							    KIND_GAUGE,     UNIT_OTHER},
	{"host",         "",			"cpus",								       KIND_GAUGE,     UNIT_COUNT},
	{"cpuinfo",      "",			"model",								      KIND_TEXT,      UNIT_TEXT },
	{"cpuinfo",      "",			"mhz",									KIND_GAUGE,     UNIT_OTHER},
	{"cpuinfo",      "",			"count sockets cores_per_socket threads_per_socket",                          KIND_GAUGE,
         UNIT_COUNT																	 },
	{"cpuinfo",      "",			"flags",								      KIND_TEXT,      UNIT_TEXT },
	{"host",         "",
         "cmdline grub_default thp thp_defrag selinux selinux_mode selinux_config selinux_policy",                                KIND_TEXT,      UNIT_TEXT },
	{"unix",         "",			"sockets stream_connected stream_connecting stream_listen dgram_unconnected",
         KIND_GAUGE,															      UNIT_COUNT},
	{"unix",         "/run/web.sock",           "queue backlog",							      KIND_GAUGE,     UNIT_COUNT},
	{"udp",          "127.0.0.1:53",            "owner",								      KIND_TEXT,      UNIT_TEXT },
	{"tc_filter",    "eth0:ingress",            "filters actions",							    KIND_GAUGE,     UNIT_COUNT},
	{"tc_filter",    "eth0:ingress",            "packets dropped",							    KIND_COUNTER,   UNIT_COUNT},
	{"devlink",      "pci/0000:3b:00.0",        "driver firmware netdev",                                                     KIND_TEXT,      UNIT_TEXT },
	{"devlink",      "pci/0000:3b:00.0:tx",     "state",								      KIND_TEXT,      UNIT_TEXT },
	{"devlink",      "pci/0000:3b:00.0:tx",     "errors recoveries",                                                          KIND_COUNTER,   UNIT_COUNT},
	{"devlink",      "pci/0000:3b:00.0:a",      "dropped",								    KIND_COUNTER,   UNIT_COUNT},
	{"pci",          "0000:3b:00.0",            "model",								      KIND_TEXT,      UNIT_TEXT },
	{"net_config",   "eth0",                    "fdb_learned fdb_permanent mdb_groups",                                       KIND_GAUGE,     UNIT_COUNT},
	{"net_config",   "eth0",                    "bridge_vlans ifcfg:MTU",                                                     KIND_TEXT,      UNIT_TEXT },
	{"irq_affinity", "24",                      "smp_affinity_list effective_affinity_list",                                  KIND_TEXT,      UNIT_TEXT },
	{"irq_affinity", "24",                      "node",								       KIND_GAUGE,     UNIT_COUNT},
	{"nic_irqs",     "eth0",                    "38",									 KIND_TEXT,      UNIT_TEXT },
	{"nic",          "eth0",                    "mtu",									KIND_GAUGE,     UNIT_BYTE },
	{"nic",          "eth0",                    "speed",								      KIND_GAUGE,     UNIT_BIT_S},
	{"nic",          "eth0",                    "duplex operstate address flags queue:rx-0:rps_cpus",                         KIND_TEXT,      UNIT_TEXT },
	{"nic",          "eth0",                    "carrier tx_queue_len ifindex iflink numa_node",                              KIND_GAUGE,     UNIT_COUNT},
	{"nic",          "eth0",                    "carrier_changes",							    KIND_COUNTER,   UNIT_COUNT},
	{"nic",          "eth0",                    "gro_flush_timeout",							  KIND_GAUGE,     UNIT_NS   },
	{"net_config",   "eth0",
         "routes routes6 arp_complete arp_incomplete arp_permanent vlan_id taps",                                                 KIND_GAUGE,
         UNIT_COUNT																	 },
	{"net_config",   "eth0",                    "default_gateway default_gateway6 inet6:fe80::1/64 vlan_parent",
         KIND_TEXT,															       UNIT_TEXT },
	{"net_config",   "bond0",
         "bond_mode active_slave mii_status xmit_hash_policy slave:eth0:mii_status",                                              KIND_TEXT,
         UNIT_TEXT																	  },
	{"net_config",   "bond0",                   "slave:eth0:link_failures",                                                   KIND_COUNTER32, UNIT_COUNT},
	{"net_config",   "TCP",                     "sockets",								    KIND_GAUGE,     UNIT_COUNT},
	{"net_config",   "TCP",                     "memory",								     KIND_GAUGE,     UNIT_PAGE },
	{"net_config",   "TCP",                     "pressure",								   KIND_TEXT,      UNIT_TEXT },
	{"net_config",   "eth0",                    "inet:192.0.2.1/24",							  KIND_TEXT,      UNIT_TEXT },
	{"nic",          "eth0",                    "master",								     KIND_TEXT,      UNIT_TEXT },
	{"ps",           "",			"processes threads blocked zombies",                                          KIND_GAUGE,     UNIT_COUNT},
	{"ps",           "814:java",                "user stat",								  KIND_TEXT,      UNIT_TEXT },
	{"ps",           "814:java",                "cpu_share",								  KIND_GAUGE,     UNIT_RATIO},
	{"ps",           "814:java",                "cpu_ns",								     KIND_COUNTER,   UNIT_NS   },
	{"ps",           "814:java",                "rss vsz",								    KIND_GAUGE,     UNIT_BYTE },
	{"ps",           "814:java",                "threads blocked",							    KIND_GAUGE,     UNIT_COUNT},
	{"listener",     "192.0.2.1:8080",          "queue backlog",							      KIND_GAUGE,     UNIT_COUNT},
	{"listener",     "192.0.2.1:8080",          "drops",								      KIND_COUNTER32, UNIT_COUNT},
	{"ss_summary",   "",                        "tcp_total tcp_estab tcp_closed tcp_orphaned tcp_timewait",                   KIND_GAUGE,
         UNIT_COUNT																	 },
	{"udp",          "127.0.0.1:53",            "drops",								      KIND_COUNTER,   UNIT_COUNT},
	{"udp",          "127.0.0.1:53",            "rx_queue",								   KIND_GAUGE,     UNIT_BYTE },
	{"nic",          "eth0",                    "driver driver_version firmware bus link autoneg",                            KIND_TEXT,      UNIT_TEXT },
	{"nic",          "eth0",                    "pause_rx pause_tx pause_autoneg coalesce_adaptive_rx",                       KIND_TEXT,
         UNIT_TEXT																	  },
	{"nic",          "eth0",                    "ring_rx ring_rx_max ring_tx ring_tx_max coalesce_rx_frames",                 KIND_GAUGE,
         UNIT_COUNT																	 },
	{"nic",          "eth0",
         "channels_combined channels_combined_max channels_rx channels_rx_max channels_tx "
         "channels_tx_max",                                                                                                       KIND_GAUGE,     UNIT_COUNT},
	{"nic",          "eth0",                    "coalesce_rx_usecs",							  KIND_GAUGE,     UNIT_NS   },
	{"ifconfig",     "eth0",
         "rx_packets rx_errors rx_dropped rx_overruns rx_frame tx_packets tx_errors tx_dropped "
         "tx_overruns tx_carrier tx_collisions",                                                                                  KIND_COUNTER,   UNIT_COUNT},
	{"ifconfig",     "eth0",                    "rx_bytes tx_bytes",							  KIND_COUNTER,   UNIT_BYTE },
	{"ifconfig",     "eth0",                    "mtu",									KIND_GAUGE,     UNIT_BYTE },
	{"ifconfig",     "eth0",                    "flags inet inet6 ether",                                                     KIND_TEXT,      UNIT_TEXT },
	{"qdisc",        "eth0:root",               "kind",								       KIND_TEXT,      UNIT_TEXT },
	{"qdisc",        "eth0:root",               "sent_packets dropped overlimits requeues",                                   KIND_COUNTER,
         UNIT_COUNT																	 },
	{"qdisc",        "eth0:root",               "sent_bytes",								 KIND_COUNTER,   UNIT_BYTE },
	{"qdisc",        "eth0:root",               "backlog_packets",							    KIND_GAUGE,     UNIT_COUNT},
	{"qdisc",        "eth0:root",               "backlog_bytes",							      KIND_GAUGE,     UNIT_BYTE },
	{"linkerd_info", "",                        "name version build uptime",                                                  KIND_TEXT,      UNIT_TEXT },
};

/* In the table, but no names of points: a table of the store, or a tool's part of `nic`. */
static const char *const no_points[] = {"''", "listener", "irq", "..."};

struct name_seen {
	const char *source;
	char entity[NAME_MAX_BYTES], name[NAME_MAX_BYTES];
	enum kind kind;
	enum unit unit;
};

struct recorder {
	struct emit emit; /* first: the callbacks cast back */
	const char *source;
	size_t n, notes;
	struct name_seen seen[POINTS_MAX];
};

static void put_text(char to[NAME_MAX_BYTES], struct span from)
{
	struct buf b = {.p = to, .cap = NAME_MAX_BYTES};

	buf_put(&b, from);
	(void)buf_cstr(&b);
}

static void on_point(struct emit *e, const struct point *p)
{
	struct recorder *r = (struct recorder *)e;

	assert_true(r->n < POINTS_MAX);
	r->seen[r->n] = (struct name_seen){.source = r->source, .kind = p->kind, .unit = p->unit};
	put_text(r->seen[r->n].entity, p->entity);
	put_text(r->seen[r->n].name, p->name);
	r->n++;
}

static void on_sock(struct emit *e, const struct sock *s)
{
	(void)e;
	(void)s;
}

static void on_irq(struct emit *e, const struct irq_line *l)
{
	(void)e;
	(void)l;
}

static void on_note(struct emit *e, size_t line, const char *why, struct span text)
{
	(void)line;
	print_error("note: %s: %.*s\n", why, (int)text.n, text.p);
	((struct recorder *)e)->notes++;
}

static struct recorder recorded;
static char readme[README_MAX];
static size_t readme_n;

static int record_samples(void **state)
{
	FILE *f = fopen("schema/README.md", "r");

	(void)state;
	if (!f)
		return -1;
	readme_n = fread(readme, 1, sizeof(readme), f);
	(void)fclose(f);
	recorded.emit =
		(struct emit){.point = on_point, .sock = on_sock, .irq = on_irq, .note = on_note};
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		const struct parser_entry *entry = parser_by_format(span_of(s->format));
		struct input in = {.text = span_of(s->text)};

		if (!entry)
			return -1;
		in.path = span_of(s->member ? s->member : entry->parser->members[0]);
		if (parser_by_member(in.path, &in.arg) != entry)
			return -1;
		recorded.source = entry->parser->source;
		entry->parser->parse(&in, &recorded.emit);
	}
	return 0;
}

/* Takes the next row of the table: its sources and its names, as they stand there. */
static bool next_row(struct span *rest, struct span *sources, struct span *names)
{
	struct span line, head, first, entity;

	while (span_line(rest, &line)) {
		if (!span_skip(&line, SPAN("| ")) || !span_cut(&line, '|', &first) ||
		    !span_cut(&line, '|', &entity))
			continue;
		/* a pipe inside a cell is escaped; none of these rows' names has one */
		if (span_rcut(&line, '|', &head))
			line = head;
		*names = line;
		/* a row without a source goes on with the one above */
		if (span_trim(first).n)
			*sources = first;
		if (span_find(*sources, '`') < sources->n)
			return true;
	}
	return false;
}

/* The next blank-separated word between backticks of a cell. */
static bool next_name(struct span *cell, struct span *quoted, struct span *word)
{
	struct span before;

	while (!span_word(quoted, word))
		if (!span_cut(cell, '`', &before) || !span_cut(cell, '`', quoted))
			return false;
	return true;
}

static bool names_source(struct span sources, const char *source)
{
	struct span quoted = {0}, word;

	while (next_name(&sources, &quoted, &word))
		if (span_eq(word, span_of(source)))
			return true;
	return false;
}

static bool is_in_table(const char *source, struct span name)
{
	struct span rest = {readme, readme_n}, sources = {0}, cell;

	while (next_row(&rest, &sources, &cell)) {
		struct span quoted = {0}, word;

		if (!names_source(sources, source))
			continue;
		while (next_name(&cell, &quoted, &word))
			if (span_match(name, word, NULL))
				return true;
	}
	return false;
}

static bool comes_out(const struct expected *e, struct span name)
{
	for (size_t i = 0; i < recorded.n; i++) {
		const struct name_seen *s = &recorded.seen[i];

		if (span_eq(span_of(s->source), span_of(e->source)) &&
		    span_eq(span_of(s->entity), span_of(e->entity)) &&
		    span_eq(span_of(s->name), name) && s->kind == e->kind && s->unit == e->unit)
			return true;
	}
	return false;
}

static void samples_are_read_without_a_note(void **state)
{
	(void)state;
	assert_int_equal(recorded.notes, 0);
	assert_true(recorded.n > 200);
}

static void expected_names_come_out_with_their_kind_and_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct span names = span_of(expected[i].names), name;

		while (span_word(&names, &name))
			if (!comes_out(&expected[i], name))
				fail_msg("%s '%s' %.*s: not so", expected[i].source,
				         expected[i].entity, (int)name.n, name.p);
	}
}

static void expected_names_are_in_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct span names = span_of(expected[i].names), name;

		while (span_word(&names, &name))
			if (!is_in_table(expected[i].source, name))
				fail_msg("%s %.*s: not in schema/README.md", expected[i].source,
				         (int)name.n, name.p);
	}
}

static bool is_no_point(struct span word)
{
	for (size_t i = 0; i < sizeof(no_points) / sizeof(no_points[0]); i++)
		if (span_eq(word, span_of(no_points[i])))
			return true;
	return span_ends(word, SPAN("..."));
}

static bool some_sample_gives(struct span sources, struct span pattern)
{
	for (size_t i = 0; i < recorded.n; i++)
		if (names_source(sources, recorded.seen[i].source) &&
		    span_match(span_of(recorded.seen[i].name), pattern, NULL))
			return true;
	return false;
}

/* Of `nic` the tools' parsers give a part, so it is left to them. */
static bool is_ours(struct span sources)
{
	if (names_source(sources, "nic"))
		return false;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (names_source(sources, expected[i].source))
			return true;
	return false;
}

static void names_of_the_table_come_out_of_a_sample(void **state)
{
	struct span rest = {readme, readme_n}, sources = {0}, cell;
	size_t checked = 0;

	(void)state;
	while (next_row(&rest, &sources, &cell)) {
		struct span quoted = {0}, word;

		if (!is_ours(sources))
			continue;
		while (next_name(&cell, &quoted, &word)) {
			if (is_no_point(word))
				continue;
			checked++;
			if (!some_sample_gives(sources, word))
				fail_msg("%.*s %.*s: no sample gives it", (int)sources.n, sources.p,
				         (int)word.n, word.p);
		}
	}
	assert_true(checked > 150);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_read_without_a_note),
		cmocka_unit_test(expected_names_come_out_with_their_kind_and_unit),
		cmocka_unit_test(expected_names_are_in_the_table),
		cmocka_unit_test(names_of_the_table_come_out_of_a_sample),
	};

	return cmocka_run_group_tests(tests, record_samples, NULL);
}
