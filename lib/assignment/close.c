/* Closing the gap: is there an assignment that costs no more than a target? Depth first, where at each node prices of
 * items are stepped on and pairs are struck out that no such assignment can use.
 *
 * Targets rise from the bound on. One that cannot be met raises the bound; the first that is met is the least cost. So
 * searches have little to spare beyond their bound, which strikes out nearly everything. After Posta, Ferland and
 * Michelon, "An exact method with variable fixing for solving the generalized assignment problem" (2012). */
#include <string.h>

#include "assignment/close.h"
#include "assignment/search.h"
#include "base/cooling.h"
#include "base/divisor.h"

/* Prices and costs are whole numbers over this, or less where they are large. */
#define SCALE 4096
/* An agent's table is at most so wide; beyond, loads are rounded down to a coarser unit. Its cells in all at most. */
#define WIDEST 4096
#define CELLS ((size_t)1 << 20)
/* Of the steps of prices: how much of the last one goes on, at most how many there are before the first target, how
 * many the work must suffice for, and after how many without progress they shorten; those for each target, and at each
 * node. */
#define MOMENTUM 0.8
#define MOST_STEPS 400
#define LEAST_STEPS 50
#define STALE 8
#define ROOT_STEPS 40
#define NODE_STEPS 5
/* Nodes deeper than this give nothing back of their prices; none is deeper than that, so that a small stack suffices. */
#define DEEP 64
#define DEEPEST 600
/* How much less a pair leaves to search when it uses up all that is spared: 2 to this. */
#define STEEP 15
/* Targets are further apart as long as one takes less than such a part of the work. */
#define CHEAP 500
/* With no more targets than these to come, one may take all the work that is left. */
#define LAST_TARGETS 2
/* The next target takes so many times the work of the last one; it is not begun where that would not do. */
#define GROWTH 2

typedef struct close_search {
  tx_closing c;
  double *exact, *momentum; /* per item: the price before rounding; how it moved */
  double *kept;             /* the best prices so far */
  double *saved;            /* prices of the nodes above */
  uint32_t *child;          /* a stack of pairs to be tried */
  uint32_t *answer;         /* per item */
  int64_t *load;            /* per agent */
  uint64_t end, each;       /* of work: where it ends; what one target may take */
  bool met, stopped;
} close_search;

/* --- prices --- */

static void set_price(tx_closing *c, size_t item, double price) {
  if (c->price[item] != price) {
    c->price[item] = price;
    for (size_t p = c->begin[item]; p < c->begin[item + 1]; p++) {
      if (tx_close_alive(c, p)) {
        c->known[c->pair[p].agent] = TX_CLOSE_NOTHING;
      }
    }
  }
}

static void set_prices(close_search *s, const double *price) {
  for (size_t j = 0; j < s->c.work->items; j++) {
    s->exact[j] = price[j];
    s->momentum[j] = 0;
    set_price(&s->c, j, price[j]);
  }
}

static void step(close_search *s, double length) {
  tx_closing *c = &s->c;
  double norm = 0;
  for (size_t j = 0; j < c->work->items; j++) {
    bool open = c->fixed[j] == TRIAX_ASSIGNMENT_NONE;
    s->momentum[j] = open ? MOMENTUM * s->momentum[j] - (double)c->surplus[j] : 0;
    norm += s->momentum[j] * s->momentum[j];
  }
  for (size_t j = 0; norm > 0 && j < c->work->items; j++) {
    if (s->momentum[j] != 0) {
      double to = s->exact[j] + length / norm * s->momentum[j];
      s->exact[j] = to < 0 ? 0 : to > c->top ? c->top : to;
      set_price(c, j, (double)(int64_t)(s->exact[j] + 0.5));
    }
  }
  c->spent += c->work->items * 2;
}

/* --- answers --- */

