/* The public face of the assignment problem: what comes in is checked, what goes out is put together. */
#include <triax/assignment.h>

#include <stdio.h>
#include <string.h>

#include "assignment/private.h"

struct triax_assignment {
  tx_count count;
  triax_context *context;
  size_t agents, items, prices;
  uint32_t *agent;
  int64_t *load;
  int64_t *missing;
  int64_t *price;
  triax_assignment_figures figures;
  triax_assignment_proof proof;
  char message[512];
};

void triax_assignment_options_init(triax_assignment_options *options) {
  if (options != NULL) {
    *options = (triax_assignment_options)TRIAX_ASSIGNMENT_OPTIONS_INIT;
  }
}

static void drop(triax_assignment *a) {
  triax_context *context = a->context;
  tx_free_array(context, a->agent, a->items, sizeof *a->agent);
  tx_free_array(context, a->load, a->agents, sizeof *a->load);
  tx_free_array(context, a->missing, a->agents, sizeof *a->missing);
  tx_free_array(context, a->price, a->prices, sizeof *a->price);
  tx_free(context, a, sizeof *a);
  triax_context_unref(context);
}

triax_assignment *triax_assignment_ref(triax_assignment *assignment) {
  if (assignment != NULL) {
    tx_count_ref(&assignment->count);
  }
  return assignment;
}

void triax_assignment_unref(triax_assignment *assignment) {
  if (assignment != NULL && tx_count_unref(&assignment->count)) {
    drop(assignment);
  }
}

static triax_assignment *make(triax_context *context, size_t agents, size_t items, size_t prices) {
  triax_assignment *a = tx_calloc(context, 1, sizeof *a);
  if (a == NULL) {
    return NULL;
  }
  tx_count_init(&a->count);
  a->context = triax_context_ref(context);
  a->agents = agents, a->items = items, a->prices = prices;
  a->agent = tx_calloc(context, items, sizeof *a->agent);
  a->load = tx_calloc(context, agents, sizeof *a->load);
  a->missing = tx_calloc(context, agents, sizeof *a->missing);
  a->price = tx_calloc(context, prices, sizeof *a->price);
  if (a->agent == NULL || a->load == NULL || a->missing == NULL || a->price == NULL) {
    drop(a);
    return NULL;
  }
  return a;
}

static bool add(int64_t *sum, int64_t amount) {
  if (amount > TX_ASSIGNMENT_LARGEST || *sum > TX_ASSIGNMENT_LARGEST - amount) {
    return false;
  }
  *sum += amount;
  return true;
}

static triax_status too_large(const char *what, triax_error *error) {
  return tx_fail(error, TRIAX_ELIMIT, "%s: their sum passes 2^56: state them in a coarser unit, such as thousands",
                 what);
}

/* Σ over items of the largest absolute cost, and of the largest load. */
static triax_status validate_sums(const triax_assignment_problem *p, triax_error *error) {
  int64_t costs = 0, loads = 0;
  for (size_t j = 0; j < p->items; j++) {
    int64_t cost = 0, load = 0;
    for (size_t i = 0; i < p->agents; i++) {
      int64_t c = p->cost[i * p->items + j], a = p->load[i * p->items + j];
      if (a < 0) {
        return tx_fail(error, TRIAX_EINVAL, "load: item %zu has a negative load at agent %zu; loads are 0 or more", j,
                       i);
      }
      c = c == INT64_MIN ? INT64_MAX : c < 0 ? -c : c;
      cost = c > cost ? c : cost;
      load = a > load ? a : load;
    }
    if (!add(&costs, cost)) {
      return too_large("cost", error);
    }
    if (!add(&loads, load)) {
      return too_large("load", error);
    }
  }
  return TRIAX_OK;
}

triax_status tx_assignment_validate(const triax_assignment_problem *p, triax_error *error) {
  if (p->items >= UINT32_MAX || p->agents >= UINT32_MAX ||
      (p->agents > 0 && p->items > (UINT64_C(1) << 31) / p->agents)) {
    return tx_fail(error, TRIAX_ELIMIT, "%zu agents and %zu items: there may be at most 2^31 pairs", p->agents,
                   p->items);
  }
  if ((p->agents > 0 && p->capacity == NULL) ||
      (p->agents > 0 && p->items > 0 && (p->cost == NULL || p->load == NULL))) {
    return tx_fail(error, TRIAX_EINVAL, "cost, load and capacity must be given where there are agents and items");
  }
  int64_t capacities = 0;
  for (size_t i = 0; i < p->agents; i++) {
    if (p->capacity[i] < 0) {
      return tx_fail(error, TRIAX_EINVAL, "capacity: agent %zu has a negative one; capacities are 0 or more", i);
    }
    if (!add(&capacities, p->capacity[i])) {
      return too_large("capacity", error);
    }
  }
  return validate_sums(p, error);
}

