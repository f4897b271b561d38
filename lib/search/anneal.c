/* Improvement by annealing: customers come in and push others out, at first whatever it costs, then less and less. For
 * what exchanges between two CSMs cannot find: loads of many sizes, several caps, room that is scattered. */
#include <string.h>

#include "search/roam.h"
#include "search/search.h"

#define WEIGHED 3    /* parts: imbalance is left to others */
#define STEPS 96     /* of cooling, each by a sixteenth: to less than a 400th */
#define OUT_MOST 4   /* customers that one may push out */
#define LOOKS 4      /* CSMs looked at for each of those */
#define ROUND 64     /* trials between looks at the budget */
#define PLENTY 40000 /* work for each customer that lets heat be won back */
#define LEAST 200    /* and work for each below which annealing finds nothing */
#define ONE 4096     /* of the chance's exponent */
#define FINE 64      /* heat is in such parts: a point may be too much */
#define CEILING (INT64_MAX / ONE / FINE / 8)

/* Where one customer goes in a trial. */
typedef struct turn {
  uint32_t customer, from, to;
  int64_t points; /* it earns there */
} turn;

typedef struct anneal {
  tx_core *core;
  tx_roam roam;
  uint32_t *waiting, *place;      /* the uncovered, and each customer's place there */
  size_t waiting_count;
  int64_t cost[WEIGHED]; /* value, over, points lost */
  int64_t best[WEIGHED];
  int64_t heat[WEIGHED]; /* of each part: what may be lost at a chance of 1 / e */
  turn turn[1 + OUT_MOST];
  size_t turns;
  bool may_be_over;
} anneal;

static int64_t over_of(const anneal *a, uint32_t csm) {
  int64_t load = a->roam.sum[csm * a->roam.dimensions], capacity = a->core->books->capacity[csm];
  return load > capacity ? load - capacity : 0;
}

static void shift(anneal *a, uint32_t customer, uint32_t csm, int sign) {
  a->cost[TX_OVER] -= over_of(a, csm);
  for (size_t d = 0; d < a->roam.dimensions; d++) {
    a->roam.sum[csm * a->roam.dimensions + d] += sign * tx_core_amount(a->core, customer, d);
  }
  a->cost[TX_OVER] += over_of(a, csm);
}

static void leave_list(anneal *a, uint32_t customer) {
  uint32_t csm = a->roam.at[customer];
  if (csm == TX_BOOKS_NONE) {
    uint32_t last = a->waiting[--a->waiting_count];
    a->waiting[a->place[customer]] = last;
    a->place[last] = a->place[customer];
    a->cost[TX_VALUE] -= tx_core_value(a->core, customer);
    return;
  }
  tx_roam_leave(&a->roam, customer);
  shift(a, customer, csm, -1);
}

static void join_list(anneal *a, uint32_t customer, uint32_t csm) {
  if (csm == TX_BOOKS_NONE) {
    a->roam.at[customer] = csm;
    a->place[customer] = (uint32_t)a->waiting_count;
    a->waiting[a->waiting_count++] = customer;
    a->cost[TX_VALUE] += tx_core_value(a->core, customer);
    return;
  }
  tx_roam_join(&a->roam, customer, csm);
  shift(a, customer, csm, 1);
}

static void put(anneal *a, uint32_t customer, uint32_t csm, int64_t points) {
  leave_list(a, customer);
  join_list(a, customer, csm);
  a->cost[TX_POINTS] += a->roam.points[customer] - points;
  a->roam.points[customer] = points;
}

/* What the CSM's sum would change by. */
static int64_t pending(const anneal *a, uint32_t csm, size_t dimension) {
  int64_t change = 0;
  for (size_t x = 0; x < a->turns; x++) {
    const turn *t = &a->turn[x];
    if (t->to == csm || t->from == csm) {
      int64_t amount = tx_core_amount(a->core, t->customer, dimension);
      change += (t->to == csm ? amount : 0) - (t->from == csm ? amount : 0);
    }
  }
  return change;
}

/* Whether the customer fits once the turns so far are taken. */
static bool fits(const anneal *a, uint32_t customer, uint32_t csm) {
  const int64_t *sum = a->roam.sum + csm * a->roam.dimensions, *limit = a->core->limit + csm * a->roam.dimensions;
  for (size_t d = 0; d < a->roam.dimensions; d++) {
    int64_t has = sum[d] + pending(a, csm, d);
    if (has > limit[d] || tx_core_amount(a->core, customer, d) > limit[d] - has) {
      return false;
    }
  }
  return true;
}

static void add_turn(anneal *a, uint32_t customer, uint32_t to, int64_t points) {
  a->turn[a->turns++] = (turn){customer, a->roam.at[customer], to, points};
}

