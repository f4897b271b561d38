/* Depth first over all assignments that could still be better, as far as the work allowed goes.
 *
 * With prices of capacity fixed, an assignment costs the bound plus the excess of each pair it uses, plus price × room
 * left. What a partial assignment must still pay is at least each open item's least excess among the agents that
 * still have room for it; the item with the greatest regret is placed next. */
#include "allocation/assignment_private.h"

#include <string.h>

typedef struct exact {
  tx_assignment_work *work;
  size_t *option_begin;
  tx_assignment_option *option;
  int64_t *room;
  uint32_t *agent; /* TRIAX_ASSIGNMENT_NONE: open */
  uint64_t limit;  /* of work */
  bool cut;        /* something was left out */
} exact;

/* What open items must pay at least, and which comes next. INT64_MAX: one has no place left. */
static int64_t look_ahead(exact *e, int64_t paid, size_t *next) {
  const tx_assignment_work *work = e->work;
  int64_t regret = -1;
  for (size_t j = 0; j < work->items; j++) {
    if (e->agent[j] != TRIAX_ASSIGNMENT_NONE) {
      continue;
    }
    int64_t first = INT64_MAX, second = INT64_MAX;
    for (size_t o = e->option_begin[j]; o < e->option_begin[j + 1] && second == INT64_MAX; o++) {
      const tx_assignment_option *option = &e->option[o];
      if (option->load <= e->room[option->agent]) {
        second = first == INT64_MAX ? second : option->excess;
        first = first == INT64_MAX ? option->excess : first;
      }
    }
    if (first == INT64_MAX) {
      return INT64_MAX;
    }
    paid += first;
    int64_t this_regret = second == INT64_MAX ? INT64_MAX : second - first;
    if (this_regret > regret) {
      regret = this_regret;
      *next = j;
    }
  }
  return paid;
}

static bool hopeless(const exact *e, int64_t paid) {
  const tx_assignment_work *work = e->work;
  return paid == INT64_MAX ||
         (work->found && tx_assignment_ceil(work->proof_capacity + paid, work->scale) >= work->best_cost);
}

static void dive(exact *e, size_t open, int64_t excess) {
  tx_assignment_work *work = e->work;
  if (open == 0) {
    tx_assignment_offer(work, e->agent);
    return;
  }
  if (work->work > e->limit || !tx_assignment_tick(work, work->items)) {
    e->cut = true;
    return;
  }
  size_t next = 0;
  int64_t ahead = look_ahead(e, excess, &next), left_out = 0;
  if (hopeless(e, ahead)) {
    return;
  }
  bool first = true;
  for (size_t o = e->option_begin[next]; o < e->option_begin[next + 1] && !e->cut; o++) {
    const tx_assignment_option *option = &e->option[o];
    if (option->load > e->room[option->agent]) {
      continue;
    }
    left_out = first ? option->excess : left_out;
    first = false;
    if (hopeless(e, ahead + option->excess - left_out)) {
      break;
    }
    e->agent[next] = option->agent;
    e->room[option->agent] -= option->load;
    dive(e, open - 1, excess + option->excess);
    e->room[option->agent] += option->load;
    e->agent[next] = TRIAX_ASSIGNMENT_NONE;
  }
}

bool tx_assignment_exact(tx_assignment_work *work, uint64_t units) {
  size_t m = work->agents, n = work->items;
  tx_arena *arena = &work->arena;
  exact e = {work,
             tx_arena_calloc(arena, n + 1, sizeof(size_t)),
             tx_arena_calloc(arena, n * m, sizeof *e.option),
             tx_arena_calloc(arena, m, sizeof(int64_t)),
             tx_arena_calloc(arena, n, sizeof(uint32_t)),
             work->work + units,
             false};
  if (e.option_begin == NULL || e.option == NULL || e.room == NULL || e.agent == NULL) {
    return false;
  }
  for (size_t j = 0; j < n; j++) {
    e.agent[j] = TRIAX_ASSIGNMENT_NONE;
    e.option_begin[j + 1] = e.option_begin[j] + tx_assignment_rank(work, j, e.option + e.option_begin[j]);
  }
  for (size_t i = 0; i < m; i++) {
    e.room[i] = work->capacity[i];
  }
  dive(&e, n, 0);
  if (!e.cut) {
    work->bound = work->found ? work->best_cost : INT64_MAX;
  }
  return true;
}
