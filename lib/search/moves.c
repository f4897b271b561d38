/* Local search: shifts, swaps and ejections, one customer at a time until none gains. */
#include "search/search.h"

typedef struct move {
  tx_cost cost;     /* change of the whole; negative gains */
  size_t entry;     /* of the customer's offer, SIZE_MAX: uncovered */
  uint32_t ejected; /* customer that makes room, or TX_BOOKS_NONE */
  size_t ejected_entry;
} move;

static uint32_t entry_csm(const tx_core *core, size_t entry) {
  return entry == SIZE_MAX ? TX_BOOKS_NONE : core->books->offer_csm[entry];
}
static int64_t entry_points(const tx_core *core, uint32_t customer, size_t entry) {
  return entry == SIZE_MAX ? 0 : tx_core_entry_points(core, customer, entry);
}

/* What it costs that an uncovered customer comes to the CSM. */
static void cost_of_coming(const tx_core *core, uint32_t customer, size_t entry, tx_cost *cost) {
  tx_core_change(core, customer, core->books->offer_csm[entry], 1, cost);
  cost->part[TX_VALUE] = -tx_core_value(core, customer);
  cost->part[TX_POINTS] -= tx_core_entry_points(core, customer, entry);
}

/* The cheapest place for an uncovered customer with room for it, `avoid` aside; SIZE_MAX and no cost: none better
 * than to stay uncovered. */
static size_t best_place(tx_core *core, uint32_t customer, uint32_t avoid, tx_cost *least) {
  size_t best = SIZE_MAX;
  tx_choices choices = tx_core_choices(core, customer);
  *least = (tx_cost){{0, 0, 0, 0}};
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t csm = entry_csm(core, e);
    tx_cost cost;
    bool may = e != SIZE_MAX && csm != avoid && tx_core_fits(core, customer, csm);
    if (!may || tx_core_denied(core, customer, e)) {
      continue;
    }
    cost_of_coming(core, customer, e, &cost);
    if (tx_cost_compare(&cost, least) < 0) {
      *least = cost;
      best = e;
    }
  }
  core->watch->work += choices.count;
  return best;
}

/* Tries the customer on a CSM in exchange for each of its own in turn, who goes where it costs least. The customer is
 * uncovered meanwhile; `left` is what its leaving changed. */
static void try_ejections(tx_core *core, uint32_t customer, size_t entry, const tx_cost *left, move *best) {
  uint32_t csm = core->books->offer_csm[entry];
  int64_t points = tx_core_entry_points(core, customer, entry), value = tx_core_value(core, customer);
  for (uint32_t other = core->first[csm]; other != TX_BOOKS_NONE; other = core->next[other]) {
    tx_cost change, place;
    core->watch->work += 4;
    if (!tx_core_swap_change(core, csm, other, customer, &change)) {
      continue;
    }
    size_t to = best_place(core, other, csm, &place);
    change.part[TX_VALUE] += tx_core_value(core, other) - value;
    change.part[TX_POINTS] += core->points[other] - points;
    tx_cost_add(&change, &place);
    tx_cost_add(&change, left);
    if (tx_cost_compare(&change, &best->cost) < 0) {
      *best = (move){change, entry, other, to};
    }
  }
}

static void try_entry(tx_core *core, uint32_t customer, size_t entry, const tx_cost *left, move *best) {
  core->watch->work++;
  if (tx_core_fits(core, customer, core->books->offer_csm[entry])) {
    tx_cost cost;
    cost_of_coming(core, customer, entry, &cost);
    tx_cost_add(&cost, left);
    if (tx_cost_compare(&cost, &best->cost) < 0) {
      *best = (move){cost, entry, TX_BOOKS_NONE, SIZE_MAX};
    }
  }
  try_ejections(core, customer, entry, left, best);
}

static void apply(tx_core *core, uint32_t customer, const move *best) {
  if (best->ejected != TX_BOOKS_NONE) {
    tx_core_place(core, best->ejected, entry_csm(core, best->ejected_entry),
                  entry_points(core, best->ejected, best->ejected_entry));
  }
  tx_core_place(core, customer, entry_csm(core, best->entry), entry_points(core, customer, best->entry));
}

/* True when a move for this customer was found and made. */
static bool improve_customer(tx_core *core, uint32_t customer) {
  uint32_t from = core->at[customer];
  int64_t points = core->points[customer];
  tx_cost left = core->cost;
  tx_core_place(core, customer, TX_BOOKS_NONE, 0);
  tx_cost_sub(&left, &core->cost);
  for (int p = 0; p < TX_PARTS; p++) {
    left.part[p] = -left.part[p];
  }
  move best = {{{0, 0, 0, 0}}, SIZE_MAX, TX_BOOKS_NONE, SIZE_MAX};
  bool found = tx_cost_negative(&left);
  if (found) {
    best.cost = left;
  }
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    if (e != SIZE_MAX && core->books->offer_csm[e] != from && !tx_core_denied(core, customer, e)) {
      try_entry(core, customer, e, &left, &best);
    }
  }
  if (!found && !tx_cost_negative(&best.cost)) {
    tx_core_place(core, customer, from, points);
    return false;
  }
  apply(core, customer, &best);
  return true;
}

triax_status tx_improve_moves(tx_core *core, uint64_t budget) {
  size_t n = core->books->customers, still = 0;
  uint64_t end = tx_watch_end(core->watch, budget);
  for (size_t j = 0; n > 0 && still < n && core->watch->work < end; j = j + 1 == n ? 0 : j + 1) {
    still = improve_customer(core, (uint32_t)j) ? 0 : still + 1;
    triax_status status = tx_watch_work(core->watch, 1);
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return TRIAX_OK;
}