/* What the agents want, where they want each item once. */
static void offer(close_search *s) {
  tx_closing *c = &s->c;
  tx_assignment_work *work = c->work;
  memset(s->load, 0, work->agents * sizeof *s->load);
  for (size_t j = 0; j < work->items; j++) {
    size_t p = c->fixed[j];
    if (c->fixed[j] == TRIAX_ASSIGNMENT_NONE) {
      p = c->begin[j];
      while (!tx_close_alive(c, p) || !c->pair[p].wanted) {
        p++;
      }
    }
    s->answer[j] = c->pair[p].agent;
    s->load[s->answer[j]] += work->load[j * work->agents + s->answer[j]];
  }
  for (size_t i = 0; i < work->agents; i++) {
    if (s->load[i] > work->capacity[i]) {
      return; /* the tables' loads are rounded down */
    }
  }
  tx_assignment_offer(work, s->answer);
  s->met = (double)work->best_cost * c->scale <= c->limit;
}

static bool is_whole(const tx_closing *c) {
  for (size_t j = 0; j < c->work->items; j++) {
    if (c->surplus[j] != 0) {
      return false;
    }
  }
  return true;
}

/* --- nodes --- */

static bool spend(close_search *s) {
  tx_assignment_work *work = s->c.work;
  s->stopped |= !tx_assignment_tick(work, s->c.spent) || work->work >= s->end || s->c.cut;
  s->c.spent = 0;
  return !s->stopped;
}

/* Steps prices on and strikes out pairs; true when the node is to be branched on. */
static bool look(close_search *s, int steps) {
  tx_closing *c = &s->c;
  for (int n = 0; n <= steps;) {
    bool all = n == 0 || n == steps, any = false;
    tx_close_evaluate(c, all);
    if (!spend(s) || c->bound > c->limit) {
      return false;
    }
    if (is_whole(c)) {
      offer(s);
      if (s->met) {
        return false;
      }
    }
    if (all && !tx_close_strike_out(c, &any)) {
      return false;
    }
    if (!any && n++ < steps) {
      step(s, 0.5 * (c->limit + c->scale * 0.3 - c->bound));
    }
  }
  return true;
}

/* The open item whose pairs together leave least to search; the number of items where none is open. */
static size_t choose(const tx_closing *c) {
  double spare = c->limit - c->bound + c->scale * 0.05, least = 0;
  size_t at = c->work->items;
  for (size_t j = 0; j < c->work->items; j++) {
    if (c->fixed[j] != TRIAX_ASSIGNMENT_NONE) {
      continue;
    }
    double sum = 0;
    for (size_t p = c->begin[j]; p < c->begin[j + 1]; p++) {
      if (tx_close_alive(c, p)) {
        sum += tx_cool_halved(c->pair[p].total / spare * STEEP);
      }
    }
    if (at == c->work->items || sum < least) {
      at = j;
      least = sum;
    }
  }
  return at;
}

/* Its living pairs, the cheapest first. */
static size_t list_children(const tx_closing *c, size_t item, uint32_t *child) {
  size_t count = 0;
  for (size_t p = c->begin[item]; p < c->begin[item + 1]; p++) {
    if (tx_close_alive(c, p)) {
      size_t b = count++;
      for (; b > 0 && c->pair[child[b - 1]].total > c->pair[p].total; b--) {
        child[b] = child[b - 1];
      }
      child[b] = (uint32_t)p;
    }
  }
  return count;
}

static bool assign(tx_closing *c, uint32_t p) {
  uint32_t item = c->pair[p].item;
  for (size_t x = c->begin[item]; x < c->begin[item + 1]; x++) {
    if (x != p && tx_close_alive(c, x)) {
      tx_close_strike(c, (uint32_t)x);
    }
  }
  return tx_close_settle(c);
}

static void search(close_search *s, size_t depth, uint32_t *child, int steps) {
  tx_closing *c = &s->c;
  size_t n = c->work->items;
  if (!look(s, steps)) {
    return;
  }
  size_t item = choose(c), count;
  if (item == n || depth > DEEPEST) { /* all are fixed, which look() takes for an answer already */
    s->stopped = s->stopped || item < n;
    return;
  }
  count = list_children(c, item, child);
  double *saved = depth < DEEP ? s->saved + depth * n : NULL;
  if (saved != NULL) {
    memcpy(saved, c->price, n * sizeof *saved);
  }
  for (size_t x = 0; x < count && !s->met && !s->stopped; x++) {
    size_t mark = c->trailed;
    if (assign(c, child[x])) {
      search(s, depth + 1, child + count, NODE_STEPS);
    }
    tx_close_take_back(c, mark);
    if (saved != NULL) {
      set_prices(s, saved);
    }
  }
}

