/* One assignment: sums, lists and cost kept up to date as customers move. */
#include "books/core.h"

/* Share of the part that is done: a third by the relaxation, the rest as its work allows. */
static double done_of(const tx_watch *watch) {
  if (watch->stop == UINT64_MAX || watch->work <= watch->from) {
    return 0;
  }
  double share = (double)(watch->work - watch->from) / (double)(watch->stop - watch->from);
  return share < 1 ? (1 + 2 * share) / 3 : 1;
}

/* Tells the host, and ends the search where it has enough: what runs comes to the end of its budget. A first assignment
 * is always made. */
static void tell_host(tx_watch *watch) {
  tx_tell *tell = watch->tell;
  if (watch->caller && !atomic_load(&tell->enough)) {
    tx_lock_take(&tell->lock);
    int64_t value = tell->value - watch->value, bound = tell->bound + watch->bound;
    tx_lock_give(&tell->lock);
    if (tell->tell(tell->user, value, bound)) {
      atomic_store(&tell->enough, true);
    }
  }
  if (atomic_load(&tell->enough) && watch->stop != UINT64_MAX && !watch->ended) {
    watch->ended = true;
    watch->work += TX_WATCH_END;
    watch->next = watch->work + TX_WATCH_STEP;
  }
}

triax_status tx_watch_poll(tx_watch *watch) {
  watch->next = watch->work + TX_WATCH_STEP;
  if (watch->caller && !atomic_load(watch->canceled)) {
    double done = watch->begin + watch->size * done_of(watch);
    watch->status = tx_progress(watch->context, "allocation", done, watch->error);
    if (watch->status != TRIAX_OK) {
      atomic_store(watch->canceled, true);
      return watch->status;
    }
  }
  if (atomic_load(watch->canceled)) {
    watch->status = TRIAX_ECANCELED;
    return tx_fail(watch->error, TRIAX_ECANCELED, "the allocation was stopped by the host");
  }
  if (watch->tell != NULL) {
    tell_host(watch);
  }
  return TRIAX_OK;
}

int64_t tx_curve_cost(const tx_books_measure *measure, size_t csm, int64_t sum) {
  if (measure->pieces == 0) return 0;
  const int64_t *from = measure->from + csm * measure->pieces, *slope = measure->slope + csm * measure->pieces;
  int64_t cost = 0, rate = 0;
  for (size_t p = 0; p < measure->pieces && sum > from[p]; p++) {
    cost += (slope[p] - rate) * (sum - from[p]);
    rate = slope[p];
  }
  return cost;
}

int tx_compare_products(int64_t a, int64_t b, int64_t c, int64_t d) {
  uint64_t x[2] = {(uint64_t)a, (uint64_t)c}, y[2] = {(uint64_t)b, (uint64_t)d}, high[2], low[2];
  for (int s = 0; s < 2; s++) {
    uint64_t xl = x[s] & UINT32_MAX, xh = x[s] >> 32, yl = y[s] & UINT32_MAX, yh = y[s] >> 32;
    uint64_t middle = xh * yl + ((xl * yl) >> 32), other = xl * yh + (middle & UINT32_MAX);
    high[s] = xh * yh + (middle >> 32) + (other >> 32);
    low[s] = x[s] * y[s];
  }
  return high[0] != high[1] ? (high[0] < high[1] ? -1 : 1) : low[0] != low[1] ? (low[0] < low[1] ? -1 : 1) : 0;
}

static void take_measures(tx_core *core, const tx_books *books) {
  core->dimensions = 1;
  for (size_t m = 0; m < books->measures; m++) {
    const tx_books_measure *measure = &books->measure[m];
    size_t d = measure->amount == NULL ? 0 : core->dimensions++;
    core->amount[d] = measure->amount;
    core->curve[d] = measure->pieces > 0 ? measure : NULL;
    for (size_t i = 0; i < books->csms && d > 0; i++) {
      core->limit[i * TX_DIMENSIONS + d] = measure->limit == NULL ? INT64_MAX : measure->limit[i];
    }
  }
}

