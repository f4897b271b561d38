/* One agent's knapsack: the relaxation fixes most items, lists of undominated states settle the rest. */
#include "assignment/knapsack.h"

#include <string.h>

/* The first look is over the nearest such part of what lies between relaxation and what is known. */
#define NEAREST 64

bool tx_knapsack_begin(tx_knapsack *k, tx_arena *arena, size_t items) {
  *k = (tx_knapsack){.item = tx_arena_calloc(arena, items, sizeof *k->item),
                     .spare = tx_arena_calloc(arena, items, sizeof *k->spare),
                     .core = tx_arena_calloc(arena, items, sizeof *k->core),
                     .level = tx_arena_calloc(arena, items + 2, sizeof *k->level),
                     .state = tx_arena_alloc(arena, TX_KNAPSACK_STATES * sizeof *k->state)};
  return k->item != NULL && k->spare != NULL && k->core != NULL && k->level != NULL && k->state != NULL;
}

static bool before(const tx_knapsack_item *a, const tx_knapsack_item *b) {
  return a->density > b->density || (a->density == b->density && a->item < b->item);
}

/* Merge sort, by density; runs of eight by insertion. */
static void sort_items(tx_knapsack *k) {
  for (size_t begin = 0; begin < k->count; begin += 8) {
    size_t end = begin + 8 < k->count ? begin + 8 : k->count;
    for (size_t a = begin + 1; a < end; a++) {
      tx_knapsack_item moving = k->item[a];
      size_t b = a;
      for (; b > begin && before(&moving, &k->item[b - 1]); b--) {
        k->item[b] = k->item[b - 1];
      }
      k->item[b] = moving;
    }
  }
  for (size_t width = 8; width < k->count; width *= 2) {
    for (size_t begin = 0; begin < k->count; begin += 2 * width) {
      size_t middle = begin + width < k->count ? begin + width : k->count;
      size_t end = begin + 2 * width < k->count ? begin + 2 * width : k->count;
      size_t a = begin, b = middle;
      for (size_t c = begin; c < end; c++) {
        bool left = b == end || (a < middle && !before(&k->item[b], &k->item[a]));
        k->spare[c] = k->item[left ? a++ : b++];
      }
    }
    tx_knapsack_item *swapped = k->item;
    k->item = k->spare;
    k->spare = swapped;
  }
}

/* The relaxation, and what is reached by taking items in order as far as they fit; true when all do. */
static bool relax(tx_knapsack *k, int64_t room, int64_t *greedy) {
  int64_t profit = 0, left = room;
  bool broken = false;
  *greedy = 0;
  k->density = 0;
  for (size_t x = 0; x < k->count; x++) {
    const tx_knapsack_item *item = &k->item[x];
    if (item->load > left && !broken) {
      broken = true;
      k->density = item->density;
      k->relaxed = (double)profit + (double)left * item->density;
    }
    if (item->load <= left) {
      left -= item->load;
      profit += item->profit;
    }
  }
  *greedy = profit;
  if (!broken) {
    k->relaxed = (double)profit;
  }
  k->relaxed += k->relaxed * 1e-12 + 1;
  return !broken;
}

static void take_greedily(tx_knapsack *k, int64_t room) {
  for (size_t x = 0; x < k->count; x++) {
    k->item[x].taken = k->item[x].load <= room;
    room -= k->item[x].taken ? k->item[x].load : 0;
  }
}

