/* Exchanges over many agents: from an item on, all chains of moves that stay within a limit, until one closes.
 *
 * An item goes elsewhere, another leaves that agent for a third one, and so on, until an item goes where the first came
 * from, or stays where there is room. A ring of moves that gains in all has a place from where no beginning of it loses,
 * so what passes the limit on the way need not be looked at; and an item that left at no worse a price before leads
 * nowhere new. That keeps a hunt to a few thousand looks, and makes it nearly complete. */
#include "assignment/search.h"
#include "base/cooling.h"

#include <string.h>

/* Moves of a chain at most; agents that an item is tried at. */
#define DEPTH 10
#define OPTIONS 7
/* Heat at first and in the end, in units of cost, or in usual excesses where those are smaller. */
#define HOT 0.3
#define COLD 0.02
/* Hunts between two looks at the clock and at which items pay an excess. */
#define ROUND 64

typedef struct hunting {
  tx_search search;
  int64_t limit;  /* of all beginnings of a chain */
  int64_t target; /* of the whole */
  uint32_t start; /* the agent that the first item leaves */
  int64_t start_load, hole; /* what it leaves there, and what that costs where nothing comes in */
  uint32_t turn;
  uint32_t *agent_turn, *item_turn; /* when an agent was part of the chain, an item was thought of */
  int64_t *item_value;              /* the least value of a chain that the item left by in that turn */
  uint32_t *poor;                   /* items that pay an excess */
  uint64_t seen;
  int depth;
  uint32_t item[DEPTH], option[DEPTH];
} hunting;

static bool follow(hunting *h, uint32_t item, uint32_t option, int64_t value);

/* Lets the items of an agent go on in turn, where `load` has come in; value: the chain's, less the agent's worth. */
static bool go_on(hunting *h, uint32_t agent, int64_t load, int64_t value) {
  const tx_search *s = &h->search;
  const tx_search_agent *here = &s->state[agent];
  uint32_t *list = s->member[agent], count = s->members[agent];
  h->seen += count;
  for (uint32_t x = 0; x < count; x++) {
    uint32_t item = list[x];
    const tx_assignment_option *own = &s->option[s->chosen[item]];
    int64_t left = value + tx_search_worth(here, here->room + own->load - load) - own->excess;
    if (left > h->limit || (h->item_turn[item] == h->turn && h->item_value[item] <= left)) {
      continue;
    }
    h->item_turn[item] = h->turn;
    h->item_value[item] = left;
    for (size_t o = s->option_begin[item]; o < s->option_begin[item + 1]; o++) {
      const tx_assignment_option *next = &s->option[o];
      if (left + next->excess > h->limit) {
        break;
      }
      h->seen++;
      if (h->agent_turn[next->agent] != h->turn && follow(h, item, (uint32_t)o, left + next->excess)) {
        return true;
      }
    }
  }
  return false;
}

/* Whether the chain can be closed with this move, or by others after it. */
static bool follow(hunting *h, uint32_t item, uint32_t option, int64_t value) {
  const tx_search *s = &h->search;
  const tx_assignment_option *to = &s->option[option];
  const tx_search_agent *here = &s->state[to->agent];
  int64_t now = tx_search_worth(here, here->room);
  h->item[h->depth] = item;
  h->option[h->depth++] = option;
  if (to->agent == h->start) {
    if (value + tx_search_worth(here, here->room + h->start_load - to->load) - now <= h->target) {
      return true;
    }
  } else if (value + tx_search_worth(here, here->room - to->load) - now + h->hole <= h->target) {
    return true;
  } else if (h->depth < DEPTH) {
    h->agent_turn[to->agent] = h->turn;
    if (go_on(h, to->agent, to->load, value - now)) {
      return true;
    }
    h->agent_turn[to->agent] = 0;
  }
  h->depth--;
  return false;
}

static bool hunt(hunting *h, uint32_t item) {
  tx_search *s = &h->search;
  const tx_assignment_option own = s->option[s->chosen[item]];
  h->start = own.agent;
  h->start_load = own.load;
  h->hole = tx_search_change(&s->state[own.agent], -own.load);
  for (size_t o = s->option_begin[item]; o < s->option_begin[item + 1]; o++) {
    int64_t value = s->option[o].excess - own.excess;
    if (value > h->limit) {
      break;
    }
    if (s->option[o].agent == own.agent) {
      continue;
    }
    h->turn++;
    h->depth = 0;
    if (follow(h, item, (uint32_t)o, value)) {
      for (int n = 0; n < h->depth; n++) {
        tx_search_put(s, h->item[n], h->option[n]);
      }
      return true;
    }
  }
  return false;
}

