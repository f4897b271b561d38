/* Recomputes what an answer claims, from the problem alone. Shares no code with the solver. */
#include <triax/assignment.h>

#include <string.h>

#include "assignment/private.h"
#include "base/divisor.h"

#define LARGEST_TABLE (INT64_C(1) << 24)

static triax_status too_large(triax_error *error) {
  return tx_fail(error, TRIAX_ELIMIT, "the proof's prices are too large for its sums to fit 64 bits; scale them down");
}

/* a × b + c for a, b >= 0; false when it does not fit. */
static bool multiply_add(int64_t a, int64_t b, int64_t c, int64_t *result) {
  if (a != 0 && b > INT64_MAX / a) {
    return false;
  }
  int64_t product = a * b;
  if (c > 0 && product > INT64_MAX - c) {
    return false;
  }
  *result = product + c;
  return true;
}

static int64_t round_up(int64_t a, int64_t b) { return a / b + (a % b > 0); }

/* The cheapest cost of an item where it fits; false when it fits nowhere. */
static bool cheapest(const triax_assignment_problem *p, size_t j, int64_t *least) {
  bool any = false;
  for (size_t i = 0; i < p->agents; i++) {
    if (p->load[i * p->items + j] <= p->capacity[i]) {
      int64_t cost = p->cost[i * p->items + j];
      *least = !any || cost < *least ? cost : *least;
      any = true;
    }
  }
  return any;
}

/* Capacity, or what all items that fit together need, if that is less: as good a problem, with smaller products. */
static int64_t useful_capacity(const triax_assignment_problem *p, size_t i) {
  int64_t sum = 0;
  for (size_t j = 0; j < p->items; j++) {
    int64_t load = p->load[i * p->items + j];
    sum += load <= p->capacity[i] ? load : 0;
  }
  return sum < p->capacity[i] ? sum : p->capacity[i];
}

/* Sums are above each item's cheapest cost, so that they are small; `base` holds those. */
static triax_status bound_by_capacity(const triax_assignment_problem *p, const triax_assignment_proof *proof,
                                      int64_t *scaled, triax_error *error) {
  int64_t sum = 0;
  for (size_t j = 0; j < p->items; j++) {
    int64_t base = 0, least = INT64_MAX;
    if (!cheapest(p, j, &base)) {
      continue;
    }
    for (size_t i = 0; i < p->agents; i++) {
      int64_t load = p->load[i * p->items + j], value;
      if (load <= p->capacity[i]) {
        if (!multiply_add(proof->scale, p->cost[i * p->items + j] - base, 0, &value) ||
            !multiply_add(proof->price[i], load, value, &value)) {
          return too_large(error);
        }
        least = value < least ? value : least;
      }
    }
    if (least > INT64_MAX - sum) {
      return too_large(error);
    }
    sum += least;
  }
  for (size_t i = 0; i < p->agents; i++) {
    int64_t paid;
    if (!multiply_add(proof->price[i], useful_capacity(p, i), 0, &paid) || sum < INT64_MIN + paid) {
      return too_large(error);
    }
    sum -= paid;
  }
  *scaled = sum;
  return TRIAX_OK;
}

/* The greatest profit of agent i within its capacity, by the textbook's table. */
static triax_status best_profit(triax_context *context, const triax_assignment_problem *p, size_t i,
                                const int64_t *base, const triax_assignment_proof *proof, int64_t *profit,
                                triax_error *error) {
  const int64_t *load = p->load + i * p->items, *cost = p->cost + i * p->items;
  int64_t divisor = 0;
  for (size_t j = 0; j < p->items; j++) {
    divisor = load[j] <= p->capacity[i] ? tx_common_divisor(divisor, load[j]) : divisor;
  }
  int64_t room = divisor > 0 ? useful_capacity(p, i) / divisor : 0;
  if (room > LARGEST_TABLE) {
    return tx_fail(error, TRIAX_ELIMIT, "agent %zu has a capacity of %lld units: a table that large is not made", i,
                   (long long)room);
  }
  int64_t *best = tx_calloc(context, (size_t)room + 1, sizeof *best);
  if (best == NULL) {
    return tx_no_memory(error);
  }
  bool fits = true;
  for (size_t j = 0; j < p->items && fits; j++) {
    int64_t gain;
    if (load[j] > p->capacity[i]) {
      continue;
    }
    fits = multiply_add(proof->scale, cost[j] - base[j], 0, &gain);
    if (!fits || (proof->price[j] < 0) || proof->price[j] <= gain) {
      continue;
    }
    gain = proof->price[j] - gain;
    int64_t weight = divisor > 0 ? load[j] / divisor : 0;
    fits = best[room] <= INT64_MAX - gain;
    for (int64_t w = room; fits && w >= weight; w--) {
      int64_t with = best[w - weight] + gain;
      best[w] = with > best[w] ? with : best[w];
    }
  }
  *profit = best[room];
  tx_free_array(context, best, (size_t)room + 1, sizeof *best);
  return fits ? tx_progress(context, "assignment", (double)i / (double)p->agents, error) : too_large(error);
}

