/*
 * An imitation of linkerd 1.x: a proxy with real sockets, whose metrics have linkerd's
 * names, types and timing.  What is shared between its parts:
 *
 *   l5d_config.c    what it is told        l5d_server.c   callers' connections, calls
 *   l5d_names.c     what metrics there are l5d_client.c   binding, attempts, retries
 *   l5d_balance.c   which endpoint         l5d_pool.c     connections to endpoints
 *   l5d_jvm.c       pauses, heap, threads  l5d_admin.c    what it answers about itself
 *   l5d_dns.c       names looked up
 */
#ifndef LAB_LIB_L5D_H
#define LAB_LIB_L5D_H

#include <jansson.h>

#include "tests/lab/lib/field.h"
#include "tests/lab/lib/http.h"
#include "tests/lab/lib/loop.h"
#include "tests/lab/lib/metrics.h"

#define VERSION(major, minor, patch) ((major)*10000 + (minor)*100 + (patch))

/* Metrics by scope; the table is in l5d_names.c. */
enum name {
	/* counters */
	REQUESTS,
	SUCCESS,
	CONNECTS,
	CLOSES,
	CANCELLED_CONNECTS,
	RECEIVED_BYTES,
	SENT_BYTES,
	WRITABLE_MS,
	UNWRITABLE_MS,
	TCP_RETRANSMITS,
	NACKS,
	NUM_WAITED,
	TOO_MANY_WAITERS,
	LB_ADDS,
	LB_REMOVES,
	LB_REBUILDS,
	LB_UPDATES,
	LB_MAX_EFFORT,
	REQUEUES,
	REQUEUE_BUDGET_EXHAUSTED,
	REQUEST_LIMIT,
	NOT_OPEN,
	CANNOT_RETRY,
	RETRIES,
	RETRY_BUDGET_EXHAUSTED,
	REMOVALS,
	REVIVALS,
	PROBES,
	REMOVED_FOR_MS,
	READ_TIMEOUT,
	WRITE_TIMEOUT,
	/* gauges */
	CONNECTIONS,
	PENDING,
	AVAILABLE,
	POOL_CACHED,
	POOL_SIZE,
	POOL_WAITERS,
	LB_SIZE,
	LB_AVAILABLE,
	LB_BUSY,
	LB_CLOSED,
	LB_LOAD,
	LB_MEANWEIGHT,
	LB_KIND,
	LB_BUSY_WEIGHTS,
	REQUEUE_BUDGET,
	RETRY_BUDGET,
	TLS_CONNECTIONS,
	PENDING_IO,
	/* stats */
	LATENCY,
	CONNECT_LATENCY,
	FAILED_CONNECT_LATENCY,
	ACQUISITION_LATENCY,
	CONNECTION_DURATION,
	CONNECTION_REQUESTS,
	CONNECTION_RECEIVED,
	CONNECTION_SENT,
	REQUEUES_PER_REQUEST,
	RETRIES_PER_REQUEST,
	HANDLETIME,
	TRANSIT_LATENCY,
	SEND_WINDOW,
	NAME_COUNT
};

enum scope { SCOPE_SERVER = 1, SCOPE_CLIENT = 2, SCOPE_SERVICE = 4, SCOPE_CLIENT_SERVICE = 8 };

/* The metrics of a scope; NULL what it or this version does not have. */
struct metrics {
	struct metric *scope;
	struct metric *of[NAME_COUNT];
};

/* Told on the command line as --NAME VALUE or in the JSON as "NAME": VALUE. */
struct settings {
	char admin[FIELD_TEXT_MAX], version[FIELD_TEXT_MAX], names[FIELD_TEXT_MAX];
	char admin_fault[FIELD_TEXT_MAX], discovery[FIELD_TEXT_MAX], dns[FIELD_TEXT_MAX];
	int64_t minute, age, stall_on_metrics, accept_stall, accept_every, bind_idle;
	int64_t dns_every, gc_every, gc_pause, safepoint_every, safepoint_pause;
	int64_t heap_max, heap_used, num_cpus, fd_limit, ballast, bind_cache;
	double burn;
	bool frozen;
};

