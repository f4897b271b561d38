/* Diving by agents: at prices of items, agent after agent takes the set that its knapsack wants and the others let go;
 * what is left for the last few agents is a small problem of its own.
 *
 * A knapsack fills an agent to the unit, which is what search finds hardest; the prices keep it from taking what others
 * need more. They are the subgradient's, started at those that gave the bound and stepped on after each agent. */
#include <math.h>
#include <string.h>

#include "assignment/knapsack.h"
#include "assignment/private.h"

/* Agents that an item is thought of for. */
#define AGENTS_OF_ITEM 12
/* Steps of prices before the first agent is fixed. */
#define FIRST_STEPS 20
/* Steps for each agent that a dive must have work for; with fewer it comes to nothing. */
#define LEAST_STEPS 3
/* How much of an agent's past wishes counts with the present one, and what room left counts against wishes granted. */
#define MEMORY 0.9
#define ROOM_WEIGHT 0.05
/* How far prices are shaken before each dive, in units of cost. */
#define SHAKE 0.2
/* The last agents have together about this many items, and this share of a dive's work. */
#define REST_ITEMS 100
#define REST_SHARE 0.4

typedef struct candidate {
  uint32_t item;
  int64_t load, cost; /* scaled */
  double share;       /* how often it was wanted of late */
  bool wanted;        /* by the last knapsack */
} candidate;

typedef struct dive {
  tx_assignment_work *work;
  tx_arena arena;
  tx_knapsack knapsack;
  size_t *begin; /* per agent, into candidate */
  candidate *candidate;
  int64_t *first_price, *price, top;
  double *exact, *momentum;
  int32_t *surplus; /* per item: agents that want it, less one */
  uint32_t *agent;  /* per item: what it is fixed to, TRIAX_ASSIGNMENT_NONE: open */
  bool *fixed;      /* per agent */
  int64_t *room;    /* per agent: what the last knapsack left */
  size_t open;      /* agents not fixed */
} dive;

/* --- wishes and prices --- */

static void ask(dive *d, size_t i) {
  tx_knapsack *k = &d->knapsack;
  int64_t known = 0;
  k->count = 0;
  for (size_t c = d->begin[i]; c < d->begin[i + 1]; c++) {
    candidate *from = &d->candidate[c];
    int64_t profit = d->price[from->item] - from->cost;
    if (d->agent[from->item] == TRIAX_ASSIGNMENT_NONE && profit > 0) {
      double density = from->load > 0 ? (double)profit / (double)from->load : (double)INT64_MAX;
      k->item[k->count++] = (tx_knapsack_item){profit, from->load, density, (uint32_t)c, from->wanted};
      known += from->wanted ? profit : 0;
    }
    from->wanted = false;
  }
  tx_knapsack_solve(k, d->work->capacity[i], known);
  d->room[i] = d->work->capacity[i];
  for (size_t x = 0; x < k->count; x++) {
    if (k->item[x].taken) {
      candidate *taken = &d->candidate[k->item[x].item];
      taken->wanted = true;
      d->surplus[taken->item]++;
      d->room[i] -= taken->load;
    }
  }
}

/* Asks all open agents; returns the work of it. */
static uint64_t ask_all(dive *d) {
  tx_assignment_work *work = d->work;
  d->knapsack.work = 0;
  for (size_t j = 0; j < work->items; j++) {
    d->surplus[j] = -1;
  }
  for (size_t i = 0; i < work->agents; i++) {
    if (!d->fixed[i]) {
      ask(d, i);
      for (size_t c = d->begin[i]; c < d->begin[i + 1]; c++) {
        d->candidate[c].share = MEMORY * d->candidate[c].share + (d->candidate[c].wanted ? 1 - MEMORY : 0);
      }
      d->knapsack.work += (d->begin[i + 1] - d->begin[i]) * 8;
    }
  }
  uint64_t spent = d->knapsack.work * 2;
  tx_assignment_tick(work, spent);
  return spent;
}

static void step(dive *d, double length) {
  size_t items = d->work->items;
  double norm = 0;
  for (size_t j = 0; j < items; j++) {
    if (d->agent[j] == TRIAX_ASSIGNMENT_NONE) {
      d->momentum[j] = 0.6 * d->momentum[j] - (double)d->surplus[j];
      norm += d->momentum[j] * d->momentum[j];
    }
  }
  for (size_t j = 0; norm > 0 && j < items; j++) {
    if (d->agent[j] == TRIAX_ASSIGNMENT_NONE) {
      double to = d->exact[j] + length / norm * d->momentum[j];
      d->exact[j] = to < 0 ? 0 : to > (double)d->top ? (double)d->top : to;
      d->price[j] = (int64_t)(d->exact[j] + 0.5);
    }
  }
}

/* --- fixing --- */

