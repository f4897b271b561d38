/* Improvement of the balance by annealing: shifts and swaps among those that carry, which lose nothing of what counts
 * more. Worse balance stands for a while, the shorter the cooler it gets. */
#include <string.h>

#include "base/cooling.h"
#include "search/roam.h"
#include "search/search.h"

#define LOOKS 3     /* members of a CSM that are asked to come back in exchange */
#define ROUND 64    /* trials between looks at the budget */
#define SAMPLE 2000 /* trials that tell what a usual change is */
#define HOT 0.25    /* heat at first and in the end, in usual changes */
#define COLD 0.002

/* A measure's curve at a CSM: a unit beyond `from` costs `steeper` more. */
typedef struct bend {
  int64_t from, steeper;
} bend;

typedef struct balance {
  tx_core *core;
  tx_roam roam;
  int64_t *over, *uneven; /* per CSM: load beyond capacity, and imbalance */
  size_t *bend_begin;     /* dimensions + 1: of one CSM's bends; all have as many */
  bend *bends;
  size_t all_bends;         /* of one CSM */
  int64_t gone[3], best[3]; /* since the start: over, points lost, imbalance */
  double heat;
  bool together;
} balance;

/* What a trial would change: over, points lost, imbalance; and at which CSMs. */
typedef struct change {
  int64_t part[3];
  int64_t over[2], uneven[2]; /* of the two, afterwards */
} change;

/* The sums of a CSM when `out` goes (TX_BOOKS_NONE: nobody) and `in` comes; false where a limit would be passed. */
static bool look_at(const balance *b, uint32_t csm, uint32_t out, uint32_t in, int64_t *over, int64_t *uneven) {
  const tx_core *core = b->core;
  const int64_t *sum = b->roam.sum + csm * b->roam.dimensions, *limit = core->limit + csm * b->roam.dimensions;
  const bend *bends = b->bends + csm * b->all_bends;
  *uneven = *over = 0;
  for (size_t d = 0; d < b->roam.dimensions; d++) {
    int64_t in_amount = in == TX_BOOKS_NONE ? 0 : tx_core_amount(core, in, d);
    int64_t out_amount = out == TX_BOOKS_NONE ? 0 : tx_core_amount(core, out, d), all = sum[d] + in_amount - out_amount;
    if (all > limit[d] && in != TX_BOOKS_NONE) {
      return false;
    }
    if (d == 0 && all > core->books->capacity[csm]) {
      *over = all - core->books->capacity[csm];
    }
    for (size_t x = b->bend_begin[d]; x < b->bend_begin[d + 1] && all > bends[x].from; x++) {
      *uneven += bends[x].steeper * (all - bends[x].from);
    }
  }
  return true;
}

/* The customer goes from a to c, `back` (or nobody) comes in return; points: lost by that. False: it may not be. */
static bool judge(const balance *b, uint32_t customer, uint32_t a, uint32_t c, uint32_t back, int64_t points,
                  change *out) {
  if (!look_at(b, c, back, customer, &out->over[1], &out->uneven[1]) ||
      !look_at(b, a, customer, back, &out->over[0], &out->uneven[0])) {
    return false;
  }
  out->part[0] = out->over[0] + out->over[1] - b->over[a] - b->over[c];
  out->part[1] = points;
  out->part[2] = out->uneven[0] + out->uneven[1] - b->uneven[a] - b->uneven[c];
  if (b->together) {
    out->part[2] += out->part[1];
    out->part[1] = 0;
  }
  return true;
}

static bool accepted(const balance *b, const change *c, uint64_t random) {
  for (int p = 0; p < 2; p++) {
    if (c->part[p] != 0) {
      return c->part[p] < 0;
    }
  }
  return c->part[2] <= 0 || (b->heat > 0 && (double)c->part[2] < b->heat * tx_cool_exponential(random));
}

static void move(balance *b, uint32_t customer, uint32_t csm, int64_t points) {
  uint32_t from = b->roam.at[customer];
  tx_roam_leave(&b->roam, customer);
  tx_roam_join(&b->roam, customer, csm);
  for (size_t d = 0; d < b->roam.dimensions; d++) {
    int64_t amount = tx_core_amount(b->core, customer, d);
    b->roam.sum[from * b->roam.dimensions + d] -= amount;
    b->roam.sum[csm * b->roam.dimensions + d] += amount;
  }
  b->roam.points[customer] = points;
  tx_roam_note(&b->roam, customer);
}

static bool is_better(const int64_t *x, const int64_t *y) {
  for (int p = 0; p < 2; p++) {
    if (x[p] != y[p]) {
      return x[p] < y[p];
    }
  }
  return x[2] < y[2];
}

static void take(balance *b, uint32_t a, uint32_t c, const change *its) {
  b->over[a] = its->over[0];
  b->over[c] = its->over[1];
  b->uneven[a] = its->uneven[0];
  b->uneven[c] = its->uneven[1];
  for (int p = 0; p < 3; p++) {
    b->gone[p] += its->part[p];
  }
}

