/* Annealing over ejection chains.
 *
 * The energy of an assignment is its gap to the bound, written as Σ excess of the pairs used + Σ over agents of price ×
 * room left; only what contributes to it can gain. Load over capacity costs a price of its own that rises while an
 * agent is over and falls otherwise, and towards the end only rises; rooms count for little at first, and for all at
 * last. A chain puts an item elsewhere, looks through all items there for the one whose leaving closes the chain best,
 * and goes on with another where none closes. */
#include "allocation/assignment_private.h"

#include <string.h>

/* Links of a chain at most, and how far beyond its limit a chain may go on, in usual excesses. */
#define LINKS 12
#define DEEP 20
/* Agents that an item is tried at. */
#define OPTIONS 4
/* Heat at first and in the end, in usual excesses. */
#define HOT 0.2
#define COLD 0.003
/* How often prices of overload change in a run; from which share of it on they only rise. */
#define ADJUSTMENTS 2000
#define RISE 0.75
/* Rooms count for 2^-this at first: the agents then find the pairs they want, and capacities tighten round them. Cold
 * and tight from the start, nothing would move; hot and loose, pairs would be poor. */
#define WEIGHT 6

typedef struct agent_state {
  int64_t room;                  /* negative: over */
  int64_t price;                 /* of room left */
  int64_t over;                  /* price of load over capacity, beyond what it saves */
  int64_t full_price, full_over; /* what they are in the end: rooms count for less at first */
} agent_state;

typedef struct search {
  tx_assignment_work *work;
  agent_state *state;
  size_t *option_begin; /* items + 1 */
  tx_assignment_option *option;
  uint32_t *agent;  /* per item */
  uint32_t *chosen; /* per item: index into option */
  uint32_t **member;
  uint32_t *members;
  uint32_t *place; /* per item: its place in its agent's list */
  uint32_t over;   /* agents over capacity */
  int64_t cost;    /* relative */
  double heat;
  int64_t typical; /* a usual excess of an item's next choices */
  uint32_t trail_item[LINKS + 2];
  uint32_t trail_option[LINKS + 2];
  int trail;
} search;

static inline int64_t worth(const agent_state *s, int64_t room) {
  int64_t under = s->price * room, over = -s->over * room;
  return under > over ? under : over;
}

static inline int64_t change(const agent_state *s, int64_t load) {
  return worth(s, s->room - load) - worth(s, s->room);
}

/* -ln of a uniform number, without the C library's log, which differs between machines. */
static double exponential(uint64_t random) {
  double u = (double)(random >> 11) + 0.5;
  double result = 53 * 0.69314718055994531;
  while (u < 0x1p52) {
    u *= 2;
    result += 0.69314718055994531;
  }
  double m = u * 0x1p-53, y = (m - 1) / (m + 1), y2 = y * y;
  result -= 53 * 0.69314718055994531;
  return result - 2 * y * (1 + y2 * (1.0 / 3 + y2 * (1.0 / 5 + y2 * (1.0 / 7 + y2 * (1.0 / 9)))));
}

/* 2^-x for x >= 0, likewise. */
static double halved(double x) {
  double base = 1 - x * 0.69314718055994531 / 65536;
  for (int i = 0; i < 16; i++) {
    base *= base;
  }
  return base;
}

static void put(search *s, uint32_t item, uint32_t option) {
  const tx_assignment_option *from = &s->option[s->chosen[item]], *to = &s->option[option];
  uint32_t *list = s->member[from->agent], last = list[--s->members[from->agent]];
  list[s->place[item]] = last;
  s->place[last] = s->place[item];
  s->place[item] = s->members[to->agent]++;
  s->member[to->agent][s->place[item]] = item;
  agent_state *a = &s->state[from->agent], *b = &s->state[to->agent];
  s->over -= a->room < 0;
  a->room += from->load;
  s->over += a->room < 0;
  s->over -= b->room < 0;
  b->room -= to->load;
  s->over += b->room < 0;
  const int64_t *cost = s->work->cost + item * s->work->agents;
  s->cost += cost[to->agent] - cost[from->agent];
  s->agent[item] = to->agent;
  s->chosen[item] = option;
}

static void push(search *s, uint32_t item, uint32_t option) {
  s->trail_item[s->trail] = item;
  s->trail_option[s->trail++] = s->chosen[item];
  put(s, item, option);
}

static void undo(search *s) {
  while (s->trail > 0) {
    s->trail--;
    put(s, s->trail_item[s->trail], s->trail_option[s->trail]);
  }
}

typedef struct link {
  int64_t value;
  uint32_t item, option;
} link;