static triax_status read_options(const triax_assignment_options *given, triax_assignment_options *options,
                                 triax_error *error) {
  triax_status status =
      tx_options_copy(given, sizeof *options, sizeof *options, options, "triax_assignment_options", error);
  if (status != TRIAX_OK) {
    return status;
  }
  if (!(options->effort >= 0 && options->effort <= 1e6) || options->reserved != 0) {
    return tx_fail(error, TRIAX_EINVAL, "triax_assignment_options: effort goes from 0 to 1000000, reserved is 0");
  }
  options->effort = options->effort > 0 ? options->effort : 1;
  return TRIAX_OK;
}

static void cover(triax_assignment *a, const triax_assignment_problem *p, size_t j, uint32_t i) {
  a->agent[j] = i;
  a->load[i] += p->load[i * p->items + j];
  a->figures.cost += p->cost[i * p->items + j];
}

/* What the nearest full assignment lacks; items that fit nowhere go where they are least too large. */
static void count_missing(triax_assignment *a, const tx_assignment_work *work) {
  const triax_assignment_problem *p = work->problem;
  for (size_t j = 0; j < p->items; j++) {
    a->agent[j] = TRIAX_ASSIGNMENT_NONE;
  }
  for (size_t x = 0; x < work->items; x++) {
    a->agent[work->original[x]] = work->found ? work->best[x] : work->nearest[x];
  }
  for (size_t j = 0; j < p->items; j++) {
    if (a->agent[j] == TRIAX_ASSIGNMENT_NONE) {
      uint32_t at = 0;
      for (size_t i = 1; i < p->agents; i++) {
        if (p->load[i * p->items + j] - p->capacity[i] < p->load[at * p->items + j] - p->capacity[at]) {
          at = (uint32_t)i;
        }
      }
      a->agent[j] = at;
    }
    a->missing[a->agent[j]] += p->load[a->agent[j] * p->items + j];
  }
  for (size_t i = 0; i < p->agents; i++) {
    a->missing[i] = a->missing[i] > p->capacity[i] ? a->missing[i] - p->capacity[i] : 0;
    a->figures.missing += a->missing[i];
  }
}

/* Keeps what the capacities hold of the nearest full assignment, in the items' order, then places the rest anywhere. */
static void cover_in_part(triax_assignment *a, const tx_assignment_work *work) {
  const triax_assignment_problem *p = work->problem;
  for (size_t j = 0; j < p->items; j++) {
    a->agent[j] = TRIAX_ASSIGNMENT_NONE;
  }
  for (size_t x = 0; x < work->items; x++) {
    size_t j = work->original[x];
    uint32_t i = work->found ? work->best[x] : work->nearest[x];
    if (p->load[i * p->items + j] <= p->capacity[i] - a->load[i]) {
      cover(a, p, j, i);
    }
  }
  for (size_t j = 0; j < p->items; j++) {
    for (size_t i = 0; i < p->agents && a->agent[j] == TRIAX_ASSIGNMENT_NONE; i++) {
      if (p->load[i * p->items + j] <= p->capacity[i] - a->load[i]) {
        cover(a, p, j, (uint32_t)i);
      }
    }
    a->figures.uncovered += a->agent[j] == TRIAX_ASSIGNMENT_NONE;
  }
}

static void take_proof(triax_assignment *a, const tx_assignment_work *work) {
  triax_assignment_proof *proof = &a->proof;
  proof->scale = work->scale;
  proof->count = a->prices;
  proof->price = a->price;
  int64_t scaled = work->proof_capacity;
  proof->kind = TRIAX_ASSIGNMENT_PROOF_CAPACITY;
  if (work->item_price != NULL) {
    /* Item prices inside are above each item's cheapest cost. */
    scaled = work->proof_items;
    proof->kind = TRIAX_ASSIGNMENT_PROOF_ITEMS;
    for (size_t x = 0; x < work->items; x++) {
      a->price[work->original[x]] = work->item_price[x];
    }
  } else {
    memcpy(a->price, work->price, a->prices * sizeof *a->price);
  }
  proof->bound = work->base + tx_assignment_ceil(scaled, work->scale);
}

static void describe_missing(triax_assignment *a, bool proven) {
  size_t used = (size_t)snprintf(a->message, sizeof a->message,
                                 "%llu of %llu items have no agent: %s; the nearest one needs more capacity at",
                                 (unsigned long long)a->figures.uncovered, (unsigned long long)a->items,
                                 proven ? "no assignment holds all within the capacities"
                                        : "no assignment of all within the capacities was found");
  size_t named = 0, short_agents = 0;
  for (size_t i = 0; i < a->agents; i++) {
    short_agents += a->missing[i] > 0;
    if (a->missing[i] > 0 && named < 8) {
      used += (size_t)snprintf(a->message + used, sizeof a->message - used, "%s agent %llu (+%lld)",
                               named > 0 ? "," : "", (unsigned long long)i, (long long)a->missing[i]);
      named++;
    }
  }
  if (short_agents > named) {
    snprintf(a->message + used, sizeof a->message - used, " and %llu others",
             (unsigned long long)(short_agents - named));
  }
}

