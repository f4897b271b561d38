/* A first assignment: customers by value for their load, each where it costs least. */
#include "base/sort.h"
#include "search/search.h"

/* Whether customer a comes before b: more value for its load, then the larger load, then the lower number. */
static bool before(const void *user, uint32_t a, uint32_t b) {
  const tx_core *core = user;
  int64_t load_a = tx_core_load(core, a), load_b = tx_core_load(core, b);
  int order = tx_compare_products(tx_core_value(core, a), load_b, tx_core_value(core, b), load_a);
  if (order != 0) {
    return order > 0;
  }
  return load_a != load_b ? load_a > load_b : a < b;
}

static void place_best(tx_core *core, uint32_t customer) {
  size_t best = SIZE_MAX;
  tx_choices choices = tx_core_choices(core, customer);
  tx_cost least = {{0, 0, 0, 0}};
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t csm = e == SIZE_MAX ? TX_BOOKS_NONE : core->books->offer_csm[e];
    tx_cost change;
    if (e == SIZE_MAX || !tx_core_fits(core, customer, csm) || tx_core_denied(core, customer, e)) {
      continue;
    }
    tx_core_change(core, customer, csm, 1, &change);
    change.part[TX_POINTS] -= tx_core_entry_points(core, customer, e);
    if (best == SIZE_MAX || tx_cost_compare(&change, &least) < 0) {
      best = e;
      least = change;
    }
  }
  least.part[TX_VALUE] = -tx_core_value(core, customer);
  /* A customer without value is better left alone where it would cost anything. */
  if (best != SIZE_MAX && tx_cost_negative(&least)) {
    tx_core_place(core, customer, core->books->offer_csm[best], tx_core_entry_points(core, customer, best));
  }
}

triax_status tx_greedy_order(tx_core *core, const uint32_t *order, size_t count) {
  for (size_t n = 0; n < count; n++) {
    uint32_t customer = order[n];
    triax_status status = TRIAX_OK;
    if (core->at[customer] == TX_BOOKS_NONE) {
      place_best(core, customer);
      status = tx_watch_work(core->watch, 1 + tx_core_choices(core, customer).count);
    }
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return TRIAX_OK;
}

triax_status tx_greedy(tx_core *core) {
  size_t n = core->books->customers, count = 0;
  triax_context *context = core->watch->context;
  uint32_t *order = tx_alloc_array(context, n, sizeof *order), *spare = tx_alloc_array(context, n, sizeof *spare);
  triax_status status = TRIAX_OK;
  if (order == NULL || spare == NULL) {
    status = tx_no_memory(core->watch->error);
  } else {
    for (uint32_t j = core->first[core->books->csms]; j != TX_BOOKS_NONE; j = core->next[j]) {
      order[count++] = j;
    }
    tx_sort(order, spare, count, before, core);
    status = tx_greedy_order(core, order, count);
  }
  tx_free_array(context, order, n, sizeof *order);
  tx_free_array(context, spare, n, sizeof *spare);
  return status;
}
