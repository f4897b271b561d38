/* Improvement by filling: whole customers leave a little room with every CSM, too little for anybody who waits. Two
 * CSMs exchange customers so that one has the room for both, and somebody comes in, or comes in for one who is worth
 * less. Exchanges that bring nobody in yet, but bring room together, are made as well. */
#include <string.h>

#include "search/search.h"

#define OPTIONS 24 /* ways to fill kept for a CSM */
#define ROUNDS 8
#define SCALE 256 /* of room over need */
#define GAIN_BITS 40

/* With so much room the CSM's value grows by so much. */
typedef struct option {
  int64_t need, gain;
} option;

typedef struct fill {
  tx_pairs *pairs;
  tx_core *core;
  option *options; /* csms × OPTIONS */
  uint8_t *count;  /* per CSM */
  bool *known;     /* per CSM: options are those of today */
  int shift;       /* of values, so that squares fit */
  tx_cost least;   /* the best so far: moves since then are noted */
  const bool *near;
  int net[TX_PAIR_LOADS], reach;
  int64_t room_a, room_b, best, before, best_points;
} fill;

static int64_t room_of(const fill *f, uint32_t csm) {
  size_t at = csm * f->core->dimensions;
  return f->core->limit[at] - f->core->sum[at];
}

/* Keeps options in order of need, each gaining more than those before. */
static void add_option(fill *f, uint32_t csm, int64_t need, int64_t gain) {
  option *list = f->options + csm * OPTIONS;
  size_t count = f->count[csm], at = 0, end;
  while (at < count && list[at].need < need) {
    at++;
  }
  if (gain <= 0 || (at > 0 && list[at - 1].gain >= gain) || (at < count && list[at].need == need && list[at].gain >= gain)) {
    return;
  }
  for (end = at; end < count && list[end].gain <= gain; end++) {
  }
  size_t removed = end - at;
  if (removed == 0 && count == OPTIONS) {
    return;
  }
  memmove(list + at + 1, list + end, (count - end) * sizeof *list);
  list[at] = (option){need, gain};
  f->count[csm] = (uint8_t)(count + 1 - removed);
}

/* Ways to fill: one or two of the best who wait come, and the least worth may leave for them. */
static void find_options(fill *f, uint32_t csm) {
  tx_pairs *p = f->pairs;
  f->known[csm] = true;
  f->count[csm] = 0;
  tx_pairs_look(p, csm, (uint32_t)f->core->books->csms);
  for (int s = 0; s < p->sides; s++) {
    const tx_pair_load *in = &p->side[s];
    for (int x = 0; x < in->back_count && x < 2; x++) {
      int64_t value = -(in->back[0].value + (x == 1 ? in->back[1].value : 0)), need = in->load * (x + 1);
      add_option(f, csm, need, value >> f->shift);
      for (int t = 0; t < p->sides; t++) {
        const tx_pair_load *out = &p->side[t];
        if (out->there_count > 0 && need > out->load) {
          add_option(f, csm, need - out->load, (value - out->there[0].value) >> f->shift);
        }
      }
    }
  }
}

/* What so much room is worth: what fits counts in full, what nearly fits in part, the nearer the more. */
static int64_t worth(fill *f, uint32_t csm, int64_t room) {
  if (!f->known[csm]) {
    find_options(f, csm);
  }
  const option *list = f->options + csm * OPTIONS;
  int64_t most = 0;
  for (size_t x = 0; x < f->count[csm]; x++) {
    int64_t part = room >= list[x].need ? SCALE : room * SCALE / list[x].need;
    int64_t gain = list[x].gain * part * part;
    most = gain > most ? gain : most;
  }
  return most;
}

static void judge(fill *f, int64_t points, int64_t crossing) {
  int64_t room_a = f->room_a + crossing, room_b = f->room_b - crossing;
  if (room_a < 0 || room_b < 0 || crossing == 0) {
    return;
  }
  f->core->watch->work += 4;
  int64_t sum = worth(f, f->pairs->a, room_a) + worth(f, f->pairs->b, room_b);
  if (sum > f->best || (sum == f->best && sum > f->before && points < f->best_points)) {
    f->best = sum;
    f->best_points = points;
    memcpy(f->pairs->best_net, f->net, sizeof f->net);
  }
}

static void search(fill *f, int s, int64_t points, int64_t crossing) {
  const tx_pairs *p = f->pairs;
  if (s == p->sides || s == TX_PAIR_LOADS) { /* the latter for gcc, which inlines this into itself */
    judge(f, points, crossing);
    return;
  }
  const tx_pair_load *side = &p->side[s];
  for (int n = TX_PAIR_WIDE - f->reach; n <= TX_PAIR_WIDE + f->reach; n++) {
    if (side->cross[n] >= 0) {
      f->net[s] = n;
      search(f, s + 1, points + side->points[n], crossing + (n - TX_PAIR_WIDE) * side->load);
    }
  }
}

/* Makes the exchange, and lets those in who wait. What was expected may have been taken by others since: then nothing
 * is changed, and the options are found anew. */