static void describe(triax_assignment *a) {
  const triax_assignment_figures *f = &a->figures;
  if (f->missing > 0) {
    describe_missing(a, f->bound == INT64_MAX);
  } else if (a->agents == 0 && a->items > 0) {
    snprintf(a->message, sizeof a->message, "%llu items have no agent: there are no agents; name at least one",
             (unsigned long long)a->items);
  } else if (f->optimal) {
    snprintf(a->message, sizeof a->message, "cost %lld: no assignment costs less", (long long)f->cost);
  } else {
    snprintf(a->message, sizeof a->message, "cost %lld: no assignment costs less than %lld%s", (long long)f->cost,
             (long long)f->bound, f->stopped ? "; the work was stopped early" : "");
  }
}

static void fill(triax_assignment *a, const tx_assignment_work *work) {
  const triax_assignment_problem *p = work->problem;
  a->figures.bound = work->bound == INT64_MAX ? INT64_MAX : work->base + work->bound;
  a->figures.work = work->work;
  a->figures.stopped = work->stopped;
  if (work->found && work->items == p->items) {
    for (size_t x = 0; x < work->items; x++) {
      cover(a, p, work->original[x], work->best[x]);
    }
    a->figures.optimal = work->best_cost <= work->bound;
  } else if (p->agents == 0) {
    a->figures.uncovered = p->items;
    memset(a->agent, 0xFF, p->items * sizeof *a->agent);
  } else {
    count_missing(a, work);
    cover_in_part(a, work);
  }
  take_proof(a, work);
  describe(a);
}

static triax_assignment *finish(const tx_assignment_work *work) {
  const triax_assignment_problem *p = work->problem;
  bool items = work->item_price != NULL;
  triax_assignment *a = make(work->context, p->agents, p->items, items ? p->items : p->agents);
  if (a != NULL) {
    fill(a, work);
  }
  return a;
}

triax_status triax_assignment_solve(triax_context *context, const triax_assignment_problem *problem,
                                    const triax_assignment_options *options, triax_assignment **assignment,
                                    triax_error *error) {
  if (context == NULL || problem == NULL || assignment == NULL) {
    return tx_fail(error, TRIAX_EINVAL, "triax_assignment_solve: context, problem and assignment must be given");
  }
  triax_assignment_problem p;
  triax_assignment_options o;
  triax_status status = tx_options_copy(problem, sizeof p, sizeof p, &p, "triax_assignment_problem", error);
  status = status == TRIAX_OK ? read_options(options, &o, error) : status;
  status = status == TRIAX_OK ? tx_assignment_validate(&p, error) : status;
  if (status != TRIAX_OK) {
    return status;
  }
  tx_assignment_work work = {
      .context = context, .random = o.seed, .stop = (uint64_t)(o.effort * TX_ASSIGNMENT_EFFORT)};
  tx_arena_init(&work.arena, context);
  triax_assignment *made = NULL;
  if (tx_assignment_begin(&work, &p) && tx_assignment_run(&work)) {
    made = finish(&work);
  }
  tx_arena_free(&work.arena);
  if (made == NULL) {
    return tx_no_memory(error);
  }
  *assignment = made;
  return TRIAX_OK;
}

/* Hands a struct out as far as the caller knows it. */
static triax_status hand_out(const void *from, size_t size, void *to, const char *name, triax_error *error) {
  size_t theirs = 0;
  if (to != NULL) {
    memcpy(&theirs, to, sizeof theirs);
  }
  if (theirs < size) {
    return tx_fail(error, TRIAX_EINVAL, "%s must be given, with struct_size set to sizeof(%s)", name, name);
  }
  memcpy((char *)to + sizeof theirs, (const char *)from + sizeof theirs, size - sizeof theirs);
  return TRIAX_OK;
}

triax_status triax_assignment_summary(const triax_assignment *assignment, triax_assignment_figures *figures,
                                      triax_error *error) {
  if (assignment == NULL) {
    return tx_fail(error, TRIAX_EINVAL, "triax_assignment_summary: assignment must be given");
  }
  return hand_out(&assignment->figures, sizeof *figures, figures, "triax_assignment_figures", error);
}

triax_status triax_assignment_prove(const triax_assignment *assignment, triax_assignment_proof *proof,
                                    triax_error *error) {
  if (assignment == NULL) {
    return tx_fail(error, TRIAX_EINVAL, "triax_assignment_prove: assignment must be given");
  }
  return hand_out(&assignment->proof, sizeof *proof, proof, "triax_assignment_proof", error);
}

const uint32_t *triax_assignment_agents(const triax_assignment *assignment, size_t *count) {
  if (count != NULL) {
    *count = assignment != NULL ? assignment->items : 0;
  }
  return assignment != NULL ? assignment->agent : NULL;
}

const int64_t *triax_assignment_loads(const triax_assignment *assignment, size_t *count) {
  if (count != NULL) {
    *count = assignment != NULL ? assignment->agents : 0;
  }
  return assignment != NULL ? assignment->load : NULL;
}

const int64_t *triax_assignment_missing(const triax_assignment *assignment, size_t *count) {
  if (count != NULL) {
    *count = assignment != NULL ? assignment->agents : 0;
  }
  return assignment != NULL ? assignment->missing : NULL;
}

const char *triax_assignment_message(const triax_assignment *assignment) {
  return assignment != NULL ? assignment->message : "";
}