static triax_status bound_by_items(triax_context *context, const triax_assignment_problem *p, const int64_t *base,
                                   const triax_assignment_proof *proof, int64_t *scaled, triax_error *error) {
  int64_t sum = 0;
  for (size_t j = 0; j < p->items; j++) {
    int64_t price = proof->price[j];
    if (price > 0 ? sum > INT64_MAX - price : sum < INT64_MIN - price) {
      return too_large(error);
    }
    sum += price;
  }
  for (size_t i = 0; i < p->agents; i++) {
    int64_t profit = 0;
    triax_status status = best_profit(context, p, i, base, proof, &profit, error);
    if (status != TRIAX_OK) {
      return status;
    }
    if (sum < INT64_MIN + profit) {
      return too_large(error);
    }
    sum -= profit;
  }
  *scaled = sum;
  return TRIAX_OK;
}

static triax_status check_proof(const triax_assignment_problem *p, const triax_assignment_proof *proof,
                                triax_error *error) {
  bool items = proof->kind == TRIAX_ASSIGNMENT_PROOF_ITEMS;
  if (proof->kind < TRIAX_ASSIGNMENT_PROOF_NONE || proof->kind > TRIAX_ASSIGNMENT_PROOF_ITEMS || proof->scale < 1 ||
      proof->scale > INT64_C(1) << 60) {
    return tx_fail(error, TRIAX_EINVAL, "the proof has an unknown kind, or a scale outside 1 to 2^60");
  }
  if (proof->kind == TRIAX_ASSIGNMENT_PROOF_NONE) {
    return TRIAX_OK;
  }
  if (proof->count != (items ? p->items : p->agents) || (proof->count > 0 && proof->price == NULL)) {
    return tx_fail(error, TRIAX_EINVAL, "the proof needs one price for each %s", items ? "item" : "agent");
  }
  for (size_t i = 0; !items && i < p->agents; i++) {
    if (proof->price[i] < 0) {
      return tx_fail(error, TRIAX_EINVAL, "the proof's price of agent %zu's capacity is negative", i);
    }
  }
  return TRIAX_OK;
}

/* Each item's cheapest cost, and their sum. */
static triax_status find_base(triax_context *context, const triax_assignment_problem *p, int64_t **base, int64_t *sum,
                              triax_error *error) {
  *base = tx_calloc(context, p->items, sizeof **base);
  if (*base == NULL) {
    return tx_no_memory(error);
  }
  for (size_t j = 0; j < p->items; j++) {
    cheapest(p, j, &(*base)[j]);
    *sum += (*base)[j];
  }
  return TRIAX_OK;
}

static triax_status compute_bound(triax_context *context, const triax_assignment_problem *p,
                                  const triax_assignment_proof *proof, int64_t *bound, triax_error *error) {
  int64_t *base = NULL, sum = 0, scaled = 0;
  triax_status status = check_proof(p, proof, error);
  if (status != TRIAX_OK) {
    return status;
  }
  status = find_base(context, p, &base, &sum, error);
  if (status != TRIAX_OK) {
    return status;
  }
  if (proof->kind == TRIAX_ASSIGNMENT_PROOF_CAPACITY) {
    status = bound_by_capacity(p, proof, &scaled, error);
  } else if (proof->kind == TRIAX_ASSIGNMENT_PROOF_ITEMS) {
    status = bound_by_items(context, p, base, proof, &scaled, error);
  }
  tx_free_array(context, base, p->items, sizeof *base);
  *bound = sum + round_up(scaled, proof->scale);
  return status;
}

/* Cost and coverage; agents' loads are summed one agent after another, so that nothing is asked for. */
static triax_status add_up(const triax_assignment_problem *p, const uint32_t *agents, triax_assignment_found *found,
                           triax_error *error) {
  for (size_t j = 0; j < p->items; j++) {
    if (agents[j] == TRIAX_ASSIGNMENT_NONE) {
      found->uncovered++;
    } else if (agents[j] >= p->agents) {
      return tx_fail(error, TRIAX_EINVAL, "item %zu is at agent %zu, but there are %zu agents", j, (size_t)agents[j],
                     p->agents);
    } else {
      found->cost += p->cost[agents[j] * p->items + j];
    }
  }
  for (size_t i = 0; i < p->agents; i++) {
    int64_t load = 0;
    for (size_t j = 0; j < p->items; j++) {
      load += agents[j] == i ? p->load[i * p->items + j] : 0;
    }
    if (load > p->capacity[i]) {
      found->over++;
      found->excess += load - p->capacity[i];
    }
  }
  return TRIAX_OK;
}

triax_status triax_assignment_check(triax_context *context, const triax_assignment_problem *problem,
                                    const uint32_t *agents, const triax_assignment_proof *proof,
                                    triax_assignment_found *found, triax_error *error) {
  if (context == NULL || problem == NULL || (agents == NULL && problem->items > 0) || found == NULL ||
      found->struct_size < sizeof *found || (proof != NULL && proof->struct_size < sizeof *proof)) {
    return tx_fail(error, TRIAX_EINVAL,
                   "triax_assignment_check: context, problem, agents and found must be given, with struct_size set");
  }
  triax_assignment_found made = {.struct_size = found->struct_size, .bound = INT64_MIN};
  triax_assignment_problem p;
  triax_status status = tx_options_copy(problem, sizeof p, sizeof p, &p, "triax_assignment_problem", error);
  status = status == TRIAX_OK ? tx_assignment_validate(&p, error) : status;
  status = status == TRIAX_OK ? add_up(&p, agents, &made, error) : status;
  if (status == TRIAX_OK && proof != NULL) {
    status = compute_bound(context, &p, proof, &made.bound, error);
  }
  if (status == TRIAX_OK) {
    *found = made;
  }
  return status;
}
