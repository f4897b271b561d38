/* Improvement by region: a few CSMs that share an offer are emptied and filled again from their relaxation. */
#include <string.h>

#include "search/search.h"

#define REGION 6          /* CSMs at most */
#define DEAD_END 30       /* regions without a gain, and two a CSM, before a kick */
#define BEARING_PART 2000 /* customers: in larger parts losses are not won back in time */
#define PATIENCE 60       /* kicks without a gain before the end */
#define WAITING 40        /* uncovered customers that may come in */
#define LOOK 300          /* uncovered customers looked at for them */

typedef struct region {
  tx_core *core;
  tx_pairs *pairs;
  int64_t scale;
  uint32_t csm[REGION];
  size_t csms;
  uint32_t *customers, *work; /* those that may be taken off; the dive's list */
  size_t count, room;
  int64_t best_value, bearable; /* loss of value that may stand for a while */
} region;

static bool in_region(const region *r, uint32_t csm) {
  for (size_t x = 0; x < r->csms; x++) {
    if (r->csm[x] == csm) {
      return true;
    }
  }
  return false;
}

/* A CSM at random, and others from the offer of one of its customers. */
static void choose(region *r) {
  tx_core *core = r->core;
  uint32_t start = (uint32_t)(tx_core_random(core) % core->books->csms), customer = core->first[start];
  r->csms = 0;
  r->csm[r->csms++] = start;
  for (uint64_t skip = tx_core_random(core) % 16; customer != TX_BOOKS_NONE && skip > 0; skip--) {
    customer = core->next[customer] == TX_BOOKS_NONE ? customer : core->next[customer];
  }
  if (customer == TX_BOOKS_NONE) {
    return;
  }
  tx_choices choices = tx_core_choices(core, customer);
  size_t wanted = 2 + (size_t)(tx_core_random(core) % (REGION - 1));
  for (size_t tries = 0; r->csms < wanted && tries < 2 * REGION; tries++) {
    size_t entry = tx_core_choice(core, &choices, (size_t)(tx_core_random(core) % choices.count));
    uint32_t csm = entry == SIZE_MAX ? start : core->books->offer_csm[entry];
    if (!in_region(r, csm)) {
      r->csm[r->csms++] = csm;
    }
  }
}

static bool add(region *r, uint32_t customer) {
  triax_context *context = r->core->watch->context;
  if (r->count == r->room) {
    size_t room = r->room * 2 + 64;
    uint32_t *customers = tx_alloc_array(context, room, sizeof *customers);
    uint32_t *work = tx_alloc_array(context, room, sizeof *work);
    if (customers == NULL || work == NULL) {
      tx_free_array(context, customers, room, sizeof *customers);
      tx_free_array(context, work, room, sizeof *work);
      return false;
    }
    if (r->count > 0) {
      memcpy(customers, r->customers, r->count * sizeof *customers);
    }
    tx_free_array(context, r->customers, r->room, sizeof *r->customers);
    tx_free_array(context, r->work, r->room, sizeof *r->work);
    r->customers = customers;
    r->work = work;
    r->room = room;
  }
  r->customers[r->count++] = customer;
  return true;
}

/* The region's own customers, and some that wait and could come. */
static bool take(region *r) {
  tx_core *core = r->core;
  bool kept = true;
  r->count = 0;
  for (size_t x = 0; x < r->csms; x++) {
    for (uint32_t j = core->first[r->csm[x]]; kept && j != TX_BOOKS_NONE; j = core->next[j]) {
      kept = add(r, j);
    }
  }
  size_t waiting = 0, looked = 0;
  for (uint32_t j = core->first[core->books->csms]; kept && j != TX_BOOKS_NONE && waiting < WAITING && looked < LOOK;
       j = core->next[j], looked++) {
    bool comes = false;
    for (size_t x = 0; x < r->csms && !comes && tx_core_load(core, j) > 0; x++) {
      comes = tx_core_entry(core, j, r->csm[x]) != SIZE_MAX;
    }
    if (comes) {
      kept = add(r, j);
      waiting++;
    }
  }
  core->watch->work += 4 * (looked * r->csms + r->count);
  return kept;
}