static triax_status make(fill *f, uint32_t a, uint32_t b, bool *gained) {
  tx_core *core = f->core;
  tx_pairs *p = f->pairs;
  uint32_t none = (uint32_t)core->books->csms;
  tx_cost before = core->cost;
  size_t mark = core->moves;
  tx_pairs_cross(p);
  bool fits = tx_core_within(core, a) && tx_core_within(core, b);
  if (fits) {
    tx_pairs_improve(p, a, none);
    tx_pairs_improve(p, b, none);
  }
  bool came = core->cost.part[TX_VALUE] < before.part[TX_VALUE];
  f->known[a] = f->known[b] = false;
  int64_t sum = worth(f, a, room_of(f, a)) + worth(f, b, room_of(f, b));
  *gained = fits && (came || (core->cost.part[TX_VALUE] == before.part[TX_VALUE] && sum > f->before));
  if (!*gained) {
    triax_status status = tx_core_back_to(core, mark);
    f->known[a] = f->known[b] = false;
    return status;
  }
  tx_pairs_touch(p, a);
  tx_pairs_touch(p, b);
  if (tx_cost_compare(&core->cost, &f->least) < 0) {
    f->least = core->cost;
    tx_core_note(core);
  }
  return core->lost ? tx_no_memory(core->watch->error) : TRIAX_OK;
}

static triax_status fill_pair(fill *f, uint32_t a, uint32_t b, bool *gained) {
  *gained = false;
  f->room_a = room_of(f, a);
  f->room_b = room_of(f, b);
  if (f->room_a + f->room_b <= 0 || f->room_a < 0 || f->room_b < 0) {
    return TRIAX_OK;
  }
  int64_t worth_a = worth(f, a, f->room_a), worth_b = worth(f, b, f->room_b);
  if (f->count[a] + f->count[b] == 0) {
    return TRIAX_OK;
  }
  f->best = f->before = worth_a + worth_b;
  tx_pairs_look(f->pairs, a, b);
  f->reach = f->pairs->sides <= 3 ? 3 : f->pairs->sides == 4 ? 2 : 1;
  search(f, 0, 0, 0);
  return f->best > f->before ? make(f, a, b, gained) : TRIAX_OK;
}

static triax_status sweep(fill *f, uint64_t end, bool *gained) {
  const tx_pairs *p = f->pairs;
  tx_core *core = f->core;
  triax_status status = TRIAX_OK;
  for (uint32_t a = 0; status == TRIAX_OK && a < core->books->csms; a++) {
    for (size_t n = p->begin[a]; status == TRIAX_OK && n + 1 < p->begin[a + 1] && core->watch->work < end; n++) {
      bool better = false;
      if (f->near != NULL && !f->near[a] && !f->near[p->neighbour[n]]) {
        continue;
      }
      status = fill_pair(f, a, p->neighbour[n], &better);
      *gained = *gained || better;
      if (status == TRIAX_OK) {
        status = tx_watch_work(core->watch, 2);
      }
    }
  }
  return status;
}

static int shift_for(const tx_core *core) {
  int64_t most = 0;
  int shift = 0;
  for (uint32_t j = 0; j < core->books->customers; j++) {
    most = tx_core_value(core, j) > most ? tx_core_value(core, j) : most;
  }
  while ((most >> shift) > (INT64_C(1) << GAIN_BITS)) {
    shift++;
  }
  return shift;
}

triax_status tx_improve_fill(tx_pairs *pairs, const bool *near, uint64_t budget) {
  tx_core *core = pairs->core;
  triax_context *context = core->watch->context;
  size_t csms = core->books->csms;
  uint64_t end = tx_watch_end(core->watch, budget);
  fill f = {.pairs = pairs, .core = core, .near = near, .shift = shift_for(core)};
  f.options = tx_alloc_array(context, csms, OPTIONS * sizeof *f.options);
  f.count = tx_calloc(context, csms, sizeof *f.count);
  f.known = tx_calloc(context, csms, sizeof *f.known);
  triax_status status = TRIAX_OK;
  if (f.options == NULL || f.count == NULL || f.known == NULL) {
    status = tx_no_memory(core->watch->error);
  }
  bool gained = true;
  f.least = core->cost;
  tx_core_note(core);
  for (int round = 0; status == TRIAX_OK && gained && round < ROUNDS && core->watch->work < end; round++) {
    gained = false;
    status = sweep(&f, end, &gained);
    memset(f.known, 0, csms * sizeof *f.known);
  }
  /* What brought nobody in has only cost points. */
  bool worse = tx_cost_compare(&core->cost, &f.least) > 0;
  triax_status settled = worse ? tx_core_take_back(core) : tx_core_keep(core);
  status = status == TRIAX_OK ? settled : status;
  tx_free_array(context, f.options, csms, OPTIONS * sizeof *f.options);
  tx_free_array(context, f.count, csms, sizeof *f.count);
  tx_free_array(context, f.known, csms, sizeof *f.known);
  return status;
}