/* --- the prices to begin with --- */

/* What can be checked of the bound, where it is better than what was there. */
static bool keep_proof(close_search *s, double bound) {
  tx_assignment_work *work = s->c.work;
  int64_t finer = work->scale / (int64_t)s->c.scale;
  double most = 0x1p58 / (double)(work->items + 1) / (double)finer;
  if (s->c.unit != 1 || bound <= (double)work->proof_items / (double)finer) {
    return true;
  }
  for (size_t j = 0; j < work->items; j++) {
    if (s->kept[j] > most) {
      return true;
    }
  }
  if (work->item_price == NULL) {
    work->item_price = tx_arena_calloc(&work->arena, work->items, sizeof *work->item_price);
  }
  for (size_t j = 0; work->item_price != NULL && j < work->items; j++) {
    work->item_price[j] = (int64_t)s->kept[j] * finer;
  }
  work->proof_items = work->item_price != NULL ? (int64_t)bound * finer : INT64_MIN;
  return work->item_price != NULL;
}

/* Steps towards what is known to be reached, or towards a hundredth more where nothing is. A poor goal would make them
 * too long. */
static double length_of(const tx_closing *c, double best) {
  const tx_assignment_work *work = c->work;
  double gap = work->found ? (double)work->best_cost * c->scale - best : best * 0.01 + c->scale * 2;
  return gap < c->scale * 10 ? gap : c->scale * 10 + gap / 8;
}

/* Whether the work does for so many steps of prices: each fills a table for each agent that has pairs with a profit. */
static bool is_affordable(const close_search *s) {
  const tx_closing *c = &s->c;
  double sum = 0;
  for (size_t p = 0; p < c->pairs; p++) {
    const tx_close_pair *pair = &c->pair[p];
    if (c->price[pair->item] > pair->cost) {
      sum += (double)(c->room[pair->agent] / c->unit) / 2;
    }
  }
  return sum * LEAST_STEPS < (double)(s->end - c->work->work);
}

static bool climb(close_search *s) {
  tx_closing *c = &s->c;
  tx_assignment_work *work = c->work;
  double best = -1e300, eagerness = 1;
  for (int n = 0, stale = 0; n < MOST_STEPS && eagerness > 0.2; n++) {
    tx_close_evaluate(c, false);
    if (!spend(s)) {
      break;
    }
    double length = length_of(c, c->bound > best ? c->bound : best);
    stale = c->bound > best + length * 0.001 ? 0 : stale + 1;
    if (c->bound > best) {
      best = c->bound;
      memcpy(s->kept, c->price, work->items * sizeof *s->kept);
    }
    if (is_whole(c)) {
      offer(s);
    }
    if (stale == STALE) {
      stale = 0;
      eagerness *= 0.4;
      set_prices(s, s->kept);
    } else {
      step(s, eagerness * length);
    }
  }
  if (best > -1e300) {
    set_prices(s, s->kept);
    tx_assignment_raise(work, (int64_t)best * (work->scale / (int64_t)c->scale));
    return keep_proof(s, best);
  }
  return true;
}

/* --- targets --- */

/* No assignment costs more. */
static int64_t ceiling_of(const tx_assignment_work *work) {
  int64_t sum = 0;
  for (size_t j = 0; j < work->items; j++) {
    int64_t most = 0;
    for (size_t i = 0; i < work->agents; i++) {
      int64_t cost = work->cost[j * work->agents + i];
      most = cost > most ? cost : most;
    }
    sum += most;
  }
  return sum;
}

/* Strikes out for good what no better assignment can use. */
static void narrow(close_search *s) {
  tx_closing *c = &s->c;
  tx_assignment_work *work = c->work;
  bool any, fine = tx_close_settle(c);
  if (work->found && fine) {
    c->limit = ((double)work->best_cost - 1) * c->scale;
    tx_close_evaluate(c, true);
    fine = !spend(s) || (c->bound <= c->limit && tx_close_strike_out(c, &any));
  }
  if (!fine) {
    work->bound = work->found ? work->best_cost : INT64_MAX;
  }
  c->trailed = 0;
}

