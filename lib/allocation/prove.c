/* The search for weights and prices that prove most: the relaxation is solved again for other weights of the parts
 * before, and where further measures count, steps go uphill from there. */
#include "allocation/prove.h"

#include <math.h>
#include <string.h>

/* Work for each part: so much, and for each customer. At least a few evaluations are made. */
#define WORK_FOR_ALL 2000000
#define WORK_FOR_EACH 100
#define FEWEST 4
/* Beyond so many customers the relaxation is not solved again. */
#define RELAXED_MOST 200000
/* Times that each weight is looked at for itself. */
#define ROUNDS 4
#define STEPS 1500
/* Steps without gain until they get shorter. */
#define PATIENCE 25

/* Weights and prices as numbers with a point, in units of the part that is bound. */
typedef struct place {
  double weight[TX_PARTS];
  double *price; /* csms × dimensions */
} place;

typedef struct prover {
  tx_dual *dual;
  tx_relax *relax; /* NULL: not to be solved again */
  tx_books_result *result;
  size_t prices;         /* csms × dimensions */
  bool locked[TX_PARTS]; /* nothing comes below what was reached: as heavy as may be */
  place base;            /* weighs the others of the parts before against each other */
  bool weighs;           /* there are some */
  place at, best, from;
  double from_value;
  double *step, *latest;  /* csms × dimensions: slopes */
  double slope[TX_PARTS]; /* at p->at: how the sum grows with the weights */
  double value;           /* at the best place */
  int64_t bound;          /* likewise, in whole numbers */
  int64_t target;         /* what was reached */
  uint64_t end;           /* of the work for this part */
} prover;

static int64_t reached_in(const tx_books_result *result, int part) {
  const tx_books_goal *goal = &result->goal;
  const int64_t reached[TX_PARTS] = {goal->value, goal->over, -goal->points, goal->imbalance};
  return reached[part];
}

static void copy_place(place *to, const place *from, size_t prices) {
  memcpy(to->weight, from->weight, sizeof to->weight);
  memcpy(to->price, from->price, prices * sizeof *to->price);
}

/* The sum at p->at; keeps the place where it is the best so far. */
static triax_status look(prover *p, double *value) {
  tx_dual_set(p->dual, p->at.weight, p->at.price);
  triax_status status = tx_dual_evaluate(p->dual);
  *value = tx_dual_value(p->dual);
  if (status == TRIAX_OK && *value > p->value) {
    tx_books_proof *proof = &p->result->proof[p->dual->part];
    p->value = *value;
    p->bound = tx_dual_bound(p->dual);
    copy_place(&p->best, &p->at, p->prices);
    proof->scale = p->dual->scale;
    memcpy(proof->weight, p->dual->weight, sizeof proof->weight);
    memcpy(proof->price, p->dual->price, p->prices * sizeof *proof->price);
  }
  return status;
}

static bool done(const prover *p) { return p->bound >= p->target || p->dual->watch->work >= p->end; }

/* --- along a line of weights --- */

/* Prices of load at p->at's weights: those of the relaxation at its own order of the parts, weighed. */
static void weigh_prices(prover *p) {
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
static triax_status look_at_weights(prover *p, double *value) {
  triax_status status = TRIAX_OK;
  double weight[TX_PARTS] = {0, 0, 0, 0}, cost[TX_PARTS];
  memcpy(weight, p->at.weight, sizeof weight);
  weight[p->dual->part] = 1;
  if (p->relax != NULL) {
    status = tx_relax_solve(p->relax, weight, p->dual->dimensions, p->at.price, cost);
  } else {
    weigh_prices(p);
  }
  if (status == TRIAX_OK) {
    status = look(p, value);
  }
  for (int q = 0; q < TX_PARTS; q++) {
    double free = (double)(reached_in(p->result, q) - p->dual->constant.part[q]);
    p->slope[q] = p->relax != NULL ? cost[q] - free : p->dual->cost[q];
  }
  return status;
}

/* Weights of the parts in `moved` are `times` what they are in `from`; further measures' prices with all of them. */
static void place_at(prover *p, const place *from, const bool *moved, bool all, double times) {
  size_t wide = p->dual->dimensions;
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = q >= p->dual->part ? 0 : p->locked[q] ? p->dual->heavy[q] : from->weight[q];
    p->at.weight[q] *= moved[q] && !p->locked[q] ? times : 1;
  }
  for (size_t x = 0; x < p->prices; x++) {
    p->at.price[x] = x % wide == 0 ? 0 : from->price[x] * (all ? times : 1);
  }
}

/* A point of the line with its tangent. */
typedef struct point {
  double times, value, slope;
} point;