struct client_settings {
	char host[FIELD_TEXT_MAX], id[FIELD_TEXT_MAX], balancer[FIELD_TEXT_MAX];
	int64_t delay, idle_time, backoff, connect_timeout, attempt_timeout, total_timeout;
	int64_t leak_every, churn_every;
	int64_t max_effort, pool_min, pool_max, max_waiters, accrual, retries_per_s;
	double retry_share;
	bool no_reuse, retry;
};

/* Finagle's RetryBudget: a share of the requests of the last ten seconds, and some a second. */
#define BUDGET_S 10
struct budget {
	double slots[BUDGET_S]; /* deposits less withdrawals of each second */
	int64_t second;         /* of the newest slot */
	double reserve, share;
};

struct proxy {
	struct loop loop;
	struct settings s;
	json_t *config;
	int version;
	bool old_names;
	int64_t born;
	struct metric *root;
	struct router *routers;
	struct timer minute, second, gc, safepoint, accept;
	struct watch hangup, admin;
	bool accept_stalled;
	double gc_ms, gc_cycles, safepoint_ms, safepoints;
	struct metric *pauses; /* jvm/gc/NAME/pause_msec */
	struct admin_session *admin_sessions;
	struct resolver *resolver; /* NULL: no names are looked up */
};

struct router {
	struct proxy *proxy;
	struct router *next;
	const char *label;
	struct metric *scope;
	struct server *servers;
	struct client *clients;
	int64_t bound; /* clients that are */
};

struct server {
	struct router *router;
	struct server *next;
	struct watch watch;
	struct metrics m;
	struct timer retry; /* accepts again, after descriptors ran out */
	struct session *sessions;
	int64_t connections, pending;
};

struct client {
	struct router *router;
	struct client *next;
	struct client_settings s;
	struct endpoint *endpoints; /* those that discovery knows, and those that still drain */
	bool bound, oneshot;        /* oneshot: for as long as it is at work */
	int64_t used_ns;            /* last */
	struct metrics m, service, client_service;
	struct budget requeue_budget, retry_budget;
	struct timer leak, churn;
	int64_t pending, service_pending;
	address churned; /* the endpoint that discovery toggles */
	double churned_weight;
	bool churning; /* it is out */
};

enum endpoint_state { ALIVE, DEAD, PROBE_OPEN, PROBE_CLOSED };

struct endpoint {
	struct client *client;
	struct endpoint *next;
	address at;
	double weight, credit; /* credit: of the weighted round robin */
	bool gone;             /* discovery does not know it any more */
	struct link *links, *idle;
	int64_t open, connecting, load, waiting; /* connections, calls at work, calls that wait */
	struct call *first, *last;               /* those that wait for a connection */
	enum endpoint_state state;
	int64_t failures; /* in a row */
	int64_t backoff, dead_since;
	struct timer revival;
};

/* What the counters know of a connection already. */
struct told {
	uint64_t received, sent;
	int64_t writable_ms, unwritable_ms;
	uint32_t retransmits;
};

/* A connection to an endpoint. */
struct link {
	struct endpoint *endpoint;
	struct conn conn;
	struct link *next, **of;
	struct link *next_idle;
	struct call *call;
	struct timer timeout; /* of the connect, then of idleness */
	int64_t requests;
	struct told told;
};

/* A caller's connection. */
struct session {
	struct server *server;
	struct conn conn;
	struct session *next, **of;
	struct call *call;
	int64_t requests;
	struct told told;
	bool keep_alive;
};

enum call_state { CALL_DELAYED, CALL_WAITING, CALL_CONNECTING, CALL_SENT };