static void try_targets(close_search *s) {
  tx_closing *c = &s->c;
  tx_assignment_work *work = c->work;
  int64_t ceiling = ceiling_of(work), reach = 0;
  uint64_t cheap = (s->end - work->work) / CHEAP;
  while (!s->stopped && !tx_assignment_done(work)) {
    int64_t most = work->found ? work->best_cost - 1 : ceiling;
    int64_t target = reach < most - work->bound ? work->bound + reach : most;
    c->limit = (double)target * c->scale;
    s->met = false;
    uint64_t before = work->work, end = s->end;
    s->end = most - target > LAST_TARGETS && end - before > s->each ? before + s->each : end;
    search(s, 0, s->child, ROOT_STEPS);
    s->end = end;
    tx_close_take_back(c, 0);
    if (!s->met && !s->stopped) {
      uint64_t taken = work->work - before;
      work->bound = target < most ? target + 1 : work->found ? work->best_cost : INT64_MAX;
      s->stopped = taken * GROWTH > s->end - work->work;
      reach = taken < cheap ? reach * 2 + 1 : reach / 2; /* ends at the most */
    } else {
      reach /= 4;
    }
  }
}

/* --- setting up --- */

/* Loads in the tables' unit: their common divisor, or what makes the widest table narrow enough. */
static int64_t choose_unit(const tx_assignment_work *work) {
  int64_t divisor = 0, widest = 0;
  for (size_t x = 0; x < work->items * work->agents; x++) {
    divisor = work->load[x] != TX_ASSIGNMENT_APART ? tx_common_divisor(divisor, work->load[x]) : divisor;
  }
  for (size_t i = 0; i < work->agents; i++) {
    widest = work->capacity[i] > widest ? work->capacity[i] : widest;
  }
  divisor = divisor > 0 ? divisor : 1;
  int64_t coarse = (int64_t)work->items * 16 + 64;
  return widest / divisor <= WIDEST ? divisor : widest / (coarse < WIDEST ? coarse : WIDEST) + 1;
}

static void list_pairs(tx_closing *c) {
  const tx_assignment_work *work = c->work;
  size_t m = work->agents;
  for (size_t j = 0; j < work->items; j++) {
    for (size_t i = 0; i < m; i++) {
      int64_t load = work->load[j * m + i];
      if (load != TX_ASSIGNMENT_APART) {
        c->pair[c->pairs] = (tx_close_pair){.item = (uint32_t)j,
                                            .agent = (uint32_t)i,
                                            .place = c->alive[i],
                                            .load = (uint32_t)(load / c->unit),
                                            .cost = (double)work->cost[j * m + i] * c->scale};
        c->list[i][c->alive[i]++] = (uint32_t)c->pairs++;
      }
    }
    c->begin[j + 1] = c->pairs;
    c->left[j] = (uint32_t)(c->pairs - c->begin[j]);
    c->fixed[j] = TRIAX_ASSIGNMENT_NONE;
    if (c->left[j] == 1) {
      c->pending[c->pendings++] = (uint32_t)j;
    }
  }
}

static bool take_space(tx_closing *c, tx_arena *arena) {
  size_t m = c->work->agents, n = c->work->items;
  c->pair = tx_arena_calloc(arena, m * n, sizeof *c->pair);
  c->begin = tx_arena_calloc(arena, n + 1, sizeof *c->begin);
  c->left = tx_arena_calloc(arena, n, sizeof *c->left);
  c->fixed = tx_arena_calloc(arena, n, sizeof *c->fixed);
  c->list = tx_arena_calloc(arena, m, sizeof *c->list);
  c->alive = tx_arena_calloc(arena, m, sizeof *c->alive);
  c->room = tx_arena_calloc(arena, m, sizeof *c->room);
  c->known = tx_arena_calloc(arena, m, sizeof *c->known);
  c->value = tx_arena_calloc(arena, m, sizeof *c->value);
  c->price = tx_arena_calloc(arena, n, sizeof *c->price);
  c->surplus = tx_arena_calloc(arena, n, sizeof *c->surplus);
  c->leaving = tx_arena_calloc(arena, n, sizeof *c->leaving);
  c->trail = tx_arena_calloc(arena, m * n + n, sizeof *c->trail);
  c->pending = tx_arena_calloc(arena, m * n + n, sizeof *c->pending);
  c->row = tx_arena_calloc(arena, n + 1, sizeof *c->row);
  uint32_t *lists = tx_arena_calloc(arena, m * n, sizeof *lists);
  for (size_t i = 0; c->list != NULL && lists != NULL && i < m; i++) {
    c->list[i] = lists + i * n;
  }
  return c->pair != NULL && c->begin != NULL && c->left != NULL && c->fixed != NULL && c->list != NULL &&
         c->alive != NULL && c->room != NULL && c->known != NULL && c->value != NULL && c->price != NULL &&
         c->surplus != NULL && c->leaving != NULL && c->trail != NULL && c->pending != NULL && c->row != NULL &&
         lists != NULL;
}

