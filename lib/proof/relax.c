/* The relaxations of all parts of the problem, kept to be solved again and again for other weights. */
#include "proof/prove.h"

/* The customer's number in the part, or TX_BOOKS_NONE. */
static uint32_t local_customer(const tx_split *split, size_t part, uint32_t customer) {
  const uint32_t *list = split->customer_order + split->customer_begin[part];
  size_t low = 0, end = split->customer_begin[part + 1] - split->customer_begin[part], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < customer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && list[low] == customer ? (uint32_t)low : TX_BOOKS_NONE;
}

static uint32_t local_number(uint32_t number, const uint32_t *local) {
  return number < TX_BOOKS_LEFT ? local[number] : number;
}

/* The tree that the answer's relaxation ended with, in the part's numbers. */
static bool take_basis(const tx_relax *relax, size_t part, tx_relaxed *one) {
  const tx_split *split = relax->split;
  const tx_books_result *result = relax->result;
  size_t customers = one->problem.books.customers, csms = one->problem.books.csms;
  uint32_t *rest = tx_arena_calloc(&one->arena, customers, sizeof *rest);
  uint32_t *apart = tx_arena_calloc(&one->arena, customers, sizeof *apart);
  tx_books_link *class_link = tx_arena_calloc(&one->arena, one->problem.books.classes, sizeof *class_link);
  tx_books_link *csm_link = tx_arena_calloc(&one->arena, csms, sizeof *csm_link);
  one->apart = tx_arena_calloc(&one->arena, customers, sizeof *one->apart);
  if (rest == NULL || apart == NULL || class_link == NULL || csm_link == NULL || one->apart == NULL) {
    return false;
  }
  for (size_t x = 0; x < customers; x++) {
    uint32_t j = split->customer_order[split->customer_begin[part] + x];
    rest[x] = local_number(result->rest[j], split->csm_local);
    apart[x] = local_number(result->apart[j], split->csm_local);
    one->apart[x] = apart[x] != TX_BOOKS_NONE;
  }
  for (size_t x = 0; x < one->problem.books.classes; x++) {
    class_link[x] = result->class_link[split->class_order[split->class_begin[part] + x]];
    class_link[x].to = local_number(class_link[x].to, split->csm_local);
  }
  for (size_t x = 0; x < csms; x++) {
    csm_link[x] = result->csm_link[split->csm_order[split->csm_begin[part] + x]];
    csm_link[x].to = local_number(csm_link[x].to, split->class_local);
    csm_link[x].apart =
        csm_link[x].apart == TX_BOOKS_NONE ? TX_BOOKS_NONE : local_customer(split, part, csm_link[x].apart);
  }
  one->basis = (tx_basis){rest, apart, class_link, csm_link};
  return true;
}

static bool list_customers(tx_relaxed *one, tx_watch *watch) {
  const tx_core *core = &one->core;
  one->customers = tx_arena_calloc(&one->arena, core->books->customers, sizeof *one->customers);
  for (uint32_t j = 0; one->customers != NULL && j < core->books->customers; j++) {
    if (tx_core_load(core, j) > 0) {
      one->customers[one->count++] = j;
    }
  }
  watch->work += core->books->customers;
  return one->customers != NULL;
}

static triax_status open_part(tx_relax *relax, size_t part) {
  tx_relaxed *one = &relax->part[part];
  tx_watch *watch = relax->watch;
  tx_arena_init(&one->arena, watch->context);
  one->opened = true;
  if (!tx_part_build(relax->split, part, &one->arena, &one->problem)) {
    return tx_no_memory(watch->error);
  }
  triax_status status = tx_core_init(&one->core, &one->problem.books, one->problem.base, watch);
  if (status != TRIAX_OK) {
    return status;
  }
  one->has_core = true;
  int64_t scale = tx_flow_scale(&one->core);
  if (!list_customers(one, watch) || !take_basis(relax, part, one)) {
    return tx_no_memory(watch->error);
  }
  if (scale == 0 || one->count == 0) {
    return TRIAX_OK;
  }
  tx_flow_scope scope = {.customers = one->customers, .count = one->count, .apart = one->apart, .basis = &one->basis};
  status = tx_flow_init(&one->flow, &one->core, scale, &scope, NULL);
  one->has_flow = status == TRIAX_OK;
  return status;
}

triax_status tx_relax_init(tx_relax *relax, const tx_split *split, const tx_books_result *result, tx_watch *watch) {
  *relax = (tx_relax){.split = split, .result = result, .watch = watch};
  relax->part = tx_calloc(watch->context, split->parts, sizeof *relax->part);
  triax_status status = relax->part == NULL ? tx_no_memory(watch->error) : TRIAX_OK;
  for (size_t part = 0; status == TRIAX_OK && part < split->parts; part++) {
    status = open_part(relax, part);
  }
  return status;
}

void tx_relax_free(tx_relax *relax) {
  for (size_t part = 0; relax->part != NULL && part < relax->split->parts; part++) {
    tx_relaxed *one = &relax->part[part];
    if (one->has_flow) {
      tx_flow_free(&one->flow);
    }
    if (one->has_core) {
      tx_core_free(&one->core);
    }
    if (one->opened) {
      tx_arena_free(&one->arena);
    }
  }
  tx_free_array(relax->watch->context, relax->part, relax->part == NULL ? 0 : relax->split->parts, sizeof *relax->part);
}

triax_status tx_relax_solve(tx_relax *relax, const double *weight, size_t wide, double *price, double *cost) {
  triax_status status = TRIAX_OK;
  for (int p = 0; p < TX_PARTS; p++) {
    cost[p] = 0;
  }
  for (size_t part = 0; status == TRIAX_OK && part < relax->split->parts; part++) {
    tx_relaxed *one = &relax->part[part];
    if (!one->has_flow) {
      continue;
    }
    tx_flow *flow = &one->flow;
    status = tx_flow_weigh(flow, weight, UINT64_MAX / 4);
    tx_flow_cost(flow, cost);
    for (size_t i = 0; i < flow->csms; i++) {
      double sum = 0;
      for (int p = 0; p < TX_PARTS && flow->room[i] > 0; p++) {
        sum += weight[p] * ((double)flow->node[TX_FLOW_CSM(flow, i)].price.part[p] / (double)flow->scale);
      }
      price[relax->split->csm_order[relax->split->csm_begin[part] + i] * wide] = sum;
    }
  }
  return status;
}
