/* Improvement by load: all customers of one load at once, exactly, while the others stay. */
#include "base/sort.h"
#include "search/search.h"

typedef struct sizes {
  tx_core *core;
  int64_t scale;
  const tx_flow *start;
  uint32_t *order, *spare; /* customers by load */
  uint32_t *list;          /* those of the load in hand */
  size_t begin;            /* of the first customer with a load */
} sizes;

static bool less_load(const void *user, uint32_t a, uint32_t b) {
  const tx_core *core = user;
  int64_t load_a = tx_core_load(core, a), load_b = tx_core_load(core, b);
  return load_a != load_b ? load_a < load_b : a < b;
}

static bool near_enough(const tx_core *core) { return core->missed != NULL && tx_core_near(core); }

/* One load's customers anew, then whoever waits; *gained tells whether it was better. All is taken back if not. */
static triax_status place_again(sizes *s, size_t from, size_t to, bool *gained) {
  tx_core *core = s->core;
  tx_cost before = core->cost;
  tx_core_note(core);
  for (size_t x = from; x < to; x++) {
    s->list[x - from] = s->order[x];
    tx_core_place(core, s->order[x], TX_BOOKS_NONE, 0);
  }
  core->watch->work += 8 * (to - from);
  tx_dive_options options = {.customers = s->list, .count = to - from, .budget = UINT64_MAX / 4};
  options.start = s->start;
  triax_status status = tx_dive(core, s->scale, &options);
  if (status == TRIAX_OK) {
    status = tx_greedy(core);
  }
  *gained = status == TRIAX_OK && tx_cost_compare(&core->cost, &before) < 0;
  triax_status settled = *gained ? tx_core_keep(core) : tx_core_take_back(core);
  return status != TRIAX_OK ? status : settled;
}

static triax_status sweep(sizes *s, uint64_t end, bool *gained) {
  tx_core *core = s->core;
  size_t n = core->books->customers;
  triax_status status = TRIAX_OK;
  *gained = false;
  for (size_t from = s->begin, to; status == TRIAX_OK && from < n && core->watch->work < end && !near_enough(core);
       from = to) {
    int64_t load = tx_core_load(core, s->order[from]);
    for (to = from; to < n && tx_core_load(core, s->order[to]) == load; to++) {
    }
    bool better = false;
    status = place_again(s, from, to, &better);
    *gained = *gained || better;
  }
  return status;
}

static triax_status run_sweeps(sizes *s, uint64_t budget) {
  tx_core *core = s->core;
  size_t n = core->books->customers;
  uint64_t end = tx_watch_end(core->watch, budget);
  for (size_t j = 0; j < n; j++) {
    s->order[j] = (uint32_t)j;
  }
  tx_sort(s->order, s->spare, n, less_load, core);
  while (s->begin < n && tx_core_load(core, s->order[s->begin]) == 0) {
    s->begin++;
  }
  triax_status status = TRIAX_OK;
  for (bool gained = true; status == TRIAX_OK && gained && core->watch->work < end && !near_enough(core);) {
    status = sweep(s, end, &gained);
  }
  return status;
}

triax_status tx_improve_sizes(tx_core *core, int64_t scale, const tx_flow *start, uint64_t budget) {
  triax_context *context = core->watch->context;
  size_t n = core->books->customers;
  sizes s = {.core = core, .scale = scale, .start = start};
  s.order = tx_alloc_array(context, n, sizeof *s.order);
  s.spare = tx_alloc_array(context, n, sizeof *s.spare);
  s.list = tx_alloc_array(context, n, sizeof *s.list);
  triax_status status =
      s.order == NULL || s.spare == NULL || s.list == NULL ? tx_no_memory(core->watch->error) : run_sweeps(&s, budget);
  tx_free_array(context, s.order, n, sizeof *s.order);
  tx_free_array(context, s.spare, n, sizeof *s.spare);
  tx_free_array(context, s.list, n, sizeof *s.list);
  return status;
}