/* Adds core item `n`'s choice to the last list of states; false when there are too many. */
static bool extend(tx_knapsack *k, size_t n, size_t cores, int64_t room, int64_t known) {
  const tx_knapsack_item *item = &k->item[k->core[n]];
  double next = n + 1 < cores ? k->item[k->core[n + 1]].density : 0;
  size_t begin = k->level[n], end = k->level[n + 1], out = end, a = begin, b = begin;
  int64_t highest = -1;
  if (end + 2 * (end - begin) > TX_KNAPSACK_STATES) {
    return false;
  }
  while (a < end || b < end) {
    bool plain = b == end || (a < end && k->state[a].load <= k->state[b].load + item->load);
    const tx_knapsack_state *from = &k->state[plain ? a : b];
    tx_knapsack_state made = {from->load + (plain ? 0 : item->load), from->profit + (plain ? 0 : item->profit),
                              (uint32_t)(plain ? a : b), !plain};
    a += plain;
    b += !plain;
    if (made.load > room) {
      if (!plain) {
        b = end;
      }
      continue;
    }
    double hope = (double)made.profit + (double)(room - made.load) * next;
    if (made.profit > highest && hope + hope * 1e-12 + 1 > (double)known) {
      highest = made.profit;
      if (out > end && k->state[out - 1].load == made.load) {
        out--;
      }
      k->state[out++] = made;
    }
  }
  k->level[n + 2] = out;
  k->work += 2 * (end - begin) + 4;
  return true;
}

static size_t choose_core(tx_knapsack *k, int64_t known, tx_knapsack_state *base) {
  size_t cores = 0;
  *base = (tx_knapsack_state){0, 0, 0, false};
  double slack = k->relaxed - (double)known;
  for (size_t x = 0; x < k->count; x++) {
    const tx_knapsack_item *item = &k->item[x];
    double gain = (double)item->profit - (double)item->load * k->density, margin = (double)item->profit * 1e-12 + 1;
    if (gain - margin >= slack) {
      base->load += item->load;
      base->profit += item->profit;
      k->spare[x].taken = true;
    } else {
      k->spare[x].taken = false;
      if (-gain - margin < slack) {
        k->core[cores++] = (uint32_t)x;
      }
    }
  }
  return cores;
}

typedef enum outcome { FOUND, NOTHING, TOO_MANY } outcome;

/* Looks for a profit above `known`; FOUND: the best there is, with its items marked. */
static outcome search_above(tx_knapsack *k, int64_t room, int64_t known, int64_t *profit) {
  tx_knapsack_state base;
  size_t cores = choose_core(k, known, &base);
  k->level[0] = 0;
  k->level[1] = 1;
  k->state[0] = base;
  for (size_t n = 0; n < cores; n++) {
    if (!extend(k, n, cores, room, known)) {
      return TOO_MANY;
    }
  }
  size_t best = k->level[cores + 1];
  if (best <= k->level[cores] || k->state[best - 1].load > room || k->state[best - 1].profit <= known) {
    return NOTHING;
  }
  size_t at = best - 1;
  *profit = k->state[at].profit;
  for (size_t x = 0; x < k->count; x++) {
    k->item[x].taken = k->spare[x].taken;
  }
  for (size_t n = cores; n-- > 0;) {
    k->item[k->core[n]].taken = k->state[at].taken;
    at = k->state[at].from;
  }
  return FOUND;
}

/* The best profit is mostly far closer to the relaxation than what was known before: so the first looks are near it,
 * where few items are in doubt, and widen as long as they find nothing. */
int64_t tx_knapsack_solve(tx_knapsack *k, int64_t room, int64_t known) {
  int64_t greedy, profit = 0;
  sort_items(k);
  k->work += k->count * 24;
  bool all = relax(k, room, &greedy);
  if (all || greedy > known) {
    take_greedily(k, room);
    known = greedy;
  }
  if (all) {
    return known;
  }
  double slack = k->relaxed - (double)known;
  for (double part = NEAREST; part >= 1; part = part > 1 ? part / 4 : 0) {
    int64_t above = part > 1 ? (int64_t)(k->relaxed - slack / part) : known;
    outcome found = search_above(k, room, above > known ? above : known, &profit);
    if (found == TOO_MANY) {
      return (int64_t)k->relaxed;
    }
    if (found == FOUND) {
      return profit;
    }
  }
  return known;
}
