/* The whole: what no choice can change, then part by part, then the sum. */
#include "books/books.h"

#include <string.h>

#include "proof/prove.h"
#include "solver/former.h"

typedef struct run {
  tx_split split;
  tx_former_map map;
  tx_books_result *result;
  uint64_t *work; /* per part */
  bool *reused;   /* per part */
  atomic_bool canceled;
  tx_tell tell;
} run;

static tx_books_goal goal_of(const tx_cost *cost) {
  return (tx_books_goal){cost->part[TX_VALUE], cost->part[TX_OVER], -cost->part[TX_POINTS], cost->part[TX_IMBALANCE]};
}

static uint32_t number_of(uint32_t local, const uint32_t *numbers) {
  return local == TX_BOOKS_NONE || local == TX_BOOKS_LEFT ? local : numbers[local];
}

/* Hands the part's answer over to the result's arrays: every part writes places of its own. */
static void take_part(run *r, size_t part, const tx_core *core) {
  const tx_split *split = &r->split;
  const uint32_t *csms = split->csm_order + split->csm_begin[part];
  const uint32_t *classes = split->class_order + split->class_begin[part];
  const uint32_t *customers = split->customer_order + split->customer_begin[part];
  for (size_t j = 0; j < core->books->customers; j++) {
    r->result->csm[customers[j]] = number_of(core->at[j], csms);
    r->result->rest[customers[j]] = number_of(core->rest[j], csms);
    r->result->apart[customers[j]] = number_of(core->apart[j], csms);
  }
  for (size_t i = 0; i < core->books->csms; i++) {
    r->result->csm_price[csms[i]] = goal_of(&core->csm_price[i]);
    r->result->csm_price[csms[i]].points = core->csm_price[i].part[TX_POINTS];
    r->result->price[csms[i]] = core->price[i];
    r->result->csm_link[csms[i]] = core->csm_link[i];
    r->result->csm_link[csms[i]].to = number_of(core->csm_link[i].to, classes);
    r->result->csm_link[csms[i]].apart = number_of(core->csm_link[i].apart, customers);
  }
  for (size_t k = 0; k < core->books->classes; k++) {
    r->result->class_price[classes[k]] = goal_of(&core->class_price[k]);
    r->result->class_price[classes[k]].points = core->class_price[k].part[TX_POINTS];
    r->result->class_link[classes[k]] = core->class_link[k];
    r->result->class_link[classes[k]].to = number_of(core->class_link[k].to, csms);
  }
  tx_books_part *kept = &r->result->part[part];
  memcpy(kept->goal, core->cost.part, sizeof kept->goal);
  memcpy(kept->bound, core->bound.part, sizeof kept->bound);
  kept->proven = core->proven;
  bool searched = core->searched;
  memcpy(kept->priced, searched ? core->priced.part : core->bound.part, sizeof kept->priced);
  kept->priced_proven = searched ? core->priced_proven : core->proven;
  for (int p = 0; p < TX_PARTS; p++) {
    int64_t off = p < core->proven ? core->cost.part[p] - core->bound.part[p] : 0;
    kept->missed[p] = core->missed == NULL ? off : core->missed->part[p];
  }
}

/* From the former answer where that does, and otherwise from nothing. */
static triax_status solve_core(run *r, size_t part, const tx_part *problem, tx_watch *watch, tx_arena *arena) {
  tx_core core;
  tx_former former;
  bool good = false, known = false;
  triax_status status = tx_former_of_part(&r->split, part, &r->map, arena, &former, &known, watch->error);
  for (int tries = known ? 0 : 1; status == TRIAX_OK && !good && tries < 2; tries++) {
    status = tx_core_init(&core, &problem->books, problem->base, watch);
    if (status != TRIAX_OK) {
      return status;
    }
    core.all_customers = r->split.customer_begin[r->split.parts];
    good = true;
    status = tries == 0 ? tx_core_resume(&core, &former, &good) : tx_core_solve(&core);
    if (status == TRIAX_OK && good) {
      take_part(r, part, &core);
    }
    tx_core_free(&core);
  }
  r->reused[part] = known && good;
  return status;
}

static int64_t value_of(const tx_books *books, size_t j) { return books->value == NULL ? 1 : books->value[j]; }

