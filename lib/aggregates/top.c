/* The edge of a top: the candidates around it, in order of rank. */
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/text.h"

int tx_candidate_order(const tx_candidate *a, const tx_candidate *b) {
  if (a->by != b->by) return a->by > b->by ? -1 : 1;
  int order = tx_text_compare(a->key, b->key);
  if (order) return order;
  return a->of > b->of ? -1 : a->of < b->of;
}

static bool before(const tx_candidate *a, const tx_candidate *b) { return tx_candidate_order(a, b) < 0; }

void tx_candidates_sort(tx_candidate *items, tx_candidate *spare, size_t count) {
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; count - begin > width; begin += 2 * width) {
      size_t middle = begin + width, end = count - middle < width ? count : middle + width;
      if (before(&items[middle], &items[middle - 1])) {
        memcpy(spare, items + begin, width * sizeof *spare);
        size_t i = 0, right = middle, to = begin;
        while (i < width && right < end) items[to++] = before(&items[right], &spare[i]) ? items[right++] : spare[i++];
        memcpy(items + to, spare + i, (width - i) * sizeof *spare);
      }
      if (count - begin <= 2 * width) break;
    }
  }
}

/* How many candidates hold, by number. */
static size_t held_by_count(const tx_whole *item, double share) {
  uint64_t wanted = tx_top_count(share, item->present);
  uint64_t held = wanted > item->above ? wanted - item->above : 0;
  return held < item->candidate_count ? (size_t)held : item->candidate_count;
}

/* How many candidates hold, by what they sum to. */
static size_t held_by_sum(const tx_whole *item, double share) {
  double wanted = tx_top_wanted(share, tx_exact_total(&item->sum));
  tx_exact_sum have = item->squares;
  size_t held = 0;
  if (!(wanted > 0)) return 0;
  while (held < item->candidate_count && !(tx_exact_total(&have) >= wanted)) {
    tx_exact_add(&have, item->candidates[held].of);
    held++;
  }
  return held;
}

tx_top_cutoff tx_top_conclude(const tx_whole *item, double share, bool sums) {
  size_t held = item->candidate_count;
  if (item->phase == TX_PHASE_AROUND) held = sums ? held_by_sum(item, share) : held_by_count(item, share);
  if (held == 0) return (tx_top_cutoff){false, 0, TX_TEXT("")};
  const tx_candidate *last = &item->candidates[held - 1];
  return (tx_top_cutoff){true, last->by, last->key};
}