/* One customer to one CSM, alone or in exchange. Returns the size of a change that was looked at, or 0. */
static int64_t trial(balance *b) {
  tx_core *core = b->core;
  uint64_t dice = tx_core_random(core);
  uint32_t customer = (uint32_t)((dice >> 32) * b->roam.n >> 32), a = b->roam.at[customer];
  tx_choices choices = tx_core_choices(core, customer);
  core->watch->work += 4;
  if (a == TX_BOOKS_NONE) {
    return 0;
  }
  size_t entry = tx_core_choice(core, &choices, (size_t)((dice & 0xFFFFFFFF) * choices.count >> 32));
  uint32_t c = entry == SIZE_MAX ? a : core->books->offer_csm[entry];
  if (c == a || tx_core_denied(core, customer, entry)) {
    return 0;
  }
  int64_t there = tx_core_entry_points(core, customer, entry), lost = b->roam.points[customer] - there, size = 0;
  change found;
  if (lost <= 0 || b->together) {
    core->watch->work += 4 + 4 * b->roam.dimensions;
    if (judge(b, customer, a, c, TX_BOOKS_NONE, lost, &found)) {
      size = found.part[2];
      if (accepted(b, &found, tx_core_random(core))) {
        move(b, customer, c, there);
        take(b, a, c, &found);
        return size;
      }
    }
  }
  for (int look = 0; look < LOOKS; look++) {
    uint32_t other = tx_roam_member(&b->roam, c);
    size_t back = other == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, other, a);
    core->watch->work += 4;
    if (back == SIZE_MAX) {
      continue;
    }
    int64_t its = tx_core_entry_points(core, other, back), both = lost + b->roam.points[other] - its;
    if (both > 0 && !b->together) {
      continue;
    }
    core->watch->work += 4 + 4 * b->roam.dimensions;
    if (judge(b, customer, a, c, other, both, &found)) {
      size = found.part[2];
      if (accepted(b, &found, tx_core_random(core))) {
        move(b, customer, c, there);
        move(b, other, a, its);
        take(b, a, c, &found);
        return size;
      }
    }
  }
  return size;
}

static bool reserve(balance *b, tx_arena *arena) {
  const tx_core *core = b->core;
  b->bend_begin = tx_arena_calloc(arena, b->roam.dimensions + 1, sizeof *b->bend_begin);
  for (size_t d = 0; b->bend_begin != NULL && d < b->roam.dimensions; d++) {
    b->bend_begin[d + 1] = b->bend_begin[d] + (core->curve[d] == NULL ? 0 : core->curve[d]->pieces);
  }
  b->all_bends = b->bend_begin == NULL ? 0 : b->bend_begin[b->roam.dimensions];
  b->bends = tx_arena_calloc(arena, b->roam.csms * b->all_bends + 1, sizeof *b->bends);
  b->over = tx_arena_calloc(arena, b->roam.csms, sizeof *b->over);
  b->uneven = tx_arena_calloc(arena, b->roam.csms, sizeof *b->uneven);
  return b->bend_begin != NULL && b->bends != NULL && b->over != NULL && b->uneven != NULL;
}

static void copy_curves(balance *b) {
  for (size_t i = 0; i < b->roam.csms; i++) {
    bend *bends = b->bends + i * b->all_bends;
    for (size_t d = 0; d < b->roam.dimensions; d++) {
      const tx_books_measure *curve = b->core->curve[d];
      for (size_t p = 0; curve != NULL && p < curve->pieces; p++) {
        int64_t before = p == 0 ? 0 : curve->slope[i * curve->pieces + p - 1];
        *bends++ = (bend){curve->from[i * curve->pieces + p], curve->slope[i * curve->pieces + p] - before};
      }
    }
  }
}

static void copy_core(balance *b) {
  const tx_core *core = b->core;
  b->together = core->books->together;
  for (size_t i = 0; i < b->roam.csms; i++) {
    b->over[i] = core->csm_cost[i].part[TX_OVER];
    b->uneven[i] = core->csm_cost[i].part[core->balance_part];
  }
  core->watch->work += b->roam.n;
}

/* What a trial usually changes, up or down. */
static double usual_change(balance *b) {
  double sum = 0;
  int seen = 0;
  for (int x = 0; x < SAMPLE; x++) {
    int64_t size = trial(b);
    sum += (double)(size < 0 ? -size : size);
    seen += size != 0;
  }
  return seen > 0 ? sum / seen : 0;
}

static triax_status cool(balance *b, uint64_t budget) {
  tx_watch *watch = b->core->watch;
  double usual = usual_change(b), span = tx_cool_span(HOT, COLD);
  uint64_t start = watch->work;
  triax_status status = TRIAX_OK;
  while (status == TRIAX_OK && watch->work - start < budget && watch->work < watch->stop) {
    b->heat = usual * HOT * tx_cool_halved(span * ((double)(watch->work - start) / (double)budget));
    for (int x = 0; x < ROUND; x++) {
      trial(b);
      if (is_better(b->gone, b->best)) {
        memcpy(b->best, b->gone, sizeof b->best);
        tx_roam_remember(&b->roam);
      }
    }
    status = tx_watch_work(watch, 1);
  }
  return status;
}

triax_status tx_improve_balance(tx_core *core, uint64_t budget) {
  balance b = {.core = core};
  tx_arena arena;
  if (core->books->customers == 0 || core->books->csms < 2) {
    return TRIAX_OK;
  }
  tx_arena_init(&arena, core->watch->context);
  bool room = tx_roam_init(&b.roam, core, &arena) && reserve(&b, &arena);
  triax_status status = room ? TRIAX_OK : tx_no_memory(core->watch->error);
  if (status == TRIAX_OK) {
    copy_curves(&b);
    copy_core(&b);
    status = cool(&b, budget);
  }
  if (status == TRIAX_OK && is_better(b.best, (const int64_t[3]){0, 0, 0})) {
    status = tx_roam_hand_over(&b.roam, core);
  }
  tx_arena_free(&arena);
  return status;
}