/* One part more is known. */
static void answered(run *r, size_t part) {
  const tx_split *split = &r->split;
  const tx_books_part *its = &r->result->part[part];
  int64_t all = 0;
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    all += value_of(split->books, split->customer_order[x]);
  }
  tx_lock_take(&r->tell.lock);
  r->tell.value -= all - its->goal[TX_VALUE];
  r->tell.bound += its->proven > 0 ? its->bound[TX_VALUE] : 0;
  tx_lock_give(&r->tell.lock);
}

/* What nobody may own, and who stays, is known from the start. */
static void open_tell(run *r) {
  const tx_books *books = r->split.books;
  r->tell.tell = books->tell;
  r->tell.user = books->tell_user;
  for (size_t j = 0; j < books->customers; j++) {
    size_t offer = books->class_offer[books->customer_class[j]];
    bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
    bool nobody = books->offer_begin[offer] == books->offer_begin[offer + 1];
    r->tell.value += fixed ? 0 : value_of(books, j);
    r->tell.bound += nobody && !fixed ? value_of(books, j) : 0;
  }
}

static triax_status solve_part(run *r, size_t part, bool caller, triax_error *error) {
  tx_arena arena;
  tx_part problem;
  triax_context *context = r->result->context;
  tx_watch watch = {.context = context, .canceled = &r->canceled, .caller = caller, .error = error};
  double all = (double)r->split.customer_begin[r->split.parts];
  watch.tell = r->tell.tell != NULL ? &r->tell : NULL;
  watch.stop = UINT64_MAX;
  watch.begin = (double)r->split.customer_begin[part] / all;
  watch.size = (double)(r->split.customer_begin[part + 1] - r->split.customer_begin[part]) / all;
  tx_arena_init(&arena, context);
  triax_status status = TRIAX_OK;
  if (!tx_part_outline(&r->split, part, &arena, &problem)) {
    status = tx_no_memory(error);
  } else {
    tx_part_mark(&r->split, part, &problem, r->result->part[part].mark);
    r->reused[part] = tx_former_reuse(&r->split, part, &r->map, r->result);
    if (r->reused[part]) {
      status = tx_watch_poll(&watch);
    } else {
      bool filled = tx_part_fill(&r->split, part, &arena, &problem);
      status = filled ? solve_core(r, part, &problem, &watch, &arena) : tx_no_memory(error);
    }
  }
  r->work[part] = watch.work - (watch.ended ? TX_WATCH_END : 0);
  if (watch.tell != NULL && status == TRIAX_OK) {
    answered(r, part);
  }
  tx_arena_free(&arena);
  return status;
}

static triax_status solve_range(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  triax_status status = TRIAX_OK;
  for (size_t part = begin; status == TRIAX_OK && part < end; part++) {
    status = solve_part(user, part, worker == 0, error);
  }
  return status;
}

/* Points that a customer earns at the CSM it is fixed to: those on offer there, or none. */
static int64_t fixed_points(const tx_books *books, size_t j) {
  size_t offer = books->class_offer[books->customer_class[j]];
  bool turned = false;
  for (size_t x = tx_books_from(books->turned_begin, j); x < tx_books_to(books->turned_begin, j); x++) {
    turned = turned || books->turned_csm[x] == books->fixed[j];
  }
  for (size_t e = books->offer_begin[offer]; e < books->offer_begin[offer + 1]; e++) {
    if (books->offer_csm[e] == books->fixed[j] && (e < tx_books_open_end(books, offer)) != turned) {
      bool owned = books->owner != NULL && books->owner[j] == books->fixed[j] && books->owner_points != NULL;
      int64_t points = (books->offer_points == NULL ? 0 : books->offer_points[e]) + (owned ? books->owner_points[j] : 0);
      for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
        points += books->more_csm[x] == books->fixed[j] ? books->more_points[x] : 0;
      }
      return points;
    }
  }
  return 0;
}

