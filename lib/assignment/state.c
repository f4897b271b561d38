/* The state that searches share: set up, changed, kept. */
#include "assignment/search.h"

#include <string.h>

void tx_search_put(tx_search *s, uint32_t item, uint32_t option) {
  const tx_assignment_option *from = &s->option[s->chosen[item]], *to = &s->option[option];
  uint32_t *list = s->member[from->agent], last = list[--s->members[from->agent]];
  list[s->place[item]] = last;
  s->place[last] = s->place[item];
  s->place[item] = s->members[to->agent]++;
  s->member[to->agent][s->place[item]] = item;
  tx_search_agent *a = &s->state[from->agent], *b = &s->state[to->agent];
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

void tx_search_keep(tx_search *s) {
  tx_assignment_work *work = s->work;
  if (s->over == 0 && !tx_assignment_cut(work) && (!work->found || s->cost < work->best_cost)) {
    work->found = true;
    work->best_cost = s->cost;
    memcpy(work->best, s->agent, work->items * sizeof *work->best);
  }
}

/* How many of an item's next choices its usual excess is taken from. */
#define USUAL 6

/* The pair of an item with a certain agent, its excess against the best one's. */
static tx_assignment_option pair_with(const tx_assignment_work *work, size_t j, uint32_t agent,
                                      const tx_assignment_option *best) {
  const int64_t *cost = work->cost + j * work->agents;
  int64_t load = work->load[j * work->agents + agent];
  int64_t excess = work->scale * (cost[agent] - cost[best->agent]) + work->price[agent] * load -
                   work->price[best->agent] * best->load;
  return (tx_assignment_option){agent, load, excess};
}

static bool choose_options(tx_search *s, tx_arena *arena, const uint32_t *start, size_t options) {
  tx_assignment_work *work = s->work;
  size_t n = work->items, most = options > USUAL ? options : USUAL, end = 0;
  tx_assignment_option *row = tx_arena_calloc(arena, most, sizeof *row);
  s->option = tx_arena_calloc(arena, n * (options + 1), sizeof *s->option);
  s->option_begin = tx_arena_calloc(arena, n + 1, sizeof *s->option_begin);
  if (row == NULL || s->option == NULL || s->option_begin == NULL) {
    return false;
  }
  double typical = 0;
  for (size_t j = 0; j < n; j++) {
    size_t count = tx_assignment_rank(work, j, most, row), near = count < USUAL ? count : USUAL;
    for (size_t o = 1; o < near; o++) {
      typical += (double)row[o].excess / (double)(near - 1);
    }
    bool has_start = false;
    for (size_t o = 0; o < count && o < options; o++) {
      if (row[o].agent == start[j]) {
        has_start = true;
        s->chosen[j] = (uint32_t)end;
      }
      s->option[end++] = row[o];
    }
    if (!has_start) {
      s->chosen[j] = (uint32_t)end;
      s->option[end++] = pair_with(work, j, start[j], &row[0]);
    }
    s->option_begin[j + 1] = end;
  }
  s->typical = (int64_t)(typical / (double)n) + 1;
  tx_assignment_tick(work, n * work->agents * 2);
  return true;
}

static bool build(tx_search *s, tx_arena *arena, const uint32_t *start, size_t options) {
  tx_assignment_work *work = s->work;
  size_t m = work->agents, n = work->items;
  s->state = tx_arena_calloc(arena, m, sizeof *s->state);
  s->agent = tx_arena_calloc(arena, n, sizeof *s->agent);
  s->chosen = tx_arena_calloc(arena, n, sizeof *s->chosen);
  s->member = tx_arena_calloc(arena, m, sizeof *s->member);
  s->members = tx_arena_calloc(arena, m, sizeof *s->members);
  s->place = tx_arena_calloc(arena, n, sizeof *s->place);
  uint32_t *lists = tx_arena_calloc(arena, m * n, sizeof *lists);
  if (s->state == NULL || s->agent == NULL || s->chosen == NULL || s->member == NULL || s->members == NULL ||
      s->place == NULL || lists == NULL || !choose_options(s, arena, start, options)) {
    return false;
  }
  double mean = 0;
  for (size_t i = 0; i < m; i++) {
    s->member[i] = lists + i * n;
    s->state[i] = (tx_search_agent){work->capacity[i], work->price[i], 0, work->price[i], 0};
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

bool tx_search_begin(tx_search *s, tx_assignment_work *work, tx_arena *arena, const uint32_t *start, size_t options) {
  *s = (tx_search){.work = work};
  start = start != NULL ? start : work->found ? work->best : work->nearest;
  return build(s, arena, start, options);
}
