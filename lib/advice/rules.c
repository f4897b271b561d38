/* T113: rules that can never hold, and rules that no customer meets. */
#include <math.h>

#include "advice/advise.h"
#include "base/text.h"
#include "expr/node.h"

/* --- tests that contradict themselves --- */

/* What the comparisons of a conjunction leave of one variable. */
typedef struct stretch {
  uint32_t variable;
  double low, high;
  bool above, below;  /* low, high themselves are left out */
  triax_text text;    /* what it must equal; not given: nothing */
  bool empty;
} stretch;

enum { MOST_STRETCHES = 16, MOST_NODES = 4096, MOST_DEPTH = 32 };

typedef struct conjunction {
  const tx_module *module;
  stretch stretches[MOST_STRETCHES];
  size_t count;
  bool never;
  int *left; /* nodes that may still be looked at: what definitions share is walked each time */
} conjunction;

/* A variable behind conversions of its type, or TX_NO_INDEX. */
static uint32_t variable_of(const tx_module *module, const tx_expr_node *node) {
  while (node->op == TX_OP_CONVERT && node->count == 1) node = tx_node_child(module, node, 0);
  return node->op == TX_OP_VARIABLE ? node->index : TX_NO_INDEX;
}

static bool number_of(const tx_expr_node *node, double *number) {
  if (!node->fixed || node->value.state != TX_PRESENT || node->type.lists) return false;
  if (node->type.kind == TX_DOUBLE) *number = node->value.number;
  else if (node->type.kind == TX_INT || node->type.kind == TX_DATE) *number = (double)node->value.integer;
  else return false;
  return true;
}

static stretch *stretch_of(conjunction *all, uint32_t variable) {
  for (size_t i = 0; i < all->count; i++) {
    if (all->stretches[i].variable == variable) return &all->stretches[i];
  }
  if (all->count == MOST_STRETCHES) return NULL;
  all->stretches[all->count] = (stretch){.variable = variable, .low = -INFINITY, .high = INFINITY};
  return &all->stretches[all->count++];
}

static void raise(stretch *of, double low, bool above) {
  if (low > of->low || (low >= of->low && above)) {
    of->low = low;
    of->above = above;
  }
}

static void lower(stretch *of, double high, bool below) {
  if (high < of->high || (high <= of->high && below)) {
    of->high = high;
    of->below = below;
  }
}

/* `variable op number`; what stands the other way round was turned. */
static void narrow(stretch *of, uint16_t op, double number) {
  if (op == TX_OP_EQUAL || op == TX_OP_AT_LEAST) raise(of, number, false);
  if (op == TX_OP_EQUAL || op == TX_OP_AT_MOST) lower(of, number, false);
  if (op == TX_OP_GREATER) raise(of, number, true);
  if (op == TX_OP_LESS) lower(of, number, true);
  if (of->low > of->high || (of->low >= of->high && (of->above || of->below))) of->empty = true;
}

static uint16_t turned(uint16_t op) {
  switch (op) {
    case TX_OP_LESS: return TX_OP_GREATER;
    case TX_OP_GREATER: return TX_OP_LESS;
    case TX_OP_AT_MOST: return TX_OP_AT_LEAST;
    case TX_OP_AT_LEAST: return TX_OP_AT_MOST;
    default: return op;
  }
}

static void add_comparison(conjunction *all, const tx_expr_node *node) {
  const tx_expr_node *left = tx_node_child(all->module, node, 0), *right = tx_node_child(all->module, node, 1);
  uint16_t op = (uint16_t)node->op;
  double number;
  if (left->fixed) {
    const tx_expr_node *held = left;
    left = right;
    right = held;
    op = turned(op);
  }
  uint32_t variable = variable_of(all->module, left);
  stretch *of = variable == TX_NO_INDEX || !right->fixed ? NULL : stretch_of(all, variable);
  if (!of) return;
  if (number_of(right, &number)) {
    narrow(of, op, number);
  } else if (op == TX_OP_EQUAL && tx_type_is(right->type, TX_STRING) && right->value.state == TX_PRESENT) {
    if (of->text.bytes && !tx_text_equal(of->text, right->value.text)) of->empty = true;
    of->text = right->value.text;
  }
  all->never = all->never || of->empty;
}

static bool never_holds(const tx_module *module, const tx_expr_node *node, int depth, int *left);