/* Customers and CSMs outside every part: fixed, or nothing on offer, or nobody comes. */
static void settle_rest(const run *r, tx_cost *cost) {
  const tx_books *books = r->split.books;
  for (size_t j = 0; j < books->customers; j++) {
    bool fixed = books->fixed != NULL && books->fixed[j] != TX_BOOKS_NONE;
    size_t offer = books->class_offer[books->customer_class[j]];
    if (fixed) {
      r->result->csm[j] = books->fixed[j];
      cost->part[TX_POINTS] -= fixed_points(books, j);
    } else if (books->offer_begin[offer] == books->offer_begin[offer + 1]) {
      r->result->csm[j] = TX_BOOKS_NONE;
      cost->part[TX_VALUE] += books->value == NULL ? 1 : books->value[j];
    }
  }
  for (size_t i = 0; i < books->csms; i++) {
    const int64_t *base = r->split.base + i * r->split.dimensions;
    if (r->split.csm_part[i] != TX_BOOKS_NONE) {
      continue;
    }
    cost->part[TX_OVER] += base[0] > books->capacity[i] ? base[0] - books->capacity[i] : 0;
    for (size_t m = 0, d = 1; m < books->measures; m++) {
      cost->part[books->together ? TX_POINTS : TX_IMBALANCE] +=
          tx_curve_cost(&books->measure[m], i, books->measure[m].amount == NULL ? base[0] : base[d++]);
    }
  }
}

static void sum_loads(const tx_books *books, tx_books_result *result) {
  for (size_t j = 0; j < books->customers; j++) {
    uint32_t csm = result->csm[j];
    int64_t load = books->class_load[books->customer_class[j]];
    if (csm == TX_BOOKS_NONE) {
      continue;
    }
    result->load[csm] += load;
    for (size_t m = 0; m < books->measures; m++) {
      const int64_t *amount = books->measure[m].amount;
      result->used[m * books->csms + csm] += amount == NULL ? load : amount[j];
    }
  }
}

static void sum_parts(const run *r, tx_cost *cost) {
  tx_books_result *result = r->result;
  for (size_t p = 0; p < result->parts; p++) {
    for (int x = 0; x < TX_PARTS; x++) {
      cost->part[x] += result->part[p].goal[x];
    }
    result->work += r->work[p];
    result->reused = result->reused || r->reused[p];
  }
  result->price_scale = 1000;
  result->goal = goal_of(cost);
}

/* Bounds of parts add up; a part of the objective is bound as far as it is in every part of the problem. Says how many
 * parts of the objective have a bound for all assignments that equal it in those before; those from there on repeat
 * what was reached. A bound that was rounded up is the last. */
static int sum_bounds(const tx_books_result *result, const tx_cost *rest, bool priced, tx_cost *bound) {
  int32_t proven = TX_PARTS;
  *bound = *rest;
  for (size_t p = 0; p < result->parts; p++) {
    const tx_books_part *part = &result->part[p];
    for (int x = 0; x < TX_PARTS; x++) {
      bound->part[x] += priced ? part->priced[x] : part->bound[x];
    }
    int32_t its = priced ? part->priced_proven : part->proven;
    proven = its < proven ? its : proven;
  }
  return proven;
}

/* So many parts, from the first on, equal their bounds, and are not the last that have one. */
static int met_before(const tx_cost *cost, const tx_cost *bound, int proven) {
  int met = 0;
  while (met + 1 < proven && cost->part[met] == bound->part[met]) {
    met++;
  }
  return met;
}

/* Where every part is as it was, and what was reached is the same in all, so are the bounds. */
static bool same_as_former(const run *r) {
  const tx_books_result *former = r->split.books->former, *result = r->result;
  bool same = former != NULL && !r->split.books->together && former->parts == result->parts &&
              former->dimensions == result->dimensions && tx_books_compare(&former->goal, &result->goal) == 0;
  for (size_t p = 0; same && p < result->parts; p++) {
    same = r->reused[p];
  }
  return same;
}

