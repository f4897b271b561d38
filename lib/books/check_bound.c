/* The bounds from the input, prices and weights alone, by the definition of the dual: each customer for itself takes
 * the cheapest of its places at the prices, each CSM for itself the best of the sums that whole customers can make. No
 * assignment can cost less than the total. Shares no code with the solver on purpose.
 *
 * Twice over: with the objective's parts compared one by one, in their order; and for each part with a proof of its
 * own, the parts before it weighed, as proof/prove.h says. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "books/check_private.h"

#define LARGEST 1.15e18 /* 2^60: products stay below */
#define SCALE_MOST (INT64_C(1) << 30)

/* --- part by part --- */

/* Prices of one part are in parts of the same unit, and small enough to be multiplied by loads. */
static triax_status look_at_prices(tx_certify *c, triax_error *error) {
  const tx_books *books = c->books;
  for (size_t i = 0; i < books->csms; i++) {
    size_t part = tx_certify_csm_part(c, i);
    const tx_books_price *price = &c->answer->price[i];
    int64_t hard = books->hard != NULL ? books->hard[i] : books->capacity[i], most = c->sums[part].load;
    most = hard < most ? hard : most;
    if (part >= c->parts) {
      continue;
    }
    if (price->scale < 0 || (c->sums[part].scale != 0 && c->sums[part].scale != price->scale + 1)) {
      return tx_fail(error, TRIAX_EINVAL, "the prices of CSM %zu are not in the same parts as those beside it", i);
    }
    c->sums[part].scale = price->scale + 1;
    for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
      if (most > 0 && (price->part[p] > INT64_MAX / 4 / most || price->part[p] < -(INT64_MAX / 4 / most))) {
        return tx_fail(error, TRIAX_EINVAL, "the price of CSM %zu is too large", i);
      }
    }
  }
  for (size_t p = 0; p <= c->parts; p++) {
    c->sums[p].scale = c->sums[p].scale > 1 ? c->sums[p].scale - 1 : 1;
  }
  return TRIAX_OK;
}

/* Whole numbers: a fraction rounds up, and ends what is proven of those that equal the bound. */
static int sum_up(const tx_certify *c, int64_t *total) {
  int proven = TX_CERTIFY_PARTS;
  for (size_t x = 0; x <= c->parts; x++) {
    const tx_certify_sum *s = &c->sums[x];
    int known = TX_CERTIFY_PARTS;
    for (int p = 0; p < TX_CERTIFY_PARTS; p++) {
      total[p] += s->whole.part[p];
      if (s->rest.part[p] > 0 && p < known) {
        total[p]++;
        known = p + 1;
      }
    }
    proven = known < proven ? known : proven;
  }
  return proven;
}

/* --- with proofs --- */

static double larger(double a, double b) { return a > b ? a : b; }
static double size(int64_t x) { return x < 0 ? -(double)x : (double)x; }

/* The largest single cost of a part, and of all together. */
static void sizes_of(const tx_certify *c, int part, double *most, double *total) {
  const tx_books *books = c->books;
  double excepted = 0, offered = 0;
  *most = *total = 0;
  for (size_t j = 0; j < books->customers; j++) {
    double value = size(tx_certify_value(books, j));
    *most = part == 0 ? larger(*most, value) : *most;
    *total += part == 0 ? value : 0;
    excepted = larger(excepted, books->owner_points != NULL ? size(books->owner_points[j]) : 0);
  }
  for (size_t i = 0; part % 2 == 1 && i < books->csms; i++) {
    tx_certify_vector cost = tx_certify_csm_cost(c, i, c->room[i * c->wide]);
    for (size_t m = 0; part == 3 && m < books->measures; m++) {
      const int64_t *base = c->base + i * c->wide + 1 + m;
      bool own = books->measure[m].amount != NULL;
      cost.part[3] += own ? tx_books_area(&books->measure[m], i, *base + c->room[i * c->wide + 1 + m]) : 0;
    }
    *most = larger(*most, size(cost.part[part]));
    *total += size(cost.part[part]);
  }
  for (size_t x = 0; books->more_begin != NULL && x < books->more_begin[books->customers]; x++) {
    excepted = larger(excepted, size(books->more_points[x]));
  }
  for (size_t e = 0; books->offer_points != NULL && e < books->offer_begin[books->offers]; e++) {
    offered = larger(offered, size(books->offer_points[e]));
  }
  *most = part == 2 ? offered + excepted : *most;
  *total = part == 2 ? *most * (double)books->customers : *total;
}

