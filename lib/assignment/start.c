/* A first assignment: items in order of what it would cost not to get their best agent, at given prices. */
#include "assignment/private.h"

typedef struct start {
  tx_assignment_work *work;
  const int64_t *price;
  uint32_t *agent;
  int64_t *room; /* per agent */
  int64_t *regret;
} start;

/* The best agent with room for an item, or TRIAX_ASSIGNMENT_NONE; regret: by how much the second is worse. */
static uint32_t choose(const start *s, size_t j, int64_t *regret) {
  const tx_assignment_work *work = s->work;
  int64_t first = INT64_MAX, second = INT64_MAX;
  uint32_t at = TRIAX_ASSIGNMENT_NONE;
  for (size_t i = 0; i < work->agents; i++) {
    int64_t load = work->load[j * work->agents + i];
    if (load <= s->room[i]) {
      int64_t value = work->scale * work->cost[j * work->agents + i] + s->price[i] * load;
      if (value < first) {
        second = first;
        first = value;
        at = (uint32_t)i;
      } else if (value < second) {
        second = value;
      }
    }
  }
  *regret = at == TRIAX_ASSIGNMENT_NONE ? -1 : second == INT64_MAX ? INT64_MAX : second - first;
  return at;
}

/* The agent that an item without room overloads least, in parts of its capacity. */
static uint32_t least_harm(const start *s, size_t j) {
  const tx_assignment_work *work = s->work;
  uint32_t at = 0;
  double least = -1;
  for (size_t i = 0; i < work->agents; i++) {
    int64_t load = work->load[j * work->agents + i];
    if (load != TX_ASSIGNMENT_APART) {
      double harm = ((double)load - (double)s->room[i]) / ((double)work->capacity[i] + 1) + 1e6;
      if (least < 0 || harm < least) {
        least = harm;
        at = (uint32_t)i;
      }
    }
  }
  return at;
}

static void place(start *s, size_t j, uint32_t at) {
  s->agent[j] = at;
  s->room[at] -= s->work->load[j * s->work->agents + at];
}

bool tx_assignment_start(tx_assignment_work *work, const int64_t *price) {
  size_t m = work->agents, n = work->items;
  tx_arena *arena = &work->arena;
  start s = {work, price, tx_arena_calloc(arena, n, sizeof(uint32_t)), tx_arena_calloc(arena, m, sizeof(int64_t)),
             tx_arena_calloc(arena, n, sizeof(int64_t))};
  uint32_t *wish = tx_arena_calloc(arena, n, sizeof *wish);
  if (s.agent == NULL || s.room == NULL || s.regret == NULL || wish == NULL) {
    return false;
  }
  for (size_t i = 0; i < m; i++) {
    s.room[i] = work->capacity[i];
  }
  for (size_t j = 0; j < n; j++) {
    s.agent[j] = TRIAX_ASSIGNMENT_NONE;
    wish[j] = choose(&s, j, &s.regret[j]);
  }
  for (size_t left = n; left > 0; left--) {
    size_t next = n;
    for (size_t j = 0; j < n; j++) {
      if (s.agent[j] == TRIAX_ASSIGNMENT_NONE && (next == n || s.regret[j] > s.regret[next])) {
        next = j;
      }
    }
    /* Room has shrunk since the wish was made: ask again, and take it only if it still is the greatest regret. */
    if (wish[next] != TRIAX_ASSIGNMENT_NONE && work->load[next * m + wish[next]] > s.room[wish[next]]) {
      wish[next] = choose(&s, next, &s.regret[next]);
      left++;
      continue;
    }
    place(&s, next, wish[next] != TRIAX_ASSIGNMENT_NONE ? wish[next] : least_harm(&s, next));
  }
  tx_assignment_tick(work, n * n / 2 + n * m * 4);
  tx_assignment_offer(work, s.agent);
  return true;
}