static size_t list_poor(hunting *h) {
  const tx_search *s = &h->search;
  size_t count = 0;
  for (size_t j = 0; j < s->work->items; j++) {
    if (s->option[s->chosen[j]].excess > s->work->scale / 16) {
      h->poor[count++] = (uint32_t)j;
    }
  }
  h->seen += s->work->items / 2;
  return count;
}

/* Half of the hunts wander, from any item; the others start where an excess is paid, and must gain. */
static void hunt_round(hunting *h, double heat) {
  tx_search *s = &h->search;
  size_t poor = list_poor(h);
  for (int n = 0; n < ROUND; n++) {
    uint64_t random = tx_assignment_random(s->work);
    h->limit = (int64_t)(heat * tx_cool_exponential(tx_assignment_random(s->work)));
    bool gains = n % 2 == 1 && poor > 0;
    h->target = gains ? -1 : h->limit - 1;
    uint32_t item = gains ? h->poor[(random >> 32) * poor >> 32] : (uint32_t)((random >> 32) * s->work->items >> 32);
    if (hunt(h, item)) {
      tx_search_keep(s);
    }
    h->seen += 16;
  }
}

static void exchange(hunting *h, uint64_t units) {
  tx_search *s = &h->search;
  tx_assignment_work *work = s->work;
  uint64_t begin = work->work;
  double unit = (double)(s->typical < work->scale ? s->typical : work->scale);
  double span = tx_cool_span(HOT, COLD);
  for (bool going = true; going && work->work - begin < units && !tx_assignment_done(work);) {
    double done = (double)(work->work - begin) / (double)units;
    h->seen = 0;
    hunt_round(h, unit * HOT * tx_cool_halved(span * done));
    going = tx_assignment_tick(work, h->seen * 3);
  }
}

/* A chain that takes load from an agent over capacity, and costs less than that is worth. */
static bool relieve(hunting *h) {
  tx_search *s = &h->search;
  h->target = -1;
  for (size_t i = 0; i < s->work->agents; i++) {
    for (uint32_t x = 0; s->state[i].room < 0 && x < s->members[i]; x++) {
      uint32_t item = s->member[i][x];
      h->limit = -1 - tx_search_change(&s->state[i], -s->option[s->chosen[item]].load);
      if (hunt(h, item)) {
        return true;
      }
    }
  }
  return false;
}

/* Load over capacity is worth the more the longer nothing relieves it. */
static bool dearer(tx_search *s) {
  int64_t top = s->work->price_top;
  bool any = false;
  for (size_t i = 0; i < s->work->agents; i++) {
    any = any || s->state[i].over < top;
    s->state[i].over = s->state[i].over < top / 2 ? s->state[i].over * 2 : top;
  }
  return any;
}

static void mend(hunting *h, uint64_t units) {
  tx_search *s = &h->search;
  uint64_t begin = s->work->work;
  bool going = true;
  while (going && s->over > 0 && s->work->work - begin < units) {
    h->seen = 0;
    bool relieved = relieve(h);
    going = tx_assignment_tick(s->work, h->seen * 3 + s->work->agents) && (relieved || dearer(s));
  }
  tx_search_keep(s);
}

static bool begin(hunting *h, tx_assignment_work *work, tx_arena *arena, const uint32_t *start) {
  *h = (hunting){.turn = 1};
  bool fine = tx_search_begin(&h->search, work, arena, start, OPTIONS);
  h->agent_turn = tx_arena_calloc(arena, work->agents, sizeof *h->agent_turn);
  h->item_turn = tx_arena_calloc(arena, work->items, sizeof *h->item_turn);
  h->item_value = tx_arena_calloc(arena, work->items, sizeof *h->item_value);
  h->poor = tx_arena_calloc(arena, work->items, sizeof *h->poor);
  return fine && h->agent_turn != NULL && h->item_turn != NULL && h->item_value != NULL && h->poor != NULL;
}

bool tx_assignment_mend(tx_assignment_work *work, const uint32_t *agent, uint64_t units) {
  hunting h;
  tx_arena arena;
  tx_arena_init(&arena, work->context);
  bool fine = begin(&h, work, &arena, agent);
  if (fine) {
    mend(&h, units);
  }
  tx_arena_free(&arena);
  return fine;
}

bool tx_assignment_exchange(tx_assignment_work *work, uint64_t units) {
  hunting h;
  tx_arena arena;
  tx_arena_init(&arena, work->context);
  bool fine = begin(&h, work, &arena, NULL);
  if (fine && work->found) {
    for (size_t i = 0; i < work->agents; i++) {
      h.search.state[i].over = work->price_top; /* what holds is not given up again */
    }
    exchange(&h, units);
  }
  tx_arena_free(&arena);
  return fine;
}
