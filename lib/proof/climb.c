/* Uphill, in steps of all weights and prices at once. */
#include "proof/private.h"

#include <math.h>

#define STEPS 1500
/* Steps without gain until they get shorter. */
#define PATIENCE 25

/* Sizes of the variables, so that a step moves each by about the same share of itself. */
typedef struct sizes {
  double weight[TX_PARTS], price[TX_DIMENSIONS];
} sizes;

static sizes find_sizes(const tx_prover *p) {
  sizes s = {{0}, {0}};
  int part = p->dual->part;
  for (int q = 0; q < part; q++) {
    s.weight[q] = p->from.weight[q] > 0 ? p->from.weight[q] : tx_prover_size(p, part) / tx_prover_size(p, q) / 16;
  }
  for (size_t n = 0; n < p->dual->dimensions; n++) {
    double amount = p->dual->amounts[n] + 1;
    s.price[n] = tx_prover_mean_price(p, p->from.price, n);
    s.price[n] = s.price[n] > 0 ? s.price[n] : tx_prover_size(p, part) / amount;
  }
  return s;
}

/* Slopes in sizes, of the weights and of each price; what is 0 and would fall stays. */
typedef struct slopes {
  double weight[TX_PARTS];
  double *price;
} slopes;

static double product(const tx_prover *p, const slopes *a, const slopes *b) {
  double sum = 0;
  for (int q = 0; q < TX_PARTS; q++) {
    sum += a->weight[q] * b->weight[q];
  }
  for (size_t x = 0; x < p->prices; x++) {
    sum += a->price[x] * b->price[x];
  }
  return sum;
}

static void find_slopes(const tx_prover *p, const sizes *s, slopes *out) {
  const tx_dual *d = p->dual;
  for (int q = 0; q < TX_PARTS; q++) {
    bool free = q < d->part && !p->locked[q] && (p->from.weight[q] > 0 || d->cost[q] > 0);
    out->weight[q] = free ? d->cost[q] * s->weight[q] : 0;
  }
  for (size_t x = 0; x < p->prices; x++) {
    size_t n = x % d->dimensions;
    out->price[x] = d->excess[x] * s->price[n];
  }
}

/* The mean of all that was chosen so far, the latest with `share`: what it lacks or has too much of is where to go. */
static void mix(const tx_prover *p, slopes *mean, const slopes *latest, double share) {
  for (int q = 0; q < TX_PARTS; q++) {
    mean->weight[q] += share * (latest->weight[q] - mean->weight[q]);
  }
  for (size_t x = 0; x < p->prices; x++) {
    mean->price[x] += share * (latest->price[x] - mean->price[x]);
  }
}

/* The share with which the mean is smallest, within limits. */
static double best_share(const tx_prover *p, const slopes *mean, const slopes *latest, double most) {
  double aa = product(p, latest, latest), ab = product(p, latest, mean), bb = product(p, mean, mean);
  double below = aa - 2 * ab + bb, share = below > 0 ? (bb - ab) / below : most;
  return share < most / 10 ? most / 10 : share > most ? most : share;
}

/* From there along the mean slope; its square in what can move. */
static void go(tx_prover *p, const sizes *s, const slopes *mean, double share) {
  double square = 0;
  for (int q = 0; q < TX_PARTS; q++) {
    square += p->from.weight[q] > 0 || mean->weight[q] > 0 ? mean->weight[q] * mean->weight[q] : 0;
  }
  for (size_t x = 0; x < p->prices; x++) {
    bool moves = x % p->dual->dimensions == 0 || p->from.price[x] > 0 || mean->price[x] > 0;
    square += moves ? mean->price[x] * mean->price[x] : 0;
  }
  double length = square > 0 ? share * ((double)p->target - p->from_value) / square : 0;
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = p->from.weight[q] + (p->locked[q] ? 0 : length * s->weight[q] * mean->weight[q]);
    p->at.weight[q] = p->at.weight[q] > 0 ? p->at.weight[q] : 0;
  }
  for (size_t x = 0; x < p->prices; x++) {
    size_t n = x % p->dual->dimensions;
    p->at.price[x] = p->from.price[x] + length * s->price[n] * mean->price[x];
    p->at.price[x] = n == 0 || p->at.price[x] > 0 ? p->at.price[x] : 0;
  }
}

/* The volume algorithm (Barahona and Anbil, 2000): from the best place since its start, which is p->at, along the mean
 * of the slopes met so far. */
triax_status tx_prover_climb(tx_prover *p) {
  double value, share = 0.1, most = 0.1;
  int waited = 0;
  slopes mean = {{0}, p->step}, latest = {{0}, p->latest};
  tx_prover_copy(p, &p->from, &p->at);
  triax_status status = tx_prover_look(p, &value);
  sizes s = find_sizes(p);
  p->from_value = value;
  find_slopes(p, &s, &mean);
  for (int n = 0; status == TRIAX_OK && n < STEPS && !tx_prover_done(p) && share > 1e-5; n++) {
    go(p, &s, &mean, share);
    status = tx_prover_look(p, &value);
    find_slopes(p, &s, &latest);
    bool gained = value > p->from_value;
    if (gained && product(p, &mean, &latest) > 0) {
      share = share * 1.1 < 2 ? share * 1.1 : 2;
    }
    mix(p, &mean, &latest, best_share(p, &mean, &latest, most));
    if (gained) {
      p->from_value = value;
      tx_prover_copy(p, &p->from, &p->at);
    }
    waited = gained ? 0 : waited + 1;
    if (waited >= PATIENCE) {
      share *= 0.66;
      waited = 0;
    }
    if (n % 100 == 99) {
      most = most > 0.01 ? most / 2 : most;
    }
  }
  return status;
}
