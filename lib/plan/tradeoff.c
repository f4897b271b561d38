/* The curve between accounts moved and balance gained: the allocation solved again for other weights of the two. */
#include "plan/again.h"

#include <math.h>
#include <string.h>

/* Weights between the two ends, in multiples of the slope from end to end: the curve is bent around it. */
static const double between[] = {4, 1, 0.25};
enum { BETWEEN = (int)(sizeof between / sizeof *between), POINTS = BETWEEN + 3 };

typedef struct curve {
  triax_plan *plan;
  tx_tradeoff_point points[POINTS];
  size_t count;
  uint64_t *left; /* accounts that the plan leaves uncovered: the others leave the same */
  triax_error *error;
} curve;

static void measure(const triax_plan *plan, const tx_allocation_result *result, tx_tradeoff_point *point) {
  const tx_column *money = tx_plan_money(plan);
  point->emptiest = INFINITY;
  for (size_t row = 0; row < plan->rows; row++) {
    if (result->stands[row] != TX_STANDS_MOVED) continue;
    point->moved++;
    if (money && !isnan(money->numbers[row])) point->money += money->numbers[row];
  }
  for (size_t csm = 0; csm < plan->csms; csm++) {
    const tx_allocation_book *book = &result->books[csm];
    if (!tx_bit(plan->allocation.input.here, csm) || !(book->fte > 0) || !tx_plan_may_own(plan, csm)) continue;
    point->emptiest = fmin(point->emptiest, book->load / book->fte);
    point->fullest = fmax(point->fullest, book->load / book->fte);
  }
  if (isinf(point->emptiest)) point->emptiest = NAN;
  point->imbalance = result->imbalance;
  point->earned = result->points;
  point->uncovered_value = result->uncovered_value;
}

/* Another assignment: the owner earns `keep` points more, and a point is worth `trade` of imbalance (0: any). */
static triax_status add_point(curve *c, double keep, double trade) {
  tx_allocation_input input = c->plan->allocation.input;
  tx_allocation_result *result = NULL;
  triax_error own;
  input.left = c->left;
  input.keep_points = keep;
  input.trade = trade;
  triax_status status = tx_allocation_run(c->plan->context, &input, &result, c->error ? c->error : &own);
  if (status == TRIAX_ELIMIT) return TRIAX_OK; /* points too large to be weighed: the curve has one point less */
  if (status != TRIAX_OK) return status;
  tx_tradeoff_point *point = &c->points[c->count++];
  *point = (tx_tradeoff_point){.how = "fewest moves"};
  measure(c->plan, result, point);
  tx_allocation_result_free(result);
  return TRIAX_OK;
}

/* More than all other preferences of a customer together. */
static double above_all(const tx_allocation_input *input) {
  double sum = 1;
  for (size_t p = 0; p < input->prefer_count; p++) sum += 2 * fabs(input->prefer[p].points);
  return sum < 1e6 ? sum : 1e6;
}

/* Whether a beats b in moves or in balance, and is nowhere worse. */
static bool dominates(const tx_tradeoff_point *a, const tx_tradeoff_point *b) {
  double near = 1e-9 * fmax(1, fabs(b->imbalance)), value = 1e-9 * fmax(1, b->uncovered_value);
  bool no_worse = a->moved <= b->moved && a->imbalance <= b->imbalance + near &&
                  a->uncovered_value <= b->uncovered_value + value;
  return no_worse && (a->moved < b->moved || a->imbalance < b->imbalance - near || a->present);
}

/* The plan stays whatever beats it: it is what the curve is held against. */
static void drop_dominated(curve *c) {
  bool gone[POINTS] = {false};
  for (size_t b = 0; b < c->count; b++) {
    for (size_t a = 0; a < c->count && !gone[b]; a++) {
      bool same = dominates(&c->points[b], &c->points[a]);
      gone[b] = a != b && !gone[a] && !c->points[b].present && dominates(&c->points[a], &c->points[b]) &&
                (!same || a < b || c->points[a].present);
    }
    for (size_t a = 0; a < b && !gone[b]; a++) { /* equals: the first is enough */
      gone[b] = !gone[a] && !c->points[b].present && c->points[a].moved == c->points[b].moved &&
                fabs(c->points[a].imbalance - c->points[b].imbalance) <= 1e-9 * fmax(1, c->points[b].imbalance);
    }
  }
  size_t kept = 0;
  for (size_t p = 0; p < c->count; p++) {
    if (!gone[p]) c->points[kept++] = c->points[p];
  }
  c->count = kept;
}

/* Fewest moves first; then what share of the imbalance that there is to lose each has lost. */
static void order_points(curve *c) {
  double most = -INFINITY, least = INFINITY;
  for (size_t p = 1; p < c->count; p++) {
    tx_tradeoff_point one = c->points[p];
    size_t at = p;
    for (; at > 0 && (c->points[at - 1].moved > one.moved ||
                      (c->points[at - 1].moved == one.moved && c->points[at - 1].imbalance < one.imbalance));
         at--) {
      c->points[at] = c->points[at - 1];
    }
    c->points[at] = one;
  }
  for (size_t p = 0; p < c->count; p++) {
    most = fmax(most, c->points[p].imbalance);
    least = fmin(least, c->points[p].imbalance);
  }
  for (size_t p = 0; p < c->count; p++) {
    tx_tradeoff_point *one = &c->points[p];
    one->share = most > least ? (most - one->imbalance) / (most - least) : 1;
    if (!one->present && one->imbalance == least) one->how = "best balance";
    else if (!one->present && p > 0) one->how = "between";
  }
}

static triax_status find_points(curve *c) {
  const tx_allocation_input *input = &c->plan->allocation.input;
  double keep = above_all(input);
  c->points[c->count++] = (tx_tradeoff_point){.how = "this plan", .present = true};
  measure(c->plan, c->plan->allocation.result, &c->points[0]);
  triax_status status = add_point(c, keep, 0);
  if (status != TRIAX_OK || c->count < 2) return status;
  /* A point so cheap that balance comes before it: it still decides between equals. */
  status = add_point(c, keep, 1e-300);
  if (status != TRIAX_OK || c->count < 3) return status;
  const tx_tradeoff_point *few = &c->points[1], *even = &c->points[2];
  double gained = few->imbalance - even->imbalance, lost = few->earned - even->earned;
  lost += keep * ((double)even->moved - (double)few->moved);
  for (int i = 0; status == TRIAX_OK && gained > 0 && lost > 0 && i < BETWEEN; i++) {
    status = add_point(c, keep, between[i] * gained / lost);
  }
  return status;
}

triax_status tx_run_tradeoff(triax_plan *plan, triax_error *error) {
  curve c = {.plan = plan, .error = error};
  tx_plan_allocation *part = &plan->allocation;
  c.left = tx_arena_calloc(&part->arena, tx_words(plan->rows) + 1, sizeof *c.left);
  if (!c.left) return tx_no_memory(error);
  for (size_t row = 0; row < plan->rows; row++) {
    if (part->result->stands[row] == TX_STANDS_UNCOVERED) tx_bit_set(c.left, row);
  }
  triax_status status = find_points(&c);
  if (status != TRIAX_OK) return status;
  drop_dominated(&c);
  order_points(&c);
  part->tradeoff = tx_arena_calloc(&part->arena, c.count, sizeof *part->tradeoff);
  if (!part->tradeoff) return tx_no_memory(error);
  memcpy(part->tradeoff, c.points, c.count * sizeof *part->tradeoff);
  part->tradeoff_count = c.count;
  return TRIAX_OK;
}
