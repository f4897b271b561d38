/* Improvement of the balance by annealing: shifts and exchanges, of one customer for some, among those that carry,
 * which lose nothing of what counts more. Worse balance stands for a while, the shorter the cooler it gets. */
#include <string.h>

#include "base/cooling.h"
#include "search/roam.h"
#include "search/search.h"

#define LOOKS 8     /* members of a CSM that are asked to come back in exchange */
#define BACKS 6     /* who come together for one, at most */
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

/* One customer goes from a to c, and some of c's come in return. */
typedef struct exchange {
  uint32_t customer, a, c;
  int64_t there, lost; /* points: that it earns at c; lost by all together */
  size_t backs;
  uint32_t back[BACKS];
  int64_t back_points[BACKS];  /* that they earn at a */
  int64_t more[TX_DIMENSIONS]; /* that c has in the end */
} exchange;

/* The sums of one of the two CSMs afterwards; false where somebody would come and a limit be passed. */
static bool look_at(const balance *b, const exchange *e, bool at_c, int64_t *over, int64_t *uneven) {
  const tx_core *core = b->core;
  uint32_t csm = at_c ? e->c : e->a;
  bool comes = at_c || e->backs > 0;
  const int64_t *sum = b->roam.sum + csm * b->roam.dimensions, *limit = core->limit + csm * b->roam.dimensions;
  const bend *bends = b->bends + csm * b->all_bends;
  *uneven = *over = 0;
  for (size_t d = 0; d < b->roam.dimensions; d++) {
    int64_t all = at_c ? sum[d] + e->more[d] : sum[d] - e->more[d];
    if (comes && all > limit[d]) {
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

/* What it would change; false: it may not be. */
static bool judge(const balance *b, const exchange *e, change *out) {
  if (!look_at(b, e, true, &out->over[1], &out->uneven[1]) || !look_at(b, e, false, &out->over[0], &out->uneven[0])) {
    return false;
  }
  out->part[0] = out->over[0] + out->over[1] - b->over[e->a] - b->over[e->c];
  out->part[1] = e->lost;
  out->part[2] = out->uneven[0] + out->uneven[1] - b->uneven[e->a] - b->uneven[e->c];
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

static void take(balance *b, const exchange *e, const change *its) {
  move(b, e->customer, e->c, e->there);
  for (size_t x = 0; x < e->backs; x++) {
    move(b, e->back[x], e->a, e->back_points[x]);
  }
  b->over[e->a] = its->over[0];
  b->over[e->c] = its->over[1];
  b->uneven[e->a] = its->uneven[0];
  b->uneven[e->c] = its->uneven[1];
  for (int p = 0; p < 3; p++) {
    b->gone[p] += its->part[p];
  }
}

/* Takes the exchange if chance and the heat have it so; size: of the change, where it may be. */
static bool consider(balance *b, const exchange *e, int64_t *size) {
  change found;
  if (e->lost > 0 && !b->together) {
    return false;
  }
  b->core->watch->work += 4 + 4 * b->roam.dimensions;
  if (!judge(b, e, &found)) {
    return false;
  }
  *size = found.part[2];
  if (!accepted(b, &found, tx_core_random(b->core))) {
    return false;
  }
  take(b, e, &found);
  return true;
}

static void add_back(const balance *b, exchange *e, uint32_t other, int64_t points, int sign) {
  for (size_t d = 0; d < b->roam.dimensions; d++) {
    e->more[d] -= sign * tx_core_amount(b->core, other, d);
  }
  e->lost += sign * (b->roam.points[other] - points);
  if (sign > 0) {
    e->back[e->backs] = other;
    e->back_points[e->backs] = points;
  }
  e->backs += (size_t)sign;
}

/* Another one that comes in return: beside those who do, or where they would be too many in their stead. */
static bool join_backs(const balance *b, exchange *e, uint32_t other) {
  const tx_core *core = b->core;
  size_t entry = other == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, other, e->a);
  if (entry == SIZE_MAX) {
    return false;
  }
  bool again = false;
  for (size_t x = 0; x < e->backs; x++) {
    again = again || e->back[x] == other;
  }
  int64_t sum = b->roam.sum[e->a * b->roam.dimensions] - e->more[0] + tx_core_load(core, other);
  if (again || e->backs == BACKS || sum > core->limit[e->a * b->roam.dimensions]) {
    while (e->backs > 0) {
      add_back(b, e, e->back[e->backs - 1], e->back_points[e->backs - 1], -1);
    }
  }
  add_back(b, e, other, tx_core_entry_points(core, other, entry), 1);
  return true;
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
  exchange e = {.customer = customer, .a = a, .c = c, .there = tx_core_entry_points(core, customer, entry)};
  int64_t size = 0;
  e.lost = b->roam.points[customer] - e.there;
  for (size_t d = 0; d < b->roam.dimensions; d++) {
    e.more[d] = tx_core_amount(core, customer, d);
  }
  bool taken = consider(b, &e, &size);
  for (int look = 0; !taken && look < LOOKS; look++) {
    core->watch->work += 4;
    taken = join_backs(b, &e, tx_roam_member(&b->roam, c)) && consider(b, &e, &size);
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
