/* From divided customers to whole ones, the largest loads first: fix what is whole, round the shares, and solve again
 * for those that weigh less, who can still make up for it. */
#include <string.h>

#include "relaxation/dive.h"

#define ROUNDS 60
/* Times that the first relaxation is solved again with customers apart. */
#define APART 4
/* Customers from which on a coarse relaxation comes first. */
#define MANY 2000
/* And how many may be, beside one in 200: each is a node, and the bound gains little. */
#define APART_MOST 200

/* More than half of the largest load that is left. */
static int64_t heavy_load(const tx_diving *d) {
  int64_t largest = 0;
  for (size_t x = 0; x < d->count; x++) {
    int64_t load = tx_core_load(d->core, d->customers[x]);
    largest = load > largest ? load : largest;
  }
  return largest / 2 + 1;
}

/* Where nothing could be placed, the heavy ones have no room: they are left. */
static void leave_heavy(tx_diving *d) {
  for (size_t x = 0; x < d->count; x++) {
    if (tx_core_load(d->core, d->customers[x]) >= d->least) {
      tx_dive_leave(d, d->customers[x]);
    }
  }
}

/* Where the customer costs least at the relaxation's prices; TX_BOOKS_NONE: nowhere less than uncovered. */
static uint32_t cheapest(const tx_diving *d, uint32_t customer) {
  const tx_core *core = d->core;
  tx_cost least = {{tx_core_value(core, customer) * d->flow.scale, 0, 0, 0}};
  uint32_t best = TX_BOOKS_NONE;
  tx_choices choices = tx_core_choices(core, customer);
  for (size_t n = 0; n < choices.count; n++) {
    size_t e = tx_core_choice(core, &choices, n);
    uint32_t csm = e == SIZE_MAX ? TX_BOOKS_NONE : core->books->offer_csm[e];
    bool may = e != SIZE_MAX && d->flow.room[csm] > 0 && tx_core_fits(core, customer, csm);
    if (!may || tx_core_denied(core, customer, e)) {
      continue;
    }
    tx_cost cost = tx_flow_placed(&d->flow, csm, tx_core_load(core, customer), tx_core_entry_points(core, customer, e));
    if (tx_cost_compare(&cost, &least) < 0) {
      least = cost;
      best = csm;
    }
  }
  return best;
}

/* Who was to come where it is struck off goes where it costs least: the relaxation would send it there again. */
static triax_status place_stuck(tx_diving *d) {
  tx_watch *watch = d->core->watch;
  for (size_t x = 0; d->stuck != NULL && x < d->count; x++) {
    uint32_t customer = d->customers[x];
    bool waits = d->stuck[customer] && d->core->at[customer] == TX_BOOKS_NONE && !d->left[customer];
    d->stuck[customer] = false;
    uint32_t csm = waits ? cheapest(d, customer) : TX_BOOKS_NONE;
    if (csm != TX_BOOKS_NONE) {
      tx_dive_put(d, customer, csm);
    }
    if (waits && tx_watch_work(watch, tx_core_choices(d->core, customer).count)) {
      return watch->status;
    }
  }
  return TRIAX_OK;
}

/* Those that are neither placed nor left. */
static void list_rest(tx_diving *d) {
  size_t kept = 0;
  for (size_t x = 0; x < d->count; x++) {
    uint32_t customer = d->customers[x];
    if (d->core->at[customer] == TX_BOOKS_NONE && !d->left[customer]) {
      d->customers[kept++] = customer;
    }
  }
  d->count = kept;
}

/* The relaxation on top of what is placed, from the tree of the one before. */
static triax_status relax_once(tx_diving *d, int64_t scale, bool apart, uint64_t budget) {
  tx_flow_scope scope = {d->customers, d->count, apart ? d->apart : NULL, d->options->csms, d->options->csm_count,
                         false,        NULL};
  tx_flow former = d->flow;
  triax_status status = tx_flow_init(&d->flow, d->core, scale, &scope, d->solved ? &former : d->options->start);
  if (d->solved) {
    tx_flow_free(&former);
  }
  d->solved = status == TRIAX_OK;
  return status == TRIAX_OK ? tx_flow_solve(&d->flow, budget) : status;
}

/* The first relaxation of many customers: coarsely, and from there exactly. */
static triax_status relax_first(tx_diving *d, int64_t scale, uint64_t budget) {
  if (d->count >= MANY && d->options->start == NULL) {
    tx_flow_scope scope = {d->customers, d->count, NULL, d->options->csms, d->options->csm_count, true, NULL};
    triax_status status = tx_flow_init(&d->flow, d->core, scale, &scope, NULL);
    d->solved = status == TRIAX_OK;
    status = status == TRIAX_OK ? tx_flow_solve(&d->flow, budget) : status;
    if (status != TRIAX_OK) {
      return status;
    }
  }
  return relax_once(d, scale, false, budget);
}