/* Rows were laid out for TX_DIMENSIONS while the number was being counted: close them up. */
static void close_rows(tx_core *core, size_t csms) {
  for (size_t i = 0; i < csms; i++) {
    for (size_t d = 0; d < core->dimensions; d++) {
      core->limit[i * core->dimensions + d] = core->limit[i * TX_DIMENSIONS + d];
    }
  }
}

static bool core_arrays(tx_core *core, const tx_books *books) {
  tx_arena *arena = &core->arena;
  size_t n = books->customers, m = books->csms;
  core->limit = tx_arena_calloc(arena, m, TX_DIMENSIONS * sizeof *core->limit);
  core->at = tx_arena_calloc(arena, n, sizeof *core->at);
  core->points = tx_arena_calloc(arena, n, sizeof *core->points);
  core->next = tx_arena_calloc(arena, n, sizeof *core->next);
  core->previous = tx_arena_calloc(arena, n, sizeof *core->previous);
  core->first = tx_arena_calloc(arena, m + 1, sizeof *core->first);
  core->version = tx_arena_calloc(arena, m + 1, sizeof *core->version);
  core->latest = tx_arena_calloc(arena, m * TX_LATEST + TX_LATEST_UNCOVERED, sizeof *core->latest);
  core->sum = tx_arena_calloc(arena, m, TX_DIMENSIONS * sizeof *core->sum);
  core->csm_cost = tx_arena_calloc(arena, m, sizeof *core->csm_cost);
  core->csm_price = tx_arena_calloc(arena, m, sizeof *core->csm_price);
  core->class_price = tx_arena_calloc(arena, books->classes, sizeof *core->class_price);
  core->price = tx_arena_calloc(arena, m, sizeof *core->price);
  core->rest = tx_arena_calloc(arena, n, sizeof *core->rest);
  core->apart = tx_arena_calloc(arena, n, sizeof *core->apart);
  core->class_link = tx_arena_calloc(arena, books->classes, sizeof *core->class_link);
  core->csm_link = tx_arena_calloc(arena, m, sizeof *core->csm_link);
  return core->limit != NULL && core->at != NULL && core->points != NULL && core->next != NULL &&
         core->previous != NULL && core->first != NULL && core->version != NULL && core->latest != NULL &&
         core->sum != NULL && core->csm_cost != NULL &&
         core->csm_price != NULL && core->class_price != NULL && core->price != NULL &&
         core->rest != NULL && core->apart != NULL && core->class_link != NULL && core->csm_link != NULL;
}

static void list_add(tx_core *core, uint32_t customer, size_t list) {
  uint32_t first = core->first[list];
  core->next[customer] = first;
  core->previous[customer] = TX_BOOKS_NONE;
  if (first != TX_BOOKS_NONE) {
    core->previous[first] = customer;
  }
  core->first[list] = customer;
}

static void list_remove(tx_core *core, uint32_t customer, size_t list) {
  uint32_t next = core->next[customer], previous = core->previous[customer];
  if (previous == TX_BOOKS_NONE) {
    core->first[list] = next;
  } else {
    core->next[previous] = next;
  }
  if (next != TX_BOOKS_NONE) {
    core->previous[next] = previous;
  }
}

/* Over and imbalance of a CSM with `change` of a customer's amounts added (sign 0: as it is). */
static tx_cost csm_cost(const tx_core *core, uint32_t csm, uint32_t customer, int sign) {
  tx_cost cost = {{0, 0, 0, 0}};
  for (size_t d = 0; d < core->dimensions; d++) {
    int64_t sum = core->sum[csm * core->dimensions + d];
    sum += sign == 0 ? 0 : sign * tx_core_amount(core, customer, d);
    if (d == 0 && sum > core->books->capacity[csm]) {
      cost.part[TX_OVER] = sum - core->books->capacity[csm];
    }
    if (core->curve[d] != NULL) {
      cost.part[core->balance_part] += tx_curve_cost(core->curve[d], csm, sum);
    }
  }
  return cost;
}