/* Over all items of agent k but `guest`: which leaving where closes the chain best, and which leads on best. */
static uint64_t look(search *s, uint32_t k, uint32_t guest, int64_t gain, uint64_t random, link *closing,
                     link *leading) {
  const agent_state *state = s->state, *here = &state[k];
  uint32_t *list = s->member[k], count = s->members[k];
  int64_t now = worth(here, here->room), noise = (int64_t)(s->heat * 0x1p-8) + 1;
  uint64_t seen = 0;
  closing->value = leading->value = INT64_MAX;
  for (uint32_t x = 0; x < count; x++) {
    uint32_t item = list[x];
    if (item == guest) {
      continue;
    }
    const tx_assignment_option *own = &s->option[s->chosen[item]];
    int64_t open = gain + worth(here, here->room + own->load) - now - own->excess;
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t shaken = open + (int64_t)(random >> 54) * noise / 4;
    bool first = true;
    for (size_t o = s->option_begin[item], end = s->option_begin[item + 1]; o < end; o++) {
      const tx_assignment_option *to = &s->option[o];
      if (to->agent == k) {
        continue;
      }
      int64_t value = open + to->excess;
      if (first && shaken + to->excess < leading->value) {
        leading->value = shaken + to->excess;
        leading->item = item;
        leading->option = (uint32_t)o;
      }
      first = false;
      value += change(&state[to->agent], to->load);
      if (value < closing->value) {
        closing->value = value;
        closing->item = item;
        closing->option = (uint32_t)o;
      }
      seen++;
    }
  }
  return seen + count;
}

static int64_t shift_value(const search *s, uint32_t item, uint32_t option) {
  const tx_assignment_option *from = &s->option[s->chosen[item]], *to = &s->option[option];
  return to->excess - from->excess + change(&s->state[from->agent], -from->load) +
         change(&s->state[to->agent], to->load);
}

/* Tries one chain that begins with the item's move; returns the work done. */
static uint64_t chain(search *s, uint32_t item, uint32_t option, uint64_t random) {
  int64_t limit = (int64_t)(s->heat * exponential(tx_assignment_random(s->work)));
  int64_t value = shift_value(s, item, option);
  /* The room that the first item leaves is paid for until the chain closes: it says nothing against going on. */
  int64_t hole = change(&s->state[s->agent[item]], -s->option[s->chosen[item]].load);
  uint64_t seen = 4;
  s->trail = 0;
  if (value <= limit) {
    put(s, item, option);
    return seen;
  }
  push(s, item, option);
  for (int n = 0; n < LINKS; n++) {
    link closing = {0}, leading = {0};
    uint32_t k = s->agent[item];
    seen += look(s, k, item, value, random + (uint64_t)n, &closing, &leading) + 4;
    if (closing.value <= limit) {
      put(s, closing.item, closing.option);
      return seen;
    }
    if (leading.value == INT64_MAX || n + 1 == LINKS || leading.value - hole > limit + s->typical * DEEP) {
      break;
    }
    value += shift_value(s, leading.item, leading.option);
    item = leading.item;
    push(s, item, leading.option);
  }
  undo(s);
  return seen + 8;
}

static void keep(search *s) {
  tx_assignment_work *work = s->work;
  if (s->over == 0 && (!work->found || s->cost < work->best_cost)) {
    work->found = true;
    work->best_cost = s->cost;
    memcpy(work->best, s->agent, work->items * sizeof *work->best);
  }
}

static void adjust(search *s, bool rising, bool late, double weight) {
  /* Where nothing holds yet, that comes first. */
  int64_t part = s->work->found && !late ? 50 : 12;
  for (size_t i = 0; i < s->work->agents; i++) {
    agent_state *a = &s->state[i];
    if (a->room < 0) {
      int64_t to = a->full_over + a->full_over / part + 1;
      a->full_over = to < s->work->price_top ? to : s->work->price_top;
    } else if (!rising) {
      a->full_over -= a->full_over / 300;
    }
    a->price = (int64_t)(weight * (double)a->full_price);
    a->over = (int64_t)(weight * (double)a->full_over) + 1;
  }
}

