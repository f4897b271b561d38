/* A stable sort of numbers, the same on every machine: qsort's order of ties is not. */
#ifndef TX_BASE_SORT_H
#define TX_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool (*tx_less_fn)(const void *user, uint32_t a, uint32_t b);
/* Merge sort; spare has room for `count`. */
void tx_sort(uint32_t *list, uint32_t *spare, size_t count, tx_less_fn less, const void *user);

#endif
