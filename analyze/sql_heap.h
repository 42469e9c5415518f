/* SQLite's memory: it takes and gives back millions of small blocks, mostly while it prepares. */
#ifndef NETTAPE_ANALYZE_SQL_HEAP_H
#define NETTAPE_ANALYZE_SQL_HEAP_H

/*
 * From the next sqlite3_initialize on, blocks of up to 1 KiB come from lists by size,
 * without locks, and stay with the process; larger ones come from malloc.  Without
 * effect once SQLite is in use, and in a build with AddressSanitizer, which must see
 * each block.
 */
void sql_heap_use(void);

#endif