static void anneal(search *s, uint64_t units, double hot, double cold) {
  tx_assignment_work *work = s->work;
  uint64_t begin = work->work, spent = 0;
  double adjusted = 0;
  double span = 0;
  while (hot * halved(span) > cold && span < 40) {
    span += 0.125;
  }
  while (work->work - begin < units) {
    double done = (double)(work->work - begin) / (double)units;
    s->heat = hot * halved(span * done);
    for (int n = 0; n < 16; n++) {
      uint64_t random = tx_assignment_random(work);
      uint32_t item = (uint32_t)((random >> 32) * work->items >> 32);
      size_t first = s->option_begin[item], count = s->option_begin[item + 1] - first;
      if (count < 2) {
        spent++;
        continue;
      }
      size_t pick = (size_t)((random & 0xFFFFFFFF) * count >> 32);
      uint32_t option = (uint32_t)(first + pick);
      if (option != s->chosen[item]) {
        spent += chain(s, item, option, random);
        keep(s);
      }
    }
    spent += work->agents;
    bool going = tx_assignment_tick(work, spent * 4);
    spent = 0;
    if (!going || tx_assignment_done(work)) {
      return;
    }
    if (done >= adjusted + 1.0 / ADJUSTMENTS) {
      adjusted = done;
      double weight = done < RISE ? halved(WEIGHT * (1 - done / RISE)) : 1;
      adjust(s, done > (work->found ? RISE : 0.3), done > RISE + 0.12, weight);
    }
  }
}

static bool choose_options(search *s, const uint32_t *start) {
  tx_assignment_work *work = s->work;
  size_t m = work->agents, n = work->items, width = m < OPTIONS + 1 ? m : OPTIONS + 1;
  tx_assignment_option *row = tx_arena_calloc(&work->arena, m, sizeof *row);
  s->option = tx_arena_calloc(&work->arena, n * width, sizeof *s->option);
  s->option_begin = tx_arena_calloc(&work->arena, n + 1, sizeof *s->option_begin);
  if (row == NULL || s->option == NULL || s->option_begin == NULL) {
    return false;
  }
  size_t end = 0;
  double typical = 0;
  for (size_t j = 0; j < n; j++) {
    size_t count = tx_assignment_rank(work, j, row), kept = count < OPTIONS ? count : OPTIONS;
    size_t near = count < 6 ? count : 6;
    for (size_t o = 1; o < near; o++) {
      typical += (double)row[o].excess / (double)(near - 1);
    }
    for (size_t o = 0; o < count; o++) {
      if (o < kept || row[o].agent == start[j]) {
        if (row[o].agent == start[j]) {
          s->chosen[j] = (uint32_t)end;
        }
        s->option[end++] = row[o];
      }
    }
    s->option_begin[j + 1] = end;
  }
  s->typical = (int64_t)(typical / (double)n) + 1;
  return true;
}

static bool build(search *s, const uint32_t *start) {
  tx_assignment_work *work = s->work;
  size_t m = work->agents, n = work->items;
  tx_arena *arena = &work->arena;
  s->state = tx_arena_calloc(arena, m, sizeof *s->state);
  s->agent = tx_arena_calloc(arena, n, sizeof *s->agent);
  s->chosen = tx_arena_calloc(arena, n, sizeof *s->chosen);
  s->member = tx_arena_calloc(arena, m, sizeof *s->member);
  s->members = tx_arena_calloc(arena, m, sizeof *s->members);
  s->place = tx_arena_calloc(arena, n, sizeof *s->place);
  uint32_t *lists = tx_arena_calloc(arena, m * n, sizeof *lists);
  if (s->state == NULL || s->agent == NULL || s->chosen == NULL || s->member == NULL || s->members == NULL ||
      s->place == NULL || lists == NULL || !choose_options(s, start)) {
    return false;
  }
  double mean = 0;
  for (size_t i = 0; i < m; i++) {
    s->member[i] = lists + i * n;
    s->state[i] = (agent_state){work->capacity[i], work->price[i], 0, work->price[i], 0};
    mean += (double)work->price[i] / (double)m;
  }
  for (size_t i = 0; i < m; i++) {
    s->state[i].full_over = s->state[i].over = (int64_t)(mean * 0.5) + s->typical / (work->heaviest / 16 + 1) + 1;
  }
  for (size_t j = 0; j < n; j++) {
    uint32_t i = s->agent[j] = start[j];
    s->place[j] = s->members[i]++;
    s->member[i][s->place[j]] = (uint32_t)j;
    s->state[i].room -= work->load[j * m + i];
    s->cost += work->cost[j * m + i];
  }
  for (size_t i = 0; i < m; i++) {
    s->over += s->state[i].room < 0;
  }
  return true;
}

bool tx_assignment_search(tx_assignment_work *work, uint64_t units) {
  search s = {.work = work};
  if (!build(&s, work->found ? work->best : work->nearest)) {
    return false;
  }
  anneal(&s, units, (double)s.typical * HOT, (double)s.typical * COLD);
  if (!work->found) {
    tx_assignment_offer(work, s.agent);
  }
  return true;
}