static void core_start(tx_core *core, const tx_books *books) {
  for (size_t i = 0; i <= books->csms; i++) {
    core->first[i] = TX_BOOKS_NONE;
  }
  for (size_t i = 0; i < books->csms; i++) {
    for (size_t d = 0; d < core->dimensions; d++) {
      core->sum[i * core->dimensions + d] = core->base == NULL ? 0 : core->base[i * core->dimensions + d];
    }
    core->csm_cost[i] = csm_cost(core, (uint32_t)i, 0, 0);
    core->csm_link[i].to = core->csm_link[i].apart = TX_BOOKS_NONE;
    tx_cost_add(&core->cost, &core->csm_cost[i]);
  }
  for (size_t k = 0; k < books->classes; k++) {
    core->class_link[k].to = core->class_link[k].apart = TX_BOOKS_NONE;
  }
  for (size_t j = books->customers; j-- > 0;) {
    core->at[j] = core->rest[j] = core->apart[j] = TX_BOOKS_NONE;
    list_add(core, (uint32_t)j, books->csms);
    core->cost.part[TX_VALUE] += tx_core_value(core, (uint32_t)j);
  }
}

triax_status tx_core_init(tx_core *core, const tx_books *books, const int64_t *base, tx_watch *watch) {
  *core = (tx_core){.books = books, .watch = watch, .base = base, .random = books->seed};
  tx_arena_init(&core->arena, watch->context);
  core->balance_part = books->together ? TX_POINTS : TX_IMBALANCE;
  if (!core_arrays(core, books)) {
    tx_arena_free(&core->arena);
    return tx_no_memory(watch->error);
  }
  for (size_t i = 0; i < books->csms; i++) {
    core->limit[i * TX_DIMENSIONS] = books->hard == NULL ? books->capacity[i] : books->hard[i];
  }
  take_measures(core, books);
  close_rows(core, books->csms);
  core_start(core, books);
  return TRIAX_OK;
}

void tx_core_free(tx_core *core) {
  tx_free_array(core->watch->context, core->journal, core->journal_room, sizeof *core->journal);
  tx_arena_free(&core->arena);
}

uint32_t tx_core_exception(const tx_core *core, uint32_t customer, size_t n, int64_t *points) {
  const tx_books *books = core->books;
  uint32_t owner = tx_core_owner(core, customer);
  size_t begin = tx_books_from(books->more_begin, customer), count = tx_books_to(books->more_begin, customer) - begin;
  *points = 0;
  if (n == 0) {
    *points = books->owner_points == NULL ? 0 : books->owner_points[customer];
    return owner;
  }
  if (n <= count) {
    *points = books->more_points[begin + n - 1];
    return books->more_csm[begin + n - 1];
  }
  uint32_t csm = books->turned_csm[books->turned_begin[customer] + n - 1 - count];
  for (size_t x = begin; x < begin + count; x++) {
    if (books->more_csm[x] == csm) {
      return TX_BOOKS_NONE;
    }
  }
  return csm == owner ? TX_BOOKS_NONE : csm;
}

static size_t find_entry(const tx_core *core, size_t low, size_t end, uint32_t csm) {
  size_t high = end;
  const uint32_t *list = core->books->offer_csm;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < csm) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && list[low] == csm ? low : SIZE_MAX;
}

size_t tx_core_open_entry(const tx_core *core, uint32_t offer, uint32_t csm) {
  return find_entry(core, core->books->offer_begin[offer], tx_books_open_end(core->books, offer), csm);
}

size_t tx_core_closed_entry(const tx_core *core, uint32_t offer, uint32_t csm) {
  return find_entry(core, tx_books_open_end(core->books, offer), core->books->offer_begin[offer + 1], csm);
}

