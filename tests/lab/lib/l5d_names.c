/* The names of linkerd's metrics, by scope and by the version that brought them. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define S SCOPE_SERVER
#define C SCOPE_CLIENT
#define P SCOPE_SERVICE
#define X SCOPE_CLIENT_SERVICE

#define NAME(index, text, type, where, version)                                                    \
	[index] = {.path = (text), .kind = (type), .scopes = (where), .since = (version)}

static const struct {
	const char *path;
	enum metric_kind kind;
	unsigned scopes;
	int since;
} names[NAME_COUNT] = {
	NAME(REQUESTS, "requests", METRIC_COUNTER, S | C | P | X, 0),
	NAME(SUCCESS, "success", METRIC_COUNTER, S | C | P | X, 0),
	NAME(CONNECTS, "connects", METRIC_COUNTER, S | C, 0),
	NAME(CLOSES, "closes", METRIC_COUNTER, S | C, 0),
	NAME(CANCELLED_CONNECTS, "cancelled_connects", METRIC_COUNTER, C, 0),
	NAME(RECEIVED_BYTES, "received_bytes", METRIC_COUNTER, S | C, 0),
	NAME(SENT_BYTES, "sent_bytes", METRIC_COUNTER, S | C, 0),
	NAME(WRITABLE_MS, "socket_writable_ms", METRIC_COUNTER, S | C, 0),
	NAME(UNWRITABLE_MS, "socket_unwritable_ms", METRIC_COUNTER, S | C, 0),
	NAME(TCP_RETRANSMITS, "tcp_retransmits", METRIC_COUNTER, S | C, VERSION(1, 6, 0)),
	NAME(NACKS, "nacks", METRIC_COUNTER, S, VERSION(1, 6, 0)),
	NAME(NUM_WAITED, "pool_num_waited", METRIC_COUNTER, C, 0),
	NAME(TOO_MANY_WAITERS, "pool_num_too_many_waiters", METRIC_COUNTER, C, 0),
	NAME(LB_ADDS, "loadbalancer/adds", METRIC_COUNTER, C, 0),
	NAME(LB_REMOVES, "loadbalancer/removes", METRIC_COUNTER, C, 0),
	NAME(LB_REBUILDS, "loadbalancer/rebuilds", METRIC_COUNTER, C, 0),
	NAME(LB_UPDATES, "loadbalancer/updates", METRIC_COUNTER, C, 0),
	NAME(LB_MAX_EFFORT, "loadbalancer/max_effort_exhausted", METRIC_COUNTER, C, 0),
	NAME(REQUEUES, "retries/requeues", METRIC_COUNTER, C, 0),
	NAME(REQUEUE_BUDGET_EXHAUSTED, "retries/budget_exhausted", METRIC_COUNTER, C, 0),
	NAME(REQUEST_LIMIT, "retries/request_limit", METRIC_COUNTER, C, 0),
	NAME(NOT_OPEN, "retries/not_open", METRIC_COUNTER, C, 0),
	NAME(CANNOT_RETRY, "retries/cannot_retry", METRIC_COUNTER, C, 0),
	NAME(RETRIES, "retries/total", METRIC_COUNTER, P, 0),
	NAME(RETRY_BUDGET_EXHAUSTED, "retries/budget_exhausted", METRIC_COUNTER, P, 0),
	NAME(REMOVALS, "failure_accrual/removals", METRIC_COUNTER, C, 0),
	NAME(REVIVALS, "failure_accrual/revivals", METRIC_COUNTER, C, 0),
	NAME(PROBES, "failure_accrual/probes", METRIC_COUNTER, C, 0),
	NAME(REMOVED_FOR_MS, "failure_accrual/removed_for_ms", METRIC_COUNTER, C, 0),
	NAME(READ_TIMEOUT, "read_timeout", METRIC_COUNTER, S, 0),
	NAME(WRITE_TIMEOUT, "write_timeout", METRIC_COUNTER, S, 0),
	NAME(CONNECTIONS, "connections", METRIC_GAUGE, S | C, 0),
	NAME(PENDING, "pending", METRIC_GAUGE, S | C | P | X, 0),
	NAME(AVAILABLE, "available", METRIC_GAUGE, C, 0),
	NAME(POOL_CACHED, "pool_cached", METRIC_GAUGE, C, 0),
	NAME(POOL_SIZE, "pool_size", METRIC_GAUGE, C, 0),
	NAME(POOL_WAITERS, "pool_waiters", METRIC_GAUGE, C, 0),
	NAME(LB_SIZE, "loadbalancer/size", METRIC_GAUGE, C, 0),
	NAME(LB_AVAILABLE, "loadbalancer/available", METRIC_GAUGE, C, 0),
	NAME(LB_BUSY, "loadbalancer/busy", METRIC_GAUGE, C, 0),
	NAME(LB_CLOSED, "loadbalancer/closed", METRIC_GAUGE, C, 0),
	NAME(LB_LOAD, "loadbalancer/load", METRIC_GAUGE, C, 0),
	NAME(LB_MEANWEIGHT, "loadbalancer/meanweight", METRIC_GAUGE, C, 0),
	NAME(LB_KIND, "loadbalancer/algorithm/p2c_least_loaded", METRIC_GAUGE, C, 0),
	NAME(LB_BUSY_WEIGHTS, "loadbalancer/busy_weight_classes", METRIC_GAUGE, C,
             VERSION(1, 7, 4)),
	NAME(REQUEUE_BUDGET, "retries/budget", METRIC_GAUGE, C, 0),
	NAME(RETRY_BUDGET, "retries/budget", METRIC_GAUGE, P, 0),
	NAME(TLS_CONNECTIONS, "tls/connections", METRIC_GAUGE, S | C, VERSION(1, 6, 0)),
	NAME(PENDING_IO, "pending_io_events", METRIC_GAUGE, S | C, VERSION(1, 6, 4)),
	NAME(LATENCY, "request_latency_ms", METRIC_STAT, S | C | P | X, 0),
	NAME(CONNECT_LATENCY, "connect_latency_ms", METRIC_STAT, C, 0),
	NAME(FAILED_CONNECT_LATENCY, "failed_connect_latency_ms", METRIC_STAT, C, 0),
	NAME(ACQUISITION_LATENCY, "service_creation/service_acquisition_latency_ms", METRIC_STAT, C,
             0),
	NAME(CONNECTION_DURATION, "connection_duration", METRIC_STAT, S | C, 0),
	NAME(CONNECTION_REQUESTS, "connection_requests", METRIC_STAT, S | C, 0),
	NAME(CONNECTION_RECEIVED, "connection_received_bytes", METRIC_STAT, S | C, 0),
	NAME(CONNECTION_SENT, "connection_sent_bytes", METRIC_STAT, S | C, 0),
	NAME(REQUEUES_PER_REQUEST, "retries/requeues_per_request", METRIC_STAT, C, 0),
	NAME(RETRIES_PER_REQUEST, "retries/per_request", METRIC_STAT, P, 0),
	NAME(HANDLETIME, "handletime_us", METRIC_STAT, S, 0),
	NAME(TRANSIT_LATENCY, "transit_latency_ms", METRIC_STAT, S, 0),
	NAME(SEND_WINDOW, "tcp_send_window_size", METRIC_STAT, S | C, VERSION(1, 6, 0)),
};

void metrics_bind(struct metrics *m, struct metric *scope, enum scope which, int version)
{
	*m = (struct metrics){.scope = scope};
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (names[i].scopes & which && version >= names[i].since)
			m->of[i] = metric_at(scope, names[i].path, names[i].kind);
}

/* Before 1.0.0: dst/id, dst/path, srv. */
struct metric *scope_of(struct router *r, enum scope which, const char *id)
{
	static const struct {
		enum scope which;
		const char *name, *old;
	} scopes[] = {
		{SCOPE_SERVER,         "server",  "srv"     },
		{SCOPE_CLIENT,         "client",  "dst/id"  },
		{SCOPE_SERVICE,        "service", "dst/path"},
		{SCOPE_CLIENT_SERVICE, "service", "path"    },
	};

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (scopes[i].which == which) {
			const char *name = r->proxy->old_names ? scopes[i].old : scopes[i].name;
			struct metric *at = metric_at(r->scope, name, METRIC_SCOPE);

			return metric_scope(at, id);
		}
	return r->scope;
}