/* A place for one that is pushed out: where the other came from, or one of its offer; none, and it stays uncovered. */
static void rehouse(anneal *a, turn *t, uint32_t from, uint32_t avoid, uint64_t dice) {
  tx_core *core = a->core;
  tx_choices choices = tx_core_choices(core, t->customer);
  size_t width = choices.count, entry = from == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, t->customer, from);
  if (entry != SIZE_MAX && fits(a, t->customer, from)) {
    t->to = from;
    t->points = tx_core_entry_points(core, t->customer, entry);
    return;
  }
  size_t looks = width < LOOKS ? width : LOOKS;
  for (size_t x = 0, e = (size_t)(dice % width); x < looks; x++, e = e + 1 == width ? 0 : e + 1) {
    entry = tx_core_choice(core, &choices, e);
    uint32_t csm = entry == SIZE_MAX ? avoid : core->books->offer_csm[entry];
    if (csm != avoid && fits(a, t->customer, csm) && !tx_core_denied(core, t->customer, entry)) {
      t->to = csm;
      t->points = tx_core_entry_points(core, t->customer, entry);
      return;
    }
  }
}

/* -ln of a number between 0 and 1 drawn at random, times ONE; by halves, and straight between. */
static int64_t draw(uint64_t random) {
  int64_t exponent = 0;
  random |= 1;
  while ((random >> 63) == 0) {
    random <<= 1;
    exponent += 2839;
  }
  return exponent + (((int64_t)ONE - (int64_t)((random << 1) >> 52)) * 2839 >> 12);
}

/* Adds what a CSM's load beyond capacity changes by, unless an earlier turn was about it as well. */
static int64_t over_change(const anneal *a, uint32_t csm, size_t turn_number, bool second) {
  if (csm == TX_BOOKS_NONE) {
    return 0;
  }
  for (size_t x = 0; x < turn_number; x++) {
    if (a->turn[x].from == csm || a->turn[x].to == csm) {
      return 0;
    }
  }
  if (second && a->turn[turn_number].from == csm) {
    return 0;
  }
  int64_t before = a->roam.sum[csm * a->roam.dimensions], after = before + pending(a, csm, 0);
  int64_t capacity = a->core->books->capacity[csm];
  return (after > capacity ? after - capacity : 0) - (before > capacity ? before - capacity : 0);
}

static void judge(const anneal *a, int64_t *change) {
  change[TX_VALUE] = change[TX_OVER] = change[TX_POINTS] = 0;
  for (size_t x = 0; x < a->turns; x++) {
    const turn *t = &a->turn[x];
    int64_t value = tx_core_value(a->core, t->customer);
    change[TX_VALUE] += (t->to == TX_BOOKS_NONE ? value : 0) - (t->from == TX_BOOKS_NONE ? value : 0);
    change[TX_POINTS] += a->roam.points[t->customer] - t->points;
    if (a->may_be_over) {
      change[TX_OVER] += over_change(a, t->from, x, false) + over_change(a, t->to, x, true);
    }
  }
}

/* A change in parts of the heat, times ONE. */
static int64_t ratio(int64_t change, int64_t heat) {
  if (change <= CEILING && change >= -CEILING) {
    return change * (ONE * FINE) / heat;
  }
  int64_t coarse = change / (heat / (ONE * FINE) + 1);
  return coarse > CEILING ? CEILING : coarse < -CEILING ? -CEILING : coarse;
}

static bool accepted(const anneal *a, const int64_t *change, uint64_t random) {
  int64_t sum = 0;
  for (int p = 0; p < WEIGHED; p++) {
    sum += ratio(change[p], a->heat[p]);
  }
  return sum <= 0 || sum <= draw(random);
}

static bool better(const int64_t *x, const int64_t *y) {
  for (int p = 0; p < WEIGHED; p++) {
    if (x[p] != y[p]) {
      return x[p] < y[p];
    }
  }
  return false;
}

static void take_turns(anneal *a) {
  for (size_t x = 0; x < a->turns; x++) {
    const turn *t = &a->turn[x];
    put(a, t->customer, t->to, t->points);
    tx_roam_note(&a->roam, t->customer);
  }
  if (better(a->cost, a->best)) {
    memcpy(a->best, a->cost, sizeof a->best);
    tx_roam_remember(&a->roam);
  }
}

/* One customer to one CSM, with whom it must push out. */
static void trial(anneal *a) {
  tx_core *core = a->core;
  uint64_t dice = tx_core_random(core), more = tx_core_random(core);
  bool uncovered = a->waiting_count > 0 && (dice & 1) == 0;
  uint32_t customer = uncovered ? a->waiting[(dice >> 8) % a->waiting_count] : (uint32_t)((dice >> 8) % a->roam.n);
  tx_choices choices = tx_core_choices(core, customer);
  size_t entry = tx_core_choice(core, &choices, (size_t)((more & 0xFFFFFF) % choices.count));
  core->watch->work += 8;
  if (entry == SIZE_MAX || core->books->offer_csm[entry] == a->roam.at[customer] ||
      tx_core_denied(core, customer, entry)) {
    return;
  }
  uint32_t csm = core->books->offer_csm[entry];
  a->turns = 0;
  while (a->turns < OUT_MOST && !fits(a, customer, csm)) {
    uint32_t member = tx_roam_member(&a->roam, csm);
    if (member == TX_BOOKS_NONE || (a->turns > 0 && a->turn[0].customer == member)) {
      break;
    }
    add_turn(a, member, TX_BOOKS_NONE, 0);
  }
  if (!fits(a, customer, csm)) {
    return;
  }
  size_t outs = a->turns;
  add_turn(a, customer, csm, tx_core_entry_points(core, customer, entry));
  for (size_t x = 0; x < outs; x++) {
    rehouse(a, &a->turn[x], a->roam.at[customer], csm, more >> (24 + 8 * x));
  }
  core->watch->work += 6 * outs;
  int64_t change[WEIGHED];
  judge(a, change);
  if (accepted(a, change, tx_core_random(core))) {
    take_turns(a);
  }
}

