/* The search for weights and prices that prove most, part after part: the relaxation is solved again for other weights
 * of the parts before; and where further measures count, customers share themselves out, and steps go uphill from
 * there. */
#include "proof/private.h"

#include <math.h>
#include <string.h>

#define WORK_FOR_ALL 2000000
#define WORK_FOR_EACH 100
#define FEWEST 4
/* Times as much where further measures count. */
#define DEEP 7
/* Beyond so many customers the relaxation is not solved again. */
#define RELAXED_MOST 200000
/* Rounds of sharing at most. */
#define SHARED 40

int64_t tx_prover_reached(const tx_prover *p, int part) {
  const tx_books_goal *goal = &p->result->goal;
  const int64_t reached[TX_PARTS] = {goal->value, goal->over, -goal->points, goal->imbalance};
  return reached[part];
}

double tx_prover_size(const tx_prover *p, int part) { return fabs((double)tx_prover_reached(p, part)) + 1; }

void tx_prover_copy(const tx_prover *p, tx_place *to, const tx_place *from) {
  memcpy(to->weight, from->weight, sizeof to->weight);
  memcpy(to->price, from->price, p->prices * sizeof *to->price);
}

double tx_prover_mean_price(const tx_prover *p, const double *price, size_t dimension) {
  double sum = 0;
  size_t count = 0;
  for (size_t x = dimension; x < p->prices; x += p->dual->dimensions) {
    sum += fabs(price[x]);
    count += price[x] != 0;
  }
  return count > 0 ? sum / (double)count : 0;
}

/* The sum at p->at; keeps the place where it is the best so far. */
triax_status tx_prover_look(tx_prover *p, double *value) {
  tx_dual_set(p->dual, p->at.weight, p->at.price);
  triax_status status = tx_dual_evaluate(p->dual);
  *value = tx_dual_value(p->dual);
  if (status == TRIAX_OK && *value > p->value) {
    tx_books_proof *proof = &p->result->proof[p->dual->part];
    p->value = *value;
    p->bound = tx_dual_bound(p->dual);
    tx_prover_copy(p, &p->best, &p->at);
    proof->scale = p->dual->scale;
    memcpy(proof->weight, p->dual->weight, sizeof proof->weight);
    memcpy(proof->price, p->dual->price, p->prices * sizeof *proof->price);
    for (size_t part = 0; part < p->result->parts; part++) {
      memcpy(p->result->part[part].share[p->dual->part], p->dual->share[part], sizeof p->dual->share[part]);
    }
  }
  return status;
}

/* --- one part --- */

/* With nothing: what customers and CSMs cost at least, each where it is cheapest. */
static triax_status look_trivially(tx_prover *p) {
  double value;
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = 0;
  }
  memset(p->at.price, 0, p->prices * sizeof *p->at.price);
  return tx_prover_look(p, &value);
}

/* The place that the former answer's proof ended at; a new CSM has the price of the relaxation there. */
static bool recall(tx_prover *p) {
  const tx_books *books = p->dual->books;
  const tx_books_result *former = books->former;
  const tx_books_proof *proof = former == NULL ? NULL : &former->proof[p->dual->part];
  size_t wide = p->dual->dimensions;
  if (proof == NULL || proof->scale == 0 || former->dimensions != wide) {
    return false;
  }
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = q < p->dual->part ? (double)proof->weight[q] / (double)proof->scale : 0;
  }
  tx_prover_weigh(p);
  for (size_t x = 0; x < p->prices; x++) {
    size_t csm = x / wide, there = books->former_csm == NULL ? csm : books->former_csm[csm];
    if (there < former->csms) {
      p->at.price[x] = (double)proof->price[there * wide + x % wide] / (double)proof->scale;
    }
  }
  return true;
}

/* Whether further measures say anything about the part; if not, it has all that the relaxation gives. */
static bool measures_count(const tx_dual *d, int part) {
  return d->dimensions > 1 && (part == TX_IMBALANCE || d->limited);
}

