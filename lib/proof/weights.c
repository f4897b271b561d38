/* Weights of the parts before: along lines, the relaxation solved again at each point that is looked at. */
#include "proof/private.h"

#include <math.h>
#include <string.h>

/* Times that each weight is looked at for itself. */
#define ROUNDS 4

/* Prices of load at p->at's weights: those of the relaxation at its own order of the parts, weighed. */
void tx_prover_weigh(tx_prover *p) {
  for (size_t i = 0; i < p->dual->books->csms; i++) {
    const tx_books_price *its = &p->result->price[i];
    double price = 0;
    for (int q = 0; its->scale > 0 && q <= p->dual->part; q++) {
      price += (q < p->dual->part ? p->at.weight[q] : 1) * ((double)its->part[q] / (double)its->scale);
    }
    p->at.price[i * p->dual->dimensions] = price;
  }
}

/* The sum at p->at's weights, with the prices of load that suit them. */
static triax_status look_at_weights(tx_prover *p, double *value) {
  triax_status status = TRIAX_OK;
  double weight[TX_PARTS] = {0, 0, 0, 0}, cost[TX_PARTS];
  memcpy(weight, p->at.weight, sizeof weight);
  weight[p->dual->part] = 1;
  if (p->relax != NULL) {
    status = tx_relax_solve(p->relax, weight, p->dual->dimensions, p->at.price, cost);
  } else {
    tx_prover_weigh(p);
  }
  if (status == TRIAX_OK) {
    status = tx_prover_look(p, value);
  }
  for (int q = 0; q < TX_PARTS; q++) {
    double free = (double)(tx_prover_reached(p, q) - p->dual->constant.part[q]);
    p->slope[q] = p->relax != NULL ? cost[q] - free : p->dual->cost[q];
  }
  return status;
}

/* Weights of the parts in `moved` are `times` what they are in `from`; further measures' prices with all of them. */
static void place_at(tx_prover *p, const tx_place *from, const bool *moved, bool all, double times) {
  size_t wide = p->dual->dimensions;
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = q >= p->dual->part ? 0 : p->locked[q] ? p->dual->heavy[q] : from->weight[q];
    p->at.weight[q] *= moved[q] && !p->locked[q] ? times : 1;
  }
  for (size_t x = 0; x < p->prices; x++) {
    p->at.price[x] = x % wide == 0 ? 0 : from->price[x] * (all ? times : 1);
  }
}

triax_status tx_prover_look_at_base(tx_prover *p) {
  static const bool none[TX_PARTS] = {false, false, false, false};
  double value;
  place_at(p, &p->base, none, false, 1);
  return look_at_weights(p, &value);
}

/* A point of the line with its tangent. */
typedef struct point {
  double times, value, slope;
} point;

static triax_status look_on_line(tx_prover *p, const tx_place *from, const bool *moved, bool all, double times,
                                 point *out) {
  place_at(p, from, moved, all, times);
  *out = (point){.times = times};
  triax_status status = look_at_weights(p, &out->value);
  for (int q = 0; q < p->dual->part; q++) {
    out->slope += moved[q] && !p->locked[q] ? from->weight[q] * p->slope[q] : 0;
  }
  return status;
}

/* Where the tangents meet; well between the two. */
static double meeting(const point *low, const point *high) {
  double at =
      (high->value - low->value + low->slope * low->times - high->slope * high->times) / (low->slope - high->slope);
  double least = low->times + (high->times - low->times) / 16, most = high->times - (high->times - low->times) / 16;
  return at >= least && at <= most ? at : at < least ? least : most;
}

/* The sum is concave along the line: rises to the left of its top, falls to the right. */
static triax_status line(tx_prover *p, const tx_place *from, const bool *moved, bool all, double times) {
  point low = {0, 0, 0}, high = {0, 0, 0}, now;
  bool left = false, right = false;
  double before = -INFINITY;
  triax_status status = TRIAX_OK;
  for (int n = 0; status == TRIAX_OK && n < 14 && !tx_prover_done(p); n++) {
    status = look_on_line(p, from, moved, all, times, &now);
    if (now.slope > 0) {
      low = now;
      left = true;
    } else {
      high = now;
      right = true;
    }
    double worth = 0.002 * ((double)p->target - p->value);
    if (now.slope == 0 || (!(left && right) && n > 1 && now.value - before < (worth > 0.3 ? worth : 0.3))) {
      break;
    }
    before = now.value;
    if (left && right) {
      double top = low.value + low.slope * (meeting(&low, &high) - low.times);
      if (top - p->value < 0.3 || top - p->value < worth) {
        break;
      }
    }
    times = left && right ? meeting(&low, &high) : left ? times * 8 : times / 8;
  }
  return status;
}

/* How much of the parts before is worth one of this part, roughly. */
static double first_times(const tx_prover *p) {
  double weighed = 0;
  for (int q = 0; q < p->dual->part; q++) {
    weighed += p->locked[q] ? 0 : p->base.weight[q] * tx_prover_size(p, q);
  }
  return weighed > 0 ? tx_prover_size(p, p->dual->part) / weighed : 1;
}

/* All weights together, then each for itself. */
triax_status tx_prover_search_weights(tx_prover *p) {
  static const bool all[TX_PARTS] = {true, true, true, true};
  triax_status status = line(p, &p->base, all, true, first_times(p));
  double before = -INFINITY;
  for (int round = 0; p->relax != NULL && round < ROUNDS; round++) {
    if (p->value - before < 0.02 * ((double)p->target - p->value)) {
      break;
    }
    before = p->value;
    for (int q = p->dual->part - 1; status == TRIAX_OK && q >= 0 && !tx_prover_done(p); q--) {
      bool moved[TX_PARTS] = {false, false, false, false};
      moved[q] = true;
      if (!p->locked[q] && p->best.weight[q] > 0) {
        tx_prover_copy(p, &p->base, &p->best);
        status = line(p, &p->base, moved, false, 1);
      }
    }
  }
  return status;
}