size_t tx_core_offer_entry(const tx_core *core, uint32_t offer, uint32_t csm) {
  size_t entry = tx_core_open_entry(core, offer, csm);
  bool closed = entry == SIZE_MAX && core->books->offer_open != NULL;
  return closed ? tx_core_closed_entry(core, offer, csm) : entry;
}

bool tx_core_fits(const tx_core *core, uint32_t customer, uint32_t csm) {
  const int64_t *sum = core->sum + csm * core->dimensions, *limit = core->limit + csm * core->dimensions;
  for (size_t d = 0; d < core->dimensions; d++) {
    if (sum[d] > limit[d] || tx_core_amount(core, customer, d) > limit[d] - sum[d]) {
      return false;
    }
  }
  return true;
}

bool tx_core_within(const tx_core *core, uint32_t csm) {
  for (size_t d = csm * core->dimensions; d < (csm + 1) * core->dimensions; d++) {
    if (core->sum[d] > core->limit[d]) {
      return false;
    }
  }
  return true;
}

void tx_core_change(const tx_core *core, uint32_t customer, uint32_t csm, int sign, tx_cost *change) {
  *change = csm_cost(core, csm, customer, sign);
  tx_cost_sub(change, &core->csm_cost[csm]);
}

bool tx_core_swap_change(const tx_core *core, uint32_t csm, uint32_t out, uint32_t in, tx_cost *change) {
  *change = (tx_cost){{0, 0, 0, 0}};
  for (size_t d = 0; d < core->dimensions; d++) {
    int64_t sum = core->sum[csm * core->dimensions + d] + (in == TX_BOOKS_NONE ? 0 : tx_core_amount(core, in, d));
    sum -= out == TX_BOOKS_NONE ? 0 : tx_core_amount(core, out, d);
    if (sum > core->limit[csm * core->dimensions + d]) {
      return false;
    }
    if (d == 0 && sum > core->books->capacity[csm]) {
      change->part[TX_OVER] = sum - core->books->capacity[csm];
    }
    if (core->curve[d] != NULL) {
      change->part[core->balance_part] += tx_curve_cost(core->curve[d], csm, sum);
    }
  }
  tx_cost_sub(change, &core->csm_cost[csm]);
  return true;
}

static void shift_sums(tx_core *core, uint32_t customer, uint32_t csm, int sign) {
  for (size_t d = 0; d < core->dimensions; d++) {
    core->sum[csm * core->dimensions + d] += sign * tx_core_amount(core, customer, d);
  }
  tx_cost_sub(&core->cost, &core->csm_cost[csm]);
  core->csm_cost[csm] = csm_cost(core, csm, customer, 0);
  tx_cost_add(&core->cost, &core->csm_cost[csm]);
}

void tx_core_note(tx_core *core) {
  core->noting = true;
  core->moves = 0;
}

triax_status tx_core_keep(tx_core *core) {
  core->noting = false;
  return core->lost ? tx_no_memory(core->watch->error) : TRIAX_OK;
}

triax_status tx_core_back_to(tx_core *core, size_t moves) {
  core->noting = false;
  while (!core->lost && core->moves > moves) {
    const tx_move *last = &core->journal[--core->moves];
    tx_core_place(core, last->customer, last->from, last->points);
  }
  core->noting = true;
  return core->lost ? tx_no_memory(core->watch->error) : TRIAX_OK;
}

triax_status tx_core_take_back(tx_core *core) {
  tx_core_back_to(core, 0);
  return tx_core_keep(core);
}

static void note(tx_core *core, uint32_t customer) {
  void *journal = core->journal;
  if (tx_grow(core->watch->context, &journal, &core->journal_room, core->moves + 1, sizeof *core->journal)) {
    core->journal = journal;
    core->journal[core->moves++] = (tx_move){customer, core->at[customer], core->points[customer]};
  } else {
    core->lost = true;
  }
}