/* Work for a part: so much, and for each customer. At least a few evaluations are made. */
static uint64_t budget_of(const tx_prover *p, int part) {
  const tx_dual *d = p->dual;
  bool deep = measures_count(d, part);
  uint64_t budget = (WORK_FOR_ALL + WORK_FOR_EACH * (uint64_t)d->books->customers) * (deep ? DEEP : 1);
  budget = budget < FEWEST * d->deep_pass ? FEWEST * d->deep_pass : budget;
  budget = p->relax == NULL && p->share == NULL ? FEWEST * d->deep_pass : budget;
  budget = d->books->former != NULL ? 4 * d->pass : budget;
  return tx_watch_enough(d->watch) ? 0 : budget;
}

/* Parts of the problem that were left out are looked at after all where they do not add what they added. */
static triax_status wake(tx_prover *p, bool known) {
  tx_dual *d = p->dual;
  int part = d->part;
  if (d->asleep && known) {
    tx_dual_set(d, p->at.weight, p->at.price);
  }
  if (!d->asleep || (known && tx_dual_as_former(d))) {
    return TRIAX_OK;
  }
  tx_dual_free(d);
  triax_status status = tx_dual_init(d, d->split, d->result, p->constant, false, d->watch);
  tx_dual_set_part(d, part, p->locked);
  return status;
}

static triax_status prove_part(tx_prover *p, int part) {
  double value;
  uint64_t budget = budget_of(p, part);
  p->target = tx_prover_reached(p, part);
  p->end = p->dual->watch->work + budget;
  p->value = -INFINITY;
  p->bound = INT64_MIN;
  bool known = recall(p);
  triax_status status = wake(p, known);
  if (status != TRIAX_OK || known) {
    return status == TRIAX_OK ? tx_prover_look(p, &value) : status;
  }
  status = look_trivially(p);
  p->locked[part] = p->locked[part] || p->bound >= p->target;
  if (status != TRIAX_OK || tx_prover_done(p)) {
    return status;
  }
  bool counts = measures_count(p->dual, part), shares = counts && p->share != NULL;
  uint64_t end = p->end;
  p->end -= shares ? budget / 4 * 3 : 0;
  status = p->weighs ? tx_prover_search_weights(p) : tx_prover_look_at_base(p);
  p->end = end;
  if (status == TRIAX_OK && !tx_prover_done(p) && shares) {
    p->end -= (p->end - p->dual->watch->work) / 4;
    tx_prover_copy(p, &p->at, &p->best);
    status = tx_share_out(p, SHARED);
    p->end = end;
  }
  if (status == TRIAX_OK && !tx_prover_done(p) && counts) {
    tx_prover_copy(p, &p->at, &p->best);
    status = tx_prover_climb(p);
  }
  return status;
}

static int64_t *bound_in(tx_books_result *result, int part) {
  tx_books_goal *bound = &result->bound;
  int64_t *parts[TX_PARTS] = {&bound->value, &bound->over, &bound->points, &bound->imbalance};
  return parts[part];
}

/* The better of what is known and what was found. */
static void take_bound(tx_prover *p, int part, bool known) {
  int64_t *bound = bound_in(p->result, part), sign = part == TX_POINTS ? -1 : 1;
  int64_t found = p->bound < p->target ? p->bound : p->target;
  *bound = known && sign * *bound > found ? *bound : sign * found;
}

/* From here on the parts before weigh against each other as they do at the best place found for this one. */
static void follow(tx_prover *p, int part) {
  if (!p->locked[part]) {
    tx_prover_copy(p, &p->base, &p->best);
    p->base.weight[part] = 1;
    p->weighs = true;
  }
}