/* The open agent whose wish has been steady, and is granted by the others. */
static size_t choose(const dive *d) {
  size_t at = 0;
  double best = -INFINITY;
  for (size_t i = 0; i < d->work->agents; i++) {
    double sum = 0, count = 1e-9;
    for (size_t c = d->begin[i]; !d->fixed[i] && c < d->begin[i + 1]; c++) {
      if (d->candidate[c].wanted) {
        sum += d->candidate[c].share - 0.5 * (d->surplus[d->candidate[c].item] > 0);
        count++;
      }
    }
    double score = sum / count - (double)d->room[i] * ROOM_WEIGHT;
    if (!d->fixed[i] && score > best) {
      best = score;
      at = i;
    }
  }
  return at;
}

static void fix(dive *d, size_t i) {
  d->fixed[i] = true;
  d->open--;
  for (size_t c = d->begin[i]; c < d->begin[i + 1]; c++) {
    if (d->candidate[c].wanted) {
      d->agent[d->candidate[c].item] = (uint32_t)i;
    }
  }
}

/* --- the rest --- */

typedef struct rest {
  triax_assignment_problem problem;
  uint32_t *item, *agent;
} rest;

static bool take_rest(const dive *d, tx_arena *arena, rest *r) {
  const tx_assignment_work *work = d->work;
  size_t m = 0, n = 0;
  r->item = tx_arena_calloc(arena, work->items, sizeof *r->item);
  r->agent = tx_arena_calloc(arena, work->agents, sizeof *r->agent);
  if (r->item == NULL || r->agent == NULL) {
    return false;
  }
  for (size_t j = 0; j < work->items; j++) {
    if (d->agent[j] == TRIAX_ASSIGNMENT_NONE) {
      r->item[n++] = (uint32_t)j;
    }
  }
  for (size_t i = 0; i < work->agents; i++) {
    if (!d->fixed[i]) {
      r->agent[m++] = (uint32_t)i;
    }
  }
  int64_t *cost = tx_arena_calloc(arena, m * n, sizeof *cost), *load = tx_arena_calloc(arena, m * n, sizeof *load);
  int64_t *capacity = tx_arena_calloc(arena, m, sizeof *capacity);
  if (cost == NULL || load == NULL || capacity == NULL) {
    return false;
  }
  for (size_t i = 0; i < m; i++) {
    capacity[i] = work->capacity[r->agent[i]];
    for (size_t j = 0; j < n; j++) {
      size_t pair = r->item[j] * work->agents + r->agent[i];
      cost[i * n + j] = work->cost[pair];
      load[i * n + j] = work->load[pair] == TX_ASSIGNMENT_APART ? capacity[i] + 1 : work->load[pair];
    }
  }
  r->problem = (triax_assignment_problem)TRIAX_ASSIGNMENT_PROBLEM_INIT;
  r->problem.agents = m, r->problem.items = n;
  r->problem.cost = cost, r->problem.load = load, r->problem.capacity = capacity;
  return true;
}

/* Solves the rest and puts the whole together; cost: INT64_MAX where that found no way. */
static bool finish(dive *d, uint64_t units, int64_t *cost) {
  tx_assignment_work *work = d->work;
  rest r;
  tx_assignment_work sub = {
      .context = work->context, .random = tx_assignment_random(work), .phase = units, .outer = work};
  sub.stop = work->stop > work->work ? work->stop - work->work : 0;
  tx_arena_init(&sub.arena, work->context);
  bool fine = take_rest(d, &sub.arena, &r) && tx_assignment_begin(&sub, &r.problem) && tx_assignment_run(&sub);
  *cost = INT64_MAX;
  if (fine && sub.found && sub.items == r.problem.items) {
    for (size_t x = 0; x < sub.items; x++) {
      d->agent[r.item[sub.original[x]]] = r.agent[sub.best[x]];
    }
    *cost = 0;
    for (size_t j = 0; j < work->items; j++) {
      *cost += work->cost[j * work->agents + d->agent[j]];
    }
    tx_assignment_offer(work, d->agent);
  }
  tx_assignment_tick(work, sub.work);
  work->stopped = work->stopped || sub.stopped;
  tx_arena_free(&sub.arena);
  return fine;
}

/* --- a dive --- */

static void begin_dive(dive *d) {
  tx_assignment_work *work = d->work;
  for (size_t j = 0; j < work->items; j++) {
    double shaken = (double)(tx_assignment_random(work) >> 11) * 0x1p-53 - 0.5;
    double price = (double)d->first_price[j] + SHAKE * shaken * (double)work->scale;
    d->agent[j] = TRIAX_ASSIGNMENT_NONE;
    d->exact[j] = price > 0 ? price : 0;
    d->price[j] = (int64_t)d->exact[j];
    d->momentum[j] = 0;
  }
  memset(d->fixed, 0, work->agents * sizeof *d->fixed);
  d->open = work->agents;
}

static size_t rest_of(const tx_assignment_work *work) {
  size_t agents = (REST_ITEMS * work->agents + work->items / 2) / work->items;
  return agents < 2 ? 2 : agents > work->agents ? work->agents : agents;
}

/* One dive with about `units` of work; its cost, INT64_MAX where it came to nothing: the work does not do, or the last
 * agents did not hold the rest. */