static void remember(tx_core *core, uint32_t customer, size_t list) {
  *tx_core_latest(core, list, core->version[list]++) = customer;
}

void tx_core_place(tx_core *core, uint32_t customer, uint32_t csm, int64_t points) {
  uint32_t from = core->at[customer];
  size_t none = core->books->csms;
  if (core->noting) {
    note(core, customer);
  }
  list_remove(core, customer, from == TX_BOOKS_NONE ? none : from);
  if (from == TX_BOOKS_NONE) {
    core->cost.part[TX_VALUE] -= tx_core_value(core, customer);
  } else {
    shift_sums(core, customer, from, -1);
  }
  if (csm == TX_BOOKS_NONE) {
    core->cost.part[TX_VALUE] += tx_core_value(core, customer);
  } else {
    shift_sums(core, customer, csm, 1);
  }
  core->cost.part[TX_POINTS] -= points - core->points[customer];
  remember(core, customer, from == TX_BOOKS_NONE ? none : from);
  remember(core, customer, csm == TX_BOOKS_NONE ? none : csm);
  core->points[customer] = points;
  core->at[customer] = csm;
  list_add(core, customer, csm == TX_BOOKS_NONE ? none : csm);
}

void tx_core_go(tx_core *core, uint32_t customer, uint32_t csm) {
  tx_core_place(core, customer, csm, tx_core_entry_points(core, customer, tx_core_entry(core, customer, csm)));
}

void tx_core_become(tx_core *core, const uint32_t *at) {
  size_t n = core->books->customers;
  for (uint32_t j = 0; j < n; j++) {
    if (core->at[j] != at[j]) {
      tx_core_place(core, j, TX_BOOKS_NONE, 0);
    }
  }
  for (uint32_t j = 0; j < n; j++) {
    if (core->at[j] != at[j]) {
      tx_core_go(core, j, at[j]);
    }
  }
}

void tx_core_place_all(tx_core *core, const uint32_t *at) {
  const size_t none = core->books->csms;
  for (uint32_t j = 0; j < core->books->customers; j++) {
    size_t entry = at[j] < none ? tx_core_entry(core, j, at[j]) : SIZE_MAX;
    if (entry == SIZE_MAX || !tx_core_fits(core, j, at[j])) {
      continue;
    }
    for (size_t d = 0; d < core->dimensions; d++) {
      core->sum[at[j] * core->dimensions + d] += tx_core_amount(core, j, d);
    }
    core->at[j] = at[j];
    core->points[j] = tx_core_entry_points(core, j, entry);
    core->cost.part[TX_VALUE] -= tx_core_value(core, j);
    core->cost.part[TX_POINTS] -= core->points[j];
    list_remove(core, j, none);
    list_add(core, j, at[j]);
    remember(core, j, none);
    remember(core, j, at[j]);
  }
  for (uint32_t i = 0; i < none; i++) {
    tx_cost_sub(&core->cost, &core->csm_cost[i]);
    core->csm_cost[i] = csm_cost(core, i, 0, 0);
    tx_cost_add(&core->cost, &core->csm_cost[i]);
  }
}

/* splitmix64: small, seedable with anything, the same everywhere. */
uint64_t tx_core_random(tx_core *core) {
  uint64_t z = core->random += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* So near its bound an answer is good, whatever the former one was: in parts of it, a thousandth. */
#define TX_NEAR 1000

bool tx_core_near(const tx_core *core) {
  for (int p = 0; p < core->proven; p++) {
    int64_t off = core->cost.part[p] - core->bound.part[p];
    int64_t size = core->bound.part[p] < 0 ? -core->bound.part[p] : core->bound.part[p];
    if (off != 0) {
      return off <= size / TX_NEAR || off / 2 <= core->missed->part[p];
    }
  }
  return core->proven > 0;
}
