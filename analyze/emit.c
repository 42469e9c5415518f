#include "analyze/emit.h"

const struct sock_column sock_columns[SOCK_FIELD_COUNT] = {
#define SOCK(name_, unit_, what_) [SOCK_##name_] = {.name = #name_, .unit = UNIT_##unit_},
#include "analyze/sock.def"
#undef SOCK
};

_Static_assert(SOCK_FIELD_COUNT <= 64, "struct sock.has is 64 bits wide");

static const struct span states[TCP_STATE_COUNT] = {
	[TCP_ESTAB] = SPAN_INIT("ESTAB"),           [TCP_SYN_SENT] = SPAN_INIT("SYN-SENT"),
	[TCP_SYN_RECV] = SPAN_INIT("SYN-RECV"),     [TCP_FIN_WAIT_1] = SPAN_INIT("FIN-WAIT-1"),
	[TCP_FIN_WAIT_2] = SPAN_INIT("FIN-WAIT-2"), [TCP_TIME_WAIT] = SPAN_INIT("TIME-WAIT"),
	[TCP_UNCONN] = SPAN_INIT("UNCONN"),         [TCP_CLOSE_WAIT] = SPAN_INIT("CLOSE-WAIT"),
	[TCP_LAST_ACK] = SPAN_INIT("LAST-ACK"),     [TCP_LISTEN] = SPAN_INIT("LISTEN"),
	[TCP_CLOSING] = SPAN_INIT("CLOSING"),
};

const char *tcp_state_name(enum tcp_state s)
{
	return states[s].p;
}

bool tcp_state_parse(struct span name, enum tcp_state *s)
{
	for (int i = 0; i < TCP_STATE_COUNT; i++)
		if (span_eq(name, states[i])) {
			*s = (enum tcp_state)i;
			return true;
		}
	return false;
}

void emit_u64(struct emit *out, struct span entity, struct span name, enum kind kind,
              enum unit unit, uint64_t v)
{
	struct point p = {.entity = entity, .name = name, .kind = kind, .unit = unit};

	if (v > INT64_MAX) {
		out->note(out, 0, "value above 2^63-1", name);
	} else {
		p.type = VALUE_INT;
		p.v.i = (int64_t)v;
	}
	out->point(out, &p);
}

void emit_i64(struct emit *out, struct span entity, struct span name, enum kind kind,
              enum unit unit, int64_t v)
{
	out->point(out, &(struct point){.entity = entity,
	                                .name = name,
	                                .kind = kind,
	                                .unit = unit,
	                                .type = VALUE_INT,
	                                .v.i = v});
}

void emit_real(struct emit *out, struct span entity, struct span name, enum kind kind,
               enum unit unit, double v)
{
	out->point(out, &(struct point){.entity = entity,
	                                .name = name,
	                                .kind = kind,
	                                .unit = unit,
	                                .type = VALUE_REAL,
	                                .v.r = v});
}

void emit_text(struct emit *out, struct span entity, struct span name, struct span v)
{
	out->point(out, &(struct point){.entity = entity,
	                                .name = name,
	                                .kind = KIND_TEXT,
	                                .unit = UNIT_TEXT,
	                                .type = VALUE_TEXT,
	                                .v.text = v});
}