/* For the bound again and again, with those apart that the relaxation treats as no customer can be. */
static triax_status relax(tx_diving *d, int64_t scale, bool first, uint64_t budget) {
  triax_status status = d->solved ? relax_once(d, scale, false, budget) : relax_first(d, scale, budget);
  for (int again = 0; status == TRIAX_OK && first && again < APART; again++) {
    memset(d->used, 0, d->core->books->customers * sizeof *d->used);
    size_t conflicts = tx_flow_conflicts(&d->flow, d->apart, d->used);
    if (conflicts == 0 || conflicts > APART_MOST + d->count / 200) {
      break;
    }
    status = relax_once(d, scale, true, budget);
  }
  return status;
}

static triax_status dive_round(tx_diving *d, int64_t scale, bool first, uint64_t budget) {
  tx_core *core = d->core;
  triax_status status = relax(d, scale, first, budget);
  if (status != TRIAX_OK) {
    return status;
  }
  if (first) {
    status = tx_flow_bound(&d->flow);
    status = status == TRIAX_OK ? tx_flow_keep(&d->flow) : status;
  }
  d->fixed = 0;
  if (status == TRIAX_OK && (!tx_dive_fix_whole(d) || !tx_dive_round_shares(d))) {
    status = tx_no_memory(core->watch->error);
  }
  status = status == TRIAX_OK ? place_stuck(d) : status;
  if (d->fixed == 0) {
    leave_heavy(d);
  }
  list_rest(d);
  return status;
}

static triax_status run_rounds(tx_diving *d, int64_t scale) {
  tx_watch *watch = d->core->watch;
  uint64_t budget = d->options->budget, end = watch->work + budget;
  triax_status status = TRIAX_OK;
  for (int round = 0; status == TRIAX_OK && d->count > 0 && round < ROUNDS; round++) {
    if (round > 0 && watch->work >= end) {
      break;
    }
    d->least = heavy_load(d);
    status = dive_round(d, scale, d->options->bound && round == 0, budget);
  }
  return status;
}

triax_status tx_dive(tx_core *core, int64_t scale, const tx_dive_options *options) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers;
  tx_diving d = {.core = core, .customers = options->customers, .count = options->count, .options = options};
  d.rank = tx_calloc(context, n, sizeof *d.rank);
  d.left = tx_calloc(context, n, sizeof *d.left);
  d.apart = tx_calloc(context, n, sizeof *d.apart);
  d.excess = tx_calloc(context, core->books->csms, sizeof *d.excess);
  d.used = tx_calloc(context, n, sizeof *d.used);
  bool turned = core->books->turned_begin != NULL;
  d.stuck = turned ? tx_calloc(context, n, sizeof *d.stuck) : NULL;
  triax_status status = TRIAX_OK;
  if ((turned && d.stuck == NULL) || d.rank == NULL || d.left == NULL || d.apart == NULL || d.used == NULL ||
      d.excess == NULL) {
    status = tx_no_memory(core->watch->error);
  } else {
    status = run_rounds(&d, scale);
  }
  if (d.solved) {
    tx_flow_free(&d.flow);
  }
  tx_free_array(context, d.rank, n, sizeof *d.rank);
  tx_free_array(context, d.left, n, sizeof *d.left);
  tx_free_array(context, d.apart, n, sizeof *d.apart);
  tx_free_array(context, d.excess, core->books->csms, sizeof *d.excess);
  tx_free_array(context, d.used, n, sizeof *d.used);
  tx_free_array(context, d.stuck, n, sizeof *d.stuck);
  tx_free_array(context, d.shares, d.shares_room, sizeof *d.shares);
  tx_free_array(context, d.order, d.order_room, sizeof *d.order);
  tx_free_array(context, d.spare, d.order_room, sizeof *d.spare);
  return status;
}

triax_status tx_dive_all(tx_core *core, int64_t scale, uint64_t budget) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers, count = 0;
  uint32_t *customers = tx_alloc_array(context, n, sizeof *customers);
  if (customers == NULL) {
    return tx_no_memory(core->watch->error);
  }
  for (uint32_t j = 0; j < n; j++) {
    if (tx_core_load(core, j) > 0) {
      customers[count++] = j;
    }
  }
  tx_dive_options options = {.customers = customers, .count = count, .bound = true, .budget = budget};
  triax_status status = count == 0 || scale == 0 ? TRIAX_OK : tx_dive(core, scale, &options);
  tx_free_array(context, customers, n, sizeof *customers);
  return status;
}