static triax_status prove_all(tx_prover *p, int lead, int known) {
  tx_dual *d = p->dual;
  triax_status status = TRIAX_OK;
  for (int part = 0; status == TRIAX_OK && part < TX_PARTS; part++) {
    p->locked[part] = part < lead;
    bool fine = tx_dual_set_part(d, part, p->locked);
    /* Prices of load alone prove most where the relaxation has them: that is known already. */
    bool as_known = part < known && (part < lead || (part == lead && d->dimensions == 1));
    if (d->most[part] == 0 && part == TX_OVER) {
      p->locked[part] = true; /* what is fixed is over, and nothing else can be */
      *bound_in(p->result, part) = d->constant.part[part];
    } else if (as_known) {
      memset(p->best.weight, 0, sizeof p->best.weight);
      memset(p->best.price, 0, p->prices * sizeof *p->best.price);
      follow(p, part);
    } else if (fine) {
      status = prove_part(p, part);
      take_bound(p, part, part < known);
      follow(p, part);
    } else if (part >= known) {
      *bound_in(p->result, part) = part == TX_POINTS ? INT64_MAX / 4 : 0;
    }
  }
  return status;
}

static bool proof_arrays(tx_books_result *result) {
  bool fine = true;
  for (int part = 0; part < TX_PARTS; part++) {
    tx_books_proof *proof = &result->proof[part];
    proof->price = tx_calloc(result->context, result->csms, result->dimensions * sizeof *proof->price);
    fine = fine && proof->price != NULL;
  }
  return fine;
}

triax_status tx_prove_as_former(const tx_books *books, tx_books_result *result, triax_error *error) {
  size_t wide = result->dimensions;
  if (!proof_arrays(result)) {
    return tx_no_memory(error);
  }
  for (int part = 0; part < TX_PARTS; part++) {
    const tx_books_proof *from = &books->former->proof[part];
    tx_books_proof *to = &result->proof[part];
    if (from->scale == 0) {
      continue;
    }
    to->scale = from->scale;
    memcpy(to->weight, from->weight, sizeof to->weight);
    for (size_t i = 0; i < result->csms; i++) {
      size_t there = books->former_csm == NULL ? i : books->former_csm[i];
      if (there < books->former->csms) {
        memcpy(to->price + i * wide, from->price + there * wide, wide * sizeof *to->price);
      }
    }
  }
  return TRIAX_OK;
}

static bool prover_arrays(tx_prover *p, tx_arena *arena, bool shares) {
  p->base.price = tx_arena_calloc(arena, p->prices, sizeof *p->base.price);
  p->at.price = tx_arena_calloc(arena, p->prices, sizeof *p->at.price);
  p->best.price = tx_arena_calloc(arena, p->prices, sizeof *p->best.price);
  p->from.price = tx_arena_calloc(arena, p->prices, sizeof *p->from.price);
  p->step = tx_arena_calloc(arena, p->prices, sizeof *p->step);
  p->latest = tx_arena_calloc(arena, p->prices, sizeof *p->latest);
  return p->base.price != NULL && p->at.price != NULL && p->best.price != NULL && p->from.price != NULL &&
         p->step != NULL && p->latest != NULL && proof_arrays(p->result) && (!shares || tx_share_init(p));
}

/* Whether the former answer has proofs of the same shape, which what was taken over adds to as before. */
static bool proofs_known(const tx_books *books, const tx_books_result *result) {
  return books->former != NULL && books->former->dimensions == result->dimensions;
}

triax_status tx_prove(const tx_split *split, tx_books_result *result, const tx_cost *constant, int lead, int known,
                      tx_watch *watch) {
  tx_dual dual;
  tx_arena arena;
  tx_relax relax = {.part = NULL, .watch = watch};
  tx_arena_init(&arena, watch->context);
  triax_status status = tx_dual_init(&dual, split, result, constant, proofs_known(split->books, result), watch);
  bool relaxed = split->books->customers <= RELAXED_MOST && split->books->former == NULL && !tx_watch_enough(watch);
  if (status == TRIAX_OK && relaxed) {
    status = tx_relax_init(&relax, split, result, watch);
  }
  if (status == TRIAX_OK) {
    tx_prover p = {.dual = &dual, .constant = constant, .result = result, .prices = dual.books->csms * dual.dimensions};
    p.relax = relaxed ? &relax : NULL;
    bool shares = dual.dimensions > 1 && split->books->former == NULL;
    status = prover_arrays(&p, &arena, shares) ? prove_all(&p, lead, known) : tx_no_memory(watch->error);
  }
  tx_relax_free(&relax);
  tx_dual_free(&dual);
  tx_arena_free(&arena);
  return status;
}
