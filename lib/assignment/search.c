/* Annealing over ejection chains.
 *
 * The price of load over capacity rises while an agent is over and falls otherwise; rooms count for little at first, and
 * for all at last. What is over capacity in the end is put right by exchanges: that costs less than prices that only
 * rise. A chain puts an item elsewhere, looks through all items there
 * for the one whose leaving closes the chain best, and goes on with another where none closes. */
#include "assignment/search.h"
#include "base/cooling.h"

/* Links of a chain at most, and how far beyond its limit a chain may go on, in usual excesses. */
#define LINKS 12
#define DEEP 20
/* Agents that an item is tried at. */
#define OPTIONS 4
/* Heat at first and in the end, in usual excesses. */
#define HOT 0.2
#define COLD 0.003
/* How often prices of overload change in a run; from which share of it on they only rise where nothing holds yet. */
#define ADJUSTMENTS 2000
#define RISE 0.3
/* Share of the work that putting right may take besides. */
#define MEND 0.25
/* Rooms count for 2^-this at first: the agents then find the pairs they want, and capacities tighten round them. Cold
 * and tight from the start, nothing would move; hot and loose, pairs would be poor. */
#define WEIGHT 6

typedef struct annealing {
  tx_search search;
  double heat;
  uint32_t trail_item[LINKS + 2];
  uint32_t trail_option[LINKS + 2];
  int trail;
} annealing;

static void push(annealing *a, uint32_t item, uint32_t option) {
  a->trail_item[a->trail] = item;
  a->trail_option[a->trail++] = a->search.chosen[item];
  tx_search_put(&a->search, item, option);
}

static void undo(annealing *a) {
  while (a->trail > 0) {
    a->trail--;
    tx_search_put(&a->search, a->trail_item[a->trail], a->trail_option[a->trail]);
  }
}

typedef struct link {
  int64_t value;
  uint32_t item, option;
} link;

/* Over all items of agent k but `guest`: which leaving where closes the chain best, and which leads on best. */
static uint64_t look(const annealing *a, uint32_t k, uint32_t guest, int64_t gain, uint64_t random, link *closing,
                     link *leading) {
  const tx_search *s = &a->search;
  const tx_search_agent *state = s->state, *here = &state[k];
  uint32_t *list = s->member[k], count = s->members[k];
  int64_t now = tx_search_worth(here, here->room), noise = (int64_t)(a->heat * 0x1p-8) + 1;
  uint64_t seen = 0;
  closing->value = leading->value = INT64_MAX;
  for (uint32_t x = 0; x < count; x++) {
    uint32_t item = list[x];
    if (item == guest) {
      continue;
    }
    const tx_assignment_option *own = &s->option[s->chosen[item]];
    int64_t open = gain + tx_search_worth(here, here->room + own->load) - now - own->excess;
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
      value += tx_search_change(&state[to->agent], to->load);
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

static int64_t shift_value(const tx_search *s, uint32_t item, uint32_t option) {
  const tx_assignment_option *from = &s->option[s->chosen[item]], *to = &s->option[option];
  return to->excess - from->excess + tx_search_change(&s->state[from->agent], -from->load) +
         tx_search_change(&s->state[to->agent], to->load);
}

/* Tries one chain that begins with the item's move; returns the work done. */
static uint64_t chain(annealing *a, uint32_t item, uint32_t option, uint64_t random) {
  tx_search *s = &a->search;
  int64_t limit = (int64_t)(a->heat * tx_cool_exponential(tx_assignment_random(s->work)));
  int64_t value = shift_value(s, item, option);
  /* The room that the first item leaves is paid for until the chain closes: it says nothing against going on. */
  int64_t hole = tx_search_change(&s->state[s->agent[item]], -s->option[s->chosen[item]].load);
  uint64_t seen = 4;
  a->trail = 0;
  if (value <= limit) {
    tx_search_put(s, item, option);
    return seen;
  }
  push(a, item, option);
  for (int n = 0; n < LINKS; n++) {
    link closing = {0}, leading = {0};
    uint32_t k = s->agent[item];
    seen += look(a, k, item, value, random + (uint64_t)n, &closing, &leading) + 4;
    if (closing.value <= limit) {
      tx_search_put(s, closing.item, closing.option);
      return seen;
    }
    if (leading.value == INT64_MAX || n + 1 == LINKS || leading.value - hole > limit + s->typical * DEEP) {
      break;
    }
    value += shift_value(s, leading.item, leading.option);
    item = leading.item;
    push(a, item, leading.option);
  }
  undo(a);
  return seen + 8;
}

static void adjust(tx_search *s, bool rising, double weight) {
  /* Where nothing holds yet, that comes first. */
  int64_t part = s->work->found ? 50 : 12;
  for (size_t i = 0; i < s->work->agents; i++) {
    tx_search_agent *a = &s->state[i];
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

static void anneal(annealing *a, uint64_t units, double hot, double cold) {
  tx_search *s = &a->search;
  tx_assignment_work *work = s->work;
  uint64_t begin = work->work, spent = 0;
  double adjusted = 0;
  double span = tx_cool_span(hot, cold);
  while (work->work - begin < units) {
    double done = (double)(work->work - begin) / (double)units;
    a->heat = hot * tx_cool_halved(span * done);
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
        spent += chain(a, item, option, random);
        tx_search_keep(s);
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
      adjust(s, !work->found && done > RISE, done < 1 ? tx_cool_halved(WEIGHT * (1 - done)) : 1);
    }
  }
}

bool tx_assignment_search(tx_assignment_work *work, uint64_t units) {
  annealing a = {.heat = 0};
  tx_arena arena;
  tx_arena_init(&arena, work->context);
  bool fine = tx_search_begin(&a.search, work, &arena, NULL, OPTIONS);
  if (fine) {
    anneal(&a, units, (double)a.search.typical * HOT, (double)a.search.typical * COLD);
    if (!work->found) {
      tx_assignment_offer(work, a.search.agent);
    }
    if (a.search.over > 0 && !tx_assignment_done(work)) {
      fine = tx_assignment_mend(work, a.search.agent, (uint64_t)((double)units * MEND));
    }
  }
  tx_arena_free(&arena);
  return fine;
}