static void add_part(conjunction *all, const tx_expr_node *node, int depth) {
  if (node->op == TX_OP_AND && depth > 0 && --*all->left >= 0) {
    for (uint32_t i = 0; i < node->count; i++) add_part(all, tx_node_child(all->module, node, i), depth - 1);
  } else if (node->op >= TX_OP_EQUAL && node->op <= TX_OP_AT_LEAST && node->count == 2) {
    add_comparison(all, node);
  } else {
    all->never = all->never || never_holds(all->module, node, depth - 1, all->left);
  }
}

/* Whether a test holds for no value of its columns. False where that is not plain to see. */
static bool never_holds(const tx_module *module, const tx_expr_node *node, int depth, int *left) {
  if (!tx_type_is(node->type, TX_BOOL) || depth <= 0 || --*left < 0) return false;
  if (node->fixed) return node->value.state != TX_PRESENT || !node->value.boolean;
  if (node->op == TX_OP_OR) {
    return never_holds(module, tx_node_child(module, node, 0), depth - 1, left) &&
           never_holds(module, tx_node_child(module, node, 1), depth - 1, left);
  }
  if (node->op != TX_OP_AND) return false;
  conjunction all = {.module = module, .left = left};
  add_part(&all, node, depth);
  return all.never;
}

static void advise_never(const tx_advice *advice) {
  const tx_compiled *compiled = advice->plan->compiled;
  for (size_t s = 0; s < compiled->step_count; s++) {
    const tx_step *step = &compiled->steps[s];
    for (size_t i = 0; i < step->exprs->count; i++) {
      const tx_policy_expr *expr = &step->exprs->items[i];
      const tx_module *module = tx_compiled_module(compiled, expr->over);
      int left = MOST_NODES;
      if (!module || step->roots[i] == TX_NO_INDEX) continue;
      if (!never_holds(module, &module->nodes[step->roots[i]], MOST_DEPTH, &left)) continue;
      tx_finding finding = tx_advice_at_expr("T113", expr, NULL);
      tx_report_add(advice->report, &finding, "this can never hold, whatever the data");
    }
  }
}

/* --- segments without customers --- */

static void advise_empty(const tx_advice *advice) {
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  const tx_segmentation_result *result = &advice->plan->segmentation.result;
  for (size_t s = 0; s < model->count; s++) {
    if (advice->sums->customers[advice->sums->place[s]] || advice->plan->rows == 0) continue;
    if (model->segments[s].test == TX_TEST_REST) continue;
    tx_finding finding = tx_advice_at_segment(advice, "T113", s, NULL);
    uint64_t tried = result->yes[s] + result->no[s] + result->unknown[s];
    tx_report_add(advice->report, &finding, "no customer is in the segment '%.*s': %s",
                  (int)model->segments[s].path.length, model->segments[s].path.bytes,
                  tried ? "none meets its test" : "those above it take everybody");
  }
}

/* --- pools, overlays and preferences that concern nobody --- */

/* Whether a test over customers is true for nobody; one that could not be judged for somebody may yet be. */
static bool nobody_meets(const tx_stage *stage, uint32_t input) {
  if (!stage || input == TX_NO_INPUT || stage->root[input] == TX_NO_INPUT || stage->rows == 0) return false;
  return stage->tallies[input].yes == 0 && stage->tallies[input].unknown == 0;
}

static void tell_nobody(const tx_advice *advice, uint32_t input, const char *what, triax_text name) {
  const tx_policy_expr *expr = &advice->policy->allocation.inputs.items[input];
  tx_finding finding = tx_advice_at_expr("T113", expr, NULL);
  tx_report_add(advice->report, &finding, "no customer is in the %s '%.*s': none meets its test", what,
                (int)name.length, name.bytes);
}

static void advise_nobody(const tx_advice *advice) {
  const tx_policy_allocation *allocation = &advice->policy->allocation;
  const tx_stage *stage = advice->plan->allocation.stage;
  for (size_t p = 0; stage && p < allocation->pool_count; p++) {
    uint32_t input = allocation->pools[p].customers;
    if (nobody_meets(stage, input)) tell_nobody(advice, input, "pool", allocation->pools[p].name);
  }
  for (size_t o = 0; stage && o < allocation->overlay_count; o++) {
    uint32_t input = allocation->overlays[o].customers;
    if (nobody_meets(stage, input)) tell_nobody(advice, input, "overlay", allocation->overlays[o].name);
  }
}

void tx_advise_rules(const tx_advice *advice) {
  if (!tx_advice_wanted(advice, "T113")) return;
  advise_never(advice);
  advise_empty(advice);
  advise_nobody(advice);
}
