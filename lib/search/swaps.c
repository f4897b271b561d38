/* Shifts and swaps judged by the whole cost. Partners come round in turn, so that no pair of CSMs is looked through in
 * full: what is missed in one round is met in another. */
#include "search/search.h"

/* Rounds over all customers without a gain before the end. */
#define ROUNDS 20

typedef struct swaps {
  tx_core *core;
  uint32_t *cursor; /* per CSM: the member to be asked next */
} swaps;

static uint32_t next_member(swaps *s, uint32_t csm) {
  tx_core *core = s->core;
  uint32_t member = s->cursor[csm];
  if (member == TX_BOOKS_NONE || core->at[member] != csm) {
    member = core->first[csm];
  }
  s->cursor[csm] = member == TX_BOOKS_NONE ? TX_BOOKS_NONE : core->next[member];
  return member;
}

/* Whether points lost forbid the move before its loads are looked at: overload alone could make them worth it. */
static bool too_dear(const tx_core *core, int64_t points, uint32_t a, uint32_t b) {
  return points > 0 && !core->books->together && core->csm_cost[a].part[TX_OVER] == 0 && core->csm_cost[b].part[TX_OVER] == 0;
}

/* The customer goes to the CSM, and `other` (or nobody) comes back. */
static bool try_exchange(swaps *s, uint32_t customer, uint32_t csm, size_t entry, uint32_t other) {
  tx_core *core = s->core;
  uint32_t from = core->at[customer];
  size_t back = other == TX_BOOKS_NONE ? SIZE_MAX : tx_core_class_entry(core, other, from);
  if (other != TX_BOOKS_NONE && back == SIZE_MAX) {
    return false;
  }
  int64_t here = tx_core_entry_points(core, customer, entry);
  int64_t there = other == TX_BOOKS_NONE ? 0 : tx_core_entry_points(core, other, back);
  int64_t lost = core->points[customer] - here + (other == TX_BOOKS_NONE ? 0 : core->points[other] - there);
  tx_cost change, more;
  if (too_dear(core, lost, from, csm) || !tx_core_swap_change(core, from, customer, other, &change) ||
      !tx_core_swap_change(core, csm, other, customer, &more)) {
    return false;
  }
  tx_cost_add(&change, &more);
  change.part[TX_POINTS] += lost;
  if (!tx_cost_negative(&change) || tx_core_denied(core, customer, entry) ||
      (other != TX_BOOKS_NONE && tx_core_denied(core, other, back))) {
    return false;
  }
  if (other != TX_BOOKS_NONE) {
    tx_core_place(core, other, from, there);
  }
  tx_core_place(core, customer, csm, here);
  return true;
}

static bool improve_customer(swaps *s, uint32_t customer) {
  tx_core *core = s->core;
  bool gained = false;
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t from = core->at[customer], csm = e == SIZE_MAX ? from : core->books->offer_csm[e];
    if (csm == from) {
      continue;
    }
    core->watch->work += 20;
    if (try_exchange(s, customer, csm, e, TX_BOOKS_NONE)) {
      gained = true;
      continue;
    }
    uint32_t other = next_member(s, csm);
    gained = (other != TX_BOOKS_NONE && try_exchange(s, customer, csm, e, other)) || gained;
  }
  return gained;
}

triax_status tx_improve_swaps(tx_core *core, uint64_t budget) {
  triax_context *context = core->watch->context;
  size_t csms = core->books->csms, n = core->books->customers, still = 0;
  uint64_t end = tx_watch_end(core->watch, budget);
  swaps s = {.core = core, .cursor = tx_alloc_array(context, csms, sizeof *s.cursor)};
  if (s.cursor == NULL) {
    return tx_no_memory(core->watch->error);
  }
  for (size_t i = 0; i < csms; i++) {
    s.cursor[i] = TX_BOOKS_NONE;
  }
  triax_status status = TRIAX_OK;
  for (size_t j = 0; status == TRIAX_OK && n > 0 && still < ROUNDS * n && core->watch->work < end; j++) {
    j = j == n ? 0 : j;
    bool gained = core->at[j] != TX_BOOKS_NONE && improve_customer(&s, (uint32_t)j);
    still = gained ? 0 : still + 1;
    status = tx_watch_work(core->watch, 1);
  }
  tx_free_array(context, s.cursor, csms, sizeof *s.cursor);
  return status;
}