void metrics_failure(struct metric *scope, const char *prefix, const char *exception)
{
	struct metric *at = metric_at(scope, prefix, METRIC_COUNTER);
	struct span rest = span_of(exception), part;

	metric_count(at, 1);
	for (bool more = true; more;) {
		char name[256];
		struct buf b = BUF_OVER(name);

		more = span_cut(&rest, '/', &part);
		buf_put(&b, more ? part : rest);
		at = metric_at(at, buf_cstr(&b), METRIC_COUNTER);
		metric_count(at, 1);
	}
}

void metrics_status(struct metric *scope, unsigned status)
{
	char name[32];

	if (status == 0)
		return metric_count(metric_at(scope, "status/error", METRIC_COUNTER), 1);
	(void)snprintf(name, sizeof(name), "status/%u", status);
	metric_count(metric_at(scope, name, METRIC_COUNTER), 1);
	(void)snprintf(name, sizeof(name), "status/%uXX", status / 100);
	metric_count(metric_at(scope, name, METRIC_COUNTER), 1);
}

static void tcp_told(struct metrics *m, const struct conn *c, struct told *t)
{
	struct tcp_info info = {0};
	socklen_t n = sizeof(info);

	if (!m->of[TCP_RETRANSMITS] || getsockopt(c->watch.fd, IPPROTO_TCP, TCP_INFO, &info, &n))
		return;
	metric_count(m->of[TCP_RETRANSMITS], info.tcpi_total_retrans - t->retransmits);
	t->retransmits = info.tcpi_total_retrans;
	metric_add(m->of[SEND_WINDOW], (int64_t)info.tcpi_snd_cwnd * info.tcpi_snd_mss);
}

void metrics_told(struct metrics *m, const struct conn *c, struct told *t)
{
	int64_t writable = c->writable_ns / NS_PER_MS, unwritable = c->unwritable_ns / NS_PER_MS;

	metric_count(m->of[RECEIVED_BYTES], (int64_t)(c->received - t->received));
	metric_count(m->of[SENT_BYTES], (int64_t)(c->sent - t->sent));
	metric_count(m->of[WRITABLE_MS], writable - t->writable_ms);
	metric_count(m->of[UNWRITABLE_MS], unwritable - t->unwritable_ms);
	t->received = c->received;
	t->sent = c->sent;
	t->writable_ms = writable;
	t->unwritable_ms = unwritable;
	tcp_told(m, c, t);
}

void metrics_closed(struct metrics *m, struct conn *c, int64_t requests, struct told *t)
{
	conn_account(c);
	metrics_told(m, c, t);
	metric_count(m->of[CLOSES], 1);
	metric_add(m->of[CONNECTION_DURATION], (c->loop->now - c->opened_ns) / NS_PER_MS);
	metric_add(m->of[CONNECTION_REQUESTS], requests);
	metric_add(m->of[CONNECTION_RECEIVED], (int64_t)c->received);
	metric_add(m->of[CONNECTION_SENT], (int64_t)c->sent);
}