/* The bounds that the parts' own add up to, and from there on those that need a proof over all parts. */
static triax_status set_bounds(run *r, const tx_cost *rest, const tx_cost *cost, triax_error *error) {
  tx_books_result *result = r->result;
  tx_watch watch = {.context = result->context, .canceled = &r->canceled, .caller = true, .error = error, .begin = 1};
  tx_cost bound, priced;
  watch.stop = UINT64_MAX;
  watch.tell = r->tell.tell != NULL ? &r->tell : NULL;
  int known = 1 + met_before(cost, &bound, sum_bounds(result, rest, false, &bound));
  int lead = met_before(cost, &priced, sum_bounds(result, rest, true, &priced));
  for (int part = known; part < TX_PARTS; part++) {
    bound.part[part] = cost->part[part];
  }
  result->bound = goal_of(&bound);
  const bool no_proof = r->split.books->together || r->split.books->unproven;
  bool all = known == TX_PARTS && bound.part[TX_IMBALANCE] == cost->part[TX_IMBALANCE];
  triax_status status = TRIAX_OK;
  if (same_as_former(r)) {
    result->bound = r->split.books->former->bound;
    status = tx_prove_as_former(r->split.books, result, error);
  } else if (!all && !no_proof) {
    status = tx_prove(&r->split, result, rest, lead, known, &watch);
  }
  result->work += watch.work;
  const int64_t off[TX_PARTS] = {result->goal.value - result->bound.value, result->goal.over - result->bound.over,
                                 result->bound.points - result->goal.points,
                                 result->goal.imbalance - result->bound.imbalance};
  int most = no_proof ? known : TX_PARTS;
  while (result->met < most && off[result->met] == 0) {
    result->met++;
  }
  result->optimal = result->met == TX_PARTS;
  return status;
}

static triax_status solve_parts(run *r, triax_context *context, triax_error *error) {
  size_t parts = r->split.parts;
  tx_books_result *result = r->result;
  result->part = tx_calloc(context, parts, sizeof *result->part);
  result->parts = parts;
  memcpy(result->csm_part, r->split.csm_part, result->csms * sizeof *result->csm_part);
  for (size_t j = 0; j < result->customers; j++) {
    result->customer_part[j] = TX_BOOKS_NONE;
  }
  for (size_t p = 0; p < parts; p++) {
    for (size_t x = r->split.customer_begin[p]; x < r->split.customer_begin[p + 1]; x++) {
      result->customer_part[r->split.customer_order[x]] = (uint32_t)p;
    }
  }
  r->work = tx_calloc(context, parts, sizeof *r->work);
  r->reused = tx_calloc(context, parts, sizeof *r->reused);
  triax_status status = TRIAX_OK;
  if (result->part == NULL || r->work == NULL || r->reused == NULL) {
    status = tx_no_memory(error);
  } else {
    status = tx_parallel_for(context, "allocation", parts, 1, solve_range, r, error);
  }
  if (status == TRIAX_OK) {
    tx_cost rest = {{0, 0, 0, 0}};
    settle_rest(r, &rest);
    tx_cost cost = rest;
    sum_parts(r, &cost);
    sum_loads(r->split.books, result);
    status = set_bounds(r, &rest, &cost, error);
  }
  tx_free_array(context, r->work, parts, sizeof *r->work);
  tx_free_array(context, r->reused, parts, sizeof *r->reused);
  return status;
}

triax_status tx_books_solve(triax_context *context, const tx_books *books, tx_books_result **result,
                            triax_error *error) {
  triax_status status = tx_books_validate(books, error);
  if (status != TRIAX_OK) {
    return status;
  }
  run r = {.result = tx_books_result_new(books, context)};
  atomic_init(&r.canceled, false);
  atomic_init(&r.tell.enough, false);
  if (r.result == NULL) {
    return tx_no_memory(error);
  }
  status = tx_split_init(&r.split, books, context, error);
  if (status == TRIAX_OK) {
    bool mapped = tx_former_map_init(&r.map, books, &r.split.arena);
    mapped = mapped && (books->tell == NULL || tx_lock_init(&r.tell.lock));
    if (mapped && books->tell != NULL) {
      open_tell(&r);
    }
    status = mapped ? solve_parts(&r, context, error) : tx_no_memory(error);
    r.result->stopped = atomic_load(&r.tell.enough);
    if (r.tell.tell != NULL) {
      tx_lock_destroy(&r.tell.lock);
    }
    tx_split_free(&r.split);
  }
  if (status != TRIAX_OK) {
    tx_books_result_free(r.result);
    return status;
  }
  *result = r.result;
  return TRIAX_OK;
}