/* Whether all that will be multiplied and added fits. */
static bool fits(const tx_certify *c, const int64_t *reached) {
  const tx_books_proof *proof = c->proof;
  double scale = size(proof->scale), most, total, all[1 + TX_BOOKS_MEASURES] = {0};
  for (int p = 0; p <= c->proves; p++) {
    double weight = size(proof->weight[p]);
    sizes_of(c, p, &most, &total);
    total = larger(total, size(reached[p]));
    if (proof->weight[p] < 0 || weight * larger(most, 1) > LARGEST || (weight / scale + 1) * total > LARGEST) {
      return false;
    }
  }
  for (size_t p = 0; p < c->parts; p++) {
    all[0] += size(c->sums[p].load);
    for (size_t m = 0; m < c->books->measures; m++) {
      all[1 + m] += size(c->totals[p * c->books->measures + m]);
    }
  }
  for (size_t i = 0; i < c->books->csms; i++) {
    double price = size(proof->price[i * c->answer->dimensions]);
    bool fine = price * larger(size(c->room[i * c->wide]), 1) <= LARGEST && (price / scale + 1) * all[0] <= LARGEST;
    for (size_t m = 0; fine && m < c->books->measures; m++) {
      price = c->books->measure[m].amount != NULL ? size(tx_certify_measure_price(c, i, m)) : 0;
      fine = price * larger(size(c->room[i * c->wide + 1 + m]), 1) <= LARGEST &&
             (price / scale + 1) * all[1 + m] <= LARGEST;
    }
    if (!fine) {
      return false;
    }
  }
  return true;
}

/* What no choice can change of a part: fixed customers, those whom nobody may own, CSMs as the fixed leave them. */
static int64_t constant_of(const tx_certify *c, int part) {
  const tx_books *books = c->books;
  int64_t constant = 0;
  for (size_t i = 0; part % 2 == 1 && i < books->csms; i++) {
    constant += tx_certify_csm_cost(c, i, 0).part[part];
  }
  for (size_t j = 0; part % 2 == 0 && j < books->customers; j++) {
    constant -= part == 2 && tx_certify_is_fixed(books, j) ? tx_certify_fixed_points(books, j) : 0;
    constant += part == 0 && tx_certify_part_of(c, j) == c->parts && !tx_certify_is_fixed(books, j)
                    ? tx_certify_value(books, j)
                    : 0;
  }
  return constant;
}

/* The bound of part `proves` by its proof. */
static triax_status prove(tx_certify *c, bool trivial, const int64_t *reached, int64_t *bound, triax_error *error) {
  const tx_books_proof *proof = c->proof;
  if (proof->scale < 1 || proof->scale > SCALE_MOST || proof->weight[c->proves] != proof->scale ||
      (!trivial && !fits(c, reached))) {
    return tx_fail(error, TRIAX_EINVAL, "the proof of part %d of the objective is not one of this answer", c->proves);
  }
  for (size_t p = 0; p < c->parts; p++) {
    c->sums[p].whole = c->sums[p].rest = (tx_certify_vector){{0, 0, 0, 0}};
  }
  tx_certify_sum *s = &c->sums[c->parts];
  *s = (tx_certify_sum){.scale = proof->scale};
  tx_certify_add_all(c);
  for (int p = 0; p < c->proves; p++) {
    int64_t free = reached[p] - constant_of(c, p);
    int64_t rest = free % proof->scale;
    s->whole.part[0] -= proof->weight[p] * (free / proof->scale) + proof->weight[p] / proof->scale * rest;
    tx_certify_vector term = {{-(proof->weight[p] % proof->scale) * rest, 0, 0, 0}};
    tx_certify_add(s, &term);
  }
  *bound = s->whole.part[0] + (s->rest.part[0] > 0);
  return TRIAX_OK;
}