/* Exchanges within the region, and with the uncovered, until none gains. */
static void settle(region *r) {
  for (bool gained = true; gained;) {
    gained = false;
    for (size_t x = 0; x < r->csms; x++) {
      for (size_t y = x + 1; y < r->csms; y++) {
        gained = tx_pairs_improve(r->pairs, r->csm[x], r->csm[y]) || gained;
      }
      gained = tx_pairs_improve(r->pairs, r->csm[x], (uint32_t)r->core->books->csms) || gained;
    }
  }
}

/* Takes off all, or a random share, so that the same region is not filled the same way twice; lists those with a
 * load. */
static size_t take_off(region *r) {
  tx_core *core = r->core;
  size_t heavy = 0;
  uint64_t sixteenths = 4 + 4 * (tx_core_random(core) % 4);
  for (size_t x = 0; x < r->count; x++) {
    uint32_t customer = r->customers[x];
    if (sixteenths < 16 && tx_core_random(core) % 16 >= sixteenths) {
      continue;
    }
    if (tx_core_load(core, customer) > 0) {
      r->work[heavy++] = customer;
    }
    tx_core_place(core, customer, TX_BOOKS_NONE, 0);
  }
  return heavy;
}

/* Whether a loss may stand for a while: now and then, in value no more than a few customers' worth below the best. */
static bool bearable(region *r, const tx_cost *before) {
  tx_core *core = r->core;
  if (r->bearable < 0 || tx_core_random(core) % 16 != 0 || core->cost.part[TX_OVER] > before->part[TX_OVER]) {
    return false;
  }
  return core->cost.part[TX_VALUE] - r->best_value <= r->bearable;
}

static triax_status refill(region *r, bool *gained) {
  tx_core *core = r->core;
  tx_cost before = core->cost;
  tx_core_note(core);
  size_t heavy = take_off(r);
  tx_dive_options options = {.customers = r->work, .count = heavy, .csms = r->csm, .csm_count = r->csms};
  options.vary = true;
  options.budget = 100000 + 1000 * (uint64_t)r->count;
  triax_status status = tx_dive(core, r->scale, &options);
  if (status == TRIAX_OK) {
    status = tx_greedy_order(core, r->customers, r->count);
  }
  if (status == TRIAX_OK) {
    settle(r);
  }
  int order = tx_cost_compare(&core->cost, &before);
  *gained = order < 0;
  if ((order > 0 && !bearable(r, &before)) || status != TRIAX_OK) {
    triax_status undone = tx_core_take_back(core);
    return status != TRIAX_OK ? status : undone;
  }
  for (size_t x = 0; x < core->moves; x++) {
    uint32_t from = core->journal[x].from, to = core->at[core->journal[x].customer];
    tx_pairs_touch(r->pairs, from == TX_BOOKS_NONE ? (uint32_t)core->books->csms : from);
    tx_pairs_touch(r->pairs, to == TX_BOOKS_NONE ? (uint32_t)core->books->csms : to);
  }
  return tx_core_keep(core);
}

/* A random customer that waits, or else any: who is to be forced in somewhere. */
static uint32_t somebody(const region *r, uint64_t random) {
  const tx_core *core = r->core;
  uint32_t customer = core->first[core->books->csms];
  for (uint64_t skip = random % 64; customer != TX_BOOKS_NONE && skip > 0; skip--) {
    customer = core->next[customer] == TX_BOOKS_NONE ? core->first[core->books->csms] : core->next[customer];
  }
  return customer == TX_BOOKS_NONE ? (uint32_t)(random / 64 % core->books->customers) : customer;
}

