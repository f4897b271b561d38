#include "base/sort.h"

#include <string.h>

/* Runs of this length are sorted by insertion. */
#define RUN 8

static void insert_runs(uint32_t *list, size_t count, tx_less_fn less, const void *user) {
  for (size_t x = 0; x < count; x++) {
    uint32_t item = list[x];
    size_t at = x;
    for (; at % RUN != 0 && less(user, item, list[at - 1]); at--) {
      list[at] = list[at - 1];
    }
    list[at] = item;
  }
}

void tx_sort(uint32_t *list, uint32_t *spare, size_t count, tx_less_fn less, const void *user) {
  insert_runs(list, count, less, user);
  for (size_t width = RUN; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      size_t middle = begin + width < count ? begin + width : count;
      size_t end = middle + width < count ? middle + width : count;
      size_t a = begin, b = middle;
      for (size_t out = begin; out < end; out++) {
        bool left = a < middle && (b == end || !less(user, list[b], list[a]));
        spare[out] = left ? list[a++] : list[b++];
      }
    }
    memcpy(list, spare, count * sizeof *list);
  }
}

static inline bool key_before(const tx_key *a, const tx_key *b) {
  if (a->first != b->first) {
    return a->first < b->first;
  }
  return a->second != b->second ? a->second < b->second : a->item < b->item;
}

static void insert_key_runs(tx_key *list, size_t count) {
  for (size_t x = 0; x < count; x++) {
    tx_key item = list[x];
    size_t at = x;
    for (; at % RUN != 0 && key_before(&item, &list[at - 1]); at--) {
      list[at] = list[at - 1];
    }
    list[at] = item;
  }
}

void tx_sort_keys(tx_key *list, tx_key *spare, size_t count) {
  insert_key_runs(list, count);
  for (size_t width = RUN; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      size_t middle = begin + width < count ? begin + width : count;
      size_t end = middle + width < count ? middle + width : count;
      size_t a = begin, b = middle;
      for (size_t out = begin; out < end; out++) {
        bool left = a < middle && (b == end || !key_before(&list[b], &list[a]));
        spare[out] = left ? list[a++] : list[b++];
      }
    }
    memcpy(list, spare, count * sizeof *list);
  }
}
