/* A stable sort of numbers, the same on every machine: qsort's order of ties is not. */
#ifndef TX_BASE_SORT_H
#define TX_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool (*tx_less_fn)(const void *user, uint32_t a, uint32_t b);
/* Merge sort; spare has room for `count`. */
void tx_sort(uint32_t *list, uint32_t *spare, size_t count, tx_less_fn less, const void *user);

/* Something to be sorted by two numbers, and then by its own. */
typedef struct tx_key {
  int64_t first;
  uint32_t second, item;
} tx_key;

/* Ascending: faster than the above, where the numbers are at hand. spare: count. */
void tx_sort_keys(tx_key *list, tx_key *spare, size_t count);

#endif