static triax_status run(tx_certify *c, tx_books_goal *out, triax_error *error) {
  const tx_books_goal *goal = &c->answer->goal;
  const int64_t reached[TX_CERTIFY_PARTS] = {goal->value, goal->over, -goal->points, goal->imbalance};
  int64_t total[TX_CERTIFY_PARTS] = {0, 0, 0, 0};
  tx_certify_look(c);
  triax_status status = look_at_prices(c, error);
  if (status != TRIAX_OK) {
    return status;
  }
  tx_certify_add_all(c);
  int proven = sum_up(c, total), met = 0;
  while (met + 1 < proven && total[met] == reached[met]) {
    met++;
  }
  static const tx_books_proof nothing = {.scale = 0};
  tx_books_proof trivial = nothing;
  trivial.price = tx_calloc(c->answer->context, c->books->csms, c->answer->dimensions * sizeof *trivial.price);
  if (trivial.price == NULL) {
    return tx_no_memory(error);
  }
  for (int part = 0; status == TRIAX_OK && part < TX_CERTIFY_PARTS; part++) {
    int64_t bound = total[part];
    bool known = part <= met, proof = c->answer->proof[part].scale != 0;
    trivial.scale = 1;
    memset(trivial.weight, 0, sizeof trivial.weight);
    trivial.weight[part] = 1;
    c->proves = part;
    c->proof = proof ? &c->answer->proof[part] : &trivial;
    if (proof || !known) {
      status = prove(c, !proof, reached, &bound, error);
    }
    total[part] = known && total[part] > bound ? total[part] : bound;
  }
  tx_free_array(c->answer->context, trivial.price, c->books->csms, c->answer->dimensions * sizeof *trivial.price);
  *out = (tx_books_goal){total[0], total[1], -total[2], total[3]};
  return status;
}

triax_status tx_books_certify(triax_context *context, const tx_books *books, const tx_books_result *answer,
                                   tx_books_goal *bound, triax_error *error) {
  triax_status status = tx_books_validate(books, error);
  tx_certify *c = status == TRIAX_OK ? tx_calloc(context, 1, sizeof *c) : NULL;
  if (c == NULL) {
    return status != TRIAX_OK ? status : tx_no_memory(error);
  }
  tx_arena arena;
  tx_arena_init(&arena, context);
  *c = (tx_certify){.books = books, .answer = answer, .parts = answer->parts, .wide = 1 + books->measures};
  c->sums = tx_arena_calloc(&arena, c->parts + 1, sizeof *c->sums);
  c->base = tx_arena_calloc(&arena, books->csms, c->wide * sizeof *c->base);
  c->room = tx_arena_calloc(&arena, books->csms, c->wide * sizeof *c->room);
  c->totals = tx_arena_calloc(&arena, c->parts + 1, c->wide * sizeof *c->totals);
  c->may_come = tx_arena_calloc(&arena, books->csms, TX_CERTIFY_WORDS * sizeof *c->may_come);
  c->used = tx_arena_calloc(&arena, books->classes, sizeof *c->used);
  c->reached = tx_arena_calloc(&arena, TX_CERTIFY_UNITS + 1, 1);
  bool had = c->sums != NULL && c->base != NULL && c->room != NULL && c->totals != NULL && c->may_come != NULL &&
             c->used != NULL && c->reached != NULL;
  status = had ? run(c, bound, error) : tx_no_memory(error);
  tx_arena_free(&arena);
  tx_free(context, c, sizeof *c);
  return status;
}