static triax_status look_on_line(prover *p, const place *from, const bool *moved, bool all, double times, point *out) {
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
static triax_status line(prover *p, const place *from, const bool *moved, bool all, double times) {
  point low = {0, 0, 0}, high = {0, 0, 0}, now;
  bool left = false, right = false;
  double before = -INFINITY;
  triax_status status = TRIAX_OK;
  for (int n = 0; status == TRIAX_OK && n < 14 && !done(p); n++) {
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

static double magnitude_of(const prover *p, int part) { return fabs((double)reached_in(p->result, part)) + 1; }

/* How much of the parts before is worth one of this part, roughly. */
static double first_times(const prover *p) {
  double weighed = 0;
  for (int q = 0; q < p->dual->part; q++) {
    weighed += p->locked[q] ? 0 : p->base.weight[q] * magnitude_of(p, q);
  }
  return weighed > 0 ? magnitude_of(p, p->dual->part) / weighed : 1;
}

/* All weights together, then each for itself. */
static triax_status search_weights(prover *p) {
  static const bool all[TX_PARTS] = {true, true, true, true};
  triax_status status = line(p, &p->base, all, true, first_times(p));
  double before = -INFINITY;
  for (int round = 0; p->relax != NULL && round < ROUNDS; round++) {
    if (p->value - before < 0.02 * ((double)p->target - p->value)) {
      break;
    }
    before = p->value;
    for (int q = p->dual->part - 1; status == TRIAX_OK && q >= 0 && !done(p); q--) {
      bool moved[TX_PARTS] = {false, false, false, false};
      moved[q] = true;
      if (!p->locked[q] && p->best.weight[q] > 0) {
        copy_place(&p->base, &p->best, p->prices);
        status = line(p, &p->base, moved, false, 1);
      }
    }
  }
  return status;
}

/* --- uphill --- */

/* Sizes of the variables, so that a step moves each by about the same share of itself. */
typedef struct sizes {
  double weight[TX_PARTS], price[TX_DIMENSIONS];
} sizes;

static double mean_price(const prover *p, const double *price, size_t dimension) {
  double sum = 0;
  size_t count = 0;
  for (size_t x = dimension; x < p->prices; x += p->dual->dimensions) {
    sum += fabs(price[x]);
    count += price[x] != 0;
  }
  return count > 0 ? sum / (double)count : 0;
}

static sizes find_sizes(const prover *p) {
  sizes s = {{0}, {0}};
  int part = p->dual->part;
  for (int q = 0; q < part; q++) {
    s.weight[q] = p->from.weight[q] > 0 ? p->from.weight[q] : magnitude_of(p, part) / magnitude_of(p, q) / 16;
  }
  for (size_t n = 0; n < p->dual->dimensions; n++) {
    double amount = p->dual->amounts[n] + 1;
    s.price[n] = mean_price(p, p->from.price, n);
    s.price[n] = s.price[n] > 0 ? s.price[n] : magnitude_of(p, part) / amount;
  }
  return s;
}

/* Slopes in sizes, of the weights and of each price; what is 0 and would fall stays. */
typedef struct slopes {
  double weight[TX_PARTS];
  double *price;
} slopes;

static double product(const prover *p, const slopes *a, const slopes *b) {
  double sum = 0;
  for (int q = 0; q < TX_PARTS; q++) {
    sum += a->weight[q] * b->weight[q];
  }
  for (size_t x = 0; x < p->prices; x++) {
    sum += a->price[x] * b->price[x];
  }
  return sum;
}

static void find_slopes(const prover *p, const sizes *s, slopes *out) {
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
static void mix(const prover *p, slopes *mean, const slopes *latest, double share) {
  for (int q = 0; q < TX_PARTS; q++) {
    mean->weight[q] += share * (latest->weight[q] - mean->weight[q]);
  }
  for (size_t x = 0; x < p->prices; x++) {
    mean->price[x] += share * (latest->price[x] - mean->price[x]);
  }
}

/* The share with which the mean is smallest, within limits. */
static double best_share(const prover *p, const slopes *mean, const slopes *latest, double most) {
  double aa = product(p, latest, latest), ab = product(p, latest, mean), bb = product(p, mean, mean);
  double below = aa - 2 * ab + bb, share = below > 0 ? (bb - ab) / below : most;
  return share < most / 10 ? most / 10 : share > most ? most : share;
}

/* From there along the mean slope; its square in what can move. */
static void go(prover *p, const sizes *s, const slopes *mean, double share) {
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
static triax_status climb(prover *p) {
  double value, share = 0.1, most = 0.1;
  int waited = 0;
  slopes mean = {{0}, p->step}, latest = {{0}, p->latest};
  copy_place(&p->from, &p->at, p->prices);
  triax_status status = look(p, &value);
  sizes s = find_sizes(p);
  p->from_value = value;
  find_slopes(p, &s, &mean);
  for (int n = 0; status == TRIAX_OK && n < STEPS && !done(p) && share > 1e-5; n++) {
    go(p, &s, &mean, share);
    status = look(p, &value);
    find_slopes(p, &s, &latest);
    bool gained = value > p->from_value;
    if (gained && product(p, &mean, &latest) > 0) {
      share = share * 1.1 < 2 ? share * 1.1 : 2;
    }
    mix(p, &mean, &latest, best_share(p, &mean, &latest, most));
    if (gained) {
      p->from_value = value;
      copy_place(&p->from, &p->at, p->prices);
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

/* What a unit more costs the CSM on the measure's curve, with so much of it. */
static double rate_at(const tx_dual *d, size_t csm, size_t n, double sum) {
  const tx_books_measure *curve = d->curve[n];
  double rate = 0;
  for (size_t c = 0; c < curve->pieces && (double)curve->from[csm * curve->pieces + c] <= sum; c++) {
    rate = (double)curve->slope[csm * curve->pieces + c];
  }
  return rate;
}

/* How much of the measure the part's CSMs take at a price: up to where a unit more costs as much. */
static double taken_at(const prover *p, size_t part, size_t n, double price) {
  const tx_dual *d = p->dual;
  const tx_split *split = d->split;
  double taken = 0;
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    size_t csm = split->csm_order[x];
    const tx_books_measure *curve = d->curve[n];
    double base = (double)split->base[csm * d->dimensions + n], most = base + (double)d->room[csm * d->dimensions + n];
    double sum = most;
    for (size_t c = curve->pieces; c-- > 0;) {
      size_t at = csm * curve->pieces + c;
      sum = (double)curve->slope[at] >= price && (double)curve->from[at] < sum ? (double)curve->from[at] : sum;
    }
    taken += sum > base ? sum - base : 0;
  }
  return taken;
}

/* The price at which the part's CSMs take what our answer gives them: were amounts divisible at will, and everybody
 * eligible everywhere, the best balance would be there. */
static double even_price(const prover *p, size_t part, size_t n) {
  const tx_dual *d = p->dual;
  const tx_split *split = d->split;
  double total = 0, low = 0, high = 0;
  for (size_t x = split->customer_begin[part]; x < split->customer_begin[part + 1]; x++) {
    uint32_t j = split->customer_order[x];
    total += p->result->csm[j] != TX_BOOKS_NONE ? (double)d->amount[n][j] : 0;
  }
  for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
    double rate = rate_at(d, split->csm_order[x], n, 1e300);
    high = rate > high ? rate : high;
  }
  for (int halved = 0; halved < 40 && high > 0; halved++) {
    double middle = low + (high - low) / 2;
    if (taken_at(p, part, n, middle) < total) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

/* A start with such prices of what is balanced, beside the prices of load as they are. */
static void start_balanced(prover *p) {
  const tx_split *split = p->dual->split;
  size_t wide = p->dual->dimensions;
  copy_place(&p->at, &p->best, p->prices);
  for (size_t n = 1; p->dual->part == TX_IMBALANCE && n < wide; n++) {
    double dearest = 0;
    for (size_t part = 0; p->dual->curve[n] != NULL && part < split->parts; part++) {
      double price = even_price(p, part, n);
      dearest = price > dearest ? price : dearest;
      for (size_t x = split->csm_begin[part]; x < split->csm_begin[part + 1]; x++) {
        p->at.price[split->csm_order[x] * wide + n] += price;
      }
    }
    /* Who pays for its place must have more of a reason to be covered. */
    p->at.weight[TX_VALUE] += dearest * p->dual->amounts[n] / (p->dual->total[TX_VALUE] + 1);
  }
}

/* A start with less of a price on load and some on further measures: where the relaxation's prices of load are best for
 * themselves, no step leads away from them. */
static void start_even(prover *p) {
  size_t wide = p->dual->dimensions;
  double mean = mean_price(p, p->best.price, 0), share = 1.0 / (double)wide;
  mean = mean > 0 ? mean : magnitude_of(p, p->dual->part) / (p->dual->amounts[0] + 1);
  copy_place(&p->at, &p->best, p->prices);
  for (size_t x = 0; x < p->prices; x++) {
    size_t n = x % wide;
    double even = mean * p->dual->amounts[0] / (p->dual->amounts[n] + 1);
    p->at.price[x] = n == 0 ? p->best.price[x] * share : even * share;
  }
}

/* --- one part --- */

/* With nothing: what customers and CSMs cost at least, each where it is cheapest. */
static triax_status look_trivially(prover *p) {
  double value;
  for (int q = 0; q < TX_PARTS; q++) {
    p->at.weight[q] = 0;
  }
  memset(p->at.price, 0, p->prices * sizeof *p->at.price);
  return look(p, &value);
}

/* The place that the former answer's proof ended at; a new CSM has the price of the relaxation there. */
static bool recall(prover *p) {
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
  weigh_prices(p);
  for (size_t x = 0; x < p->prices; x++) {
    size_t csm = x / wide, there = books->former_csm == NULL ? csm : books->former_csm[csm];
    if (there < former->csms) {
      p->at.price[x] = (double)proof->price[there * wide + x % wide] / (double)proof->scale;
    }
  }
  return true;
}

static triax_status prove_part(prover *p, int part, uint64_t budget) {
  double value;
  p->target = reached_in(p->result, part);
  p->end = p->dual->watch->work + budget;
  p->value = -INFINITY;
  p->bound = INT64_MIN;
  if (recall(p)) {
    return look(p, &value);
  }
  triax_status status = look_trivially(p);
  p->locked[part] = p->locked[part] || p->bound >= p->target;
  if (status != TRIAX_OK || done(p)) {
    return status;
  }
  if (p->weighs) {
    status = search_weights(p);
  } else {
    static const bool none[TX_PARTS] = {false, false, false, false};
    place_at(p, &p->base, none, false, 1);
    status = look_at_weights(p, &value);
  }
  if (status == TRIAX_OK && !done(p) && (p->dual->dimensions > 1 || p->relax == NULL)) {
    uint64_t work = p->dual->watch->work, end = p->end;
    p->end = work < end ? work + (end - work) / 2 : end;
    start_balanced(p);
    status = climb(p);
    p->end = end;
  }
  if (status == TRIAX_OK && !done(p) && p->dual->dimensions > 1) {
    start_even(p);
    status = climb(p);
  }
  return status;
}

static int64_t *bound_in(tx_books_result *result, int part) {
  tx_books_goal *bound = &result->bound;
  int64_t *parts[TX_PARTS] = {&bound->value, &bound->over, &bound->points, &bound->imbalance};
  return parts[part];
}

/* The better of what is known and what was found. */
static void take_bound(prover *p, int part, bool known) {
  int64_t *bound = bound_in(p->result, part), sign = part == TX_POINTS ? -1 : 1;
  int64_t found = p->bound < p->target ? p->bound : p->target;
  *bound = known && sign * *bound > found ? *bound : sign * found;
}

/* From here on the parts before weigh against each other as they do at the best place found for this one. */
static void follow(prover *p, int part) {
  if (!p->locked[part]) {
    copy_place(&p->base, &p->best, p->prices);
    p->base.weight[part] = 1;
    p->weighs = true;
  }
}

static triax_status prove_all(prover *p, int lead, int known) {
  tx_dual *d = p->dual;
  uint64_t budget = WORK_FOR_ALL + WORK_FOR_EACH * (uint64_t)d->books->customers;
  budget += d->dimensions > 1 ? 2 * budget : 0;
  budget = budget < FEWEST * d->deep_pass ? FEWEST * d->deep_pass : budget;
  budget = p->relax == NULL ? FEWEST * d->deep_pass : budget;
  budget = d->books->former != NULL ? 4 * d->pass : budget;
  budget = tx_watch_enough(d->watch) ? 0 : budget;
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
      status = prove_part(p, part, budget);
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

static bool prover_arrays(prover *p) {
  tx_arena *arena = &p->dual->arena;
  p->base.price = tx_arena_calloc(arena, p->prices, sizeof *p->base.price);
  p->at.price = tx_arena_calloc(arena, p->prices, sizeof *p->at.price);
  p->best.price = tx_arena_calloc(arena, p->prices, sizeof *p->best.price);
  p->from.price = tx_arena_calloc(arena, p->prices, sizeof *p->from.price);
  p->step = tx_arena_calloc(arena, p->prices, sizeof *p->step);
  p->latest = tx_arena_calloc(arena, p->prices, sizeof *p->latest);
  return p->base.price != NULL && p->at.price != NULL && p->best.price != NULL && p->from.price != NULL &&
         p->step != NULL && p->latest != NULL && proof_arrays(p->result);
}

triax_status tx_prove(const tx_split *split, tx_books_result *result, const tx_cost *constant, int lead, int known,
                      tx_watch *watch) {
  tx_dual dual;
  tx_relax relax = {.part = NULL, .watch = watch};
  triax_status status = tx_dual_init(&dual, split, result, constant, watch);
  bool relaxed = split->books->customers <= RELAXED_MOST && split->books->former == NULL && !tx_watch_enough(watch);
  if (status == TRIAX_OK && relaxed) {
    status = tx_relax_init(&relax, split, result, watch);
  }
  if (status == TRIAX_OK) {
    prover p = {.dual = &dual, .result = result, .prices = dual.books->csms * dual.dimensions};
    p.relax = relaxed ? &relax : NULL;
    status = prover_arrays(&p) ? prove_all(&p, lead, known) : tx_no_memory(watch->error);
  }
  tx_relax_free(&relax);
  tx_dual_free(&dual);
  return status;
}
