/*
 * A busy host in the shorthand of test cases: 32 CPUs, 16 interfaces, 100 peers, 40
 * linkerd clients over five minutes.  What a rule takes here is near the worst of
 * what it takes on a real bundle, since rules read summaries, not samples.
 */
#include "analyze/rule_case.h"

#define TEXT_BYTES ((size_t)512 * 1024)
#define CPUS       32
#define NICS       16
#define PEERS      100
#define CLIENTS    40

static void put_cpus(struct buf *b)
{
	static const char *const lines[] = {
		"softnet cpu%d processed 0+1000x59",
		"softnet cpu%d dropped 0+1x59",
		"softnet cpu%d time_squeeze 0+3x59",
		"gauge softnet cpu%d backlog_len 3 9 1 0",
		"softirqs cpu%d NET_RX 0+2000x59",
		"stat cpu%d user 0+300000000x59",
		"stat cpu%d system 0+300000000x59",
		"stat cpu%d softirq 0+200000000x59",
		"stat cpu%d idle 0+200000000x59",
		"schedstat cpu%d run_ns 0+900000000x59",
		"schedstat cpu%d wait_ns 0+90000000x59",
		"interrupts cpu%d 24 0+700x59",
		"task 1%d:ksoftirqd wait_ns 0+9000000x59",
	};

	for (int cpu = 0; cpu < CPUS; cpu++)
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
			struct span before, after = span_of(lines[i]);

			(void)span_cut(&after, '%', &before);
			buf_fmt(b, "  %.*s%d%.*s\n", (int)before.n, before.p, cpu, (int)after.n - 1,
			        after.p + 1);
		}
}

static void put_nics(struct buf *b)
{
	static const char *const names[] = {"rx_bytes", "rx_packets", "rx_errs",    "rx_drop",
	                                    "rx_fifo",  "tx_bytes",   "tx_packets", "tx_drop"};

	for (int nic = 0; nic < NICS; nic++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			buf_fmt(b, "  netdev eth%d %s 0+%zux59\n", nic, names[i], 1000 / (i + 1));
		for (int i = 0; i < 60; i++)
			buf_fmt(b, "  ethtool eth%d rx_queue_%d_drops 0+1x59\n", nic, i);
		buf_fmt(b, "  gauge nic eth%d speed 10000000000\n", nic);
		buf_fmt(b, "  qdisc eth%d:root dropped 0+1x59\n", nic);
		buf_fmt(b, "  row irq irq=%d nic=eth%d queue=rx-0 name=eth%d-rx-0\n", 24 + nic, nic,
		        nic);
	}
}

static void put_sockets(struct buf *b)
{
	static const char *const counters[] = {
		"snmp - TcpRetransSegs",           "snmp - TcpOutSegs",
		"snmp - TcpActiveOpens",           "snmp - TcpPassiveOpens",
		"netstat - TcpExtListenOverflows", "netstat - TcpExtListenDrops",
		"netstat - TcpExtTCPBacklogDrop",  "netstat - TcpExtTCPTimeouts",
		"netstat - TcpExtTCPLossProbes",   "netstat - TcpExtTCPReqQFullDrop",
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		buf_fmt(b, "  %s 100+10x59\n", counters[i]);
	for (int i = 0; i < PEERS; i++) {
		buf_fmt(b,
		        "  row tcp_peer snap=0..59 dir=out peer=10.0.0.%d port=80 state=TIME-WAIT "
		        "n=900\n",
		        i);
		buf_fmt(b,
		        "  row tcp_peer snap=0..59 dir=out peer=10.0.0.%d port=80 state=ESTAB "
		        "n=90\n",
		        i);
		buf_fmt(b,
		        "  row tcp_flow snap=0..59 dir=out peer=10.0.0.%d port=80 n=9 "
		        "bytes_sent=90000 "
		        "segs_out=90 retrans=1 rtt_mean_ns=2000000\n",
		        i);
		buf_fmt(b,
		        "  row tcp_churn dir=out peer=10.0.0.%d port=80 seen=900 opened=800 "
		        "closed=800\n",
		        i);
		buf_fmt(b,
		        "  row endpoint router=http client=#/io.l5d.fs/s%d peer=10.0.0.%d "
		        "port=80\n",
		        i % CLIENTS, i);
	}
	buf_str(b,
	        "  row tcp_state snap=0..59 state=TIME-WAIT n=90000\n"
	        "  row tcp_state snap=0..59 state=ESTAB n=9000\n"
	        "  row listener snap=0..59 addr=0.0.0.0 port=4140 queue=0+1 backlog=4 drops=0+2\n"
	        "  sysctl net.ipv4.ip_local_port_range 32768 60999\n"
	        "  sysctl net.core.somaxconn 4096\n");
}

static void put_clients(struct buf *b)
{
	static const char *const counters[] = {"requests", "success",
	                                       "failures", "connects",
	                                       "closes",   "failures/com.example.Exception"};
	static const char *const gauges[] = {"connections",       "pending",
	                                     "loadbalancer/size", "loadbalancer/available",
	                                     "pool_cached",       "pool_waiters"};

	for (int i = 0; i < CLIENTS; i++) {
		for (size_t k = 0; k < sizeof(counters) / sizeof(counters[0]); k++)
			buf_fmt(b, "  linkerd http|client|#/io.l5d.fs/s%d %s 0+100x59\n", i,
			        counters[k]);
		for (size_t k = 0; k < sizeof(gauges) / sizeof(gauges[0]); k++)
			buf_fmt(b, "  gauge linkerd http|client|#/io.l5d.fs/s%d %s 2.0x60\n", i,
			        gauges[k]);
		buf_fmt(b,
		        "  row window w=0..4 snap=0+12 router=http scope=client id=#/io.l5d.fs/s%d "
		        "service= metric=request_latency_ms t0=-60+60 t1=0+60 n=9000 p50=5 p90=8 "
		        "p95=9 "
		        "p99=200 p999=402 max=500 sum=90000\n",
		        i);
	}
	buf_str(b, "  linkerd http|server|0.0.0.0/4140 requests 0+100x59\n"
	           "  linkerd http|server|0.0.0.0/4140 connects 0+90x59\n");
}

struct store *rule_busy_store(struct arena *a, struct err *e)
{
	struct buf b = {.p = arena_take(a, TEXT_BYTES), .cap = TEXT_BYTES};
	struct rule_cases cases;

	buf_str(&b, "case busy\n  every 5s\n  expect ok -\n");
	put_cpus(&b);
	put_nics(&b);
	put_sockets(&b);
	put_clients(&b);
	if (b.cut) {
		(void)err_set(e, 0, "the busy host does not fit its buffer");
		return NULL;
	}
	if (rule_cases_read(&cases, "busy host", buf_span(&b), a, e) != 0)
		return NULL;
	return rule_case_store(&cases.v[0], a, e);
}
