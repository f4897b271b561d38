/* Small parts exactly: depth-first search with bounds, within a budget of work. */
#include <string.h>

#include "search/search.h"

typedef struct search {
  tx_core *core;
  uint32_t *order; /* customers, the most valuable for their load first */
  int64_t *ahead;  /* per depth: points that those not yet decided could earn at most */
  uint32_t *best;  /* per customer: CSM in the best assignment */
  tx_cost best_cost;
  uint64_t end; /* of the budget */
} search;

/* Whether two customers' exceptions are the same. */
static bool same_list(const size_t *begin, const void *list, size_t size, uint32_t a, uint32_t b) {
  size_t count = tx_books_to(begin, a) - tx_books_from(begin, a);
  const char *bytes = list;
  return count == tx_books_to(begin, b) - tx_books_from(begin, b) &&
         (count == 0 || memcmp(bytes + begin[a] * size, bytes + begin[b] * size, count * size) == 0);
}

/* Whether b could stand in a's place unnoticed. */
static bool alike(const tx_core *core, uint32_t a, uint32_t b) {
  const tx_books *books = core->books;
  bool same = books->customer_class[a] == books->customer_class[b] && tx_core_value(core, a) == tx_core_value(core, b);
  same = same && tx_core_owner(core, a) == tx_core_owner(core, b);
  same = same && (books->owner_points == NULL || books->owner_points[a] == books->owner_points[b]);
  same = same && same_list(books->more_begin, books->more_csm, sizeof *books->more_csm, a, b);
  same = same && same_list(books->more_begin, books->more_points, sizeof *books->more_points, a, b);
  same = same && same_list(books->turned_begin, books->turned_csm, sizeof *books->turned_csm, a, b);
  for (size_t d = 1; same && d < core->dimensions; d++) {
    same = core->amount[d][a] == core->amount[d][b];
  }
  return same;
}

static int64_t most_points(const tx_core *core, uint32_t customer) {
  int64_t most = 0;
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    int64_t points = e == SIZE_MAX ? 0 : tx_core_entry_points(core, customer, e);
    most = points > most ? points : most;
  }
  return most;
}

static bool order_before(const tx_core *core, uint32_t a, uint32_t b) {
  int order =
      tx_compare_products(tx_core_value(core, a), tx_core_load(core, b), tx_core_value(core, b), tx_core_load(core, a));
  return order != 0 ? order > 0 : a < b;
}

static void prepare(search *s) {
  tx_core *core = s->core;
  size_t n = core->books->customers;
  for (size_t j = 0; j < n; j++) {
    size_t at = j;
    for (; at > 0 && order_before(core, (uint32_t)j, s->order[at - 1]); at--) {
      s->order[at] = s->order[at - 1];
    }
    s->order[at] = (uint32_t)j;
    s->best[j] = core->at[j];
  }
  s->ahead[n] = 0;
  for (size_t d = n; d-- > 0;) {
    s->ahead[d] = s->ahead[d + 1] + most_points(core, s->order[d]);
  }
  for (size_t j = 0; j < n; j++) {
    tx_core_place(core, (uint32_t)j, TX_BOOKS_NONE, 0);
  }
}

/* Whether nothing below this node can be better than the best known. `lost` is the value given up so far: those not
 * decided count as uncovered in the core, and may all still be covered. */
static bool hopeless(const search *s, size_t depth, int64_t lost) {
  tx_cost least = s->core->cost;
  least.part[TX_VALUE] = lost;
  least.part[TX_POINTS] -= s->ahead[depth];
  return tx_cost_compare(&least, &s->best_cost) >= 0;
}

static void keep(search *s) {
  s->best_cost = s->core->cost;
  memcpy(s->best, s->core->at, s->core->books->customers * sizeof *s->best);
}

/* Among customers alike, CSMs ascend with the order: permutations of one assignment are looked at once. */
static bool out_of_turn(const search *s, size_t depth, uint32_t csm) {
  if (depth == 0 || !alike(s->core, s->order[depth - 1], s->order[depth])) {
    return false;
  }
  return csm < s->core->at[s->order[depth - 1]];
}

/* False when the budget ran out. */
static bool descend(search *s, size_t depth, int64_t lost) {
  tx_core *core = s->core;
  if (depth == core->books->customers) {
    if (tx_cost_compare(&core->cost, &s->best_cost) < 0) {
      keep(s);
    }
    return true;
  }
  if (hopeless(s, depth, lost)) {
    return true;
  }
  uint32_t customer = s->order[depth];
  bool complete = true;
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; complete && n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t csm = e == SIZE_MAX ? TX_BOOKS_NONE : core->books->offer_csm[e];
    core->watch->work += 2;
    complete = core->watch->work < s->end;
    bool may = complete && e != SIZE_MAX && !out_of_turn(s, depth, csm) && !tx_core_denied(core, customer, e);
    if (may && tx_core_fits(core, customer, csm)) {
      tx_core_place(core, customer, csm, tx_core_entry_points(core, customer, e));
      complete = descend(s, depth + 1, lost);
      tx_core_place(core, customer, TX_BOOKS_NONE, 0);
    }
  }
  return complete && descend(s, depth + 1, lost + tx_core_value(core, customer));
}

static void restore(search *s) {
  tx_core *core = s->core;
  for (size_t j = 0; j < core->books->customers; j++) {
    uint32_t csm = s->best[j];
    size_t entry = csm == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, (uint32_t)j, csm);
    tx_core_place(core, (uint32_t)j, csm, entry == SIZE_MAX ? 0 : tx_core_entry_points(core, (uint32_t)j, entry));
  }
}

triax_status tx_exact(tx_core *core, uint64_t budget) {
  size_t n = core->books->customers;
  triax_context *context = core->watch->context;
  search s = {.core = core, .best_cost = core->cost, .end = tx_watch_end(core->watch, budget)};
  s.order = tx_alloc_array(context, n, sizeof *s.order);
  s.best = tx_alloc_array(context, n, sizeof *s.best);
  s.ahead = tx_alloc_array(context, n + 1, sizeof *s.ahead);
  triax_status status = TRIAX_OK;
  if (s.order == NULL || s.best == NULL || s.ahead == NULL) {
    status = tx_no_memory(core->watch->error);
  } else {
    prepare(&s);
    bool complete = descend(&s, 0, 0);
    restore(&s);
    if (complete) {
      core->searched = true;
      core->priced = core->bound;
      core->priced_proven = core->proven;
      core->bound = core->cost;
      core->proven = TX_PARTS;
    }
    status = tx_watch_work(core->watch, 1);
  }
  tx_free_array(context, s.order, n, sizeof *s.order);
  tx_free_array(context, s.best, n, sizeof *s.best);
  tx_free_array(context, s.ahead, n + 1, sizeof *s.ahead);
  return status;
}