/* A request, from the caller's last byte to the answer's first. */
struct call {
	struct session *session;
	struct client *client;
	struct endpoint *endpoint;
	struct link *link;
	struct call *behind; /* who waits next for the endpoint */
	enum call_state state;
	struct bytes request;
	int64_t began_ns, asked_ns, sent_ns; /* asked: for a connection */
	int64_t requeues, retries;
	struct timer delay, attempt, total;
};

/* What became of an attempt or a call. */
struct outcome {
	unsigned status;       /* of the answer; 0 without one */
	struct span response;  /* as the endpoint gave it */
	const char *exception; /* NULL: it answered */
	bool unsent;           /* nothing was written: it may be tried elsewhere */
};

/* l5d_config.c: ends the program when it cannot be understood. */
void config_read(struct proxy *p, int argc, char **argv);
/* {"ID": ["IP:PORT", "IP:PORT@WEIGHT"]}: the clients' endpoints from now on. */
bool config_discovery(struct proxy *p, const json_t *all);
void config_free(struct proxy *p);

/* l5d_names.c */
void metrics_bind(struct metrics *m, struct metric *scope, enum scope which, int version);
/* failures, and failures/EXCEPTION with each of its causes, below `prefix` ("failures"). */
void metrics_failure(struct metric *scope, const char *prefix, const char *exception);
void metrics_status(struct metric *scope, unsigned status);
struct metric *scope_of(struct router *r, enum scope which, const char *id);
/* Counts what a connection did since it was told last; and how it did, when it closes. */
void metrics_told(struct metrics *m, const struct conn *c, struct told *t);
void metrics_closed(struct metrics *m, struct conn *c, int64_t requests, struct told *t);

/* l5d_server.c */
void server_begin(struct server *s, const address *a, int backlog);
void server_end(struct server *s);
void server_accepting(struct server *s, bool accepting);
void server_gauges(struct server *s);
/* Answers the caller and frees the call. */
void call_answer(struct call *c, const struct outcome *o);

/* l5d_client.c */
void client_init(struct client *c);
/* Begins the call: `c` has its session, client and request. */
void call_dispatch(struct call *c);
/* The caller is gone: whatever is under way ends. */
void call_cancel(struct call *c);
/* A connection is there, or there is none. */
void call_connected(struct call *c, struct link *l);
void call_ended(struct call *c, const struct outcome *o);
void client_gauges(struct client *c);
/* Closes the clients that nobody used for long. */
void router_expire(struct router *r);

/* l5d_balance.c */
struct endpoint *balance_pick(struct client *c);
/* The balancer may choose it. */
bool endpoint_available(const struct endpoint *e);
/* A call goes to it. */
void endpoint_chosen(struct endpoint *e);
void endpoint_succeeded(struct endpoint *e);
void endpoint_failed(struct endpoint *e);
/* Adds or removes one, as discovery does. */
void client_endpoint_add(struct client *c, const address *a, double weight);
void client_endpoint_remove(struct endpoint *e);
void budget_deposit(struct budget *b, int64_t now);
bool budget_withdraw(struct budget *b, int64_t now);
double budget_balance(struct budget *b, int64_t now);

/* l5d_pool.c */
/* Ends in call_connected() or call_ended(), now or later. */
void pool_acquire(struct endpoint *e, struct call *c);
/* The call does not want its place or its connection any more. */
void pool_abandon(struct call *c);
/* The connection can be used again, or not. */
void pool_release(struct link *l, bool keep);
void pool_leak(struct endpoint *e);
/* Closes the idle ones; an endpoint that is gone is freed with its last one. */
void pool_drain(struct endpoint *e);
void pool_reap(struct endpoint *e);

/* l5d_jvm.c */
void jvm_begin(struct proxy *p);
void jvm_gauges(struct proxy *p);
void jvm_stop_the_world(struct proxy *p, int64_t ns);

/* l5d_dns.c: looks a name up each dns-every, at `dns`. */
void dns_begin(struct proxy *p);
void dns_end(struct proxy *p);

/* l5d_admin.c */
void admin_begin(struct proxy *p);
void admin_end(struct proxy *p);

#endif