static bool take_tables(tx_closing *c, tx_arena *arena) {
  size_t widest = 1, most = 2 * c->work->items + 4;
  for (size_t i = 0; i < c->work->agents; i++) {
    c->room[i] = c->work->capacity[i];
    size_t width = (size_t)(c->room[i] / c->unit) + 1;
    widest = width > widest ? width : widest;
  }
  c->cells = most * widest < CELLS ? most * widest : CELLS;
  c->forward = tx_arena_alloc(arena, c->cells * sizeof *c->forward);
  c->backward = tx_arena_alloc(arena, 2 * widest * sizeof *c->backward);
  return c->forward != NULL && c->backward != NULL;
}

/* False when memory is short. */
static bool begin(close_search *s, tx_arena *arena) {
  tx_assignment_work *work = s->c.work;
  size_t m = work->agents, n = work->items;
  s->c.unit = choose_unit(work);
  s->exact = tx_arena_calloc(arena, n, sizeof *s->exact);
  s->momentum = tx_arena_calloc(arena, n, sizeof *s->momentum);
  s->kept = tx_arena_calloc(arena, n, sizeof *s->kept);
  s->saved = tx_arena_calloc(arena, n * (n < DEEP ? n : DEEP), sizeof *s->saved);
  s->child = tx_arena_calloc(arena, m * n, sizeof *s->child);
  s->answer = tx_arena_calloc(arena, n, sizeof *s->answer);
  s->load = tx_arena_calloc(arena, m, sizeof *s->load);
  int64_t *price = tx_arena_calloc(arena, n, sizeof *price);
  if (s->exact == NULL || s->momentum == NULL || s->kept == NULL || s->saved == NULL || s->child == NULL ||
      s->answer == NULL || s->load == NULL || price == NULL || !take_space(&s->c, arena) ||
      !take_tables(&s->c, arena)) {
    return false;
  }
  list_pairs(&s->c);
  int64_t finer = work->scale / (int64_t)s->c.scale;
  if (work->item_price != NULL) {
    memcpy(price, work->item_price, n * sizeof *price);
  } else {
    tx_assignment_item_prices(work, INT64_C(1) << 58, price);
  }
  for (size_t j = 0; j < n; j++) {
    double start = (double)(price[j] / finer);
    s->kept[j] = start < s->c.top ? start : s->c.top;
  }
  set_prices(s, s->kept);
  return true;
}

/* The finest scale at which no sum passes 2^52; 0: there is none. */
static double choose_scale(const tx_assignment_work *work, double *top) {
  double scale = SCALE < work->scale ? SCALE : (double)work->scale;
  *top = (double)(int64_t)(0x1p50 / ((double)(work->items + 1) * (double)(work->agents + 1)));
  while (scale >= 1 && scale * ((double)work->dearest + 1) * 4 > *top) {
    scale /= 2;
  }
  return scale >= 1 ? scale : 0;
}

bool tx_assignment_close(tx_assignment_work *work, uint64_t units, uint64_t each) {
  close_search s = {.c = {.work = work}, .end = work->work + units, .each = each};
  s.c.scale = choose_scale(work, &s.c.top);
  if (s.c.scale < 1) {
    return true;
  }
  tx_arena arena;
  tx_arena_init(&arena, work->context);
  bool fine = begin(&s, &arena);
  tx_assignment_tick(work, work->agents * work->items * 4);
  s.stopped = !fine || !is_affordable(&s);
  fine = fine && (s.stopped || climb(&s));
  if (fine && !s.stopped && !tx_assignment_done(work)) {
    narrow(&s);
    try_targets(&s);
  }
  tx_arena_free(&arena);
  return fine;
}