/* Out of a dead end: a customer goes where it does not fit, whoever stands in its way goes where room is left. */
static triax_status kick(region *r) {
  tx_core *core = r->core;
  uint32_t customer = somebody(r, tx_core_random(core));
  tx_choices choices = tx_core_choices(core, customer);
  size_t entry = tx_core_choice(core, &choices, (size_t)(tx_core_random(core) % choices.count));
  bool kept = true;
  if (entry == SIZE_MAX || tx_core_denied(core, customer, entry)) {
    return TRIAX_OK;
  }
  uint32_t csm = core->books->offer_csm[entry];
  r->count = 0;
  tx_core_place(core, customer, TX_BOOKS_NONE, 0);
  while (kept && !tx_core_fits(core, customer, csm) && core->first[csm] != TX_BOOKS_NONE) {
    uint32_t other = core->first[csm];
    for (uint64_t skip = tx_core_random(core) % 16; skip > 0 && core->next[other] != TX_BOOKS_NONE; skip--) {
      other = core->next[other];
    }
    kept = add(r, other);
    tx_core_place(core, other, TX_BOOKS_NONE, 0);
  }
  if (!kept) {
    return tx_no_memory(core->watch->error);
  }
  if (tx_core_fits(core, customer, csm)) {
    tx_core_place(core, customer, csm, tx_core_entry_points(core, customer, entry));
  }
  return tx_greedy_order(core, r->customers, r->count);
}

/* One region; out of a dead end by a kick from the best. */
static triax_status step(region *r, tx_record *best, size_t *still) {
  tx_core *core = r->core;
  bool gained = false;
  r->best_value = best->cost.part[TX_VALUE];
  choose(r);
  triax_status status = take(r) ? refill(r, &gained) : tx_no_memory(core->watch->error);
  if (status == TRIAX_OK && tx_cost_compare(&core->cost, &best->cost) < 0) {
    tx_record_take(best, core);
    *still = 0;
  } else if (status == TRIAX_OK && ++*still % (DEAD_END + 2 * core->books->csms) == 0) {
    if (tx_cost_compare(&core->cost, &best->cost) > 0) {
      tx_record_restore(best, r->pairs);
    }
    status = kick(r);
  }
  return status;
}

static int64_t average_value(const tx_core *core) {
  int64_t sum = 0;
  for (uint32_t j = 0; j < core->books->customers; j++) {
    sum += tx_core_value(core, j);
  }
  return core->books->customers == 0 ? 0 : sum / (int64_t)core->books->customers;
}

triax_status tx_improve_regions(tx_core *core, tx_pairs *pairs, int64_t scale, uint64_t budget) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers, still = 0, patience = PATIENCE * (DEAD_END + 2 * core->books->csms);
  region r = {.core = core, .pairs = pairs, .scale = scale};
  tx_record best = {.at = tx_alloc_array(context, n, sizeof *best.at)};
  uint64_t end = tx_watch_end(core->watch, budget);
  triax_status status = best.at == NULL ? tx_no_memory(core->watch->error) : TRIAX_OK;
  if (status == TRIAX_OK) {
    tx_record_take(&best, core);
    r.bearable = n <= BEARING_PART ? average_value(core) / 2 : -1;
  }
  while (status == TRIAX_OK && core->watch->work < end && still < patience && n > 0) {
    status = step(&r, &best, &still);
    if (status == TRIAX_OK) {
      status = tx_watch_work(core->watch, 2000 + core->books->csms + core->books->classes / 2 + n / 16);
    }
  }
  if (status == TRIAX_OK && tx_cost_compare(&core->cost, &best.cost) > 0) {
    tx_record_restore(&best, pairs);
  }
  tx_free_array(context, best.at, n, sizeof *best.at);
  tx_free_array(context, r.customers, r.room, sizeof *r.customers);
  tx_free_array(context, r.work, r.room, sizeof *r.work);
  return status;
}
