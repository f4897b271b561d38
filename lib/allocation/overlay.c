/* Specialists beside the owner: a heap of those with room, the least loaded on top.
 *
 * Who has a specialist with room keeps it; the others follow. Both in order of value, largest first, ties by row. */
#include <math.h>

#include "allocation/private.h"
#include "base/error.h"
#include "base/sort.h"

typedef struct specialists {
  double accounts; /* of a full-time one; 0: no limit */
  const double *fte;
  uint64_t *carried; /* per CSM */
  uint32_t *heap;
  size_t count;
} specialists;

static double fte_of(const double *of, size_t csm) {
  double fte = of ? of[csm] : 1;
  return fte > 0 ? (fte < 1e9 ? fte : 1e9) : 0;
}

double tx_allocation_overlay_room(const double *fte, size_t csm, double accounts) {
  double room = accounts * fte_of(fte, csm);
  return floor(room + 1e-6 + 1e-12 * room);
}

static bool has_room(const specialists *s, size_t csm) {
  double carried = (double)(s->carried[csm] + 1);
  if (!(fte_of(s->fte, csm) > 0)) return false;
  return !(s->accounts > 0) || carried <= tx_allocation_overlay_room(s->fte, csm, s->accounts);
}

/* How full one more account makes a specialist; ties by number. */
static bool before(const specialists *s, uint32_t a, uint32_t b) {
  double full_a = (double)(s->carried[a] + 1) / fte_of(s->fte, a);
  double full_b = (double)(s->carried[b] + 1) / fte_of(s->fte, b);
  return full_a != full_b ? full_a < full_b : a < b;
}

static void sink(specialists *s, size_t at) {
  for (;;) {
    size_t least = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
      if (child < s->count && before(s, s->heap[child], s->heap[least])) least = child;
    }
    if (least == at) return;
    uint32_t swap = s->heap[at];
    s->heap[at] = s->heap[least];
    s->heap[least] = swap;
    at = least;
  }
}

static void fill_heap(specialists *s, size_t csms, const uint64_t *given) {
  for (size_t i = 0; i < csms; i++) {
    if (tx_bit(given, i) && has_room(s, i)) s->heap[s->count++] = (uint32_t)i;
  }
  for (size_t at = s->count / 2; at-- > 0;) sink(s, at);
}

static uint32_t take(specialists *s) {
  if (s->count == 0) return TX_ALLOCATION_NONE;
  uint32_t csm = s->heap[0];
  s->carried[csm]++;
  if (!has_room(s, csm)) s->heap[0] = s->heap[--s->count];
  sink(s, 0);
  return csm;
}

static bool more_value(const void *user, uint32_t a, uint32_t b) {
  const double *value = user;
  double value_a = tx_amount(value, a), value_b = tx_amount(value, b);
  return value_a != value_b ? value_a > value_b : a < b;
}

static void assign(specialists *s, size_t csms, const uint64_t *given, const uint32_t *order, size_t count,
                   const uint32_t *present, uint32_t *csm) {
  for (size_t n = 0; present && n < count; n++) {
    uint32_t who = present[order[n]];
    if (who >= csms || !tx_bit(given, who) || !has_room(s, who)) continue;
    csm[order[n]] = who;
    s->carried[who]++;
  }
  fill_heap(s, csms, given);
  for (size_t n = 0; n < count; n++) {
    if (csm[order[n]] == TX_ALLOCATION_NONE) csm[order[n]] = take(s);
  }
}

triax_status tx_allocation_overlay(triax_context *context, size_t customers, size_t csms, const uint64_t *wanted,
                                   const uint64_t *given, const double *fte, double accounts, const double *value,
                                   const uint32_t *present, uint32_t *csm, triax_error *error) {
  tx_arena arena;
  tx_arena_init(&arena, context);
  specialists s = {.accounts = accounts, .fte = fte};
  s.carried = tx_arena_calloc(&arena, csms + 1, sizeof *s.carried);
  s.heap = tx_arena_calloc(&arena, csms + 1, sizeof *s.heap);
  uint32_t *order = tx_arena_calloc(&arena, customers + 1, sizeof *order);
  uint32_t *spare = tx_arena_calloc(&arena, customers + 1, sizeof *spare);
  bool fine = s.carried && s.heap && order && spare;
  size_t count = 0;
  for (size_t c = 0; fine && c < customers; c++) {
    csm[c] = TX_ALLOCATION_NONE;
    if (tx_bit(wanted, c)) order[count++] = (uint32_t)c;
  }
  if (fine && value) tx_sort(order, spare, count, more_value, value);
  if (fine) assign(&s, csms, given, order, count, present, csm);
  tx_arena_free(&arena);
  return fine ? TRIAX_OK : tx_no_memory(error);
}
