/*
 * How an input of several parts is changed: one part by itself, or which there are, in
 * which order.  An input without marks is changed as libFuzzer does it.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/input.h"

#define PARTS 64 /* those behind stay as they are */

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed);

/* Where the parts begin, the end behind the last. */
static size_t parts_of(const uint8_t *data, size_t n, size_t *at)
{
	size_t parts = 0;

	for (size_t i = 0; i < n && parts < PARTS; i++)
		if (data[i] == INPUT_MARK)
			at[parts++] = i;
	at[parts] = n;
	return parts;
}

/* Replaces the bytes from `at` to `end`. */
static size_t replace(uint8_t *data, size_t n, size_t at, size_t end, const uint8_t *by,
                      size_t by_n)
{
	memmove(data + at + by_n, data + end, n - end);
	if (by_n)
		memcpy(data + at, by, by_n);
	return n - (end - at) + by_n;
}

static size_t mutate_part(uint8_t *data, size_t n, size_t most, size_t at, size_t end)
{
	size_t room = most - n + (end - at), got;
	uint8_t *part = malloc(room ? room : 1);

	if (!part)
		return n;
	memcpy(part, data + at, end - at);
	got = LLVMFuzzerMutate(part, end - at, room);
	n = replace(data, n, at, end, part, got);
	free(part);
	return n;
}

/* Puts a part once more before another one. */
static size_t repeat(uint8_t *data, size_t n, size_t most, const size_t *from, size_t before)
{
	size_t size = from[1] - from[0];
	uint8_t *part;

	if (n + size > most || !(part = malloc(size)))
		return n;
	memcpy(part, data + from[0], size);
	n = replace(data, n, before, before, part, size);
	free(part);
	return n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed)
{
	size_t at[PARTS + 1], parts = parts_of(data, n, at), i, was = n;

	if (parts < 2 || n > most)
		return LLVMFuzzerMutate(data, n, most);
	i = seed / 16 % parts;
	switch (seed % 16) {
	case 0:
		n = replace(data, n, at[i], at[i + 1], NULL, 0);
		break;
	case 1:
		n = repeat(data, n, most, at + i, at[seed / 1024 % parts]);
		break;
	case 2:
		return LLVMFuzzerMutate(data, n, most);
	default:
		return mutate_part(data, n, most, at[i] + 1, at[i + 1]);
	}
	return n ? n : was;
}