static bool copy_core(anneal *a, tx_arena *arena) {
  const tx_core *core = a->core;
  if (!tx_roam_init(&a->roam, core, arena)) {
    return false;
  }
  a->waiting = tx_arena_calloc(arena, a->roam.n, sizeof *a->waiting);
  a->place = tx_arena_calloc(arena, a->roam.n, sizeof *a->place);
  if (a->waiting == NULL || a->place == NULL) {
    return false;
  }
  memcpy(a->cost, core->cost.part, sizeof a->cost);
  for (uint32_t j = core->first[a->roam.csms]; j != TX_BOOKS_NONE; j = core->next[j]) {
    a->place[j] = (uint32_t)a->waiting_count;
    a->waiting[a->waiting_count++] = j;
  }
  memcpy(a->best, a->cost, sizeof a->best);
  for (size_t i = 0; i < a->roam.csms; i++) {
    a->may_be_over = a->may_be_over || core->limit[i * a->roam.dimensions] > core->books->capacity[i];
  }
  return true;
}

static int64_t in_parts(int64_t amount, int64_t divisor) {
  return amount > INT64_MAX / FINE ? amount / divisor : amount * FINE / divisor;
}

/* What is hot: a part of what an uncovered customer is worth, of a load, of a preference. With little time for each
 * customer, heat would only undo what the relaxation found. */
static void first_heat(const anneal *a, bool hot, uint64_t budget, int64_t *heat) {
  const tx_core *core = a->core;
  int64_t load = 0, points = 0, n = (int64_t)a->roam.n;
  for (uint32_t j = 0; j < a->roam.n; j++) {
    load += tx_core_load(core, j) / n;
    points += a->roam.points[j] > 0 ? a->roam.points[j] : -a->roam.points[j];
  }
  int64_t value = a->waiting_count == 0 ? 0 : a->cost[TX_VALUE] / (int64_t)a->waiting_count;
  heat[TX_VALUE] = hot ? in_parts(value, budget / a->roam.n > PLENTY ? 8 : 20) : 0;
  heat[TX_OVER] = hot ? in_parts(load, 4) : 0;
  heat[TX_POINTS] = in_parts(points, hot ? n : 2 * n);
  for (int p = 0; p < WEIGHED; p++) {
    heat[p] = heat[p] > 0 ? heat[p] : 1;
  }
}

/* Points stay hot for long: what costs no value is to be walked over freely, that ways to more value are found. */
static bool cools(int part, bool hot, uint64_t at) { return part != TX_POINTS || (!hot && at >= STEPS / 3); }

static triax_status cool(anneal *a, bool hot, uint64_t budget) {
  tx_watch *watch = a->core->watch;
  uint64_t start = watch->work;
  triax_status status = TRIAX_OK;
  first_heat(a, hot, budget, a->heat);
  for (uint64_t s = 0; status == TRIAX_OK && s < STEPS; s++) {
    uint64_t end = start + budget / STEPS * (s + 1);
    while (status == TRIAX_OK && watch->work < end && watch->work < watch->stop) {
      for (int x = 0; x < ROUND; x++) {
        trial(a);
      }
      status = tx_watch_work(watch, 1);
    }
    for (int p = 0; p < WEIGHED; p++) {
      a->heat[p] -= cools(p, hot, s) ? a->heat[p] / 16 : 0;
    }
  }
  return status;
}

static triax_status anneal_once(tx_core *core, bool hot, uint64_t budget) {
  anneal a = {.core = core};
  tx_arena arena;
  tx_arena_init(&arena, core->watch->context);
  triax_status status = copy_core(&a, &arena) ? cool(&a, hot, budget) : tx_no_memory(core->watch->error);
  if (status == TRIAX_OK && better(a.best, core->cost.part)) {
    status = tx_roam_hand_over(&a.roam, core);
  }
  tx_arena_free(&arena);
  return status;
}

triax_status tx_improve_anneal(tx_core *core, uint64_t budget) {
  size_t n = core->books->customers;
  triax_status status = TRIAX_OK;
  if (n == 0 || budget / n < LEAST) {
    return status;
  }
  /* First the value and the load beyond capacity, where something may be left to gain; then the points as well. */
  bool short_of = core->proven == 0 || core->cost.part[TX_VALUE] > core->bound.part[TX_VALUE] ||
                  (core->proven > 1 && core->cost.part[TX_OVER] > core->bound.part[TX_OVER]);
  if (short_of) {
    status = anneal_once(core, true, budget);
  }
  return status == TRIAX_OK ? anneal_once(core, false, budget / n > PLENTY ? budget / 2 : budget / 4) : status;
}