static bool dive_once(dive *d, uint64_t units, double length, size_t most_steps, int64_t *cost) {
  tx_assignment_work *work = d->work;
  uint64_t begin = work->work, once = 0;
  double way = length * (double)work->scale;
  *cost = INT64_MAX;
  begin_dive(d);
  for (size_t n = 0; n < FIRST_STEPS && !tx_assignment_cut(work); n++) {
    once = ask_all(d);
    step(d, way);
    if (n == 0 && once * (work->agents / 2 + FIRST_STEPS) / 2 > units) { /* the first time is the dearest */
      return true;
    }
  }
  size_t rests = rest_of(work);
  uint64_t spent = work->work - begin, left = units > spent ? units - spent : 0;
  double steps = (double)left * (1 - REST_SHARE) / ((double)once * (double)work->agents / 2 + 1);
  if (steps < LEAST_STEPS) {
    return true;
  }
  size_t each = steps > (double)most_steps ? most_steps : (size_t)steps;
  while (d->open > rests && !tx_assignment_cut(work)) {
    for (size_t n = 0; n < each; n++) {
      ask_all(d);
      if (n + 1 < each) {
        step(d, way);
      }
    }
    fix(d, choose(d));
  }
  spent = work->work - begin;
  uint64_t part = (uint64_t)((double)spent * REST_SHARE / (1 - REST_SHARE));
  return tx_assignment_cut(work) || finish(d, part, cost);
}

/* --- setting up --- */

static bool list_candidates(dive *d, size_t most) {
  tx_assignment_work *work = d->work;
  size_t m = work->agents;
  tx_assignment_option *row = tx_arena_calloc(&d->arena, most, sizeof *row);
  size_t *next = tx_arena_calloc(&d->arena, m, sizeof *next);
  if (row == NULL || next == NULL) {
    return false;
  }
  for (int pass = 0; pass < 2; pass++) {
    for (size_t j = 0; j < work->items; j++) {
      size_t count = tx_assignment_rank(work, j, most, row);
      for (size_t o = 0; o < count; o++) {
        size_t i = row[o].agent;
        if (pass == 0) {
          d->begin[i + 1]++;
        } else {
          d->candidate[next[i]++] =
              (candidate){(uint32_t)j, row[o].load, work->cost[j * m + i] * work->scale, 0, false};
        }
      }
    }
    for (size_t i = 0; pass == 0 && i < m; i++) {
      d->begin[i + 1] += d->begin[i];
      next[i] = d->begin[i];
    }
  }
  tx_assignment_tick(work, work->items * m * 4);
  return true;
}

static bool set_up(dive *d) {
  tx_assignment_work *work = d->work;
  size_t m = work->agents, n = work->items, most = m < AGENTS_OF_ITEM ? m : AGENTS_OF_ITEM;
  tx_arena *arena = &d->arena;
  d->begin = tx_arena_calloc(arena, m + 1, sizeof *d->begin);
  d->candidate = tx_arena_calloc(arena, n * most, sizeof *d->candidate);
  d->first_price = tx_arena_calloc(arena, n, sizeof *d->first_price);
  d->price = tx_arena_calloc(arena, n, sizeof *d->price);
  d->exact = tx_arena_calloc(arena, n, sizeof *d->exact);
  d->momentum = tx_arena_calloc(arena, n, sizeof *d->momentum);
  d->surplus = tx_arena_calloc(arena, n, sizeof *d->surplus);
  d->agent = tx_arena_calloc(arena, n, sizeof *d->agent);
  d->fixed = tx_arena_calloc(arena, m, sizeof *d->fixed);
  d->room = tx_arena_calloc(arena, m, sizeof *d->room);
  if (d->begin == NULL || d->candidate == NULL || d->first_price == NULL || d->price == NULL || d->exact == NULL ||
      d->momentum == NULL || d->surplus == NULL || d->agent == NULL || d->fixed == NULL || d->room == NULL ||
      !tx_knapsack_begin(&d->knapsack, arena, n) || !list_candidates(d, most)) {
    return false;
  }
  d->top = (INT64_C(1) << 59) / (int64_t)(n + 1);
  if (work->item_price != NULL) {
    memcpy(d->first_price, work->item_price, n * sizeof *d->first_price);
  } else {
    tx_assignment_item_prices(work, d->top, d->first_price);
  }
  return true;
}

bool tx_assignment_dive(tx_assignment_work *work, uint64_t units, int64_t *best) {
  /* How far prices step, in units of cost, and how often at most for each agent: no choice is best everywhere. */
  static const double length[] = {3, 1, 3};
  static const size_t steps[] = {4, 8, 6};
  dive d = {.work = work};
  tx_arena_init(&d.arena, work->context);
  uint64_t begin = work->work, last = 0;
  bool fine = set_up(&d);
  for (size_t n = 0; fine && !tx_assignment_done(work) && work->work - begin + last <= units; n++) {
    uint64_t before = work->work;
    int64_t cost;
    fine = dive_once(&d, units - (before - begin), length[n % 3], steps[n % 3], &cost);
    *best = cost < *best ? cost : *best;
    last = work->work - before;
    if (cost == INT64_MAX && n == 0) {
      break;
    }
  }
  tx_arena_free(&d.arena);
  return fine;
}
